import Autodiff
import Tensors

/// Samples and what to learn from them: `x` and `y` with one first axis. A value: its functions give new ones.
final class DatasetObject: Compound {
    let name: String
    let x: Tensor
    let y: Tensor
    let classes: [String]?
    let features: [String]?
    /// With a published split: the first so many samples are for training.
    let trainCount: Int?
    /// Functions of a batch, applied as it is drawn.
    private(set) var transforms: [Value]
    /// What `check` knows of the numbers in x and y.
    let known: (x: Known, y: Known)

    init(
        name: String, x: Tensor, y: Tensor, classes: [String]?, features: [String]? = nil,
        trainCount: Int? = nil, transforms: [Value] = [], known: (x: Known, y: Known) = (.all, .all)
    ) {
        self.name = name
        self.x = x
        self.y = y
        self.classes = classes
        self.features = features
        self.trainCount = trainCount
        self.transforms = transforms
        self.known = known
    }

    deinit { Compound.release(&transforms) }

    override func surrender(to pending: inout [Compound]) {
        Compound.take(&transforms, to: &pending)
    }

    var count: Int { x.shape.rank == 0 ? 0 : x.shape[0] }

    static let memberNames = [
        "x", "y", "classes", "features", "count", "split", "batches", "map", "take", "shuffled",
        "filter", "window",
    ]

    var description: String {
        func part(_ tensor: Tensor) -> String {
            "\(tensor.dtype.name) \(Shape(trusted: Array(tensor.shape.dimensions.dropFirst())))"
        }
        let title = name.isEmpty ? "dataset" : "dataset \(name)"
        return "\(title): \(count) x \(part(x)), y \(part(y))"
    }

    func member(_ name: String, _ machine: Machine) throws -> Value? {
        switch name {
        case "x", "y":
            if !transforms.isEmpty {
                let batch = try transformed(x, y, known, machine)
                if case .record(let record) = batch, let value = record[name] { return value }
            }
            return .tensor(name == "x" ? machine.node(x, known.x) : machine.node(y, known.y))
        case "classes": return classes.map { .list($0.map { .string($0) }) } ?? Value.none
        case "features": return features.map { .list($0.map { .string($0) }) } ?? Value.none
        case "count": return .int(count)
        default: return method(name)
        }
    }

    private func method(_ name: String) -> Value? {
        func bound(_ signature: String, _ body: @escaping BuiltinObject.Body) -> Value {
            .builtin(BuiltinObject(Builtin(bound: signature), holding: [.dataset(self)], body))
        }
        switch name {
        case "split":
            return bound("split(fraction = nil, seed = nil)") { m, a in
                try self.split(a[0], a[1], m)
            }
        case "batches":
            return bound("batches(size, shuffle = false, dropLast = false)") { m, a in
                guard let size = try m.int(a[0]), size > 0 else {
                    throw CallFailures.argument("batches", "size", wants: "an Int above 0", got: a[0])
                }
                return .batches(
                    BatchesObject(
                        self, size: min(size, max(self.count, 1)), shuffles: try m.truth(a[1]), dropsLast: try m.truth(a[2])))
            }
        case "map":
            return bound("map(f)") { _, a in
                guard a[0].isCallable else {
                    throw CallFailures.argument(
                        "map", "f", wants: "a function of a batch", got: a[0],
                        help: "write `.map(b => (b.x * 2, b.y))`")
                }
                return .dataset(self.mapped(a[0]))
            }
        case "filter":
            return bound("filter(f)") { m, a in
                guard a[0].isCallable else {
                    throw CallFailures.argument(
                        "filter", "f", wants: "a function of a sample", got: a[0],
                        help: "write `.filter(s => s.y == 3)`")
                }
                return .dataset(try self.filtered(a[0], m))
            }
        case "take":
            return bound("take(n)") { m, a in
                guard let wanted = try m.int(a[0]), wanted >= 0 else {
                    throw CallFailures.argument("take", "n", wants: "an Int from 0", got: a[0])
                }
                let count = min(wanted, self.count)
                return .dataset(try self.slice(SliceRange(start: 0, count: count, step: 1)))
            }
        case "shuffled":
            return bound("shuffled()") { m, _ in
                .dataset(
                    try self.picked(
                        m.permutation(self.count), known: m.check == nil ? nil : self.knownInAnyOrder))
            }
        case "window":
            return bound("window(length, step = 1)") { m, a in
                .dataset(try self.window(a[0], a[1], m))
            }
        default: return nil
        }
    }

