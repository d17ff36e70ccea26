import Diagnostics
import Foundation
import RuntimeTesting
import Testing

@testable import Runtime

/// A number that changes from call to call becomes an input of the program. What it is used for must not tell: the same
/// values, dtypes, kinds and errors as without replay.
@Suite("Numbers that change between calls of a block")
struct ReplayedNumberTests {
    /// What is computed of the number `c`, which is an Int in one run and a Float in another.
    static let formulas = [
        "c", "(c, x)", "(a: c, b: x * c)", "[c, c + 1]", "-c", "c + 0.5", "c * c", "c * true", "c^2", "2^c", "c^0.5",
        "5 / c", "5 // c", "c % 3", "c in [1, 2]", "c |> (y => y + 1)", "\"{c}\"", "str(c)", "toInt(c)", "toFloat(c)",
        "x + c", "x / c", "x^c", "c^x", "x == c", "-c * x", "(x > 0) and (x > c)", "zeros([2]) + c - c",
        "n + c", "n - c", "n * c", "n / c", "n // (c + 9)", "n % (c + 9)", "n ^ c", "c ^ n", "n < c", "n == c",
        "n.cast(uint8) + c", "n.cast(int32) - c", "(n > 0) == c", "ones([3]).cast(float64) * c",
        "Tensor(c)", "Tensor([c, 1])", "Tensor([c, 2 * c])", "full([2], c)", "full([2], c, dtype: int64)",
        "linspace(0, c, 3)", "stack([x, x * c])", "stack([c, 1.0])", "concat([x, Tensor([c])])", "pad(x, [1, 1], c)",
        "where(x > 0, c, 1)", "where(x > 0, c, c)", "where(x > 0, x, c)", "where(n < c, 1, 0)", "where(n < 1, n, c)",
        "clip(x, -c, c)", "maximum(x, c)", "minimum(c, n)", "max(c, 2)", "max(1.5, c)", "min([c, 2])", "sum([c, 1, 2])",
        "abs(c - 3)", "sign(c)", "floor(c)", "ceil(c)", "round(c)", "sqrt(c * c)", "exp(c / 10)", "log(c * c + 1)", "sin(c)",
        "tanh(c) * x", "sigmoid(c) + x", "softplus(c)", "relu(c)", "isFinite(c)", "roll(n, toInt(c))", "x[0] * c",
        "leakyRelu(x, slope: c)", "huber(x, x * 0, delta: c)", "normal(c)([2]).shape", "bernoulli(0.5, [4]) * c",
        "map([1, 2], y => y * c)", "fold([1, 2, 3], c, (s, y) => s + y) * x", "sorted([c, 2])", "zip([c], [1])",
        "if c > 1 { x } else { x * c }", "[\"a\", \"b\", \"c\"][toInt(abs(c)) % 3]", "c * 4611686018427387904",
    ]

    @Test("every formula gives what it gives without replay", arguments: ["[1, 2, 3, 0, -1, 5]", "[1.0, 2.0, 0.5, 0.0, -1.5, 3.0]"])
    func formulas(_ numbers: String) async throws {
        let text = Self.formulas.map { formula in
            ["inference { \(formula) }", "step(opt) { (loss: net(x).sum(), v: \(formula)) }.v"].map { block in
                """
                for c in \(numbers) {
                    let r = try \(block) else "error: " + lastError()
                    print(c, typeOf(r), try r.dtype else "", r)
                }
                """
            }.joined(separator: "\n")
        }.joined(separator: "\n")
        let program = """
            let (x, n) = (Tensor([-1.0, 0.5, 2.0]), arange(3))
            let net = Dense(1)
            net.build([3])
            let opt = SGD(net, lr: 0.0)
            \(text)
            """
        let replayed = try await ReplayTests.output(of: program, replays: true).split(separator: "\n")
        let recorded = try await ReplayTests.output(of: program, replays: false).split(separator: "\n")
        #expect(replayed.count == recorded.count && recorded.count >= 12 * Self.formulas.count)
        for (one, other) in zip(replayed, recorded) { #expect(one == other) }
    }

    @Test("the other meaning of a name, of a module's variable or an option is seen")
    func meanings() async throws {
        let output = try await LargeStack.run {
            try withTemporaryFolder { folder in
                try "var n = 1.0\nfunc bump() { n += 10 }\n"
                    .write(to: folder.appending(path: "counter.dl"), atomically: true, encoding: .utf8)
                let session = Session(.testing(folder: folder))
                var output = ""
                session.output = { output += $0 }
                let cells = [
                    """
                    import counter
                    let x = ones([2])
                    let net = Dense(1)
                    let opt = SGD(net, lr: 0.5)
                    func f() { inference { relu(x).sum() * counter.n * opt.lr } }
                    for i in 0..<3 { print(f().item()) }
                    """,
                    "counter.bump()", "print(f().item())", "opt.lr = 1.0", "print(f().item())",
                    "func relu(x) { x * 100 }", "print(f().item())",
                ]
                for (index, cell) in cells.enumerated() {
                    let outcome = session.run(SourceText(name: "cell", text: cell), stream: "#\(index)")
                    #expect(outcome.ending == .succeeded, "\(cell)")
                }
                return output
            }
        }
        #expect(output == "1.0\n1.0\n1.0\n11.0\n22.0\n2200.0\n")
    }
}
