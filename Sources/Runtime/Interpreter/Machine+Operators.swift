import Autodiff
import Figures
import Foundation
import Kernels
import OrderedCollections
import Tensors

// Operators on values other than two Ints or two Floats, which the loop does in place.

extension Machine {
    func binary(_ operation: Opcode, _ left: Value, _ right: Value) throws -> Value {
        switch (left, right) {
        case (.int(let x), .int(let y)): return try integers(operation, x, y)
        case (.int(let x), .float(let y)): return try floats(operation, Double(x), y)
        case (.float(let x), .int(let y)): return try floats(operation, x, Double(y))
        case (.float(let x), .float(let y)): return try floats(operation, x, y)
        default: return try others(operation, left, right)
        }
    }

    private func others(_ operation: Opcode, _ left: Value, _ right: Value) throws -> Value {
        if check != nil, left.isOpen || right.isOpen { return try openBinary(operation, left, right) }
        switch operation {
        case .compose: return try compose(left, right)
        case .contained:
            if case .dtype = left, case .list(let list) = right { for item in list.items { warnOfUnlike(left, item) } }
            return .bool(try contains(right, left))
        case .notContained: return .bool(!(try contains(right, left)))
        case .equal, .notEqual:
            // A tensor and what is neither tensor nor number are compared as values.
            if !Self.isElementwise(left) || !Self.isElementwise(right) {
                warnOfUnlike(left, right)
                return .bool(try equals(left, right) == (operation == .equal))
            }
        default: break
        }
        if Self.isTensorLike(left) || Self.isTensorLike(right), operation != .beside {
            return try tensors(operation, left, right)
        }
        switch operation {
        case .equal: return .bool(try equals(left, right))
        case .notEqual: return .bool(!(try equals(left, right)))
        case .less: return .bool(try order(left, right, "<") < 0)
        case .lessOrEqual: return .bool(try order(left, right, "<=") <= 0)
        case .greater: return .bool(try order(left, right, ">") > 0)
        case .greaterOrEqual: return .bool(try order(left, right, ">=") >= 0)
        case .add: return try addition(left, right)
        case .beside, .divide:
            if case .figure(let first) = left, case .figure(let second) = right {
                let composed =
                    operation == .beside
                    ? try first.figure.beside(second.figure)
                    : try first.figure.above(second.figure)
                return .figure(FigureObject(composed))
            }
            throw OperatorFailures.mismatch(operation.symbol, left, right)
        default: throw OperatorFailures.mismatch(operation.symbol, left, right)
        }
    }

    /// Whether `==` with a tensor goes element by element.
    private static func isElementwise(_ value: Value) -> Bool {
        switch value {
        case .tensor, .symbol, .int, .float, .bool: true
        default: false
        }
    }

    private static func isTensorLike(_ value: Value) -> Bool {
        switch value {
        case .tensor, .symbol: true
        default: false
        }
    }

    // MARK: Numbers

    private func integers(_ operation: Opcode, _ x: Int, _ y: Int) throws -> Value {
        switch operation {
        case .add, .subtract, .multiply:
            let (result, overflow) =
                operation == .add
                ? x.addingReportingOverflow(y)
                : operation == .subtract
                    ? x.subtractingReportingOverflow(y) : x.multipliedReportingOverflow(by: y)
            guard !overflow else { throw OperatorFailures.overflow(operation.symbol) }
            return .int(result)
        case .divide:
            guard y != 0 else { throw OperatorFailures.divisionByZero("/") }
            return .float(Double(x) / Double(y))
        case .floorDivide, .remainder: return try floorDivision(operation, x, y)
        case .power: return try power(x, y)
        case .less: return .bool(x < y)
        case .lessOrEqual: return .bool(x <= y)
        case .greater: return .bool(x > y)
        case .greaterOrEqual: return .bool(x >= y)
        case .equal: return .bool(x == y)
        case .notEqual: return .bool(x != y)
        default: return try others(operation, .int(x), .int(y))
        }
    }

