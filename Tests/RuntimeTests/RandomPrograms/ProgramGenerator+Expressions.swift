// Expressions of random programs.
extension ProgramGenerator {
    mutating func expression(_ wanted: Sort, depth: Int) -> String {
        let sort = once(in: 10) ? anySort() : wanted
        let known = names.filter { $0.sort == sort }
        if !known.isEmpty, once(in: 2) { return pick(known).text }
        guard depth > 0, spend() else { return literal(sort) }
        switch number(0...9) {
        case 0:
            return
                "(if \(expression(.bool, depth: depth - 1)) { \(expression(sort, depth: depth - 1)) } "
                + "else { \(expression(sort, depth: depth - 1)) })"
        case 1:
            return
                "(try \(expression(sort, depth: depth - 1)) else \(expression(sort, depth: depth - 1)))"
        case 2: return call(pick(Catalogue.all), depth: depth)
        case 3:
            let callee = expression(.function, depth: 0)
            return "(\(callee))(\(arguments(number(0...2), depth: depth)))"
        case 4: return literal(sort)
        default: return compound(sort, depth: depth)
        }
    }

    mutating func arguments(_ count: Int, depth: Int) -> String {
        (0..<count).map { _ in expression(anySort(), depth: depth - 1) }.joined(separator: ", ")
    }

    private mutating func compound(_ sort: Sort, depth: Int) -> String {
        func inner(_ sort: Sort, _ generator: inout ProgramGenerator) -> String {
            generator.expression(sort, depth: depth - 1)
        }
        switch sort {
        case .int, .float: return arithmetic(sort, depth: depth)
        case .bool:
            let side = pick([Sort.int, .float, .text, .tensor, .tuple])
            return pick([
                "\(inner(side, &self)) \(pick(["<", "<=", ">", ">=", "==", "!="])) \(inner(side, &self))",
                "(\(inner(.bool, &self)) \(pick(["and", "or"])) \(inner(.bool, &self)))",
                "not \(inner(.bool, &self))", "\(inner(.int, &self)) in \(inner(.list, &self))",
                "\(inner(.tensor, &self)).any()",
            ])
        case .text: return text(depth: depth)
        case .tensor: return tensor(depth: depth)
        case .list:
            return pick([
                "[\(inner(.int, &self)), \(inner(.int, &self))]", "[\(inner(anySort(), &self))]",
                "\(inner(.list, &self)) + \(inner(.list, &self))", "\(inner(.list, &self))[1:]",
                "\(inner(.list, &self)).map(\(inner(.function, &self)))",
                "sorted(\(inner(.list, &self)), by: \(inner(.function, &self)))",
                "\(inner(.tensor, &self)).toList()", "\(inner(.tensor, &self)).shape",
                "zip(\(inner(.list, &self)), \(inner(.list, &self)))",
                "list(\(inner(.range, &self)))",
            ])
        case .dict:
            return
                "[\"k\": \(inner(anySort(), &self)), \(inner(.int, &self)): \(inner(anySort(), &self))]"
        case .record: return "(a: \(inner(anySort(), &self)), loss: \(inner(.tensor, &self)))"
        case .tuple: return "(\(inner(anySort(), &self)), \(inner(anySort(), &self)))"
        case .range: return "\(inner(.int, &self))..<\(inner(.int, &self)) by \(inner(.int, &self))"
        case .function: return function(depth)
        case .model: return model(depth)
        case .optimizer:
            return call(pick(Catalogue.optimizers), depth: depth, first: inner(.model, &self))
        case .dataset:
            return pick([
                "Dataset(\(inner(.tensor, &self)), \(inner(.tensor, &self)))",
                "\(inner(.dataset, &self)).map(\(inner(.function, &self)))",
                "\(inner(.dataset, &self)).batches(\(inner(.int, &self)))",
                "\(inner(.dataset, &self)).take(\(inner(.int, &self)))",
                "\(inner(.dataset, &self)).split(\(inner(.float, &self)))[0]",
                "\(inner(.dataset, &self))[\(inner(.int, &self)):\(inner(.int, &self))]",
            ])
        case .figure:
            return once(in: 3)
                ? "(\(inner(.figure, &self)) \(pick(["|", "/", "+"])) \(inner(.figure, &self)))"
                : call(pick(Catalogue.marks), depth: depth)
        case .dtype, .none: return literal(sort)
        }
    }

