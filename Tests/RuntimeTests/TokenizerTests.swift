import Formats
import Testing

@testable import Runtime

@Suite("tokenizers")
struct TokenizerTests {
    /// xorshift64*: the same numbers on every machine.
    private struct Generator {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return Int((state &* 2_685_821_657_736_338_717) >> 33) % limit
        }

        mutating func text(_ count: Int, of alphabet: [Unicode.Scalar]) -> String {
            var text = String.UnicodeScalarView()
            for _ in 0..<count { text.append(alphabet[below(alphabet.count)]) }
            return String(text)
        }
    }

    private static let alphabet = Array("ab  c'é你\u{301}😀s\n9.\u{A0}".unicodeScalars)

    /// As the definition says: count all pairs anew before each merge.
    private func simpleMerges(_ texts: [String], _ limit: Int) -> [TokenPair] {
        var pieces: [[Int]] = []
        for text in texts { PieceScanner.scan(text[...]) { pieces.append($0.map { Int($0) }) } }
        var merges: [TokenPair] = []
        while merges.count < limit {
            var counts: [TokenPair: Int] = [:]
            for piece in pieces where piece.count > 1 {
                for place in 1..<piece.count {
                    counts[TokenPair(piece[place - 1], piece[place]), default: 0] += 1
                }
            }
            let best = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
            guard let best, best.value > 1 else { break }
            let token = 256 + merges.count
            pieces = pieces.map { best.key.joining(in: $0, to: token) }
            merges.append(best.key)
        }
        return merges
    }

    @Test("training by heap finds the merges that counting anew finds", arguments: 1...12)
    func training(seed: Int) throws {
        var random = Generator(state: UInt64(seed))
        let texts = (0..<3).map { _ in random.text(80, of: Self.alphabet) }
        var training = BytePairTraining(texts: texts)
        let merges = try training.merges(60) { false }
        #expect(merges == simpleMerges(texts, 60) && merges.count > 10)
    }

    @Test("pieces make up the text, and none is longer than the limit")
    func pieces() {
        var random = Generator(state: 5)
        var text = random.text(400, of: Self.alphabet)
        text += String(repeating: "x", count: 1000) + String(repeating: "你", count: 300)
        var bytes: [UInt8] = []
        PieceScanner.scan(text[...]) { piece in
            #expect(piece.count <= PieceScanner.longest && String(validating: piece, as: UTF8.self) != nil)
            bytes += piece
        }
        #expect(bytes == Array(text.utf8))
    }

    @Test("pieces are those of GPT-2")
    func gpt2() {
        var pieces: [String] = []
        let text = "I'll say:  it's 42\n\nyears, non?"
        PieceScanner.scan(text[...]) { pieces.append(String(decoding: $0, as: UTF8.self)) }
        #expect(
            pieces == [
                "I", "'ll", " say", ":", " ", " it", "'s", " 42", "\n", "\n", "years", ",", " non", "?",
            ])
    }

    @Test("byte pairs and characters give any text back", arguments: 1...8)
    func roundTrip(seed: Int) throws {
        var random = Generator(state: UInt64(seed) &* 77)
        let text = random.text(300, of: Self.alphabet)
        var training = BytePairTraining(texts: [text])
        let pairs = try BytePairTokenizer(
            merges: try training.merges(40) { false }, special: ["<end>", "<e"])
        let other = random.text(100, of: Self.alphabet) + "<end>" + random.text(9, of: Self.alphabet) + "<e"
        let ids = try pairs.encode(other)
        #expect(pairs.decode(ids, keepsSpecial: true) == other)
        #expect(ids.count { $0 < 2 } == 2 && ids.last == 1)
        let letters = try CharacterTokenizer(text: text, special: [])
        #expect(letters.decode(try letters.encode(text), keepsSpecial: false) == text)
    }

    @Test("words of BERT: lower case, no accents, punctuation and Chinese characters alone")
    func basic() {
        let words = WordPieceTokenizer.words(of: "Ünïted\u{A0}STATES' 中文x\u{200B}y\tz\u{0}e\u{301}!?")
        #expect(
            words.map { String(String.UnicodeScalarView($0)) } == [
                "united", "states", "'", "中", "文", "xy", "ze", "!", "?",
            ])
    }

    @Test("a word of more than 100 characters, or with an unknown part, is unknown")
    func unknown() throws {
        let tokenizer = try WordPieceTokenizer(tokens: ["[UNK]", "a", "##a", "##aa", "b"])
        #expect(try tokenizer.encode("aaaa ac b") == [1, 3, 2, 0, 4])
        #expect(try tokenizer.encode(String(repeating: "a", count: 100)).count == 51)
        #expect(try tokenizer.encode(String(repeating: "a", count: 101)) == [0])
    }

    @Test("a damaged file is an error or a tokenizer that works")
    func damaged() throws {
        var training = BytePairTraining(texts: ["low lower lowest newer wider"])
        let tokenizers: [any Tokenizer] = try [
            BytePairTokenizer(merges: try training.merges(20) { false }, special: ["<a>"]),
            CharacterTokenizer(text: "abcé你", special: ["<unk>"]),
            WordTokenizer(texts: ["a b c a"], size: 9, isLower: true, special: []),
            WordPieceTokenizer(tokens: ["[UNK]", "[CLS]", "[SEP]", "a", "##b"]),
        ]
        let files = tokenizers.map { TokenizerFile.write($0) }
        var random = Generator(state: 99)
        var accepted = 0
        for round in 0..<8000 {
            var bytes = files[round % files.count]
            for _ in 0...random.below(3) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = Array("0123456789[]{}\",-ab".utf8)[random.below(19)]
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(random.below(128)), at: place)
                }
            }
            guard let json = try? JSON.read(bytes), let made = try? TokenizerFile.read(json) else { continue }
            accepted += 1
            let ids = (try? made.encode("low <a> abcé 你 ab")) ?? []
            _ = made.decode(ids, keepsSpecial: true)
            #expect(ids.allSatisfy { $0 < made.tokens.count })
            _ = made.decode(Array(0..<made.tokens.count), keepsSpecial: false)
        }
        #expect(accepted > 100)
    }
}
