import Tensors

/// One item between the brackets of `a[i, 1:3, ..., newaxis, mask]`.
public enum IndexItem {
    /// One index; its axis disappears.
    case index(Int)
    /// Python's `start:stop:step`.
    case slice(start: Int?, stop: Int?, step: Int?)
    /// As many whole axes as are left; at most one.
    case ellipsis
    /// A new axis of size 1.
    case newAxis
    /// Integers select along one axis; a bool tensor of rank k selects elements of the next k axes.
    /// Several must be adjacent, and pair up.
    case tensor(Node)

    /// How many axes of the tensor the item uses up.
    fileprivate var consumedAxes: Int {
        switch self {
        case .index, .slice: 1
        case .ellipsis, .newAxis: 0
        case .tensor(let node): node.dtype == .bool ? node.shape.rank : 1
        }
    }
}

/// What index items mean for a tensor of a given shape: first basic slices, then index tensors on
/// what they leave.
struct IndexPlan {
    enum Picks {
        case none
        /// One bool tensor and nothing else by tensor: need not be forced to assign a scalar.
        case mask(Node)
        case tensors([Node])
    }

    /// One range per axis of the tensor.
    private(set) var ranges: [SliceRange] = []
    /// The sizes after slicing, without the axes of single indices and with the new ones.
    private(set) var basic: [Int] = []
    /// Where among `basic` the first axis lies that tensors index, and how many they index.
    private(set) var pickedAxes = 0..<0
    private(set) var tensors: [Node] = []

    var picks: Picks {
        if tensors.isEmpty { return .none }
        if tensors.count == 1, tensors[0].dtype == .bool { return .mask(tensors[0]) }
        return .tensors(tensors)
    }

    /// - Throws: `TensorError.badArgument` for too many items, two ellipses, or index tensors that
    ///   are not adjacent; `.indexOutOfRange`, `.shapesDisagree` for a mask, `.badDType`.
    init(_ items: [IndexItem], for shape: Shape) throws(TensorError) {
        let consumed = items.reduce(0) { $0 + $1.consumedAxes }
        guard consumed <= shape.rank else {
            throw .badArgument(
                operation: "index",
                rule: "at most \(shape.rank) \(shape.rank == 1 ? "index" : "indices") for shape \(shape), not \(consumed)")
        }
        var isOpen = true
        for item in items {
            if case .ellipsis = item {
                guard isOpen else {
                    throw .badArgument(operation: "index", rule: "one `...` at most")
                }
                isOpen = false
                keepWhole(shape.rank - consumed, of: shape)
            } else {
                try add(item, shape)
            }
        }
        if isOpen { keepWhole(shape.rank - consumed, of: shape) }
    }

    private mutating func keepWhole(_ count: Int, of shape: Shape) {
        for _ in 0..<count {
            let size = shape[ranges.count]
            ranges.append(SliceRange(all: size))
            basic.append(size)
        }
    }

    private mutating func add(_ item: IndexItem, _ shape: Shape) throws(TensorError) {
        let axis = ranges.count
        switch item {
        case .ellipsis: break  // the caller has expanded it
        case .newAxis: basic.append(1)
        case .index(let index):
            let start = try shape.index(index, axis: axis, for: "index")
            ranges.append(SliceRange(start: start, count: 1, step: 1))
        case .slice(let start, let stop, let step):
            let range = try SliceRange(start: start, stop: stop, step: step, size: shape[axis])
            ranges.append(range)
            basic.append(range.count)
        case .tensor(let node): try add(node, shape)
        }
    }

    private mutating func add(_ node: Node, _ shape: Shape) throws(TensorError) {
        let axis = ranges.count
        let count = node.dtype == .bool ? node.shape.rank : 1
        guard !node.dtype.isFloat else {
            throw .badDType(operation: "index", dtype: node.dtype, rule: "integers or Bools")
        }
        guard count > 0 else {
            throw .badArgument(operation: "index", rule: "masks with at least one axis")
        }
        guard tensors.isEmpty || pickedAxes.upperBound == basic.count else {
            throw .badArgument(operation: "index", rule: "index tensors on adjacent axes")
        }
        if node.dtype == .bool {
            let masked = Shape(trusted: Array(shape.dimensions[axis..<axis + count]))
            guard node.shape == masked else {
                throw .shapesDisagree(
                    operation: "index", left: shape, right: node.shape,
                    rule: "a mask of the shape of the axes that it selects from, \(masked)")
            }
        }
        let first = tensors.isEmpty ? basic.count : pickedAxes.lowerBound
        keepWhole(count, of: shape)
        pickedAxes = first..<basic.count
        tensors.append(node)
    }
}
