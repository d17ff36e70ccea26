import Autodiff
import Tensors

/// A value of the language.
///
/// Small cases are stored in place; the others refer to an object. Lists, dicts, records and tuples are
/// values all the same: whoever writes first makes sure that it holds the only reference.
enum Value {
    /// No value yet: a missing argument, a name before its definition. Never seen by programs.
    case unset
    case none
    /// A value that only a run can know (`dlrepl check`); never seen when a program runs.
    case unknown
    /// One of which at least the kind is known.
    case sketch(Sketch)
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(StringObject)
    case list(ListObject)
    case dict(DictObject)
    case record(RecordObject)
    case tuple(TupleObject)
    case range(RangeObject)
    case tensor(Node)
    /// A number that is an input of the program being recorded: see `Symbol`.
    case symbol(Symbol)
    case dtype(DType)
    case function(Closure)
    case builtin(BuiltinObject)
    case model(ModelInstance)
    case modelType(ModelDefinition)
    case optimizer(OptimizerInstance)
    case optimizerType(OptimizerDefinition)
    case dataset(DatasetObject)
    case batches(BatchesObject)
    case tokenizer(TokenizerObject)
    case figure(FigureObject)
    case module(ModuleObject)
    /// A boxed variable; only in registers.
    case cell(Cell)
    /// A running loop; only in registers.
    case iterator(IteratorObject)

    static func string(_ text: String) -> Value { .string(StringObject(text)) }
    static func list(_ items: [Value]) -> Value { .list(ListObject(items)) }
    static func tuple(_ items: [Value]) -> Value { .tuple(TupleObject(items)) }
    static func record(_ labels: [String], _ values: [Value]) -> Value {
        .record(RecordObject(RecordLayout(labels), values))
    }

    /// What `typeOf` gives.
    var typeName: String {
        switch self {
        case .unset, .none: "Nil"
        case .unknown: "Unknown"
        case .sketch(let sketch): sketch.typeName ?? "Unknown"
        case .bool: "Bool"
        case .int: "Int"
        case .float: "Float"
        case .string: "String"
        case .list: "List"
        case .dict: "Dict"
        case .record: "Record"
        case .tuple: "Tuple"
        case .range: "Range"
        case .tensor: "Tensor"
        case .symbol(let symbol): symbol.isInt ? "Int" : "Float"
        case .dtype: "DType"
        case .function, .builtin, .modelType, .optimizerType: "Function"
        case .model: "Model"
        case .optimizer: "Optimizer"
        case .dataset: "Dataset"
        case .batches: "Batches"
        case .tokenizer: "Tokenizer"
        case .figure: "Figure"
        case .module: "Module"
        case .cell, .iterator: "Internal"
        }
    }

    var isUnknown: Bool {
        if case .unknown = self { true } else { false }
    }

    var isUnset: Bool {
        if case .unset = self { return true }
        return false
    }

    var isNone: Bool {
        if case .none = self { return true }
        return false
    }

    /// Whether it can stand before parentheses.
    var isCallable: Bool {
        switch self {
        case .function, .builtin, .model, .modelType, .optimizerType: true
        default: false
        }
    }
}

/// A boxed variable that closures share.
final class Cell: Compound {
    var value: Value
    /// The recording that has met this cell, or made it; see `Recording`.
    var mark: Int32 = 0
    /// When it was made, where a program is run on shapes alone: see `ShapeCheck`.
    var birth = 0

    init(_ value: Value) { self.value = value }

    deinit { Compound.release(&value) }

    override func surrender(to pending: inout [Compound]) {
        if let object = value.compound { pending.append(object) }
        value = .unset
    }
}

/// A text, which no program can tell from an immutable one. A character is a Unicode code point; they are split
/// only when indexed.
final class StringObject {
    /// What a short text takes in a list, about.
    static let byteCount = 96

    private(set) var text: String
    /// Whether a cell shows it as it is, without quotation marks: a table such as that of `summary`.
    let isTable: Bool
    /// The characters, once somebody has asked for them: see `Machine.characters(of:)`.
    var scalars: [Unicode.Scalar]?
    /// How many characters there are: bytes that do not continue one.
    var count: Int {
        if let knownCount { return knownCount }
        let count =
            text.utf8.withContiguousStorageIfAvailable { bytes in bytes.count { $0 & 0xC0 != 0x80 } }
            ?? text.unicodeScalars.count
        knownCount = count
        return count
    }
    private var knownCount: Int?

    init(_ text: String, isTable: Bool = false) {
        self.text = text
        self.isTable = isTable
    }

    /// Makes the text longer, for the only one who holds it.
    func append(_ other: String) {
        scalars = nil
        knownCount = nil
        text += other
    }
}

final class ListObject: Compound {
    var items: [Value]
    init(_ items: [Value]) { self.items = items }

    deinit { Compound.release(&items) }

