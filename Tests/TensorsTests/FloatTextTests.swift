import Tensors
import Testing

@Suite struct FloatTextTests {
    @Test(
        "a Float prints as Python's repr does",
        arguments: [
            (0.0, "0.0"), (-0.0, "-0.0"), (3, "3.0"), (0.1, "0.1"), (1e-5, "1e-05"),
            (1e16, "1e+16"),
            (0.0001, "0.0001"), (1.5e-7, "1.5e-07"),
            (123_456_789_012_345_680, "1.2345678901234568e+17"),
            (1e15, "1000000000000000.0"), (9_007_199_254_740_992, "9007199254740992.0"),
            (1e22, "1e+22"),
            (1e100, "1e+100"), (-2.5, "-2.5"), (.leastNonzeroMagnitude, "5e-324"),
            (1.0 / 3, "0.3333333333333333"),
            (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"), (100, "100.0"),
            (12345.678, "12345.678"),
            (0.00012, "0.00012"), (1.7976931348623157e308, "1.7976931348623157e+308"),
        ])
    func python(_ value: Double, _ text: String) {
        #expect(pythonFloat(value) == text)
    }

    @Test("a float32 prints its own shortest digits")
    func float32() {
        #expect(pythonFloat(Float(0.1)) == "0.1")
        #expect(pythonFloat(Float(0.4312)) == "0.4312")
        #expect(pythonFloat(Float(1e-5)) == "1e-05")
        #expect(pythonFloat(Float(16_777_216)) == "16777216.0")
        #expect(pythonFloat(Float(1e20)) == "1e+20")
    }

    @Test("fixed and exponent texts round the exact binary value")
    func formats() {
        #expect(fixedText(0.125, digits: 2) == "0.12")
        #expect(fixedText(2.675, digits: 2) == "2.67")
        #expect(fixedText(-0.00004, digits: 4) == "-0.0000")
        #expect(fixedText(1e300, digits: 0).count == 301)
        #expect(fixedText(.greatestFiniteMagnitude, digits: 1000).count == 410)
        #expect(exponentText(0.000012345678, digits: 4) == "1.2346e-05")
        #expect(exponentText(-1e100, digits: 4) == "-1.0000e+100")
        #expect(exponentText(.nan, digits: 4) == "nan")
    }
}
