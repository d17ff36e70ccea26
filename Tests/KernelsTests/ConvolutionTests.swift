import Kernels
import Testing

extension KernelsTests {
    struct ConvolutionCase: Sendable, CustomTestStringConvertible {
        let convolution: Convolution
        let testDescription: String

        init(
            _ name: String, _ image: (n: Int, c: Int, h: Int, w: Int), filters: Int,
            kernel: (Int, Int), stride: (Int, Int) = (1, 1), before: (Int, Int) = (0, 0),
            after: (Int, Int)? = nil, dilation: (Int, Int) = (1, 1), groups: Int = 1
        ) {
            let after = after ?? before
            convolution = Convolution(
                batch: image.n, channels: image.c, height: image.h, width: image.w,
                filters: filters, groups: groups,
                window: ImageWindow(
                    rows: .init(
                        size: kernel.0, stride: stride.0, dilation: dilation.0, before: before.0,
                        after: after.0),
                    columns: .init(
                        size: kernel.1, stride: stride.1, dilation: dilation.1, before: before.1,
                        after: after.1)))
            testDescription = name
        }

        static let all = [
            ConvolutionCase("point", (3, 5, 6, 7), filters: 4, kernel: (1, 1)),
            ConvolutionCase("3x3", (2, 3, 8, 9), filters: 5, kernel: (3, 3)),
            ConvolutionCase("border", (2, 4, 7, 7), filters: 8, kernel: (3, 3), before: (1, 1)),
            ConvolutionCase(
                "stride", (2, 3, 9, 8), filters: 6, kernel: (3, 2), stride: (2, 3),
                before: (1, 0)),
            ConvolutionCase(
                "point stride", (2, 8, 8, 8), filters: 7, kernel: (1, 1), stride: (2, 2)),
            ConvolutionCase(
                "dilation", (1, 2, 9, 8), filters: 3, kernel: (3, 2), before: (2, 1),
                dilation: (2, 3)),
            ConvolutionCase(
                "uneven border", (2, 2, 5, 6), filters: 3, kernel: (4, 4), before: (1, 1),
                after: (2, 2)),
            ConvolutionCase(
                "wide border", (1, 2, 3, 3), filters: 2, kernel: (3, 3), before: (5, 4)),
            ConvolutionCase(
                "groups", (2, 6, 6, 5), filters: 4, kernel: (3, 3), before: (1, 1), groups: 2),
            ConvolutionCase(
                "depthwise", (2, 9, 11, 13), filters: 9, kernel: (3, 3), before: (1, 1), groups: 9),
            ConvolutionCase(
                "depthwise stride", (2, 4, 12, 11), filters: 8, kernel: (5, 3), stride: (2, 2),
                before: (2, 1), groups: 4),
            ConvolutionCase(
                "series", (3, 4, 1, 37), filters: 5, kernel: (1, 5), stride: (1, 2),
                before: (0, 2)),
            ConvolutionCase(
                "several panels", (2, 32, 40, 40), filters: 20, kernel: (3, 3), before: (1, 1)),
            ConvolutionCase(
                "many images", (37, 3, 12, 12), filters: 17, kernel: (3, 3), before: (1, 1)),
            ConvolutionCase(
                "down", (6, 16, 14, 14), filters: 33, kernel: (4, 4), stride: (2, 2),
                before: (1, 1)),
            ConvolutionCase("no image", (0, 2, 5, 5), filters: 3, kernel: (3, 3)),
            ConvolutionCase("no channel", (2, 0, 5, 5), filters: 3, kernel: (3, 3)),
            ConvolutionCase("no filter", (2, 2, 5, 5), filters: 0, kernel: (3, 3)),
        ] + rows

        /// Rows of all lengths around those of the vectors that copy them.
        private static let rows = [1, 2].flatMap { stride in
            (1...19).map { width in
                ConvolutionCase(
                    "row of \(width), stride \(stride)", (2, 2, 3, width), filters: 5,
                    kernel: (2, 3), stride: (stride, stride), before: (1, 2))
            }
        }
    }

