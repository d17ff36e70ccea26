/// Which cells of a notebook each cell depends on.
///
/// A cell depends on the last cell above it that defines a name it reads or changes, and on every cell in
/// between that changes the value of that name. Functions look names up when they run, so what a function
/// mentions counts where the function is used.
public struct NotebookGraph: Equatable, Sendable {
    /// For each cell the cells that it takes names from, by index.
    public let directAncestors: [Set<Int>]
    /// For each cell all cells whose change may change what it does.
    public let ancestors: [Set<Int>]

    /// - Parameter cells: the analyses of the cells from the top.
    public init(cells: [CellAnalysis]) {
        var direct: [Set<Int>] = []
        var all: [Set<Int>] = []
        for index in cells.indices {
            let parents = Self.parents(of: index, cells)
            direct.append(parents)
            all.append(parents.reduce(into: parents) { $0.formUnion(all[$1]) })
        }
        directAncestors = direct
        ancestors = all
    }

    private static func parents(of index: Int, _ cells: [CellAnalysis]) -> Set<Int> {
        var parents: Set<Int> = []
        let cell = cells[index]
        var pending = Array(cell.reads.union(cell.writes).union(cell.deferredReads))
        var seen = Set(pending)
        while let name = pending.popLast() {
            guard let definer = cells[..<index].lastIndex(where: { $0.defines.contains(name) })
            else { continue }
            var users = [definer]
            for other in (definer + 1)..<index where cells[other].writes.contains(name) {
                users.append(other)
            }
            parents.formUnion(users)
            for user in users {
                for deferred in cells[user].deferredReads where seen.insert(deferred).inserted {
                    pending.append(deferred)
                }
            }
        }
        return parents
    }
}
