import Glibc
import Kernels
import Testing

extension KernelsTests {
    static let rowLayouts: [AxisLayout] = [
        AxisLayout(outer: 0, length: 4), AxisLayout(outer: 3, length: 1),
        AxisLayout(outer: 5, length: 7), AxisLayout(outer: 4, length: 8),
        AxisLayout(outer: 3, length: 9), AxisLayout(outer: 600, length: 10),
        AxisLayout(outer: 2, length: 513), AxisLayout(outer: 101, length: 1021),
        AxisLayout(outer: 2, length: 6, inner: 5),
    ]

    /// Naive float64 softmax, log-softmax and log-sum-exp of the lines of a layout.
    private struct Reference {
        var softmax: [Double]
        var logSoftmax: [Double]
        var logSumExp: [Double]

        init(_ x: [Float], _ layout: AxisLayout) {
            softmax = [Double](repeating: 0, count: x.count)
            logSoftmax = softmax
            logSumExp = []
            for line in 0..<layout.resultCount {
                let base = line / layout.inner * layout.length * layout.inner + line % layout.inner
                let at = (0..<layout.length).map { base + $0 * layout.inner }
                let total = at.reduce(0) { $0 + exp(Double(x[$1])) }
                logSumExp.append(log(total))
                for index in at {
                    softmax[index] = exp(Double(x[index])) / total
                    logSoftmax[index] = Double(x[index]) - log(total)
                }
            }
        }
    }

    private func softmaxed<T: BitwiseCopyable & Equatable>(
        _ x: [T], _ type: ElementType, _ layout: AxisLayout, log: Bool, _ zero: T
    ) -> [T] {
        filled(x.count, zero) { y in
            withOperands([Input(x, type)]) {
                Softmax.run($0[0].pointer, type, layout, log: log, to: y)
            }
        }
    }

    @Test("softmax, its logarithm and logSumExp agree with float64", arguments: rowLayouts)
    func softmax(layout: AxisLayout) {
        var generator = TestGenerator(21)
        let x = generator.floats(layout.count, -6...6)
        let reference = Reference(x, layout)
        withEveryBuild { _ in
            let y = sameOnThreads { softmaxed(x, .float32, layout, log: false, Float(0)) }
            expectClose(y, reference.softmax, atol: 1e-8, rtol: 1e-6)
            let z = sameOnThreads { softmaxed(x, .float32, layout, log: true, Float(0)) }
            expectClose(z, reference.logSoftmax, atol: 2e-6, rtol: 1e-6)
            let sums = filled(layout.resultCount, Float(0)) { sums in
                withOperands([Input(x, .float32)]) {
                    Softmax.logSumExp($0[0].pointer, .float32, layout, to: sums)
                }
            }
            expectClose(sums, reference.logSumExp, atol: 1e-6, rtol: 1e-6)
        }
        let wide = x.map { Double($0) }
        expectClose(
            softmaxed(wide, .float64, layout, log: false, 0.0), reference.softmax, atol: 1e-15,
            rtol: 1e-13)
    }

    @Test("softmax of large logits does not overflow, and -inf gives 0")
    func softmaxEdges() {
        let layout = AxisLayout(outer: 3, length: 3)
        let x: [Float] = [1000, 1000, -.infinity, -2000, -2000, -2000, 88, -88, 0]
        withEveryBuild { _ in
            let y = softmaxed(x, .float32, layout, log: false, Float(0))
            expectClose(
                y, [0.5, 0.5, 0, 1 / 3, 1 / 3, 1 / 3, 1, 0, 0], atol: 1e-7, rtol: 1e-6)
        }
    }

    @Test("the gradients of softmax and logSoftmax follow their formulas", arguments: rowLayouts)
    func softmaxGradient(layout: AxisLayout) {
        var generator = TestGenerator(22)
        let x = generator.floats(layout.count, -3...3)
        let dy = generator.floats(layout.count)
        for log in [false, true] {
            let y = softmaxed(x, .float32, layout, log: log, Float(0))
            var expected = [Double](repeating: 0, count: x.count)
            for line in 0..<layout.resultCount {
                let base = line / layout.inner * layout.length * layout.inner + line % layout.inner
                let at = (0..<layout.length).map { base + $0 * layout.inner }
                let sum = at.reduce(0.0) {
                    $0 + Double(dy[$1]) * (log ? 1 : Double(y[$1]))
                }
                for index in at {
                    let (value, cotangent) = (Double(y[index]), Double(dy[index]))
                    expected[index] =
                        log ? cotangent - exp(value) * sum : value * (cotangent - sum)
                }
            }
            withEveryBuild { _ in
                let dx = sameOnThreads {
                    filled(x.count, Float(0)) { dx in
                        withOperands([Input(y, .float32), Input(dy, .float32)]) {
                            Softmax.gradient(
                                $0[0].pointer, $0[1].pointer, .float32, layout, log: log, to: dx)
                        }
                    }
                }
                expectClose(dx, expected, atol: 5e-5, rtol: 1e-5)
            }
        }
    }