    // MARK: Choosing samples

    /// The samples at `indices`, which are in range.
    func picked(_ indices: [Int], known: (x: Known, y: Known)? = nil) throws -> DatasetObject {
        with(x: try Self.rows(of: x, indices), y: try Self.rows(of: y, indices), known: known)
    }

    private func with(x: Tensor, y: Tensor, known: (x: Known, y: Known)?) -> DatasetObject {
        DatasetObject(
            name: name, x: x, y: y, classes: classes, features: features, transforms: transforms,
            known: known ?? knownOfPart)
    }

    var knownOfPart: (x: Known, y: Known) { (known.x.ofPart, known.y.ofPart) }

    var knownInAnyOrder: (x: Known, y: Known) { (known.x.inAnyOrder(x), known.y.inAnyOrder(y)) }

    func slice(_ range: SliceRange) throws -> DatasetObject {
        if range.step == 1 {
            return with(
                x: x.rows(range.start, count: range.count),
                y: y.rows(range.start, count: range.count), known: nil)
        }
        return try picked((0..<range.count).map { range.start + $0 * range.step })
    }

    static func rows(of tensor: Tensor, _ indices: [Int]) throws -> Tensor {
        var sizes = tensor.shape.dimensions
        sizes[0] = indices.count
        let result = try Tensor(uninitialized: try Shape(sizes), dtype: tensor.dtype)
        let rowBytes = tensor.shape[0] == 0 ? 0 : tensor.byteCount / tensor.shape[0]
        for (position, index) in indices.enumerated() {
            (result.pointer + position * rowBytes).copyMemory(
                from: tensor.pointer + index * rowBytes, byteCount: rowBytes)
        }
        return result
    }

    /// One sample.
    func element(_ index: Value, _ machine: Machine) throws -> Value {
        let position = try machine.position(index, count, "data set")
        let batch = try transformed(
            x.rows(position, count: 1), y.rows(position, count: 1), knownOfPart, machine)
        guard case .record(let record) = batch else { return batch }
        return .record(
            RecordObject(
                record.layout,
                try record.values.map { value in
                    guard case .tensor(let node) = value, node.shape.rank > 0 else { return value }
                    return .tensor(try machine.row(of: node, 0))
                }))
    }

    func mapped(_ function: Value) -> DatasetObject {
        DatasetObject(
            name: name, x: x, y: y, classes: classes, features: features, trainCount: trainCount,
            transforms: transforms + [function], known: known)
    }

    func filtered(_ function: Value, _ machine: Machine) throws -> DatasetObject {
        if machine.check != nil {
            if count > 0 { _ = try machine.call(function, [element(.int(0), machine)]) }
            throw UnknownValue()
        }
        let chosen = try (0..<count).filter {
            try machine.truth(machine.call(function, [element(.int($0), machine)]))
        }
        return try picked(chosen)
    }

    /// Two parts: the first `round(fraction * count)` of the samples in an order that the notebook's seed gives.
    func split(_ fraction: Value, _ seed: Value, _ machine: Machine) throws -> Value {
        if fraction.isNone {
            guard let trainCount else {
                throw Failure(
                    "dataset.split", "this data set has no published split",
                    help: "give a fraction: `.split(0.8)`")
            }
            return .tuple([
                .dataset(try slice(SliceRange(start: 0, count: trainCount, step: 1))),
                .dataset(
                    try slice(
                        SliceRange(start: trainCount, count: count - trainCount, step: 1))),
            ])
        }
        guard let part = try machine.double(fraction), part >= 0, part <= 1 else {
            throw CallFailures.argument(
                "split", "fraction", wants: "a number from 0 to 1", got: fraction)
        }
        guard let key = seed.isNone ? machine.session.seed : try machine.int(seed) else {
            throw CallFailures.argument("split", "seed", wants: "an Int", got: seed)
        }
        let order = try machine.permutation(
            count, stream: RandomStream(key: Machine.mix(UInt64(bitPattern: Int64(key)), "split")))
        let first = Int((part * Double(count)).rounded(.toNearestOrEven))
        return .tuple([
            .dataset(try picked(Array(order[..<first]))),
            .dataset(try picked(Array(order[first...]))),
        ])
    }

