/// Where a function stands in a file, found by indentation: its last line is the first one that begins with a closing brace
/// at the column of its declaration.
struct FunctionExtent: Sendable {
    let name: String
    /// From its declaration to its closing brace, both counted.
    let lines: Int

    static func all(in code: [String]) -> [FunctionExtent] {
        var found: [FunctionExtent] = []
        for (start, line) in code.enumerated() {
            guard let name = declaredName(in: line) else { continue }
            if line.contains("{"), line.hasSuffix("}") {
                found.append(FunctionExtent(name: name, lines: 1))
                continue
            }
            let indentation = line.prefix { $0 == " " }
            let closing = indentation + "}"
            let end = code[(start + 1)...].firstIndex { other in
                other.hasPrefix(closing)
                    || (other.hasPrefix(indentation) && declaredName(in: other) != nil
                        && other.prefix { $0 == " " } == indentation)
            }
            guard let end, code[end].hasPrefix(closing) else { continue }
            found.append(FunctionExtent(name: name, lines: end - start + 1))
        }
        return found
    }

    /// The name that a line declares, if it is a function, an initializer, a subscript or a computed property.
    static func declaredName(in line: String) -> String? {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        for word in words {
            if word == "func" {
                return words.drop { $0 != "func" }.dropFirst().first.map { name($0) }
            }
            if word.hasPrefix("init(") || word.hasPrefix("init?(") || word.hasPrefix("init<") {
                return "init"
            }
            if word.hasPrefix("subscript(") { return "subscript" }
            if word == "var", line.hasSuffix("{"), !line.contains("=") {
                return words.drop { $0 != "var" }.dropFirst().first.map { name($0) }
            }
            guard modifiers.contains(word) || word.hasPrefix("@") else { return nil }
        }
        return nil
    }

    private static func name(_ word: Substring) -> String {
        String(word.prefix { $0 != "(" && $0 != "<" && $0 != ":" })
    }

    private static let modifiers: Set<Substring> = [
        "public", "private", "fileprivate", "internal", "static", "mutating", "override", "final",
        "convenience", "private(set)", "lazy", "nonisolated", "indirect", "consuming", "borrowing",
    ]
}
