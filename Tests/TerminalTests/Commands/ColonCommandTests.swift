import Diagnostics
import Notebooks
import Syntax
import Testing

@testable import Terminal

@Suite("Commands of the prompt")
struct ColonCommandTests {
    @Test("each command has a name of its own, one line and documentation")
    func registry() {
        #expect(Set(ColonCommand.all.map(\.name)).count == ColonCommand.all.count)
        for command in ColonCommand.all {
            #expect(!command.summary.isEmpty && !command.summary.contains("\n"))
            #expect(!command.documentation.isEmpty)
            #expect(command.argumentHelp.isEmpty == (command.argument == nil))
        }
    }

    @Test(
        "a clear beginning is enough",
        arguments: [("q", "quit"), ("sav", "save"), ("save!", "save!"), ("s", nil), ("undo", "undo"), ("re", nil), ("run", "run"), ("", nil), ("x", nil)])
    func beginnings(text: String, name: String?) {
        #expect(ColonCommand.named(text)?.name == name)
    }

    @Test("a path may stand in quotes, an expression's own stay")
    func quotes() {
        #expect(ColonCommand.save.read("\"a b.dln\"") == "a b.dln" && ColonCommand.save.read("'a'") == "a")
        #expect(ColonCommand.save.read("\"a") == "\"a" && ColonCommand.save.read("\"") == "\"")
        #expect(ColonCommand.shape.read("\"a\"") == "\"a\"")
    }

    @Test("every word of the language has an example, which is code and holds it", arguments: Keyword.allCases)
    func keywordExamples(word: Keyword) {
        let source = SourceText(name: "example", text: word.example)
        #expect(Parser.parse(source).diagnostics.isEmpty)
        let words = word.example.split { !$0.isLetter }.map(String.init)
        #expect(words.contains(word.rawValue))
    }

    @Test("what `:save` writes is a notebook with these cells")
    func notebook() {
        let entries = [
            EntryLog.Entry(text: "let s = \"```\"", fate: .succeeded),
            EntryLog.Entry(text: "let a = 1\na.b", fate: .failed),
            EntryLog.Entry(text: "while true {}\n", fate: .interrupted),
        ]
        let text = EntryLog.notebook(entries, title: "what: \"this\"", seed: 7)
        let document = NotebookDocument(text: text, name: "n.dln")
        #expect(document.diagnostics == [])
        #expect(document.frontMatter.seed == 7 && document.frontMatter.title == "what: \"this\"")
        let texts = document.cells.map { $0.source.text.trimmed }
        #expect(texts == ["let s = \"```\"", "let a = 1\na.b", "while true {}"])
        #expect(document.cells.map(\.attributes.expectsError) == [false, true, false])
        #expect(document.cells.map(\.attributes.isSkipped) == [false, false, true])
    }

    @Test(
        "times are short and readable",
        arguments: [(2e-6, "2 µs"), (0.00125, "1.25 ms"), (3.2, "3.20 s"), (125, "2 min 05 s")])
    func times(seconds: Double, text: String) {
        #expect(ElapsedTime.text(seconds) == text)
    }
}
