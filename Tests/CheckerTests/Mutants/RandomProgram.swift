/// Makes programs that run without an error whatever their random conditions turn out to be: every variable
/// keeps its type and shape, every loop ends.
struct RandomProgram {
    private var random: MutantRandom
    private var lines: [String] = []
    private var names = 0
    private var budget: Int

    static func text(seed: UInt64, size: Int) -> String {
        var program = RandomProgram(random: MutantRandom(seed: seed), budget: size)
        program.lines = [
            "var n = 1", "var m = 2", "var xs = [1, 2]", "var s = nil", "var d = [\"a\": 1]",
            "var t = ones([2, 3])", "var net = Dense(3)", "net.build([N, 3])",
            "var opt = SGD(net, lr: 0.001)",
            "func chance() { rand([]).item() > 0.5 }",
            "func pick(k) { if chance() { return k }\n k + 1 }",
            "func seek(values) { for v in values { if chance() { return v } }\n nil }",
            "func deep(k) { if k <= 0 or chance() { 0 } else { 1 + deep(k - 1) } }",
        ]
        program.block(depth: 0, isLoop: false)
        program.lines += [
            "assert t.shape == [2, 3]", "print(n + m, xs[0] + 1, net(t).sum() + t.sum())",
            "if s != nil { print(s + 1) }", "print(get(d, \"a\", 0) + opt.lr)",
        ]
        return program.lines.joined(separator: "\n")
    }

    private init(random: MutantRandom, budget: Int) {
        self.random = random
        self.budget = budget
    }

    private mutating func choose(_ options: [String]) -> String {
        options.randomElement(using: &random) ?? ""
    }

    private mutating func chance(_ part: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < part
    }

    private mutating func fresh() -> String {
        names += 1
        return "v\(names)"
    }

    private mutating func int() -> String {
        choose(["n", "m", "xs[0]", "len(xs)", "pick(n)", "get(d, \"a\", 1)", "1", "deep(3)", "len(t)"])
    }

    private mutating func condition() -> String {
        choose(["chance()", "n > m", "chance() and m > 2", "not chance()", "s == nil", "t.sum() > 3", "len(xs) > 1"])
    }

    private mutating func block(depth: Int, isLoop: Bool) {
        for _ in 0..<Int.random(in: 1...5, using: &random) where budget > 0 {
            budget -= 1
            if depth < 4, chance(0.45) { compound(depth) } else { simple() }
        }
        if isLoop, chance(0.4) { lines.append(choose(["if chance() { break }", "if chance() { continue }"])) }
        lines.append("n = n % 100")
    }

    private mutating func compound(_ depth: Int) {
        let name = fresh()
        switch Int.random(in: 0..<7, using: &random) {
        case 0, 1:
            lines.append("if \(condition()) {")
            block(depth: depth + 1, isLoop: false)
            if chance(0.6) {
                lines.append("} else {")
                block(depth: depth + 1, isLoop: false)
            }
            lines.append("}")
        case 2:
            lines.append("for \(name) in 0..<\(choose(["2", "3", "(n % 4)", "pick(2)"])) {")
            block(depth: depth + 1, isLoop: true)
            lines.append("}")
        case 3:
            lines.append("for \(name) in \(choose(["xs", "t", "keys(d)", "[n, m]"])) {")
            block(depth: depth + 1, isLoop: true)
            lines.append("}")
        case 4:
            lines += ["var \(name) = 0", "while \(name) < 3 and \(condition()) {", "\(name) += 1"]
            block(depth: depth + 1, isLoop: true)
            lines.append("}")
        case 5:
            lines.append("let \(name) = () => {")
            block(depth: depth + 1, isLoop: false)
            if chance(0.5) { lines.append("if chance() { return n }") }
            lines += ["m % 50", "}", "n = \(name)()"]
        default:
            lines.append("let \(name) = if \(condition()) {")
            block(depth: depth + 1, isLoop: false)
            lines += ["n", "} else { m }", "m = \(name) % 60"]
        }
    }

    private mutating func simple() {
        let name = fresh()
        let int = int()
        lines += [
            ["n = \(int)"], ["m = (m + \(int)) % 70"], ["xs = [\(int), m]"], ["xs[0] = \(int)"],
            ["s = if \(condition()) { \(int) } else { nil }"], ["if s != nil { n = s + 1 }"],
            ["s = seek(xs)"], ["d[\"a\"] = \(int)"], ["d[\"k{n % 3}\"] = \(int)"],
            ["t = t * 0.5 + \(int)"], ["t = t @ eye(3)"], ["t = t + t.sum(axis: 1, keepDims: true)"],
            ["let (\(name), \(name)b) = if \(condition()) { (n, m) } else { (m, n) }", "n = \(name) % 9 + \(name)b % 9"],
            ["let \(name) = (a: n, b: t)", "t = \(name).b", "n = \(name).a"],
            ["t = try { if chance() { error(\"x\") }", "t - 1 } else { t }"],
            ["step(opt) { (net(t * 0.001) ^ 2).mean() }"],
            ["if chance() { net = Dense(3)", "net.build([N, 3])", "opt = SGD(net, lr: 0.001) }"],
            ["if chance() { opt.lr = opt.lr * 0.5 }"],
            ["let \(name) = xs.map(x => x + \(int)).filter(x => x > 0 or chance())", "m = len(\(name))"],
            ["n = xs.fold(0, (a, x) => (a + x) % 90)"],
        ].randomElement(using: &random) ?? []
    }
}
