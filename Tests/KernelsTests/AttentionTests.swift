import Glibc
import Kernels
import Testing

extension KernelsTests {
    struct AttentionCase: Sendable, CustomTestStringConvertible {
        enum MaskKind: CaseIterable { case none, flags, numbers, keys, heads }

        let queries: Int
        let keys: Int
        let heads: Int
        let isCausal: Bool
        let mask: MaskKind
        var testDescription: String { "\(queries)×\(keys), \(heads) heads, \(isCausal), \(mask)" }

        static let all: [AttentionCase] = [false, true].flatMap { isCausal in
            [(5, 7, 2), (1, 1, 1), (66, 3, 1), (3, 130, 2), (70, 70, 3), (2, 0, 1), (0, 3, 2)]
                .flatMap { queries, keys, heads in
                    MaskKind.allCases.map {
                        AttentionCase(
                            queries: queries, keys: keys, heads: heads, isCausal: isCausal, mask: $0)
                    }
                }
        }

        static let batch = 2
        static let depth = 5
        static let width = 3

        /// Strides and the number of entries.
        var layout: (mask: AttentionMask, count: Int)? {
            let matrix = queries * keys
            func layout(_ isBool: Bool, _ strides: [Int], _ count: Int) -> (AttentionMask, Int) {
                (
                    AttentionMask(
                        isBool: isBool, batchStride: strides[0], headStride: strides[1],
                        queryStride: strides[2], keyStride: strides[3]), count
                )
            }
            switch mask {
            case .none: return nil
            case .flags: return layout(true, [0, 0, keys, 1], matrix)
            case .numbers: return layout(false, [matrix, 0, keys, 1], Self.batch * matrix)
            case .keys: return layout(true, [keys, 0, 0, 1], Self.batch * keys)
            case .heads: return layout(false, [0, queries, 1, 0], heads * queries)
            }
        }

        func kernel(_ type: ElementType) -> Attention {
            Attention(
                type, batch: Self.batch, heads: heads, queries: queries, keys: keys,
                depth: Self.depth, width: Self.width, scale: 0.7, isCausal: isCausal,
                mask: layout?.mask)
        }
    }

    /// Everything that one attention reads, rounded to float32.
    private struct AttentionNumbers {
        var q: [Double]
        var k: [Double]
        var v: [Double]
        var dy: [Double]
        var mask: [Double]

        init(_ known: AttentionCase) {
            var generator = TestGenerator(41)
            func numbers(_ rows: Int, _ size: Int) -> [Double] {
                generator.floats(AttentionCase.batch * rows * known.heads * size).map(Double.init)
            }
            q = numbers(known.queries, AttentionCase.depth)
            k = numbers(known.keys, AttentionCase.depth)
            v = numbers(known.keys, AttentionCase.width)
            dy = numbers(known.queries, AttentionCase.width)
            let count = known.layout?.count ?? 0
            mask = generator.floats(count).map(Double.init)
            // Some queries see nothing at all.
            if known.layout?.mask.isBool == true {
                mask = mask.indices.map { $0 % 3 == 0 || $0 < known.keys ? 0 : 1 }
            } else {
                mask = mask.indices.map { $0 % 4 == 0 ? -Double.infinity : mask[$0] }
            }
        }
    }

