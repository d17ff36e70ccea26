import Diagnostics
import RuntimeTesting
import Testing

@testable import Runtime

/// Replayed steps against the same steps recorded and computed node by node: the same bits.
@Suite("Replay of training steps")
struct ReplayTests {
    /// Programs whose printed numbers must not depend on replay.
    static let programs: [(name: String, text: String)] = [
        ("dropout, batch norm, a schedule, averages and clipping",
         """
         let (x, y) = (randn([64, 20]), randint(0, 5, [64]))
         let net = Dense(16) >> BatchNorm() >> relu >> Dropout(0.3) >> Dense(5)
         let opt = AdamW(net, lr: cosine(1e-2, steps: 50), ema: 0.9, clip: 0.5)
         for epoch in 0..<4 {
             for b in Dataset(x, y).batches(24, shuffle: true) {
                 let r = step(opt) {
                     let p = net(b.x)
                     (loss: crossEntropy(p, b.y), accuracy: accuracy(p, b.y))
                 }
                 print(r.loss, r.accuracy)
             }
         }
         print(net(x).sum(), net[1].mean.sum())
         averaged(opt) { print(net(x).sum()) }
         """),
        ("a number that changes between calls",
         """
         let (x, y) = (randn([8, 4]), randn([8, 1]))
         let net = Dense(6, tanh) >> Dense(1)
         let opt = SGD(net, lr: 0.1, momentum: 0.9)
         var noise = 1.0
         for i in 0..<12 {
             noise = noise * 0.8
             print(step(opt) { mse(net(x + noise * randn(x.shape)), y) })
         }
         """),
        ("accumulated gradients",
         """
         let (x, y) = (randn([8, 4]), randn([8, 1]))
         let net = Dense(1)
         let opt = Adam(net, lr: 0.1)
         for i in 0..<11 { print(step(opt, accumulate: 3) { mse(net(x), y) }) }
         print(net.W)
         """),
        ("two optimizers, each with its own model",
         """
         let real = randn([16, 2]) + 3
         let g = Dense(8, relu) >> Dense(2)
         let d = Dense(8, relu) >> Dense(1)
         g.build([16, 4])
         d.build([16, 2])
         let (og, od) = (Adam(g, lr: 1e-2), Adam(d, lr: 1e-2))
         for i in 0..<10 {
             let ld = step(od) {
                 let fake = g(randn([16, 4]))
                 binaryCrossEntropy(d(real), ones([16, 1])) +
                     binaryCrossEntropy(d(fake), zeros([16, 1]))
             }
             let lg = step(og) { binaryCrossEntropy(d(g(randn([16, 4]))), ones([16, 1])) }
             print(ld, lg)
         }
         """),
        ("data that were recorded before the block and are read through a view",
         """
         let data = Dataset(randn([48, 8]), randint(0, 3, [48]))
             .map(b => (x: b.x.reshape([-1, 2, 4]), y: b.y))
         let net = Flatten() >> Dense(3)
         let opt = SGD(net, lr: 0.1)
         for b in data.batches(16, shuffle: true) {
             let column = transpose(b.x, [0, 2, 1])
             print(step(opt) {
                 crossEntropy(net(b.x), b.y) + (transpose(column, [0, 2, 1]) @ column).mean()
             })
         }
         print(net[1].W)
         """),
        ("params that are views, and values computed from them before the block",
         """
         let net = Dense(2)
         net.build([8, 3])
         net.W = arange(6).cast(float32).reshape([3, 2])
         let x = randn([8, 3])
         let opt = SGD(net, lr: 0.1)
         for i in 0..<4 {
             let before = net(x)
             print(step(opt) { mse(before, x[:, 0:2]) + mse(net(x), x[:, 1:]) + net.W.flatten().sum() })
         }
         print(net.W, net.b)
         """),
        ("blocks that cannot be replayed",
         """
         let (x, y) = (randn([8, 4]), randn([8, 1]))
         let net = Dense(1)
         let opt = SGD(net, lr: 0.1)
         var total = 0.0
         for i in 0..<5 {
             step(opt) {
                 let l = mse(net(x), y)
                 total += l
                 if l > 1 { l * 2 } else { l }
             }
         }
         print(total, net.W)
         """),
    ]

