import Testing

/// Programs at the edges of what can be asked, and what they get: the value of the last line, or a part of the error.
struct HardProgram: Sendable, CustomTestStringConvertible {
    enum Answer: Sendable { case value(String), error(String) }

    var name: String
    var text: String
    var answer: Answer

    var testDescription: String { name }

    init(_ name: String, _ text: String, value: String) {
        (self.name, self.text, self.answer) = (name, text, .value(value))
    }

    init(_ name: String, _ text: String, error: String) {
        (self.name, self.text, self.answer) = (name, text, .error(error))
    }

    static let all: [HardProgram] = numbers + sizes + texts + recursion + nesting + parts + figures + growth

    private static let max = "9223372036854775807"
    private static let min = "(-9223372036854775807 - 1)"

    // MARK: Numbers

    private static let numbers: [HardProgram] =
        [
            "\(max) + 1", "\(min) - 1", "\(max) * 2", "\(min) // -1", "abs(\(min))", "-\(min)",
            "2^63",
            "2^64", "\(max)^\(max)", "sum([\(max), 1])",
        ].map { HardProgram("overflow in \($0)", $0, error: "does not fit an Int") }
        + [
            "1 // 0", "1 % 0", "1 / 0", "0^-1", "Tensor([1], dtype: int32) // 0",
            "Tensor([1], dtype: uint8) % 0",
        ].map {
            HardProgram("division by zero in \($0)", $0, error: "division by zero")
        }
        + [
            HardProgram("the least remainder", "\(min) % -1", value: "0"),
            HardProgram("the least power", "(-2)^63", value: "-9223372036854775808"),
            HardProgram(
                "integers of tensors wrap", "(Tensor([\(max)], dtype: int64) + 1)[0].item()",
                value: "-9223372036854775808"),
            HardProgram(
                "and their least quotient", "(Tensor([\(min)], dtype: int64) // -1)[0].item()",
                value: "-9223372036854775808"),
            HardProgram("gcd of the least Int", "gcd(0, \(min))", error: "`gcd`"),
            HardProgram(
                "casts saturate", "Tensor([nan, inf, -inf, 1e30]).cast(uint8).toList()",
                value: "[0, 255, 0, 255]"),
            HardProgram("a huge Float is no Int", "toInt(1e300)", error: "does not fit an Int"),
            HardProgram("nan is no Int", "round(nan)", error: "does not fit an Int"),
            HardProgram(
                "a long literal", String(repeating: "9", count: 100_000),
                error: "does not fit an Int"),
            HardProgram("a long range", "len(\(min)...\(max))", error: "too many elements"),
            HardProgram("a list of a long range", "list(0..<\(max))", error: "memory budget"),
            HardProgram("a long step", "[1, 2, 3][::\(min)]", value: "[3]"),
            HardProgram(
                "a long step of a tensor", "Tensor([1, 2])[::\(max)].toList()", value: "[1.0]"),
            HardProgram("a step of 0", "[1, 2][::0]", error: "step that is not 0"),
            HardProgram("a far index", "[1][\(min)]", error: "out of range"),
            HardProgram("a far index of a tensor", "zeros([3])[\(max)]", error: "out of range"),
            HardProgram(
                "nan sorts last", "sorted([nan, 1, -inf, nan, inf])",
                value: "[-inf, 1, inf, nan, nan]"),
        ]

    // MARK: Sizes

    private static let sizes: [HardProgram] =
        [
            "zeros([1_000_000_000_000]).sum()", "full([10_000_000_000], 1).sum()",
            "rand([1_000_000, 1_000_000]).sum()",
            "tile(ones([10]), [1_000_000_000_000]).sum()",
            "oneHot(arange(1_000_000), 100_000).sum()",
            "permutation(100_000_000_000)[0].item()", "eye(1_000_000).sum()",
            "map(0..<1_000_000_000_000, x => x)",
            "zip(0..<1_000_000_000_000, [1])", "zeros([1_000_000_000, 0]).toList()",
        ].map { HardProgram("no room for \($0)", $0, error: "memory budget") }
        + [
            "zeros([4294967296, 4294967296])", "zeros([\(max), 0])",
            "pad(ones([3]), [\(max), \(max)])",
            "eye(\(max))", "arange(\(max))", "oneHot(Tensor([1], dtype: int64), \(max))",
        ].map { HardProgram("no such shape as of \($0)", $0, error: "is too large") }
        + [
            HardProgram(
                "a text that doubles", "var s = \"a\"\nwhile true { s = s + s }",
                error: "memory budget"),
            HardProgram(
                "a list that doubles", "var s = [1]\nwhile true { s += s }", error: "memory budget"),
            HardProgram(
                "joining is asked before",
                "join(map(0..<100_000, i => \"a\"), \"\(String(repeating: "b", count: 100_000))\")",
                error: "memory budget"),
            HardProgram(
                "a rotation by anything", "roll(arange(5), \(min)).toList()",
                value: "[3, 4, 0, 1, 2]"),
            HardProgram(
                "an empty axis has no mean to be computed", "zeros([0, 3]).mean(axis: 0).toList()",
                value: "[nan, nan, nan]"),
            HardProgram("an empty maximum", "zeros([0]).max()", error: "does not fit `max`"),
        ]

