/// Turns a formula in TeX into MathML that a browser draws without scripts or web fonts.
///
/// An unknown command is shown as its source; so is the whole formula if its structure is broken
/// or nested deeper than `TeXParser.maximumDepth`. The TeX is kept in an annotation, so that a
/// copied formula can be pasted elsewhere.
///
/// - Parameters:
///   - tex: the text between the dollar signs.
///   - isDisplay: on a line of its own (`$$…$$`).
public func mathML(_ tex: String, isDisplay: Bool) -> String {
    let source = trimmed(tex)
    var parser = TeXParser(source)
    guard let node = try? parser.parse() else {
        let marks = isDisplay ? "$$" : "$"
        return "<code class=\"tex-source\">\(escapedHTML(marks + source + marks))</code>"
    }
    var writer = MathMLWriter(isDisplay: isDisplay)
    writer.write(node)
    let display = isDisplay ? " display=\"block\"" : ""
    return "<math\(display)><semantics><mrow>\(writer.text)</mrow>"
        + "<annotation encoding=\"application/x-tex\">\(escapedHTML(source))</annotation>"
        + "</semantics></math>"
}
