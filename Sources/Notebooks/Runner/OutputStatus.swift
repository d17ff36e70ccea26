/// What the stored output of a cell is worth.
public enum OutputStatus: String, Equatable, Sendable, CaseIterable {
    /// It is that of the notebook as it stands.
    case fresh
    /// The cell, one above that may matter to it, a parameter, the seed or a file has changed since then.
    case stale
    /// Nothing is stored, because it shows nothing or did not run.
    case missing
    /// It says `skip`.
    case skipped
}

extension NotebookDocument {
    /// The status of each cell.
    ///
    /// Nothing can be told of a cell without a stored output; one that was put among others makes
    /// those below it stale.
    public func outputStatus(_ keys: CellKeys) -> [(cell: Cell, status: OutputStatus)] {
        cells.map { cell in
            if cell.attributes.isSkipped { return (cell, .skipped) }
            guard let output = outputs.last(where: { $0.cellPosition == cell.position }) else {
                return (cell, .missing)
            }
            let isFresh =
                !output.hasConflict && output.key == keys[cell] && output.name == cell.fileStem
            return (cell, isFresh ? .fresh : .stale)
        }
    }

    /// The outputs of a run, to be stored. A cell that failed or did not run keeps what it has, one
    /// that shows nothing loses it.
    ///
    /// - Parameter figurePath: where a figure's file is, as seen from the notebook.
    public func outputs(
        of results: [CellResult], _ keys: CellKeys, figurePath: (CellFigure) -> String
    ) -> [Int: StoredOutput?] {
        var outputs: [Int: StoredOutput?] = [:]
        for (cell, result) in zip(cells, results) {
            guard result.status == .ran || result.status == .failedAsExpected,
                let key = keys[cell]
            else { continue }
            let text = result.storedText
            outputs[cell.position] =
                text.isEmpty && result.figures.isEmpty
                ? .some(nil)
                : StoredOutput(
                    name: cell.fileStem, key: key, text: text,
                    figures: result.figures.map(figurePath))
        }
        return outputs
    }

    /// The outputs of cells of this notebook for the cells of a newer version of it that are, with all that they
    /// depend on, the same.
    ///
    /// - Returns: what to store there, and how many cells of this notebook are not in it as they ran.
    public func transferring(
        _ outputs: [Int: StoredOutput?], _ keys: CellKeys, to newer: NotebookDocument, _ newKeys: CellKeys
    ) -> (outputs: [Int: StoredOutput?], left: Int) {
        var places: [String: Int] = [:]
        for cell in newer.cells { if let key = newKeys[cell] { places[key] = cell.position } }
        var result: [Int: StoredOutput?] = [:]
        for cell in cells {
            guard let output = outputs[cell.position], let key = keys[cell], let place = places[key] else { continue }
            result[place] = output
        }
        return (result, outputs.count - result.count)
    }
}

extension CellResult {
    /// The text that is stored in the notebook: what was shown, and the error that was expected.
    public var storedText: String {
        guard status == .failedAsExpected, let error else { return text }
        return [text, error.storedText].filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
