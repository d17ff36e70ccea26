import Diagnostics
import Foundation
import Notebooks
import Runtime
import RuntimeTesting
import Testing

@Suite("Cells that are run again")
struct RerunTests {
    static let notebook = """
        ---
        dln: 1
        seed: 5
        params: {epochs: 2}
        ---

        ```dl {#data}
        let x = randn([32, 3])
        let net = Dense(8, relu) >> BatchNorm() >> Dropout(0.2) >> Dense(3)
        let opt = Adam(net, lr: 0.05)
        var runs = 0
        ```

        ```dl {#train}
        for i in 0..<5 {
            let loss = step(opt) { mse(net(x), x) }
            track(loss: loss)
        }
        runs += 1
        (tracked().loss, runs, randn([2]).toList(), opt.lr)
        ```

        ```dl {#fit}
        fit(net, (x, x), loss: mse, epochs: epochs, batch: 8).loss
        ```

        ```dl {#look}
        (net[0].W.sum().item(), mse(net(x), x).item(), step(opt) { mse(net(x), x) }.item())
        ```

        """

    /// What each cell shows when the notebook is run from the top.
    private func results(_ document: NotebookDocument, _ folder: URL) -> [String?] {
        var configuration = SessionConfiguration.testing(folder: folder)
        configuration.seed = document.frontMatter.seed
        let runner = NotebookRunner(
            document, session: Session(configuration),
            options: RunOptions(parameters: document.frontMatter.parameters))
        return runner.run().results.map(\.value)
    }

    @Test("a cell gives the same however often it is run again, trained models included")
    func again() async throws {
        try await LargeStack.run {
            try withTemporaryFolder { folder in
                let document = NotebookDocument(text: Self.notebook, name: "n.dln")
                let wanted = self.results(document, folder)
                #expect(wanted[1...].allSatisfy { $0 != nil })
                var configuration = SessionConfiguration.testing(folder: folder)
                configuration.seed = document.frontMatter.seed
                let session = Session(configuration)
                let parameters = SourceText(name: "parameters", text: "let epochs = 2")
                _ = session.run(parameters, stream: "parameters")
                var states = CellStates(of: document, in: session)
                func run(_ index: Int) -> String? {
                    states.restart(session, at: index)
                    let cell = document.cells[index]
                    let outcome = session.run(cell.source, stream: cell.stream)
                    #expect(outcome.ending == .succeeded, "\(outcome.diagnostics)")
                    states.add(cell, in: session)
                    return outcome.value
                }
                // From the top, then cells twice, then above them, then down again.
                for index in [0, 1, 2, 3, 3, 2, 2, 3, 1, 1, 2, 3, 0, 1, 2, 3] {
                    #expect(run(index) == wanted[index], "\(document.cells[index].label)")
                }
            }
        }
    }

    @Test("what changed in the file is found")
    func unchanged() async throws {
        try await LargeStack.run {
            try withTemporaryFolder { folder in
                let session = Session(.testing(folder: folder))
                let document = NotebookDocument(text: Self.notebook, name: "n.dln")
                var states = CellStates(of: document, in: session)
                for cell in document.cells { states.add(cell, in: session) }
                func unchanged(_ old: String, _ new: String) -> Int? {
                    let text = Self.notebook.replacing(old, with: new)
                    return states.unchanged(in: NotebookDocument(text: text, name: "n.dln"))
                }
                #expect(unchanged("nothing", "at all") == 4)
                #expect(unchanged("0..<5", "0..<6") == 1)
                #expect(unchanged("{#fit}", "{#fitted}") == 2)
                #expect(unchanged("{#look}", "{#look skip}") == 3)
                #expect(unchanged("{#look}", "{#look timeout=9s}") == 4)
                #expect(unchanged("seed: 5", "seed: 6") == nil)
                #expect(unchanged("epochs: 2", "epochs: 3") == nil)
            }
        }
    }

    @Test("at the prompt: `:run`, entries, `:rerun` of changed and unchanged cells, `:save`")
    func prompt() throws {
        try atPrompt { terminal, folder in
            let path = folder.appending(path: "n.dln")
            try Data(Self.notebook.utf8).write(to: path)
            terminal.enter(":run n.dln")
            let first = try terminal.expect("dl 1> ")
            try terminal.ask("fit(net, (x, x), loss: mse, epochs: 1).loss[0] > 0", "\ntrue\ndl 2> ")
            try terminal.ask(":save more.dln", "more.dln: 5 cells\ndl 2> ")
            terminal.enter(":rerun train")
            let again = try terminal.expect("dl 2> ")
            #expect(again.contains("is taken back"))
            let shown = try #require(first.split(separator: "\n").first { $0.hasPrefix("([") })
            #expect(again.contains(shown), "\(again)")
            terminal.enter(":rerun")
            let rest = try terminal.expect("dl 2> ")
            let last = try #require(first.split(separator: "\n").last { $0.hasPrefix("(") })
            #expect(rest.contains("cell look") && rest.contains(last), "\(rest)")
            let changed = Self.notebook.replacing("0..<5", with: "0..<1")
            try Data(changed.utf8).write(to: path)
            terminal.enter(":rerun")
            let all = try terminal.expect("dl 2> ")
            #expect(!all.contains("cell data") && all.contains("cell train"))
            try terminal.ask(":rerun nosuch", "has no cell `nosuch`")
            try terminal.ask(":rerun tain", "did you mean `train`?")
        }
        try withTemporaryFolder { folder in
            // What `:save` wrote runs by itself, and gives the numbers of the prompt.
            let terminal = try PseudoTerminal(folder: folder)
            try terminal.expect("dl 1> ")
            try terminal.ask("let a = randn([2])", "dl 2> ")
            terminal.enter("(a + randn([2])).toList()")
            let shown = try terminal.expect("dl 3> ").split(separator: "\n")
            try terminal.ask(":save s", "s.dln: 2 cells\n")
            let run = try Program.run(["run", "s.dln"], input: "", folder: folder)
            let list = try #require(shown.first { $0.hasPrefix("[") })
            #expect(run.output == list + "\n" && run.code == 0, "\(run)")
        }
    }
}
