import Kernels
import Tensors

/// What a call says of the window of a convolution or pooling, one number for each axis that it
/// slides along: two for images, one for series.
struct WindowOptions {
    /// The function of the language, for errors.
    var operation: String
    var stride: [Int]
    var dilation: [Int]
    var padding: Padding

    enum Padding {
        /// The same before and after.
        case sizes([Int])
        /// So much that ⌈size / stride⌉ windows fit; an odd rest goes after.
        case same
        /// So much before, and nothing after, that a window sees nothing behind its place.
        case causal
    }

    /// Series are images of one row: what all numbers of an axis of images are beside the one of
    /// a series.
    private static let row = ImageWindow.Axis(size: 1)

    /// The window of `sizes` over an image.
    /// - Parameter lengths: of the image along the axes of the window.
    /// - Throws: `TensorError.badShape` if not one window fits.
    func window(
        _ sizes: [Int], over lengths: [Int], of shape: Shape
    ) throws(TensorError) -> ImageWindow {
        var axes: [ImageWindow.Axis] = []
        for (index, size) in sizes.enumerated() {
            var axis = ImageWindow.Axis(
                size: size, stride: stride[index], dilation: dilation[index])
            switch padding {
            case .sizes(let sizes):
                axis.before = sizes[index]
                axis.after = sizes[index]
            case .same:
                let length = lengths[index]
                let windows = (length + axis.stride - 1) / axis.stride
                let missing = (windows - 1) * axis.stride + axis.extent - length
                axis.before = Swift.max(0, missing) / 2
                axis.after = Swift.max(0, missing) - axis.before
            case .causal: axis.before = axis.extent - 1
            }
            guard size > 0, axis.count(in: lengths[index]) > 0 else {
                throw tooSmall(axis, lengths[index], shape, shape.rank - sizes.count + index)
            }
            axes.append(axis)
        }
        return ImageWindow(rows: axes.count == 2 ? axes[0] : Self.row, columns: axes[axes.count - 1])
    }

    /// The window that a transposed convolution slides over its result, and the size of that.
    ///
    /// `outputPadding` rows more are at the end of the result; with "same" the result is `stride`
    /// times the size.
    func transposedWindow(
        _ sizes: [Int], outputPadding: [Int], over lengths: [Int], of shape: Shape
    ) throws(TensorError) -> (ImageWindow, result: [Int]) {
        var axes: [ImageWindow.Axis] = []
        var result: [Int] = []
        for (index, size) in sizes.enumerated() {
            var axis = ImageWindow.Axis(
                size: size, stride: stride[index], dilation: dilation[index])
            let (length, more) = (lengths[index], outputPadding[index])
            guard size > 0, length > 0 else { throw tooSmall(axis, length, shape, index + 2) }
            let (reach, overflow) = (length - 1).multipliedReportingOverflow(by: axis.stride)
            guard !overflow, reach < 1 << 40 else { throw .tooLarge(lengths) }
            let full = reach + axis.extent
            switch padding {
            case .sizes(let sizes):
                axis.before = sizes[index]
                // The rows that are added at the end are seen by no window of their own.
                axis.after = sizes[index] - more
                result.append(full - 2 * sizes[index] + more)
            case .same, .causal:
                let missing = Swift.max(0, full - length * axis.stride)
                axis.before = missing / 2
                axis.after = missing - axis.before - more
                result.append(length * axis.stride + more)
            }
            guard result[index] > 0 else {
                throw .badShape(
                    operation: operation, shape: shape,
                    rule: "a smaller padding: axis \(index + 2) of the result would have size "
                        + "\(result[index])")
            }
            guard more < Swift.max(axis.stride, axis.dilation) else {
                throw .badArgument(
                    operation: operation,
                    rule: "an `outputPadding` smaller than the stride (\(axis.stride)), not \(more)")
            }
            axes.append(axis)
        }
        let rows = axes.count == 2 ? axes[0] : Self.row
        return (ImageWindow(rows: rows, columns: axes[axes.count - 1]), result)
    }

    private func tooSmall(
        _ axis: ImageWindow.Axis, _ length: Int, _ shape: Shape, _ position: Int
    ) -> TensorError {
        let border = axis.before + axis.after
        let spread = axis.dilation > 1 ? " (a kernel of \(axis.size), dilated)" : ""
        let padded = border > 0 ? "\(length) with \(border) of padding" : "\(length)"
        return .badShape(
            operation: operation, shape: shape,
            rule: "room for a window of \(axis.extent)\(spread) on axis \(position), "
                + "which has size \(padded)")
    }
}
