import Formats
import Foundation
import Kernels

/// The tokenizer of BERT (uncased): words are cut into the longest known pieces, those inside of a word marked by `##`.
///
/// - Source: Devlin et al., "BERT", NAACL 2019; `BasicTokenizer` and `WordpieceTokenizer` of its `tokenization.py`.
struct WordPieceTokenizer: Tokenizer {
    static let kind = "wordpiece"
    /// The tokens of BERT that are never taken apart, where the vocabulary has them.
    private static let marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    /// The most characters of a word that is cut into pieces; a longer one is unknown.
    private static let longestWord = 100

    let tokens: [String]
    let special: SpecialTokens
    /// The numbers of the special tokens, in their order.
    private let specialIDs: [Int]
    private let ids: [[UInt8]: Int]
    private let longestPiece: Int
    private let unknown: Int
    /// `[CLS]` and `[SEP]`, which stand around a text.
    private let ends: (start: Int, stop: Int)?

    /// - Parameter tokens: The lines of `vocab.txt`.
    init(tokens: [String]) throws {
        var ids: [[UInt8]: Int] = [:]
        for (id, token) in tokens.enumerated() {
            // As in BERT the last of equal lines counts.
            ids[Array(token.utf8)] = id
        }
        guard let unknown = ids[Array("[UNK]".utf8)] else {
            throw Failure(
                "tokenizer.file", "the vocabulary has no token `[UNK]`",
                help: "a vocabulary of BERT has a token a line, `[UNK]` among them")
        }
        let present = Self.marks.filter { ids[Array($0.utf8)] != nil }
        self.tokens = tokens
        self.special = try SpecialTokens(present)
        self.specialIDs = present.compactMap { ids[Array($0.utf8)] }
        self.ids = ids
        self.longestPiece = tokens.reduce(0) { max($0, $1.utf8.count) }
        self.unknown = unknown
        if let start = ids[Array("[CLS]".utf8)], let stop = ids[Array("[SEP]".utf8)] {
            self.ends = (start, stop)
        } else {
            self.ends = nil
        }
    }

    func id(of token: String) -> Int? { ids[Array(token.utf8)] }

    /// With `[CLS]` and `[SEP]` around it where the vocabulary has them.
    func encode(_ text: String) throws -> [Int] {
        let inner = try encodeInside(text)
        return ends.map { [$0.start] + inner + [$0.stop] } ?? inner
    }

    /// Without `[CLS]` and `[SEP]`.
    func encodeInside(_ text: String) throws -> [Int] {
        var result: [Int] = []
        for part in special.parts(of: text) {
            switch part {
            case .special(let index): result.append(specialIDs[index])
            case .text(let piece): try encodePlain(piece, into: &result)
            }
        }
        return result
    }

    func encodePlain(_ text: Substring, into result: inout [Int]) throws {
        var work = WorkPoll()
        for word in Self.words(of: text) where !work.shouldStop { encode(word, into: &result) }
    }

    /// Greedy, longest piece first; the whole word is unknown if a part of it is.
    private func encode(_ word: [Unicode.Scalar], into result: inout [Int]) {
        guard word.count <= Self.longestWord else {
            result.append(unknown)
            return
        }
        var pieces: [Int] = []
        var start = 0
        while start < word.count {
            guard let (id, end) = piece(of: word, from: start) else {
                result.append(unknown)
                return
            }
            pieces.append(id)
            start = end
        }
        result += pieces
    }

    private func piece(of word: [Unicode.Scalar], from start: Int) -> (id: Int, end: Int)? {
        var bytes: [UInt8] = start == 0 ? [] : [0x23, 0x23]
        // How long the piece is with each further character.
        var lengths: [Int] = []
        for scalar in word[start...] {
            if let code = UTF8.encode(scalar) { bytes.append(contentsOf: code) }
            lengths.append(bytes.count)
        }
        for (index, length) in lengths.enumerated().reversed() where length <= longestPiece {
            if let id = ids[Array(bytes[..<length])] { return (id, start + index + 1) }
        }
        return nil
    }

    func decodePlain(_ ids: ArraySlice<Int>) -> String {
        decode(Array(ids), keepsSpecial: true)
    }

    /// Words with a space between them, pieces of one put together.
    func decode(_ ids: [Int], keepsSpecial: Bool) -> String {
        var text = ""
        for id in ids where keepsSpecial || !specialIDs.contains(id) {
            let token = tokens[id]
            if token.utf8.starts(with: [0x23, 0x23]), token.utf8.count > 2 {
                text += token.dropFirst(2)
            } else {
                text += text.isEmpty ? token : " " + token
            }
        }
        return text
    }

    var json: [JSON.Member] { [.init("tokens", .array(tokens.map { .string($0) }))] }

    // MARK: Words

    /// Lower case without accents, cut at white space, punctuation and Chinese characters.
    static func words(of text: Substring) -> [[Unicode.Scalar]] {
        var words: [[Unicode.Scalar]] = []
        var word: [Unicode.Scalar] = []
        func end() {
            if !word.isEmpty { words.append(word) }
            word = []
        }
        var work = WorkPoll()
        for scalar in folded(text) {
            if work.shouldStop { break }
            switch kind(of: scalar) {
            case .dropped: break
            case .space: end()
            case .alone:
                end()
                words.append([scalar])
            case .part: word.append(scalar)
            }
        }
        end()
        return words
    }

    private enum Kind { case dropped, space, alone, part }

    /// Lower case, decomposed; the accents are dropped by `kind(of:)`.
    private static func folded(_ text: Substring) -> String.UnicodeScalarView {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased().unicodeScalars }
        return text.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 0x61...0x7A, 0x30...0x39: return .part
        case 0x20, 0x09, 0x0A, 0x0D: return .space
        case 0, 0xFFFD: return .dropped
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return .alone
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
            0x2B740...0x2B81F, 0x2B820...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            return .alone
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .nonspacingMark: return .dropped
        case .spaceSeparator: return .space
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            return .alone
        default: return .part
        }
    }
}
