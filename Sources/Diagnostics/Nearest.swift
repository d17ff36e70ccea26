/// The candidate that `name` was probably meant to be, or `nil` if none is close enough.
///
/// Close is few edits (insert, delete, replace, swap two neighbours) for the length of the name:
/// one up to six characters, two up to eight, three beyond; a difference in case counts for a
/// quarter of an edit. In a short name another first letter makes another word (`set`, `get`), in
/// one of two any other letter. Of equally close candidates the one wins whose first letter has
/// the case of the name's, then the one of the name's length, then the first in the alphabet: the
/// order of the candidates, which may be a set's, decides nothing.
/// - Source: the restricted Damerau–Levenshtein distance ("optimal string alignment").
/// - Complexity: O(candidates · length²).
public func nearest(_ name: String, in candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.unicodeScalars)
    guard let initial = wanted.first, wanted.count <= longestName else { return nil }
    var best: Closeness?
    for candidate in candidates where candidate != name {
        let other = Array(candidate.unicodeScalars)
        let limit = allowance(min(wanted.count, other.count))
        let difference = abs(other.count - wanted.count)
        guard let first = other.first, difference * EditCost.edit <= limit else { continue }
        let distance = editDistance(wanted, other)
        guard distance <= limit else { continue }
        if limit <= EditCost.edit, difference == 0, isAnotherWord(wanted, other) { continue }
        let hasOtherCase = initial.properties.isUppercase != first.properties.isUppercase
        let found = Closeness(
            distance: distance, case: hasOtherCase ? 1 : 0, difference: difference,
            candidate: candidate)
        if best.map({ found.precedes($0) }) ?? true { best = found }
    }
    return best?.candidate
}

/// How close a candidate is, in the order in which it counts.
private struct Closeness {
    let distance: Int
    let `case`: Int
    let difference: Int
    let candidate: String

    func precedes(_ other: Closeness) -> Bool {
        (distance, self.case, difference, candidate)
            < (other.distance, other.case, other.difference, other.candidate)
    }
}

/// Whether short names differ in their first letter, or in one of two letters.
private func isAnotherWord(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Bool {
    let changed = left.indices.filter { replacementCost(left[$0], right[$0]) == EditCost.edit }
    return changed.count == 1 && (changed[0] == 0 || left.count <= 2)
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
    case 2...6: EditCost.edit
    case 7...8: 2 * EditCost.edit
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