    @Test("cross-entropy is -logSoftmax at the label, its gradient softmax minus one-hot")
    func crossEntropy() {
        var generator = TestGenerator(23)
        for (rows, classes) in [(1, 1), (7, 3), (64, 10), (500, 101)] {
            let layout = AxisLayout(outer: rows, length: classes)
            let x = generator.floats(rows * classes, -5...5)
            let labels = (0..<rows).map { Int64($0 * 7 % classes) }
            let reference = Reference(x, layout)
            let expected = (0..<rows).map { -reference.logSoftmax[$0 * classes + Int(labels[$0])] }
            var slopes = reference.softmax
            for row in 0..<rows { slopes[row * classes + Int(labels[row])] -= 1 }
            withEveryBuild { _ in
                var losses = [Float](repeating: 0, count: rows)
                let gradient = filled(x.count, Float(0)) { gradient in
                    withOperands([Input(x, .float32)]) {
                        Softmax.crossEntropy(
                            $0[0].pointer, .float32, rows: rows, classes: classes, labels: labels,
                            losses: &losses, gradient: gradient)
                    }
                }
                expectClose(losses, expected, atol: 2e-6, rtol: 1e-6)
                expectClose(gradient, slopes, atol: 1e-6, rtol: 1e-6)
                var alone = [Float](repeating: 0, count: rows)
                withOperands([Input(x, .float32)]) {
                    Softmax.crossEntropy(
                        $0[0].pointer, .float32, rows: rows, classes: classes, labels: labels,
                        losses: &alone, gradient: nil)
                }
                #expect(alone == losses)
            }
        }
    }

    @Test("layer normalisation and its gradient agree with float64", arguments: rowLayouts)
    func layerNorm(layout: AxisLayout) {
        guard layout.inner == 1 else { return }
        let (rows, n) = (layout.outer, layout.length)
        var generator = TestGenerator(24)
        let x = generator.floats(rows * n, 1...3)
        let dy = generator.floats(rows * n)
        let scale = generator.floats(n)
        let shift = generator.floats(n)
        let wide = [x, dy, scale, shift].map { $0.map { Double($0) } }
        let exact = normalized(wide, .float64, rows, n, 0.0)
        withEveryBuild { _ in
            let (y, slopes) = normalized([x, dy, scale, shift], .float32, rows, n, Float(0))
            expectClose(y, exact.y, atol: 2e-4, rtol: 1e-4)
            expectClose(slopes, exact.slopes, atol: 2e-3, rtol: 1e-3)
        }
        for row in 0..<rows {
            let line = wide[0][row * n..<(row + 1) * n]
            let mean = line.reduce(0, +) / Double(n)
            let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
            let expected = (0..<n).map {
                (wide[0][row * n + $0] - mean) / (variance + 1e-5).squareRoot() * wide[2][$0]
                    + wide[3][$0]
            }
            expectClose(
                Array(exact.y[row * n..<(row + 1) * n]), expected, atol: 1e-9, rtol: 1e-9)
        }
    }

    /// The value, and the gradients of x, scale and shift one after the other.
    private func normalized<T: BitwiseCopyable & Equatable>(
        _ inputs: [[T]], _ type: ElementType, _ rows: Int, _ n: Int, _ zero: T
    ) -> (y: [T], slopes: [T]) {
        let layer = LayerNormalization(type, rows: rows, n: n, epsilon: 1e-5)
        var slopes: [T] = []
        let y = filled(rows * n, zero) { y in
            withOperands(inputs.map { Input($0, type) }) { o in
                layer.run(o[0].pointer, scale: o[2].pointer, shift: o[3].pointer, to: y)
                slopes = filled((rows + 2) * n + layer.scratchCount, zero) { dx in
                    let dScale = UnsafeMutableRawPointer(dx) + rows * n * type.size
                    layer.gradient(
                        o[0].pointer, o[1].pointer, scale: o[2].pointer, to: dx, dScale: dScale,
                        dShift: dScale + n * type.size, scratch: dScale + 2 * n * type.size)
                }
            }
        }
        return (y, Array(slopes.prefix((rows + 2) * n)))
    }

    @Test("the layer normalisation gradient is the difference quotient")
    func layerNormDifferences() {
        let (rows, n) = (2, 5)
        var generator = TestGenerator(25)
        let inputs = [
            generator.doubles(rows * n), generator.doubles(rows * n), generator.doubles(n),
            generator.doubles(n),
        ]
        let slopes = normalized(inputs, .float64, rows, n, 0.0).slopes
        let step = 1e-6
        let quotients = [0, 2, 3].flatMap { input in
            inputs[input].indices.map { index -> Double in
                var (up, down) = (inputs, inputs)
                up[input][index] += step
                down[input][index] -= step
                let above = normalized(up, .float64, rows, n, 0.0).y
                let below = normalized(down, .float64, rows, n, 0.0).y
                return zip(zip(above, below), inputs[1]).reduce(0) {
                    $0 + ($1.0.0 - $1.0.1) * $1.1
                } / (2 * step)
            }
        }
        expectClose(slopes, quotients, atol: 1e-6, rtol: 1e-5)
    }
}
