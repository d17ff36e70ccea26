import Formats
import Kernels

/// Byte pair encoding on bytes: any text has numbers, and comes back as it was.
///
/// The first 256 tokens after the special ones are the bytes. Each further one joins two earlier ones, in the order in
/// which training found them: the most frequent pair of neighbours first. Pairs never cross the pieces that
/// `PieceScanner` cuts a text into.
/// - Source: Sennrich, Haddow and Birch, ACL 2016; on bytes as in GPT-2 (Radford et al., 2019).
struct BytePairTokenizer: Tokenizer {
    static let kind = "bpe"
    let special: SpecialTokens
    /// The two parts of each token from 256 on, counted without the special ones.
    let merges: [TokenPair]
    /// The bytes of each token.
    private let bytes: [[UInt8]]
    /// The token that a pair becomes; the smaller, the earlier it is joined.
    private let joined: [TokenPair: Int]

    /// - Throws: a failure if a merge names a later token, or a token has more bytes than a piece.
    init(merges: [TokenPair], special: [String]) throws {
        self.special = try SpecialTokens(special)
        self.merges = merges
        var bytes = (0..<256).map { [UInt8($0)] }
        var joined: [TokenPair: Int] = [:]
        for pair in merges {
            let next = bytes.count
            guard pair.left >= 0, pair.right >= 0, pair.left < next, pair.right < next,
                joined.updateValue(next, forKey: pair) == nil
            else { throw Failure("tokenizer.file", "merge \(next - 256) joins no earlier tokens") }
            let token = bytes[pair.left] + bytes[pair.right]
            guard token.count <= PieceScanner.longest else {
                throw Failure("tokenizer.file", "merge \(next - 256) makes a token of \(token.count) bytes")
            }
            bytes.append(token)
        }
        self.bytes = bytes
        self.joined = joined
    }

    var tokens: [String] { special.names + bytes.map { String(decoding: $0, as: UTF8.self) } }

    func encodePlain(_ text: Substring, into ids: inout [Int]) throws {
        // Most pieces of a text have been met before.
        var known: [[UInt8]: [Int]] = [:]
        PieceScanner.scan(text) { piece in
            if let found = known[piece] {
                ids += found
                return
            }
            let result = encode(piece)
            if known.count < 1 << 16 { known[piece] = result }
            ids += result
        }
    }

    /// Joins the earliest pair, wherever it is, until none is left.
    private func encode(_ piece: [UInt8]) -> [Int] {
        var parts = piece.map { Int($0) }
        while parts.count > 1 {
            var best = Int.max
            for index in 1..<parts.count {
                best = min(best, joined[TokenPair(parts[index - 1], parts[index])] ?? Int.max)
            }
            guard best < Int.max else { break }
            parts = merges[best - 256].joining(in: parts, to: best)
        }
        return parts.map { $0 + special.count }
    }

    func decodePlain(_ ids: ArraySlice<Int>) -> String {
        var text: [UInt8] = []
        for id in ids { text += bytes[id - special.count] }
        return String(decoding: text, as: UTF8.self)
    }

    func id(of token: String) -> Int? {
        let wanted = Array(token.utf8)
        return special.id(of: token) ?? bytes.firstIndex(of: wanted).map { $0 + special.count }
    }

    var json: [JSON.Member] {
        let pairs = merges.map { JSON.array([.integer($0.left), .integer($0.right)]) }
        return [.init("merges", .array(pairs))]
    }
}

/// Two neighbouring tokens.
struct TokenPair: Hashable, Comparable, Sendable {
    let left: Int
    let right: Int

    init(_ left: Int, _ right: Int) {
        self.left = left
        self.right = right
    }

    static func < (one: TokenPair, other: TokenPair) -> Bool {
        (one.left, one.right) < (other.left, other.right)
    }

    /// The list with this pair replaced by `token`, from the left.
    func joining(in parts: [Int], to token: Int) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(parts.count)
        var index = 0
        while index < parts.count {
            if index + 1 < parts.count, parts[index] == left, parts[index + 1] == right {
                result.append(token)
                index += 2
            } else {
                result.append(parts[index])
                index += 1
            }
        }
        return result
    }
}

/// Cuts text into pieces as GPT-2 does: the endings 's 't 're 've 'm 'll 'd; a space with the letters, digits or other
/// characters behind it; white space. A piece has at most 256 bytes, so that no text takes more than linear time.
enum PieceScanner {
    static let longest = 256

    static func scan(_ text: Substring, _ found: ([UInt8]) -> Void) {
        var work = WorkPoll()
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.utf8.count + 1)
        for scalar in text.unicodeScalars {
            if work.shouldStop { return }
            scalars.append(scalar)
        }
        // Saves asking at the end whether there is one more.
        scalars.append(" ")
        let end = scalars.count - 1
        var start = 0
        while start < end, !work.shouldStop {
            let next = endOfPiece(scalars, start, end)
            emit(scalars[start..<next], found)
            start = next
        }
    }

    private static func endOfPiece(_ scalars: [Unicode.Scalar], _ start: Int, _ end: Int) -> Int {
        if scalars[start] == "'" {
            for ending in ["s", "t", "re", "ve", "m", "ll", "d"] {
                let stop = start + 1 + ending.unicodeScalars.count
                if stop <= end, scalars[(start + 1)..<stop].elementsEqual(ending.unicodeScalars) {
                    return stop
                }
            }
        }
        var place = start
        if CharacterClass(scalars[start]) == .space {
            while place < end, CharacterClass(scalars[place]) == .space { place += 1 }
            if place == end { return end }
            // The last space goes with what follows; other white space stands alone.
            if place - start > 1 { return place - 1 }
            if scalars[start] != " " { return place }
        }
        let kind = pieceClass(scalars[place])
        while place < end, CharacterClass(scalars[place]) != .space, pieceClass(scalars[place]) == kind {
            place += 1
        }
        return place
    }

    /// Marks count as other characters, as in GPT-2.
    private static func pieceClass(_ scalar: Unicode.Scalar) -> CharacterClass {
        let kind = CharacterClass(scalar)
        return kind == .mark ? .other : kind
    }

    private static func emit(_ scalars: ArraySlice<Unicode.Scalar>, _ found: ([UInt8]) -> Void) {
        var piece: [UInt8] = []
        for scalar in scalars {
            let code = UTF8.encode(scalar)
            if piece.count + (code?.count ?? 0) > longest {
                found(piece)
                piece = []
            }
            if let code { piece.append(contentsOf: code) }
        }
        if !piece.isEmpty { found(piece) }
    }
}
