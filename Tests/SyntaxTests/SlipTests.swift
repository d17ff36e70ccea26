import Diagnostics
import Syntax
import Testing

/// A slip of somebody who comes from another language, and what its one message says to write.
struct Slip: CustomTestStringConvertible, Sendable {
    let text: String
    let help: String

    var testDescription: String { text }

    init(_ text: String, _ help: String) {
        self.text = text
        self.help = help
    }
}

@Suite struct SlipTests {
    @Test("a slip gives one error, whose help says what to write", arguments: Slip.all)
    func oneError(_ slip: Slip) {
        let errors = parse(slip.text).diagnostics
        #expect(errors.count == 1, "\(errors.map(\.message))")
        #expect(errors.first?.severity == .error)
        #expect(errors.first?.help == slip.help)
    }

    @Test("code that a help gives in full is right", arguments: Slip.all)
    func helpParses(_ slip: Slip) {
        guard let start = slip.help.firstRange(of: "`")?.upperBound, slip.help.hasSuffix("`"),
            slip.help.hasPrefix("write `")
        else { return }
        let code = String(slip.help[start...].dropLast())
        let isFragment = ["…", "`"].contains(where: code.contains) || !Slip.begins(code)
        guard !isFragment else { return }
        #expect(parse(code).diagnostics.isEmpty, "\(code)")
    }

    @Test("a minus that begins a line is warned of where the line above seems to go on")
    func leadingMinus() {
        for text in [
            "func f(a, b) {\n    a\n    - b\n}", "let b = 5\n    - 2", "x = f(1)\n- g(2)",
            "func f(a, b) {\n    a * b\n    -b\n}",
        ] {
            let found = parse(text).diagnostics
            #expect(found.map(\.id) == ["syntax.leading-minus"], "\(text)")
            #expect(found.first?.severity == .warning)
        }
        for text in [
            "func f(a) {\n    let b = a\n    -b\n}", "print(1)\n-3", "x\n-3", "f()\n-g()",
            "a;\n- b",
            "(a\n- b)", "if a { b }\n-3", "let b = 5 -\n    2",
        ] {
            #expect(parse(text).diagnostics.isEmpty, "\(text)")
        }
    }

    @Test("braces of a string around a number alone are warned of")
    func numberInBraces() {
        for text in ["\"x^{2}\"", "\"\\\\d{4}\"", "\"\"\"\n{10}\n\"\"\""] {
            #expect(parse(text).diagnostics.map(\.id) == ["string.number"], "\(text)")
        }
        for text in ["\"{2:.1f}\"", "\"{x}\"", "\"\\{2}\"", "\"{2 + 1}\"", "\"{2.5}\""] {
            #expect(parse(text).diagnostics.isEmpty, "\(text)")
        }
    }

    @Test("two slashes divide, also before words that join operands")
    func division() {
        for text in [
            "a // b", "let n = 10 // 3", "if n // 2 == 0 { n }", "f(n // 2, x => x)", "(a\n// b)",
            "n // 2 in xs", "[7 // n, try a else b]", "f(x: 7 // n, y: try a else b)",
            "\"{a // b} c d\"",
        ] {
            #expect(parse(text).diagnostics.isEmpty, "\(text)")
        }
    }

    @Test("after a bracket or a string that is not closed the next line is read as it stands")
    func goesOn() {
        let texts = [
            "print(\"a)\nlet x = 1\nprint(x)", "let y = (1 + 2\nprint(y)\nlet x = 1\nf(x)",
        ]
        for text in texts {
            let (program, diagnostics) = parse(text)
            #expect(diagnostics.count == 1, "\(diagnostics.map(\.message))")
            #expect(program.items.count >= 3, "\(text)")
        }
    }
}

extension Slip {
    /// The code stands by itself: it is no part of a line such as `-> [N]`.
    static func begins(_ code: String) -> Bool {
        let parts = ["->", ":", "#", "=>", "[N", "!=", "=", "\\", "_", "x = {", "else"]
        return !parts.contains(where: code.hasPrefix)
    }

    static let all: [Slip] = operators + lists + strings + functions + statements + characters

