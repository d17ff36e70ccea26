public import Tensors

// einsum by transposes, reshapes and matrix products: operands are joined from left to right, and
// what nobody needs any more is summed out as early as possible.

extension Recorder {
    /// Sums of products over named axes; see the operation `einsum`.
    /// - Throws: `TensorError.badArgument` for an equation that makes no sense or does not fit the
    ///   number of tensors, `.badShape`, `.shapesDisagree`.
    public func einsum(_ equation: String, _ tensors: [Node]) throws(TensorError) -> Node {
        let equation = try EinsumEquation(equation, tensors)
        var operands: [LabelledNode] = []
        for (node, labels) in zip(tensors, equation.inputs) {
            let operand = try unrepeated(LabelledNode(node: node, labels: labels), equation)
            operands.append(try diagonal(operand))
        }
        for index in operands.indices {
            let elsewhere = operands.indices.filter { $0 != index }.flatMap { operands[$0].labels }
            operands[index] = try summed(
                operands[index], keeping: equation.output + elsewhere)
        }
        guard var result = operands.first else {
            throw .badArgument(operation: "einsum", rule: "at least one tensor")
        }
        for index in operands.indices.dropFirst() {
            let later = operands[(index + 1)...].flatMap(\.labels)
            result = try joined(result, operands[index], keeping: equation.output + later)
        }
        // Only labels of the output are left.
        let order = equation.output.compactMap { result.labels.firstIndex(of: $0) }
        return try transpose(result.node, order: order)
    }

    /// Without the axes of `...` that are repeated, of size 1 where another tensor has more.
    private func unrepeated(
        _ operand: LabelledNode, _ equation: EinsumEquation
    ) throws(TensorError) -> LabelledNode {
        let gone = operand.labels.indices.filter {
            let size = equation.broadcastSizes[operand.labels[$0]] ?? 1
            return size != 1 && operand.node.shape[$0] == 1
        }
        if gone.isEmpty { return operand }
        return LabelledNode(
            node: try squeeze(operand.node, axes: gone),
            labels: operand.labels.indices.filter { !gone.contains($0) }.map { operand.labels[$0] })
    }

    /// A label twice in one operand: only where both indices agree.
    private func diagonal(_ operand: LabelledNode) throws(TensorError) -> LabelledNode {
        var (node, labels) = (operand.node, operand.labels)
        while let second = labels.indices.first(where: { labels[..<$0].contains(labels[$0]) }) {
            let label = labels[second]
            guard let first = labels.firstIndex(of: label) else { break }
            let rest = labels.indices.filter { $0 != first && $0 != second }
            let size = node.shape[first]
            let moved = try transpose(node, order: rest + [first, second])
            let outer = rest.map { node.shape[$0] }
            let flat = try reshape(moved, to: try Shape(outer + [size * size]))
            let indices = try arange(0, size * (size + 1), by: size + 1)
            node = try record(.take, [flat, indices], .axis(outer.count))
            labels = rest.map { labels[$0] } + [label]
        }
        return LabelledNode(node: node, labels: labels)
    }

    private func summed(
        _ operand: LabelledNode, keeping kept: [Character]
    ) throws(TensorError) -> LabelledNode {
        let gone = operand.labels.indices.filter { !kept.contains(operand.labels[$0]) }
        if gone.isEmpty { return operand }
        return LabelledNode(
            node: try sum(operand.node, axes: gone),
            labels: operand.labels.filter { kept.contains($0) })
    }

    private func joined(
        _ a: LabelledNode, _ b: LabelledNode, keeping kept: [Character]
    ) throws(TensorError) -> LabelledNode {
        let shared = a.labels.filter { b.labels.contains($0) }
        let batch = shared.filter { kept.contains($0) }
        let inner = shared.filter { !kept.contains($0) }
        let left = a.labels.filter { !shared.contains($0) }
        let right = b.labels.filter { !shared.contains($0) }
        let (x, transposesX) = try arranged(a, batch, left, inner)
        let (y, transposesY) = try arranged(b, batch, inner, right)
        let product: Node
        if inner.isEmpty {
            // [B, M, 1] * [B, 1, N]: no sum, so no matrix product. Nothing is read transposed here
            // but vectors, whose two orders are one reshape apart.
            let rows = try reshape(x, to: Shape(trusted: [x.shape[0], a.size(of: left), 1]))
            let columns = try reshape(y, to: Shape(trusted: [y.shape[0], 1, b.size(of: right)]))
            product = try multiply(rows, columns)
        } else {
            let dtype = DType.promoted(x.dtype, y.dtype)
            product = try record(
                .matmul, [try cast(x, to: dtype), try cast(y, to: dtype)],
                .matmul(transposesLeft: transposesX, transposesRight: transposesY))
        }
        let sizes = a.sizes(of: batch + left) + b.sizes(of: right)
        return LabelledNode(
            node: try reshape(product, to: try Shape(sizes)), labels: batch + left + right)
    }

