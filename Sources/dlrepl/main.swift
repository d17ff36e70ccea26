import Diagnostics
import Foundation
import Runtime

let thread = Thread {
    let root = FileManager.default.currentDirectoryPath
    var configuration = SessionConfiguration(
        standardLibrary: root + "/stdlib", data: root + "/data", folder: root)
    configuration.isUnrestricted = true
    let session = Session(configuration)
    session.output = { print($0, terminator: "") }
    session.progressEnded = { print($0) }
    for path in CommandLine.arguments.dropFirst() {
        let text = path == "-e" ? "" : (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        for (i, cell) in text.components(separatedBy: "\n#---\n").enumerated() {
            let outcome = session.run(
                SourceText(name: "cell \(i + 1)", text: cell), stream: "\(i)")
            for diagnostic in outcome.diagnostics { print(render(diagnostic, as: .plain)) }
            if let value = outcome.value { print(value) }
            if outcome.figure != nil { print("<figure>") }
        }
    }
    exit(0)
}
thread.stackSize = 512 << 20
thread.start()
while true { sleep(1000) }