    // MARK: Texts

    private static let texts: [HardProgram] = [
        HardProgram(
            "a width that is no number", "\"{1:>99999999999999999999}\"", error: "is not a format"),
        HardProgram("digits without end", "\"{1.0:.99999999999f}\"", error: "is not a format"),
        HardProgram(
            "ten million characters", "len(\"\(String(repeating: "a", count: 10_000_000))\")",
            value: "10000000"),
        HardProgram("a zero character", "len(\"a\u{0}b\")", value: "3"),
        HardProgram("a byte order mark", "\u{FEFF}let x = 1\nx", value: "1"),
        HardProgram("lines as on Windows", "let x = [1,\r\n2]\r\nx", value: "[1, 2]"),
        HardProgram("half a surrogate", "\"\\u{d800}\"", error: "is not an escape"),
        HardProgram(
            "65,536 arguments",
            "func f(a) { a }\nf(\(Array(repeating: "1", count: 65_536).joined(separator: ",")))",
            error: "takes 1 argument, got 65536"),
        HardProgram(
            "100,000 times else if",
            "let x = 5\n"
                + (0..<100_000).map { "if x == \($0 + 10) { 1 }" }.joined(separator: " else ")
                + " else { 7 }", value: "7"),
    ]

    // MARK: Recursion

    private static let recursion: [HardProgram] = [
        ("itself", "func f(n) { f(n + 1) + 1 }\nf(0)"),
        ("each other", "func f(n) { g(n) + 1 }\nfunc g(n) { f(n) + 1 }\nf(0)"),
        ("map", "func f(n) { map([1], x => f(x)) }\nf(0)"),
        ("fold", "func f(n) { fold([1], 0, (s, x) => f(x)) }\nf(0)"),
        ("sorted", "func f(n) { sorted([2, 1], by: f) }\nf(0)"),
        ("a closure", "var f = x => x\nf = x => f(x) + 1\nf(1)"),
        ("forward", "model M() { forward(x) { M()(x) } }\nM()(1)"),
        ("a part", "model M() { let a = M()\nforward(x) { x } }\nM()"),
        (
            "an initializer",
            "func make(shape) { M(); zeros(shape) }\nmodel M() { param W: [2] = make\nforward(x) { x } }\nM()"
        ),
        ("a default", "func f(x = f()) { x }\nf()"),
        ("grad", "func f(x) { grad(f)(x) }\nf(1.0)"),
        ("hessian", "func f(x) { hessian(f)(x) }\nf(ones([2]))"),
        (
            "update",
            "optimizer O(lr = 1) { func q(x) { q(x) }\nupdate(p, g) { q(p) } }\nlet net = Dense(1)\nlet opt = O(net)\nstep(opt) { mse(net(ones([1, 2])), ones([1, 1])) }"
        ),
        ("step", "let net = Dense(1)\nlet opt = SGD(net)\nfunc f() { step(opt) { f() } }\nf()"),
        (
            "a schedule",
            "let net = Dense(1)\nfunc rate(t) { step(opt) { net(ones([1, 2])).sum() }\n0.1 }\nlet opt = SGD(net, lr: rate)\nstep(opt) { net(ones([1, 2])).sum() }"
        ),
        (
            "a figure's function",
            "func f(x) { decisionBoundary(f, ones([2, 2]), zeros([2])) }\nf(1)"
        ),
        (
            "a callback",
            "func f(r) { fit(Dense(1), (ones([2, 2]), ones([2, 1])), loss: mse, callbacks: [f], epochs: 1) }\nf(1)"
        ),
        ("a text", "func f(x) { \"{f(x)}\" }\nf(1)"),
        ("a signature", "func f(x: [(f(x))]) { 1 }\nf(ones([2]))"),
        (
            "building",
            "var m = nil\nmodel M() { forward(x) { m.build([2]); x } }\nm = M()\nm(ones([2]))"
        ),
        ("a call under try", "func f() { try f() else f() }\nf()"),
    ].map { HardProgram("recursion by \($0.0)", $0.1, error: "recursion too deep") }

    // MARK: Nesting

    private static let count = 100_000
    private static func repeated(_ text: String) -> String { String(repeating: text, count: count) }

