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
        Builtin("Dataset(x, y, classes = nil)", "A data set of tensors with one first axis.") { m, a in
            .dataset(try m.makeDataset(a[0], a[1], a[2]))
        },
        Builtin("readCSV(path, target = nil)", "A dict of columns, or a data set to learn `target`.", isPure: false)
        { m, a in
            let path = try m.text(a[0], "readCSV", "path")
            guard case .table(let table) = try m.session.read(path, as: .csv) else { return .none }
            if a[1].isNone { return try m.columns(table) }
            let target = try m.text(a[1], "readCSV", "target")
            do throws(FormatError) {
                return .dataset(DatasetObject(try table.dataset(target: target, called: path)))
            } catch {
                var named = error
                named.file = path
                throw named
            }
        },
        reader("readImage", "The image as float32 `[C, H, W]` in 0…1.", .png),
        reader("readNpy", "The tensor in an npy file.", .npy),
        reader("readNpz", "A dict of the tensors in an npz file.", .npz),
        reader("readSafetensors", "A dict of the tensors in a safetensors file.", .safetensors),
        reader("readIdx", "The tensor in an idx file, compressed or not.", .idx),
        reader("readWav", "A record `(samples, rate)`: samples in -1…1, rate in Hz.", .wav),
        reader("readText", "The text of a file.", .text),
        Builtin("writeText(path, text)", "Writes a text file, whole or not at all.", isPure: false) { m, a in
            try m.session.write(
                Array(m.text(a[1], "writeText", "text").utf8),
                to: m.text(a[0], "writeText", "path"))
            return .none
        },
        Builtin("listFiles(folder, pattern = \"*\")", "The paths of files that match, sorted.", isPure: false)
        { m, a in
            .list(
                try m.session.listFiles(
                    m.text(a[0], "listFiles", "folder"), m.text(a[1], "listFiles", "pattern")
                ).map { .string($0) })
        },
        Builtin("save(value, path, width = nil, height = nil, dpi = 96)", "Writes a model, tensors or a figure.", isPure: false)
        { m, a in
            try m.save(a[0], to: m.text(a[1], "save", "path"), a[2], a[3], a[4])
            return a[0]
        },
        Builtin("load(target, path)", "Reads what `save` wrote into a model or optimizer.", isPure: false)
        { m, a in
            try m.load(a[0], from: m.text(a[1], "load", "path"))
            return a[0]
        },
    ]

    private static func reader(
        _ name: String, _ documentation: String, _ format: DataFormat
    ) -> Builtin {
        Builtin("\(name)(path)", documentation, isPure: false) { m, a in
            try m.value(of: m.session.read(m.text(a[0], name, "path"), as: format))
        }
    }
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
        func data(_ value: Value, _ name: String) throws -> Tensor {
            switch value {
            case .tensor(let node) where check != nil && node.value == nil:
                return try Tensor(uninitialized: node.shape, dtype: node.dtype)
            case .tensor(let node): return try self.value(of: node)
            case .list: return try self.value(of: tensor(value, dtype: nil))
            default: throw CallFailures.argument("Dataset", name, wants: "a tensor", got: value)
            }
        }
        let inputs = try data(x, "x")
        let targets = try data(y, "y")
        guard inputs.shape.rank > 0, targets.shape.rank > 0, inputs.shape[0] == targets.shape[0]
        else {
            throw Failure(
                "shape.dataset",
                "x has shape \(inputs.shape) and y \(targets.shape): their first axes differ")
        }
        var names: [String]?
        if !classes.isNone { names = try elements(classes, "Dataset").map { try text(of: $0) } }
        return DatasetObject(name: "", x: inputs, y: targets, classes: names)
    }

    fileprivate func columns(_ table: Table) throws -> Value {
        var items: OrderedDictionary<DictKey, Value> = [:]
        for column in table.columns {
            switch column.values {
            case .numbers: items[.string(column.name)] = .tensor(Node(try table.tensor(column.name)))
            case .strings(let texts):
                items[.string(column.name)] = .list(texts.map { .string($0) })
            }
        }
        return .dict(DictObject(items))
    }

    func value(of data: DataValue) throws -> Value {
        switch data {
        case .tensor(let tensor): return .tensor(DatasetObject.node(tensor, self))
        case .tensors(let named):
            var items: OrderedDictionary<DictKey, Value> = [:]
            for entry in named {
                items[.string(entry.name)] = .tensor(DatasetObject.node(entry.tensor, self))
            }
            return .dict(DictObject(items))
        case .table(let table): return try columns(table)
        case .sound(let sound):
            return .record(["samples", "rate"], [.tensor(Node(sound.samples)), .int(sound.rate)])
        case .text(let text): return .string(text)
        case .json, .files: throw Failure("file.kind", "the file holds no tensors")
        }
    }

    // MARK: Saving

    fileprivate func save(
        _ value: Value, to path: String, _ width: Value, _ height: Value, _ dpi: Value
    ) throws {
        switch value {
        case .figure(let figure):
            let sized = figure.figure.sized(width: try double(width), height: try double(height))
            try session.save(sized, to: path, dpi: try double(dpi) ?? 96)
        case .tensor(let node):
            try session.write(.tensor(savedTensor(node)), to: path)
        case .dict(let dict): try session.write(.tensors(named(dict)), to: path)
        case .model(let model):
            var tensors: [NamedTensor] = []
            for parameter in model.namedParameters() {
                tensors.append(
                    NamedTensor(
                        parameter.path,
                        try savedTensor(node(of: parameter.box, parameter.owner))))
            }
            try session.write(.tensors(tensors), to: path)
        case .optimizer(let optimizer):
            try session.write(.tensors(optimizerState(optimizer)), to: path)
        default:
            throw CallFailures.argument(
                "save", "value", wants: "a model, a tensor, a dict of tensors or a figure",
                got: value)
        }
    }

    private func named(_ dict: DictObject) throws -> [NamedTensor] {
        try dict.items.map { key, value in
            guard case .string(let name) = key, let node = try tensorNode(value, dtype: .float32)
            else {
                throw CallFailures.argument(
                    "save", "value", wants: "a dict from names to tensors", got: value)
            }
            return NamedTensor(name, try savedTensor(node))
        }
    }

    /// The slots by path, and the number of steps.
    private func optimizerState(_ optimizer: OptimizerInstance) throws -> [NamedTensor] {
        let names = optimizer.definition.template.slots.map(\.name)
        var tensors = [
            NamedTensor("steps", try Tensor([optimizer.steps], shape: Shape([1]), dtype: .int64))
        ]
        for group in optimizer.groups {
            for parameter in OptimizerInstance.parameters(of: group.target) {
                guard let slots = optimizer.slots[ObjectIdentifier(parameter.box)] else { continue }
                for (name, slot) in zip(names, slots.values) {
                    guard let node = try tensorNode(slot, dtype: .float32) else { continue }
                    tensors.append(
                        NamedTensor("\(parameter.path).\(name)", try savedTensor(node)))
                }
            }
        }
        return tensors
    }

    /// The numbers of a tensor for a file; on shapes alone, numbers of any kind.
    private func savedTensor(_ node: Node) throws -> Tensor {
        if check == nil { return try value(of: node) }
        return try Tensor(uninitialized: node.shape, dtype: node.dtype)
    }

    // MARK: Loading

    fileprivate func load(_ target: Value, from path: String) throws {
        let format = DataFormat.of(path: path)?.format ?? .safetensors
        guard case .tensors(let named) = try session.read(path, as: format) else {
            throw Failure("file.kind", "`\(path)` holds no named tensors")
        }
        switch target {
        case .model(let model): try load(named, into: model, path)
        case .optimizer(let optimizer): try load(named, into: optimizer, path)
        default:
            throw CallFailures.argument(
                "load", "target", wants: "a model or an optimizer", got: target)
        }
    }

    /// Every entry must fit, and none may be left over. A model that is not built takes its sizes from the file.
    private func load(_ named: [NamedTensor], into model: ModelInstance, _ path: String) throws {
        let parameters = model.namedParameters()
        var pending: [(ParameterBox, Tensor)] = []
        for parameter in parameters {
            guard let entry = named.first(where: { $0.name == parameter.path }) else {
                throw Failure("model.load", "`\(path)` has no entry `\(parameter.path)`")
            }
            if let node = parameter.box.node {
                guard node.shape == entry.tensor.shape, node.dtype == entry.tensor.dtype else {
                    throw Failure(
                        "shape.load",
                        "`\(parameter.path)` has shape \(node.shape), in `\(path)` it has"
                            + " \(entry.tensor.shape)")
                }
            } else {
                guard entry.tensor.dtype.isFloat || parameter.box.isState else {
                    throw Failure(
                        "dtype.load",
                        "`\(parameter.path)` is trained, in `\(path)` it is \(entry.tensor.dtype.name)")
                }
                try bindSizes(of: parameter, to: entry.tensor.shape, path)
            }
            pending.append((parameter.box, entry.tensor))
        }
        if let extra = named.first(where: { entry in
            !parameters.contains { $0.path == entry.name }
        }) {
            throw Failure("model.load", "`\(path)` has an entry `\(extra.name)` that the model has not")
        }
        for (parameter, (box, tensor)) in zip(parameters, pending) {
            check?.willWrite(.box(box, of: parameter.owner))
            box.node = DatasetObject.node(tensor, self)
        }
        for parameter in parameters { parameter.owner.isBuilt = true }
    }

    /// Fixes the dimensions of a model by the shape of one of its params in a file.
    private func bindSizes(of parameter: NamedParameter, to shape: Shape, _ path: String) throws {
        guard let definition = parameter.owner.definition,
            let index = definition.template.members.firstIndex(where: {
                $0.name == parameter.box.name
            })
        else { return }
        let sizes = definition.sizes[index]
        let value = try run(
            Closure(sizes.prototype, captures: sizes.captures, receiver: parameter.owner))
        guard case .list(let list) = value, list.items.count == shape.rank else {
            throw Failure(
                "shape.load", "`\(parameter.path)` in `\(path)` has shape \(shape)")
        }
        for (axis, size) in list.items.enumerated() {
            if let known = try? int(size) {
                guard known == shape[axis] else {
                    throw Failure(
                        "shape.load",
                        "axis \(axis) of `\(parameter.path)` is \(known), in `\(path)` \(shape[axis])")
                }
            }
        }
        for (axis, name) in definition.template.members[index].dimensionNames.enumerated() {
            guard let name, let field = definition.template.layout.dimensions[name] else { continue }
            if parameter.owner.fields[field].isUnset {
                check?.willWrite(.field(parameter.owner, field))
                parameter.owner.fields[field] = .int(shape[axis])
            }
        }
    }

    private func load(
        _ named: [NamedTensor], into optimizer: OptimizerInstance, _ path: String
    ) throws {
        let names = optimizer.definition.template.slots.map(\.name)
        var slots: [ObjectIdentifier: OptimizerInstance.Slots] = [:]
        for group in optimizer.groups {
            for parameter in OptimizerInstance.parameters(of: group.target) {
                let found = names.compactMap { name in
                    named.first { $0.name == "\(parameter.path).\(name)" }
                }
                guard found.count == names.count, !names.isEmpty else { continue }
                slots[ObjectIdentifier(parameter.box)] = OptimizerInstance.Slots(
                    box: parameter.box, values: found.map { .tensor(Node($0.tensor)) },
                    average: nil, accumulated: nil)
            }
        }
        optimizer.slots = slots
        if let steps = named.first(where: { $0.name == "steps" }), steps.tensor.count > 0 {
            // What a file says may be anything; counting on must not overflow.
            optimizer.steps = min(max(0, steps.tensor.int(at: 0)), Int.max >> 1)
        }
    }
}
