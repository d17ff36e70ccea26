// How tensors print: the section *Printing* of the language.

extension Tensor: CustomStringConvertible {
    /// A 0-d tensor is its number, shortest for its dtype: `0.4312`. Others have a header line,
    /// `float32 [2, 3]`, and the elements in nested brackets, right-aligned to one width.
    public var description: String {
        if rank == 0 { return elementText(at: 0) }
        return "\(dtype.name) \(shape)\n" + TensorPrinter(self).body()
    }

    /// How a tensor looks inside a container: `Tensor(float32, [2, 3])`.
    public var summary: String { "Tensor(\(dtype.name), \(shape))" }

    /// One element alone: ints and bools plainly, floats with the shortest digits of their dtype.
    fileprivate func elementText(at index: Int) -> String {
        switch element(at: index) {
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .float(let value): dtype == .float32 ? pythonFloat(Float(value)) : pythonFloat(value)
        }
    }
}

/// Lays out the elements of a tensor of rank 1 or more.
private struct TensorPrinter {
    /// How floats are written; one for the whole tensor.
    private enum FloatStyle { case exponent, whole, fourDigits }

    private static let columns = 80
    /// Tensors of more elements are summarised.
    private static let mostElements = 1000
    /// Axes longer than this show `edge` entries at each end when summarised.
    private static let longestAxis = 6
    private static let edge = 3

    private let tensor: Tensor
    private let style: FloatStyle
    private let strides: [Int]
    private var width = 0

    init(_ tensor: Tensor) {
        self.tensor = tensor
        self.strides = tensor.shape.strides
        self.style = tensor.dtype.isFloat ? Self.style(of: tensor) : .whole
        self.width = widest(axis: 0, offset: 0)
    }

    func body() -> String {
        tensor.count == 0 ? "[]" : block(axis: 0, offset: 0, closing: "")
    }

    private static func style(of tensor: Tensor) -> FloatStyle {
        var largest = 0.0
        var allWhole = true
        for index in 0..<tensor.count {
            let value = tensor.double(at: index)
            guard value.isFinite else { continue }
            largest = max(largest, abs(value))
            if allWhole, value != value.rounded() { allWhole = false }
        }
        if largest >= 1e5 || (largest < 1e-3 && largest != 0) { return .exponent }
        return allWhole ? .whole : .fourDigits
    }

    private func text(at index: Int) -> String {
        guard tensor.dtype.isFloat else { return tensor.elementText(at: index) }
        let value = tensor.double(at: index)
        switch style {
        case .exponent: return exponentText(value, digits: 4)
        case .whole: return fixedText(value, digits: 1)
        case .fourDigits: return fixedText(value, digits: 4)
        }
    }

    /// The indices of `axis` that are shown; `nil` stands for the `...` between the ends.
    private func shown(_ axis: Int) -> [Int?] {
        let size = tensor.shape[axis]
        guard tensor.count > Self.mostElements, size > Self.longestAxis else {
            return Array(0..<size)
        }
        return (0..<Self.edge).map { $0 } + [nil] + (size - Self.edge..<size).map { $0 }
    }

    private func widest(axis: Int, offset: Int) -> Int {
        guard tensor.count > 0 else { return 0 }
        var widest = 0
        for case let index? in shown(axis) {
            let position = offset + index * strides[axis]
            let width =
                axis == tensor.rank - 1
                ? text(at: position).count : self.widest(axis: axis + 1, offset: position)
            widest = max(widest, width)
        }
        return widest
    }

    /// The block at `offset`, without the indentation of its first line. `closing` follows it on
    /// its last line (brackets and a comma), which counts for the width of that line.
    private func block(axis: Int, offset: Int, closing: String) -> String {
        let entries = shown(axis)
        if axis == tensor.rank - 1 { return row(entries, offset: offset, closing: closing) }
        let indent = String(repeating: " ", count: axis + 1)
        let gap = tensor.rank - axis > 2 ? "\n\n" : "\n"
        var result = "["
        for (position, index) in entries.enumerated() {
            let isLast = position == entries.count - 1
            let end = isLast ? "]" + closing : ","
            if position > 0 { result += gap + indent }
            guard let index else {
                result += "..." + end
                continue
            }
            result += block(axis: axis + 1, offset: offset + index * strides[axis], closing: end)
        }
        return result
    }

    private func row(_ entries: [Int?], offset: Int, closing: String) -> String {
        let indent = String(repeating: " ", count: tensor.rank)
        var result = "["
        var column = tensor.rank
        for (position, index) in entries.enumerated() {
            var entry = "..."
            if let index {
                let bare = text(at: offset + index)
                entry = String(repeating: " ", count: max(width - bare.count, 0)) + bare
            }
            entry += position == entries.count - 1 ? "]" + closing : ","
            if position > 0 {
                if column + 1 + entry.count > Self.columns {
                    result += "\n" + indent
                    column = tensor.rank
                } else {
                    result += " "
                    column += 1
                }
            }
            result += entry
            column += entry.count
        }
        return result
    }
}
