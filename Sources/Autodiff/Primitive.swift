public import Tensors

/// What an operation needs besides its inputs; part of a node's structure.
public enum Attributes: Hashable, Sendable {
    case none
    case axes([Int], keepsDimensions: Bool)
    case axis(Int)
    case ints([Int])
    case shape(Shape)
    case dtype(DType)
    case scalar(Double)
    case scalars([Double])
    case slices([SliceRange])
    /// A draw from a random stream: which stream, which draw of it, and the parameters of the distribution.
    case random(key: UInt64, draw: UInt64, parameters: [Double])
    case text(String)
}

/// `start`, `start + step`, …: `count` indices of one axis; all in range, step never 0.
public struct SliceRange: Hashable, Sendable {
    public var start: Int
    public var count: Int
    public var step: Int
    public init(start: Int, count: Int, step: Int) {
        self.start = start
        self.count = count
        self.step = step
    }
}

/// One operation of the engine, with everything about it in one place: shape rule, gradient, kernel.
///
/// Its file in `Primitives/` makes the value; `Primitive.all` lists them.
public struct Primitive: Sendable {
    public let name: String
    /// Shape and dtype of the result.
    public let shapeRule: @Sendable ([Node], Attributes) throws(TensorError) -> (Shape, DType)
    /// The gradients of the inputs, by recorded operations, given the node and the gradient of its
    /// value; `nil` for an input that has none (integers, indices).
    public let gradient:
        @Sendable (_ node: Node, _ cotangent: Node, Recorder) throws(TensorError) -> [Node?]
    /// Computes the value into `output`, which has the node's shape and dtype.
    public let evaluate:
        @Sendable (_ inputs: [Tensor], Attributes, _ output: Tensor) throws(TensorError) -> Void
}
