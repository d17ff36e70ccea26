// The loops of chains: one pass over the registers for several operations.

@inline(__always)
private func map(
    _ n: Int, _ d: Register, _ a: Register, _ b: Register, _ c: Register,
    _ f: (Vector, Vector, Vector) -> Vector
) {
    var i = 0
    while i < n {
        store(f(load(a, i), load(b, i), load(c, i)), d, i)
        i &+= 8
    }
}

@inline(__always)
private func map(
    _ n: Int, _ t: Register, _ a: Register, _ b: Register, _ c: Register, _ d: Register,
    _ f: (Vector, Vector, Vector, Vector) -> Vector
) {
    var i = 0
    while i < n {
        store(f(load(a, i), load(b, i), load(c, i), load(d, i)), t, i)
        i &+= 8
    }
}

/// One chain over `n` elements, a multiple of 8, of the registers in `r`.
func executeChain(_ instruction: TileInstruction, _ r: UnsafeMutablePointer<Register>, _ n: Int) {
    let t = r[Int(instruction.destination)]
    let a = r[Int(instruction.a)]
    let b = r[Int(instruction.b)]
    let c = r[Int(instruction.c)]
    let d = r[Int(instruction.d)]
    switch instruction.chain {
    case .single: break  // `execute` takes these
    case .productPlusProduct: map(n, t, a, b, c, d) { $0 * $1 + $2 * $3 }
    case .productPlusScaledSquare: map(n, t, a, b, c, d) { $0 * $1 + $2 * ($3 * $3) }
    case .productMinusProduct: map(n, t, a, b, c, d) { $0 * $1 - $2 * $3 }
    case .minusQuotient: map(n, t, a, b, c, d) { $0 - $1 * $2 / $3 }
    case .selectGreater: map(n, t, a, b, c, d) { choose($0 .> $1, $2, $3) }
    case .rootOfProductPlus: map(n, t, a, b, c) { ($0 * $1).squareRoot() + $2 }
    case .productPlus: map(n, t, a, b, c) { $0 * $1 + $2 }
    case .productMinus: map(n, t, a, b, c) { $0 * $1 - $2 }
    case .minusProduct: map(n, t, a, b, c) { $0 - $1 * $2 }
    case .productTimes: map(n, t, a, b, c) { $0 * $1 * $2 }
    case .productOver: map(n, t, a, b, c) { $0 * $1 / $2 }
    case .sumTimes: map(n, t, a, b, c) { ($0 + $1) * $2 }
    case .differenceTimes: map(n, t, a, b, c) { ($0 - $1) * $2 }
    case .differenceOver: map(n, t, a, b, c) { ($0 - $1) / $2 }
    case .sumPlus: map(n, t, a, b, c) { $0 + $1 + $2 }
    case .logisticSlope: map(n, t, a, b, c) { $0 * ($1 * ($2 - $1)) }
    case .tangentSlope: map(n, t, a, b, c) { $0 * ($1 - $2 * $2) }
    case .rootPlus: map(n, t, a, b, a) { x, y, _ in x.squareRoot() + y }
    case .scaledSquare: map(n, t, a, b, a) { x, y, _ in x * (y * y) }
    case .squaredDifference:
        map(n, t, a, b, a) { x, y, _ in
            let difference = x - y
            return difference * difference
        }
    case .reluOfSum:
        map(n, t, a, b, a) { x, y, _ in
            let sum = x + y
            return choose(sum .< vector(0), vector(0), sum)
        }
    }
}
