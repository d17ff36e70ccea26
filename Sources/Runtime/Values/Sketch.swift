import Autodiff
import Tensors

/// What is certain of a value that only a run can know, where that is at least its kind (`dlrepl check`): a text, a
/// list whose length is not known. A number of which only the kind is known is a `Symbol`.
final class Sketch {
    enum Kind {
        case text
        /// A Bool.
        case flag
        /// Of Ints.
        case range
        /// With what is certain of each of the elements.
        case list(Value)
        /// Of a shape that is not known.
        case tensor(DType)
        /// Of a function that calls itself without an end that is known: its other ways tell what it gives, as long as
        /// its first call is open, in the frame of this number.
        case never(Prototype, frame: Int)
    }

    /// Lists deeper than this hold anything, so that a loop that wraps a value again and again comes to an end.
    private static let deepest = 6

    let kind: Kind
    /// How many lists are one inside the other.
    private let depth: Int

    init(_ kind: Kind) {
        guard case .list(let element) = kind else {
            self.kind = kind
            self.depth = 0
            return
        }
        let inner = if case .sketch(let sketch) = element { sketch.depth } else { 0 }
        let isKnown = !element.isUnset && inner < Self.deepest
        self.kind = isKnown ? kind : .list(.unknown)
        self.depth = isKnown ? inner + 1 : 1
    }

    /// What `typeOf` gives; `nil` if it is not certain.
    var typeName: String? {
        switch kind {
        case .text: "String"
        case .flag: "Bool"
        case .range: "Range"
        case .list: "List"
        case .tensor: "Tensor"
        case .never: nil
        }
    }
}

extension Value {
    static func sketch(_ kind: Sketch.Kind) -> Value { .sketch(Sketch(kind)) }

    /// Whether it is not known, but perhaps for its kind.
    var isOpen: Bool {
        switch self {
        case .unknown, .sketch: true
        default: false
        }
    }

    /// The kind alone; `nil` where that is not what is certain.
    var kind: Sketch.Kind? {
        switch self {
        case .string: .text
        case .bool: .flag
        case .range: .range
        case .list: .list(.unknown)
        case .tensor(let node): .tensor(node.dtype)
        case .sketch(let sketch): sketch.kind
        default: nil
        }
    }

    /// The way of a recursion that has no end.
    var isNever: Bool {
        if case .sketch(let sketch) = self, case .never = sketch.kind { true } else { false }
    }

    var example: Value { example(shape: nil) }

    /// A value of the same kind, where that is all that is certain: what fails for its kind, fails for every such
    /// value. Unknown if there is none.
    ///
    /// - Parameter shape: that of the tensors, which are unknown without it.
    func example(shape: Shape?) -> Value {
        switch self {
        case .sketch(let sketch): sketch.example(shape)
        case .tuple(let tuple): .tuple(tuple.items.map { $0.example(shape: shape) })
        case .record(let record):
            .record(RecordObject(record.layout, record.values.map { $0.example(shape: shape) }))
        case .list(let list): .list(list.items.map { $0.example(shape: shape) })
        default: self
        }
    }

    /// Whether there is a sketch in it: of a tensor, or of anything.
    func holdsSketch(ofTensor: Bool = false) -> Bool {
        func any(_ items: [Value]) -> Bool { items.contains { $0.holdsSketch(ofTensor: ofTensor) } }
        switch self {
        case .sketch(let sketch):
            switch sketch.kind {
            case .tensor: return true
            case .list(let element): return !ofTensor || element.holdsSketch(ofTensor: true)
            case .text, .flag, .range, .never: return !ofTensor
            }
        case .tuple(let tuple): return any(tuple.items)
        case .record(let record): return any(record.values)
        case .list(let list): return any(list.items)
        default: return false
        }
    }
}

extension Sketch {
    fileprivate func example(_ shape: Shape?) -> Value {
        switch kind {
        // So long that messages do not show it.
        case .text: .string("a text that only a run of the program can know")
        case .flag: .bool(true)
        case .range: RangeObject(start: 0, end: 1, isClosed: false, step: 1).map { .range($0) } ?? .unknown
        case .list(let element): .list([element.example(shape: shape)])
        case .tensor(let dtype): shape.map { .tensor(Node(placeholder: $0, dtype: dtype)) } ?? .unknown
        case .never: .unknown
        }
    }
}
