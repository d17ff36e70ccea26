extension TreeCase {
    static let declarations = [
        TreeCase(
            "func area(r, scale = 1.0) { pi * r^2 * scale }",
            "(func area (r scale=1.0) {(* (* pi (^ r 2)) scale)})"),
        TreeCase(
            "func f(q: [N, T, D], mask = nil) -> [N, (2*d), ...S] { q }",
            "(func f (q:[N T D] mask=nil) -> [N (eval (* 2 d)) ...S] {q})"),
        TreeCase("func f(x: [C: 3, _, ...]) { x }", "(func f (x:[C:3 _ ...]) {x})"),
        TreeCase("func f(x: [] = nil) -> ([N], []) { x }", "(func f (x:[]=nil) -> ([N] []) {x})"),
        TreeCase("## One.\n##  Two.\nfunc f() {}", "(func f () {} (doc \"One.\\n Two.\"))"),
        TreeCase("## Not this.\n\nfunc f() {}", "(func f () {})"),
        TreeCase(
            """
            ## A layer.
            model Dense(units, bias = true) {
                param W: [D, units] = glorotUniform()
                param b: [units] = zeros() if bias
                state n: [] = zeros()
                let act = relu if bias and not units
                func encode(x) { x }
                forward(x: [..., D]) -> [..., units] { x @ W }
            }
            """,
            "(model Dense (units bias=true) (param W [D units] (call glorotUniform)) "
                + "(param b [units] (call zeros) if bias) (state n [] (call zeros)) "
                + "(let act relu if (and bias (not units))) (func encode (x) {x}) "
                + "(forward forward (x:[... D]) -> [... units] {(@ x W)}) (doc \"A layer.\"))"),
        TreeCase("model M { }", "(model M ())"),
        TreeCase("model M { let f = x => x if a }", "(model M () (let f (=> (x) x) if a))"),
        TreeCase(
            """
            optimizer Momentum(lr = 0.01) {
                slot v = zerosLike
                func half(x) { x / 2 }
                update(p, g, t) {
                    v = g
                    p - lr * v
                }
            }
            """,
            "(optimizer Momentum (lr=0.01) (slot v zerosLike) (func half (x) {(/ x 2)}) "
                + "(update update (p g t) {(= v g) (- p (* lr v))}))"),
    ]

    static let strings = [
        TreeCase(#""""#, "(string)"), TreeCase(#""a""#, #""a""#),
        TreeCase(#""\n\t\"\\\{\u{4e2d}""#, "\"\\n\t\\\"\\\\{中\""),
        TreeCase(#""a{x}b""#, #"(string "a" (show x) "b")"#),
        TreeCase(#""{loss:.4f}""#, "(string (show loss :.4f))"),
        TreeCase(#""{f("a{b}")}""#, #"(string (show (call f (string "a" (show b)))))"#),
        TreeCase(#""{d["k"]:>8}""#, #"(string (show (index d "k") :>8))"#),
        TreeCase(#""{a[1:2]:*^+08,.3e}""#, "(string (show (index a (slice 1 2 _)) :*^+08,.3e))"),
        TreeCase(#""{xs.map(x => { x })}""#, "(string (show (call (. xs map) (=> (x) {x}))))"),
        TreeCase(#""{(a: 1)} }""#, #"(string (show (record a: 1)) " }")"#),
        TreeCase("\"\"\"\n    a\n      b\n    \"\"\"", "\"a\\n  b\\n\""),
        TreeCase(
            "\"\"\"one \"quoted\" {x\n+ y} end\"\"\"",
            "(string \"one \\\"quoted\\\" \" (show (+ x y)) \" end\")"),
        TreeCase("\"\"\"\n  {x}\n  y\"\"\"", "(string (show x) \"\\ny\")"),
        TreeCase("\"\"\"\n\ta\n\tb\"\"\"", "\"a\\nb\""),
        TreeCase("\"\"\"\n    a\n  b\n\n    c\"\"\"", "\"  a\\nb\\n\\n  c\""),
        TreeCase("\"a # b\"", "\"a # b\""),
    ]

    /// Words that mean something in one place only are names elsewhere.
    static let names = [
        TreeCase("let state = model + optimizer", "(let state (+ model optimizer))"),
        TreeCase("let dims = param", "(let dims param)"),
        TreeCase("forward(update)", "(call forward update)"),
        TreeCase("model { slot }", "(call model {slot})"), TreeCase("as = by", "(= as by)"),
        TreeCase("dims + 1", "(+ dims 1)"), TreeCase("let lambda = 0.1", "(let lambda 0.1)"),
        TreeCase("with(class, is)", "(call with class is)"), TreeCase("self.x", "(. self x)"),
        TreeCase("f(model: net, state: 1)", "(call f model: net state: 1)"),
        TreeCase("print(f, r, b)", "(call print f r b)"),
        TreeCase("e\u{301} = é", "(= e\u{301} é)"),
        TreeCase("x1_2 + _a", "(+ x1_2 _a)"), TreeCase("inf - nan", "(- inf nan)"),
        TreeCase("elif = 1", "(= elif 1)"), TreeCase("from(x)", "(call from x)"),
    ]
}
