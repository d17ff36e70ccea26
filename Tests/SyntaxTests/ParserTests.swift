import Diagnostics
import Syntax
import Testing

/// A text and the tree that it must give without any diagnostic.
struct TreeCase: CustomTestStringConvertible, Sendable {
    let source: String
    let tree: String

    init(_ source: String, _ tree: String) {
        self.source = source
        self.tree = tree
    }

    var testDescription: String { source }
}

func parse(_ text: String) -> (program: Program, diagnostics: [Diagnostic]) {
    Parser.parse(SourceText(name: "cell 1", text: text))
}

@Suite struct ParserTests {
    @Test("a valid text gives its tree", arguments: TreeCase.all)
    func tree(_ example: TreeCase) {
        let (program, diagnostics) = parse(example.source)
        #expect(Dump.text(of: program) == example.tree)
        #expect(diagnostics == [], "\(diagnostics.map { render($0, as: .plain) })")
    }
}

extension TreeCase {
    static let all =
        literals + operators + newlines + calls + collections + functions + statements
        + declarations + strings + names

    static let literals = [
        TreeCase("42", "42"), TreeCase("1_000", "1000"), TreeCase("0xfF", "255"),
        TreeCase("3.14", "3.14"), TreeCase("1e-3", "0.001"), TreeCase("0.5", "0.5"),
        TreeCase("true", "true"), TreeCase("nil", "nil"),
        TreeCase("9223372036854775807", "9223372036854775807"),
        TreeCase("-9223372036854775808", "-9223372036854775808"),
        TreeCase("", ""), TreeCase(";;\n;", ""), TreeCase("\u{FEFF}1", "1"),
        TreeCase("1\r\n2\r\n", "1\n2"), TreeCase("# only a remark", ""),
    ]

    static let operators = [
        TreeCase("1 + 2 * 3", "(+ 1 (* 2 3))"), TreeCase("(1 + 2) * 3", "(* (+ 1 2) 3)"),
        TreeCase("a - b - c", "(- (- a b) c)"), TreeCase("a ^ b ^ c", "(^ a (^ b c))"),
        TreeCase("-x^2", "(- (^ x 2))"), TreeCase("2^-x", "(^ 2 (- x))"),
        TreeCase("-a * b", "(* (- a) b)"), TreeCase("--x", "(- (- x))"),
        TreeCase("a // b % c @ d", "(@ (% (// a b) c) d)"),
        TreeCase("x @ W + b", "(+ (@ x W) b)"),
        TreeCase("0..<10", "(..< 0 10)"), TreeCase("1...10", "(... 1 10)"),
        TreeCase("0..<10 by 2", "(..< 0 10 by 2)"), TreeCase("10...1 by -1", "(... 10 1 by (- 1))"),
        TreeCase("0..<n+1", "(..< 0 (+ n 1))"), TreeCase("by..<by by by", "(..< by by by by)"),
        TreeCase("a | b | c", "(| (| a b) c)"), TreeCase("a + b | c / d", "(| (+ a b) (/ c d))"),
        TreeCase("a | b == c", "(== (| a b) c)"),
        TreeCase("a < b and b < c", "(and (< a b) (< b c))"),
        TreeCase("(a < b) == c", "(== (< a b) c)"),
        TreeCase("x in xs", "(in x xs)"), TreeCase("x not in xs", "(not in x xs)"),
        TreeCase("not x in xs", "(not (in x xs))"), TreeCase("not a == b", "(not (== a b))"),
        TreeCase("not not a", "(not (not a))"),
        TreeCase("a and not b or c", "(or (and a (not b)) c)"),
        TreeCase("a == not b", "(== a (not b))"),
        TreeCase("f >> g >> h", "(>> (>> f g) h)"),
        TreeCase("x |> f |> g(2)", "(|> (|> x f) (call g 2))"),
        TreeCase("a or b >> c |> d", "(|> (>> (or a b) c) d)"),
        TreeCase("2 in 0..<3", "(in 2 (..< 0 3))"),
    ]

    static let newlines = [
        TreeCase("a\nb", "a\nb"), TreeCase("a\n-b", "a\n(- b)"), TreeCase("a -\nb", "(- a b)"),
        TreeCase("let x =\n\n  3", "(let x 3)"), TreeCase("x\n  |> f\n  >> g", "(|> x (>> f g))"),
        TreeCase("x\n  .f()\n  # why\n  .g", "(. (call (. x f)) g)"),
        TreeCase("a\n(b)", "a\nb"), TreeCase("a\n[b]", "a\n(list b)"),
        TreeCase("f(\n a,\n b\n)", "(call f a b)"), TreeCase("(a\n + b)", "(+ a b)"),
        TreeCase("[1,\n2,\n]", "(list 1 2)"), TreeCase("f(() => {\n})\n", "(call f (=> () {}))"),
        TreeCase("f(() => {\n a\n b\n})", "(call f (=> () {a b}))"),
        TreeCase("if a { b }\nelse { c }", "(if a {b} else {c})"),
        TreeCase("if a { b } else\nif c { d }", "(if a {b} c {d})"),
        TreeCase("x =>\n y", "(=> (x) y)"), TreeCase("a and\nb", "(and a b)"),
        TreeCase("a; b", "(discard a)\nb"), TreeCase("a;", "(discard a)"),
        TreeCase("0..<9 by\n2", "(..< 0 9 by 2)"), TreeCase("let y = by\nx", "(let y by)\nx"),
        TreeCase("func f() ->\n[N] { a }", "(func f () -> [N] {a})"),
        TreeCase("a # b + \nc", "a\nc"),
    ]

