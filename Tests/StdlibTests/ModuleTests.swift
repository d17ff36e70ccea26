import Diagnostics
import Foundation
import Runtime
import RuntimeTesting
import Syntax
import Testing

@Suite("The modules of the standard library")
struct ModuleTests {
    @Test("there are modules, and every file below stdlib is one of them or of the prelude")
    func files() {
        #expect(LibraryFile.modules.map(\.name) == ["nlp", "vision"])
    }

    @Test("a module parses, says what it is for, and documents what it shows", arguments: LibraryFile.modules)
    func documentation(file: LibraryFile) {
        let (program, diagnostics) = Parser.parse(SourceText(name: file.path, text: file.text))
        #expect(diagnostics.map { render($0, as: .plain) } == [])
        #expect(file.text.hasPrefix("## ") && file.text.contains("## import \(file.name)\n"))
        for item in program.items {
            guard let (name, text) = definition(item), !name.hasPrefix("_") else { continue }
            #expect(text?.isEmpty == false, "\(name) has no documentation")
        }
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.filter { $0.count > 100 } == [])
    }

    private func definition(_ item: Statement) -> (name: String, documentation: String?)? {
        switch item.kind {
        case .function(let function): (function.name.text, function.documentation)
        case .model(let model): (model.name.text, model.documentation)
        default: nil
        }
    }
}
