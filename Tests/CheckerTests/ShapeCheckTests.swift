import Diagnostics
import Foundation
import Notebooks
import Runtime
import Testing

private let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private func session(checks: Bool, folder: String = "/nonexistent") -> Session {
    var configuration = SessionConfiguration(
        standardLibrary: repository.appending(path: "stdlib").path,
        data: repository.appending(path: "data").path, folder: folder)
    configuration.checksShapes = checks
    return Session(configuration)
}

/// Runs on a thread with the stack that the interpreter asks for.
private func onLargeStack<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: body()) }
        thread.stackSize = 256 << 20
        thread.start()
    }
}

/// The ids of what `check` finds in cells parted by a line `#---`.
private func found(_ text: String) async -> [String] {
    await onLargeStack {
        let session = session(checks: true)
        let found = text.components(separatedBy: "#---\n").enumerated().flatMap { index, cell in
            session.check(
                SourceText(name: "cell \(index + 1)", text: cell), stream: "#\(index + 1)")
        }
        return (found + session.checkUncalled()).map(\.id)
    }
}

@Suite("Programs run on shapes alone")
struct ShapeCheckTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var ids: [String]
        var text: String
        init(_ ids: [String], _ text: String) {
            self.ids = ids
            self.text = text
        }
        var testDescription: String { text }
    }

    static let wrong = [
        Case(["name.assignUnknown"], "x = 3\n#---\nlet y = x + 1\nprint(x, y)\n"),
        Case(["shape.@"], "(Upsample1D(2) >> Pad1D(1) >> Crop1D((0, 1)) >> AdaptiveMaxPool1D(3))(randn([2, 4, 5])) @ zeros([4, 2])"),
        Case(["shape.@"], "AdaptiveAvgPool1D(5)(Dataset(zeros([9, 4, 7]), zeros([9]))[0:3].x) @ zeros([4, 2])"),
        Case(["assert"], "Crop1D((3, 4))(randn([2, 4, 7]))"),
        Case(["shape.@"], "LayerNorm(axis: [1, 2])(randn([2, 4, 5])) @ zeros([4, 2])"),
        Case(["shape.@"], "let norm = RMSNorm(axis: 1)\nnorm(randn([2, 4, 5]))\nnorm.scale @ zeros([5, 2])"),
        Case(["shape.@"], "randn([2, 3]) @ randn([4, 5])"),
        Case(["shape.@"], "func f(a = randn([2, 3]), b) { a @ a }"),
        Case(["call.label"], "print(\"a\", end: \"\")"),
        Case(["lint.dropped"], "func f(x) { [x, 2].reversed()\nx }"),
        Case(["lint.flatten"], "Conv2D(8, 3) >> flatten >> Dense(10)"),
        Case(["shape.@"], "let x = randn([2, 3])\nif x.sum() > 0 { x @ x } else { x }"),
        Case(["shape.@"], "let x = randn([2, 3])\nif x.sum() > 0 { x } else { x @ x }"),
        Case(["shape.@"], "for b in Dataset(zeros([99, 3]), zeros([99])).batches(10, shuffle: true) { b.x @ b.x }"),
        Case(["shape.@"], "var x = randn([2, 3])\nwhile x.sum() > 0 { x = x @ x }"),
        Case(["shape.@"], "let a = randn([2, 3])\nlet y = a @ a\n#---\nlet z = y + 1\nz @ a"),
        Case(["call.label"], "let net = Dense(3)\nfit(net, (zeros([9, 2]), zeros([9, 3])), loss: mse, epoch: 3)"),
        Case(["shape.same"], "fit(Dense(2), (zeros([9, 2]), zeros([9, 3])), loss: mse, epochs: 2)"),
        Case(["name.unknown"], "let net = Dense(3)\nnte(zeros([2, 2]))"),
        Case(["file.missing"], "readCSV(\"missing.csv\")"),
        Case(
            ["lint.doubleActivation"],
            "let net = Dense(4, relu) >> Dense(3, softmax)\nfit(net, dataset(\"iris\"), loss: crossEntropy, epochs: 1)"),
        Case(["lint.doubleActivation"], "let p = randn([4, 3]).softmax()\ncrossEntropy(p, randint(0, 3, [4]))"),
        Case(
            ["lint.doubleActivation"],
            "let net = Dense(1) >> sigmoid\nlet opt = SGD(net)\nstep(opt) { binaryCrossEntropy(net(randn([4, 2])).squeeze(-1), ones([4])) }"),
        Case(["shape.broadcast"], "randn([5, 1]) - randn([5])"),
        Case(["shape.+"], "for b in Dataset(zeros([10, 2]), zeros([10])).batches(4, shuffle: true) { b.x + zeros([4, 2]) }"),
        Case(["dict.missing"], "writeText(\"a.csv\", \"x,y\\n1,2\\n\")\nlet t = readCSV(\"a.csv\")\nt[\"z\"]"),
        Case(["file.kind"], "save(zeros([2]), \"x.foo\")"),
        Case(["shape.load"], "save(Dense(3).build([N, 4]), \"n.safetensors\")\nload(Dense(3).build([N, 5]), \"n.safetensors\")"),
        Case(["call.label"], "func f(x) { softmax(x, axes: 1) }"),
        Case(["member.unknown"], "let t = zeros([2, 3])\nfunc f(x) { x + t.shap }"),
        Case(["call.label"], "let n = randn([]).item()\nsplit(n, by: 3)"),
        Case(["member.unknown"], "let n = randn([5])\nlet xs = (0..<100).filter(i => n[0] > i)\nxs.jon(\",\")"),
        Case(["member.unknown"], "let r = (a: randn([]).item(), b: 1)\nassert r.a > 0 and r.c > 1"),
        Case(["dict.missing"], "let d = [\"a\": 1]\nif rand([]) > 0.5 { d[\"b\"] }"),
        Case(["assert"], "let x = randn([4])\nif x.sum() > 0 { binaryCrossEntropy(x, x, reduction: \"summ\") }"),
        // Numbers that the data decide.
        Case(["index.range"], "fit(Dense(2), dataset(\"iris\"), loss: crossEntropy, epochs: 2)"),
        Case(["index.range"], "let d = dataset(\"iris\")\nlet p = permutation(d.count)\noneHot(d.y[p], 2)"),
        Case(["shape.@"], "let d = dataset(\"iris\")\nlet few = d.x[d.y == 0]\nfew @ zeros([50, 2])"),
        Case(["member.unknown"], "let d = dataset(\"iris\")\nif (d.y == 2).cast(int64).sum() != 50 { error(\"\") }\nd.z"),
        // Numbers of which only the kind is known.
        Case(["call.argument"], "let xs = (0..<3).map(i => randn([]).item())\nxs.cast(float64)"),
        Case(["call.argument"], "randn([2, 3]).toList().squeeze(0)"),
        Case(["shape.axis"], "Tensor([[randn([]).item()], [1.0]]).sum(axis: 2)"),
        Case(["operator.types"], "len(randn([9])[randn([9]) > 0]) + \"a\""),
        // Values of which only the kind is known: lists, texts, tensors.
        Case(["operator.types"], "var w = []\nfor i in 0..<\(some) { w += [\"a\"] }\nw.map(s => s + 1)"),
        Case(["call.argument"], "join(\", \", (0..<\(some)).map(i => str(i)))"),
        Case(["member.unknown"], "(0..<\(some)).map(i => i).jion(\",\")"),
        Case(["call.argument"], "let w = (0..<3).map(i => str(\(some)))\njoin(\", \", w[0:2])"),
        Case(["member.unknown"], "(0..<\(some)).map(i => (a: i)).map(r => r.b)"),
        Case(["condition.type"], "let s = \"{\(some)}\"\nif s { 1 }"),
        Case(["call.label"], "randn([5, 4])[randn([5]) > 0].sum(axxis: 1)"),
        Case(["call.argument"], "(0..<\(some)).filter(2)"),
        Case(["member.unknown"], "arange(9)[randn([9]) > 0].toLisst()"),
        Case(["operator.types"], "let d = [\"a\": 1, \"b\": 2]\nd[\"{\(some)}\"] + \"a\""),
        Case(["shape.@"], "randn([3, 2])[\(some)] @ zeros([3])"),
        Case(["shape.@"], "padSequences((0..<4).map(i => (0..<\(some)).map(j => j)), length: 6).cast(float32) @ zeros([5, 2])"),
        Case(["operator.types"], "func f(k) { if k > 9 { f(k // 9) + [\"a\"] } else { [\"b\"] } }\nf(\(some)).map(w => w * 2)"),
        Case(["call.label"], "func f(x) { x.argmax(axxis: 1) }"),
    ]

    /// A number that only a run can know.
    private static let some = "randint(0, 3, []).item()"

    @Test("mistakes are found without running", arguments: wrong)
    func finds(_ example: Case) async { #expect(await found(example.text) == example.ids) }

    static let right = [
        "func f(a = 1, b) { a + b }",
        "func f(x) { x.reshape([6]) }", "ones([2]).reshape([2, 1])    # → shape\n1",
        "let net = Dense(2)\nfunc f(x) { net.parts\nx.history[0] = 3\nx }",
        "let x = randn([5])\nx[:, newaxis] - x",
        "let x = randn([4, 3])\nlet n = x.sum().item()\nif n > 2 { error(\"too much\") }\nprint(\"{n:.3f}\")",
        "var found = nil\nfor i in 0..<10 { if randn([]) > 1.0 { found = i\nbreak } }\nfound + 1",
        "func f(x) { if x.sum() > 0 { return x.sum(axis: 0) }\nx }\nlet y = f(randn([3, 4]))\ny @ randn([4])",
        "let x = randn([20, 3])\nlet kept = x[x[:, 0] > 0]\nkept @ randn([3, 2])",
        "let n = randint(1, 5, [1]).item()\nlet z = zeros([n, 3])\nz + zeros([7, 3])",
        "let net = Dense(4, relu) >> Dense(2)\nlet h = fit(net, (randn([50, 3]), zeros([50, 2])), loss: mse, epochs: 300)\nassert h.loss[-1] < 0.001\nplot(h.loss) | plot(h)\npredict(net, randn([70, 3])) + zeros([70, 2])",
        "let net = Dense(1)\nlet opt = Adam(net)\nvar best = inf\nfor i in 0..<500 {\n let l = step(opt) { mse(net(ones([4, 2])), ones([4, 1])) }\n if l.item() < best { best = l.item() } }\nassert best < 0.1",
        "writeText(\"out.txt\", \"a\")\nreadText(\"out.txt\")",
        "let y = try randn([2, 3]) @ randn([2, 3]) else nil\nassert y == nil",
        "while true { if rand([]) > 0.5 { break } }",
        "let items = []\nif (rand([]) > 2).item() and len(items) > 0 and items[0] > 1 { 1 }",
        // Objects that a branch or a loop may have changed.
        "let net = Dense(3)\nif rand([]) > 0.5 { net(zeros([2, 5])) }\nnet(zeros([2, 4]))",
        "let net = Dense(3)\nif rand([]) > 0.5 { net.build([N, 5]) } else { net.build([N, 6]) }\nnet.W.shape[0] + 1",
        "let opt = SGD(Dense(1).build([N, 2]), lr: 0.1)\nfor i in 0..<100 { if rand([]) > 0.5 { opt.lr = opt.lr * 0.5 } }\nassert opt.lr < 0.01",
        "let net = Dense(1).build([N, 2])\nif rand([]) > 0.5 { freeze(net) }\nstep(SGD(net)) { net(zeros([3, 2])).sum() }",
        "model M() { state n: [] = zeros()\nlet k = 3\nforward(x: [N]) { n = n + 1\nx * n } }\nlet m = M()\nfor i in 0..<500 { m(ones([2])) }\nassert m.n > 100",
        "func f(x) { for i in 0..<1000 { track(a: i) } }\nf(1)\ntracked().a[500]",
        "var found = nil\nfor i in 0..<1000 { if i == 500 { found = i } }\nfound + 1",
        "var n = 0\nvar found = nil\nwhile rand([]) < 2 { n += 1\nif n == 700 { found = n\nbreak } }\nfound + 1",
        "var best = nil\nfor i in randn([100]) { if best == nil or i > best { best = i } }\nbest + 1",
        "model M() { func encode(x) { x }\nforward(x) { x } }\nlet ms = [M(), M()].filter(m => rand([]) < 2)\nms[0].encode(3)",
        // Numbers that look known, and keys that are not.
        "var n = 0\nfor x in arange(100) { if x == 99 { n = 1 } }\nassert n == 1",
        "var n = 0\nfor b in Dataset(zeros([9]), arange(9)).batches(1, shuffle: true) { if b.y[0] == 7 { n = 1 } }\nassert n == 1",
        "model M() { param w: [2] = zeros()\nforward(x: [2]) { (x * w).sum() } }\nlet m = M()\nstep(SGD(m, lr: 1)) { m(ones([2])) }\nassert m.w.max() != 0",
        "var n = 0\nif rand([]) > 0.5 { n = 1 }\nlet d = [0: 1, 1: 2]\nassert n in d and d[n] > 0 and (n, 1) in [(0, 1): 1, (1, 1): 2]",
        "let d = Dataset(zeros([6]), arange(6)).shuffled()\nassert d.y[0:3].max() < 9\nzeros([6])[d.y]",
        "for b in dataset(\"iris\").batches(50, shuffle: true) { if b.y.max() < 2 { oneHot(b.y, 2) } }",
        "let norm = LayerNorm(axis: [-1, -2])\nfor b in Dataset(zeros([10, 4, 5]), zeros([10])).batches(3, shuffle: true) { norm(b.x) }\nnorm.scale @ zeros([20, 2])",
        "let net = Pad1D((1, 2)) >> AdaptiveAvgPool1D(6) >> Upsample1D(2) >> Crop1D(1)\nnet(randn([2, 4, 5])) @ zeros([10, 2])",
        // What cannot be known.
        "var xs = []\nfor b in Dataset(zeros([10, 2]), zeros([10])).batches(3, shuffle: true) { xs += [b.x] }\nconcat(xs) + zeros([10, 2])",
        "func fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }\nfib(randint(1, 9, []).item())",
        "let start = clock()\nwhile clock() - start < 0.1 { 1 }\nassert clock() > start",
        "let x = randn([9, 2])\nlet net = Dense(3) >> Dense(2)\nfit(net, (x[x[:, 0] > 0], zeros([4, 2])), loss: mse, epochs: 1)\nprint(net.summary())\nnet[0].W + 1",
        "writeText(\"a.csv\", \"x,y\\n1,2\\n\")\nlet t = readCSV(\"a.csv\")\nt[\"x\"] + t[\"y\"]",
        "let net = Dense(3).build([N, 4])\nsave(net, \"n.safetensors\")\nlet other = Dense(3)\nload(other, \"n.safetensors\")\nother.W + net.W",
        "func never(x: [N, 3], d) { x @ d[\"w\"] + helper(x).foo }\nfunc helper(x) { (foo: x) }",
        "var total = 0\nfunc never() { total = \"a\" + later }\nlet later = \"b\"\ntotal + 1",
        // Values of which only the kind is known, or not even that.
        "let w = (0..<\(some)).map(i => str(i))\nif len(w) == 3 { w[2] + w[0] }\njoin(w, \", \") + \"a\"",
        "let r = (argmax: (x, axxis) => x)\nfunc f(x) { x.argmax(1, axxis: 1) }",
        "let t = randn([5, 4])[randn([5]) > 0]\nt.sum(axis: 0) @ zeros([4, 2])\nt.reshape([2, 3, 2]) @ zeros([2, 7])",
        "var a = [1]\nif rand([]) > 0.5 { a = [\"x\", \"y\"] }\nif len(a) == 1 { a[0] + 1 } else { a[0] + \"b\" }",
        "var s = \"a\"\nif rand([]) > 0.5 { s = \"b\" }\nlet d = [\"a\": 1, \"b\": zeros([2])]\nif s == \"a\" { d[s] + 1 } else { d[s] @ zeros([2]) }",
        "var (xs, v) = ([], 1)\nfor i in 0..<\(some) { xs += [v]\nv = str(v) }\nif len(xs) > 1 { xs[1] + \"a\" }",
        "let s = str(rand([]))\nsplit(s, \".\")[1] + s[0:2]\ntoFloat(s) + find(s, \".\") + toInt(s[0])",
        "func f(k) { if k > 1 { [f(k // 2), f(k // 3)] } else { k } }\nlet t = f(\(some))\nif typeOf(t) == \"Int\" { t + 1 } else { t[0] }",
        "func f(k) { if k > 9 { f(k // 9) + [zeros([2])] } else { [] } }\nlet xs = f(\(some))\nif len(xs) > 0 { stack(xs).mean(axis: 0) + zeros([2]) }",
        "let n = \(some)\nvar p = (1, \"a\")\nfor i in 0..<n { p = (p[1], p[0]) }\nif n == 2 { p[0] + 1 }",
        "let net = Dense(2).build([N, 3])\nstep(SGD(net, lr: 0.1)) { net(randn([5, 3]))[randn([5]) > 0].mean() }",
    ]

    @Test("what may be right is accepted", arguments: right)
    func accepts(_ text: String) async { #expect(await found(text) == []) }

    @Test("every example of the standard library gives no alarm")
    func library() async throws {
        let root = repository.appending(path: "stdlib")
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String }
        for path in (files ?? []).sorted() where path.hasSuffix(".dl") {
            let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
            // The names of a module are known to its examples; files of installed data are not there.
            let start = path.contains("/") ? "" : "import \(path.dropLast(3))\n#---\n"
            for example in examples(in: text) where !example.contains("dataFile(\"m") {
                let ids = await found(start + example)
                #expect(ids == [], "\(path)\n\(example)")
            }
        }
    }

    /// The fenced blocks in `##` comments.
    private func examples(in text: String) -> [String] {
        var blocks: [String] = []
        var lines: [String]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("##") else { continue }
            let content = String(line.dropFirst(line.hasPrefix("## ") ? 3 : 2))
            if content.hasPrefix("```") {
                if let open = lines { blocks.append(open.joined(separator: "\n")) }
                lines = lines == nil && content.hasPrefix("```dl") ? [] : nil
            } else {
                lines?.append(content)
            }
        }
        return blocks
    }
}
