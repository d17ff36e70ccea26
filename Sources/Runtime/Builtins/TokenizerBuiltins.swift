import Autodiff
import Formats
import Kernels

/// What makes tokenizers.
enum TokenizerBuiltins {
    static let all: [Builtin] = [
        Builtin(
            "CharTokenizer(text, special = nil)",
            """
            A number for each character (Unicode code point) of a text, in their order.

            `.encode(s)` gives a list of Ints, `.decode(ids)` the text without special tokens, `.size` how many tokens \
            there are, `.tokens` what they are, `.id(token)` the number of one or nil. `special` tokens (a list) come \
            first; `"<unk>"` among them stands for characters that are not known, which are errors otherwise. \
            `save(tokenizer, "t.json")` and \
            `readTokenizer("t.json")` keep one.

            ```dl
            let letters = CharTokenizer("hello")
            letters.encode("hole")                    # → [1, 3, 2, 0]
            letters.decode([1, 0, 2, 2, 3])           # → "hello"
            letters.size                              # → 4
            ```
            """
        ) { m, a in
            let texts = try m.texts(a[0], "CharTokenizer", "text")
            let special = try m.specialTokens(a[1], "CharTokenizer")
            let characters = try m.stoppable(m.size(of: texts)) { Set(scalarsOf: texts) }
            return .tokenizer(
                TokenizerObject(
                    try CharacterTokenizer(characters: characters.sorted(), special: special)))
        },
        Builtin(
            "WordTokenizer(texts, size = 10000, lower = true, special = nil)",
            """
            A number for each of the most frequent words of some texts; `size` tokens at most.

            Token 0 is `<pad>`, 1 is `<unk>`, which stands for other words; further `special` tokens follow. A word is a \
            run of letters, digits and apostrophes inside of it; any other character that is not white space is a word \
            of its own. Members as of `CharTokenizer`; `.decode` puts spaces between words.

            ```dl
            let words = WordTokenizer(["the cat sat", "the dog sat."], size: 5)
            words.tokens                              # → ["<pad>", "<unk>", "sat", "the", "."]
            words.encode("The bird sat")              # → [3, 1, 2]
            ```
            """
        ) { m, a in
            let texts = try m.texts(a[0], "WordTokenizer", "texts")
            let special = try m.specialTokens(a[3], "WordTokenizer")
            let size = try m.tokenizerSize(a[1], "WordTokenizer", atLeast: 2 + special.count)
            return .tokenizer(
                TokenizerObject(
                    try m.stoppable(m.size(of: texts)) {
                        try WordTokenizer(
                            texts: texts, size: size, isLower: try m.truth(a[2]), special: special)
                    }))
        },
        Builtin(
            "BPETokenizer(texts, size, special = nil)",
            """
            Byte pair encoding, trained on a text or a list of texts: `size` tokens at most, with all 256 bytes.

            The most frequent pair of neighbours becomes a token, again and again, within words; what comes out depends on \
            the texts alone. Any text can be encoded and comes back as it was. `special` tokens (a list) come first. \
            Members as of `CharTokenizer`.

            ```dl
            let pieces = BPETokenizer("low lower lowest low", size: 258)
            pieces.tokens[256:]                       # → ["lo", "low"]
            pieces.decode(pieces.encode("slow 你好"))   # → "slow 你好"
            ```

            Source: Sennrich, Haddow and Birch, "Neural machine translation of rare words with subword units", 2016.
            """
        ) { m, a in
            let texts = try m.texts(a[0], "BPETokenizer", "texts")
            let special = try m.specialTokens(a[2], "BPETokenizer")
            let size = try m.tokenizerSize(a[1], "BPETokenizer", atLeast: 256 + special.count)
            var training = try m.stoppable(m.size(of: texts)) { BytePairTraining(texts: texts) }
            let merges = try training.merges(size - 256 - special.count) {
                m.recorder.isInterrupted()
            }
            return .tokenizer(
                TokenizerObject(try BytePairTokenizer(merges: merges, special: special)))
        },
        Builtin(
            "WordPiece(file)",
            """
            The tokenizer of BERT (uncased) with the vocabulary in a file, a token a line.

            `.encode(s)` puts `[CLS]` and `[SEP]` around the text, `.encode(s, special: false)` does not; `.decode(ids)` \
            leaves them out. Other members as of `CharTokenizer`.

            ```dl
            writeText("vocab.txt", "[UNK]\\n[CLS]\\n[SEP]\\nun\\n##believ\\n##able\\n!")
            WordPiece("vocab.txt").encode("Unbelievable!")   # → [1, 3, 4, 5, 6, 2]
            ```

            Source: Devlin et al., "BERT: pre-training of deep bidirectional transformers", 2019.
            """, isPure: false
        ) { m, a in
            let path = try m.text(a[0], "WordPiece", "file")
            guard case .text(let text) = try m.session.read(path, as: .text) else { return .none }
            // By code points: for Swift CR LF is one character.
            let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            var tokens = lines.map { String($0.last == "\r" ? $0.dropLast() : $0) }
            if tokens.last == "" { tokens.removeLast() }
            return .tokenizer(TokenizerObject(try WordPieceTokenizer(tokens: tokens)))
        },
        Builtin(
            "readTokenizer(path)", "The tokenizer that `save(tokenizer, path)` wrote.", isPure: false
        ) { m, a in
            let path = try m.text(a[0], "readTokenizer", "path")
            guard case .json(let json) = try m.session.read(path, as: .json) else { return .none }
            return .tokenizer(TokenizerObject(try TokenizerFile.read(json)))
        },
    ]
}

extension Machine {
    /// A text, or a list of texts.
    fileprivate func texts(_ value: Value, _ function: String, _ parameter: String) throws -> [String] {
        if case .string(let text) = value { return [text.text] }
        guard case .list(let list) = value else {
            throw CallFailures.argument(
                function, parameter, wants: "a String or a list of Strings", got: value)
        }
        return try list.items.map { try text($0, function, parameter) }
    }

    /// The bytes of all.
    fileprivate func size(of texts: [String]) -> Int { texts.reduce(0) { $0 + $1.utf8.count } }

    fileprivate func specialTokens(_ value: Value, _ function: String) throws -> [String] {
        value.isNone ? [] : try texts(value, function, "special")
    }

    fileprivate func tokenizerSize(
        _ value: Value, _ function: String, atLeast least: Int
    ) throws -> Int {
        guard let size = try int(value), size >= least, size <= 1 << 24 else {
            throw CallFailures.argument(
                function, "size", wants: "an Int from \(least)", got: value,
                help: function == "BPETokenizer" ? "the 256 bytes are tokens of their own" : nil)
        }
        return size
    }
}

extension Set<Unicode.Scalar> {
    /// The characters of texts, until the work is to stop.
    fileprivate init(scalarsOf texts: [String]) {
        self = []
        var work = WorkPoll()
        for text in texts {
            for scalar in text.unicodeScalars {
                if work.shouldStop { return }
                insert(scalar)
            }
        }
    }
}
