import Diagnostics
import Formats
import Syntax

// Methods of values that are not known, by their names alone.

extension Session {
    /// The names that a text mentions, but for those that stand only after a dot.
    static func words(in text: String) -> Set<String> {
        var words: Set<String> = []
        var word = ""
        var isMember = false
        func isPart(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        }
        for scalar in text.unicodeScalars {
            if isPart(scalar) {
                word.unicodeScalars.append(scalar)
                continue
            }
            if !word.isEmpty, !isMember { words.insert(word) }
            word = ""
            isMember = scalar == "."
        }
        if !word.isEmpty, !isMember { words.insert(word) }
        return words
    }

    /// Whether something somewhere may have a member of that name.
    private func isWord(_ name: String) -> Bool {
        if machine.check?.words.contains(name) == true || functionNames.contains(name) { return true }
        return catalog.names.contains { file in
            guard let path = catalog.path(of: file), let bytes = try? FileAccess.read(path) else {
                return true
            }
            return Self.words(in: String(decoding: bytes, as: UTF8.self)).contains(name)
        }
    }

    /// The names in a text that something may have as a member: labels, parts and functions of models. Not what is
    /// called only, or stands after a dot.
    static func possibleMembers(in source: SourceText) -> Set<String> {
        var names: Set<String> = []
        var before = ""
        for (span, kind) in highlight(source) {
            let text = source.text(of: span)
            defer { before = text }
            let isAfterDot = span.start > 0 && source.utf8[span.start - 1] == UInt8(ascii: ".")
            switch kind {
            case .label: names.insert(text)
            case .name where !isAfterDot, .functionCall where before == "func": names.insert(text)
            case .keyword, .name, .functionCall, .number, .string, .comment, .operator, .documentation: break
            }
        }
        return names
    }

    /// Whether something that is not known may have a member of that name.
    func mayBeMember(_ name: String) -> Bool {
        guard let check = machine.check, modules.isEmpty else { return true }
        if check.possibleMembers.isEmpty {
            for file in catalog.names {
                guard let path = catalog.path(of: file), let bytes = try? FileAccess.read(path) else { continue }
                let source = SourceText(name: file, text: String(decoding: bytes, as: UTF8.self))
                check.possibleMembers.formUnion(Self.possibleMembers(in: source))
            }
            check.possibleMembers.formUnion(DatasetObject.memberNames + TokenizerObject.memberNames)
        }
        return check.possibleMembers.contains(name) || check.members.contains(name)
    }

    /// A method of a value that is not known: nothing has it if no text mentions its name and one is like it.
    ///
    /// - Throws: A `Failure`.
    func requireWord(_ name: String) throws {
        guard modules.isEmpty, let close = Suggestion.nearest(name, functionNames), !isWord(name) else {
            return
        }
        throw Failure(
            "member.unknown", "nothing has a member `\(name)`", help: "did you mean `\(close)`?")
    }
}
