/// The word of a list that a misspelt word probably means.
func suggestion(for word: String, among words: [String]) -> String? {
    words.map { ($0, distance(word, $0)) }.filter { $0.1 <= max(1, word.count / 3) }
        .min { $0.1 < $1.1 }?.0
}

private func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a.prefix(64)), b = Array(b.prefix(64))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (x == y ? 0 : 1))
            diagonal = row[j + 1]
            row[j + 1] = next
        }
    }
    return row[b.count]
}

let reservedWords: Set<String> = [
    "let", "var", "func", "if", "else", "for", "in", "while", "break", "continue", "return",
    "assert", "try", "import", "and", "or", "not", "true", "false", "nil",
]
