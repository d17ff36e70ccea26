// Runs tile programs: short register programs over tiles of `tileSize` elements. Every instruction
// is one SIMD loop; the registers stay in L1, so a chain of operations reads and writes main memory
// once.
//
// One code path serves all elements: the last, partial tile is padded in scratch memory to whole
// vectors. So an element's value does not depend on its position, on the split between threads, or
// on whether its operation runs alone or fused with others.

/// What a run needs, as plain pointers; laid out alike in the three modules that compile this
/// file's types.
typealias Register = UnsafeMutablePointer<Float>

/// Runs the tiles of elements `start..<end` of the call at `call` (a `TileCall`), `start` being a
/// multiple of `tileSize`. `scratch` has `tileScratchByteCount` bytes.
public func runTiles(
    _ call: UnsafeRawPointer, _ start: Int, _ end: Int, _ scratch: UnsafeMutableRawPointer
) {
    var run = TileRun(call.load(as: TileCall.self), scratch)
    run.prepare(min(tileSize, end - start))
    var position = start
    while position < end {
        let count = min(tileSize, end - position)
        run.tile(position, count)
        position += count
    }
}

struct TileRun {
    let call: TileCall
    let operands: UnsafePointer<TileOperand>
    let results: UnsafePointer<TileResult>
    let instructions: UnsafePointer<TileInstruction>
    /// Where each register lies for the present tile, and its own 2 KB.
    let current: UnsafeMutablePointer<Register>
    let home: Register
    /// Row vectors repeated often enough to be read from any phase; one pointer per operand, or
    /// nil.
    let patterns: UnsafeMutablePointer<Register?>
    /// Bit r: result r may be written by the instruction that computes it.
    var direct: UInt64 = 0
    /// Four instructions that run as one, and the number of the first.
    private var moments: MomentsUpdate?
    private var firstOfMoments = 0

    init(_ call: TileCall, _ scratch: UnsafeMutableRawPointer) {
        self.call = call
        operands = call.operands.assumingMemoryBound(to: TileOperand.self)
        results = call.results.assumingMemoryBound(to: TileResult.self)
        instructions = call.instructions.assumingMemoryBound(to: TileInstruction.self)
        current = scratch.assumingMemoryBound(to: Register.self)
        let afterCurrent = scratch + TileCall.pointerTableByteCount
        patterns = afterCurrent.assumingMemoryBound(to: Register?.self)
        home = (afterCurrent + TileCall.pointerTableByteCount).assumingMemoryBound(to: Float.self)
    }

    /// Fills what is the same for all tiles: constants, scalars and patterns.
    mutating func prepare(_ count: Int) {
        for index in 0..<call.instructionCount where moments == nil {
            moments = moments(at: index)
            firstOfMoments = index
        }
        // A run of moments reads one element of each number.
        let isAllMoments = moments != nil && call.instructionCount == 4
        let padded = isAllMoments ? 8 : (count + 7) & ~7
        for register in 0..<call.registerCount {
            current[register] = home + register * registerStride
        }
        let constants = call.constants.assumingMemoryBound(to: TileConstant.self)
        for index in 0..<call.constantCount {
            let constant = constants[index]
            (home + Int(constant.register) * registerStride)
                .update(repeating: constant.value, count: padded)
        }
        var free = home + call.registerCount * registerStride
        for index in 0..<call.operandCount {
            let operand = operands[index]
            patterns[index] = nil
            if operand.period == 1 {
                var value: Float = 0
                convertElements(operand.type, operand.pointer, 1, &value)
                (home + index * registerStride).update(repeating: value, count: padded)
            } else if operand.hasPattern(call.count) {
                expand(operand, 0, operand.period * operand.inner + tileSize, free)
                patterns[index] = free
                free += operand.patternByteCount / 4
            }
        }
        for index in 0..<min(call.resultCount, 64) where mayWriteDirectly(results[index]) {
            direct |= 1 << UInt64(index)
        }
    }

    /// The instructions over `count` elements, a multiple of 8.
    private func executeAll(_ count: Int) {
        var index = 0
        while index < call.instructionCount {
            if let moments, index == firstOfMoments {
                moments.run(current, count)
                index += 4
            } else {
                execute(instructions[index], current, count)
                index += 1
            }
        }
    }