    private static let operators = [
        Slip("i--\nprint(i)", "write `i -= 1`"), Slip("while n > 0 { n-- }", "write `n -= 1`"),
        Slip("a **= 3", "write `a = a^3`"), Slip("a ^= b + 1", "write `a = a^(b + 1)`"),
        Slip("x //= 2", "write `x = x // 2`"), Slip("x === 3", "write `x == 3`"),
        Slip("x !== y", "write `x != y`"), Slip("t << 2", "write `t * 2^2`"),
        Slip("a <> b", "write `a != b`"), Slip("~m", "write `not m`"),
        Slip("6 & 3", "write `n // 2^k % 2` for the bit `k` of `n`"),
        Slip("a ?? b", "write `if a == nil { b } else { a }`"), Slip("a mod b", "write `a % b`"),
        Slip("x is not in xs", "write `x not in xs`"),
        Slip("if x := f(1) { x }", "write `let x = …` on a line of its own"),
    ]

    private static let lists = [
        Slip("[x if x > 0 else 0 for x in xs]", "write `xs.map(x => if x > 0 { x } else { 0 })`"),
        Slip("[a + b for a, b in zip(u, v)]", "write `zip(u, v).map((a, b) => a + b)`"),
        Slip(
            "[k: v for (k, v) in ps]", "write `var d = [:]; for (k, v) in ps { d[k] = v }`"),
        Slip(
            "{k: v for k, v in ps if v > 0}",
            "write `var d = [:]; for (k, v) in ps { if v > 0 { d[k] = v } }`"),
        Slip(
            "[(i, j) for i in 0..<3 for j in 0..<2]",
            "write `var ys = []; for i in 0..<3 { for j in 0..<2 { ys += [(i, j)] } }`"),
        Slip("[\n  x * 2\n  for x in xs\n]", "write `xs.map(x => x * 2)`"),
        Slip("[\n  x\n  for x in a + b\n  if x > 1\n]", "write `(a + b).filter(x => x > 1)`"),
        Slip("[i * 2 for i in range(10)]", "write `(0..<10).map(i => i * 2)`"),
        Slip("{1, 2}", "write a list: `[1, 2]`"), Slip("let d = {}", "write `[:]`"),
        Slip("let d = {'a': 1}", "write `[\"a\": 1]`"),
        Slip("[*xs, 3]", "join lists with `+`, as in `xs + [3]`"),
        Slip(
            "f({**d})", "copy it, `var d = other`, and set keys in the copy: `d[\"a\"] = 1`"),
        Slip("let [a, b] = f()", "write `(a, b)`"), Slip("[a, b] = f()", "write `(a, b)`"),
        Slip("let n = 1,000", "write `1_000`"),
    ]

    private static let strings = [
        Slip("print(f'a is {a}')", "write `\"a is {a}\"`"),
        Slip("f'{d[\"k\"]} {{}} \"q\"'", "write `\"{d[\"k\"]} \\{} \\\"q\\\"\"`"),
        Slip("r'\\d'", "write `\"\\\\d\"`"), Slip("'don't'", "write `\"don't\"`"),
        Slip("\"\\u4e2d\"", "write `\\u{4e2d}`"), Slip("\"\\x41\"", "write `\\u{41}`"),
        Slip("\"{\\\"a\\\": 1}\"", "write `\\{` for the character itself"),
        Slip(
            "\"set {1, 2}\"",
            "write `\\{` for the character itself, or `{(1, …)}` for a tuple"),
        Slip("\"\"\"{\"a\": 1}\"\"\"", "write `\\{` for the character itself"),
        Slip("\"{x=}\"", "write `x = {x}`"), Slip("\"{x!r}\"", "leave out the `!r`"),
        Slip(
            "print(\"hello)\nprint(1)",
            "close it with `\"` on this line, or use `\"\"\"…\"\"\"` for several lines"),
    ]

