import Diagnostics
import Syntax

/// Names that are unknown because of the characters in and before them.
extension CompileDiagnostics {
    static func unknownCharacters(_ name: Name, visible: Set<String>) -> Diagnostic? {
        remark(name) ?? symbol(name) ?? fullWidth(name, visible)
    }

    /// `8 // two`: somebody's remark.
    private static func remark(_ name: Name) -> Diagnostic? {
        let source = name.span.source
        let line = source.lineStarts[source.line(at: name.span.start)]
        var before = source.utf8[line..<name.span.start]
        while before.last == UInt8(ascii: " ") { before = before.dropLast() }
        guard before.suffix(2).elementsEqual("//".utf8) else { return nil }
        return Diagnostic(
            id: "name.unknown", "unknown name `\(name.text)`", at: name.span,
            notes: ["`//` divides and rounds down"], help: "a comment begins with `#`: `# \(name.text)`")
    }

    private static func symbol(_ name: Name) -> Diagnostic? {
        guard name.text == "π" else { return nil }
        return Diagnostic(
            id: "name.unknown", "unknown name `π`", at: name.span, help: "write `pi`")
    }

    /// `ｘ`, which an input method wrote for `x`.
    private static func fullWidth(_ name: Name, _ visible: Set<String>) -> Diagnostic? {
        var plain = ""
        for scalar in name.text.unicodeScalars {
            let isWide = (0xFF01...0xFF5E).contains(scalar.value)
            let narrow = isWide ? Unicode.Scalar(scalar.value - 0xFEE0) : scalar
            plain.unicodeScalars.append(narrow ?? scalar)
        }
        guard plain != name.text else { return nil }
        return Diagnostic(
            id: "name.unknown", "unknown name `\(name.text)`", at: name.span,
            notes: ["its letters are of full width, which are others than those of `\(plain)`"],
            help: visible.contains(plain) ? "write `\(plain)`" : nil)
    }
}
