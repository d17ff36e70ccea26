#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// The few elementary functions that drawing needs, so that one file names the C library.

func decimalLogarithm(_ x: Double) -> Double { log10(x) }

func naturalLogarithm(_ x: Double) -> Double { log(x) }

func exponential(_ x: Double) -> Double { exp(x) }

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

func cosine(_ x: Double) -> Double { cos(x) }

func sine(_ x: Double) -> Double { sin(x) }

func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }

func cubeRoot(_ x: Double) -> Double { cbrt(x) }

/// 10 to an integer power, exact where a Double can be.
func powerOfTen(_ exponent: Int) -> Double { pow(10, Double(exponent)) }

/// `Int(x)` for any Double: nan gives 0, values out of range the nearest bound.
func clampedInt(_ x: Double, _ range: ClosedRange<Int> = -1_000_000_000...1_000_000_000) -> Int {
    guard !x.isNaN else { return min(max(0, range.lowerBound), range.upperBound) }
    if x <= Double(range.lowerBound) { return range.lowerBound }
    if x >= Double(range.upperBound) { return range.upperBound }
    return Int(x)
}

/// Magnitudes above this are treated as infinite, so that the width of a range never overflows.
let largestMagnitude = 1e300

extension Double {
    /// Finite, and small enough that sums and differences stay finite.
    var isDrawable: Bool { magnitude <= largestMagnitude }
}
