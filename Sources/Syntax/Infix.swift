/// How tightly an infix operator binds; the table "Precedence" of the contract from its last row
/// up.
enum Precedence: Int, Comparable {
    case pipe, compose, or, and, comparison, beside, range, sum, product, power

    static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }

    /// The next tighter one: the right side of a left-associative operator.
    var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .power }

    var chains: Bool { self != .comparison && self != .range }
}

extension BinaryOperator {
    var precedence: Precedence {
        switch self {
        case .power: .power
        case .multiply, .divide, .floorDivide, .remainder, .matmul: .product
        case .add, .subtract: .sum
        case .beside: .beside
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained,
            .notContained:
            .comparison
        case .and: .and
        case .or: .or
        case .compose: .compose
        case .pipe: .pipe
        }
    }
}

/// An infix operator in front of the parser, with what other languages write for it.
struct Infix {
    enum Operation {
        case binary(BinaryOperator)
        case range(isClosed: Bool)
    }

    var operation: Operation
    /// As it stands in the text.
    var text: String
    var tokenCount = 1
    /// It is another language's; the text is reported.
    var isForeign = false

    var precedence: Precedence {
        switch operation {
        case .binary(let binary): binary.precedence
        case .range: .range
        }
    }

    init?(at parser: Parser) {
        let token = parser.current
        switch token.kind {
        case .symbol(let symbol):
            guard !parser.atDecrement else { return nil }
            guard let found = Self.symbol(symbol) else { return nil }
            self = found
        case .keyword(.not) where parser.token(1).kind == .keyword(.in):
            self.init(operation: .binary(.notContained), text: "not in", tokenCount: 2)
        case .keyword(let word):
            guard let binary = BinaryOperator(rawValue: word.rawValue) else { return nil }
            self.init(operation: .binary(binary), text: word.rawValue)
        case .name where parser.isWord(token, "is") && parser.token(1).startsOperand:
            // `x is not y` has the `not` as a part of the operator.
            let isNegated = parser.token(1).keyword == .not
            if isNegated, parser.token(2).keyword == .in {
                self.init(
                    operation: .binary(.notContained), text: "is not in", tokenCount: 3,
                    isForeign: true)
                return
            }
            self.init(
                operation: .binary(isNegated ? .notEqual : .equal),
                text: isNegated ? "is not" : "is", tokenCount: isNegated ? 2 : 1, isForeign: true)
        default:
            return nil
        }
    }

    private init(
        operation: Operation, text: String, tokenCount: Int = 1, isForeign: Bool = false
    ) {
        self.operation = operation
        self.text = text
        self.tokenCount = tokenCount
        self.isForeign = isForeign
    }

    private static func symbol(_ symbol: Symbol) -> Infix? {
        let text = symbol.rawValue
        switch symbol {
        case .ellipsis: return Infix(operation: .range(isClosed: true), text: text)
        case .halfOpenRange: return Infix(operation: .range(isClosed: false), text: text)
        case .doubleDot:
            return Infix(operation: .range(isClosed: false), text: text, isForeign: true)
        case .doubleStar: return foreign(.power, text)
        case .doubleAmpersand, .ampersand: return foreign(.and, text)
        case .doubleBar: return foreign(.or, text)
        default:
            return BinaryOperator(rawValue: text).map { Infix(operation: .binary($0), text: text) }
        }
    }

    private static func foreign(_ operation: BinaryOperator, _ text: String) -> Infix {
        Infix(operation: .binary(operation), text: text, isForeign: true)
    }
}
