import Tensors

/// `n (h w) c -> n c h w`: each side a list of axes, each a list of names (none: an axis of size
/// 1).
struct AxisPattern {
    /// What stands for `...` until the rank is known.
    private static let ellipsis = "..."

    let operation: String
    private(set) var left: [[String]]
    private(set) var right: [[String]]
    /// The sizes of axes that are written as numbers.
    private(set) var sizes: [String: Int] = [:]

    /// - Throws: `TensorError.badArgument` naming `operation`, for anything that is no pattern.
    init(_ text: String, for operation: String) throws(TensorError) {
        self.operation = operation
        guard let arrow = text.firstRange(of: "->") else {
            throw .badArgument(operation: operation, rule: "a pattern with `->`, not `\(text)`")
        }
        left = try Self.parse(text[..<arrow.lowerBound], operation)
        right = try Self.parse(text[arrow.upperBound...], operation)
        try nameNumbers()
        for side in [left, right] {
            let names = side.flatMap { $0 }
            guard Set(names).count == names.count else {
                throw .badArgument(
                    operation: operation, rule: "each axis once on a side of `\(text)`")
            }
        }
        guard !left.contains(where: { $0.count > 1 && $0.contains(Self.ellipsis) }) else {
            throw .badArgument(operation: operation, rule: "`...` outside parentheses on the left")
        }
    }

    /// Gives the numbers of a side that only one may have names of their own, with a space in them,
    /// so that nobody can write them: axes to reduce on the left, to repeat on the right.
    private mutating func nameNumbers() throws(TensorError) {
        var sizes: [String: Int] = [:]
        func named(_ axes: [[String]], _ isAllowed: Bool) throws(TensorError) -> [[String]] {
            var result = axes
            for (axis, group) in axes.enumerated() {
                for (place, name) in group.enumerated() {
                    guard let size = Int(name) else { continue }
                    guard isAllowed, size > 0 else {
                        throw .badArgument(operation: operation, rule: "axis names, not `\(name)`")
                    }
                    let unique = "\(name) \(sizes.count)"
                    sizes[unique] = size
                    result[axis][place] = unique
                }
            }
            return result
        }
        left = try named(left, operation == "reduce")
        right = try named(right, operation == "repeat")
        self.sizes = sizes
    }

    /// Both sides must name the same axes.
    func requireSameNames() throws(TensorError) {
        let (a, b) = (Set(left.joined()), Set(right.joined()))
        guard a == b else {
            let odd = a.symmetricDifference(b).sorted().joined(separator: "`, `")
            throw .badArgument(operation: operation, rule: "`\(odd)` on both sides")
        }
    }

    /// With the `...` replaced by one name for each axis that is left over in a tensor of `rank`.
    func expanded(to rank: Int) -> AxisPattern {
        guard let position = left.firstIndex(of: [Self.ellipsis]) else { return self }
        // The name of an anonymous axis holds a space, so that nobody can write it.
        let names = (0..<max(rank - left.count + 1, 0)).map { "axis \($0)" }
        var result = self
        result.left.replaceSubrange(position...position, with: names.map { [$0] })
        result.right = right.flatMap { group in
            if group == [Self.ellipsis] { return names.map { [$0] } }
            return [group.flatMap { $0 == Self.ellipsis ? names : [$0] }]
        }
        return result
    }

    private static func parse(
        _ text: Substring, _ operation: String
    ) throws(TensorError) -> [[String]] {
        var axes: [[String]] = []
        var group: [String]?
        var name = ""
        func finished() throws(TensorError) -> String? {
            if name.isEmpty { return nil }
            let isName = name.first.map { $0.isLetter || $0 == "_" } ?? false
            let isValid = name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
            let isNumber = Int(name) != nil && name.allSatisfy(\.isNumber)
            guard isNumber || name == ellipsis || (isName && isValid) else {
                throw .badArgument(operation: operation, rule: "axis names, not `\(name)`")
            }
            defer { name = "" }
            return name
        }
        for character in text + " " {
            guard character.isWhitespace || "()".contains(character) else {
                name.append(character)
                continue
            }
            if let name = try finished() {
                let names = name == "1" ? [] : [name]
                if group != nil { group?.append(contentsOf: names) } else { axes.append(names) }
            }
            if character == "(", group == nil {
                group = []
            } else if character == ")", let names = group {
                axes.append(names)
                group = nil
            } else if !character.isWhitespace {
                throw .badArgument(operation: operation, rule: "matching parentheses, not nested")
            }
        }
        guard group == nil else {
            throw .badArgument(operation: operation, rule: "matching parentheses, not nested")
        }
        return axes
    }
}

