// Literals, subscripts and calls of random programs.
extension ProgramGenerator {
    private static let ints = [
        "0", "1", "1", "2", "2", "3", "3", "4", "5", "7", "-1", "-2", "10", "100",
    ]
    private static let edges = [
        "9223372036854775807", "(-9223372036854775807 - 1)", "4611686018427387904", "1000000000000",
        "-4294967297", "1000003", "65536", "2147483648",
    ]
    private static let floats = [
        "0.5", "1.5", "0.1", "-2.0", "0.0", "1e-3", "nan", "inf", "-inf", "1e308", "1e-320", "2.5",
        "-0.0",
    ]
    private static let texts = [
        "\"\"", "\"abc\"", "\"a,b\"", "\"e\\u{301}\\u{0}\"", "\"中文\"", "\"x.npz\"", "\"x.npy\"",
        "\"../up\"",
        "\"ij,jk->ik\"", "\"a b -> b a\"", "\"n (h w) -> n h w\"", "\"... ->\"", "\"mean\"",
        "\"same\"",
        "\"x.safetensors\"", "\"f.svg\"", "\"\"\"\n  two\n  lines\n\"\"\"", "\"1e5\"", "\"{1}{2}\"",
        "\"digits\"",
    ]

    mutating func literal(_ sort: Sort) -> String {
        switch sort {
        case .int: return once(in: 12) ? pick(Self.edges) : pick(Self.ints)
        case .float: return pick(Self.floats)
        case .bool: return pick(["true", "false"])
        case .text: return pick(Self.texts)
        case .tensor: return tensorLiteral()
        case .list:
            return pick([
                "[]", "[1, 2, 3]", "[2, 3]", "[[1, 2], [3]]", "[\"a\", \"b\"]", "[0, 2]", "[nan]",
            ])
        case .dict: return pick(["[:]", "[\"k\": 1]", "[1: 2, true: 3]", "[(1, \"a\"): [1]]"])
        case .record: return pick(["(a: 1, b: 2)", "(loss: ones([]), a: nil)"])
        case .tuple: return pick(["(1, 2)", "(ones([2]), 3)", "(1, (2, \"a\"))"])
        case .range: return pick(["0..<3", "3...1 by -1", "5..<3", "0..<10 by 4"])
        case .function:
            return pick([
                "x => x", "relu", "sum", "(a, b) => a + b", "mse", "() => 1", "Dense", "print",
            ])
        case .model:
            return pick(["Dense(2)", "(Dense(3, relu) >> Dense(1))", "BatchNorm()", "Dropout(0.5)"])
        case .optimizer: return pick(["SGD()", "Adam(Dense(1))", "SGD(Dense(2), lr: 0.1)"])
        case .dataset:
            return pick(["Dataset(ones([4, 2]), arange(4))", "Dataset(zeros([0, 1]), zeros([0]))"])
        case .figure: return pick(["plot([1, 2])", "plot([nan])", "heatmap(ones([2, 2]))"])
        case .dtype: return pick(Catalogue.dtypes)
        case .none: return "nil"
        }
    }

    private mutating func tensorLiteral() -> String {
        let sizes = (0..<number(0...3)).map { _ in String(pick([0, 1, 2, 2, 3, 3, 4])) }
        let shape = "[\(sizes.joined(separator: ", "))]"
        let dtype = once(in: 3) ? ".cast(\(pick(Catalogue.dtypes)))" : ""
        switch number(0...7) {
        case 0: return "arange(\(number(0...6)))\(dtype)"
        case 1: return "Tensor([\(literal(.float)), \(literal(.float))])\(dtype)"
        case 2: return "randint(0, 3, \(shape))"
        case 3: return "(rand(\(shape)) > 0.5)"
        case 4: return "full(\(shape), \(literal(.float)))\(dtype)"
        default: return "\(pick(["randn", "zeros", "ones", "rand"]))(\(shape))\(dtype)"
        }
    }

    mutating func subscripts(_ sort: Sort, depth: Int) -> String {
        if sort == .dict { return pick(["[\"k\"]", "[1]", "[true]", "[(1, 2)]"]) }
        let count = sort == .tensor ? number(1...3) : 1
        let parts = (0..<count).map { _ -> String in
            switch number(0...8) {
            case 0: return ":"
            case 1: return "..."
            case 2: return "newaxis"
            case 3: return "\(expression(.int, depth: 0)):\(expression(.int, depth: 0))"
            case 4: return "::\(expression(.int, depth: 0))"
            case 5: return expression(.tensor, depth: depth - 1)
            case 6: return expression(.range, depth: 0)
            default: return expression(.int, depth: depth - 1)
            }
        }
        return "[\(parts.joined(separator: ", "))]"
    }

    /// A call with arguments of the right sorts for the most part.
    mutating func call(_ callee: Catalogue.Callable, depth: Int, first: String? = nil) -> String {
        var parts: [String] = []
        var isLabelled = false
        for (index, parameter) in callee.parameters.enumerated() {
            if parameter.isOptional, !once(in: 4) {
                isLabelled = true
                continue
            }
            if once(in: 40) { continue }
            let value =
                index == 0 && first != nil
                ? first ?? "" : expression(parameter.sort ?? anySort(), depth: depth - 1)
            parts.append(isLabelled || once(in: 6) ? "\(parameter.name): \(value)" : value)
            if parts.last?.hasPrefix("\(parameter.name): ") == true { isLabelled = true }
        }
        if callee.parameters.isEmpty { parts.append(arguments(number(0...2), depth: depth)) }
        if once(in: 25) { parts.append(expression(anySort(), depth: depth - 1)) }
        let all = parts.filter { !$0.isEmpty }.joined(separator: ", ")
        if once(in: 8), parts.count > 0, !isLabelled, callee.parameters.count > 0 {
            return
                "\(expression(callee.parameters[0].sort ?? .tensor, depth: depth - 1)).\(callee.name)("
                + "\(parts.dropFirst().joined(separator: ", ")))"
        }
        return "\(callee.name)(\(all))"
    }
}
