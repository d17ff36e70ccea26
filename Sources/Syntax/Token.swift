/// The words that are never names, except after `.` and as a label.
public enum Keyword: String, Sendable, CaseIterable {
    case `let`, `var`, `func`, `if`, `else`, `for`, `in`, `while`, `break`, `continue`, `return`
    case assert, `try`, `import`, and, or, not, `true`, `false`, `nil`

    /// Begins a statement and cannot stand inside an expression.
    var beginsStatement: Bool {
        switch self {
        case .let, .var, .func, .for, .while, .break, .continue, .return, .assert, .import: true
        case .if, .else, .in, .try, .and, .or, .not, .true, .false, .nil: false
        }
    }
}

/// Operators and punctuation. The last group belongs to other languages: it is read so that the
/// parser can say what to write instead.
public enum Symbol: String, Sendable, CaseIterable {
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBracket = "["
    case rightBracket = "]"
    case leftBrace = "{"
    case rightBrace = "}"
    case comma = ","
    case semicolon = ";"
    case colon = ":"
    case dot = "."
    case ellipsis = "..."
    case halfOpenRange = "..<"
    case arrow = "->"
    case fatArrow = "=>"
    case assign = "="
    case plusAssign = "+="
    case minusAssign = "-="
    case timesAssign = "*="
    case divideAssign = "/="
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case floorDivide = "//"
    case percent = "%"
    case at = "@"
    case caret = "^"
    case bar = "|"
    case pipe = "|>"
    case compose = ">>"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    case doubleStar = "**"
    case doubleAmpersand = "&&"
    case doubleBar = "||"
    case ampersand = "&"
    case exclamation = "!"
    case doublePlus = "++"
    case walrus = ":="
    case tilde = "~"
    case doubleDot = ".."
}

public enum TokenKind: Hashable, Sendable {
    case name
    case keyword(Keyword)
    case symbol(Symbol)
    case integer
    case float
    /// The opening quotes. What follows up to `stringEnd` are `stringText` and interpolations.
    case stringStart(isMultiline: Bool)
    case stringText
    /// The `{` of an interpolation; its tokens follow.
    case interpolationStart
    /// `:.4f`, with the colon.
    case format
    /// The `}` of an interpolation; empty if it is missing.
    case interpolationEnd
    /// The closing quotes; empty if they are missing.
    case stringEnd
    /// `'text'`, which is Python's.
    case foreignString
    case comment
    /// A `##` line.
    case documentation
    case newline
    /// Characters that mean nothing; always reported.
    case unknown
    /// The end of the text, once.
    case end
}

/// A piece of the text. Offsets are UTF-8 offsets in the source; only white space lies between
/// tokens.
public struct Token: Hashable, Sendable {
    public var kind: TokenKind
    public var start: Int
    public var end: Int
    /// It is the first one on its line.
    public var startsLine: Bool

    public init(_ kind: TokenKind, _ start: Int, _ end: Int, startsLine: Bool) {
        self.kind = kind
        self.start = start
        self.end = end
        self.startsLine = startsLine
    }
}

extension Token {
    var symbol: Symbol? {
        if case .symbol(let symbol) = kind { symbol } else { nil }
    }

    var keyword: Keyword? {
        if case .keyword(let keyword) = kind { keyword } else { nil }
    }

    /// A name or a reserved word: what may follow `.` or stand as a label.
    var isWord: Bool { kind == .name || keyword != nil }

    /// White space and remarks, which the parser does not see.
    var isTrivia: Bool {
        switch kind {
        case .comment, .documentation, .newline, .unknown: true
        default: false
        }
    }

    /// A value may end with it, so that an operator, a call or an index may follow.
    var endsOperand: Bool {
        switch kind {
        case .name, .integer, .float, .stringEnd, .foreignString: true
        case .keyword(let word): word == .true || word == .false || word == .nil
        case .symbol(let symbol):
            symbol == .rightParenthesis || symbol == .rightBracket || symbol == .rightBrace
        default: false
        }
    }

    /// A value may begin with it.
    var startsOperand: Bool {
        switch kind {
        case .name, .integer, .float, .stringStart, .foreignString: true
        case .keyword(let word):
            switch word {
            case .true, .false, .nil, .not, .if, .try: true
            default: false
            }
        case .symbol(let symbol):
            switch symbol {
            case .leftParenthesis, .leftBracket, .minus, .exclamation, .tilde: true
            default: false
            }
        default: false
        }
    }
}
