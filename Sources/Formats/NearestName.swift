/// The known name with the fewest single-character edits from a wrong one, if they are few enough
/// to be a slip.
///
/// Diagnostics has the same for the language; Formats may not import it.
func nearest(_ name: String, in known: [String]) -> String? {
    let wrong = Array(name.lowercased().prefix(64))
    let candidates = known.map { ($0, edits(wrong, Array($0.lowercased().prefix(64)))) }
    guard let best = candidates.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }) else { return nil }
    return best.1 <= max(1, wrong.count / 3) ? best.0 : nil
}

/// Levenshtein's distance with two rows.
private func edits(_ left: [Character], _ right: [Character]) -> Int {
    var previous = Array(0...right.count)
    for (row, character) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            let change = previous[column] + (character == other ? 0 : 1)
            current.append(min(change, previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[right.count]
}
