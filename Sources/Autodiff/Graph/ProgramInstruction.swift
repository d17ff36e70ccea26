import Kernels
import Tensors

/// One step of a compiled program: a kernel call whose sizes are settled and whose operands are
/// places.
enum ProgramInstruction {
    case tile(TileStep)
    case product(MatrixProduct, ElementType, a: ProgramPlace, b: ProgramPlace, c: ProgramPlace)
    case reduction(
        ReductionCode, ElementType, AxisLayout, x: ProgramPlace, y: ProgramPlace)
    case softmax(ElementType, AxisLayout, log: Bool, x: ProgramPlace, y: ProgramPlace)
    case softmaxGradient(
        ElementType, AxisLayout, log: Bool, y: ProgramPlace, c: ProgramPlace, dx: ProgramPlace)
    case copy(StridedCopy, elementSize: Int, x: ProgramPlace, y: ProgramPlace)
    case cast(ElementType, to: ElementType, count: Int, x: ProgramPlace, y: ProgramPlace)
    /// An operation on single float64 numbers, such as a learning rate; `b` is `a` if there is one.
    case number(ElementwiseCode, a: ProgramPlace, b: ProgramPlace, y: ProgramPlace)
    case primitive(PrimitiveStep)
}

/// A tile program with room for its pointers, which a run fills in.
final class TileStep {
    let plan: TilePlan
    let operandPlaces: [ProgramPlace]
    let resultPlaces: [ProgramPlace]
    private let instructions: UnsafeMutableBufferPointer<TileInstruction>
    private let constants: UnsafeMutableBufferPointer<TileConstant>
    private let operands: UnsafeMutableBufferPointer<TileOperand>
    private let results: UnsafeMutableBufferPointer<TileResult>
    private let call: TileCall

    init(
        _ plan: TilePlan, operands operandTypes: [ElementType], results resultTypes: [ElementType],
        operandPlaces: [ProgramPlace], resultPlaces: [ProgramPlace]
    ) {
        self.plan = plan
        self.operandPlaces = operandPlaces
        self.resultPlaces = resultPlaces
        // The addresses are those of the first run's bases from then on; until then nobody reads
        // them.
        let nowhere = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
        defer { nowhere.deallocate() }
        instructions = Self.buffer(plan.program.instructions)
        constants = Self.buffer(plan.program.constants)
        operands = Self.buffer(
            zip(plan.operands, operandTypes).map { operand, type in
                TileOperand(
                    nowhere, type, inner: operand.pattern.inner, period: operand.pattern.period)
            })
        results = Self.buffer(
            zip(plan.results, resultTypes).map { result, type in
                TileResult(nowhere, register: result.register, type: type)
            })
        call = TileCall(
            instructions: UnsafeBufferPointer(instructions),
            constants: UnsafeBufferPointer(constants), operands: UnsafeBufferPointer(operands),
            results: UnsafeBufferPointer(results),
            registerCount: plan.program.registerCount, count: plan.count)
    }

    deinit {
        instructions.deallocate()
        constants.deallocate()
        operands.deallocate()
        results.deallocate()
    }

    func run(_ bases: UnsafePointer<UnsafeMutableRawPointer>) {
        for index in operandPlaces.indices {
            let place = operandPlaces[index]
            operands[index].pointer = UnsafeRawPointer(bases[place.base] + place.offset)
        }
        for index in resultPlaces.indices {
            let place = resultPlaces[index]
            results[index].pointer = bases[place.base] + place.offset
        }
        Elementwise.run(call)
    }

    private static func buffer<T>(_ elements: [T]) -> UnsafeMutableBufferPointer<T> {
        let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: elements.count)
        _ = buffer.initialize(from: elements)
        return buffer
    }
}

/// A primitive that runs by its own `evaluate`.
struct PrimitiveStep {
    struct Operand {
        var place: ProgramPlace
        var shape: Shape
        var dtype: DType
    }

    var primitive: Primitive
    var attributes: Attributes
    var inputs: [Operand]
    var output: Operand
    /// For a draw from the program's stream: its number, counted from the first draw of the
    /// recording.
    var relativeDraw: UInt64?
    var origin: Origin

    /// The attributes of a run whose draws begin at `stream`.
    func attributes(_ stream: RandomStream) -> Attributes {
        guard let relativeDraw, case .random(_, _, let parameters, let shape) = attributes else {
            return attributes
        }
        return .random(
            key: stream.key, draw: stream.draw &+ relativeDraw, parameters: parameters,
            shape: shape)
    }
}
