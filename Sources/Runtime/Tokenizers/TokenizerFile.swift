import Formats

/// Tokenizers as JSON: `{"tokenizer": "bpe", "special": [...], "merges": [[97, 98], ...]}`.
enum TokenizerFile {
    static func write(_ tokenizer: any Tokenizer) -> [UInt8] {
        let kind = JSON.Member("tokenizer", .string(type(of: tokenizer).kind))
        let special = JSON.Member("special", .array(tokenizer.special.names.map { .string($0) }))
        return Array((JSON.object([kind, special] + tokenizer.json).text + "\n").utf8)
    }

    /// - Throws: a failure that says what is wrong.
    static func read(_ json: JSON) throws -> any Tokenizer {
        switch json["tokenizer"]?.stringValue {
        case CharacterTokenizer.kind:
            guard let characters = json["characters"]?.stringValue else { throw missing("characters") }
            return try CharacterTokenizer(
                characters: Array(characters.unicodeScalars), special: texts(json, "special"))
        case WordTokenizer.kind:
            let special = try texts(json, "special")
            guard special.contains("<unk>") else { throw missing("special") }
            return try WordTokenizer(
                words: texts(json, "words"), isLower: json["lower"] == .bool(true), special: special)
        case BytePairTokenizer.kind:
            return try BytePairTokenizer(merges: merges(json), special: texts(json, "special"))
        case WordPieceTokenizer.kind: return try WordPieceTokenizer(tokens: texts(json, "tokens"))
        case nil: throw missing("tokenizer")
        case let kind?:
            throw Failure("tokenizer.file", "there is no tokenizer of the kind `\(kind)`")
        }
    }

    private static func missing(_ field: String) -> Failure {
        Failure(
            "tokenizer.file", "the file is no tokenizer: `\(field)` is missing or damaged",
            help: "`save(tokenizer, \"t.json\")` writes one")
    }

    private static func texts(_ json: JSON, _ field: String) throws -> [String] {
        guard let items = json[field]?.arrayValue else { throw missing(field) }
        let texts = items.compactMap(\.stringValue)
        guard texts.count == items.count else { throw missing(field) }
        return texts
    }

    private static func merges(_ json: JSON) throws -> [TokenPair] {
        guard let items = json["merges"]?.arrayValue else { throw missing("merges") }
        return try items.map { item in
            guard let pair = item.arrayValue, pair.count == 2, let left = pair[0].integerValue,
                let right = pair[1].integerValue
            else { throw missing("merges") }
            return TokenPair(left, right)
        }
    }
}
