public import Diagnostics
import Syntax

/// Code as HTML for the inside of a `<pre>`, its words in `<span class="hl-…">` named after their
/// `TokenClass`. Plain names have no colour and so no element.
public func highlightedHTML(_ source: SourceText) -> String {
    var result = ""
    var offset = 0
    for (span, kind) in highlight(source) where kind != .name {
        result += escapedHTML(source.text(of: Span(source, offset, span.start)))
        result +=
            "<span class=\"hl-\(kind.rawValue)\">"
            + "\(escapedHTML(source.text(of: span)))</span>"
        offset = span.end
    }
    return result + escapedHTML(source.text(of: Span(source, offset, source.utf8.count)))
}
