import Autodiff
import Figures
import Formats
import Notebooks
import Testing

@Suite("Registries have everything that their folders define")
struct RegistryTests {
    @Test("every primitive is in Primitive.all")
    func primitives() {
        let listed = identifiers(in: "Sources/Autodiff/Primitives/Primitive+All.swift")
        let table = identifiers(in: "Sources/Autodiff/Primitives/Elementwise.swift")
        let defined = declared("Primitive", below: "Autodiff/Primitives/")
        #expect(defined.count > 30)
        for name in defined {
            #expect(
                listed.contains(name) || table.contains(name), "\(name) is not in Primitive.all")
        }
        #expect(Set(Primitive.all.map(\.name)).count == Primitive.all.count)
    }

    @Test("every mark is in Mark.all")
    func marks() {
        let listed = identifiers(in: "Sources/Figures/Marks/Mark.swift")
        let defined = declared("Mark", below: "Figures/Marks/")
        #expect(defined.count == Mark.all.count)
        for name in defined { #expect(listed.contains(name), "\(name) is not in Mark.all") }
    }

    @Test("every format is in DataFormat.all, and no ending belongs to two")
    func formats() {
        let defined = declared("DataFormat", below: "Formats/")
        #expect(defined.count == DataFormat.all.count)
        let endings = DataFormat.all.flatMap(\.extensions)
        #expect(Set(endings).count == endings.count)
    }

    @Test("every exporter is in Exporter.all")
    func exporters() {
        let files = names(in: "Sources/Notebooks/Export")
            .filter { $0.hasSuffix("Exporter.swift") && $0 != "Exporter.swift" }
        #expect(files.count == Exporter.all.count)
        #expect(Set(Exporter.all.map(\.fileExtension)).count == Exporter.all.count)
    }

    @Test("a function of the language is in one list of operations or marks")
    func operations() {
        let names = Operation.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(names).isDisjoint(with: Mark.all.map(\.name)))
    }

    @Test("every command of the tool is in DLRepl.subcommands")
    func commands() {
        let listed = identifiers(in: "Sources/dlrepl/DLRepl.swift")
        let files = names(in: "Sources/dlrepl/Commands").filter { $0.hasSuffix("Command.swift") }
        #expect(files.count >= 8)
        for file in files { #expect(listed.contains(String(file.dropLast(6))), "\(file)") }
    }

    /// The names of static constants of a type in the files of a folder.
    private func declared(_ type: String, below folder: String) -> [String] {
        SourceFile.all.filter { $0.path.hasPrefix(folder) }.flatMap { file in
            file.code.compactMap { line in
                guard line.contains("static let "),
                    line.contains(": \(type) =") || line.contains("= \(type)(")
                else { return nil }
                let words = line.split { $0 == " " || $0 == ":" }
                return words.drop { $0 != "let" }.dropFirst().first.map(String.init)
            }
        }
    }

    /// The words in a file's code.
    private func identifiers(in path: String) -> Set<String> {
        Set(
            CodeText.lines(of: text(of: path)).flatMap { line in
                line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
            })
    }
}
