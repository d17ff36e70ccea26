import Glibc

// The loops of a recurrent layer in float64, plain; `KernelsBaseline/RecurrentForward.swift` and
// `RecurrentBackward.swift` have the formulas and the order of rows.

private typealias Rows = UnsafePointer<UnsafeMutablePointer<Double>>

extension RecurrentElement<Double> {
    static func float64(_ cell: Recurrence.Cell) -> RecurrentElement {
        RecurrentElement(
            pack: packStrips, product: packedProduct,
            forward: { rows, n in
                switch cell {
                case .plain: plainForward(rows, n)
                case .lstm: lstmForward(rows, n)
                case .gru: gruForward(rows, n)
                }
            },
            backward: { rows, n in
                switch cell {
                case .plain: plainBackward(rows, n)
                case .lstm: lstmBackward(rows, n)
                case .gru: gruBackward(rows, n)
                }
            })
    }
}

private func sigmoid(_ x: Double) -> Double {
    let e = exp(-abs(x))
    return (x < 0 ? e : 1) / (1 + e)
}

private func packStrips(
    _ b: UnsafeMutablePointer<Double>, _ n: Int, _ k: Int, _ bRow: Int, _ bColumn: Int,
    _ strips: UnsafeMutablePointer<Double>
) {
    for column in stride(from: 0, to: n, by: 16) {
        for l in 0..<k {
            for j in 0..<16 {
                strips[column * k + l * 16 + j] =
                    column + j < n ? b[l * bRow + (column + j) * bColumn] : 0
            }
        }
    }
}

private func packedProduct(
    _ a: UnsafeMutablePointer<Double>, _ strips: UnsafeMutablePointer<Double>,
    _ c: UnsafeMutablePointer<Double>, _ shape: UnsafePointer<Int>, _ adds: Bool
) {
    let (m, n, k, aRow, cRow) = (shape[0], shape[1], shape[2], shape[3], shape[4])
    for row in 0..<m {
        for column in stride(from: 0, to: n, by: 16) {
            let target = c + row * cRow + column
            if !adds { target.update(repeating: 0, count: 16) }
            for l in 0..<k {
                let left = a[row * aRow + l]
                let strip = strips + column * k + l * 16
                for j in 0..<16 { target[j] += left * strip[j] }
            }
        }
    }
}

private func plainForward(_ rows: Rows, _ n: Int) {
    for i in 0..<n {
        let value = tanh(rows[0][i] + (rows[1][i] + rows[2][i]))
        rows[3][i] = value
        rows[4][i] = value
    }
}

private func lstmForward(_ rows: Rows, _ n: Int) {
    let (c, gates) = (rows[5], rows[6])
    for i in 0..<n {
        func sum(_ gate: Int) -> Double {
            let j = gate * n + i
            return rows[0][j] + (rows[1][j] + rows[2][j])
        }
        let (input, forget) = (sigmoid(sum(0)), sigmoid(sum(1)))
        let (candidate, output) = (tanh(sum(2)), sigmoid(sum(3)))
        gates[i] = input
        gates[n + i] = forget
        gates[2 * n + i] = candidate
        gates[3 * n + i] = output
        rows[7][i] = c[i]
        c[i] = forget * c[i] + input * candidate
        rows[8][i] = tanh(c[i])
        rows[3][i] = output * rows[8][i]
        rows[4][i] = rows[3][i]
    }
}

private func gruForward(_ rows: Rows, _ n: Int) {
    let (x, a, b, h, gates) = (rows[0], rows[1], rows[2], rows[3], rows[6])
    for i in 0..<n {
        let j = 2 * n + i
        let reset = sigmoid(x[i] + (a[i] + b[i]))
        let update = sigmoid(x[n + i] + (a[n + i] + b[n + i]))
        let inner = a[j] + rows[5][i]
        let candidate = tanh((x[j] + b[j]) + reset * inner)
        gates[i] = reset
        gates[n + i] = update
        gates[j] = candidate
        rows[7][i] = inner
        h[i] = (1 - update) * candidate + update * h[i]
        rows[4][i] = h[i]
    }
}

private func plainBackward(_ rows: Rows, _ n: Int) {
    for i in 0..<n {
        let g = rows[0][i] + rows[1][i]
        rows[2][i] = g * (1 - rows[3][i] * rows[3][i])
        rows[1][i] = 0
    }
}

private func lstmBackward(_ rows: Rows, _ n: Int) {
    let (dx, dc, gates, after) = (rows[2], rows[3], rows[4], rows[6])
    for i in 0..<n {
        let g = rows[0][i] + rows[1][i]
        let (input, forget) = (gates[i], gates[n + i])
        let (candidate, output) = (gates[2 * n + i], gates[3 * n + i])
        let e = dc[i] + g * output * (1 - after[i] * after[i])
        dx[i] = e * candidate * (input * (1 - input))
        dx[n + i] = e * rows[5][i] * (forget * (1 - forget))
        dx[2 * n + i] = e * input * (1 - candidate * candidate)
        dx[3 * n + i] = g * after[i] * (output * (1 - output))
        dc[i] = e * forget
        rows[1][i] = 0
    }
}

private func gruBackward(_ rows: Rows, _ n: Int) {
    let (dx, da, gates) = (rows[2], rows[3], rows[4])
    for i in 0..<n {
        let g = rows[0][i] + rows[1][i]
        let (reset, update, candidate) = (gates[i], gates[n + i], gates[2 * n + i])
        let dn = g * (1 - update) * (1 - candidate * candidate)
        dx[2 * n + i] = dn
        da[2 * n + i] = dn * reset
        dx[i] = dn * rows[5][i] * (reset * (1 - reset))
        da[i] = dx[i]
        dx[n + i] = g * (rows[6][i] - candidate) * (update * (1 - update))
        da[n + i] = dx[n + i]
        rows[1][i] = g * update
    }
}
