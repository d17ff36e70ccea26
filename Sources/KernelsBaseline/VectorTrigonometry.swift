import Glibc

/// Beyond this the three-part reduction by π/2 loses accuracy; such lanes go through libm.
private let largestReducible: Float = 8192

/// sin x (`quarter` 0) or cos x (`quarter` 1) for |x| <= 8192; absolute error <= 1e-7, <= 2 ulp
/// away from the zeros.
@inline(__always)
private func reducedSine(_ x: Vector, quarter: Int32) -> Vector {
    let shifted = multiplyAdd(x, 0.636619747, roundingMagic)
    let n = shifted - vector(roundingMagic)
    // π/2 in three parts, the first two of 11 bits, so that their products with n are exact.
    var r = multiplyAdd(n, vector(-1.5703125), x)
    r = multiplyAdd(n, vector(-0.0004837512969970703), r)
    r = multiplyAdd(n, vector(-7.549790126404332e-08), r)
    let z = r * r
    var s = multiplyAdd(z, 2.83307281e-6, -0.000198530921)
    s = multiplyAdd(s, z, 0.0083333794)
    s = multiplyAdd(s, z, -0.166666672)
    let sine = multiplyAdd(s, z * r, r)
    var c = multiplyAdd(z, -2.88812458e-7, 2.48220222e-5)
    c = multiplyAdd(c, z, -0.001388898)
    c = multiplyAdd(c, z, 0.0416666679)
    let cosine = multiplyAdd(c, z * z, multiplyAdd(z, -0.5, 1))
    let quadrant = bits(shifted) &+ Bits(repeating: quarter)
    let isCosine = (quadrant & Bits(repeating: 1)) .!= Bits(repeating: 0)
    let sign = (quadrant & Bits(repeating: 2)) &<< Bits(repeating: 30)
    return number(bits(choose(isCosine, cosine, sine)) ^ sign)
}

@inline(__always)
private func isReducible(_ x: Vector) -> Bool {
    !anyLane(.!(absolute(x) .<= vector(largestReducible)))
}

@inline(__always)
func sine(_ x: Vector) -> Vector {
    let result = choose(x .== vector(0), x, reducedSine(x, quarter: 0))
    return isReducible(x) ? result : replaceUnreducible(x, result, sinf)
}

@inline(__always)
func cosine(_ x: Vector) -> Vector {
    let result = reducedSine(x, quarter: 1)
    return isReducible(x) ? result : replaceUnreducible(x, result, cosf)
}

/// Large lanes, infinities and NaN, one by one; the others keep what the fast path found, so that a
/// lane does not depend on its neighbours.
@inline(never)
private func replaceUnreducible(
    _ x: Vector, _ result: Vector, _ function: (Float) -> Float
) -> Vector {
    var replaced = result
    for lane in 0..<8 where !(x[lane].magnitude <= largestReducible) {
        replaced[lane] = function(x[lane])
    }
    return replaced
}

/// tan x lane by lane: rare enough to be left to libm.
func tangent(_ x: Vector) -> Vector { eachLane(x, tanf) }

@inline(__always)
func eachLane(_ x: Vector, _ function: (Float) -> Float) -> Vector {
    var result = x
    for lane in 0..<8 { result[lane] = function(x[lane]) }
    return result
}

@inline(__always)
func eachLane(_ x: Vector, _ y: Vector, _ function: (Float, Float) -> Float) -> Vector {
    var result = x
    for lane in 0..<8 { result[lane] = function(x[lane], y[lane]) }
    return result
}

func power(_ x: Vector, _ y: Vector) -> Vector { eachLane(x, y, powf) }

/// The remainder of Python: it has the sign of `y`, and x = y·floor(x / y) + remainder.
func flooredRemainder(_ x: Float, _ y: Float) -> Float {
    let remainder = x.truncatingRemainder(dividingBy: y)
    if remainder == 0 { return Float(signOf: y, magnitudeOf: 0) }
    return (remainder < 0) == (y < 0) ? remainder : remainder + y
}

/// floor(x / y), of the exact quotient: float64 holds enough of it.
func flooredQuotient(_ x: Float, _ y: Float) -> Float {
    if y == 0 || !x.isFinite { return (x / y).rounded(.down) }
    // Beside infinity: 0, or -1 where the signs differ.
    if y.isInfinite, x != 0, (x < 0) != (y < 0) { return -1 }
    let floored = Float((Double(x) / Double(y)).rounded(.down))
    return floored == 0 ? Float(signOf: x / y, magnitudeOf: 0) : floored
}