    /// Calls `body` with the places in x, w and y of every product that the definition adds up.
    private func forEachProduct(_ c: Convolution, _ body: (Int, Int, Int) -> Void) {
        let (rows, columns) = (c.window.rows, c.window.columns)
        let (inGroup, outGroup) = (c.channels / c.groups, c.filters / c.groups)
        for n in 0..<c.batch {
            for f in 0..<c.filters {
                for i in 0..<c.outputHeight {
                    for j in 0..<c.outputWidth {
                        let y = ((n * c.filters + f) * c.outputHeight + i) * c.outputWidth + j
                        for channel in 0..<inGroup {
                            for u in 0..<rows.size {
                                for v in 0..<columns.size {
                                    let row = i * rows.stride + u * rows.dilation - rows.before
                                    let column =
                                        j * columns.stride + v * columns.dilation - columns.before
                                    guard row >= 0, row < c.height, column >= 0, column < c.width
                                    else { continue }
                                    let source = n * c.channels + f / outGroup * inGroup + channel
                                    body(
                                        (source * c.height + row) * c.width + column,
                                        ((f * inGroup + channel) * rows.size + u) * columns.size
                                            + v, y)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private typealias Kernel = (
        UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer
    ) -> Bool

    /// A kernel's result in float32 and float64, on every build and number of threads.
    private func check(
        _ name: String, _ a: [Float], _ b: [Float], _ expected: [Double], terms: Int,
        _ kernel: (ElementType) -> Kernel
    ) {
        func run<T: BitwiseCopyable & Equatable>(
            _ type: ElementType, _ a: [T], _ b: [T], _ unset: T
        ) -> [T] {
            sameOnThreads {
                filled(expected.count, unset) { y in
                    withOperands([Input(a, type), Input(b, type)]) {
                        #expect(kernel(type)($0[0].pointer, $0[1].pointer, y))
                    }
                }
            }
        }
        let scale = Double(terms + 10)
        withEveryBuild { _ in
            expectClose(
                run(.float32, a, b, Float(7.5)), expected, atol: 4e-7 * scale, rtol: 1e-6, name)
        }
        expectClose(
            run(.float64, a.map(Double.init), b.map(Double.init), 7.5), expected,
            atol: 1e-15 * scale, rtol: 1e-13, name)
    }

    @Test("convolutions and their gradients are their definition", arguments: ConvolutionCase.all)
    func convolutions(known: ConvolutionCase) {
        let c = known.convolution
        let window = c.window.count
        var generator = TestGenerator(5)
        let x = generator.floats(c.batch * c.channels * c.height * c.width)
        let w = generator.floats(c.filters * (c.channels / c.groups) * window)
        let dy = generator.floats(c.batch * c.filters * c.outputHeight * c.outputWidth)
        var y = [Double](repeating: 0, count: dy.count)
        var dx = [Double](repeating: 0, count: x.count)
        var dw = [Double](repeating: 0, count: w.count)
        forEachProduct(c) { atX, atW, atY in
            y[atY] += Double(x[atX]) * Double(w[atW])
            dx[atX] += Double(dy[atY]) * Double(w[atW])
            dw[atW] += Double(dy[atY]) * Double(x[atX])
        }
        check("forward", x, w, y, terms: c.channels * window) { type in
            { c.forward(type, $0, $1, to: $2) }
        }
        check("input", dy, w, dx, terms: c.filters * window) { type in
            { c.inputGradient(type, $0, $1, to: $2) }
        }
        check("weights", x, dy, dw, terms: c.batch * c.outputHeight * c.outputWidth) { type in
            { c.weightGradient(type, $0, $1, to: $2) }
        }
    }

    @Test("an interrupted convolution says so")
    func interruptedConvolution() {
        let c = ConvolutionCase.all[2].convolution
        let x = [Float](repeating: 1, count: 2 * 4 * 7 * 7)
        let w = [Float](repeating: 1, count: 8 * 4 * 9)
        let dy = [Float](repeating: 1, count: 2 * 8 * 7 * 7)
        withOperands([Input(x, .float32), Input(w, .float32), Input(dy, .float32)]) { operands in
            let (x, w, dy) = (operands[0].pointer, operands[1].pointer, operands[2].pointer)
            let stops: @Sendable () -> Bool = { true }
            _ = filled(2 * 8 * 7 * 7, Float(0)) { y in
                let forward = c.forward(.float32, x, w, to: y, isInterrupted: stops)
                let input = c.inputGradient(.float32, dy, w, to: y, isInterrupted: stops)
                let weights = c.weightGradient(.float32, x, dy, to: y, isInterrupted: stops)
                #expect([forward, input, weights] == [false, false, false])
            }
        }
    }
}
