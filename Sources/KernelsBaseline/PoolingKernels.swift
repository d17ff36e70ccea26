// Windows of 2 × 2 side by side: two rows of the image give one row of the result.

/// Neighbours in the even and in the odd places of 16 elements.
@inline(__always)
private func pairs(_ source: UnsafePointer<Float>) -> (first: Vector, second: Vector) {
    let both = UnsafeRawPointer(source).loadUnaligned(as: SIMD16<Float>.self)
    return (both.evenHalf, both.oddHalf)
}

@inline(__always)
private func storePairs(
    _ first: Vector, _ second: Vector, _ target: UnsafeMutablePointer<Float>
) {
    var both = SIMD16<Float>()
    both.evenHalf = first
    both.oddHalf = second
    UnsafeMutableRawPointer(target).storeBytes(of: both, as: SIMD16<Float>.self)
}

/// Where `value` is chosen over `largest`: larger, or not a number.
@inline(__always)
private func wins(_ value: Vector, _ largest: Vector) -> SIMDMask<SIMD8<Int32>> {
    (value .> largest) .| (value .!= value)
}

/// `y[j]` is the largest of `top[2j], top[2j + 1], bottom[2j], bottom[2j + 1]`.
public func maximaOfPairs(
    _ top: UnsafePointer<Float>, _ bottom: UnsafePointer<Float>, _ count: Int,
    _ y: UnsafeMutablePointer<Float>
) {
    var j = 0
    while j &+ 8 <= count {
        let (a, b) = pairs(top + 2 &* j)
        let (c, d) = pairs(bottom + 2 &* j)
        var largest = a
        largest.replace(with: b, where: wins(b, largest))
        largest.replace(with: c, where: wins(c, largest))
        largest.replace(with: d, where: wins(d, largest))
        store(largest, y, j)
        j &+= 8
    }
    while j < count {
        y[j] = largest(top + 2 &* j, bottom + 2 &* j).value
        j &+= 1
    }
}

/// The first of the largest of four, and its number.
@inline(__always)
private func largest(
    _ top: UnsafePointer<Float>, _ bottom: UnsafePointer<Float>
) -> (value: Float, place: Int) {
    var (value, place) = (top[0], 0)
    if top[1] > value || top[1] != top[1] { (value, place) = (top[1], 1) }
    if bottom[0] > value || bottom[0] != bottom[0] { (value, place) = (bottom[0], 2) }
    if bottom[1] > value || bottom[1] != bottom[1] { (value, place) = (bottom[1], 3) }
    return (value, place)
}

/// `heads[j]` where the largest of each four lies, 0 in the other three places: both rows of the
/// gradient are written whole.
public func spreadOverMaxima(
    _ top: UnsafePointer<Float>, _ bottom: UnsafePointer<Float>, _ heads: UnsafePointer<Float>,
    _ count: Int, _ topGradient: UnsafeMutablePointer<Float>,
    _ bottomGradient: UnsafeMutablePointer<Float>
) {
    let zero = vector(0)
    var j = 0
    while j &+ 8 <= count {
        let (a, b) = pairs(top + 2 &* j)
        let (c, d) = pairs(bottom + 2 &* j)
        let head = load(heads, j)
        let isB = wins(b, a)
        let ab = a.replacing(with: b, where: isB)
        let isC = wins(c, ab)
        let abc = ab.replacing(with: c, where: isC)
        let isD = wins(d, abc)
        let lower = isC .| isD
        storePairs(
            head.replacing(with: zero, where: isB .| lower),
            zero.replacing(with: head, where: isB .& .!lower), topGradient + 2 &* j)
        storePairs(
            zero.replacing(with: head, where: isC .& .!isD),
            zero.replacing(with: head, where: isD), bottomGradient + 2 &* j)
        j &+= 8
    }
    while j < count {
        let place = largest(top + 2 &* j, bottom + 2 &* j).place
        topGradient[2 &* j] = place == 0 ? heads[j] : 0
        topGradient[2 &* j &+ 1] = place == 1 ? heads[j] : 0
        bottomGradient[2 &* j] = place == 2 ? heads[j] : 0
        bottomGradient[2 &* j &+ 1] = place == 3 ? heads[j] : 0
        j &+= 1
    }
}

/// `y[j]` is the mean of the four.
public func meansOfPairs(
    _ top: UnsafePointer<Float>, _ bottom: UnsafePointer<Float>, _ count: Int,
    _ y: UnsafeMutablePointer<Float>
) {
    var j = 0
    while j &+ 8 <= count {
        let (a, b) = pairs(top + 2 &* j)
        let (c, d) = pairs(bottom + 2 &* j)
        store(vector(0.25) * ((a + b) + (c + d)), y, j)
        j &+= 8
    }
    while j < count {
        let (upper, lower) = (top + 2 &* j, bottom + 2 &* j)
        y[j] = 0.25 * ((upper[0] + upper[1]) + (lower[0] + lower[1]))
        j &+= 1
    }
}

/// A quarter of `heads[j]` in all four places.
public func spreadOverPairs(
    _ heads: UnsafePointer<Float>, _ count: Int, _ topGradient: UnsafeMutablePointer<Float>,
    _ bottomGradient: UnsafeMutablePointer<Float>
) {
    var j = 0
    while j &+ 8 <= count {
        let head = vector(0.25) * load(heads, j)
        storePairs(head, head, topGradient + 2 &* j)
        storePairs(head, head, bottomGradient + 2 &* j)
        j &+= 8
    }
    while j < count {
        let head = 0.25 * heads[j]
        for place in 0..<2 {
            topGradient[2 &* j &+ place] = head
            bottomGradient[2 &* j &+ place] = head
        }
        j &+= 1
    }
}
