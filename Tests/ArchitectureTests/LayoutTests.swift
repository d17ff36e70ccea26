import Foundation
import RuntimeTesting
import Testing

@Suite("Folders and links")
struct LayoutTests {
    @Test("a module has a README of 3 to 16 lines that names its tests")
    func readmes() {
        // KernelsBaseline is described by Kernels; an empty module needs no description.
        for module in swiftModules where module != "KernelsBaseline" && size(of: module) > 10 {
            let readme = text(of: "Sources/\(module)/README.md")
            let lines = readme.split(separator: "\n")
            #expect(
                (3...16).contains(lines.count), "Sources/\(module)/README.md: \(lines.count) lines")
            #expect(readme.hasPrefix("# \(module)\n"), "Sources/\(module)/README.md")
            #expect(readme.contains("Tests"), "Sources/\(module)/README.md")
        }
    }

    @Test("KernelsAVX2 is a link to every file of KernelsBaseline")
    func links() throws {
        let files = names(in: "Sources/KernelsBaseline")
        #expect(files.count >= 10)
        #expect(names(in: "Sources/KernelsAVX2") == files)
        for file in files {
            let path = repository.appending(path: "Sources/KernelsAVX2/\(file)").path
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: path)
            #expect(target == "../KernelsBaseline/\(file)")
        }
    }

    @Test("a module with behaviour has tests of its name, or says which tests guard it")
    func tests() {
        let elsewhere: [String: String] = [
            "KernelsBaseline": "Kernels", "Runtime": "Language", "dlrepl": "Architecture",
        ]
        for module in swiftModules {
            guard size(of: module) > 10 else { continue }
            #expect(exists("Tests/\(elsewhere[module] ?? module)Tests"), "\(module) has no tests")
        }
    }

    private func size(of module: String) -> Int {
        SourceFile.all.filter { $0.module == module }.reduce(0) { $0 + $1.lines.count }
    }

    @Test("no file is called Utilities or the like", arguments: SourceFile.all)
    func fileNames(file: SourceFile) {
        let name = file.path.split(separator: "/").last ?? ""
        for word in ["Util", "Helper", "Misc", "Common.swift", "Extensions.swift"] {
            #expect(!name.contains(word), "name \(file.path) after what is in it")
        }
    }

    @Test("a name of the prelude is defined by one file")
    func prelude() {
        let files = names(in: "stdlib/prelude").flatMap { names(in: "stdlib/prelude/\($0)") }
        #expect(files.count > 90)
        let counts = Dictionary(grouping: files) { $0 }
        #expect(counts.filter { $1.count > 1 }.keys.sorted() == [])
        #expect(files.filter { !$0.hasSuffix(".dl") } == [])
    }

    @Test("scripts are executable and end at the first error")
    func scripts() {
        for script in names(in: "scripts").map({ "scripts/\($0)" }) + [".ci/run"] {
            let path = repository.appending(path: script).path
            #expect(FileManager.default.isExecutableFile(atPath: path), "\(script)")
            #expect(text(of: script).contains("set -euo pipefail"), "\(script)")
        }
    }
}
