import Formats
import Kernels

/// A number for each Unicode code point of a text, in their order.
struct CharacterTokenizer: Tokenizer {
    static let kind = "char"
    let special: SpecialTokens
    private let characters: [Unicode.Scalar]
    private let ids: [Unicode.Scalar: Int]

    init(text: String, special: [String]) throws {
        try self.init(characters: Set(text.unicodeScalars).sorted(), special: special)
    }

    init(characters: [Unicode.Scalar], special: [String]) throws {
        let marks = try SpecialTokens(special)
        self.special = marks
        self.characters = characters
        self.ids = Dictionary(
            characters.enumerated().map { ($1, marks.count + $0) },
            uniquingKeysWith: { first, _ in first })
    }

    var tokens: [String] { special.names + characters.map { String($0) } }

    func encodePlain(_ text: Substring, into result: inout [Int]) throws {
        var work = WorkPoll()
        for scalar in text.unicodeScalars {
            if work.shouldStop { return }
            guard let id = ids[scalar] ?? special.unknown else {
                throw Failure(
                    "tokenizer.unknown",
                    "the tokenizer does not know \(Printer.quoted(String(scalar)))",
                    help: "it knows the characters of the text that made it;"
                        + " `special: [\"<unk>\"]` stands for others")
            }
            result.append(id)
        }
    }

    func decodePlain(_ ids: ArraySlice<Int>) -> String {
        var text = String.UnicodeScalarView()
        for id in ids { text.append(characters[id - special.count]) }
        return String(text)
    }

    func id(of token: String) -> Int? {
        if let id = special.id(of: token) { return id }
        let scalars = token.unicodeScalars
        return scalars.count == 1 ? scalars.first.flatMap { ids[$0] } : nil
    }

    var json: [JSON.Member] {
        [.init("characters", .string(String(String.UnicodeScalarView(characters))))]
    }
}
