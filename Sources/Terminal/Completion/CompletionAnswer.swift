/// What Tab offers.
struct CompletionAnswer: Sendable, Equatable {
    /// How the word before the cursor is delimited.
    enum Words: Sendable { case names, paths, bare }

    var candidates: [String]
    var words = Words.names
    /// What follows a single match.
    var suffix: UInt8?
    var arePaths = false

    static let nothing = CompletionAnswer(candidates: [])
}
