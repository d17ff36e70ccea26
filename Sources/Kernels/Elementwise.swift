import CSupport
import KernelsAVX2
import KernelsBaseline

/// What went wrong in integer arithmetic; floats have no faults.
public enum ArithmeticFault: UInt8, Sendable {
    case none
    /// `floorDivide` or `remainder` by 0.
    case divisionByZero
    /// An integer to a negative power.
    case negativePower
}

/// A fused elementwise computation on float32. Registers `0..<operandCount` are its operands.
public struct TileProgram: Sendable, Equatable {
    public var instructions: [TileInstruction]
    public var constants: [TileConstant]
    /// All registers: operands, constants and temporaries; at most 256.
    public var registerCount: Int

    public init(
        instructions: [TileInstruction], constants: [TileConstant] = [], registerCount: Int
    ) {
        self.instructions = instructions
        self.constants = constants
        self.registerCount = registerCount
    }
}

/// Operations on corresponding elements of broadcast buffers.
public enum Elementwise {
    /// The type of the result of `code` on operands of `type`.
    public static func resultType(_ code: ElementwiseCode, _ type: ElementType) -> ElementType {
        code.isPredicate ? .bool : type
    }

    /// `output[i] = code(inputs…)[i]` for i < `count`.
    ///
    /// Integers wrap; `floorDivide` and `remainder` by 0 give 0 and the fault. The output may be
    /// the buffer of a full operand of the result's type.
    /// - Parameter type: the type of the operands, save that the first of `select` is Boolean.
    public static func apply(
        _ code: ElementwiseCode, type: ElementType, _ inputs: [TileOperand],
        to output: UnsafeMutableRawPointer, count: Int
    ) -> ArithmeticFault {
        guard count > 0 else { return .none }
        guard type == .float32 else {
            return applyTyped(code, type, inputs, output, count)
        }
        let destination = UInt8(inputs.count)
        let program = TileProgram(
            instructions: [TileInstruction(code, destination, 0, 1, 2)],
            registerCount: inputs.count + 1)
        let result = TileResult(
            output, register: destination, type: resultType(code, type))
        run(program, inputs, [result], count: count)
        return .none
    }

    /// Runs a tile program over `count` elements, in parallel if that pays.
    public static func run(
        _ program: TileProgram, _ operands: [TileOperand], _ results: [TileResult], count: Int
    ) {
        program.instructions.withUnsafeBufferPointer { instructions in
            program.constants.withUnsafeBufferPointer { constants in
                operands.withUnsafeBufferPointer { operands in
                    results.withUnsafeBufferPointer { results in
                        run(
                            TileCall(
                                instructions: instructions, constants: constants,
                                operands: operands, results: results,
                                registerCount: program.registerCount, count: count))
                    }
                }
            }
        }
    }

    /// Elements that one thread takes at a time; a multiple of `tileSize`.
    static let chunkSize = 32 * tileSize
    /// Elements times instructions from which a second thread pays for being woken.
    static let parallelThreshold = 1 << 18

    /// Runs a call whose pointers stay valid until it returns; nothing is retained or kept.
    public static func run(_ call: TileCall) {
        guard call.count > 0 else { return }
        let chunks = (call.count + chunkSize - 1) / chunkSize
        let work = call.count * max(1, call.instructionCount)
        if chunks < 2 || work < parallelThreshold {
            runRange(call, 0, call.count)
            return
        }
        ThreadPool.shared.parallel(chunks) { chunk in
            runRange(call, chunk * chunkSize, min(call.count, (chunk + 1) * chunkSize))
        }
    }

    private static func runRange(_ call: TileCall, _ start: Int, _ end: Int) {
        // The thread's own scratch memory: a heap allocation for every small program would cost as
        // much as the program.
        if let scratch = support_thread_scratch(Int64(call.scratchByteCount)) {
            runRange(call, start, end, scratch)
            return
        }
        withUnsafeTemporaryAllocation(byteCount: call.scratchByteCount, alignment: 64) { scratch in
            // Never nil: the byte count is positive.
            runRange(call, start, end, scratch.baseAddress.unsafelyUnwrapped)
        }
    }

    private static func runRange(
        _ call: TileCall, _ start: Int, _ end: Int, _ scratch: UnsafeMutableRawPointer
    ) {
        withUnsafePointer(to: call) { pointer in
            if usesAVX2 {
                KernelsAVX2.runTiles(pointer, start, end, scratch)
            } else {
                KernelsBaseline.runTiles(pointer, start, end, scratch)
            }
        }
    }
}

extension TileCall {
    /// Bytes of scratch memory that a run of tiles needs.
    var scratchByteCount: Int {
        let operands = operands.assumingMemoryBound(to: TileOperand.self)
        var bytes = 2 * TileCall.pointerTableByteCount + registerCount * registerStride * 4
        for index in 0..<operandCount where operands[index].hasPattern(count) {
            bytes += operands[index].patternByteCount
        }
        return bytes
    }
}
