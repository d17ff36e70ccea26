import Kernels
import Tensors

/// Elementwise values that one loop computes: a tile program in the making.
struct TileCluster {
    /// Ascending; all of one shape.
    var members: [Int] = []
    var shape: Shape
    /// Values from outside that members read, in the order of their first use.
    var operands: [Int] = []
}

/// The second pass: groups elementwise values on float32 (with Booleans in between) into clusters.
///
/// The values are visited in order. A cluster is open until something outside of it reads one of
/// its members; then it must run before its reader and takes no more members. So dependencies
/// between clusters always lead from one that was closed earlier, and can form no cycle. A value
/// joins an open cluster of its shape that computes one of its inputs or reads one of its operands
/// (an optimizer's moments share the gradient; single numbers do not count, or the updates of all
/// params of a shape would be one program); two open clusters that one value reads become one.
struct ProgramFusion {
    let graph: ProgramGraph
    let aliases: ProgramAliases
    private(set) var clusters: [TileCluster] = []
    /// For each value the cluster that computes it.
    private(set) var clusterOf: [Int?]
    private var isOpen: [Bool] = []

    /// Registers are 2 KB, and there are 256: 64 members need at most 64 temporaries and 129
    /// constants.
    private static let mostMembers = 64
    private static let mostOperands = 32

    init(_ graph: ProgramGraph, _ aliases: ProgramAliases) {
        self.graph = graph
        self.aliases = aliases
        clusterOf = [Int?](repeating: nil, count: graph.values.count)
        for index in graph.values.indices where !aliases.isView(index) {
            visit(index)
        }
    }

    private mutating func visit(_ index: Int) {
        let value = graph.values[index]
        guard isTileable(value) else {
            for input in value.inputs { close(input) }
            return
        }
        // A view of a member is read from memory, so its cluster has to be finished.
        for input in value.inputs where aliases.isView(input) { close(input) }
        let target = join(value)
        for input in value.inputs where clusterOf[input] != target { close(input) }
        clusters[target].members.append(index)
        clusterOf[index] = target
        for input in value.inputs where isOperand(input, of: target) {
            clusters[target].operands.append(input)
        }
    }

    /// Ends the cluster that computes `value`, which somebody else now reads.
    private mutating func close(_ value: Int) {
        if let cluster = clusterOf[aliases.roots[value]] { isOpen[cluster] = false }
    }

    private func isOperand(_ input: Int, of cluster: Int) -> Bool {
        clusterOf[input] != cluster && graph.values[input].splat == nil
            && !clusters[cluster].operands.contains(input)
    }

    /// The cluster for a value: an open one that is related, after merging those it reads, or a new
    /// one.
    private mutating func join(_ value: ProgramValue) -> Int {
        var target: Int?
        for input in value.inputs {
            guard let cluster = clusterOf[input], takes(cluster, value) else { continue }
            if let first = target {
                if first != cluster { merge(cluster, into: first) }
            } else {
                target = cluster
            }
        }
        if let target { return target }
        let related = clusters.indices.last { cluster in
            takes(cluster, value)
                && value.inputs.contains {
                    (graph.values[$0].shape.count > 1 || value.shape.count == 1)
                        && clusters[cluster].operands.contains($0)
                }
        }
        if let related { return related }
        clusters.append(TileCluster(shape: value.shape))
        isOpen.append(true)
        return clusters.count - 1
    }

    private func takes(_ cluster: Int, _ value: ProgramValue) -> Bool {
        isOpen[cluster] && clusters[cluster].shape == value.shape
            && clusters[cluster].members.count < Self.mostMembers
            && clusters[cluster].operands.count + value.inputs.count <= Self.mostOperands
    }

    private mutating func merge(_ cluster: Int, into target: Int) {
        let (a, b) = (clusters[target], clusters[cluster])
        let operands = a.operands + b.operands.filter { !a.operands.contains($0) }
        guard a.members.count + b.members.count < Self.mostMembers,
            operands.count + 3 <= Self.mostOperands
        else { return }
        // Neither is read by the other: a reader from outside would have closed it.
        clusters[target].members = (a.members + b.members).sorted()
        clusters[target].operands = operands
        for member in b.members { clusterOf[member] = target }
        clusters[cluster].members = []
        clusters[cluster].operands = []
        isOpen[cluster] = false
    }

    /// Whether the tile machine computes the value just as its primitive does.
    private func isTileable(_ value: ProgramValue) -> Bool {
        guard let primitive = value.primitive, value.shape.count > 0 else { return false }
        let inputs = value.inputs.map { graph.values[$0] }
        let areKnown = inputs.allSatisfy {
            RepetitionPattern(of: $0.shape, in: value.shape) != nil
        }
        guard areKnown else { return false }
        if primitive === Primitive.cast { return graph.isFloatCast(value) }
        guard let code = primitive.elementwise else { return false }
        switch value.dtype {
        case .float32: return true
        case .bool:
            // Comparisons of floats; logic and choices among Booleans.
            return inputs.allSatisfy {
                $0.dtype == .bool || ($0.dtype == .float32 && code.isPredicate)
            }
        case .uint8, .int32, .int64, .float64: return false
        }
    }
}

extension ProgramGraph {
    /// Elementwise values read what `broadcastTo` repeats directly; an input that repeats in a way
    /// that kernels do not know is made whole once, by a `broadcastTo`.
    func withBroadcastOperands() -> ProgramGraph {
        var result = ProgramGraph()
        var numbers: [Int] = []
        var whole: [WholeKey: Int] = [:]
        for value in values {
            var value = value
            value.inputs = value.inputs.map { numbers[$0] }
            if value.primitive?.elementwise != nil || result.isFloatCast(value) {
                for position in value.inputs.indices {
                    value.inputs[position] = result.operand(
                        value.inputs[position], in: value.shape, &whole)
                }
            }
            numbers.append(result.values.count)
            result.values.append(value)
        }
        result.outputs = outputs.map { numbers[$0] }
        return result.compacted()
    }

    /// Whether a value is a cast that the tile machine knows: to float32, or from it to bool.
    func isFloatCast(_ value: ProgramValue) -> Bool {
        guard value.primitive === Primitive.cast, let x = value.inputs.first else { return false }
        return value.dtype == .float32 || (value.dtype == .bool && values[x].dtype == .float32)
    }

    private struct WholeKey: Hashable {
        let value: Int
        let shape: Shape
    }

    private mutating func operand(
        _ index: Int, in shape: Shape, _ whole: inout [WholeKey: Int]
    ) -> Int {
        let value = values[index]
        if value.primitive === Primitive.broadcastTo, let source = value.inputs.first,
            RepetitionPattern(of: values[source].shape, in: shape) != nil
        {
            return source
        }
        if RepetitionPattern(of: value.shape, in: shape) != nil { return index }
        let key = WholeKey(value: index, shape: shape)
        if let made = whole[key] { return made }
        var copy = value
        copy.source = .computed(.broadcastTo)
        copy.attributes = .shape(shape)
        copy.inputs = [index]
        copy.shape = shape
        values.append(copy)
        whole[key] = values.count - 1
        return values.count - 1
    }
}
