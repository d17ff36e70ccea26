import Foundation

/// The text of the program that computes a golden case and saves `out.safetensors`.
enum GoldenProgram {
    private static func start(_ known: GoldenCase) -> String {
        """
        let golden = readSafetensors("\(GoldenManifest.folder.path)/\(known.file ?? "")")

        """
    }

    static func call(_ known: GoldenCase) -> String {
        let call = known.call ?? ""
        let mode = known.mode ?? "inference"
        var text = start(known)
        for input in known.inputs ?? [] {
            text += "let \(input) = golden[\"\(known.name)/input/\(input)\"]\n"
        }
        if let make = known.make { text += "let f = \(make)\n\(call);\n" }
        let reset = reset(known)
        text += "var out = [:]\n" + reset
        text += "out[\"output\"] = \(mode) { \(call) }\n"
        for state in known.states ?? [] {
            text += "out[\"after/\(state)\"] = modelState(f)[\"\(state)\"]\n"
        }
        guard known.inputGradients != nil || known.paramGradients != nil else {
            return text + "save(out, \"out.safetensors\")"
        }
        text += "let head = golden[\"\(known.name)/head\"]\n"
        for input in known.inputGradients ?? [] {
            text += reset
            text += """
                out["gradient/input/\(input)"] = \(mode) {
                    grad(\(input) => (head * (\(call))).sum())(\(input))
                }

                """
        }
        if let names = known.paramGradients {
            text += reset
            text += "let gs = \(mode) { grad(f => (head * (\(call))).sum())(f) }\n"
            for name in names { text += "out[\"gradient/param/\(name)\"] = gs[\"\(name)\"]\n" }
        }
        return text + "save(out, \"out.safetensors\")"
    }

    private static func reset(_ known: GoldenCase) -> String {
        let entries =
            (known.params ?? []).map { "\"\($0)\": golden[\"\(known.name)/param/\($0)\"]" }
            + (known.states ?? []).map { "\"\($0)\": golden[\"\(known.name)/state/\($0)\"]" }
        return entries.isEmpty ? "" : "setParams(f, [\(entries.joined(separator: ", "))])\n"
    }

    static func optimizer(_ known: GoldenCase) -> String {
        let problem = known.problem ?? ""
        var count = 0
        if case .count(let steps) = known.steps { count = steps }
        return start(known) + """
            let x = golden["\(problem)/x"]
            let y = golden["\(problem)/y"]
            let net = \(known.net ?? "")
            net(x);
            setParams(net, ["W": golden["\(problem)/W"], "b": golden["\(problem)/b"]])
            let opt = \(known.make ?? "")
            var W = []
            var b = []
            for i in 0..<\(count) {
                \(known.step ?? "")
                W += [net.W]
                b += [net.b]
            }
            save(["W": stack(W), "b": stack(b)], "out.safetensors")
            """
    }

    static func schedule(_ known: GoldenCase) -> String {
        var steps: [Int] = []
        if case .list(let list) = known.steps { steps = list }
        return """
            let f = \(known.make ?? "")
            save(["values": Tensor(map(\(steps), f), dtype: float64)], "out.safetensors")
            """
    }

    static func initializer(_ known: GoldenCase) -> String {
        let make = known.make ?? ""
        return "save([\"values\": (\(make))(\(known.shape ?? []))], \"out.safetensors\")"
    }
}
