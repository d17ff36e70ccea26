public import Kernels
import Tensors

/// Which recurrent layer, in which direction, and which of its inputs there are.
public struct RecurrenceForm: Hashable, Sendable {
    public var cell: Recurrence.Cell
    public var isReversed: Bool
    var hasBias: Bool
    var hasInnerBias: Bool
    var hasStates: Bool
    var hasLengths: Bool
}

/// The inputs of a recurrence, nodes or tensors, by name; see `RecurrentOperands` for shapes.
struct RecurrentInputs<Item> {
    var x: Item
    var weights: Item
    var bias: Item?
    var innerBias: Item?
    var states: [Item]
    /// int64
    var lengths: Item?

    /// The first `count` of `items`, in the order of `all`; `nil` if there are fewer.
    init?(_ items: [Item], _ form: RecurrenceForm) {
        guard items.count >= form.inputCount else { return nil }
        x = items[0]
        weights = items[1]
        var rest = items[2...]
        bias = form.hasBias ? rest.popFirst() : nil
        innerBias = form.hasInnerBias ? rest.popFirst() : nil
        states = form.hasStates ? (0..<form.cell.states).compactMap { _ in rest.popFirst() } : []
        lengths = form.hasLengths ? rest.popFirst() : nil
    }

    init(
        x: Item, weights: Item, bias: Item?, innerBias: Item?, states: [Item], lengths: Item?
    ) {
        self.x = x
        self.weights = weights
        self.bias = bias
        self.innerBias = innerBias
        self.states = states
        self.lengths = lengths
    }

    /// Those that a gradient may be asked for.
    var differentiable: [Item] {
        [x, weights] + [bias, innerBias].compactMap(\.self) + states
    }

    var all: [Item] { differentiable + [lengths].compactMap(\.self) }
}

extension RecurrenceForm {
    init<Item>(_ cell: Recurrence.Cell, isReversed: Bool, of inputs: RecurrentInputs<Item>) {
        self.init(
            cell: cell, isReversed: isReversed, hasBias: inputs.bias != nil,
            hasInnerBias: inputs.innerBias != nil, hasStates: !inputs.states.isEmpty,
            hasLengths: inputs.lengths != nil)
    }

    var inputCount: Int {
        2 + (hasBias ? 1 : 0) + (hasInnerBias ? 1 : 0) + (hasStates ? cell.states : 0)
            + (hasLengths ? 1 : 0)
    }

    /// The sizes, for inputs of fitting shapes.
    func sizes(x: Shape, weights: Shape) -> Recurrence {
        Recurrence(
            cell, samples: x[0], steps: x[1], units: weights[0], isReversed: isReversed)
    }
}

extension RecurrentInputs where Item == Node {
    /// The sizes, after all shapes and dtypes have been checked.
    /// - Throws: `TensorError.badShape`, `.shapesDisagree`, `.badDType`, `.badArgument`,
    ///   `.tooLarge`.
    func checked(_ form: RecurrenceForm) throws(TensorError) -> Recurrence {
        let name = "recurrence"
        guard x.shape.rank == 3, x.shape[1] > 0 else {
            throw .badShape(
                operation: name, shape: x.shape,
                rule: "inputs of shape [N, T, \(form.cell.gates)*units] with a step or more")
        }
        let units = weights.shape.dimensions.first ?? 0
        let (width, overflow) = units.multipliedReportingOverflow(by: form.cell.gates)
        guard !overflow, weights.shape.rank == 2, weights.shape[1] == width, units > 0 else {
            throw .badShape(
                operation: name, shape: weights.shape,
                rule: "weights of shape [units, \(form.cell.gates)*units]")
        }
        guard x.shape[2] == width else {
            throw .shapesDisagree(
                operation: name, left: x.shape, right: weights.shape,
                rule: "the last axes to agree")
        }
        let state = [x.shape[0], units]
        var wanted: [(String, Node?, [Int])] = [
            ("a bias", bias, [width]), ("bh", innerBias, [units]),
            ("lengths", lengths, [x.shape[0]]),
        ]
        for part in states { wanted.append(("a state", part, state)) }
        for (what, part, sizes) in wanted {
            guard let part, part.shape.dimensions != sizes else { continue }
            throw .badShape(
                operation: name, shape: part.shape,
                rule: "\(what) of shape \(Shape(trusted: sizes)) here")
        }
        for part in differentiable where part.dtype != x.dtype || !part.dtype.isFloat {
            throw .badDType(operation: name, dtype: part.dtype, rule: "floats of one dtype")
        }
        let sizes = form.sizes(x: x.shape, weights: weights.shape)
        guard sizes.isCountable else { throw .tooLarge(x.shape.dimensions) }
        return sizes
    }
}