    private static let functions = [
        Slip("def f(x: int, y: float = 2) -> float:\n    x", "write `func f(x, y = 2) { … }`"),
        Slip("def f(x):\n    x", "write `func f(x) { … }`"),
        Slip("func f(x) = x + 1", "write `func f(x) { x + 1 }`"),
        Slip("let f(x) = x + 1", "write `func f(x) { x + 1 }`"),
        Slip("let f = lambda: 3", "write `() => 3`"),
        Slip("lambda x, y=2: x + y", "write `(x, y) => x + y`"),
        Slip("xs.map(x -> x + 1)", "write `x => x + 1`"),
        Slip("xs.map(x → x + 1)", "write `=>`"), Slip("func f(x: [N]) → [N] { x }", "write `->`"),
        Slip("let f = func(x) { x }", "write `(x) => …`"),
        Slip("xs.map(x => return x)", "leave out the `return`"),
        Slip("func f(*args) { args }", "write `args` for a list, and give a list in the call"),
        Slip("let (a, *rest) = xs", "name the list, and write `xs[1:]` for the rest of `xs`"),
        Slip("func f(x: (N, D)) { x }", "write `: [N, D]`"),
        Slip("func f(x: Tensor[N, D]) { x }", "write `: [N, D]`"),
        Slip("func f(x: [N]): [N] { x }", "write `-> [N]`"),
        Slip("func f(x: [None, 3]) { x }", "write `_` for an axis of any size"),
        Slip(
            "model M {\n    def __init__(self, n):\n        self.a = Dense(n)\n"
                + "        self.b = relu\n}",
            "write `model M(n) { let a = Dense(n) … }`"),
        Slip(
            "model M {\n    def forward(self, x):\n        x\n}", "write `forward(x) { … }`"),
        Slip(
            "model M(n):\n    let a = Dense(n)",
            "write `{` instead of the `:`, and `}` after the body"),
        Slip("step(opt):\n    f(x)", "write `{` instead of the `:`, and `}` after the body"),
        Slip("step(opt)\n{\n    f(x)\n}", "move the `{` to the end of the line above"),
        Slip("@torch.no_grad()\nfunc f() { 1 }", "leave the line out"),
    ]

    private static let statements = [
        Slip("for (i=0; i<3; i++) { f(i) }", "write `for i in 0..<3 { … }`"),
        Slip("for (var i = 0; i <= n; i += 2) { f(i) }", "write `for i in 0...n by 2 { … }`"),
        Slip("for (int i = 9; i > 0; i--) f(i)", "write `for i in (1...9).reversed() { … }`"),
        Slip("for (i in 0..<3) { f(i) }", "write `for i in 0..<3 { … }`"),
        Slip("if x > 0 print(1)", "write `if x > 0 { print(1) }`"),
        Slip("if x > 0 then print(1)", "write `if x > 0 { print(1) }`"),
        Slip("if x > 1 { 1 } else print(2)", "write `else { print(2) }`"),
        Slip(
            "for i in xs { f(i) } else { g() }",
            "write its body below the loop, in an `if` where it depends on a `break`"),
        Slip("let x = 3, y = 4", "write `let x = 3; let y = 4`"),
        Slip("let x == 3", "write `let x = 3`"),
        Slip("let a = b = 3", "write `let b = …; let a = b`"),
        Slip("let learning-rate = 0.1", "write `let learningRate = …`"),
        Slip("learning-rate = 0.1", "write `let learningRate = …`"),
        Slip("import a, b", "write `import a; import b`"),
        Slip(
            "import torch, numpy", "leave out the line; `?Tensor`, `?Dense` and `?plot` tell more"),
        Slip(
            "from math import sqrt",
            "leave out the line: what is built in is a plain name, as in `sqrt(x)` and `pi`"),
        Slip("with open(\"a.txt\") as f:\n    f.read()", "write `let text = readText(\"a.txt\")`"),
        Slip(
            "try { f() } catch e { g() }",
            "write `try { … } else { … }`; `lastError()` is the text of the error"),
        Slip(">>> let x = 3\n>>> x", "leave out the `>>>`, and the lines with results"),
        Slip("%matplotlib inline", "leave the line out"),
        Slip("!pip install torch", "leave the line out"),
        Slip("let x = (1 + 2\nprint(x)\nprint(1)", "add `)`"),
    ]

    private static let characters = [
        Slip("/* a remark */\nlet x = 1", "write `# a remark`"),
        Slip("/* a\n * remark */\nlet x = 1", "write `#` at the start of each line"),
        Slip("let x = 1  // a remark", "write `# a remark`"),
        Slip("f(x)  // don't", "write `# don't`"),
        Slip("a ！= b", "write `!=`"), Slip("a＝＝b", "write `==`"), Slip("let x = １２", "write `12`"),
        Slip("f(1)。", "remove it, or put it in a string"),
        Slip("let x = 3 ＃ three", "write `#`"),
    ]
}
