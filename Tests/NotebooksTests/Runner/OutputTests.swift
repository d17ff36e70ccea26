import Notebooks
import Testing

@Suite("Whether stored outputs are those of the notebook")
struct OutputTests {
    private let text = """
        ---
        seed: 1
        params: {lr: 0.1}
        ---

        ```dl {#a}
        let t = readCSV("t.csv")
        ```

        ```dl {#b}
        t["x"]
        ```

        ```dl {skip}
        never()
        ```

        """

    private func document(_ text: String) -> NotebookDocument {
        NotebookDocument(text: text, name: "n.dln")
    }

    private func keys(
        _ document: NotebookDocument, file: String = "x\n1\n", version: String = "1",
        params: [String] = []
    ) throws -> CellKeys {
        CellKeys(
            document, parameters: try document.override(params: params), version: version
        ) { $0 == "t.csv" ? Array(file.utf8) : nil }
    }

    /// The notebook with outputs of today.
    private func stored() throws -> NotebookDocument {
        let document = document(text)
        let results = [
            CellResult(position: 1, status: .ran, printed: "1\n"),
            CellResult(position: 2, status: .ran, value: "2"),
            CellResult(position: 3, status: .skipped),
        ]
        return document.storingOutputs(
            document.outputs(of: results, try keys(document)) { $0.fileName })
    }

    private func status(_ document: NotebookDocument, _ keys: CellKeys) -> [OutputStatus] {
        document.outputStatus(keys).map(\.status)
    }

    @Test("outputs that were just written are fresh, and writing them again changes no byte")
    func fresh() throws {
        let document = try stored()
        #expect(status(document, try keys(document)) == [.fresh, .fresh, .skipped])
        let results = [
            CellResult(position: 1, status: .ran, printed: "1\n"),
            CellResult(position: 2, status: .ran, value: "2"),
            CellResult(position: 3, status: .skipped),
        ]
        let again = document.storingOutputs(
            document.outputs(of: results, try keys(document)) { $0.fileName })
        #expect(again.bytes == document.bytes)
    }

