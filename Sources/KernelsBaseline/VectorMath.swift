// Elementary functions on eight float32 at a time.
//
// Goals in order: right at ±inf, NaN, ±0 and the ends of the range; the stated error; speed. Every
// lane is computed by the same instructions wherever it stands, so a value does not depend on its
// neighbours.
//
// The polynomials are minimax fits (Lawson iteration on Chebyshev nodes in 40 digits, coefficients
// rounded to float32 one after the other from the constant term up, the rest refitted each time).
// The errors are those found by `Tests/KernelsTests/VectorMathTests.swift` against float64, in
// units in the last place. Lookup tables were rejected (gathers are slow on the baseline); rational
// approximations too (a division costs as much as the degrees it saves).

typealias Vector = SIMD8<Float>
typealias Bits = SIMD8<Int32>
typealias Mask = SIMDMask<SIMD8<Int32>>

@inline(__always)
func vector(_ value: Float) -> Vector { Vector(repeating: value) }

/// `a * b + c`: in one rounding where the build has the instruction, else in two.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    #if FMA
        c.addingProduct(a, b)
    #else
        a * b + c
    #endif
}

@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Float, _ c: Float) -> Vector {
    multiplyAdd(a, vector(b), vector(c))
}

@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Float) -> Vector { multiplyAdd(a, b, vector(c)) }

@inline(__always)
func choose(_ mask: Mask, _ a: Vector, _ b: Vector) -> Vector { b.replacing(with: a, where: mask) }

@inline(__always)
func bits(_ value: Vector) -> Bits { unsafeBitCast(value, to: Bits.self) }

@inline(__always)
func number(_ value: Bits) -> Vector { unsafeBitCast(value, to: Vector.self) }

@inline(__always)
func absolute(_ x: Vector) -> Vector { number(bits(x) & Bits(repeating: Int32.max)) }

/// `magnitude`, which is not negative, with the sign of `x`.
@inline(__always)
func withSign(of x: Vector, _ magnitude: Vector) -> Vector {
    number(bits(magnitude) | (bits(x) & Bits(repeating: Int32.min)))
}

/// 2^n as a float for -126 <= n <= 127.
@inline(__always)
func powerOfTwo(_ n: Bits) -> Vector {
    number((n &+ Bits(repeating: 127)) &<< Bits(repeating: 23))
}

/// The integers as floats, rounded to nearest, for 0 <= n < 2^31.
///
/// `Vector(n)` may be compiled as a call; two halves of 19 and 12 bits as mantissas of numbers of
/// known exponent (2^23) are exact, and so is the first product.
@inline(__always)
func converted(_ n: Bits) -> Vector {
    let base = Bits(repeating: 0x4b00_0000)
    let high = number((n &>> Bits(repeating: 12)) | base) - vector(8_388_608)
    let low = number((n & Bits(repeating: 4095)) | base) - vector(8_388_608)
    return multiplyAdd(high, vector(4096), low)
}

/// Whether any lane of the mask is set. (`any(mask)` of the library is a generic call.)
@inline(__always)
func anyLane(_ mask: Mask) -> Bool {
    let lanes = bits(choose(mask, vector(1), vector(0)))
    let four = lanes.lowHalf | lanes.highHalf
    let two = four.lowHalf | four.highHalf
    return two[0] | two[1] != 0
}

/// Adding and subtracting it rounds |x| < 2^22 to the nearest integer, which stands in the low bits
/// of the sum.
@inline(__always)
var roundingMagic: Float { 12_582_912 }

/// `x` split as n·ln 2 + r with |r| <= ln 2 / 2: n (in the low bits of `shifted`) and r.
@inline(__always)
private func reduceByLog2(_ x: Vector) -> (shifted: Vector, n: Vector, r: Vector) {
    let shifted = multiplyAdd(x, 1.44269502, roundingMagic)
    let n = shifted - vector(roundingMagic)
    // ln 2 = 0.693359375 - 2.12194442e-4; the first has 10 bits, so n times it is exact.
    let high = multiplyAdd(n, vector(-0.693359375), x)
    return (shifted, n, multiplyAdd(n, vector(2.12194442e-4), high))
}

/// (e^r - 1 - r) / r² for |r| <= ln 2 / 2, relative error of e^r 3e-9.
@inline(__always)
private func exponentialTail(_ r: Vector) -> Vector {
    var p = multiplyAdd(r, 0.00138213555, 0.00836866908)
    p = multiplyAdd(p, r, 0.0416682586)
    p = multiplyAdd(p, r, 0.166665211)
    return multiplyAdd(p, r, 0.49999994)
}

/// e^x; error <= 1.2 ulp. The power of two is applied in halves, so the ends overflow and become
/// denormal as they should.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
    var clamped = choose(x .< vector(-104), vector(-104), x)
    clamped = choose(clamped .> vector(89), vector(89), clamped)
    let (shifted, _, r) = reduceByLog2(clamped)
    let p = multiplyAdd(exponentialTail(r), r * r, r + vector(1))
    let n = bits(shifted) &- bits(vector(roundingMagic))
    let half = n &>> Bits(repeating: 1)
    return p * powerOfTwo(half) * powerOfTwo(n &- half)
}

