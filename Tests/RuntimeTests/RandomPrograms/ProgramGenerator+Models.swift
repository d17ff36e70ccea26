// Models, optimizers and training in random programs.
extension ProgramGenerator {
    mutating func model(depth: Int) -> String {
        let name = fresh("M")
        let text = scoped { generator in
            let parameters = generator.parameters(generator.number(0...2), depth: 1)
            var members: [String] = []
            for _ in 0..<generator.number(0...2) {
                let kind = generator.pick(["param", "param", "state"])
                let member = generator.pick(["W", "b", "mean"])
                let value = generator.pick([
                    "zeros()", "glorotUniform()", "normal(0.02)", "ones([2])",
                    "shape => zeros(shape)",
                    "constant(nan)", generator.expression(.function, depth: 1),
                ])
                let condition = generator.once(in: 6) ? " if true" : ""
                members.append("\(kind) \(member): \(generator.pattern()) = \(value)\(condition)")
                generator.names.append(
                    Name(text: member, sort: .tensor, isVariable: kind == "state"))
            }
            if generator.once(in: 2) {
                members.append("let inner = \(generator.expression(.model, depth: 1))")
                generator.names.append(Name(text: "inner", sort: .model, isVariable: false))
            }
            let inputs = generator.parameters(generator.number(0...2), depth: 1)
            let result = generator.once(in: 3) ? " -> \(generator.pattern())" : ""
            members.append("forward(\(inputs))\(result) \(generator.block(depth: depth - 1))")
            if generator.once(in: 4) {
                members.append("func helper(z) \(generator.block(depth: 1))")
            }
            let head = parameters.isEmpty ? "" : "(\(parameters))"
            return "model \(name)\(head) {\n\(members.joined(separator: "\n"))\n}"
        }
        let instance = fresh("net")
        names.append(Name(text: name, sort: .function, isVariable: false))
        names.append(Name(text: instance, sort: .model, isVariable: false))
        return
            "\(text)\nlet \(instance) = \(name)(\(once(in: 2) ? "" : expression(.int, depth: 0)))"
    }

    mutating func optimizer(depth: Int) -> String {
        let name = fresh("O")
        let text = scoped { generator in
            let slot = generator.pick(["zerosLike", "onesLike", "x => x", "zeros", "3"])
            let body = generator.pick([
                "v = 0.9 * v + g\np - lr * v", "p - lr * g", "p", "g", "p + 1", "nil", "zeros([1])",
                generator.expression(.tensor, depth: 2),
            ])
            let names = generator.pick(["p, g", "p, g, t", "p", "p, g, t, u"])
            return
                "optimizer \(name)(lr = 0.1) {\nslot v = \(slot)\nupdate(\(names)) {\n\(body)\n}\n}"
        }
        let instance = fresh("opt")
        names.append(Name(text: instance, sort: .optimizer, isVariable: false))
        return "\(text)\nlet \(instance) = \(name)(\(expression(.model, depth: 1)))"
    }

    /// A training loop that mostly works, or `fit`.
    mutating func training(depth: Int) -> String {
        let net = fresh("net")
        let opt = fresh("opt")
        let width = number(1...3)
        let input = pick([
            "randn([4, 2])", "ones([0, 2])", "rand([1, 2])", expression(.tensor, depth: 1),
        ])
        names.append(Name(text: net, sort: .model, isVariable: false))
        let made =
            "let \(net) = Dense(\(width)) >> \(pick(["relu", "tanh", "Dropout(0.5)", "BatchNorm()"]))"
        if once(in: 4) {
            let call =
                "fit(\(net), (\(input), randn([4, \(width)])), loss: mse, epochs: \(number(0...2)), "
                + "batch: \(expression(.int, depth: 0)))"
            return "\(made)\n\(call)"
        }
        names.append(Name(text: opt, sort: .optimizer, isVariable: false))
        let maker = pick(Catalogue.optimizers).name
        let loss = pick([
            "\(net)(\(input)).mean()", "(loss: \(net)(\(input)).sum(), extra: 1)",
            "mse(\(net)(\(input)), randn([4, \(width)]))", expression(.tensor, depth: 2),
            "\(expression(.tensor, depth: 1)).sum() + \(net)(\(input)).sum()",
        ])
        let options = pick(["", ", clip: 1.0", ", accumulate: 2", ", clip: 0", ", accumulate: 0"])
        let inside = once(in: 3) ? statement(depth: depth - 1) + "\n" : ""
        return """
            \(made)
            let \(opt) = \(maker)(\(net)\(once(in: 3) ? ", lr: \(expression(.float, depth: 1))" : ""))
            for turn in 0..<\(number(1...4)) {
            let loss = step(\(opt)\(options)) {
            \(inside)\(loss)
            }
            \(once(in: 2) ? "print(loss)" : "track(loss: loss)")
            }
            """
    }
}
