/// How a diagnostic is written. The words are the same in all of them.
public enum RenderStyle: Sendable {
    case plain
    /// With colours for a terminal.
    case ansi
    /// Escaped text for the inside of a `<pre>`; the parts are in `<span class="dl-…">`.
    case html
    /// One line with the facts, for editors.
    case json
}

/// Draws a diagnostic, without a newline at the end:
///
///     error: shapes do not agree in `x @ W`
///       ┌─ cell 4, line 7
///     7 │     y = x @ W
///       │         ─ ─
///       │         │ └ W: [128, 10]
///       │         └── x: [32, 64]
///       = `@` needs the last axis of the left to equal the second-last of the right
///       help: …
///       in f, called at cell 5, line 2
public func render(_ diagnostic: Diagnostic, as style: RenderStyle) -> String {
    if style == .json { return json(diagnostic) }
    var picture = Picture(diagnostic)
    return picture.draw().map { line in
        line.map { run in written(run, style) }.joined()
    }.joined(separator: "\n")
}

private func written(_ run: Picture.Run, _ style: RenderStyle) -> String {
    switch style {
    case .plain, .json: run.text
    case .ansi: run.role.ansi.map { "\u{1B}[\($0)m\(run.text)\u{1B}[0m" } ?? run.text
    case .html:
        run.role == .plain
            ? escaped(run.text)
            : "<span class=\"dl-\(run.role.rawValue)\">\(escaped(run.text))</span>"
    }
}

private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        default: result.append(character)
        }
    }
    return result
}

extension Picture.Role {
    /// The SGR parameters that show the role.
    fileprivate var ansi: String? {
        switch self {
        case .error, .primary: "1;31"
        case .warning: "1;33"
        case .message: "1"
        case .gutter, .secondary: "34"
        case .help: "32"
        case .plain: nil
        }
    }
}
