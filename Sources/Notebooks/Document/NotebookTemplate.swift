/// The text of a new notebook (`dlrepl new NAME`).
public enum NotebookTemplate {
    /// A notebook that runs as it is and shows how one is written.
    /// - Parameter name: the name of the file, with or without folder and `.dln`.
    public static func text(name: String) -> String {
        let title = title(name)
        return """
            ---
            dln: 1
            title: \(quoted(title))
            seed: 0
            params: {slope: 2.0, count: 50}
            ---

            # \(escaped(title))

            Text between the cells is Markdown, with formulas such as $y = a x + b$. A block that
            starts with three backticks and `dl` is a cell; the cells run from the top. Values in
            `params` above can be changed for a run: `dlrepl run … -p slope=3`.

            ```dl {#data}
            let x = linspace(-1, 1, count)
            let y = slope * x + 0.1 * randn([count])
            ```

            The last expression of a cell is shown. A figure is a value like any other.

            ```dl {#look}
            scatter(x, y, x: "x", y: "y")
            ```

            """
    }

    /// `linear-models.dln` gives `Linear models`.
    private static func title(_ name: String) -> String {
        let file = name.split(separator: "/").last.map(String.init) ?? name
        let stem = file.hasSuffix(".dln") ? String(file.dropLast(4)) : file
        let words = stem.map { $0 == "-" || $0 == "_" ? " " : String($0) }.joined()
        let title = trimmed(words.filter { !$0.isNewline })
        return title.isEmpty ? "Notebook" : title.prefix(1).uppercased() + title.dropFirst()
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }

    /// A text that Markdown shows as it is.
    private static func escaped(_ text: String) -> String {
        text.map { "\\`*_{}[]<>#$".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
