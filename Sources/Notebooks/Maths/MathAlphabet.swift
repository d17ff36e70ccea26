/// An alphabet of mathematics: Unicode has a block of letters for each.
///
/// - Source: The Unicode Standard, chart 1D400–1D7FF, and the letterlike symbols that fill its
///   gaps.
enum MathAlphabet: String {
    case roman, bold, boldItalic, blackboard, calligraphic, fraktur, sansSerif, typewriter, italic

    /// The alphabet that a command sets its argument in.
    static let commands: [String: MathAlphabet] = [
        "mathrm": .roman, "mathup": .roman, "mathbf": .bold, "boldsymbol": .boldItalic,
        "bm": .boldItalic, "mathbb": .blackboard, "mathcal": .calligraphic,
        "mathscr": .calligraphic, "mathfrak": .fraktur, "mathsf": .sansSerif,
        "mathtt": .typewriter, "mathit": .italic, "mathnormal": .italic,
    ]

    private struct Starts {
        var capital: UInt32?
        var small: UInt32?
        var digit: UInt32?
        var greekCapital: UInt32?
        var greekSmall: UInt32?
    }

    private var starts: Starts {
        switch self {
        case .roman, .italic: Starts()
        case .bold:
            Starts(
                capital: 0x1d400, small: 0x1d41a, digit: 0x1d7ce, greekCapital: 0x1d6a8,
                greekSmall: 0x1d6c2)
        case .boldItalic:
            Starts(
                capital: 0x1d468, small: 0x1d482, digit: 0x1d7ce, greekCapital: 0x1d71c,
                greekSmall: 0x1d736)
        case .blackboard: Starts(capital: 0x1d538, small: 0x1d552, digit: 0x1d7d8)
        case .calligraphic: Starts(capital: 0x1d49c, small: 0x1d4b6)
        case .fraktur: Starts(capital: 0x1d504, small: 0x1d51e)
        case .sansSerif: Starts(capital: 0x1d5a0, small: 0x1d5ba, digit: 0x1d7e2)
        case .typewriter: Starts(capital: 0x1d670, small: 0x1d68a, digit: 0x1d7f6)
        }
    }

    private var gaps: [Character: Character] {
        switch self {
        case .blackboard: ["C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"]
        case .calligraphic:
            [
                "B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ",
                "e": "ℯ", "g": "ℊ", "o": "ℴ",
            ]
        case .fraktur: ["C": "ℭ", "H": "ℌ", "I": "ℑ", "R": "ℜ", "Z": "ℨ"]
        case .roman, .bold, .boldItalic, .sansSerif, .typewriter, .italic: [:]
        }
    }

    /// A character in this alphabet; itself if the alphabet lacks it.
    func letter(_ character: Character) -> Character {
        if let letter = gaps[character] { return letter }
        guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1
        else {
            return character
        }
        let starts = starts
        let (first, start): (UInt32, UInt32?) =
            switch scalar.value {
            case 0x41...0x5a: (0x41, starts.capital)
            case 0x61...0x7a: (0x61, starts.small)
            case 0x30...0x39: (0x30, starts.digit)
            case 0x391...0x3a9: (0x391, starts.greekCapital)
            case 0x3b1...0x3c9: (0x3b1, starts.greekSmall)
            default: (0, nil)
            }
        guard let start, let moved = Unicode.Scalar(start + scalar.value - first) else {
            return character
        }
        return Character(moved)
    }

    /// A formula with its letters in this alphabet; letters side by side become one word.
    func apply(to node: MathNode) -> MathNode {
        switch node {
        case .atom(let atom): .atom(apply(to: atom))
        case .row(let nodes): .row(joined(nodes.map(apply)))
        case .scripts(let base, let below, let above, let limits):
            .scripts(
                apply(to: base), below: below.map(apply), above: above.map(apply), limits)
        case .accent(let base, let mark, let isStretchy, let isBelow):
            .accent(apply(to: base), mark: mark, isStretchy: isStretchy, isBelow: isBelow)
        case .fenced(let body, let open, let close):
            .fenced(apply(to: body), open: open, close: close)
        case .text, .space, .fraction, .root, .table, .styled, .phantom, .source: node
        }
    }

    private func apply(to atom: MathAtom) -> MathAtom {
        guard atom.kind == .letter || atom.kind == .upright || atom.kind == .number else {
            return atom
        }
        let text = String(atom.text.map(letter))
        if self == .italic { return MathAtom(text, atom.kind == .number ? .number : .letter) }
        return MathAtom(text, atom.kind == .number ? .number : .upright)
    }

    private func joined(_ nodes: [MathNode]) -> [MathNode] {
        guard self != .italic else { return nodes }
        var result: [MathNode] = []
        for node in nodes {
            if case .atom(let atom) = node, atom.kind == .upright,
                case .atom(let last)? = result.last, last.kind == .upright
            {
                result[result.count - 1] = .atom(MathAtom(last.text + atom.text, .upright))
            } else {
                result.append(node)
            }
        }
        return result
    }
}