    /// A result goes straight to memory if its register is computed, is float32, and no later
    /// instruction reads an operand that lies in the same memory.
    private func mayWriteDirectly(_ result: TileResult) -> Bool {
        guard result.type == .float32 else { return false }
        var first = -1
        for index in 0..<call.instructionCount
        where instructions[index].destination == result.register {
            first = index
            break
        }
        guard first >= 0 else { return false }
        for index in 0..<call.operandCount
        where operands[index].pointer == UnsafeRawPointer(result.pointer) {
            for later in (first + 1)..<max(call.instructionCount, first + 1)
            where instructions[later].reads(UInt8(index)) { return false }
            for other in 0..<call.resultCount where results[other].register == UInt8(index) {
                return false
            }
        }
        return true
    }

    /// Computes elements `position..<position + count`.
    func tile(_ position: Int, _ count: Int) {
        let padded = (count + 7) & ~7
        let isWhole = padded == count
        for index in 0..<call.operandCount { locate(index, position, count, isWhole) }
        for index in 0..<min(call.resultCount, 64) where direct & (1 << UInt64(index)) != 0 {
            let register = Int(results[index].register)
            current[register] =
                isWhole
                ? results[index].pointer.assumingMemoryBound(to: Float.self) + position
                : home + register * registerStride
        }
        executeAll(padded)
        for index in 0..<call.resultCount {
            store(results[index], position, count)
        }
    }

    /// Makes operand `index` readable as a register for this tile.
    @inline(__always)
    private func locate(_ index: Int, _ position: Int, _ count: Int, _ isWhole: Bool) {
        let operand = operands[index]
        if operand.period == 1 { return }
        if let pattern = patterns[index] {
            current[index] = pattern + position % (operand.period * operand.inner)
            return
        }
        let offset = operand.period >= call.count ? position : position % operand.period
        if operand.inner == 1, operand.type == .float32, isWhole, offset + count <= operand.period {
            current[index] = Register(
                mutating: operand.pointer.assumingMemoryBound(to: Float.self) + offset)
            return
        }
        let own = home + index * registerStride
        current[index] = own
        expand(operand, position, count, own)
        let padded = (count + 7) & ~7
        if padded > count { (own + count).update(repeating: 0, count: padded - count) }
    }

    private func store(_ result: TileResult, _ position: Int, _ count: Int) {
        let source = current[Int(result.register)]
        if result.type == .float32 {
            let target = result.pointer.assumingMemoryBound(to: Float.self) + position
            if target != source { target.update(from: source, count: count) }
            return
        }
        let target = result.pointer.assumingMemoryBound(to: UInt8.self) + position
        for index in 0..<count { target[index] = source[index] != 0 ? 1 : 0 }
    }
}

/// Writes elements `position..<position + count` of the iteration space to `target`.
private func expand(_ operand: TileOperand, _ position: Int, _ count: Int, _ target: Register) {
    var done = 0
    if operand.inner == 1 {
        var offset = position % operand.period
        while done < count {
            let run = min(count - done, operand.period - offset)
            convertElements(
                operand.type, operand.pointer + offset * operand.type.size, run, target + done)
            done += run
            offset = 0
        }
        return
    }
    var index = (position / operand.inner) % operand.period
    var left = operand.inner - position % operand.inner
    while done < count {
        let run = min(count - done, left)
        var value: Float = 0
        convertElements(operand.type, operand.pointer + index * operand.type.size, 1, &value)
        (target + done).update(repeating: value, count: run)
        done += run
        left = operand.inner
        index = index + 1 == operand.period ? 0 : index + 1
    }
}

/// `count` consecutive elements as float32.
@inline(__always)
private func convertElements(
    _ type: ElementType, _ source: UnsafeRawPointer, _ count: Int, _ target: Register
) {
    switch type {
    case .float32:
        target.update(from: source.assumingMemoryBound(to: Float.self), count: count)
    case .bool, .uint8:
        let bytes = source.assumingMemoryBound(to: UInt8.self)
        for index in 0..<count { target[index] = Float(bytes[index]) }
    case .int32:
        let values = source.assumingMemoryBound(to: Int32.self)
        for index in 0..<count { target[index] = Float(values[index]) }
    case .int64:
        let values = source.assumingMemoryBound(to: Int64.self)
        for index in 0..<count { target[index] = Float(values[index]) }
    case .float64:
        let values = source.assumingMemoryBound(to: Double.self)
        for index in 0..<count { target[index] = Float(values[index]) }
    }
}
