import Synchronization

/// One walk over a graph: an order in which every node comes after its inputs.
///
/// Nodes carry the number of the walk that saw them last, which is cheaper than a set. Walks may
/// not be interleaved over the same nodes: positions are valid until the next walk begins. Graphs
/// are confined to one thread, as nodes are.
struct GraphWalk {
    private static let count = Atomic<Int>(0)

    let number: Int
    /// Inputs before the nodes that read them.
    private(set) var nodes: [Node] = []

    /// Visits `roots` and what they depend on, going through a node only if `enters` allows it;
    /// nodes that are not entered are not in `nodes` either.
    ///
    /// Iterative: a chain of a million nodes must not overflow the stack.
    init(from roots: [Node], entering enters: (Node) -> Bool) {
        number = Self.count.add(1, ordering: .relaxed).newValue
        var stack: [(node: Node, next: Int)] = []
        for root in roots where root.walk != number && enters(root) {
            root.walk = number
            stack.append((root, 0))
            while let (node, next) = stack.last {
                if next == node.inputs.count {
                    node.position = nodes.count
                    nodes.append(node)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next = next + 1
                let input = node.inputs[next]
                if input.walk != number, enters(input) {
                    input.walk = number
                    stack.append((input, 0))
                }
            }
        }
    }

    /// The nodes, last first, of which this walk then keeps none: popping the result frees what is
    /// done.
    mutating func takeReversed() -> [Node] {
        var result: [Node] = []
        swap(&result, &nodes)
        result.reverse()
        return result
    }

    /// Whether this walk saw `node`.
    func contains(_ node: Node) -> Bool { node.walk == number }
}
