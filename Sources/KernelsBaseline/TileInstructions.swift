@inline(__always)
func load(_ source: UnsafePointer<Float>, _ index: Int) -> Vector {
    UnsafeRawPointer(source + index).loadUnaligned(as: Vector.self)
}

@inline(__always)
func store(_ value: Vector, _ target: UnsafeMutablePointer<Float>, _ index: Int) {
    UnsafeMutableRawPointer(target + index).storeBytes(of: value, as: Vector.self)
}

@inline(__always)
private func map(_ n: Int, _ d: Register, _ a: Register, _ f: (Vector) -> Vector) {
    var i = 0
    while i < n {
        store(f(load(a, i)), d, i)
        i &+= 8
    }
}

@inline(__always)
private func map(
    _ n: Int, _ d: Register, _ a: Register, _ b: Register, _ f: (Vector, Vector) -> Vector
) {
    var i = 0
    while i < n {
        store(f(load(a, i), load(b, i)), d, i)
        i &+= 8
    }
}

/// A predicate as 0 and 1.
@inline(__always)
private func test(
    _ n: Int, _ d: Register, _ a: Register, _ b: Register, _ f: (Vector, Vector) -> Mask
) {
    map(n, d, a, b) { choose(f($0, $1), vector(1), vector(0)) }
}

/// One instruction over `n` elements, a multiple of 8, of the registers in `r`.
@inline(__always)
func execute(_ instruction: TileInstruction, _ r: UnsafeMutablePointer<Register>, _ n: Int) {
    if instruction.chain != .single {
        executeChain(instruction, r, n)
        return
    }
    let d = r[Int(instruction.destination)]
    let a = r[Int(instruction.a)]
    switch instruction.code.arity {
    case 1: executeUnary(instruction.code, n, d, a)
    case 2: executeBinary(instruction.code, n, d, a, r[Int(instruction.b)])
    default: executeSelect(n, d, a, r[Int(instruction.b)], r[Int(instruction.c)])
    }
}

private func executeSelect(_ n: Int, _ d: Register, _ a: Register, _ b: Register, _ c: Register) {
    var i = 0
    while i < n {
        store(choose(load(a, i) .!= vector(0), load(b, i), load(c, i)), d, i)
        i &+= 8
    }
}

private func executeUnary(_ code: ElementwiseCode, _ n: Int, _ d: Register, _ a: Register) {
    switch code {
    case .copy: map(n, d, a) { $0 }
    case .negate: map(n, d, a) { -$0 }
    case .abs: map(n, d, a) { absolute($0) }
    case .sign: map(n, d, a) { signum($0) }
    case .square: map(n, d, a) { $0 * $0 }
    case .relu: map(n, d, a) { choose($0 .< vector(0), vector(0), $0) }
    case .floor: map(n, d, a) { $0.rounded(.down) }
    case .ceil: map(n, d, a) { $0.rounded(.up) }
    case .round: map(n, d, a) { $0.rounded(.toNearestOrEven) }
    case .not: map(n, d, a) { choose($0 .== vector(0), vector(1), vector(0)) }
    case .sqrt: map(n, d, a) { $0.squareRoot() }
    case .reciprocal: map(n, d, a) { vector(1) / $0 }
    case .exp: expTile(n, d, a)
    case .expm1: expm1Tile(n, d, a)
    case .log: logTile(n, d, a)
    case .log1p: log1pTile(n, d, a)
    case .sin: sinTile(n, d, a)
    case .cos: cosTile(n, d, a)
    case .tan: tanTile(n, d, a)
    case .tanh: tanhTile(n, d, a)
    case .sigmoid: sigmoidTile(n, d, a)
    case .erf: erfTile(n, d, a)
    case .softplus: softplusTile(n, d, a)
    default: break  // not of one operand: `arity` decides who is called
    }
}

// One function for each long body: in one big function the optimiser stops inlining, and a call per
// vector costs more than the arithmetic (log: 0.9 instead of 0.4 ns per element).