/// e^x - 1 without cancellation near 0; error <= 2 ulp.
@inline(__always)
func exponentialMinusOne(_ x: Vector) -> Vector {
    var clamped = choose(x .< vector(-40), vector(-40), x)
    clamped = choose(clamped .> vector(40), vector(40), clamped)
    let (shifted, _, r) = reduceByLog2(clamped)
    let p = multiplyAdd(exponentialTail(r), r * r, r)
    let scale = powerOfTwo(bits(shifted) &- bits(vector(roundingMagic)))
    let small = multiplyAdd(p, scale, scale - vector(1))
    // The sum above would lose the sign of -0.
    let kept = choose(x .== vector(0), x, small)
    return choose(x .> vector(40), exponential(x), kept)
}

/// ln x for x > 0; -inf at 0, NaN below, inf at inf; error <= 1 ulp.
@inline(__always)
func logarithm(_ x: Vector) -> Vector {
    // Denormals are brought into the normal range first.
    let isDenormal = x .< vector(.leastNormalMagnitude)
    let scaled = choose(isDenormal, x * vector(33_554_432), x)
    // m in [√½, √2) and x = 2^e · m: the mantissa is compared with that of √½.
    let offset = bits(scaled) &- bits(vector(0.70710677))
    let exponent = offset &>> Bits(repeating: 23)
    let m = number((offset & Bits(repeating: 0x007f_ffff)) &+ bits(vector(0.70710677)))
    let e =
        (number(exponent &+ bits(vector(roundingMagic))) - vector(roundingMagic))
        - choose(isDenormal, vector(25), vector(0))
    let f = m - vector(1)
    let square = f * f
    let tail = logarithmTail(f) * (square * f)
    // ln(1 + f) = f - f²/2 + f³·Q(f), with e·ln 2 in two parts around it, small ones first.
    var low = multiplyAdd(e, vector(-2.12194442e-4), tail)
    low = multiplyAdd(square, vector(-0.5), low)
    let result = multiplyAdd(e, vector(0.693359375), f + low)
    let finite = choose(x .< vector(.infinity), result, x)
    let positive = choose(x .== vector(0), vector(-.infinity), finite)
    return choose(x .< vector(0), vector(.nan), positive)
}

/// (ln(1 + f) - f + f²/2) / f³ on [√½ - 1, √2 - 1].
@inline(__always)
private func logarithmTail(_ f: Vector) -> Vector {
    var q = multiplyAdd(f, 0.0675095543, -0.116714507)
    q = multiplyAdd(q, f, 0.118835688)
    q = multiplyAdd(q, f, -0.124060318)
    q = multiplyAdd(q, f, 0.142203271)
    q = multiplyAdd(q, f, -0.166679963)
    q = multiplyAdd(q, f, 0.20002073)
    q = multiplyAdd(q, f, -0.250000089)
    return multiplyAdd(q, f, 0.333333135)
}

/// ln(1 + x) without cancellation near 0; error <= 2 ulp.
@inline(__always)
func logarithmOfOnePlus(_ x: Vector) -> Vector {
    // With u = 1 + x rounded, ln(1 + x) = ln u + (x - (u - 1)) / u to first order.
    let u = vector(1) + x
    let correction = (x - (u - vector(1))) / u
    let isRegular = (u .> vector(0)) .& (u .< vector(.infinity))
    let result = logarithm(u) + choose(isRegular, correction, vector(0))
    return choose(x .== vector(0), x, result)
}

/// tanh x; error <= 2 ulp.
@inline(__always)
func hyperbolicTangent(_ x: Vector) -> Vector {
    let z = absolute(x)
    let s = x * x
    // Odd polynomial below 0.625, where 1 - 2/(e^2z + 1) would cancel.
    var t = multiplyAdd(s, -0.00569581287, 0.0206308253)
    t = multiplyAdd(t, s, -0.0537371412)
    t = multiplyAdd(t, s, 0.133314103)
    t = multiplyAdd(t, s, -0.333332807)
    let small = multiplyAdd(t, s * z, z)
    let large = vector(1) - vector(2) / (exponential(z + z) + vector(1))
    return withSign(of: x, choose(z .< vector(0.625), small, large))
}

/// 1 / (1 + e^-x); error <= 3 ulp, denormal where it should be.
@inline(__always)
func logisticSigmoid(_ x: Vector) -> Vector {
    let e = exponential(-absolute(x))
    return choose(x .< vector(0), e, vector(1)) / (vector(1) + e)
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|); error <= 2 ulp.
@inline(__always)
func softPlus(_ x: Vector) -> Vector {
    choose(x .< vector(0), vector(0), x) + logarithmOfOnePlus(exponential(-absolute(x)))
}

/// The error function; error <= 2 ulp.
@inline(__always)
func errorFunction(_ x: Vector) -> Vector {
    let s = x * x
    var p = multiplyAdd(s, -0.000595958962, 0.00498735299)
    p = multiplyAdd(p, s, -0.0267629661)
    p = multiplyAdd(p, s, 0.11281731)
    p = multiplyAdd(p, s, -0.376124889)
    p = multiplyAdd(p, s, 0.128379151)
    let small = multiplyAdd(p, x, x)
    // 1 - e^-R(t) above 0.92 with R(t) = t + t·q(t); from 4 on the result is 1.
    let magnitude = absolute(x)
    let t = choose(magnitude .> vector(4), vector(4), magnitude)
    var q = multiplyAdd(t, -0.000213988358, 0.00321497885)
    q = multiplyAdd(q, t, -0.022890022)
    q = multiplyAdd(q, t, 0.105261907)
    q = multiplyAdd(q, t, 0.635718286)
    q = multiplyAdd(q, t, 0.128514364)
    let large = vector(1) - exponential(-multiplyAdd(q, t, t))
    return choose(magnitude .< vector(0.92), small, withSign(of: x, large))
}
