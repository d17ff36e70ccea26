/// SplitMix64: small, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A number below `bound`, without the standard library's rejection loop: the bias is far below
    /// what matters here.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}

/// Damages valid files in the ways that find errors in readers.
struct Mutator {
    var random: SeededGenerator

    /// Numbers at the edges of their types, which length fields do not like.
    private static let edges: [UInt64] = [
        0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF,
        0x8000_0000, 0xFFFF_FFFF,
        0x1_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF,
    ]

    /// Pieces of text that number and structure parsers do not like.
    private static let texts = [
        "-1", "99999999999999999999", "1e999", "\"", "\"\"", ",", "\n", "[", "{", "(", "\\u", "'",
        "nan", "\0", "True",
    ]

    /// One to four changes of a file, or of the front half of one and the back half of another.
    mutating func mutate(_ corpus: [[UInt8]]) -> [UInt8] {
        var bytes = corpus[random.below(corpus.count)]
        if random.below(16) == 0 {
            let other = corpus[random.below(corpus.count)]
            bytes = Array(
                bytes.prefix(random.below(bytes.count + 1))
                    + other.suffix(random.below(other.count + 1)))
        }
        for _ in 0...random.below(4) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return bytes.append(UInt8(truncatingIfNeeded: random.next())) }
        let place = place(in: bytes)
        let run = min(1 + random.below(8), bytes.count - place)
        switch random.below(9) {
        case 0: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes.removeSubrange(place..<(place + run))
        case 3:
            bytes.insert(
                contentsOf: (0..<run).map { _ in UInt8(truncatingIfNeeded: random.next()) },
                at: place)
        case 4: bytes.removeSubrange(place...)
        case 5: bytes.insert(contentsOf: bytes[place..<(place + run)], at: self.place(in: bytes))
        case 6: bytes.insert(contentsOf: Self.texts[random.below(Self.texts.count)].utf8, at: place)
        case 7: setField(&bytes, place, Self.edges[random.below(Self.edges.count)])
        default: adjustField(&bytes, place)
        }
    }

    /// Headers are short and matter most: half of the changes are in the first 64 bytes.
    private mutating func place(in bytes: [UInt8]) -> Int {
        random.below(random.below(2) == 0 ? min(64, bytes.count) : bytes.count)
    }

    /// Overwrites 1, 2, 4 or 8 bytes by a number, in either order.
    private mutating func setField(_ bytes: inout [UInt8], _ place: Int, _ value: UInt64) {
        let width = 1 << random.below(4)
        let isBig = random.below(2) == 0
        for index in 0..<width where place + index < bytes.count {
            let shift = UInt64(8 * (isBig ? width - 1 - index : index))
            bytes[place + index] = UInt8(truncatingIfNeeded: value >> shift)
        }
    }

    /// Adds a small number to a byte: lengths that are off by a little.
    private mutating func adjustField(_ bytes: inout [UInt8], _ place: Int) {
        bytes[place] = bytes[place] &+ UInt8(truncatingIfNeeded: random.below(9) - 4)
    }
}