    private static let nesting: [HardProgram] =
        [
            ("brackets", repeated("(") + "1" + repeated(")")),
            ("lists", repeated("[") + "1" + repeated("]")),
            ("blocks", repeated("if true {") + "1" + repeated("}")), ("signs", repeated("-") + "1"),
            ("not", repeated("not ") + "true"),
            ("interpolations", repeated("\"{") + "1" + repeated("}\"")),
            ("functions", repeated("x => ") + "1"),
            ("try", repeated("try ") + "1" + repeated(" else 2")),
            ("powers", repeated("2^") + "2"),
            ("patterns", "let " + repeated("(") + "a" + repeated(", b)") + " = 1"),
        ].map { HardProgram("nested \($0.0)", $0.1, error: "nested more than 200 levels deep") }
        + [
            ("operators", repeated("1 + ") + "1"),
            ("models", "let f = " + repeated("relu >> ") + "relu"),
            ("calls", "1" + repeated("()")), ("indices", "let a = [1]\na" + repeated("[0]")),
        ].map { HardProgram("a chain of \($0.0)", $0.1, error: "follow one another") }
        + [
            ("equality", "var b = [1]\nfor i in 0..<100_000 { b = [b] }\na == b"),
            ("Tensor", "Tensor(a)"),
            (
                "order",
                "var t = (1, 2)\nvar u = (1, 2)\nfor i in 0..<100_000 { t = (t, 1); u = (u, 1) }\nt < u"
            ),
            ("grad", "grad(x => 1.0)(a)"), ("a plot", "plot(a)"), ("freeze", "freeze(a)"),
            ("a model's argument", "model M(x) { forward(y) { y } }\nM(a)"),
            (
                "models in models",
                "var net = Dense(1)\nfor i in 0..<100_000 { net = Residual(net) }"
            ),
        ].map {
            HardProgram(
                "deep values in \($0.0)", "var a = [1]\nfor i in 0..<100_000 { a = [a] }\n" + $0.1,
                error: "nested")
        }
        + [
            HardProgram(
                "deep values are printed in part",
                "var a = [1]\nfor i in 0..<100_000 { a = [a] }\nlen(str(a))", value: "201"),
            HardProgram(
                "a value that holds itself", "var a = [1]\nlet f = () => a\na = [f]\na == a",
                value: "true"),
            HardProgram(
                "a model that holds itself",
                "var m = nil\nmodel M(f) { forward(x) { x } }\nm = M([() => m])\nlen(copy(m).params)",
                value: "0"),
        ]

    // MARK: Parts and files

    private static let parts: [HardProgram] = [
        HardProgram(
            "two parts of one path",
            """
            model M(d) { forward(x) { d["a"](x) } }
            let m = M(["a.b": Dense(1), "a": (b: Dense(1))])
            m.d["a.b"].build([1, 2])
            m.d["a"].b.build([1, 2])
            keys(m.params)
            """,
            value: "[\"d.a.b.W\", \"d.a.b.b\", \"d.a.b.W~2\", \"d.a.b.b~2\"]"),
        HardProgram(
            "a part by a number",
            """
            model M(d) { forward(x) { x } }
            let m = M([1: Dense(1)])
            m.d[1].build([1, 2])
            keys(m.params)
            """,
            value: "[\"d.1.W\", \"d.1.b\"]"),
        HardProgram(
            "steps of a file without end",
            """
            let net = Dense(1)
            net.build([1, 2])
            let opt = Adam(net)
            step(opt) { net(ones([1, 2])).sum() }
            save(opt, "opt.npz")
            var all = readNpz("opt.npz")
            all["steps"] = Tensor([9223372036854775807], dtype: int64)
            save(all, "opt.npz")
            load(opt, "opt.npz")
            for i in 0..<3 { step(opt) { net(ones([1, 2])).sum() } }
            1
            """, value: "1"),
        HardProgram(
            "windows that fit no memory",
            "Dataset(zeros([200_000, 1]), zeros([200_000])).window(100_000)", error: "memory budget"),
    ]

    // MARK: Figures

    private static let figures: [HardProgram] = [
        HardProgram(
            "plots that double", "var f = plot([1])\nfor i in 0..<100 { f = f | f }",
            error: "at most"),
        HardProgram(
            "stacks that double", "var f = plot([1])\nfor i in 0..<100 { f = f / f }",
            error: "at most"),
        HardProgram(
            "layers that double", "var f = plot([1])\nfor i in 0..<100 { f = f + f }",
            error: "at most"),
        HardProgram(
            "layouts in layouts", "var f = plot([1])\nfor i in 0..<1000 { f = figure(1, 1, [f]) }",
            error: "at most"),
        HardProgram(
            "places without end", "figure(\(max), \(max), [plot([1])])", error: "from 1 to 100"),
        HardProgram("bins without end", "hist([1, 2], bins: \(max))", error: "from 1 to 10000"),
        HardProgram(
            "columns without end", "imageGrid(zeros([3, 1, 4, 4]), columns: \(max))",
            error: "from 1 to 100"),
    ]
}
