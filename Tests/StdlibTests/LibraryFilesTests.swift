import Diagnostics
import Foundation
import Syntax
import Testing

@Suite("The files of the standard library")
struct LibraryFilesTests {
    @Test("there are files in every folder")
    func files() {
        let folders = Set(LibraryFile.all.map { $0.path.split(separator: "/").dropLast().last })
        #expect(LibraryFile.all.count > 90)
        #expect(folders.count >= 11)
    }

    @Test("a file parses and holds one definition, which has its name", arguments: LibraryFile.all)
    func definition(file: LibraryFile) {
        let (program, diagnostics) = Parser.parse(SourceText(name: file.path, text: file.text))
        #expect(diagnostics.map { render($0, as: .plain) } == [])
        #expect(program.items.count == 1)
        #expect(program.items.first.flatMap(definedName) == file.name)
        #expect(file.isInternal == file.name.hasPrefix("_"))
    }

    @Test("a definition is documented, with a summary and an example", arguments: LibraryFile.all)
    func documentation(file: LibraryFile) throws {
        let (program, _) = Parser.parse(SourceText(name: file.path, text: file.text))
        let text = try #require(program.items.first.flatMap(documentation))
        let summary = text.split(separator: "\n\n", maxSplits: 1).first.map(String.init) ?? ""
        #expect(!summary.isEmpty && summary.count <= 200)
        let examples = codeBlocks(of: text)
        #expect(file.isInternal || examples.count == 1)
        for example in examples { #expect(messages(of: example, in: file.path) == []) }
    }

    @Test("a file is a page: 80 lines of at most 100 characters", arguments: LibraryFile.all)
    func size(file: LibraryFile) {
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count - 1 <= 80)
        #expect(lines.filter { $0.count > 100 } == [])
        #expect(file.text.hasSuffix("}\n") && !file.text.contains("\t"))
    }

    private func definedName(_ item: Statement) -> String? {
        switch item.kind {
        case .function(let function): function.name.text
        case .model(let model): model.name.text
        case .optimizer(let optimizer): optimizer.name.text
        default: nil
        }
    }

    private func documentation(_ item: Statement) -> String? {
        switch item.kind {
        case .function(let function): function.documentation
        case .model(let model): model.documentation
        case .optimizer(let optimizer): optimizer.documentation
        default: nil
        }
    }
}

/// What the parser says of a text, drawn.
func messages(of text: String, in name: String) -> [String] {
    Parser.parse(SourceText(name: name, text: text)).diagnostics.map { render($0, as: .plain) }
}
