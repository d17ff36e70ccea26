/// A finding of `check` as a JSON object on one line: the fields of `render(_:as: .json)` after
/// where it was found. `docs/check.md` describes them.
///
/// - Parameters:
///   - file: The notebook or script, as the user named it.
///   - cell: The name of the cell, or its position among all cells as text; `nil` in a script.
public func renderJSON(_ diagnostic: Diagnostic, file: String, cell: String?) -> String {
    let place = [
        field("file", quoted(file)), field("cell", cell.map(quoted) ?? "null"),
        field("line", diagnostic.span.map { String($0.source.shownLine($0.line)) } ?? "null"),
        field("column", diagnostic.span.map { String($0.column) } ?? "null"),
    ]
    return "{" + place.joined(separator: ", ") + ", " + json(diagnostic).dropFirst()
}

/// The diagnostic as a JSON object on one line. Lines and columns are 1-based, columns in code
/// points; `end…` is exclusive. `location` is absent where there is no span.
func json(_ diagnostic: Diagnostic) -> String {
    var fields = [
        field("severity", quoted(diagnostic.severity.rawValue)),
        field("id", quoted(diagnostic.id)),
        field("message", quoted(diagnostic.message)),
    ]
    if let span = diagnostic.span { fields.append(field("location", json(span))) }
    fields.append(field("label", quoted(diagnostic.label)))
    fields.append(
        field(
            "secondary",
            array(
                diagnostic.secondary.map { label in
                    object([
                        field("location", json(label.span)), field("text", quoted(label.text)),
                    ])
                })))
    fields.append(field("notes", array(diagnostic.notes.map(quoted))))
    fields.append(field("help", diagnostic.help.map(quoted) ?? "null"))
    fields.append(
        field(
            "trace",
            array(
                diagnostic.trace.map { call in
                    object([
                        field("function", quoted(call.function)),
                        field("location", json(call.span)),
                    ])
                })))
    return object(fields)
}

private func json(_ span: Span) -> String {
    let source = span.source
    let end = min(max(span.end, span.start), source.utf8.count)
    return object([
        field("name", quoted(source.name)),
        field("file", source.file.map(quoted) ?? "null"),
        field("line", String(source.shownLine(span.line))),
        field("column", String(span.column)),
        field("endLine", String(source.shownLine(source.line(at: end)))),
        field("endColumn", String(span.columnNumber(of: end))),
    ])
}

private func field(_ name: String, _ value: String) -> String { quoted(name) + ": " + value }

private func object(_ fields: [String]) -> String { "{" + fields.joined(separator: ", ") + "}" }

private func array(_ items: [String]) -> String { "[" + items.joined(separator: ", ") + "]" }

/// A JSON string. Source: RFC 8259, section 7.
private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        default:
            if scalar.value < 0x20 || scalar.value == 0x7F {
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
    return result + "\""
}
