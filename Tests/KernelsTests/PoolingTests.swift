import Kernels
import Testing

extension KernelsTests {
    struct PoolingCase: Sendable, CustomTestStringConvertible {
        let pooling: Pooling
        let testDescription: String

        init(
            _ name: String, _ planes: Int, _ height: Int, _ width: Int, size: (Int, Int),
            stride: (Int, Int), before: (Int, Int) = (0, 0)
        ) {
            pooling = Pooling(
                planes: planes, height: height, width: width,
                window: ImageWindow(
                    rows: .init(
                        size: size.0, stride: stride.0, before: before.0, after: before.0),
                    columns: .init(
                        size: size.1, stride: stride.1, before: before.1, after: before.1)))
            testDescription = name
        }

        static let all = [
            PoolingCase("2x2", 6, 8, 10, size: (2, 2), stride: (2, 2)),
            PoolingCase("2x2 with a rest", 5, 9, 37, size: (2, 2), stride: (2, 2)),
            PoolingCase("many planes", 600, 16, 34, size: (2, 2), stride: (2, 2)),
            PoolingCase("overlap", 3, 9, 8, size: (3, 3), stride: (2, 2), before: (1, 1)),
            PoolingCase("uneven", 2, 7, 9, size: (3, 2), stride: (1, 3), before: (1, 0)),
            PoolingCase("series", 4, 1, 23, size: (1, 4), stride: (1, 2), before: (0, 2)),
            PoolingCase("point", 2, 3, 4, size: (1, 1), stride: (1, 1)),
            PoolingCase("whole", 3, 5, 4, size: (5, 4), stride: (1, 1)),
        ]
    }

    /// The elements of the plane that each window sees.
    private func windows(_ p: Pooling) -> [[Int]] {
        let (rows, columns) = (p.window.rows, p.window.columns)
        return (0..<p.outputHeight * p.outputWidth).map { output in
            let (i, j) = output.quotientAndRemainder(dividingBy: p.outputWidth)
            var places: [Int] = []
            for u in 0..<rows.size {
                for v in 0..<columns.size {
                    let row = i * rows.stride + u - rows.before
                    let column = j * columns.stride + v - columns.before
                    if row >= 0, row < p.height, column >= 0, column < p.width {
                        places.append(row * p.width + column)
                    }
                }
            }
            return places
        }
    }

    private func float32(
        _ count: Int, _ inputs: [[Float]], _ kernel: ([UnsafeRawPointer], UnsafeMutableRawPointer) -> Void
    ) -> [Float] {
        var result: [Float] = []
        withEveryBuild { _ in
            // As bits, since a nan equals nothing.
            result = sameOnThreads {
                filled(count, Float(7.5)) { y in
                    withOperands(inputs.map { Input($0, .float32) }) { kernel($0.map { $0.pointer }, y) }
                }.map(\.bitPattern)
            }.map(Float.init(bitPattern:))
        }
        return result
    }

    @Test("pooling and its gradients are their definition", arguments: PoolingCase.all)
    func pooling(known: PoolingCase) {
        let p = known.pooling
        let (size, count) = (p.height * p.width, p.outputHeight * p.outputWidth)
        var generator = TestGenerator(9)
        let x = generator.floats(p.planes * size)
        let u = generator.floats(p.planes * size)
        let dy = generator.floats(p.planes * count)
        var maxima: [Double] = []
        var values: [Double] = []
        var means: [Double] = []
        var maximaGradient = [Double](repeating: 0, count: x.count)
        var meansGradient = [Double](repeating: 0, count: x.count)
        let windows = windows(p)
        for plane in 0..<p.planes {
            for (output, window) in windows.enumerated() {
                let places = window.map { plane * size + $0 }
                let head = Double(dy[plane * count + output])
                let largest = places.max { x[$0] < x[$1] } ?? 0
                maxima.append(Double(x[largest]))
                values.append(Double(u[largest]))
                maximaGradient[largest] += head
                means.append(places.reduce(0) { $0 + Double(x[$1]) } / Double(p.window.count))
                for place in places { meansGradient[place] += head / Double(p.window.count) }
            }
        }
        let outputs = p.planes * count
        expectClose(
            float32(outputs, [x]) { p.maxima(.float32, $0[0], to: $1) }, maxima, atol: 0, rtol: 0)
        expectClose(
            float32(outputs, [x, u]) { p.valuesAtMaxima(.float32, $0[0], $0[1], to: $1) }, values,
            atol: 0, rtol: 0)
        expectClose(
            float32(x.count, [x, dy]) { p.maximaGradient(.float32, $0[0], $0[1], to: $1) },
            maximaGradient, atol: 1e-6, rtol: 1e-6)
        expectClose(
            float32(outputs, [x]) { p.means(.float32, $0[0], to: $1) }, means, atol: 1e-6,
            rtol: 1e-6)
        expectClose(
            float32(x.count, [dy]) { p.meansGradient(.float32, $0[0], to: $1) }, meansGradient,
            atol: 1e-6, rtol: 1e-6)
    }

