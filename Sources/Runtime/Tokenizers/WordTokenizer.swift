import Formats
import Kernels

/// A number for each of the most frequent words; others are `<unk>`.
///
/// A word is a run of letters, marks, digits and inner apostrophes; any other character that is not white space is a
/// word of its own.
struct WordTokenizer: Tokenizer {
    static let kind = "word"
    /// The tokens that every one of them begins with.
    static let fixed = ["<pad>", "<unk>"]
    let special: SpecialTokens
    let isLower: Bool
    private let words: [String]
    private let ids: [[UInt8]: Int]

    /// The most frequent words of the texts; of equally frequent ones the first in the order of code points.
    /// - Parameter size: How many tokens there are at most, with the special ones.
    init(texts: [String], size: Int, isLower: Bool, special: [String]) throws {
        var counts: [[UInt8]: Int] = [:]
        for text in texts {
            WordScanner.scan(isLower ? text.lowercased() : text) { counts[$0, default: 0] += 1 }
        }
        let reserved = Set((Self.fixed + special).map { Array($0.utf8) })
        let order = counts.filter { !reserved.contains($0.key) }.sorted {
            $0.value == $1.value ? $0.key.lexicographicallyPrecedes($1.key) : $0.value > $1.value
        }
        let room = max(0, size - Self.fixed.count - special.count)
        try self.init(
            words: order.prefix(room).map { String(decoding: $0.key, as: UTF8.self) },
            isLower: isLower, special: Self.fixed + special)
    }

    init(words: [String], isLower: Bool, special: [String]) throws {
        let marks = try SpecialTokens(special)
        self.special = marks
        self.isLower = isLower
        self.words = words
        self.ids = Dictionary(
            words.enumerated().map { (Array($1.utf8), marks.count + $0) },
            uniquingKeysWith: { first, _ in first })
    }

    var tokens: [String] { special.names + words }

    func encodePlain(_ text: Substring, into result: inout [Int]) throws {
        let unknown = special.unknown ?? 0
        WordScanner.scan(isLower ? text.lowercased() : String(text)) {
            result.append(ids[$0] ?? unknown)
        }
    }

    func decodePlain(_ ids: ArraySlice<Int>) -> String {
        ids.map { words[$0 - special.count] }.joined(separator: " ")
    }

    /// Words and special tokens with one space between them.
    func decode(_ ids: [Int], keepsSpecial: Bool) -> String {
        ids.filter { keepsSpecial || $0 >= special.count }
            .map { $0 < special.count ? special.names[$0] : words[$0 - special.count] }
            .joined(separator: " ")
    }

    func id(of token: String) -> Int? { special.id(of: token) ?? ids[Array(token.utf8)] }

    var json: [JSON.Member] {
        [.init("lower", .bool(isLower)), .init("words", .array(words.map { .string($0) }))]
    }
}

/// Cuts text into words.
enum WordScanner {
    static func scan(_ text: String, _ found: ([UInt8]) -> Void) {
        var word: [UInt8] = []
        var apostrophe: [UInt8] = []
        func end() {
            if !word.isEmpty { found(word) }
            word = []
            // One that no letter follows is a quotation mark.
            if !apostrophe.isEmpty { found(apostrophe) }
            apostrophe = []
        }
        var work = WorkPoll()
        for scalar in text.unicodeScalars {
            if work.shouldStop { return }
            let code = Array(String(scalar).utf8)
            switch CharacterClass(scalar) {
            case .letter, .digit, .mark:
                word += apostrophe + code
                apostrophe = []
            case .other where (scalar == "'" || scalar == "\u{2019}") && !word.isEmpty && apostrophe.isEmpty:
                apostrophe = code
            case .other:
                end()
                found(code)
            case .space: end()
            }
        }
        end()
    }
}

/// The kinds of characters that tokenizers tell apart.
enum CharacterClass {
    case letter, digit, mark, space, other

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x61...0x7A, 0x41...0x5A: self = .letter
        case 0x30...0x39: self = .digit
        case 0x20, 0x09...0x0D: self = .space
        case 0..<0x80: self = .other
        default:
            if scalar.properties.isWhitespace {
                self = .space
                return
            }
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
                self = .letter
            case .decimalNumber, .letterNumber, .otherNumber: self = .digit
            case .nonspacingMark, .spacingMark, .enclosingMark: self = .mark
            default: self = .other
            }
        }
    }
}