    override func surrender(to pending: inout [Compound]) { Compound.take(&items, to: &pending) }
}

final class TupleObject: Compound {
    private(set) var items: [Value]
    init(_ items: [Value]) { self.items = items }

    deinit { Compound.release(&items) }

    override func surrender(to pending: inout [Compound]) { Compound.take(&items, to: &pending) }
}

/// `start..<end by step`, `start...end`: bounds as written, `count` as it comes out.
final class RangeObject {
    let start: Int
    let end: Int
    let isClosed: Bool
    let step: Int
    let count: Int

    /// `nil` if `step` is 0 or the number of elements does not fit an Int.
    init?(start: Int, end: Int, isClosed: Bool, step: Int) {
        guard step != 0, step != Int.min else { return nil }
        self.start = start
        self.end = end
        self.isClosed = isClosed
        self.step = step
        let (distance, overflow) =
            step > 0
            ? end.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(end)
        guard !overflow else { return nil }
        let stride = abs(step)
        if distance < 0 || (distance == 0 && !isClosed) {
            self.count = 0
        } else if isClosed {
            let (count, overflow) = (distance / stride).addingReportingOverflow(1)
            guard !overflow else { return nil }
            self.count = count
        } else {
            self.count = (distance - 1) / stride + 1
        }
    }

    /// The element at `index`, which must be in `0..<count`.
    func element(_ index: Int) -> Int { start + index * step }

    func contains(_ value: Int) -> Bool {
        guard count > 0 else { return false }
        let last = element(count - 1)
        guard value >= min(start, last), value <= max(start, last) else { return false }
        return (value - start) % step == 0
    }
}

/// The labels of a record, shared by the records that one place in the program makes.
final class RecordLayout {
    let labels: [String]
    let index: [String: Int]

    init(_ labels: [String]) {
        self.labels = labels
        self.index = Dictionary(
            labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

final class RecordObject: Compound {
    let layout: RecordLayout
    var values: [Value]

    init(_ layout: RecordLayout, _ values: [Value]) {
        self.layout = layout
        self.values = values
    }

    deinit { Compound.release(&values) }

    override func surrender(to pending: inout [Compound]) { Compound.take(&values, to: &pending) }

    subscript(label: String) -> Value? {
        guard let index = layout.index[label] else { return nil }
        return values[index]
    }
}

/// A number that a recorded program takes as input, so that a change of it does not need a new
/// program: a learning rate, a step count, a noise level.
///
/// Beside a tensor it behaves as the number would; where its value is demanded (`if`, an index, a
/// format) the recording notes that the program holds for this value only.
final class Symbol {
    /// 0-d, float64 or int64.
    let node: Node
    /// For an Int the numbers that it may be, `nil` for a Float: sums and products that may leave the range of Int are
    /// not left to the program, which would not notice.
    let bounds: ClosedRange<Int>?
    var isInt: Bool { bounds != nil }

    /// - Parameter bounds: nothing is known of an Int without them.
    init(node: Node, isInt: Bool, bounds: ClosedRange<Int> = Int.min...Int.max) {
        self.node = node
        self.bounds = isInt ? bounds : nil
    }

    /// The bounds that stand for an Int as it is now, `nil` if it is too large for the input of a program.
    static func bounds(for number: Int) -> ClosedRange<Int>? {
        let limit = 1 << 31
        guard abs(Double(number)) <= Double(limit) else { return nil }
        return (number > 0 ? 1 : number == 0 ? 0 : -limit)...limit
    }
}

/// A module's names and their values: the session's top level, the prelude, an imported file.
final class ModuleObject {
    let name: String
    var slots: [Value] = []
    private(set) var names: [String] = []
    private(set) var index: [String: Int] = [:]
    /// Which names are `var`s.
    var variables: Set<Int> = []
    var documentation: [Int: Documentation] = [:]
    /// Dimension names declared by `dims`.
    var dimensionNames: Set<String> = []
    /// Whether the text belongs to the library: errors inside point at the user's call instead.
    let isLibrary: Bool

    init(name: String, isLibrary: Bool = false) {
        self.name = name
        self.isLibrary = isLibrary
    }

    /// The slot of a name; a new one, unset, if the name is new.
    func slot(_ name: String) -> Int {
        if let slot = index[name] { return slot }
        let slot = slots.count
        slots.append(.unset)
        names.append(name)
        index[name] = slot
        return slot
    }

    /// The value of a defined name.
    func value(_ name: String) -> Value? {
        guard let slot = index[name], !slots[slot].isUnset else { return nil }
        return slots[slot]
    }

    /// The defined names, in the order of first mention.
    var definedNames: [String] {
        names.indices.filter { !slots[$0].isUnset }.map { names[$0] }
    }
}

/// What `?name` and `??name` show.
struct Documentation {
    var text: String
    var source: String
}