    /// Windows of a series: `x [M, length, …]` and as `y` the value after each. What `map` makes of the series is made
    /// before it is cut.
    private func window(_ length: Value, _ step: Value, _ machine: Machine) throws -> DatasetObject {
        func positive(_ value: Value, _ name: String) throws -> Int {
            guard let number = try machine.int(value), number > 0 else {
                throw CallFailures.argument("window", name, wants: "an Int above 0", got: value)
            }
            return number
        }
        let length = try positive(length, "length")
        let step = try positive(step, "step")
        guard length < count else {
            throw Failure(
                "dataset.window",
                "a window of \(length) with the value after it needs \(length) samples and one more,"
                    + " there are \(count)")
        }
        let (x, y) = try materialized(machine)
        let starts = Array(stride(from: 0, to: count - length, by: step))
        let (total, overflow) = starts.count.multipliedReportingOverflow(by: length)
        try machine.requireMemory(overflow ? Int.max : total, elementsOf: MemoryLayout<Int>.stride)
        let indices = starts.flatMap { start in (0..<length).map { start + $0 } }
        let rows = try Self.rows(of: x, indices)
        let shape = try Shape([starts.count, length] + x.shape.dimensions.dropFirst())
        let targets = try Self.rows(of: y, starts.map { $0 + length })
        return DatasetObject(
            name: name, x: rows.reshaped(to: shape), y: targets, classes: classes,
            known: transforms.isEmpty ? knownOfPart : (.all, .all))
    }

    /// x and y after the transforms.
    private func materialized(_ machine: Machine) throws -> (Tensor, Tensor) {
        guard !transforms.isEmpty else { return (x, y) }
        guard case .record(let batch) = try transformed(x, y, known, machine),
            case .tensor(let first)? = batch["x"], case .tensor(let second)? = batch["y"],
            first.shape.rank > 0, second.shape.rank > 0, first.shape[0] == count,
            second.shape[0] == count
        else {
            throw Failure(
                "dataset.window", "`window` needs a data set whose `map` keeps the samples, x and y")
        }
        return (try machine.value(of: first), try machine.value(of: second))
    }

    // MARK: Batches

    /// A batch as a record, after the transforms.
    func transformed(
        _ x: Tensor, _ y: Tensor, _ known: (x: Known, y: Known), _ machine: Machine
    ) throws -> Value {
        var batch = Value.record(
            RecordObject(
                Self.layout,
                [.tensor(machine.node(x, known.x)), .tensor(machine.node(y, known.y))]))
        for transform in transforms {
            batch = try machine.call(transform, [batch])
            if case .tuple(let tuple) = batch, tuple.items.count == 2 {
                batch = .record(RecordObject(Self.layout, tuple.items))
            }
        }
        return batch
    }

    static let layoutLabels = ["x", "y"]
    static var layout: RecordLayout { RecordLayout(layoutLabels) }
}

extension Machine {
    /// A random order of `0..<count` from the running cell's stream.
    func permutation(_ count: Int) throws -> [Int] {
        try permutation(count, stream: RandomStream(key: recorder.random.key, draw: recorder.random.next()))
    }

    func permutation(_ count: Int, stream: RandomStream) throws -> [Int] {
        let separate = Recorder(random: stream)
        guard let operation = session.operation("permutation"),
            case .one(let node) = try operation.record(
                OperationArguments([.int(count)]), separate)
        else { return Array(0..<count) }
        let tensor = try separate.value(of: node)
        return (0..<count).map { tensor.int(at: $0) }
    }

    /// A stream key from a number and a name (FNV-1a, then a finalising mix).
    static func mix(_ seed: UInt64, _ name: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for shift in stride(from: 0, to: 64, by: 8) {
            hash = (hash ^ (seed >> UInt64(shift)) & 0xff) &* 0x100_0000_01b3
        }
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        return hash ^ (hash >> 31)
    }
}