    private func floorDivision(_ operation: Opcode, _ x: Int, _ y: Int) throws -> Value {
        guard y != 0 else { throw OperatorFailures.divisionByZero(operation.symbol) }
        let (quotient, overflow) = x.dividedReportingOverflow(by: y)
        guard !overflow else {
            if operation == .remainder { return .int(0) }
            throw OperatorFailures.overflow(operation.symbol)
        }
        let remainder = x - quotient * y
        let isBelow = remainder != 0 && (remainder < 0) != (y < 0)
        if operation == .remainder { return .int(isBelow ? remainder + y : remainder) }
        return .int(isBelow ? quotient - 1 : quotient)
    }

    private func power(_ base: Int, _ exponent: Int) throws -> Value {
        guard exponent >= 0 else {
            guard base != 0 else { throw OperatorFailures.divisionByZero("^") }
            return .float(pow(Double(base), Double(exponent)))
        }
        var result = 1
        var factor = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 {
                let (product, overflow) = result.multipliedReportingOverflow(by: factor)
                guard !overflow else { throw OperatorFailures.overflow("^") }
                result = product
            }
            rest >>= 1
            guard rest > 0 else { break }
            let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
            guard !overflow else { throw OperatorFailures.overflow("^") }
            factor = square
        }
        return .int(result)
    }

    private func floats(_ operation: Opcode, _ x: Double, _ y: Double) throws -> Value {
        switch operation {
        case .add: return .float(x + y)
        case .subtract: return .float(x - y)
        case .multiply: return .float(x * y)
        case .divide: return .float(x / y)
        case .floorDivide: return .float(FlooredDivision.quotient(x, y))
        case .remainder: return .float(FlooredDivision.remainder(x, y))
        case .power: return .float(pow(x, y))
        case .less: return .bool(x < y)
        case .lessOrEqual: return .bool(x <= y)
        case .greater: return .bool(x > y)
        case .greaterOrEqual: return .bool(x >= y)
        case .equal: return .bool(x == y)
        case .notEqual: return .bool(x != y)
        default: return try others(operation, .float(x), .float(y))
        }
    }

    func negate(_ value: Value) throws -> Value {
        switch value {
        case .int(let x):
            guard x != Int.min else { throw OperatorFailures.overflow("-") }
            return .int(-x)
        case .float(let x): return .float(-x)
        case .tensor(let node): return .tensor(try recorder.unary(.negate, node))
        case .symbol(let symbol):
            guard let bounds = symbol.bounds else {
                return .symbol(Symbol(node: try recorder.unary(.negate, symbol.node), isInt: false))
            }
            guard check != nil || bounds.lowerBound > Int.min else { return try negate(demanded(value)) }
            return .symbol(
                Symbol(
                    node: try recorder.unary(.negate, symbol.node), isInt: true,
                    bounds: bounds.lowerBound == Int.min ? bounds : -bounds.upperBound...(-bounds.lowerBound)))
        case .sketch: return try onExample([value]) { try self.negate($0[0]) }
        default: throw OperatorFailures.operand("-", value, "a number or a tensor")
        }
    }

    func not(_ value: Value) throws -> Value {
        switch value {
        case .bool(let flag): return .bool(!flag)
        case .tensor(let node) where node.dtype == .bool:
            return .tensor(try recorder.unary(.not, node))
        case .sketch: return try onExample([value]) { try self.not($0[0]) }
        default: throw OperatorFailures.operand("not", value, "a Bool")
        }
    }

    // MARK: Truth

    /// A condition: a Bool or a 0-d bool tensor.
    func truth(_ value: Value) throws -> Bool {
        switch value {
        case .bool(let flag): return flag
        case .sketch:
            _ = try onExample([value]) { .bool(try self.truth($0[0])) }
            throw UnknownValue()
        case .tensor(let node) where node.dtype == .bool && node.shape.rank == 0:
            return try self.value(of: node).bool(at: 0)
        case .none:
            throw OperatorFailures.condition(
                value, help: "an `if` without `else` that does nothing gives nil")
        case .tensor(let node) where node.dtype == .bool:
            throw OperatorFailures.condition(value, help: "say `.all()` or `.any()`")
        default: throw OperatorFailures.condition(value, help: nil)
        }
    }

    /// The left operand of `and` or `or`: a Bool decides at once, a bool tensor does not.
    func logicalOperand(_ value: Value, _ word: String) throws -> Value {
        switch value {
        case .bool, .unknown: return value
        case .tensor(let node) where node.dtype == .bool: return value
        case .sketch:
            _ = try onExample([value]) { try self.logicalOperand($0[0], word) }
            return .unknown
        default: throw OperatorFailures.operand(word, value, "a Bool")
        }
    }

    func combine(_ left: Value, _ right: Value, isAnd: Bool) throws -> Value {
        switch (left, right) {
        case (.bool, .bool): return right
        case (.tensor(let x), .tensor(let y)) where x.dtype == .bool && y.dtype == .bool:
            return .tensor(try recorder.binary(isAnd ? .and : .or, x, y))
        case (.tensor(let x), .bool(let flag)) where x.dtype == .bool,
            (.bool(let flag), .tensor(let x)) where x.dtype == .bool:
            let constant = try recorder.constant(.bool(flag), beside: .bool)
            return .tensor(try recorder.binary(isAnd ? .and : .or, x, constant))
        case (.sketch, _), (_, .sketch):
            return try onExample([left, right]) { try self.combine($0[0], $0[1], isAnd: isAnd) }
        default: throw OperatorFailures.operand(isAnd ? "and" : "or", right, "a Bool")
        }
    }

    // MARK: Tensors

    private func tensors(_ operation: Opcode, _ left: Value, _ right: Value) throws -> Value {
        if let symbols = try symbols(operation, left, right) { return symbols }
        if operation == .matmul {
            guard case .tensor(let x) = left, case .tensor(let y) = right else {
                throw OperatorFailures.mismatch("@", left, right)
            }
            return .tensor(try recorder.matmul(x, y))
        }
        guard let code = operation.elementwise else {
            throw OperatorFailures.mismatch(operation.symbol, left, right)
        }
        let x: Node
        let y: Node
        switch (left, right) {
        case (.tensor(let first), .tensor(let second)):
            x = first
            y = second
            if check != nil { warnOfBroadcast(x, y, operation.symbol) }
        case (.tensor(let first), _):
            x = first
            y = try beside(right, first, operation, left, right)
        case (_, .tensor(let second)):
            x = try beside(left, second, operation, left, right)
            y = second
        default: throw OperatorFailures.mismatch(operation.symbol, left, right)
        }
        return .tensor(try recorder.binary(code, x, y))
    }

    /// A scalar operand as a 0-d tensor of the dtype that it takes beside `other`.
    private func beside(
        _ scalar: Value, _ other: Node, _ operation: Opcode, _ left: Value, _ right: Value
    ) throws -> Node {
        switch scalar {
        case .int(let value): return try recorder.constant(.int(value), beside: other.dtype)
        case .float(let value): return try recorder.constant(.float(value), beside: other.dtype)
        case .bool(let value) where other.dtype == .bool:
            return try recorder.constant(.bool(value), beside: .bool)
        case .symbol(let symbol):
            let mayNotFit = symbol.isInt && other.dtype.isInteger && other.dtype != .int64
            if check == nil, mayNotFit || operation == .power {
                // Whether it fits is seen of the number alone, and how a power is computed.
                return try beside(demanded(scalar), other, operation, left, right)
            }
            return try recorder.cast(symbol.node, to: Self.dtype(of: symbol, beside: other.dtype))
        default: throw OperatorFailures.mismatch(operation.symbol, left, right)
        }
    }

    /// The dtype that a number takes beside a tensor.
    static func dtype(of symbol: Symbol, beside other: DType) -> DType {
        if other.isFloat { return other }
        return symbol.isInt ? (other == .bool ? .int64 : other) : .float32
    }

    /// Arithmetic of numbers one of which is an input of the program being recorded, as it would
    /// be for plain numbers: in float64, or int64 where both are Ints.
    private func symbols(_ operation: Opcode, _ left: Value, _ right: Value) throws -> Value? {
        guard let x = try symbolOperand(left), let y = try symbolOperand(right),
            let code = operation.elementwise
        else { return nil }
        switch operation {
        case .add, .subtract, .multiply, .divide, .power: break
        default:
            // Comparisons decide what the program does; they need the number.
            do {
                return try binary(operation, demanded(left), demanded(right))
            } catch where check != nil && isUnknown(error) {
                let isNumber = operation == .floorDivide || operation == .remainder
                return isNumber ? unknownNumber(isInt: x.isInt && y.isInt) : .sketch(.flag)
            }
        }
        if let first = x.bounds, let second = y.bounds, operation != .divide || check == nil {
            guard let bounds = Self.bounds(operation, first, second) else {
                // Check takes an Int it does not know for one that does no harm.
                if check != nil {
                    return .symbol(Symbol(node: try recorder.binary(code, x.node, y.node), isInt: operation != .power))
                }
                return try binary(operation, demanded(left), demanded(right))
            }
            if operation != .divide {
                return .symbol(Symbol(node: try recorder.binary(code, x.node, y.node), isInt: true, bounds: bounds))
            }
        }
        let first = try recorder.cast(x.node, to: .float64)
        let second = try recorder.cast(y.node, to: .float64)
        return .symbol(Symbol(node: try recorder.binary(code, first, second), isInt: false))
    }

    /// What an operator on Ints may give; `nil` where it may be an error or, of powers, a Float.
    private static func bounds(
        _ operation: Opcode, _ x: ClosedRange<Int>, _ y: ClosedRange<Int>
    ) -> ClosedRange<Int>? {
        let ends = [(x.lowerBound, y.lowerBound), (x.lowerBound, y.upperBound), (x.upperBound, y.lowerBound),
            (x.upperBound, y.upperBound)]
        var results: [Int] = []
        for (first, second) in ends {
            let (result, overflow): (Int, Bool)
            switch operation {
            case .add: (result, overflow) = first.addingReportingOverflow(second)
            case .subtract: (result, overflow) = first.subtractingReportingOverflow(second)
            case .multiply: (result, overflow) = first.multipliedReportingOverflow(by: second)
            case .divide: (result, overflow) = (0, y.contains(0))
            default: return nil
            }
            if overflow { return nil }
            results.append(result)
        }
        return (results.min() ?? 0)...(results.max() ?? 0)
    }

    private func symbolOperand(_ value: Value) throws -> Symbol? {
        switch value {
        case .symbol(let symbol): symbol
        case .int(let number):
            Symbol(node: try recorder.full(.int(number), .scalar, .int64), isInt: true, bounds: number...number)
        case .float(let number):
            Symbol(node: try recorder.full(.float(number), .scalar, .float64), isInt: false)
        default: nil
        }
    }

    // MARK: Other values

    private func addition(_ left: Value, _ right: Value) throws -> Value {
        switch (left, right) {
        case (.string(let x), .string(let y)):
            try requireMemory(x.text.utf8.count + y.text.utf8.count, elementsOf: 1)
            return .string(x.text + y.text)
        case (.list(let x), .list(let y)):
            try requireMemory(x.items.count + y.items.count)
            return .list(x.items + y.items)
        case (.figure(let x), .figure(let y)):
            return .figure(FigureObject(try x.figure.overlaid(with: y.figure)))
        case (.string, _), (_, .string):
            throw OperatorFailures.mismatch(
                "+", left, right, help: "write the value into the text: \"… {x}\", or `str(x)`")
        default: throw OperatorFailures.mismatch("+", left, right)
        }
    }

    func contains(_ container: Value, _ element: Value) throws -> Bool {
        switch container {
        case .list(let list): return try list.items.contains { try equals($0, element) }
        case .tuple(let tuple): return try tuple.items.contains { try equals($0, element) }
        case .dict(let dict):
            let key = try self.key(element)
            return dict.items[key] != nil
        case .string(let text):
            guard case .string(let part) = element else {
                throw OperatorFailures.mismatch("in", element, container)
            }
            return try stoppable(text.text.utf8.count) { TextSearch(part.text).occurs(in: text.text) }
        case .range(let range):
            switch try number(element) {
            case .int(let number): return range.contains(number)
            case .float(let number): return Int(exactly: number).map(range.contains) ?? false
            default: return false
            }
        default: throw OperatorFailures.mismatch("in", element, container)
        }
    }
}
