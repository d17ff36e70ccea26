// Four chains in a row that together are an adaptive update of a parameter by running means of its
// gradient and of the gradient's square, as in Adam:
//
//     m' = b1·m + c1·g        v' = b2·v + c2·g²        t = √(s·v') + e        p' = p - r·m' / t
//
// They run as one loop: seven numbers in registers, four vectors in, three out, so that the
// division and the root overlap with the memory's work. Each operation rounds as in its chain.

/// The four instructions of such a run, their factors in the order of the formulas.
struct MomentsUpdate {
    private var mean: TileInstruction
    private var square: TileInstruction
    private var root: TileInstruction
    private var step: TileInstruction

    /// The run of the four instructions from `first` on, if they are one.
    ///
    /// - Parameters:
    ///   - isNumber: whether a register holds one number in all its elements.
    ///   - isTemporary: whether nobody reads a register after the run.
    init?(
        _ first: UnsafePointer<TileInstruction>, isNumber: (UInt8) -> Bool,
        isTemporary: (UInt8) -> Bool
    ) {
        guard first[0].chain == .productPlusProduct,
            first[1].chain == .productPlusScaledSquare, first[2].chain == .rootOfProductPlus,
            first[3].chain == .minusQuotient
        else { return nil }
        mean = first[0]
        square = first[1]
        root = first[2]
        step = first[3]
        if isNumber(mean.b) { (mean.a, mean.b) = (mean.b, mean.a) }
        if isNumber(mean.d) { (mean.c, mean.d) = (mean.d, mean.c) }
        if isNumber(square.b) { (square.a, square.b) = (square.b, square.a) }
        if mean.b == square.d {
            (mean.a, mean.b, mean.c, mean.d) = (mean.c, mean.d, mean.a, mean.b)
        }
        if root.a == square.destination { (root.a, root.b) = (root.b, root.a) }
        if step.b == mean.destination { (step.b, step.c) = (step.c, step.b) }
        let isLinked =
            mean.d == square.d && root.b == square.destination && step.c == mean.destination
            && step.d == root.destination
        guard isLinked, isTemporary(root.destination) else { return nil }
        let areNumbers =
            isNumber(mean.a) && isNumber(mean.c) && isNumber(square.a) && isNumber(square.c)
            && isNumber(root.a) && isNumber(root.c) && isNumber(step.b)
        guard areNumbers, mean.destination != square.destination, isOutside(mean.b),
            isOutside(mean.d), isOutside(square.b), isOutside(step.a)
        else { return nil }
    }

    /// Whether a register is none that the first three instructions write.
    private func isOutside(_ register: UInt8) -> Bool {
        register != mean.destination && register != square.destination
            && register != root.destination
    }

    /// Computes `n` elements, a multiple of 8, of the registers in `r`.
    func run(_ r: UnsafeMutablePointer<Register>, _ n: Int) {
        let b1 = vector(r[Int(mean.a)][0])
        let c1 = vector(r[Int(mean.c)][0])
        let b2 = vector(r[Int(square.a)][0])
        let c2 = vector(r[Int(square.c)][0])
        let scale = vector(r[Int(root.a)][0])
        let epsilon = vector(r[Int(root.c)][0])
        let rate = vector(r[Int(step.b)][0])
        let (m, g, v) = (r[Int(mean.b)], r[Int(mean.d)], r[Int(square.b)])
        let p = r[Int(step.a)]
        let (newM, newV) = (r[Int(mean.destination)], r[Int(square.destination)])
        let newP = r[Int(step.destination)]
        var i = 0
        while i < n {
            let gradient = load(g, i)
            let mean = b1 * load(m, i) + c1 * gradient
            let square = b2 * load(v, i) + c2 * (gradient * gradient)
            let root = (scale * square).squareRoot() + epsilon
            let step = load(p, i) - rate * mean / root
            store(mean, newM, i)
            store(square, newV, i)
            store(step, newP, i)
            i &+= 8
        }
    }
}

extension TileRun {
    /// The run that begins at an instruction, if one does.
    func moments(at index: Int) -> MomentsUpdate? {
        guard index + 4 <= call.instructionCount,
            instructions[index].chain == .productPlusProduct
        else { return nil }
        return MomentsUpdate(
            instructions + index, isNumber: isNumber,
            isTemporary: { !isRead($0, after: index + 3) })
    }

    /// Whether a register holds one number: a constant, or an operand that is a scalar.
    private func isNumber(_ register: UInt8) -> Bool {
        if Int(register) < call.operandCount { return operands[Int(register)].period == 1 }
        let constants = call.constants.assumingMemoryBound(to: TileConstant.self)
        for index in 0..<call.constantCount where constants[index].register == register {
            return true
        }
        return false
    }

    /// Whether what stands in a register after an instruction is read by a later one, or stored.
    private func isRead(_ register: UInt8, after index: Int) -> Bool {
        if instructions[index].destination == register { return false }
        for later in (index + 1)..<max(call.instructionCount, index + 1) {
            if instructions[later].reads(register) { return true }
            if instructions[later].destination == register { return false }
        }
        for result in 0..<call.resultCount where results[result].register == register {
            return true
        }
        return false
    }
}
