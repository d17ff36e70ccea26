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
        ("weights that a variable remembers",
         """
         let (x, y) = (randn([8, 4]), randn([8, 1]))
         let net = Dense(3, tanh) >> Dense(1)
         net.build([8, 4])
         let start = net[0].W
         let opt = Adam(net, lr: 0.1)
         var kept = [start]
         for i in 0..<6 {
             print(step(opt) { mse(net(x), y) + ((net[0].W - start)^2).sum() })
             kept += [net[0].W]
         }
         print(kept.map(w => w.sum().item()))
         """),
        ("blocks in inference and training mode",
         """
         let x = randn([40, 6])
         let net = Dense(5, relu) >> BatchNorm() >> Dropout(0.5) >> Dense(3)
         net.build([40, 6])
         var scale = 1.0
         func score(rows) {
             inference {
                 let p = net(rows) * scale
                 (logits: p, total: p.sum(), rows: len(rows), kind: "score")
             }
         }
         for i in 0..<9 {
             let r = score(x[i:(i + 10)])
             print(r.total, r.rows, r.kind, r.logits[0])
             print(training { net(x) }.sum(), net[1].mean.sum(), randn([2]))
             if i == 4 { scale = 0.5 }
             if i == 6 { net[0].W = net[0].W * 2 }
             if i == 7 { freeze(net[1]) }
         }
         print(score(x[0:3]).total, predict(net, x, batch: 16).sum(), predict(net, x).sum())
         """),
        ("gradients of functions",
         """
         let (x, y) = (randn([12, 4]), randn([12, 1]))
         let net = Dense(5, tanh) >> Dense(1)
         net.build([12, 4])
         var w = randn([4, 1])
         var weight = 0.1
         let loss = (w, x) => mse(x @ w, y[0:len(x)]) + weight * (w^2).sum()
         for i in 0..<8 {
             let (value, g) = valueAndGrad(loss)(w, x[0:(if i < 5 { 12 } else { 6 })])
             w = w - 0.1 * g
             print(value, g.sum())
             if i == 3 { weight = 0.2 }
         }
         let f = net => mse(net(x), y)
         let opt = SGD(net, lr: 0.1)
         for i in 0..<5 {
             opt.apply(grad(f)(net))
             print(f(net))
         }
         let slope = t => grad(u => (u^3).sum())(t).sum()
         for i in 0..<4 { print(grad(t => t^3)(2.0 + i), grad(slope)(ones([2]) * i)) }
         func drop(v) { (v * bernoulli(0.5, v.shape)).sum() }
         for i in 0..<4 { print(grad(drop)(x).sum()) }
         """),
        ("every optimizer of the library",
         """
         let (x, y) = (randn([24, 4]), randn([24, 1]))
         let makers = [
             net => SGD(net, lr: 0.1), net => SGD(net, lr: 0.1, momentum: 0.9),
             net => SGD(net, lr: 0.1, momentum: 0.9, nesterov: true), net => Adam(net, lr: 0.1),
             net => AdamW(net, lr: 0.1, exclude: path => path == "b"), net => RMSprop(net, lr: 0.1),
             net => RMSprop(net, lr: 0.1, momentum: 0.5), net => Adagrad(net), net => Adadelta(net),
             net => Nadam(net), net => Lion(net), net => Adam(net, lr: 0.1, decay: 0.1, clip: 0.1),
             net => Adam(net, clipValue: 0.01, ema: 0.5),
         ]
         for make in makers {
             let net = Dense(7, tanh) >> Dense(1)
             let opt = make(net)
             for i in 0..<4 { print(step(opt) { mse(net(x), y) }) }
             print(net[0].W, net[1].b)
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
        ("constants that were made before the block",
         """
         let z = randn([2, 8, 4])
         let net = Dense(4)
         net.build([2, 8, 4])
         let opt = SGD(net, lr: 0.01)
         for i in 1..<6 {
             let s = full([], 0.5 * i)
             print(step(opt) { let q = net(z)
                 attention(q, q, q, scale: s).square().sum() })
             print(step(opt) { (sigmoid(net(z))^s).mean() }, inference { (sigmoid(net(z))^s).mean() })
         }
         """),
        ("params and slots that begin as one tensor",
         """
         let (x, y) = (randn([8, 2]), randn([8, 1]))
         model Product(start) {
             param W: [2, 1] = start
             forward(x: [N, 2]) -> [N, 1] { x @ W }
         }
         optimizer Slow(lr = 0.1) {
             slot far = p => p
             update(p, g) {
                 far = 0.9 * far + 0.1 * p
                 far - lr * g
             }
         }
         let start = ones([2, 1])
         let (a, b) = (Product(start), Product(start))
         let opt = Slow(a)
         for i in 0..<4 { print(step(opt) { mse(a(x), y) + mse(2 * b(x), y) }) }
         print(a.W, b.W)
         let (c, d) = (copy(a), copy(a))
         let fixed = a(x)
         let (one, other) = (SGD(c, lr: 0.1), SGD(d, lr: 0.1))
         for i in 0..<4 {
             let l = step(one) { (c(x) * a(x)).mean() }
             let m = step(other) { (d(x) * fixed).mean() }
             print(l)
             assert(abs(l - m) < 1e-5)
         }
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
        ("one of two functions that share a variable", "bend = other.bend"),
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
            func pair(k) { (bend: v => v * k, lift: v => v + k) }
            let other = pair(3.0)
            var (bend, lift) = (pair(1.0).bend, pair(1.0).lift)
            let both = pair(2.0)
            (bend, lift) = (both.bend, both.lift)
            func once() {
                print(step(opt) {
                    let p = net(if options.flip { -x } else { x })
                    loss(lift(bend(p)) * scale, y, reduction: kind)
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

    @Test("a block that prints or writes does so at every call")
    func effects() async throws {
        let text = """
            var count = 0
            let x = ones([2])
            let list = (0..<5).map(i => inference { count += 1
                x * count })
            print(count, list.map(v => v.sum().item()))
            for i in 0..<3 { inference { print(x.sum()) } }
            let fs = (0..<4).map(i => inference { () => x * i })
            print(fs.map(f => f().sum().item()))
            """
        let output = try await Self.output(of: text, replays: true)
        #expect(output == "5 [2.0, 4.0, 6.0, 8.0, 10.0]\n2.0\n2.0\n2.0\n[0.0, 2.0, 4.0, 6.0]\n")
    }

    @Test("training on from a snapshot gives the same numbers again")
    func snapshots() async throws {
        let outputs = try await LargeStack.run {
            try withTemporaryFolder { folder in
                let session = Session(.testing(folder: folder))
                var output = ""
                session.output = { output += $0 }
                func run(_ text: String) -> String {
                    output = ""
                    let outcome = session.run(SourceText(name: "cell", text: text), stream: "#1")
                    #expect(outcome.ending == .succeeded, "\(outcome.diagnostics)")
                    return output
                }
                _ = run(
                    """
                    let (x, y) = (randn([8, 4]), randn([8, 1]))
                    let net = Dense(3, tanh) >> Dense(1)
                    let opt = Adam(net, lr: 0.1)
                    func train(n) { for i in 0..<n { print(step(opt) { mse(net(x), y) }) } }
                    train(3)
                    """)
                let snapshot = session.snapshot()
                var outputs: [String] = []
                for _ in 0..<3 {
                    outputs.append(run("train(4)\nprint(net.params)"))
                    session.restore(snapshot)
                }
                return outputs
            }
        }
        #expect(outputs[0].split(separator: "\n").count >= 5)
        #expect(outputs[1] == outputs[0])
        #expect(outputs[2] == outputs[0])
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

    static func output(of text: String, replays: Bool) async throws -> String {
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