    static let calls = [
        TreeCase("f()", "(call f)"), TreeCase("f(x)(y)", "(call (call f x) y)"),
        TreeCase("Conv2D(32, kernel: 3,)", "(call Conv2D 32 kernel: 3)"),
        TreeCase("f(in: 1, if: 2)", "(call f in: 1 if: 2)"), TreeCase("x.in.if", "(. (. x in) if)"),
        TreeCase("f(lambda: 1)", "(call f lambda: 1)"),
        TreeCase("step(opt) { a; b }", "(call step opt {(discard a) b})"),
        TreeCase("training { net(x) }", "(call training {(call net x)})"),
        TreeCase("f() { a }.b", "(. (call f {a}) b)"),
        TreeCase("2.sqrt()", "(call (. 2 sqrt))"), TreeCase("a[0][1]", "(index (index a 0) 1)"),
        TreeCase("a[..., 0]", "(index a ... 0)"),
        TreeCase("a[1:, ::2]", "(index a (slice 1 _ _) (slice _ _ 2))"),
        TreeCase("a[:, newaxis]", "(index a (slice _ _ _) newaxis)"),
        TreeCase("a[-1, :n+1:2]", "(index a (- 1) (slice _ (+ n 1) 2))"),
        TreeCase("a[0..<3]", "(index a (..< 0 3))"), TreeCase("a[x > 2]", "(index a (> x 2))"),
        TreeCase("if f { a }", "(if f {a})"),
        TreeCase("if (f { a }) { b }", "(if (call f {a}) {b})"),
        TreeCase("if g(f { a }) { b }", "(if (call g (call f {a})) {b})"),
        TreeCase("for x in xs[f { 1 }] { x }", "(for x (index xs (call f {1})) {x})"),
        TreeCase("x.std.f { 1 }", "(call (. (. x std) f) {1})"),
        TreeCase("\"a\".len()", "(call (. \"a\" len))"),
    ]

    static let collections = [
        TreeCase("[]", "(list)"), TreeCase("[:]", "(dict)"), TreeCase("[1, 2,]", "(list 1 2)"),
        TreeCase("[\"lr\": 0.1, \"m\": 0.9]", "(dict \"lr\": 0.1 \"m\": 0.9)"),
        TreeCase("(a, b)", "(tuple a b)"), TreeCase("(a)", "a"), TreeCase("(a,)", "a"),
        TreeCase("(loss: 0.1, n: 2,)", "(record loss: 0.1 n: 2)"),
        TreeCase("(x: 1)", "(record x: 1)"),
        TreeCase("[(1, 2): x]", "(dict (tuple 1 2): x)"),
    ]

    static let functions = [
        TreeCase("x => 2 * x", "(=> (x) (* 2 x))"), TreeCase("() => 1", "(=> () 1)"),
        TreeCase("(a, b) => a", "(=> (a b) a)"),
        TreeCase("(x, (a, b)) => a", "(=> (x (tuple a b)) a)"),
        TreeCase("_ => 1", "(=> (_) 1)"), TreeCase("x => y => x", "(=> (x) (=> (y) x))"),
        TreeCase(
            "fold(xs, 0, (s, (x, y)) => s + x * y)",
            "(call fold xs 0 (=> (s (tuple x y)) (+ s (* x y))))"),
        TreeCase("x => { let e = 1\n x + e }", "(=> (x) {(let e 1) (+ x e)})"),
        TreeCase("(x => x)(3)", "(call (=> (x) x) 3)"),
        TreeCase("let y = try risky() else nil", "(let y (try (call risky) nil))"),
        TreeCase("try { a } else { b }", "(try {a} {b})"),
        TreeCase("try if a { b } else { c } else d", "(try (if a {b} else {c}) d)"),
        TreeCase("if a { 1 } else if b { 2 } else { 3 }", "(if a {1} b {2} else {3})"),
        TreeCase("1 + (if a { 1 } else { 2 })", "(+ 1 (if a {1} else {2}))"),
    ]

    static let statements = [
        TreeCase("let (a, (b, _)) = f()", "(let (tuple a (tuple b _)) (call f))"),
        TreeCase("let x: [N, 3] = y", "(let x :[N 3] y)"),
        TreeCase("let net: [N, 1] -> [N, 10] = f", "(let net :(-> ([N 1]) [N 10]) f)"),
        TreeCase(
            "let net: ([N, T], [N, S]) -> ([N], []) = f", "(let net :(-> ([N T] [N S]) ([N] [])) f)"
        ),
        TreeCase("var total = 0", "(var total 0)"), TreeCase("xs[0] = 1", "(= (index xs 0) 1)"),
        TreeCase("r.loss += 2", "(+= (. r loss) 2)"),
        TreeCase("d[\"k\"][1].x /= 2", "(/= (. (index (index d \"k\") 1) x) 2)"),
        TreeCase("(h, c) = cell(x, h, c)", "(= (tuple h c) (call cell x h c))"),
        TreeCase("for (x, y) in pairs { f(x) }", "(for (tuple x y) pairs {(call f x)})"),
        TreeCase("while a > 1 { break; continue }", "(while (> a 1) {(break) (continue)})"),
        TreeCase("func f() { return }", "(func f () {(return)})"),
        TreeCase("assert a > 1, \"no\"", "(assert (> a 1) \"no\")"),
        TreeCase("import nlp", "(import nlp)"),
        TreeCase("import \"lib/mine.dl\" as mine", "(import \"lib/mine.dl\" as mine)"),
        TreeCase("dims 批, 长", "(dims 批 长)"), TreeCase("学习率 = 0.1", "(= 学习率 0.1)"),
    ]
}
