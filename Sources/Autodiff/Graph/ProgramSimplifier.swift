import Kernels
import Tensors

/// The first pass: equal values become one, values of constants are computed, and operations that
/// change nothing disappear. Every rule keeps the bits of the result (NaN payloads aside): what
/// rounds differently, such as x + 0 for -0 or reordered sums, is left alone.
struct ProgramSimplifier {
    private var result = ProgramGraph()
    private var known: [Key: Int] = [:]

    /// Constants up to this many elements are computed while compiling.
    private static let foldingLimit = 64

    private struct Key: Hashable {
        var identity: ObjectIdentifier?
        var number = 0
        var attributes = Attributes.none
        var inputs: [Int] = []
        var shape: Shape
        var dtype: DType
    }

    static func simplified(_ graph: ProgramGraph) -> ProgramGraph {
        var simplifier = ProgramSimplifier()
        var numbers: [Int] = []
        numbers.reserveCapacity(graph.values.count)
        for value in graph.values {
            var value = value
            value.inputs = value.inputs.map { numbers[$0] }
            numbers.append(simplifier.add(value))
        }
        simplifier.result.outputs = graph.outputs.map { numbers[$0] }
        return simplifier.result.compacted()
    }

    /// The number of the value, or of one that is equal to it.
    private mutating func add(_ value: ProgramValue) -> Int {
        var value = value
        guard let recorded = value.primitive else { return unique(value) }
        value = rewritten(recorded, value)
        if let primitive = value.primitive, let same = unchanged(primitive, value) { return same }
        if let folded = folded(value) { value = folded }
        return unique(value)
    }

    private mutating func unique(_ value: ProgramValue) -> Int {
        var key = Key(
            attributes: value.attributes, inputs: value.inputs, shape: value.shape,
            dtype: value.dtype)
        switch value.source {
        case .input(let index): key.number = index
        case .constant(let tensor):
            key.identity = ObjectIdentifier(tensor.storage)
            key.number = tensor.byteOffset
        case .computed(let primitive): key.identity = ObjectIdentifier(primitive)
        }
        if let number = known[key] { return number }
        known[key] = result.values.count
        result.values.append(value)
        return result.values.count - 1
    }

    // MARK: Rules

    /// The input that the value equals, if any.
    private func unchanged(_ primitive: Primitive, _ value: ProgramValue) -> Int? {
        guard let first = value.inputs.first else { return nil }
        let x = result.values[first]
        let keepsType = x.shape == value.shape && x.dtype == value.dtype
        if primitive === Primitive.stopGradient { return first }
        let isMove =
            primitive === Primitive.cast || primitive === Primitive.reshape
            || primitive === Primitive.broadcastTo
        if isMove, keepsType { return first }
        if primitive === Primitive.transpose, case .ints(let order) = value.attributes {
            return order == Array(0..<order.count) ? first : nil
        }
        switch primitive.elementwise {
        case .copy: return first
        case .negate:
            return x.primitive?.elementwise == .negate ? x.inputs.first : nil
        case .multiply:
            if let other = value.inputs.last, keepsType, isSplat(other, 1) { return first }
            let other = value.inputs[1]
            let fits = result.values[other].shape == value.shape
            return fits && isSplat(first, 1) ? other : nil
        case .divide where value.dtype.isFloat:
            return keepsType && isSplat(value.inputs[1], 1) ? first : nil
        case .subtract:
            return keepsType && isSplat(value.inputs[1], 0) ? first : nil
        default: return nil
        }
    }

    /// Whether a value is the number everywhere; -0 is not 0.
    private func isSplat(_ index: Int, _ number: Double) -> Bool {
        guard let splat = result.values[index].splat else { return false }
        return splat.double == number && splat.double.sign == .plus
    }

    /// Moves of moves become one, and moves of the same number everywhere that number.
    private func rewritten(_ primitive: Primitive, _ value: ProgramValue) -> ProgramValue {
        guard let first = value.inputs.first else { return value }
        let x = result.values[first]
        var value = value
        let isMove =
            primitive === Primitive.reshape || primitive === Primitive.broadcastTo
            || primitive === Primitive.transpose
        guard isMove else { return value }
        if let splat = x.splat {
            value.source = .computed(.full)
            value.attributes = .full(splat, shape: value.shape, dtype: value.dtype)
            value.inputs = []
        } else if primitive === Primitive.reshape, x.primitive === Primitive.reshape {
            value.inputs = x.inputs
        } else if primitive === Primitive.transpose, x.primitive === Primitive.transpose,
            case .ints(let outer) = value.attributes, case .ints(let inner) = x.attributes
        {
            let order = outer.map { inner[$0] }
            value.inputs = x.inputs
            value.attributes = .ints(order)
        }
        return value
    }

    /// The value computed now, if it is small and made of constants. What fails is left to fail
    /// when it runs.
    private func folded(_ value: ProgramValue) -> ProgramValue? {
        guard let primitive = value.primitive, primitive !== Primitive.full,
            value.shape.count <= Self.foldingLimit, !value.inputs.isEmpty
        else { return nil }
        var inputs: [Tensor] = []
        for index in value.inputs {
            guard let tensor = constant(result.values[index]) else { return nil }
            inputs.append(tensor)
        }
        var folded = value
        folded.inputs = []
        folded.attributes = .none
        do throws(TensorError) {
            if let view = primitive.view,
                let tensor = view(inputs, value.attributes, value.shape)
            {
                folded.source = .constant(tensor)
                return folded
            }
            let output = try Tensor(uninitialized: value.shape, dtype: value.dtype)
            if output.count > 0 {
                try primitive.evaluate(inputs, value.attributes, output, { false })
            }
            folded.source = .constant(output)
            return folded
        } catch {
            return nil
        }
    }

    private func constant(_ value: ProgramValue) -> Tensor? {
        guard value.shape.count <= Self.foldingLimit else { return nil }
        if case .constant(let tensor) = value.source { return tensor }
        guard let splat = value.splat,
            let tensor = try? Tensor(uninitialized: value.shape, dtype: value.dtype)
        else { return nil }
        tensor.fill(with: splat)
        return tensor
    }
}
