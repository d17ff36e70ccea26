import Autodiff
import Tensors

/// What `check` knows of the numbers in a tensor of samples. When a program runs they are all known.
enum Known {
    case all
    /// Only the least and the greatest integer, or nothing.
    case extremes(ClosedRange<Int>?)

    /// Of some of the samples.
    var ofPart: Known {
        switch self {
        case .all: .all
        case .extremes: .extremes(nil)
        }
    }

    /// Of all of the samples of `tensor`, in an order that is not known.
    func inAnyOrder(_ tensor: Tensor) -> Known {
        switch self {
        case .all: .extremes(tensor.extremes)
        case .extremes: self
        }
    }
}

extension Machine {
    /// A tensor of numbers that `check` may use as far as they are known.
    func node(_ tensor: Tensor, _ known: Known = .extremes(nil)) -> Node {
        guard check != nil, case .extremes(let range) = known else { return Node(tensor) }
        return Node(placeholder: tensor.shape, dtype: tensor.dtype, extremes: range)
    }

    /// A value that is like another, but whose numbers are not known. Gradients find their way through floats.
    func withoutNumbers(_ value: Value) throws -> Value {
        switch value {
        case .tensor(let node) where node.dtype.isFloat: .tensor(try recorder.add(node, node))
        case .tensor(let node) where node.primitive != nil || node.value != nil:
            .tensor(Node(placeholder: node.shape, dtype: node.dtype))
        case .list(let list): .list(try list.items.map(withoutNumbers))
        case .tuple(let tuple): .tuple(TupleObject(try tuple.items.map(withoutNumbers)))
        case .record(let record):
            .record(RecordObject(record.layout, try record.values.map(withoutNumbers)))
        case .int: unknownNumber(isInt: true)
        case .float: unknownNumber(isInt: false)
        case .bool: .sketch(.flag)
        default: value
        }
    }
}
