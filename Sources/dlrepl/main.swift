import Drawing
import Foundation
import Runtime
import Terminal

/// The folder that holds `stdlib/` and `data/`: `DLREPL_HOME`, else the nearest one above the
/// executable or the current folder.
func home() -> String {
    if let path = ProcessInfo.processInfo.environment["DLREPL_HOME"] { return path }
    let executable = Bundle.main.executablePath ?? ""
    for start in [executable, FileManager.default.currentDirectoryPath + "/x"] {
        var path = start
        while let slash = path.lastIndex(of: "/") {
            path = String(path[..<slash])
            if FileManager.default.fileExists(atPath: path + "/stdlib/prelude") { return path }
        }
    }
    return FileManager.default.currentDirectoryPath
}

let root = home()
let folder = FileManager.default.currentDirectoryPath
let environment = ProcessInfo.processInfo.environment
var setup = TerminalSetup(folder: folder) {
    var configuration = SessionConfiguration(
        standardLibrary: root + "/stdlib", data: root + "/data", folder: folder)
    configuration.isUnrestricted = true
    configuration.environment = environment
    configuration.renderer = CairoRenderer()
    return Session(configuration)
}
setup.environment = environment
setup.standardLibrary = root + "/stdlib"
setup.renderer = CairoRenderer()
setup.terminalImage = terminalImage(environment)

let session = TerminalSession(setup)
let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "-e" {
    for text in arguments where text != "-e" {
        let code = session.runExpression(text)
        if code != 0 { exit(code) }
    }
    exit(0)
}
if let path = arguments.first {
    // Until the command line is there: a script whose cells are parted by lines `#---`.
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    for cell in text.components(separatedBy: "\n#---\n") { _ = session.runPiped(cell) }
    exit(0)
}
if TerminalSession.isInteractive { exit(session.run()) }
let input = FileHandle.standardInput.readDataToEndOfFile()
exit(session.runPiped(String(decoding: input, as: UTF8.self)))
