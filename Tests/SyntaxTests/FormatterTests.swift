import Diagnostics
import Syntax
import Testing

@Suite struct FormatterTests {
    @Test(
        "spaces",
        arguments: [
            ("a+b *c", "a + b * c"), ("f( x,y ,  lr:1 )", "f(x, y, lr: 1)"), ("-x^ 2", "-x^2"),
            ("a - -b", "a - -b"), ("a[1 : , : : 2]", "a[1:, ::2]"), ("a [0] (1)", "a[0](1)"),
            ("[ \"a\":1,\"b\" : 2 ]", "[\"a\": 1, \"b\": 2]"), ("[ : ]", "[:]"),
            ("0 ..< 10 by -1", "0..<10 by -1"),
            ("0..<n by (2)", "0..<n by (2)"), ("let x=3", "let x = 3"), ("x=>x+1", "x => x + 1"),
            ("func f(x:[...,D],y=1)->[N]{x}", "func f(x: [..., D], y = 1) -> [N] { x }"),
            ("func f(x: [ ...S ]) {}", "func f(x: [...S]) {}"),
            ("if(a){b}else{c}", "if (a) { b } else { c }"),
            ("f{ a;b }", "f { a; b }"), ("not(a)", "not (a)"), ("x . y", "x.y"),
            ("\"{ x +1 :.2f}\"", "\"{ x +1 :.2f}\""), ("a  # why", "a  # why"),
            ("a# why  ", "a  # why"),
            ("return-1", "return -1"), ("a|b", "a | b"), ("a|>f>>g", "a |> f >> g"),
            ("x  +=1", "x += 1"),
            ("let net:[N]->[M]=f", "let net: [N] -> [M] = f"), ("a[...,0]", "a[..., 0]"),
            ("(a,b)=c", "(a, b) = c"), ("by(2)", "by(2)"), ("a[(l : 1), 2]", "a[(l: 1), 2]"),
        ])
    func spaces(_ text: String, _ expected: String) {
        #expect(format(text) == expected + "\n")
        #expect(format(expected) == expected + "\n")
    }

    @Test("lines are indented by their brackets; comments and line breaks stay")
    func indentation() {
        #expect(format(Self.untidy) == Self.tidy)
        #expect(format(Self.tidy) == Self.tidy)
    }

    private static let untidy = """


        # Remark
        model M {
        param W: [D] = zeros()   # weights


          # before forward



        forward(x) {
        let y = f(x,
        [1,
          2], callbacks: [e => {
        print(e)
        }])
        if a {
        b
        }
        else {
        x
            |> f
        .g(
        1
        )
        }
        a +
        b
        }
        }
        let s = \"\"\"
          kept
            as it is
        \"\"\"
        """
    private static let tidy = """
        # Remark
        model M {
            param W: [D] = zeros()   # weights


            # before forward


            forward(x) {
                let y = f(x,
                    [1,
                        2], callbacks: [e => {
                            print(e)
                }])
                if a {
                    b
                }
                else {
                    x
                        |> f
                        .g(
                            1
                        )
                }
                a +
                    b
            }
        }
        let s = \"\"\"
          kept
            as it is
        \"\"\"

        """
    @Test("a text with syntax errors stays as it is")
    func broken() {
        #expect(format("let  x=(1\n  y") == "let  x=(1\n  y")
        #expect(format("") == "")
        #expect(format("a\r\n  b\r\n") == "a\nb\n")
    }

    @Test("formatting keeps every valid text's tree", arguments: TreeCase.all)
    func keepsTree(_ example: TreeCase) {
        let formatted = format(example.source)
        #expect(Dump.text(of: parse(formatted).program) == example.tree)
        #expect(format(formatted) == formatted)
    }

    @Test("formatting canonical text of random trees keeps the tree")
    func randomTrees() {
        for seed in UInt64(0)..<300 {
            var random = RandomTrees(seed: seed)
            let program = random.program()
            let formatted = format(Printer.print(program))
            let isSame = Dump.text(of: parse(formatted).program) == Dump.text(of: program)
            #expect(isSame && format(formatted) == formatted, "seed \(seed)")
        }
    }
}
