import Diagnostics
import Syntax
import Testing

/// Broken texts by subject. For each the snapshot shows the text, the pictures and the tree that
/// was recovered.
struct ErrorGroup: CustomTestStringConvertible, Sendable {
    let name: String
    let texts: [String]

    var testDescription: String { name }
}

@Suite struct ErrorTests {
    @Test("the pictures of errors", arguments: ErrorGroup.all)
    func pictures(_ group: ErrorGroup) throws {
        var result = ""
        for text in group.texts {
            let (program, diagnostics) = parse(text)
            #expect(!diagnostics.isEmpty, "\(text)")
            result += "==== \(text.replacing("\n", with: "\n     "))\n"
            for diagnostic in diagnostics {
                result += "[\(diagnostic.id)] \(render(diagnostic, as: .plain))\n"
            }
            result += "---- \(Dump.text(of: program).replacing("\n", with: "\n     "))\n\n"
        }
        try expectSnapshot(result, named: "errors-" + group.name)
    }
}

extension ErrorGroup {
    static let all = [
        ErrorGroup(name: "python", texts: python),
        ErrorGroup(name: "python-statements", texts: pythonStatements),
        ErrorGroup(name: "brackets", texts: brackets),
        ErrorGroup(name: "operators", texts: operators),
        ErrorGroup(name: "strings", texts: strings),
        ErrorGroup(name: "characters", texts: characters),
        ErrorGroup(name: "declarations", texts: declarations),
        ErrorGroup(name: "several", texts: several),
    ]

    private static let python = [
        "x ** 2", "let a = True and not False", "f(None)", "a && b || !c", "(a > 1) & (b < 2)",
        "let y = a if c else b", "'text'", "f('it\\'s \"{x}\"')", "d['key']", "f(x, lr=0.1)",
        ".5 + 1.",
        "x++", "++x", "x is None", "x is not None", "let f = lambda x, y: x + y",
        "sorted(xs, by: lambda p: p[1])", "f\"{x}\"", "r'a'", "[x * 2 for x in xs if x > 1]",
        "sum(x for x in xs)", "let d = {\"a\": 1}", "\"{{x}}\"", "let a, b = f()", "a, b = b, a",
        "t.0", "f(*args, **options)", "return a, b", "for i, x in enumerate(xs) { x }",
        "let t = 1, 2", "x //= 2", "n := 3", "if a { b } elseif c { d }",
        "f((x for x in xs))",
    ]

    private static let pythonStatements = [
        "def f(x):\n    y = x\n    y + 1\nf(2)", "for x in xs:\n    print(x)\nprint(1)",
        "if x > 1:\n    a\nelif x > 2:\n    b\nelse:\n    c\nd", "if x: y", "while x:\n  x -= 1",
        "if a { b } elif c { d }", "class Net(Module):\n    def f(self):\n        1\nlet x = 1",
        "with no_grad():\n    f()\nlet x = 1",
        "try:\n    f()\nexcept ValueError as e:\n    g()\nlet x = 1",
        "import torch", "import numpy as np", "import matplotlib.pyplot as plt",
        "from torch import nn",
        "import a.b", "print \"x\"", "raise ValueError", "x: int = 3", "let x: Int = 3",
        "const x = 3", "fn f(x) { x }", "func f(x: int) -> Tensor { x }", "x = \\\n  3",
        "@decorator\nfunc f() {}", "// a remark",
        "model M {\n    def forward(self, x) { self.W @ x }\n}",
        "model M {\n    func forward(x) { x }\n}",
    ]

    private static let brackets = [
        "f(1, 2", "let a = [1, 2\nlet b = 3", "f(1, 2\n\nfunc g() { 1 }", "(1]", "f(a))", "}",
        "a ]",
        "if a { b", "func f() {\n  if a {\n    b\n}\n", "f(a b)", "[1 2]", "f(a; b)", "f(,)",
        "(a,,b)",
        "if a\n{ b }", "func f()\n{ b }", "if a b", "a { b } { c }", "3 { a }", "{ a }", "()",
        "x[]", "[a: 1, b]", "[a, b: 1]", "(a: 1, 2)", "f(a: 1, 2)", "f(a: 1, a: 2)", "(a: 1, a: 2)",
        "[\"a\": 1, \"b\": 2, \"a\": 3]", "[(1, 2): 1, (1, 2): 2]", "let () = f()",
    ]

    private static let operators = [
        "a < b < c", "0 <= x + 1 <= n", "a == b == c", "1..<2..<3", "a..b", "n by 2",
        "0..<9 by 2 by 3",
        "a\n+ b", "a\n* b", "|> f", "a;\n|> f", ".f", "else { a }", "a\nand b", "a\n== b", "1 +",
        "1 + * 2",
        "a b", "a 3", "let x", "var x\nlet y =", "let 3 = x", "let if = 3", "x = y = 3",
        "if x = 3 { y }",
        "f(x) = 3", "1 + 2 = x", "(a, 1) = b", "f(a = 1 + 2)", "(a = 1)",
        "1 + if a { 2 } else { 3 }",
        "if a { 1 } else { 2 } + 3", "x |> y => y + 1", "1 + try a else b", "try f()",
        "(x + y) => 3",
        "x.", "x.+", "assert", "for x xs { }", "for in xs { }", "import 3", "import \"a{x}\"",
        "if a { import b }", "a not b", "let (a, a) = f()", "(x, (y, x)) => x",
    ]

    private static let strings = [
        "\"abc", "print(\"abc)\nlet x = 1", "\"a {x\"", "\"{}\"", "\"{x y}\"", "\"{x:q}\"",
        "\"{x:.f}\"",
        "\"{x:99999}\"", "\"a\\q\"", "\"\\u{110000} \\u{}\"", "\"\"\"abc\n", "\"{f(\"a\"}\"",
        "\"{\"",
        "\"\"\"{a\n", "'abc", "“smart”", "\"{x\nlet y = 2",
    ]

    private static let characters = [
        "a $ b", "let x = 3 ?", "print（“你好”，x）", "a × b ≤ c", "~x", "3px", "0b11", "1_", "0x",
        "99999999999999999999", "0xfffffffffffffffff", "1e999", "f(a） + 1", "a\u{0}b", "😀 = 3",
        "let x = @",
    ]

    private static let declarations = [
        "func f { 1 }", "func f() { … }", "func (x) { x }", "func f(x, x) { x }",
        "func f(a, 3) { a }",
        "func f(x) x + 1",
        "func f(x: [N, 2*d, -1]) { x }", "func f(x: [..., ...S]) { x }", "func f(x: [N: M]) { x }",
        "func f(x: [()]) { x }", "let x: ([N], [M]) = y", "let x: [N = y",
        "model M {\n    param W = zeros()\n    let W = 1\n    x = 3\n    var n = 0\n}",
        "model M {\n    forward(x) { x }\n    forward(x) { x }\n}", "model M(a)\n{\n}", "model M",
        "model M { param W: [N] }", "optimizer O { slot v = zerosLike }",
        "optimizer O {\n    update(p) { p }\n    update(g) { g }\n    let x = 1\n    slot v\n}",
        "dims N, 3",
    ]

    private static let several = [
        "let a = 1 +\nlet b = (2\nlet c = a < b < c\nfunc f(x, x) { ** }\nprint \"d\"",
        "func f() {\n    let x = \n}\nlet y = ]\nlet z = 'q'",
    ]
}
