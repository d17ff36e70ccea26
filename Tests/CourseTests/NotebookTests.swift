import Diagnostics
import Drawing
import Foundation
import Notebooks
import Runtime
import RuntimeTesting
import Testing

/// A notebook of the folder `notebooks/`.
struct CourseNotebook: CustomTestStringConvertible, Sendable {
    let name: String

    var testDescription: String { name }

    private static let folder = repository.appending(path: "notebooks")

    static let all: [CourseNotebook] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).filter { $0.hasSuffix(".dln") }.sorted().map(CourseNotebook.init)
    }()

    func document() throws -> NotebookDocument {
        let bytes = try Data(contentsOf: Self.folder.appending(path: name))
        return NotebookDocument(bytes: [UInt8](bytes), name: name)
    }

    func configuration(_ document: NotebookDocument) -> SessionConfiguration {
        var configuration = SessionConfiguration.testing(folder: Self.folder)
        configuration.seed = document.frontMatter.seed
        configuration.renderer = CairoRenderer()
        return configuration
    }
}

@Suite("The notebooks of the course", .serialized)
struct NotebookTests {
    @Test("run from the top and draw figures", arguments: CourseNotebook.all)
    func runs(notebook: CourseNotebook) async throws {
        let problems = try await LargeStack.run {
            let document = try notebook.document()
            let configuration = notebook.configuration(document)
            var options = RunOptions(parameters: document.frontMatter.parameters)
            options.renderer = configuration.renderer
            let runner = NotebookRunner(
                document, session: Session(configuration), options: options)
            let (results, _) = runner.run()
            var problems = document.diagnostics.map { render($0, as: .plain) }
            problems += results.filter { $0.status == .failed }.compactMap { $0.error?.text }
            if results.allSatisfy({ $0.figures.isEmpty }) { problems.append("no figure") }
            return problems
        }
        #expect(problems == [])
    }

    @Test("have nothing that check finds", arguments: CourseNotebook.all)
    func checks(notebook: CourseNotebook) async throws {
        let found = try await LargeStack.run {
            let document = try notebook.document()
            var configuration = notebook.configuration(document)
            configuration.checksShapes = true
            let checker = NotebookChecker(
                document, session: Session(configuration),
                parameters: document.frontMatter.parameters)
            return checker.check().flatMap(\.diagnostics).map { render($0, as: .plain) }
        }
        #expect(found == [])
    }

    @Test("are in the gallery")
    func gallery() throws {
        let text = try String(
            contentsOf: repository.appending(path: "notebooks/README.md"), encoding: .utf8)
        #expect(CourseNotebook.all.count >= 2)
        for notebook in CourseNotebook.all {
            #expect(text.contains("](\(notebook.name))"), "\(notebook.name)")
        }
    }
}
