/// A formula as a tree; what TeX is read into and MathML is written from.
indirect enum MathNode: Equatable, Sendable {
    case row([MathNode])
    case atom(MathAtom)
    /// Words: `\text{if }`.
    case text(String)
    /// A horizontal space in em.
    case space(Double)
    case fraction(MathNode, MathNode, MathFraction)
    case root(MathNode, index: MathNode?)
    case scripts(MathNode, below: MathNode?, above: MathNode?, MathLimits)
    /// A mark over the base, or under it.
    case accent(MathNode, mark: String, isStretchy: Bool, isBelow: Bool)
    /// `\left( … \right)`; `nil` stands for `.`
    case fenced(MathNode, open: String?, close: String?)
    case table(MathTable)
    /// `\displaystyle` or `\textstyle` over the rest of a group.
    case styled(MathNode, isDisplay: Bool)
    case phantom(MathNode)
    /// TeX that is not understood, shown as it was written.
    case source(String)
}

/// One symbol, number or name.
struct MathAtom: Equatable, Sendable {
    /// How it is written and what space it gets, after the eight classes of TeX (The TeXbook,
    /// chapter 17).
    enum Class: Equatable, Sendable {
        /// A letter; italic by convention.
        case letter
        /// A symbol or letter that stays upright.
        case upright
        case number
        /// Named functions such as `log`.
        case function
        /// `∑`, `max`: their scripts go below and above in displays.
        case large
        /// `∫`: large, its scripts stay beside it.
        case integral
        case binary, relation, opening, closing, punctuation
        /// An operator sign without space around it: `/`, `|`.
        case tight
    }

    var text: String
    var kind: Class
    /// The height of a delimiter in em (`\big`), or `nil` for its natural one.
    var size: Double?
    /// Grows with what is between `\left` and `\right`.
    var isStretchy = false

    init(_ text: String, _ kind: Class) {
        self.text = text
        self.kind = kind
    }
}

struct MathFraction: Equatable, Sendable {
    var hasLine = true
    /// `\dfrac`, `\tfrac`; `nil` follows the surroundings.
    var isDisplay: Bool?
}

/// Where the scripts of an operator go.
enum MathLimits: Equatable, Sendable {
    /// By its class: below and above a large operator in displays, else beside it.
    case automatic
    case belowAndAbove, beside
}

/// A matrix, cases, or aligned equations.
struct MathTable: Equatable, Sendable {
    enum Alignment: String, Equatable { case left, center, right }

    var rows: [[MathNode]]
    /// The alignment of each column; further columns repeat these.
    var alignments: [Alignment] = [.center]
    /// Aligned equations: columns touch in pairs, and cells are set as displays.
    var isAligned = false
    var open: String?
    var close: String?
}
