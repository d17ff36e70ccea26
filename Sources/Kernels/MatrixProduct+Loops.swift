extension MatrixProduct {
    /// The product of integers, which wrap: plain loops. `alpha` and `beta` are 1 and 0.
    func runIntegers<T: FixedWidthInteger>(
        _: T.Type, _ operands: ProductOperands, _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        forEachRow(operands, isInterrupted) { (target: UnsafeMutablePointer<T>) in
            target.update(repeating: 0, count: n)
        } add: { target, a, b, bColumn in
            for column in 0..<n { target[column] = target[column] &+ a &* b[column * bColumn] }
        }
    }

    /// The product of floats whose sizes BLAS cannot count.
    func runFloats<T: BinaryFloatingPoint>(
        _: T.Type, _ operands: ProductOperands, _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        let (alpha, beta) = (T(alpha), T(beta))
        return forEachRow(operands, isInterrupted) { (target: UnsafeMutablePointer<T>) in
            for column in 0..<n { target[column] = beta == 0 ? 0 : beta * target[column] }
        } add: { target, a, b, bColumn in
            for column in 0..<n { target[column] += alpha * a * b[column * bColumn] }
        }
    }

    /// Prepares each row of c, then adds to it one element of a times one row of b after the other.
    @inline(__always)
    private func forEachRow<T>(
        _ operands: ProductOperands, _ isInterrupted: @Sendable () -> Bool,
        prepare: (UnsafeMutablePointer<T>) -> Void,
        add: (UnsafeMutablePointer<T>, T, UnsafePointer<T>, Int) -> Void
    ) -> Bool {
        let a = operands.a.assumingMemoryBound(to: T.self)
        let b = operands.b.assumingMemoryBound(to: T.self)
        let c = operands.c.assumingMemoryBound(to: T.self)
        let (aRow, aColumn) = transposesA ? (1, rowStrideA) : (rowStrideA, 1)
        let (bRow, bColumn) = transposesB ? (1, rowStrideB) : (rowStrideB, 1)
        for matrix in 0..<batch {
            for row in 0..<m {
                if isInterrupted() { return false }
                let target = c + matrix * batchStrideC + row * rowStrideC
                prepare(target)
                for index in 0..<k {
                    let left = a[matrix * batchStrideA + row * aRow + index * aColumn]
                    add(target, left, b + matrix * batchStrideB + index * bRow, bColumn)
                }
            }
        }
        return true
    }
}
