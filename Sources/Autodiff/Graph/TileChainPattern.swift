import Kernels

/// An expression that a chain of the tile machine computes: operations over the chain's operands.
indirect enum TileChainPattern {
    case operand(Int)
    case apply(ElementwiseCode, [TileChainPattern])

    /// The chains with their expressions, the longest first: the first that fits is taken.
    static let all: [(chain: TileChain, pattern: TileChainPattern)] = TileChain.allCases
        .compactMap { chain in pattern(of: chain).map { (chain, $0) } }
        .sorted { ($0.pattern.size, $1.chain.rawValue) > ($1.pattern.size, $0.chain.rawValue) }

    /// Operations in the expression.
    private var size: Int {
        switch self {
        case .operand: 0
        case .apply(_, let inputs): inputs.reduce(1) { $0 + $1.size }
        }
    }

    private static func pattern(of chain: TileChain) -> TileChainPattern? {
        let (a, b, c, d) = (operand(0), operand(1), operand(2), operand(3))
        func times(_ x: TileChainPattern, _ y: TileChainPattern) -> TileChainPattern {
            .apply(.multiply, [x, y])
        }
        func plus(_ x: TileChainPattern, _ y: TileChainPattern) -> TileChainPattern {
            .apply(.add, [x, y])
        }
        func minus(_ x: TileChainPattern, _ y: TileChainPattern) -> TileChainPattern {
            .apply(.subtract, [x, y])
        }
        func over(_ x: TileChainPattern, _ y: TileChainPattern) -> TileChainPattern {
            .apply(.divide, [x, y])
        }
        func unary(_ code: ElementwiseCode, _ x: TileChainPattern) -> TileChainPattern {
            .apply(code, [x])
        }
        return switch chain {
        case .single: nil
        case .productPlusProduct: plus(times(a, b), times(c, d))
        case .productPlusScaledSquare: plus(times(a, b), times(c, unary(.square, d)))
        case .productMinusProduct: minus(times(a, b), times(c, d))
        case .minusQuotient: minus(a, over(times(b, c), d))
        case .rootOfProductPlus: plus(unary(.sqrt, times(a, b)), c)
        case .rootPlus: plus(unary(.sqrt, a), b)
        case .productPlus: plus(times(a, b), c)
        case .productMinus: minus(times(a, b), c)
        case .minusProduct: minus(a, times(b, c))
        case .productTimes: times(times(a, b), c)
        case .productOver: over(times(a, b), c)
        case .sumTimes: times(plus(a, b), c)
        case .differenceTimes: times(minus(a, b), c)
        case .differenceOver: over(minus(a, b), c)
        case .sumPlus: plus(plus(a, b), c)
        case .scaledSquare: times(a, unary(.square, b))
        case .squaredDifference: unary(.square, minus(a, b))
        case .reluOfSum: unary(.relu, plus(a, b))
        case .selectGreater: .apply(.select, [.apply(.greater, [a, b]), c, d])
        case .logisticSlope: times(a, times(b, minus(c, b)))
        case .tangentSlope: times(a, minus(b, unary(.square, c)))
        }
    }
}

/// What one instruction of a tile program computes for one member of a cluster.
struct TileSelection {
    var chain = TileChain.single
    /// The values it reads.
    var operands: [Int]
    /// The members that it computes on the way to its own.
    var covered: [Int] = []
}

/// Finds chains among the members of a cluster, from the last to the first, each as long as one
/// goes.
struct TileChainMatcher {
    let graph: ProgramGraph
    /// For each member the value whose register it shares: itself, or what it is a cast of.
    let owners: [Int: Int]
    /// Members whose values are read once, by another member.
    let isInner: Set<Int>
    /// Members that are casts to bool, which an instruction of their own computes.
    let tests: Set<Int>

    /// The instruction for each member that has one.
    func selections(_ members: [Int]) -> [Int: TileSelection] {
        var result: [Int: TileSelection] = [:]
        var covered: Set<Int> = []
        for member in members.reversed() where owners[member] == member {
            guard !covered.contains(member) else { continue }
            let selection = selection(member)
            covered.formUnion(selection.covered)
            result[member] = selection
        }
        return result
    }

    private func selection(_ member: Int) -> TileSelection {
        let single = TileSelection(operands: graph.values[member].inputs.map(owner))
        if tests.contains(member) { return single }
        for (chain, pattern) in TileChainPattern.all {
            var match = Match()
            guard matches(pattern, member, isRoot: true, &match) else { continue }
            let operands = match.operands.compactMap(\.self)
            return TileSelection(chain: chain, operands: operands, covered: match.covered)
        }
        return single
    }

    private func owner(_ value: Int) -> Int { owners[value] ?? value }

    private struct Match {
        var operands: [Int?] = [nil, nil, nil, nil]
        var covered: [Int] = []
    }

    private func matches(
        _ pattern: TileChainPattern, _ value: Int, isRoot: Bool = false, _ match: inout Match
    ) -> Bool {
        let value = owner(value)
        switch pattern {
        case .operand(let index):
            if let bound = match.operands[index] { return bound == value }
            match.operands[index] = value
            return true
        case .apply(let code, let inputs):
            guard owners[value] == value, isRoot || isInner.contains(value), !tests.contains(value),
                graph.values[value].primitive?.elementwise == code
            else { return false }
            if !isRoot { match.covered.append(value) }
            let before = match
            let values = graph.values[value].inputs
            if matchAll(inputs, values, &match) { return true }
            // Sums and products are the same in the other order.
            guard code == .add || code == .multiply else { return false }
            match = before
            return matchAll(inputs, values.reversed(), &match)
        }
    }

    private func matchAll(
        _ patterns: [TileChainPattern], _ values: [Int], _ match: inout Match
    ) -> Bool {
        for (pattern, value) in zip(patterns, values) where !matches(pattern, value, &match) {
            return false
        }
        return true
    }
}
