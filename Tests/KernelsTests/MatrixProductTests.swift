import Kernels
import Testing

extension KernelsTests {
    struct ProductCase: Sendable, CustomTestStringConvertible {
        let m: Int
        let n: Int
        let k: Int
        var testDescription: String { "\(m)×\(k)×\(n)" }

        static let all: [ProductCase] =
            [
                (0, 3, 4), (3, 0, 4), (3, 4, 0), (20, 20, 0), (1, 1, 1), (1, 50, 100), (2, 3, 4),
                (4, 16, 8), (5, 17, 9), (7, 10, 33), (32, 10, 128), (64, 64, 64), (33, 40, 70),
                (130, 150, 140), (300, 300, 300), (5000, 10, 300), (700, 40, 900),
            ].map { ProductCase(m: $0.0, n: $0.1, k: $0.2) }
    }

    private func multiplied<T: BitwiseCopyable & Equatable>(
        _ product: MatrixProduct, _ type: ElementType, _ a: [T], _ b: [T], _ c: [T], _ zero: T
    ) -> [T] {
        filled(c.count, zero) { y in
            y.update(from: c, count: c.count)
            withOperands([Input(a, type), Input(b, type)]) {
                #expect(product.run(type, $0[0].pointer, $0[1].pointer, to: y))
            }
        }
    }

    /// Three loops over all of c, or over every `step`th row and column, the others keeping their
    /// c.
    private func naive(
        _ p: MatrixProduct, _ a: [Double], _ b: [Double], _ c: [Double], step: Int = 1
    ) -> [Double] {
        var result = c
        for matrix in 0..<p.batch {
            for i in stride(from: 0, to: p.m, by: step) {
                for j in stride(from: 0, to: p.n, by: step) {
                    var sum = 0.0
                    for l in 0..<p.k {
                        let left = p.transposesA ? l * p.rowStrideA + i : i * p.rowStrideA + l
                        let right = p.transposesB ? j * p.rowStrideB + l : l * p.rowStrideB + j
                        sum +=
                            a[matrix * p.batchStrideA + left] * b[matrix * p.batchStrideB + right]
                    }
                    let at = matrix * p.batchStrideC + i * p.rowStrideC + j
                    result[at] = p.alpha * sum + (p.beta == 0 ? 0 : p.beta * c[at])
                }
            }
        }
        return result
    }

    @Test("products agree with three loops, for every transpose", arguments: ProductCase.all)
    func products(size: ProductCase) {
        var generator = TestGenerator(31)
        let a = generator.floats(size.m * size.k)
        let b = generator.floats(size.k * size.n)
        let c = generator.floats(size.m * size.n)
        for flags in 0..<4 {
            var product = MatrixProduct(
                m: size.m, n: size.n, k: size.k, transposesA: flags & 1 != 0,
                transposesB: flags & 2 != 0)
            for (alpha, beta) in [(1.0, 0.0), (0.5, 2.0)] {
                product.alpha = alpha
                product.beta = beta
                let (x, y, z) = (a.map(Double.init), b.map(Double.init), c.map(Double.init))
                let wide = multiplied(product, .float64, x, y, z, 0.0)
                // Large products in float64 are checked at some places, and float32 against
                // float64.
                let step = size.m * size.n * size.k > 200_000 ? 19 : 1
                let expected = naive(product, x, y, z, step: step)
                let places = expected.indices.filter {
                    $0 / size.n % step == 0 && $0 % size.n % step == 0
                }
                let scale = Double(size.k + 10)
                expectClose(
                    places.map { wide[$0] }, places.map { expected[$0] }, atol: 1e-12 * scale,
                    rtol: 1e-12)
                withEveryBuild { _ in
                    let narrow = sameOnThreads { multiplied(product, .float32, a, b, c, Float(0)) }
                    expectClose(narrow, wide, atol: 1e-6 * scale, rtol: 1e-5, "\(flags) \(alpha)")
                }
            }
        }
    }

    @Test("integer products wrap and agree with three loops")
    func integerProducts() {
        var generator = TestGenerator(32)
        let a: [Int32] = generator.integers(5 * 7, -9...9)
        let b: [Int32] = generator.integers(7 * 3, -9...9)
        for flags in 0..<4 {
            let product = MatrixProduct(
                m: 5, n: 3, k: 7, transposesA: flags & 1 != 0, transposesB: flags & 2 != 0)
            let y = multiplied(product, .int32, a, b, [Int32](repeating: 8, count: 15), 0)
            let expected = naive(
                product, a.map { Double($0) }, b.map { Double($0) },
                [Double](repeating: 0, count: 15))
            #expect(y == expected.map { Int32($0) })
        }
        let one = MatrixProduct(m: 1, n: 1, k: 1)
        #expect(multiplied(one, .int64, [Int64.max], [2], [Int64(0)], 0) == [-2])
    }

    @Test("batches with strides, a shared right side and padded rows agree with three loops")
    func batches() {
        var generator = TestGenerator(33)
        for (batch, m, n, k) in [(3, 4, 5, 6), (50, 8, 8, 8), (7, 33, 40, 70), (2, 200, 200, 200)] {
            for shared in [false, true] {
                var product = MatrixProduct(m: m, n: n, k: k)
                product.batch = batch
                product.rowStrideC = n + 3
                product.batchStrideA = m * k
                product.batchStrideB = shared ? 0 : k * n
                product.batchStrideC = m * (n + 3)
                let a = generator.floats(batch * m * k)
                let b = generator.floats((shared ? 1 : batch) * k * n)
                let c = generator.floats(batch * m * (n + 3))
                let expected = naive(
                    product, a.map { Double($0) }, b.map { Double($0) }, c.map { Double($0) })
                withEveryBuild { _ in
                    let y = sameOnThreads { multiplied(product, .float32, a, b, c, Float(0)) }
                    expectClose(y, expected, atol: 1e-6 * Double(k + 10), rtol: 1e-5)
                }
            }
        }
    }

    @Test("an interrupt stops a product")
    func interruptedProduct() {
        let a = [Float](repeating: 1, count: 400 * 400)
        var c = a
        let product = MatrixProduct(m: 400, n: 400, k: 400)
        #expect(!product.run(.float32, a, a, to: &c, isInterrupted: { true }))
        #expect(product.run(.float32, a, a, to: &c, isInterrupted: { false }))
        #expect(c.allSatisfy { $0 == 400 })
    }
}