@inline(never)
private func expm1Tile(_ n: Int, _ d: Register, _ a: Register) {
    map(n, d, a) { exponentialMinusOne($0) }
}

@inline(never)
private func logTile(_ n: Int, _ d: Register, _ a: Register) { map(n, d, a) { logarithm($0) } }

@inline(never)
private func log1pTile(_ n: Int, _ d: Register, _ a: Register) {
    map(n, d, a) { logarithmOfOnePlus($0) }
}

@inline(never)
private func sinTile(_ n: Int, _ d: Register, _ a: Register) { map(n, d, a) { sine($0) } }

@inline(never)
private func cosTile(_ n: Int, _ d: Register, _ a: Register) { map(n, d, a) { cosine($0) } }

@inline(never)
private func tanTile(_ n: Int, _ d: Register, _ a: Register) { map(n, d, a) { tangent($0) } }

@inline(never)
private func tanhTile(_ n: Int, _ d: Register, _ a: Register) {
    map(n, d, a) { hyperbolicTangent($0) }
}

@inline(never)
private func sigmoidTile(_ n: Int, _ d: Register, _ a: Register) {
    map(n, d, a) { logisticSigmoid($0) }
}

@inline(never)
private func erfTile(_ n: Int, _ d: Register, _ a: Register) { map(n, d, a) { errorFunction($0) } }

@inline(never)
private func softplusTile(_ n: Int, _ d: Register, _ a: Register) { map(n, d, a) { softPlus($0) } }

@inline(never)
private func expTile(_ n: Int, _ d: Register, _ a: Register) { map(n, d, a) { exponential($0) } }

private func executeBinary(
    _ code: ElementwiseCode, _ n: Int, _ d: Register, _ a: Register, _ b: Register
) {
    switch code {
    case .add: map(n, d, a, b) { $0 + $1 }
    case .subtract: map(n, d, a, b) { $0 - $1 }
    case .multiply: map(n, d, a, b) { $0 * $1 }
    case .divide: map(n, d, a, b) { $0 / $1 }
    case .power: map(n, d, a, b) { power($0, $1) }
    case .maximum: map(n, d, a, b) { larger($0, $1) }
    case .minimum: map(n, d, a, b) { smaller($0, $1) }
    case .floorDivide: map(n, d, a, b) { eachLane($0, $1, flooredQuotient) }
    case .remainder: map(n, d, a, b) { eachLane($0, $1, flooredRemainder) }
    case .equal: test(n, d, a, b) { $0 .== $1 }
    case .notEqual: test(n, d, a, b) { $0 .!= $1 }
    case .less: test(n, d, a, b) { $0 .< $1 }
    case .lessOrEqual: test(n, d, a, b) { $0 .<= $1 }
    case .greater: test(n, d, a, b) { $0 .> $1 }
    case .greaterOrEqual: test(n, d, a, b) { $0 .>= $1 }
    case .and: test(n, d, a, b) { ($0 .!= vector(0)) .& ($1 .!= vector(0)) }
    case .or: test(n, d, a, b) { ($0 .!= vector(0)) .| ($1 .!= vector(0)) }
    default: break  // not of two operands: `arity` decides who is called
    }
}

/// The larger; NaN if either is.
@inline(__always)
func larger(_ a: Vector, _ b: Vector) -> Vector {
    choose((a .> b) .| (a .!= a), a, b)
}

/// The smaller; NaN if either is.
@inline(__always)
func smaller(_ a: Vector, _ b: Vector) -> Vector {
    choose((a .< b) .| (a .!= a), a, b)
}

/// -1, 0 (of either sign) or 1; NaN stays.
@inline(__always)
private func signum(_ x: Vector) -> Vector {
    let nonzero = choose(x .< vector(0), vector(-1), choose(x .> vector(0), vector(1), x))
    return nonzero
}
