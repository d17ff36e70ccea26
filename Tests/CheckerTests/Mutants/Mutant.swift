import Diagnostics
import Syntax

/// The kinds of mistakes that are put into programs.
enum MutantKind: String, CaseIterable, Sendable {
    case width, axis, swapped, name, member, label, file, count, flatten, dtype, signature, key, option
}

/// A mistake: edits of the text of one cell.
struct Mutant: Sendable {
    struct Edit: Sendable {
        /// UTF-8 offsets.
        var start: Int
        var end: Int
        var text: String
    }

    var kind: MutantKind
    var cell = 0
    var edits: [Edit]
    /// An edit instead of the mistake that fails when its place is reached; `nil` if none is known.
    var probe: Edit?

    func text(in source: SourceText) -> String { Self.apply(edits, to: source) }

    func probeText(in source: SourceText) -> String? {
        probe.map { Self.apply([$0], to: source) }
    }

    private static func apply(_ edits: [Edit], to source: SourceText) -> String {
        var bytes = source.utf8
        for edit in edits.sorted(by: { $0.start > $1.start }) {
            bytes.replaceSubrange(edit.start..<edit.end, with: Array(edit.text.utf8))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same choices on every machine.
struct MutantRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A word with a typing mistake: a letter too few, one twice, or two swapped.
    mutating func misspelt(_ word: String) -> String {
        var letters = Array(word)
        guard letters.count > 1 else { return word + word + "q" }
        let place = Int.random(in: 0..<(letters.count - 1), using: &self)
        switch Int.random(in: 0..<3, using: &self) {
        case 0 where letters.count > 2: letters.remove(at: place + 1)
        case 1 where letters[place] != letters[place + 1] && place > 0: letters.swapAt(place, place + 1)
        default: letters.insert(letters[place + 1], at: place + 1)
        }
        return String(letters)
    }
}
