public import Tensors

// Labels of data sets, where only shapes are known: that a label is no class is found by the greatest of them.

extension Node {
    /// Two numbers that are certain to be among its numbers, with none outside of them; `nil` where that is not known.
    public var extremes: ClosedRange<Int>? {
        var node = self
        while let primitive = node.primitive {
            let keepsNumbers =
                primitive === Primitive.reshape || primitive === Primitive.transpose
                || (primitive === Primitive.cast && node.dtype == .int64 && node.inputs[0].dtype.isInteger)
            guard keepsNumbers else { return nil }
            node = node.inputs[0]
        }
        guard case .ints(let numbers) = node.attributes, numbers.count == 2, numbers[0] <= numbers[1] else {
            return nil
        }
        return numbers[0]...numbers[1]
    }

    /// The extremes of the numbers of a tensor; `nil` if they are no integers.
    public static func extremes(of tensor: Tensor) -> ClosedRange<Int>? {
        guard tensor.dtype.isInteger, tensor.count > 0 else { return nil }
        var (least, greatest) = (tensor.int(at: 0), tensor.int(at: 0))
        for index in 1..<tensor.count {
            let number = tensor.int(at: index)
            least = min(least, number)
            greatest = max(greatest, number)
        }
        return least...greatest
    }

    /// Refuses indices, one of which is certain to be out of range, before any number is computed.
    func requireIndices(
        below size: Int, axis: Int, for operation: String, countFromEnd: Bool = true
    ) throws(TensorError) {
        guard let extremes, !Shape.isUnknown(size) else { return }
        let lowest = countFromEnd ? -size : 0
        for index in [extremes.upperBound, extremes.lowerBound] where index >= size || index < lowest {
            throw .indexOutOfRange(operation: operation, index: index, axis: axis, size: size)
        }
    }
}