    @Test("the first of equal elements is the largest, and a nan is larger than all")
    func largest() {
        let p = Pooling(
            planes: 1, height: 2, width: 4,
            window: ImageWindow(
                rows: .init(size: 2, stride: 2), columns: .init(size: 2, stride: 2)))
        let ties: [Float] = [3, 3, -1, -1, 3, 3, -1, -1]
        let gradient = float32(8, [ties, [1, 2]]) { p.maximaGradient(.float32, $0[0], $0[1], to: $1) }
        #expect(gradient == [1, 0, 2, 0, 0, 0, 0, 0])
        let holes: [Float] = [3, 4, -.infinity, -.infinity, .nan, 5, -.infinity, -.infinity]
        let maxima = filled(2, Float(0)) { y in
            withOperands([Input(holes, .float32)]) {
                p.maxima(.float32, $0[0].pointer, to: y)
            }
        }
        #expect(maxima[0].isNaN && maxima[1] == -.infinity)
    }

    @Test("a resized image is interpolated between the centres of its elements")
    func resampling() {
        var generator = TestGenerator(13)
        for (height, width, newHeight, newWidth) in [(3, 4, 6, 8), (5, 7, 3, 4), (2, 9, 7, 2), (1, 1, 3, 2)] {
            for method in [Resampling.Method.nearest, .bilinear] {
                let resampling = Resampling(
                    planes: 3, height: height, width: width, newHeight: newHeight,
                    newWidth: newWidth, method: method)
                let x = generator.floats(3 * height * width)
                let dy = generator.floats(3 * newHeight * newWidth)
                /// The weight of old element `from` in new element `to` along an axis.
                func weight(_ to: Int, _ from: Int, _ length: Int, _ newLength: Int) -> Double {
                    if method == .nearest { return to * length / newLength == from ? 1 : 0 }
                    let place = (Double(to) + 0.5) * Double(length) / Double(newLength) - 0.5
                    let inside = min(Double(length - 1), max(0, place))
                    return max(0, 1 - (inside - Double(from)).magnitude)
                }
                var expected = [Double](repeating: 0, count: dy.count)
                var gradient = [Double](repeating: 0, count: x.count)
                for plane in 0..<3 {
                    for i in 0..<newHeight {
                        for j in 0..<newWidth {
                            for row in 0..<height {
                                for column in 0..<width {
                                    let both = weight(i, row, height, newHeight)
                                        * weight(j, column, width, newWidth)
                                    let to = (plane * newHeight + i) * newWidth + j
                                    let from = (plane * height + row) * width + column
                                    expected[to] += both * Double(x[from])
                                    gradient[from] += both * Double(dy[to])
                                }
                            }
                        }
                    }
                }
                expectClose(
                    float32(dy.count, [x]) { resampling.run(.float32, $0[0], to: $1) }, expected,
                    atol: 1e-5, rtol: 1e-5)
                expectClose(
                    float32(x.count, [dy]) { resampling.gradient(.float32, $0[0], to: $1) },
                    gradient, atol: 1e-5, rtol: 1e-5)
            }
        }
    }
}
