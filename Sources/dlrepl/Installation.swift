import Foundation

/// Where the standard library and the shipped data are.
struct Installation {
    /// The folder with `stdlib` and `data` in it.
    let home: String

    var standardLibrary: String { home + "/stdlib" }
    var data: String { home + "/data" }

    /// `DLREPL_HOME`, else `../share/dlrepl` beside the program, else the nearest folder above the program that
    /// has both: a checkout.
    static func find() throws -> Installation {
        let environment = ProcessInfo.processInfo.environment
        if let home = environment["DLREPL_HOME"], !home.isEmpty {
            guard isHome(home) else {
                throw Problem("DLREPL_HOME is \(home), which has no folder stdlib/prelude")
            }
            return Installation(home: home)
        }
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var folder = program.deletingLastPathComponent()
        let share = folder.deletingLastPathComponent().appendingPathComponent("share/dlrepl")
        if isHome(share.path) { return Installation(home: share.path) }
        while folder.path != "/" {
            if isHome(folder.path) { return Installation(home: folder.path) }
            folder = folder.deletingLastPathComponent()
        }
        throw Problem(
            "the standard library is not beside the program; set DLREPL_HOME to the folder that has it")
    }

    private static func isHome(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/stdlib/prelude")
    }
}

/// Something that keeps a command from starting: exit code 2.
struct Problem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Runs what is checked before the first file: it ends the command.
func beforeAll(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let problem as Problem {
        Console.error("dlrepl: \(problem)\n")
        throw Exit.usage
    }
}
