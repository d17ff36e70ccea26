public import Kernels
public import Tensors

/// What an operation needs besides its inputs; part of a node's structure.
public enum Attributes: Hashable, Sendable {
    case none
    /// Axes counted from the front, ascending.
    case axes([Int], keepsDimensions: Bool)
    case axis(Int)
    case ints([Int])
    case shape(Shape)
    case dtype(DType)
    case scalar(Double)
    case scalars([Double])
    /// One range per axis.
    case slices([SliceRange])
    /// Where in a tensor of `shape` filled with `fill` a value is put: one range per axis.
    case placement([SliceRange], shape: Shape, fill: ScalarValue)
    /// The same value everywhere.
    case full(ScalarValue, shape: Shape, dtype: DType)
    /// Which sides of a matrix product are read with their last two axes swapped.
    case matmul(transposesLeft: Bool, transposesRight: Bool)
    /// A draw from a random stream: which stream, which draw of it, the parameters of the
    /// distribution, and how many.
    case random(key: UInt64, draw: UInt64, parameters: [Double], shape: Shape)
    /// A window that slides over images of the size `[H, W]`, whose channels lie in groups:
    /// convolution, pooling and their gradients.
    case window(ImageWindow, groups: Int, image: [Int])
    /// Images of one size `[H, W]` in another.
    case resampling(Resampling.Method, from: [Int], to: [Int])
    /// Attention of several heads; the scale of the scores.
    case attention(AttentionOptions, scale: Double)
    case text(String)
    /// Of a placeholder: two integers that are certain to be among its numbers, with none outside of them.
    case extremes(ClosedRange<Int>)
    /// Which recurrent layer, and which inputs it is given.
    case recurrence(RecurrenceForm)
}
