import ArgumentParser
import Foundation
import Notebooks
import Runtime
import Diagnostics

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs notebooks and scripts quietly and says which fail.")

    @Argument(help: "Notebooks or scripts.", completion: .file(extensions: ["dln", "dl"]))
    var files: [String]

    @OptionGroup var session: SessionOptions

    func run() throws {
        let command = self
        try onInterpreterThread {
            try command.session.apply()
            let installation = try Installation.find()
            var failed = 0
            for file in command.files {
                let start = Session.now
                let ending = try command.ending(file, installation)
                if ending == Exit.interrupted { return ending }
                let ok = ending == .success
                if !ok { failed += 1 }
                let time = String(format: "%.1f s", Session.now - start)
                Console.write("\(ok ? "ok    " : "FAILED")  \(file)  (\(time))\n")
            }
            Console.write("\(command.files.count - failed) passed, \(failed) failed\n")
            return failed == 0 ? .success : Exit.cellFailed
        }
    }

    private func ending(_ file: String, _ installation: Installation) throws -> ExitCode {
        let bytes = try NotebookFile.read(file)
        if file.hasSuffix(".dl") {
            let folder = (NotebookFile.absolute(file) as NSString).deletingLastPathComponent
            let session = Session(self.session.configuration(installation, folder: folder))
            let source = SourceText(
                name: file, text: String(decoding: bytes, as: UTF8.self), file: file)
            return ScriptOutcome(session.run(source, stream: "#1")).report(showsValue: false)
        }
        let document = NotebookDocument(bytes: bytes, name: (file as NSString).lastPathComponent)
        for diagnostic in document.diagnostics {
            Console.error(render(diagnostic, as: .plain) + "\n")
        }
        guard !document.hasErrors else { return Exit.cellFailed }
        var run = NotebookRun(
            document: document, file: file,
            options: RunOptions(parameters: document.frontMatter.parameters))
        run.showsOutput = false
        return Exit.code(of: try run.perform(session, installation).ending)
    }
}