    /// y and, if `isGradient`, dq, dk and dv, by loops over single numbers.
    private func naive(_ known: AttentionCase, _ x: AttentionNumbers) -> [[Double]] {
        let (heads, depth, width) = (known.heads, AttentionCase.depth, AttentionCase.width)
        var y = [Double](repeating: 0, count: x.dy.count)
        var (dq, dk, dv) = (x.q.map { _ in 0.0 }, x.k.map { _ in 0.0 }, x.v.map { _ in 0.0 })
        for b in 0..<AttentionCase.batch {
            for h in 0..<heads {
                for t in 0..<known.queries {
                    let query = ((b * known.queries + t) * heads + h)
                    func key(_ s: Int) -> Int { (b * known.keys + s) * heads + h }
                    var scores = (0..<known.keys).map { s in
                        0.7 * (0..<depth).reduce(0.0) {
                            $0 + x.q[query * depth + $1] * x.k[key(s) * depth + $1]
                        }
                    }
                    for s in scores.indices {
                        if known.isCausal, s > t { scores[s] = -.infinity }
                        guard let mask = known.layout?.mask else { continue }
                        let entry =
                            x.mask[
                                b * mask.batchStride + h * mask.headStride + t * mask.queryStride
                                    + s * mask.keyStride]
                        scores[s] += mask.isBool ? (entry == 0 ? -.infinity : 0) : entry
                    }
                    guard let most = scores.max(), most > -.infinity else { continue }
                    let powers = scores.map { exp($0 - most) }
                    let weights = powers.map { $0 / powers.reduce(0, +) }
                    let slopes = scores.indices.map { s in
                        (0..<width).reduce(0.0) {
                            $0 + x.dy[query * width + $1] * x.v[key(s) * width + $1]
                        }
                    }
                    let mean = zip(weights, slopes).reduce(0) { $0 + $1.0 * $1.1 }
                    for s in scores.indices {
                        let slope = 0.7 * weights[s] * (slopes[s] - mean)
                        for i in 0..<width {
                            y[query * width + i] += weights[s] * x.v[key(s) * width + i]
                            dv[key(s) * width + i] += weights[s] * x.dy[query * width + i]
                        }
                        for i in 0..<depth {
                            dq[query * depth + i] += slope * x.k[key(s) * depth + i]
                            dk[key(s) * depth + i] += slope * x.q[query * depth + i]
                        }
                    }
                }
            }
        }
        return [y, dq, dk, dv]
    }

    private func attended<T: BinaryFloatingPoint & BitwiseCopyable>(
        _ known: AttentionCase, _ x: AttentionNumbers, _ type: ElementType, _ zero: T
    ) -> [[T]] {
        let kernel = known.kernel(type)
        let flags = x.mask.map { UInt8($0 == 0 ? 0 : 1) }
        let isBool = kernel.mask?.isBool ?? false
        let inputs = [x.q, x.k, x.v, x.dy, isBool ? [] : x.mask].map { $0.map { T($0) } }
        var results: [[T]] = []
        withOperands(inputs.map { Input($0, type) } + [Input(flags, .bool)]) { o in
            let mask = kernel.mask == nil ? nil : o[isBool ? 5 : 4].pointer
            let buffers = AttentionBuffers(
                q: o[0].pointer, k: o[1].pointer, v: o[2].pointer, mask: mask)
            let y = filled(x.dy.count, zero) { #expect(kernel.run(buffers, to: $0)) }
            var (dk, dv): ([T], [T]) = ([], [])
            let dq = filled(x.q.count, zero) { dq in
                dk = filled(x.k.count, zero) { dk in
                    dv = filled(x.v.count, zero) { dv in
                        let results = AttentionGradients(q: dq, k: dk, v: dv)
                        #expect(kernel.gradient(buffers, o[3].pointer, to: results))
                    }
                }
            }
            results = [y, dq, dk, dv]
        }
        return results
    }

    @Test("attention and its gradients agree with loops", arguments: AttentionCase.all)
    func attention(known: AttentionCase) {
        let numbers = AttentionNumbers(known)
        let expected = naive(known, numbers)
        let exact = attended(known, numbers, .float64, 0.0)
        for (found, wanted) in zip(exact, expected) {
            expectClose(found, wanted, atol: 1e-12, rtol: 1e-11)
        }
        withEveryBuild { _ in
            let found = sameOnThreads { attended(known, numbers, .float32, Float(0)) }
            for (found, wanted) in zip(found, expected) {
                expectClose(found, wanted, atol: 2e-5, rtol: 1e-5)
            }
        }
    }

    @Test("an interrupt ends attention")
    func interruptedAttention() {
        let known = AttentionCase(queries: 70, keys: 70, heads: 3, isCausal: false, mask: .none)
        let x = AttentionNumbers(known)
        var y = x.dy
        withOperands([x.q, x.k, x.v].map { Input($0, .float64) }) { o in
            let buffers = AttentionBuffers(
                q: o[0].pointer, k: o[1].pointer, v: o[2].pointer, mask: nil)
            #expect(!known.kernel(.float64).run(buffers, to: &y) { true })
        }
    }
}
