public import Tensors

// What is not known where only shapes are: how many rows a mask selects.

/// The unknown sizes that there are so far.
struct UnknownSizes {
    var count = 0
    /// What masks select: `x[mask]` and `y[mask]` are of one length.
    var ofMasks: [ObjectIdentifier: (mask: Node, size: Int)] = [:]
}

extension Recorder {
    /// A size that only a run can know.
    public func newUnknownSize() -> Int {
        unknownSizes.count += 1
        return Shape.unknownSize(unknownSizes.count)
    }

    func unknownSize(of mask: Node) -> Int {
        if let known = unknownSizes.ofMasks[ObjectIdentifier(mask)] { return known.size }
        let size = newUnknownSize()
        unknownSizes.ofMasks[ObjectIdentifier(mask)] = (mask, size)
        return size
    }

    /// An index of as many elements as only a run can know.
    public func unknownIndex() throws(TensorError) -> IndexItem {
        .tensor(Node(placeholder: try Shape([newUnknownSize()]), dtype: .int64, origin: origin))
    }

    /// The items with what slices cut from axes of unknown size as unknown.
    func abstracted(_ items: [IndexItem], _ shape: Shape) throws(TensorError) -> [IndexItem] {
        guard shape.hasUnknownSize else { return items }
        let consumed = items.reduce(0) { $0 + $1.consumedAxes }
        var axis = 0
        var picks = 0
        var result: [IndexItem] = []
        for item in items {
            var item = item
            if case .slice(let start, let stop, let step) = item, axis < shape.rank,
                Shape.isUnknown(shape[axis]), start ?? 0 != 0 || stop != nil || step ?? 1 != 1
            {
                item = try unknownIndex()
            }
            if case .tensor = item { picks += 1 }
            if case .ellipsis = item { axis += max(shape.rank - consumed, 0) }
            axis += item.consumedAxes
            result.append(item)
        }
        // Several index tensors would pair up.
        if picks > 1 { throw .unknownValue }
        return result
    }

    /// For `reshape`: the one size that is not known is what the others leave.
    func findUnknownSizes(_ sizes: inout [Int], _ shape: Shape) throws(TensorError) {
        let open = sizes.indices.filter { sizes[$0] == -1 || Shape.isUnknown(sizes[$0]) }
        guard shape.hasUnknownSize || open.contains(where: { sizes[$0] != -1 }) else { return }
        if let only = open.first, open.count == 1 {
            var rest = sizes
            rest.remove(at: only)
            let count = try Shape(rest).count
            let isMultiple = count > 0 && shape.count % count == 0
            if !shape.hasUnknownSize || (isMultiple && Shape.isUnknown(shape.count / count)) {
                sizes[only] = -1
                return
            }
        }
        for axis in open { sizes[axis] = newUnknownSize() }
    }
}
