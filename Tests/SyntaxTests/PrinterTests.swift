import Diagnostics
import Syntax
import Testing

@Suite struct PrinterTests {
    @Test("a random tree is printed as text that gives the same tree")
    func roundTrip() {
        for seed in UInt64(0)..<1_500 {
            var random = RandomTrees(seed: seed)
            let program = random.program()
            let printed = Printer.print(program)
            let (again, diagnostics) = parse(printed)
            // `"{1}"` is warned of.
            let errors = diagnostics.filter { $0.severity == .error }
            guard errors.isEmpty, Dump.text(of: again) == Dump.text(of: program) else {
                Issue.record(
                    """
                    seed \(seed):
                    \(printed)
                    \(diagnostics.first.map { render($0, as: .plain) } ?? "")
                    \(Dump.text(of: program))
                    \(Dump.text(of: again))
                    """)
                return
            }
            #expect(Printer.print(again) == printed, "seed \(seed)")
        }
    }

    @Test("the valid texts are printed as text that gives the same tree", arguments: TreeCase.all)
    func validTexts(_ example: TreeCase) {
        let (again, diagnostics) = parse(Printer.print(parse(example.source).program))
        #expect(diagnostics == [])
        #expect(Dump.text(of: again) == example.tree)
    }

    @Test("the canonical text reads well")
    func canonicalText() {
        let text = """
            ## A layer.
            model Dense( units,bias=true ) {
              param b:[units]=zeros() if bias
              forward(x: [...,D]) ->[..., units] { if bias { x@W+b } else { (x@W) } }
            }
            for (x, y) in (f { 1 }) { let z = ((x^2)) * -(3 - (2 - 1)); print("{z:.2f}\\n") }
            """
        let expected = """
            ## A layer.
            model Dense(units, bias = true) {
                param b: [units] = zeros() if bias
                forward(x: [..., D]) -> [..., units] {
                    if bias {
                        x @ W + b
                    } else {
                        x @ W
                    }
                }
            }
            for (x, y) in (f {
                1
            }) {
                let z = x^2 * -(3 - (2 - 1))
                print("{z:.2f}\\n")
            }

            """
        #expect(Printer.print(parse(text).program) == expected)
    }
}
