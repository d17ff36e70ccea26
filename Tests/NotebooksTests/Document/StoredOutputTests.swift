import Diagnostics
import Notebooks
import Testing

@Suite("Stored outputs and edits")
struct StoredOutputTests {
    private let plain = "# A\n\n```dl {#a}\nprint(1)\n```\n\ntext\n\n```dl\n2\n```\n"

    private func document(_ text: String) -> NotebookDocument {
        NotebookDocument(text: text, name: "n.dln")
    }

    private func text(_ document: NotebookDocument) -> String {
        String(decoding: document.bytes, as: UTF8.self)
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        let first = StoredOutput(name: "a", key: "5f3a", text: "1", figures: ["figures/n/a.png"])
        let second = StoredOutput(name: "cell-02", key: "77", text: "```\n<!-- dln:end -->\n")
        let written = document(plain).storingOutputs([1: first, 2: second])
        #expect(written.outputs.map(\.name) == ["a", "cell-02"])
        #expect(written.outputs.map(\.key) == ["5f3a", "77"])
        #expect(written.outputs.map(\.text) == ["1", "```\n<!-- dln:end -->\n"])
        #expect(written.outputs.map(\.cellPosition) == [1, 2])
        #expect(written.outputs.first?.figures == ["figures/n/a.png"])
        #expect(written.cells.map(\.source.text) == ["print(1)", "2"])
        #expect(text(written.removingOutputs()) == plain)
        #expect(text(written.storingOutputs([1: first, 2: second])) == text(written))
        #expect(text(written.storingOutputs([1: nil])).contains("dln:out a") == false)
        #expect(text(written.storingOutputs([1: nil])).contains("dln:out cell-02"))
    }

    @Test("storing and removing outputs gives back the same bytes", arguments: 0..<150)
    func roundTripAnything(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let clean = NotebookDocument(bytes: generator.notebook(), name: "n.dln").removingOutputs()
        // Removing an output may join what stood around it to another one.
        guard clean.outputs.isEmpty, clean.bytes.last == 0x0a else { return }
        let output = StoredOutput(name: "a", key: "k", text: "x\n````\ny", figures: ["f.png"])
        let outputs = Dictionary(uniqueKeysWithValues: clean.cells.map { ($0.position, output) })
        let written = clean.storingOutputs(outputs)
        let closed = clean.cells.filter(\.isClosed).count
        #expect(written.outputs.count == closed, "seed \(seed)")
        #expect(written.outputs.allSatisfy { $0.text == output.text }, "seed \(seed)")
        #expect(written.cells.map(\.source.text) == clean.cells.map(\.source.text), "seed \(seed)")
        #expect(written.removingOutputs().bytes == clean.bytes, "seed \(seed)")
    }

    @Test("a name or key cannot end the comment")
    func injection() {
        let output = StoredOutput(name: "a --> b", key: "--><x>", text: "")
        let written = document(plain).storingOutputs([1: output])
        #expect(written.outputs.count == 1)
        #expect(text(written.removingOutputs()) == plain)
    }

    @Test("Windows line ends are kept")
    func windows() {
        let text = "```dl\r\n1\r\n```\r\n"
        let written = document(text).storingOutputs([
            1: StoredOutput(name: "x", key: "k", text: "1")
        ])
        #expect(!self.text(written).replacing("\r\n", with: "").contains("\n"))
        #expect(written.outputs.first?.text == "1")
    }

    static let conflicts: [(what: String, text: String, output: String)] = [
        (
            "inside the text",
            "```dl\n1\n```\n<!-- dln:out a k -->\n```text\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> b\n"
                + "```\n<!-- dln:end -->\nmore\n", "more\n"
        ),
        (
            "in the key",
            "```dl\n1\n```\n<<<<<<< HEAD\n<!-- dln:out a k1 -->\n=======\n<!-- dln:out a k2 -->\n"
                + ">>>>>>> b\n```text\n1\n```\n<!-- dln:end -->\nmore\n", "more\n"
        ),
        (
            "around both",
            "```dl\n1\n```\n<<<<<<< HEAD\n<!-- dln:out a k1 -->\n"
                + "```text\n1\n```\n<!-- dln:end -->\n"
                + "=======\n<!-- dln:out a k2 -->\n```text\n2\n```\n<!-- dln:end -->\n>>>>>>> b\n"
                + "more\n", "more\n"
        ),
    ]

    @Test("a merge conflict in an output is one output", arguments: conflicts)
    func conflict(_ example: (what: String, text: String, output: String)) {
        let document = document(example.text)
        #expect(document.outputs.count == 1)
        #expect(document.outputs.first?.hasConflict == true)
        #expect(document.diagnostics.isEmpty)
        #expect(text(document.removingOutputs()) == "```dl\n1\n```\n" + example.output)
    }

    @Test(
        "an output without an end is prose and is reported",
        arguments: [
            "```dl\n1\n```\n<!-- dln:out a k -->\ntext\n",
            "```dl\n1\n```\n<!-- dln:out a k -->\n\n```dl\n2\n```\n<!-- dln:end -->\n",
        ])
    func unclosed(text: String) {
        let document = document(text)
        #expect(document.outputs.isEmpty)
        #expect(document.diagnostics.map(\.id) == ["notebook.unclosed-output"])
        #expect(self.text(document.removingOutputs()) == text)
    }

    @Test("a comment in a code block is no output")
    func shown() {
        let text = "````md\n<!-- dln:out a k -->\n<!-- dln:end -->\n````\n"
        #expect(document(text).outputs.isEmpty)
    }

    @Test("editing a cell changes its code alone")
    func edit() {
        let edited = document(plain).settingCode("let y = 3\ny\n", ofCell: 2)
        #expect(text(edited) == plain.replacing("\n2\n", with: "\nlet y = 3\ny\n"))
        #expect(text(edited.settingCode("2", ofCell: 2)) == plain)
        #expect(text(document(plain).settingCode("x", ofCell: 9)) == plain)
    }

    @Test("code that holds a fence gets a longer one", arguments: ["```\nx\n```", "~~~~", "`````"])
    func editFence(code: String) {
        for text in [plain, plain.replacing("```", with: "~~~")] {
            let edited = document(text).settingCode(code, ofCell: 1)
            #expect(edited.cells.map(\.source.text) == [code, "2"])
            #expect(edited.cells.map(\.name) == ["a", nil])
        }
    }

    @Test(
        "a template is a notebook without mistakes",
        arguments: [
            "linear-models", "a/b/学习.dln", "\"quoted\" \\ $x$ `c`", "", ".dln", "x_y",
        ])
    func template(name: String) {
        let document = document(NotebookTemplate.text(name: name))
        #expect(document.diagnostics.isEmpty)
        #expect(document.cells.map(\.name) == ["data", "look"])
        #expect(document.frontMatter.parameters.count == 2)
        #expect(document.frontMatter.title?.isEmpty == false)
    }
}