    /// The operand as [batch, rows, columns], or as [batch, columns, rows] with `true` if it lies
    /// so.
    private func arranged(
        _ operand: LabelledNode, _ batch: [Character], _ rows: [Character], _ columns: [Character]
    ) throws(TensorError) -> (Node, Bool) {
        let isSwapped =
            operand.labels == batch + columns + rows && operand.labels != batch + rows + columns
        let groups = isSwapped ? [batch, columns, rows] : [batch, rows, columns]
        let order = groups.joined().compactMap { operand.labels.firstIndex(of: $0) }
        let sizes = groups.map { operand.size(of: $0) }
        let moved = try transpose(operand.node, order: order)
        return (try reshape(moved, to: Shape(trusted: sizes)), isSwapped)
    }
}

/// A tensor whose axes have names.
private struct LabelledNode {
    var node: Node
    var labels: [Character]

    func sizes(of wanted: [Character]) -> [Int] {
        wanted.compactMap { labels.firstIndex(of: $0) }.map { node.shape[$0] }
    }

    func size(of wanted: [Character]) -> Int { sizes(of: wanted).reduce(1, *) }
}

/// `...ij,...jk->...ik`, checked against the tensors.
private struct EinsumEquation {
    var inputs: [[Character]] = []
    var output: [Character] = []
    /// What the axes that stand for `...` broadcast to.
    private(set) var broadcastSizes: [Character: Int] = [:]

    init(_ text: String, _ tensors: [Node]) throws(TensorError) {
        let bare = text.filter { !$0.isWhitespace }
        var sides = [Substring(bare)]
        if let arrow = bare.firstRange(of: "->") {
            sides = [bare[..<arrow.lowerBound], bare[arrow.upperBound...]]
        }
        let parts = sides[0].split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == tensors.count else {
            throw .badArgument(
                operation: "einsum",
                rule: "\(parts.count) tensors for `\(text)`, not \(tensors.count)")
        }
        var most = 0
        for (part, node) in zip(parts, tensors) {
            let letters = try Self.letters(part, text)
            let count = letters.hasEllipsis ? node.shape.rank - letters.count : 0
            inputs.append(Self.expanded(letters, max(count, 0)))
            most = max(most, count)
        }
        let names = inputs.joined()
        if sides.count == 2 {
            output = Self.expanded(try Self.letters(sides[1], text), most)
        } else {
            var counts: [Character: Int] = [:]
            for name in names { counts[name, default: 0] += 1 }
            let once = counts.filter { $0.value == 1 && $0.key.isLetter }.map(\.key).sorted()
            output = Self.anonymous(most) + once
        }
        guard Set(output).count == output.count, output.allSatisfy({ names.contains($0) }) else {
            throw .badArgument(
                operation: "einsum", rule: "each output axis of `\(text)` once, and in an input")
        }
        try checkSizes(tensors)
    }

    /// The letters before and after `...`, which is there at most once.
    private struct Letters {
        var before: [Character] = []
        var after: [Character] = []
        var hasEllipsis = false
        var count: Int { before.count + after.count }
    }

    private static func letters(
        _ part: Substring, _ text: String
    ) throws(TensorError) -> Letters {
        var result = Letters(before: Array(part))
        if let dots = part.firstRange(of: "...") {
            result = Letters(
                before: Array(part[..<dots.lowerBound]), after: Array(part[dots.upperBound...]),
                hasEllipsis: true)
        }
        guard (result.before + result.after).allSatisfy(\.isLetter) else {
            throw .badArgument(
                operation: "einsum", rule: "one letter per axis, or `...` once, in `\(text)`")
        }
        return result
    }

    /// Names for `count` axes, counted from the last; not letters, so that nobody can write them.
    private static func anonymous(_ count: Int) -> [Character] {
        (0..<count).reversed().compactMap { Unicode.Scalar(0xE000 + $0).map { Character($0) } }
    }

    private static func expanded(_ letters: Letters, _ count: Int) -> [Character] {
        letters.before + (letters.hasEllipsis ? anonymous(count) : []) + letters.after
    }

    private mutating func checkSizes(_ tensors: [Node]) throws(TensorError) {
        var seen: [Character: (size: Int, shape: Shape)] = [:]
        for (labels, node) in zip(inputs, tensors) {
            guard labels.count == node.shape.rank else {
                throw .badShape(
                    operation: "einsum", shape: node.shape,
                    rule: "\(labels.count) axes for `\(String(labels.filter(\.isLetter)))`")
            }
            for (label, size) in zip(labels, node.shape.dimensions) {
                let mayRepeat = !label.isLetter
                if let old = seen[label], old.size != size, !(mayRepeat && size == 1) {
                    guard mayRepeat, old.size == 1 else {
                        let name = mayRepeat ? "..." : String(label)
                        throw .shapesDisagree(
                            operation: "einsum", left: old.shape, right: node.shape,
                            rule: "one size for `\(name)`, not \(old.size) and \(size)")
                    }
                } else if mayRepeat, seen[label] != nil, size == 1 {
                    continue
                }
                seen[label] = (size, node.shape)
                if mayRepeat { broadcastSizes[label] = size }
            }
        }
    }
}