    private mutating func arithmetic(_ sort: Sort, depth: Int) -> String {
        let left = expression(sort, depth: depth - 1)
        let right = expression(once(in: 4) ? .tensor : sort, depth: depth - 1)
        switch number(0...7) {
        case 0: return "len(\(expression(.list, depth: depth - 1)))"
        case 1:
            return "\(expression(.list, depth: depth - 1))\(subscripts(.list, depth: depth - 1))"
        case 2: return "\(expression(.tensor, depth: depth - 1)).sum().item()"
        case 3: return "-\(left)"
        default: return "(\(left) \(pick(["+", "-", "*", "/", "//", "%", "^"])) \(right))"
        }
    }

    private mutating func text(depth: Int) -> String {
        let value = expression(anySort(), depth: depth - 1)
        // A text inside of a text needs no escapes, but a line break does not fit.
        guard !value.contains("\n") else { return "str(\(value))" }
        let format = pick([
            "", ":.3f", ":d", ":>8", ":,", ":x", ":.1%", ":*^9s", ":e", ":+08.2f", ":.0g",
        ])
        return pick([
            "\"a {\(value)\(format)} b\"", "str(\(value))",
            "\(expression(.text, depth: depth - 1)) + \(expression(.text, depth: depth - 1))",
            "\(expression(.text, depth: depth - 1))\(subscripts(.list, depth: depth - 1))",
            "join(\(expression(.list, depth: depth - 1)), \(expression(.text, depth: 0)))",
        ])
    }

    private mutating func tensor(depth: Int) -> String {
        let first = expression(.tensor, depth: depth - 1)
        switch number(0...9) {
        case 0, 1, 2: return call(pick(Catalogue.operations), depth: depth)
        case 3: return "\(first)\(subscripts(.tensor, depth: depth - 1))"
        case 4: return "(\(expression(.model, depth: depth - 1)))(\(first))"
        case 5: return "grad(\(expression(.function, depth: depth - 1)))(\(first))"
        case 6: return "\(first).\(pick(Catalogue.operations).name)()"
        case 7: return "\(first).\(pick(["T", "mT", "shape", "rank", "size", "dtype"]))"
        default:
            let operation = pick(["+", "-", "*", "/", "//", "%", "^", "@", "<", "=="])
            let right = expression(once(in: 3) ? .float : .tensor, depth: depth - 1)
            return "(\(first) \(operation) \(right))"
        }
    }

    private mutating func function(_ depth: Int) -> String {
        switch number(0...7) {
        case 0: return pick(Catalogue.all).name
        case 1:
            return
                "\(expression(.function, depth: depth - 1)) >> \(expression(.function, depth: depth - 1))"
        case 2:
            let maker = pick(["grad", "valueAndGrad", "hessian", "jacobian"])
            return "\(maker)(\(expression(.function, depth: depth - 1)))"
        case 3: return "() => \(expression(anySort(), depth: depth - 1))"
        case 4:
            return scoped { generator in
                let block = generator.block(depth: depth - 1)
                return "(q => \(block))"
            }
        default:
            return scoped { generator in
                let name = generator.fresh("z")
                let sort = generator.pick([Sort.tensor, .int])
                generator.names.append(Name(text: name, sort: sort, isVariable: false))
                return "(\(name) => \(generator.expression(sort, depth: depth - 1)))"
            }
        }
    }

    private mutating func model(_ depth: Int) -> String {
        switch number(0...5) {
        case 0, 1: return call(pick(Catalogue.models), depth: depth)
        case 2: return "Dense(\(number(0...4)))"
        case 3:
            return
                "\(pick(["copy", "freeze", "unfreeze"]))(\(expression(.model, depth: depth - 1)))"
        case 4:
            return
                "\(expression(.model, depth: depth - 1))\(pick(["[0]", "[0:1]", "[-1]", ".parts[0]"]))"
        default:
            return
                "\(expression(.model, depth: depth - 1)) >> \(expression(.function, depth: depth - 1))"
        }
    }
}