extension Recorder {
    /// Takes the axes of `x` apart as the left side says, reduces those that only it names, repeats
    /// those that only the right side names, reorders, and joins as the right side says.
    ///
    /// - Parameter reduction: the name of a reduction; `nil`: nothing may be reduced.
    /// - Throws: `TensorError.badArgument`, `.badShape`.
    func applying(
        _ pattern: AxisPattern, to x: Node, sizes: [String: Int], reduction: String?
    ) throws(TensorError) -> Node {
        let pattern = pattern.expanded(to: x.shape.rank)
        let operation = pattern.operation
        let known = Set((pattern.left + pattern.right).joined())
        for name in sizes.keys.sorted() where !known.contains(name) {
            throw .badArgument(operation: operation, rule: "`\(name)` in the pattern")
        }
        var sizes = sizes.merging(pattern.sizes) { given, _ in given }
        try inferSizes(pattern, x, &sizes)
        var names = pattern.left.flatMap { $0 }
        func size(_ name: String) throws(TensorError) -> Int {
            guard let size = sizes[name] else {
                throw .badArgument(operation: operation, rule: "the size of `\(name)`")
            }
            return size
        }
        var apart: [Int] = []
        for name in names { apart.append(try size(name)) }
        var node = try reshape(x, to: try Shape(apart))
        let targets = pattern.right.flatMap { $0 }
        let gone = names.indices.filter { !targets.contains(names[$0]) }
        if !gone.isEmpty {
            node = try reduced(node, gone, by: reduction, operation)
            names.removeAll { !targets.contains($0) }
        }
        let added = targets.filter { !names.contains($0) }
        guard added.isEmpty || operation == "repeat" else {
            throw .badArgument(operation: operation, rule: "`\(added[0])` on the left")
        }
        for name in added {
            names.insert(name, at: 0)
            node = try broadcast(node, to: try Shape([try size(name)] + node.shape.dimensions))
        }
        node = try transpose(node, order: targets.compactMap { names.firstIndex(of: $0) })
        var joined: [Int] = []
        for group in pattern.right {
            // Sizes of axes of an existing tensor, so that their product fits.
            joined.append(group.reduce(1) { $0 * (sizes[$1] ?? 1) })
        }
        return try reshape(node, to: try Shape(joined))
    }

    /// Finds the one size that is missing in each axis on the left.
    private func inferSizes(
        _ pattern: AxisPattern, _ x: Node, _ sizes: inout [String: Int]
    ) throws(TensorError) {
        let operation = pattern.operation
        guard pattern.left.count == x.shape.rank else {
            throw .badShape(
                operation: operation, shape: x.shape, rule: "\(pattern.left.count) axes")
        }
        for (group, size) in zip(pattern.left, x.shape.dimensions) {
            let unknown = group.filter { sizes[$0] == nil }
            guard unknown.count <= 1 else {
                throw .badArgument(
                    operation: operation, rule: "the size of `\(unknown[0])` or `\(unknown[1])`")
            }
            let product = try Shape(group.compactMap { sizes[$0] }).count
            let fits = unknown.isEmpty ? product == size : product > 0 && size % product == 0
            guard fits else {
                throw .badShape(
                    operation: operation, shape: x.shape,
                    rule:
                        "an axis of \(size) to be made of `(\(group.joined(separator: " ")))` with "
                        + "sizes of \(product) together")
            }
            if let name = unknown.first { sizes[name] = size / product }
        }
    }

    private func reduced(
        _ x: Node, _ axes: [Int], by reduction: String?, _ operation: String
    ) throws(TensorError) -> Node {
        switch reduction {
        case "sum": return try sum(x, axes: axes)
        case "mean": return try mean(x, axes: axes)
        case "max": return try reduce(.max, x, axes: axes, keepsDimensions: false)
        case "min": return try reduce(.min, x, axes: axes, keepsDimensions: false)
        case "prod": return try reduce(.product, x, axes: axes, keepsDimensions: false)
        case "any": return try reduce(.anyTrue, x, axes: axes, keepsDimensions: false)
        case "all": return try reduce(.allTrue, x, axes: axes, keepsDimensions: false)
        case .some(let name):
            throw .badArgument(
                operation: operation, rule: "sum, mean, max, min, prod, any or all, not \(name)")
        case nil:
            throw .badArgument(operation: operation, rule: "all axes of the left on the right")
        }
    }
}
