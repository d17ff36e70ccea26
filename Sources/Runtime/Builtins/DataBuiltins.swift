import Autodiff
import Figures
import Formats
import OrderedCollections
import Tensors

/// Data sets and files.
enum DataBuiltins {
    static let all: [Builtin] = [
        Builtin("dataset(name)", "A shipped or installed data set: `dataset(\"digits\")`.", isPure: false)
        { m, a in
            let data = try m.session.dataset(m.text(a[0], "dataset", "name"))
            return .dataset(data)
        },
        Builtin(
            "dataFile(name)",
            """
            The path of a shipped or installed file, for the functions that read files.

            `name` is a data set and a file of it, `"kjv/genesis.txt"`; the set alone if it has one file only. A file \
            that is not there names the command that installs it. `dlrepl data list` shows the sets, `docs/data.md` says \
            what is in them.

            ```dl
            readText(dataFile("kjv/genesis.txt"))[0:16]   # → "In the beginning"
            readImage(dataFile("photos/chelsea.png")).shape
            readCSV(dataFile("sunspots"))["SUNACTIVITY"]
            ```
            """, isPure: false
        ) { m, a in
            .string(try m.session.datasets.path(of: m.text(a[0], "dataFile", "name")))
        },
        Builtin(
            "Dataset(x, y, classes = nil)",
            """
            A data set of tensors with one first axis.

            `.x .y .classes .count`, and `.features`, the names of the columns of a table. `data[3]` is a sample `(x:, y:)`, \
            `data[0:100]` a part, `data[indices]` and `data[mask]` the samples that a vector chooses. `.split(fraction, \
            seed: nil)` gives two parts in random order, `.split()` the published ones; `.batches(size, shuffle: false, \
            dropLast: false)` is for loops; `.map(f)` applies f to each batch as it is drawn, `.filter(f)` keeps samples, \
            `.take(n)` the first n, `.shuffled()` another order; `.window(length, step: 1)` cuts a series: x are windows, y \
            the value after each.

            ```dl
            let data = Dataset(arange(6).reshape([6, 1]), arange(6) % 2)
            let fold = arange(6) % 3
            for k in 0..<3 { print(data[fold != k].count, data[fold == k].y.toList()) }
            ```
            """
        ) { m, a in
            .dataset(try m.makeDataset(a[0], a[1], a[2]))
        },
        Builtin(
            "save(value, path, width = nil, height = nil, dpi = 96)",
            """
            Writes a model, tensors or a figure, and gives it back; the ending of the path says how.

            Models, optimizers and dicts of tensors: `.safetensors`, `.npz`; a tensor: `.npy`, `.png` (a picture), `.csv`; a \
            dict of columns (vectors, lists of numbers or texts): `.csv`; a tokenizer: `.json`; a figure: `.png`, `.svg`, \
            `.pdf`.

            ```dl
            save(["name": ["Ada", "Bo"], "score": Tensor([0.5, 1])], "scores.csv")
            readText("scores.csv")                    # → "name,score\\nAda,0.5\\nBo,1\\n"
            ```
            """, isPure: false
        ) { m, a in
            if case .string(let path) = a[0], a[1].typeName != "String", !a[1].isOpen {
                throw CallFailures.argument(
                    "save", "path", wants: "a String", got: a[1],
                    help: "what is saved comes first: `save(x, \(Printer.quoted(path.text)))`")
            }
            try m.save(a[0], to: m.text(a[1], "save", "path"), a[2], a[3], a[4])
            return a[0]
        },
        Builtin("load(target, path)", "Reads what `save` wrote into a model or optimizer.", isPure: false)
        { m, a in
            try m.load(a[0], from: m.text(a[1], "load", "path"))
            return a[0]
        },
        Builtin(
            "loadPartial(net, source, convert = nil)",
            """
            Sets the params and states that a file (or a dict of tensors) has, and reports what matched.

            The report is a record of lists of paths: `matched`, `missing` (of the model), `unfitting` (there, but of \
            another shape) and `unused` (of the source). Nothing else changes. `convert: (name, tensor) => …` gives for \
            each tensor of the source its path in the model, `(path, tensor)` to change it too, or nil to leave it out. \
            The model has to be built.

            ```dl
            let net = Dense(3) >> Dense(2)
            net.build([4])
            let report = loadPartial(net, ["body.W": ones([4, 3]), "head.W": ones([3, 5])],
                convert: (name, x) => (name.replace("body", "0").replace("head", "1"), x))
            print(report.matched, report.unfitting)    # → ["0.W"] ["1.W"]
            ```
            """, isPure: false
        ) { m, a in
            try m.loadPartial(m.model(a[0], "loadPartial"), a[1], a[2])
        },
        Builtin(
            "randomState()",
            """
            Where the stream of random numbers stands, as an int64 tensor `[2]`: `setRandomState` goes back there.

            With the params and the optimizer it is all that training needs to go on exactly as it would have:

            ```dl
            let before = randomState()
            let x = randn([3])
            setRandomState(before)
            assert (randn([3]) == x).all()
            ```
            """, isPure: false
        ) { m, _ in
            let stream = m.recorder.random
            return .tensor(
                Node(
                    try Tensor(
                        [stream.key, stream.draw].map { Int(truncatingIfNeeded: $0) },
                        shape: Shape([2]), dtype: .int64)))
        },
        Builtin(
            "setRandomState(state)", "Goes on with random numbers where `randomState()` was asked.",
            isPure: false
        ) { m, a in
            guard case .tensor(let node) = a[0], node.dtype == .int64, node.shape.dimensions == [2] else {
                throw CallFailures.argument(
                    "setRandomState", "state", wants: "what `randomState()` gave", got: a[0])
            }
            if m.check != nil { return .none }
            let state = try m.value(of: node)
            m.recorder.random = RandomStream(
                key: UInt64(bitPattern: Int64(state.int(at: 0))),
                draw: UInt64(bitPattern: Int64(state.int(at: 1))))
            return .none
        },
    ]
}

extension DatasetObject {
    convenience init(_ loaded: LoadedDataset) {
        self.init(
            name: loaded.name, x: loaded.x, y: loaded.y, classes: loaded.classes,
            features: loaded.features, trainCount: loaded.trainCount)
    }
}

extension Machine {
    fileprivate func makeDataset(_ x: Value, _ y: Value, _ classes: Value) throws -> DatasetObject {
        func data(_ value: Value, _ name: String) throws -> (tensor: Tensor, known: Known) {
            switch value {
            case .tensor(let node) where check != nil:
                if let value = try recorder.certainValue(of: node) { return (value, .all) }
                return (
                    try Tensor(uninitialized: node.shape, dtype: node.dtype),
                    .extremes(recorder.extremes(of: node))
                )
            case .tensor(let node): return (try self.value(of: node), .all)
            case .list: return (try self.value(of: tensor(value, dtype: nil)), .all)
            default: throw CallFailures.argument("Dataset", name, wants: "a tensor", got: value)
            }
        }
        let (inputs, knownInputs) = try data(x, "x")
        let (targets, knownTargets) = try data(y, "y")
        guard inputs.shape.rank > 0, targets.shape.rank > 0, inputs.shape[0] == targets.shape[0]
        else {
            throw Failure(
                "shape.dataset",
                "x has shape \(inputs.shape) and y \(targets.shape): their first axes differ")
        }
        var names: [String]?
        if !classes.isNone {
            names = try elements(classes, "Dataset").map { try text(of: $0) }
        }
        return DatasetObject(
            name: "", x: inputs, y: targets, classes: names, known: (knownInputs, knownTargets))
    }
}