    @Test("a change makes a cell and those below it stale, and prose makes none")
    func stale() throws {
        let document = try stored()
        func edited(_ old: String, _ new: String) throws -> [OutputStatus] {
            let text = String(decoding: document.bytes, as: UTF8.self)
            let other = self.document(text.replacing(old, with: new))
            return status(other, try keys(other))
        }
        #expect(try edited("t[\"x\"]", "t[\"y\"]") == [.fresh, .stale, .skipped])
        #expect(try edited("let t =", "let u =") == [.stale, .stale, .skipped])
        #expect(try edited("seed: 1", "seed: 2") == [.stale, .stale, .skipped])
        #expect(try edited("lr: 0.1", "lr: 0.2") == [.stale, .stale, .skipped])
        #expect(try edited("{#b}", "{#c}") == [.fresh, .stale, .skipped])
        #expect(try edited("never()", "ever()") == [.fresh, .fresh, .skipped])
        #expect(try edited("```dl {#b}", "More prose.\n\n```dl {#b}") == [.fresh, .fresh, .skipped])
        #expect(status(document, try keys(document, file: "x\n2\n")) == [.stale, .stale, .skipped])
        #expect(status(document, try keys(document, version: "2")) == [.stale, .stale, .skipped])
        #expect(
            status(document, try keys(document, params: ["lr=0.5"])) == [.stale, .stale, .skipped])
    }

    /// Which cells have another key after a change.
    private func changed(_ cells: [String], _ old: String, _ new: String) -> [Int] {
        func keys(_ cells: [String]) -> [String?] {
            let document = document(cells.map { "```dl {#n\($0.count)}\n\($0)\n```\n" }.joined(separator: "\n"))
            let keys = CellKeys(document, parameters: [], version: "1") { _ in nil }
            return document.cells.map { keys[$0] }
        }
        let (before, after) = (keys(cells), keys(cells.map { $0.replacing(old, with: new) }))
        return before.indices.filter { before[$0] != after[$0] }
    }

    @Test("only cells that a change may reach are stale: through names, shared names and the world outside")
    func links() {
        let two = ["let x = 1", "let yy = 2", "x + yy", "yy * 100"]
        #expect(changed(two, "x = 1", "x = 7") == [0, 2, 3])
        #expect(changed(["let x = 1", "let yy = 2", "yy * 100"], "x = 1", "x = 7") == [0])
        // The list holds the model, so training by the list reaches it.
        let alias = ["let net = M()", "let nets = [net]", "train(nets[0], 0.1)", "net", "let other = 12"]
        #expect(changed(alias, "0.1", "0.2") == [2, 3])
        // A function reads what is defined below it.
        let deferred = ["func f() { g() }", "func g() { 1 }", "f()", "let abcdef = 1"]
        #expect(changed(deferred, "{ 1 }", "{ 2 }") == [1, 2])
        let files = ["writeText(\"a.txt\", \"1\")", "let x = 1", "readText(name)", "import mine", "mine.f(123)"]
        #expect(changed(files, "\"1\"", "\"2\"") == [0, 2, 3, 4])
        #expect(changed(["track(a: 1)", "let x = 1", "tracked().a"], "a: 1", "a: 2") == [0, 2])
    }

    @Test("comments and layout change no key, but for a cell that shows them in its error")
    func layout() throws {
        func keys(_ attributes: String, _ code: String) -> String? {
            let document = document("```dl {#a\(attributes)}\n\(code)\n```\n")
            return CellKeys(document, parameters: [], version: "1") { _ in nil }[document.cells[0]]
        }
        let code = "let x = [1, 2]\nlet s = \"a  # b\""
        let laidOut = "# Numbers\n\nlet  x=[1,2] # two\n\n\nlet s = \"a  # b\"\n\n"
        #expect(keys("", code) == keys("", laidOut))
        #expect(keys(" expect-error", code) != keys(" expect-error", laidOut))
        for other in ["let x = [1, 2]\nlet s = \"a # b\"", "let x = [12]\nlet s = \"a  # b\"", "let x = [1, 2]; let s = \"a  # b\""] {
            #expect(keys("", other) != keys("", code))
        }
    }

    @Test("a module counts with the modules that it imports, beside itself or beside the notebook")
    func modulesOfModules() throws {
        let document = document("```dl {#a}\nimport \"lib/nets.dl\"\n```\n")
        func key(_ files: [String: String]) -> String? {
            CellKeys(document, parameters: [], version: "1") { files[$0].map { Array($0.utf8) } }[
                document.cells[0]]
        }
        let files = ["lib/nets.dl": "import parts", "lib/parts.dl": "import more", "more.dl": "let a = 1"]
        let before = key(files)
        #expect(before == key(files))
        for name in files.keys { #expect(key(files.merging([name: "let a = 2"]) { $1 }) != before) }
        #expect(key(files.merging(["other.dl": "let a = 2"]) { $1 }) == before)
    }

    @Test("a cell that failed keeps what it has, one that shows nothing loses it")
    func failed() throws {
        let document = try stored()
        let results = [
            CellResult(position: 1, status: .failed),
            CellResult(position: 2, status: .ran),
            CellResult(position: 3, status: .skipped),
        ]
        let after = document.storingOutputs(
            document.outputs(of: results, try keys(document)) { $0.fileName })
        #expect(after.outputs.map(\.name) == ["a"])
        #expect(status(after, try keys(after)) == [.fresh, .missing, .skipped])
    }

    @Test(
        "numbers are compared with a tolerance, words and whole numbers are not",
        arguments: [
            ("loss 0.1234", "loss 0.1235", true), ("loss 0.1234", "loss 0.1334", false),
            ("epoch 3/3", "epoch 4/3", false), ("a  b\n c", "a b c", true), ("a", "b", false),
            ("[1.0, 2.0]", "[1.0,  2.0]", true), ("[1.0, 2.0]", "[1.0]", false),
            ("nan inf -inf", "nan inf -inf", true), ("inf", "-inf", false), ("0.5", "nan", false),
            ("1e-05", "1.0001e-05", true), ("1e10", "1.0005e10", true), ("-0.5", "0.5", false),
            ("1000000.0", "1000400.0", true), ("x1", "x2", false), ("", "", true),
            ("", "1", false), ("12", "12.0", false),
        ])
    func comparison(old: String, new: String, agree: Bool) {
        let comparison = OutputComparison(tolerance: 1e-3)
        #expect((comparison.difference(old, new) == nil) == agree)
        #expect((comparison.difference(new, old) == nil) == agree)
    }
}
