import Formats
import Kernels

/// Turns text into numbers and back. A value: it never changes once made.
///
/// The numbers are `0..<tokens.count`. Special tokens, such as `<pad>`, come first; in a text they are found as
/// they stand and are never taken apart.
protocol Tokenizer: Sendable {
    /// `"char"`, `"word"`, `"bpe"` or `"wordpiece"`.
    static var kind: String { get }
    /// What each number stands for, as people read it.
    var tokens: [String] { get }
    var special: SpecialTokens { get }
    func encode(_ text: String) throws -> [Int]
    /// - Parameter keepsSpecial: Whether special tokens are part of the text.
    func decode(_ ids: [Int], keepsSpecial: Bool) -> String
    /// The numbers of a text without special tokens.
    func encodePlain(_ text: Substring, into ids: inout [Int]) throws
    /// The text of numbers that are in range and not special.
    func decodePlain(_ ids: ArraySlice<Int>) -> String
    /// The number of a token, as `tokens` shows it.
    func id(of token: String) -> Int?
    /// Everything that makes it, for `save`.
    var json: [JSON.Member] { get }
}

extension Tokenizer {
    func encode(_ text: String) throws -> [Int] {
        var ids: [Int] = []
        for part in special.parts(of: text) {
            switch part {
            case .special(let id): ids.append(id)
            case .text(let piece): try encodePlain(piece, into: &ids)
            }
        }
        return ids
    }

    func decode(_ ids: [Int], keepsSpecial: Bool) -> String {
        var text = ""
        var start = 0
        for (place, id) in ids.enumerated() where id < special.count {
            text += decodePlain(ids[start..<place])
            if keepsSpecial { text += special.names[id] }
            start = place + 1
        }
        return text + decodePlain(ids[start...])
    }
}

/// Tokens that are no part of ordinary text: padding, ends, what is unknown.
struct SpecialTokens: Sendable {
    let names: [String]
    private let codes: [[UInt8]]
    private let starts: Set<UInt8>

    enum Part {
        case special(Int)
        case text(Substring)
    }

    /// - Throws: a failure if a name is empty or there twice.
    init(_ names: [String]) throws {
        var seen: Set<[UInt8]> = []
        for name in names where name.isEmpty || !seen.insert(Array(name.utf8)).inserted {
            throw Failure(
                "tokenizer.special",
                name.isEmpty ? "a special token is empty" : "the special token `\(name)` is there twice")
        }
        self.names = names
        self.codes = names.map { Array($0.utf8) }
        self.starts = Set(codes.map { $0[0] })
    }

    var count: Int { names.count }
    /// The number of `<unk>`, which stands for what is not known.
    var unknown: Int? { names.firstIndex(of: "<unk>") }

    func id(of name: String) -> Int? {
        let code = Array(name.utf8)
        return codes.firstIndex(of: code)
    }

    /// The text cut at special tokens; of several at one place the longest.
    func parts(of text: String) -> [Part] {
        let bytes = text.utf8
        guard !starts.isEmpty else { return text.isEmpty ? [] : [.text(text[...])] }
        var parts: [Part] = []
        var start = bytes.startIndex
        var place = start
        var work = WorkPoll()
        while place < bytes.endIndex, !work.shouldStop {
            if starts.contains(bytes[place]), let id = longest(at: place, in: bytes) {
                if start < place { parts.append(.text(text[start..<place])) }
                parts.append(.special(id))
                place = bytes.index(place, offsetBy: codes[id].count)
                start = place
            } else {
                place = bytes.index(after: place)
            }
        }
        if start < place { parts.append(.text(text[start..<place])) }
        return parts
    }

    private func longest(at place: String.Index, in bytes: String.UTF8View) -> Int? {
        var best: Int?
        for (id, code) in codes.enumerated() where bytes[place...].starts(with: code) {
            if best.map({ codes[$0].count < code.count }) ?? true { best = id }
        }
        return best
    }
}
