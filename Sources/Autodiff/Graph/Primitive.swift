public import Kernels
public import Tensors

/// One operation of the engine, with everything about it in one place: shape rule, gradient,
/// kernel.
///
/// Its file in `Primitives/` makes the value; `Primitive.all` lists them. A class, so that a node
/// holds one reference and two primitives compare by identity.
public final class Primitive: Sendable {
    public typealias ShapeRule =
        @Sendable ([Node], Attributes) throws(TensorError) -> (Shape, DType)
    public typealias GradientRule =
        @Sendable (
            _ node: Node, _ cotangent: Node, _ wanted: InputSet, _ recorder: Recorder
        ) throws(TensorError) -> [Node?]
    public typealias Evaluation =
        @Sendable (
            _ inputs: [Tensor], Attributes, _ output: Tensor, _ isInterrupted: @Sendable () -> Bool
        ) throws(TensorError) -> Void
    public typealias View = @Sendable (_ inputs: [Tensor], Attributes, Shape) -> Tensor?

    public let name: String
    /// Set for elementwise primitives: the code that a fused program uses. Their inputs
    /// broadcast to the node's shape.
    public let elementwise: ElementwiseCode?
    /// Shape and dtype of the result.
    public let shapeRule: ShapeRule
    /// The gradients of the inputs, by recorded operations, given the node and the gradient of its
    /// value; one entry per input, `nil` for an input that has none (integers, indices) or is not
    /// wanted.
    public let gradient: GradientRule
    /// Computes the value into `output`, which has the node's shape and dtype and at least one
    /// element. Long kernels ask `isInterrupted` now and then and throw `TensorError.interrupted`.
    public let evaluate: Evaluation
    /// The value without computing, where it is a view of an input's bytes; asked before
    /// `evaluate`.
    public let view: View?

    /// Whether the output may have the bytes of the first input, which is of its shape and dtype: then `evaluate`
    /// changes what differs. Nobody else refers to them.
    public let writesInPlace: Bool

    public init(
        _ name: String, elementwise: ElementwiseCode? = nil, shape: @escaping ShapeRule,
        gradient: @escaping GradientRule = Primitive.noGradient, view: View? = nil,
        writesInPlace: Bool = false, evaluate: @escaping Evaluation
    ) {
        self.name = name
        self.writesInPlace = writesInPlace
        self.elementwise = elementwise
        self.shapeRule = shape
        self.gradient = gradient
        self.view = view
        self.evaluate = evaluate
    }

    /// For values that do not depend smoothly on anything: integers, comparisons, draws.
    public static let noGradient: GradientRule = { (node, _, _, _) in
        [Node?](repeating: nil, count: node.inputs.count)
    }
}

/// Which inputs of a node a gradient is wanted for.
public struct InputSet: Sendable {
    private let bits: UInt64

    /// The inputs whose bits are set. Inputs from 64 on are always in the set: computing too many
    /// gradients costs time, not correctness.
    init(bits: UInt64) { self.bits = bits }

    /// Every input.
    public static let all = InputSet(bits: .max)

    public func contains(_ input: Int) -> Bool { input >= 64 || bits >> UInt64(input) & 1 == 1 }
}