    @Test("replay gives the bits of recording", arguments: programs.map(\.name))
    func replayIsRecording(_ name: String) async throws {
        let text = try #require(Self.programs.first { $0.name == name }?.text)
        let replayed = try await Self.output(of: text, replays: true)
        let recorded = try await Self.output(of: text, replays: false)
        #expect(replayed == recorded)
        #expect(!replayed.isEmpty)
    }

    /// What may change between two calls of `step`, and must then be seen.
    static let changes: [(name: String, change: String)] = [
        ("the learning rate", "opt.lr = 0.5"),
        ("another option", "opt.momentum = 0.5"),
        ("a weight", "net[0].W = net[0].W * 0"),
        ("freezing", "freeze(net[0])"),
        ("a captured number", "scale = 3.0"),
        ("a captured function", "loss = mae"),
        ("the shape of the data", "x = x[0:4]\ny = y[0:4]"),
        ("the data", "x = x + 1"),
        ("a captured text", "kind = \"sum\""),
        ("a record", "options.flip = true"),
    ]

    @Test("a change of anything that the block reads is seen", arguments: changes.map(\.name))
    func changesAreSeen(_ name: String) async throws {
        let change = try #require(Self.changes.first { $0.name == name }?.change)
        let program = """
            var (x, y) = (randn([8, 4]), randn([8, 1]))
            let net = Dense(6, tanh) >> Dense(1)
            let opt = SGD(net, lr: 0.1, momentum: 0.9)
            var scale = 1.0
            var loss = mse
            var kind = "mean"
            var options = (flip: false, unused: [1, 2])
            func once() {
                print(step(opt) {
                    let p = net(if options.flip { -x } else { x })
                    loss(p * scale, y, reduction: kind)
                })
            }
            for i in 0..<3 { once() }
            \(change)
            for i in 0..<3 { once() }
            print(net.params.values().map(p => p.sum().item()))
            """
        let replayed = try await Self.output(of: program, replays: true)
        let recorded = try await Self.output(of: program, replays: false)
        #expect(replayed == recorded)
        #expect(replayed.split(separator: "\n").count == 7)
    }

    @Test("an ordinary training step is replayed, and one that prints says why not")
    func explanation() async throws {
        let plain = try await Self.explanation(of: "step(opt) { mse(net(x), y) }")
        #expect(!plain.hasPrefix("not replayed"))
        let printing = try await Self.explanation(
            of: "step(opt) {\nprint(1)\nmse(net(x), y)\n}")
        #expect(printing == "not replayed: it calls `print`")
    }

    private static func explanation(of step: String) async throws -> String {
        try await LargeStack.run {
            try withTemporaryFolder { folder in
                let session = Session(.testing(folder: folder))
                let text = """
                    let (x, y) = (randn([8, 4]), randn([8, 1]))
                    let net = Dense(1)
                    let opt = SGD(net, lr: 0.1)
                    for i in 0..<3 { \(step) }
                    """
                _ = session.run(SourceText(name: "cell", text: text), stream: "#1")
                return session.stepExplanation
            }
        }
    }

    private static func output(of text: String, replays: Bool) async throws -> String {
        try await LargeStack.run {
            try withTemporaryFolder { folder in
                var configuration = SessionConfiguration.testing(folder: folder)
                configuration.replaysSteps = replays
                let session = Session(configuration)
                var output = ""
                session.output = { output += $0 }
                let outcome = session.run(SourceText(name: "cell", text: text), stream: "#1")
                for diagnostic in outcome.diagnostics { output += render(diagnostic, as: .plain) }
                #expect(outcome.ending == .succeeded, "\(output)")
                return output
            }
        }
    }
}
