// This file is compiled into three modules (Kernels and its two builds) so that the structs
// have one layout on both sides of the boundary, which only pointers cross.

/// One step of a tile program: `destination = code(a, b, c)`, or that of a chain, on registers of
/// `tileSize` float32.
public struct TileInstruction: Sendable, Equatable {
    public var chain = TileChain.single
    /// The operation of a single one.
    public var code: ElementwiseCode
    public var destination: UInt8
    public var a: UInt8
    public var b: UInt8
    public var c: UInt8
    public var d: UInt8 = 0

    public init(
        _ code: ElementwiseCode, _ destination: UInt8, _ a: UInt8, _ b: UInt8 = 0, _ c: UInt8 = 0
    ) {
        self.code = code
        self.destination = destination
        self.a = a
        self.b = b
        self.c = c
    }

    public init(
        _ chain: TileChain, _ destination: UInt8, _ a: UInt8, _ b: UInt8, _ c: UInt8 = 0,
        _ d: UInt8 = 0
    ) {
        self.init(.copy, destination, a, b, c)
        self.chain = chain
        self.d = d
    }

    /// How many of `a`, `b`, `c` and `d` it reads.
    @inline(__always)
    var operandCount: Int { chain == .single ? code.arity : chain.operandCount }
}

/// A register that holds one number in all its elements, for the whole run. No instruction writes
/// it.
public struct TileConstant: Sendable, Equatable {
    public var register: UInt8
    public var value: Float

    public init(_ register: UInt8, _ value: Float) {
        self.register = register
        self.value = value
    }
}

/// A buffer that elementwise code reads: element `i` of the iteration space is
/// `pointer[(i / inner) % period]`.
///
/// With that, a full operand is (1, count), a scalar (1, 1), a row vector of C columns (1, C), a
/// column vector over C columns (C, rows), and a vector of channels of `[N, C, H, W]` (H·W, C).
public struct TileOperand {
    public var pointer: UnsafeRawPointer
    public var inner: Int
    public var period: Int
    public var type: ElementType

    /// - Precondition: `inner` and `period` are at least 1.
    public init(
        _ pointer: UnsafeRawPointer, _ type: ElementType, inner: Int = 1, period: Int
    ) {
        self.pointer = pointer
        self.inner = inner
        self.period = period
        self.type = type
    }
}

/// A buffer that a tile program writes: the last value of `register`, for each element of the
/// space.
///
/// It may be the buffer of an operand that is full and of the same type, and must not overlap any
/// other.
public struct TileResult {
    public var pointer: UnsafeMutableRawPointer
    public var register: UInt8
    /// `.float32`, or `.bool` / `.uint8` (not 0).
    public var type: ElementType

    public init(_ pointer: UnsafeMutableRawPointer, register: UInt8, type: ElementType = .float32) {
        self.pointer = pointer
        self.register = register
        self.type = type
    }
}

/// Elements in a register of a tile program: 2 KB, so that a dozen registers stay in a 32 KB L1
/// cache.
public let tileSize = 512

/// A run of a tile program, as `runTiles` reads it. The pointers are raw because the element
/// structs are distinct (though equal) types in each module.
public struct TileCall {
    public var instructions: UnsafeRawPointer
    public var instructionCount: Int
    public var constants: UnsafeRawPointer
    public var constantCount: Int
    public var operands: UnsafeRawPointer
    public var operandCount: Int
    public var results: UnsafeRawPointer
    public var resultCount: Int
    /// Operands are registers `0..<operandCount`.
    public var registerCount: Int
    /// Elements of the iteration space.
    public var count: Int

    /// The pointers have to stay valid while the call runs; operands and results may be changed in
    /// between.
    public init(
        instructions: UnsafeBufferPointer<TileInstruction>,
        constants: UnsafeBufferPointer<TileConstant>,
        operands: UnsafeBufferPointer<TileOperand>, results: UnsafeBufferPointer<TileResult>,
        registerCount: Int, count: Int
    ) {
        self.instructions = TileCall.address(instructions)
        instructionCount = instructions.count
        self.constants = TileCall.address(constants)
        constantCount = constants.count
        self.operands = TileCall.address(operands)
        operandCount = operands.count
        self.results = TileCall.address(results)
        resultCount = results.count
        self.registerCount = registerCount
        self.count = count
    }

    /// An empty buffer may have no address; nobody reads what a count of 0 announces.
    private static func address<T>(_ buffer: UnsafeBufferPointer<T>) -> UnsafeRawPointer {
        if let base = buffer.baseAddress { return UnsafeRawPointer(base) }
        return UnsafeRawPointer(bitPattern: 64).unsafelyUnwrapped
    }

    /// Two tables of 256 pointers stand before the registers in the scratch memory.
    static let pointerTableByteCount = 256 * MemoryLayout<UnsafeRawPointer>.size
}

extension TileOperand {
    /// Whether a run over `count` elements repeats it often enough to expand it once.
    func hasPattern(_ count: Int) -> Bool {
        // The products cannot overflow: both factors are at most the size of the space.
        period > 1 && inner * period <= 4096 && inner * period < count
    }

    var patternByteCount: Int { (inner * period + 2 * tileSize) * 4 }
}

extension TileInstruction {
    @inline(__always)
    func reads(_ register: UInt8) -> Bool {
        let count = operandCount
        return a == register || (count > 1 && b == register) || (count > 2 && c == register)
            || (count > 3 && d == register)
    }
}

/// Elements from one register to the next in scratch memory: not a power of two, so that the loads
/// and stores of an instruction do not fall on addresses that agree in their low 12 bits, which
/// processors mistake for one another.
let registerStride = tileSize + 32
