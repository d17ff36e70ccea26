/// Writes random programs: nearly well-typed, over the whole language, with the catalogue's functions. The same seed
/// gives the same program as long as the catalogue is the same.
struct ProgramGenerator {
    struct Name {
        var text: String
        var sort: Sort
        var isVariable: Bool
    }

    var random: SplitMix
    var names: [Name] = []
    private var counter = 0
    /// Parts that may still be made: programs stay small.
    private var fuel = 120

    init(seed: UInt64) { random = SplitMix(state: seed) }

    mutating func program() -> String {
        (0..<number(1...7)).map { _ in statement(depth: 3) }.joined(separator: "\n") + "\n"
    }

    // MARK: Chance

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    /// True once in `count` times.
    mutating func once(in count: Int) -> Bool { number(1...count) == 1 }

    mutating func pick<Item>(_ items: [Item]) -> Item { items[number(0...items.count - 1)] }

    mutating func spend() -> Bool {
        fuel -= 1
        return fuel > 0
    }

    mutating func fresh(_ prefix: String) -> String {
        counter += 1
        return once(in: 80) ? "x" : "\(prefix)\(counter)"
    }

    /// Names that `body` makes are forgotten after it.
    mutating func scoped(_ body: (inout ProgramGenerator) -> String) -> String {
        let outer = names
        defer { names = outer }
        return body(&self)
    }

    // MARK: Statements

    mutating func statement(depth: Int) -> String {
        guard depth > 0, spend() else { return "print(\(expression(.int, depth: 0)))" }
        switch number(0...21) {
        case 0...5: return definition(depth: depth)
        case 6, 7: return assignment(depth: depth)
        case 8: return function(depth: depth)
        case 9: return model(depth: depth)
        case 10: return optimizer(depth: depth)
        case 11: return loop(depth: depth)
        case 12:
            let head = "if \(expression(.bool, depth: depth - 1)) \(block(depth: depth - 1))"
            return once(in: 2) ? head + " else \(block(depth: depth - 1))" : head
        case 13:
            return "assert \(expression(.bool, depth: depth - 1)), \(expression(.text, depth: 1))"
        case 14: return training(depth: depth)
        case 15:
            // The first two are refused outside of loops, and the program with them.
            return pick(once(in: 6) ? ["break", "continue"] : ["dims 批, Q", "nil", "return 1"])
        case 16, 17: return "print(\(expression(anySort(), depth: depth - 1)))"
        default:
            let value = expression(anySort(), depth: depth)
            return once(in: 4) ? value : "try \(value) else lastError()"
        }
    }

    mutating func block(depth: Int) -> String {
        scoped { generator in
            let count = generator.number(1...2)
            let body = (0..<count).map { _ in generator.statement(depth: depth) }
            return "{\n\(body.joined(separator: "\n"))\n}"
        }
    }

    private mutating func definition(depth: Int) -> String {
        let sort = anySort()
        // What fails gets a plain value, so that the program goes on.
        var value = expression(sort, depth: depth)
        if !once(in: 4) { value = "try \(value) else \(literal(sort))" }
        if once(in: 12) {
            let (first, second) = (fresh("a"), fresh("b"))
            names += [first, second].map { Name(text: $0, sort: .int, isVariable: true) }
            return "var (\(first), \(second)) = \(expression(.tuple, depth: depth - 1))"
        }
        let name = fresh(sort == .model ? "net" : "v")
        let isVariable = once(in: 2)
        let shape = sort == .tensor && once(in: 4) ? ": \(pattern())" : ""
        names.append(Name(text: name, sort: sort, isVariable: isVariable))
        return "\(isVariable ? "var" : "let") \(name)\(shape) = \(value)"
    }

    private mutating func assignment(depth: Int) -> String {
        let variables = names.filter(\.isVariable)
        guard !variables.isEmpty else { return definition(depth: depth) }
        let target = pick(variables)
        var place = target.text
        switch target.sort {
        case .list, .tensor, .dict, .tuple:
            if once(in: 2) { place += subscripts(target.sort, depth: 1) }
        case .record: if once(in: 2) { place += pick([".a", ".b", ".loss"]) }
        case .model, .optimizer: place += pick([".W", ".lr", ".b", "[0]", "[0].W"])
        default: break
        }
        let operation = pick(["=", "=", "=", "+=", "-=", "*=", "/="])
        return "\(place) \(operation) \(expression(target.sort, depth: depth - 1))"
    }

    mutating func parameters(_ count: Int, depth: Int) -> String {
        (0..<count).map { _ in
            let name = fresh("p")
            let sort = pick([Sort.tensor, .tensor, .int, .float, .list, .function])
            names.append(Name(text: name, sort: sort, isVariable: false))
            if sort == .tensor, once(in: 2) { return "\(name): \(pattern())" }
            return once(in: 4) ? "\(name) = \(expression(sort, depth: 0))" : name
        }.joined(separator: ", ")
    }

    private mutating func function(depth: Int) -> String {
        let name = fresh("f")
        if once(in: 6) { names.append(Name(text: name, sort: .function, isVariable: false)) }
        let text = scoped { generator in
            let parameters = generator.parameters(generator.number(0...3), depth: depth)
            let result = generator.once(in: 4) ? " -> \(generator.pattern())" : ""
            return "func \(name)(\(parameters))\(result) \(generator.block(depth: depth - 1))"
        }
        names.append(Name(text: name, sort: .function, isVariable: false))
        return text
    }

    private mutating func loop(depth: Int) -> String {
        if once(in: 6) {
            return "while \(expression(.bool, depth: 1)) {\n\(statement(depth: depth - 1))\n"
                + (once(in: 8) ? "}" : "break\n}")
        }
        return scoped { generator in
            let name = generator.fresh("i")
            let over = generator.pick([Sort.range, .list, .tensor, .text, .dict, .dataset])
            let head =
                generator.once(in: 3)
                ? "0..<\(generator.number(0...4))" : generator.expression(over, depth: 1)
            generator.names.append(Name(text: name, sort: .int, isVariable: false))
            let pattern = generator.once(in: 5) ? "(\(name), _)" : name
            return "for \(pattern) in \(head) \(generator.block(depth: depth - 1))"
        }
    }

    // MARK: Sorts

    mutating func anySort() -> Sort {
        pick([
            .tensor, .tensor, .tensor, .tensor, .int, .float, .bool, .text, .list, .list, .dict,
            .record, .tuple, .range, .function, .function, .model, .model, .optimizer, .dataset,
            .figure, .dtype, .none,
        ])
    }

    /// A shape pattern of a signature.
    mutating func pattern() -> String {
        let parts = (0..<number(0...3)).map { _ in
            pick(["N", "D", "T", "2", "3", "_", "...", "...S", "C: 3", "(1 + 1)", "n", "(x)", "批"])
        }
        return "[\(parts.joined(separator: ", "))]"
    }
}

/// A generator whose numbers follow from its state (Steele, Lea and Flood, *Fast Splittable Pseudorandom Number
/// Generators*, 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
