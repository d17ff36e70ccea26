public import Diagnostics

/// What stands after the colon in `{loss:.4f}`, as in Python:
/// `[[fill]< > ^][+][0][width][,][.digits][d f e g % s x]`.
public struct FormatSpecification: Hashable, Sendable {
    public enum Alignment: String, Sendable {
        case left = "<"
        case right = ">"
        case center = "^"
    }

    public var fill: String = " "
    /// Whether the fill stands in the format.
    public var namesFill = false
    public var alignment: Alignment?
    public var showsPlus = false
    public var padsWithZeros = false
    public var width: Int?
    public var groupsThousands = false
    public var digits: Int?
    /// One of `d f e g % s x`, or `nil`.
    public var type: String?
    public var span: Span

    public init(span: Span) { self.span = span }
}

extension FormatSpecification {
    /// Wider fields and more digits than this are mistakes.
    static let widest = 1_000
    static let mostDigits = 100

    /// Reads `[[fill]< > ^][+][0][width][,][.digits][d f e g % s x]`; `nil` if the text is no
    /// format.
    init?(_ text: Substring, span: Span) {
        self.init(span: span)
        var rest = text.unicodeScalars[...]
        readAlignment(&rest)
        showsPlus = Self.skip("+", &rest)
        padsWithZeros = Self.skip("0", &rest)
        guard Self.readNumber(&rest, into: &width, most: Self.widest) else { return nil }
        groupsThousands = Self.skip(",", &rest)
        if Self.skip(".", &rest) {
            guard Self.readNumber(&rest, into: &digits, most: Self.mostDigits), digits != nil
            else { return nil }
        }
        if let letter = rest.first, "dfeg%sx".unicodeScalars.contains(letter) {
            type = String(rest.removeFirst())
        }
        if !rest.isEmpty { return nil }
    }

    private mutating func readAlignment(_ rest: inout Substring.UnicodeScalarView) {
        let scalars = Array(rest.prefix(2))
        if scalars.count == 2, let found = Alignment(rawValue: String(scalars[1])) {
            fill = String(scalars[0])
            namesFill = true
            alignment = found
            rest.removeFirst(2)
        } else if let first = scalars.first, let found = Alignment(rawValue: String(first)) {
            alignment = found
            rest.removeFirst()
        }
    }

    private static func skip(
        _ scalar: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView
    ) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    /// A number, if one stands there; false if it is too large.
    private static func readNumber(
        _ rest: inout Substring.UnicodeScalarView, into value: inout Int?, most: Int
    ) -> Bool {
        let figures = rest.prefix { ("0"..."9").contains($0) }
        guard !figures.isEmpty else { return true }
        rest.removeFirst(figures.count)
        guard let number = Int(String(figures)), number <= most else { return false }
        value = number
        return true
    }
}
