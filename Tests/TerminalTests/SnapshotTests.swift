import Diagnostics
import Foundation
import Runtime
import RuntimeTesting
import Testing

/// A program, a change to it, and an expression that sees the change.
struct Change: Sendable, CustomTestStringConvertible {
    var what: String
    var program: String
    var change: String
    var probe: String
    var testDescription: String { what }
}

@Suite("Snapshots of a session")
struct SnapshotTests {
    private static let training = """
        let x = Tensor([[1, 2], [3, 5], [0, 1], [2, 2]])
        let net = Dense(3, tanh) >> BatchNorm() >> Dense(2)
        net(x)
        let opt = Adam(net, lr: 0.1)
        func train() { step(opt) { mse(net(x), x) }.item() }
        """

    static let changes: [Change] = [
        Change(what: "a number", program: "var n = 1", change: "n += 1", probe: "n"),
        Change(what: "a list", program: "var xs = [1, 2]", change: "xs[0] = 9", probe: "xs"),
        Change(what: "a longer list", program: "var xs = [1]", change: "xs += [2]", probe: "xs"),
        Change(
            what: "a list in a list", program: "var xs = [[1], [2]]", change: "xs[1][0] = 9",
            probe: "xs"),
        Change(
            what: "a dict in a record", program: "var r = (d: [\"a\": 1], n: 2)",
            change: "r.d[\"a\"] = 5", probe: "r"),
        Change(
            what: "a tensor", program: "var t = zeros([2])", change: "t[0] = 1",
            probe: "t.toList()"),
        Change(
            what: "a captured variable",
            program: "func make() { var n = 0\n () => { n += 1\n n } }\nlet count = make()\nlet peek = count",
            change: "count()", probe: "count()"),
        Change(
            what: "a captured list",
            program: "func make() { var xs = [0]\n (x) => { xs += [x]\n xs } }\nlet add = make()",
            change: "add(1)", probe: "add(7)"),
        Change(
            what: "weights that are assigned", program: "let net = Dense(1)\nnet(ones([1, 1]))",
            change: "net.b = [5].Tensor()", probe: "net.b.toList()"),
        Change(
            what: "weights that are trained", program: training, change: "train()",
            probe: "net[0].W.sum().item()"),
        Change(
            what: "the state of a layer", program: training, change: "train()",
            probe: "mse(net(x), x).item()"),
        Change(
            what: "the state of an optimizer", program: training + "\ntrain()",
            change: "train()\ntrain()", probe: "(train(), train())"),
        Change(
            what: "a model inside of a list", program: "let nets = [Dense(1)]\nnets[0](ones([1, 1]))",
            change: "let n = nets[0]\nn.b = ones([1])", probe: "nets[0].b.toList()"),
        Change(
            what: "a model that only a function reaches",
            program: """
                func make() { let net = Dense(1)
                net(ones([1, 1]))
                x => { if x > 0 { net.b = ones([1]) }
                net.b.toList() } }
                let poke = make()
                """,
            change: "poke(1)", probe: "poke(0)"),
        Change(
            what: "what `grad` was made of",
            program: """
                func make() { var factor = 1.0
                let f = x => { factor += 1.0
                (x * factor).sum() }
                grad(f) }
                let g = make()
                """,
            change: "g(ones([1]))", probe: "g(ones([1])).toList()"),
        Change(
            what: "frozen or not", program: training, change: "freeze(net)",
            probe: "(try train() else 0.0) == 0.0"),
        Change(
            what: "options of an optimizer", program: training, change: "opt.lr = 5.0",
            probe: "opt.lr"),
        Change(
            what: "a function", program: "func f() { 1 }", change: "func f() { 2 }", probe: "f()"),
        Change(
            what: "a name of the prelude", program: "let z = 0", change: "let relu = 3",
            probe: "typeOf(relu)"),
        Change(
            what: "tracked values", program: "track(a: 1)", change: "track(a: 2)",
            probe: "tracked()"),
    ]

    /// Runs texts in one session, between them `step`, and gives the values.
    private func run(
        _ body: @escaping @Sendable (_ value: (String) -> String, Session) throws -> Void
    ) async throws {
        try await LargeStack.run {
            try withTemporaryFolder { folder in
                let session = Session(.testing(folder: folder))
                var count = 0
                try body(
                    { text in
                        count += 1
                        let outcome = session.run(SourceText(name: "test", text: text), stream: "s")
                        let problems = outcome.diagnostics.map { render($0, as: .plain) }
                        #expect(outcome.ending == .succeeded, "\(text): \(problems)")
                        return outcome.value ?? "nil"
                    }, session)
            }
        }
    }

    @Test("a change is taken back, as often as one likes", arguments: changes)
    func restored(_ change: Change) async throws {
        try await run { value, session in
            _ = value(change.program)
            let snapshot = session.snapshot()
            let before = value(change.probe)
            session.restore(snapshot)
            for _ in 0..<2 {
                _ = value(change.change)
                #expect(value(change.probe) != before)
                session.restore(snapshot)
                #expect(value(change.probe) == before)
                session.restore(snapshot)
            }
        }
    }

    @Test("new names are gone, and a model that was not built is not built again")
    func names() async throws {
        try await run { value, session in
            _ = value("let net = Dense(3)")
            let snapshot = session.snapshot()
            _ = value("let extra = net(ones([2, 5]))")
            session.restore(snapshot)
            #expect(session.userNames == ["net"])
            #expect(value("net(ones([2, 7])).shape") == "[2, 3]")
        }
    }

    @Test("a training cell run twice from a snapshot gives the same weights, twice without does not")
    func training() async throws {
        try await run { value, session in
            _ = value("let x = randn([32, 3])\nlet net = Dense(4, relu) >> Dense(3)")
            let snapshot = session.snapshot()
            let cell = "fit(net, (x, x), loss: mse, epochs: 3, batch: 8).loss"
            let first = value(cell)
            #expect(value(cell) != first)
            session.restore(snapshot)
            #expect(value(cell) == first)
        }
    }

    @Test("lists that are deep, shared or in a circle of functions are walked in reasonable time")
    func shapes() async throws {
        try await run { value, session in
            _ = value(
                """
                var deep = []
                for i in 0..<50000 { deep = [deep] }
                var wide = [1]
                for i in 0..<60 { wide = [wide, wide] }
                func knot() { var f = x => x
                f = x => if x > 0 { f(x - 1) } else { 0 }
                f }
                let g = knot()
                """)
            let snapshot = session.snapshot()
            _ = value("deep = []\nwide = []")
            session.restore(snapshot)
            #expect(value("(len(deep), len(wide), g(3))") == "(1, 2, 0)")
        }
    }

    @Test("a snapshot counts what it keeps alive and others do not")
    func memory() async throws {
        try await run { value, session in
            _ = value("var t = randn([1000])\nt.sum().item()")
            let before = session.snapshot()
            #expect(before.bytesHeld(beyond: before) == 0)
            _ = value("t = randn([10])\nt.sum().item()")
            #expect(before.bytesHeld(beyond: session.snapshot()) == 4000)
        }
    }
}
