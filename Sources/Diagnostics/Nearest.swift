/// The candidate that `name` was probably meant to be, or `nil` if none is close enough.
///
/// Close is few edits (insert, delete, replace, swap two neighbours) for the length of the name:
/// one up to four characters, two up to eight, three beyond; a difference in case counts for a
/// quarter of an edit. Of equally close candidates the first wins.
/// - Source: the restricted Damerau–Levenshtein distance ("optimal string alignment").
/// - Complexity: O(candidates · length²).
public func nearest(_ name: String, in candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.unicodeScalars)
    guard !wanted.isEmpty, wanted.count <= longestName else { return nil }
    var best: (distance: Int, candidate: String)?
    for candidate in candidates where candidate != name {
        let other = Array(candidate.unicodeScalars)
        let limit = allowance(min(wanted.count, other.count))
        guard abs(other.count - wanted.count) * EditCost.edit <= limit else { continue }
        let distance = editDistance(wanted, other)
        if distance <= limit, distance < best?.distance ?? .max {
            best = (distance, candidate)
        }
    }
    return best?.candidate
}

/// Longer names are nobody's typing mistake; it keeps the square of the length small.
private let longestName = 80

private enum EditCost {
    static let edit = 4
    static let changeOfCase = 1
}

/// The greatest distance at which a name of this length is taken for a misspelling.
private func allowance(_ length: Int) -> Int {
    switch length {
    case ...1: EditCost.changeOfCase
    case 2...4: EditCost.edit
    case 5...8: 2 * EditCost.edit
    default: 3 * EditCost.edit
    }
}

private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    let edit = EditCost.edit
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count).map { $0 * edit }
    for i in left.indices {
        var row = [(i + 1) * edit]
        for j in right.indices {
            var cost = min(
                previous[j] + replacementCost(left[i], right[j]),
                previous[j + 1] + edit,
                row[j] + edit)
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                cost = min(cost, beforePrevious[j - 1] + edit)
            }
            row.append(cost)
        }
        beforePrevious = previous
        previous = row
    }
    return previous[right.count]
}

private func replacementCost(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Int {
    if left == right { return 0 }
    let isChangeOfCase = left.properties.lowercaseMapping == right.properties.lowercaseMapping
    return isChangeOfCase ? EditCost.changeOfCase : EditCost.edit
}
