/// Elements that are added in float32 before the sum goes on in float64: the error stays that of
/// some thirty additions however long the array is.
let sumBlock = 1024

/// Σ x[i] over `n` consecutive elements.
public func sumOfRow(_ x: UnsafePointer<Float>, _ n: Int) -> Double {
    if n <= sumBlock { return Double(sumRow(x, n) { $0 }) }
    var total = 0.0
    var start = 0
    while start < n {
        total += Double(sumRow(x + start, min(sumBlock, n - start)) { $0 })
        start += sumBlock
    }
    return total
}

public func maximumOfRow(_ x: UnsafePointer<Float>, _ n: Int) -> Float {
    extremeOfRow(x, n, padding: -.infinity, larger)
}

public func minimumOfRow(_ x: UnsafePointer<Float>, _ n: Int) -> Float {
    extremeOfRow(x, n, padding: .infinity, smaller)
}

/// `totals[i] += Σ_r x[r, i]` for `x: [rows, columns]`; `block` is scratch of `columns` float32.
///
/// 64 rows at a time are added in float32, four rows to a pass over `block`.
public func addColumnSums(
    _ x: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
    _ totals: UnsafeMutablePointer<Double>, _ block: UnsafeMutablePointer<Float>
) {
    var start = 0
    while start < rows {
        let end = min(rows, start + 64)
        block.update(repeating: 0, count: columns)
        var row = start
        while row + 4 <= end {
            addFourRows(x + row * columns, columns, block)
            row += 4
        }
        while row < end {
            mapRow(block, x + row * columns, block, columns) { $0 + $1 }
            row += 1
        }
        for column in 0..<columns { totals[column] += Double(block[column]) }
        start = end
    }
}

private func addFourRows(
    _ x: UnsafePointer<Float>, _ columns: Int, _ block: UnsafeMutablePointer<Float>
) {
    let x1 = x + columns
    let x2 = x1 + columns
    let x3 = x2 + columns
    var i = 0
    while i &+ 8 <= columns {
        let sum = (load(x, i) + load(x1, i)) + (load(x2, i) + load(x3, i))
        store(load(block, i) + sum, block, i)
        i &+= 8
    }
    while i < columns {
        block[i] += (x[i] + x1[i]) + (x2[i] + x3[i])
        i &+= 1
    }
}

/// `y[i] = max(y[i], x[r, i])` over the rows of `x: [rows, columns]`.
public func maximumOfColumns(
    _ x: UnsafePointer<Float>, _ rows: Int, _ columns: Int, _ y: UnsafeMutablePointer<Float>
) {
    for row in 0..<rows { mapRow(y, x + row * columns, y, columns) { larger($0, $1) } }
}

public func minimumOfColumns(
    _ x: UnsafePointer<Float>, _ rows: Int, _ columns: Int, _ y: UnsafeMutablePointer<Float>
) {
    for row in 0..<rows { mapRow(y, x + row * columns, y, columns) { smaller($0, $1) } }
}
