import Glibc
import Kernels
import Testing

extension KernelsTests {
    @Test(
        "Fourier transforms are the sums that define them",
        arguments: [1, 2, 3, 4, 5, 7, 8, 12, 16, 31, 60, 64, 100, 127, 128, 400, 1000])
    func fourier(length: Int) {
        var generator = TestGenerator(51)
        let signal = generator.doubles(2 * length)
        let transform = FourierTransform(length: length)
        var scratch = [Double](repeating: .nan, count: transform.scratchCount)
        scratch.replaceSubrange(0..<2 * length, with: signal)
        transform.run(&scratch)
        var expected: [Double] = []
        for k in 0..<length {
            var (real, imaginary) = (0.0, 0.0)
            for n in 0..<length {
                let angle = -2 * Double.pi * Double(n * k % length) / Double(length)
                let (c, s) = (cos(angle), sin(angle))
                real += signal[2 * n] * c - signal[2 * n + 1] * s
                imaginary += signal[2 * n] * s + signal[2 * n + 1] * c
            }
            expected += [real, imaginary]
        }
        expectClose(Array(scratch[..<(2 * length)]), expected, atol: 1e-11, rtol: 1e-12)
    }
}
