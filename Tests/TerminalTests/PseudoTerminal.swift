import CPseudoTerminal
import Foundation
import RuntimeTesting
import Testing

/// The built program at a terminal of its own: text is typed, and what it shows is read.
///
/// Nothing sleeps: `expect` waits until the text is there, with a generous limit for slow machines.
final class PseudoTerminal {
    struct NotSeen: Error, CustomStringConvertible {
        var wanted: String
        var seen: String
        var description: String { "waited for \(wanted.debugDescription), saw:\n\(seen)" }
    }

    static let escape = "\u{1B}"
    static let interrupt = "\u{3}"
    static let end = "\u{4}"
    static let up = "\u{1B}[A"

    private var terminal: Int32
    private var hasEnded = false
    private let process: pid_t
    private var raw: [UInt8] = []
    /// What was shown since the last match, without the sequences that steer the terminal.
    private var unread = ""

    /// - Parameters:
    ///   - folder: the current folder of the program; its state is kept in `state` there.
    ///   - extra: variables of the environment, besides or instead of the usual ones.
    init(folder: URL, arguments: [String] = [], extra: [String: String] = [:]) throws {
        let path = Program.path
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let environment =
            Program.environment(folder).merging(extra) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + environment { free(word) } }
        var process: pid_t = 0
        terminal = pseudo_terminal_start(path, words, environment, folder.path, 100, &process)
        guard terminal >= 0 else { throw POSIXError(.ENXIO) }
        self.process = process
    }

    deinit {
        if !hasEnded {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        if terminal >= 0 { close(terminal) }
    }

    func type(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// A line and the key that ends it.
    func enter(_ line: String) { type(line + "\r") }

    /// Waits for a text; gives what was shown up to its end and forgets it.
    @discardableResult
    func expect(_ text: String, within seconds: Double = 30) throws -> String {
        let limit = Date().addingTimeInterval(seconds)
        while true {
            if let range = unread.range(of: text) {
                let shown = String(unread[..<range.upperBound])
                unread = String(unread[range.upperBound...])
                return shown
            }
            guard Date() < limit, read(until: limit) else {
                throw NotSeen(wanted: text, seen: unread)
            }
        }
    }

    /// Enters a line and waits for a text, as `expect` does.
    @discardableResult
    func ask(_ line: String, _ answer: String) throws -> String {
        enter(line)
        return try expect(answer)
    }

    /// Sends a signal to the program.
    func signal(_ number: Int32) { kill(process, number) }

    /// Sets the terminal to whole lines with echo, as a shell leaves it to a program.
    func cook() throws {
        var settings = termios()
        guard tcgetattr(terminal, &settings) == 0 else { throw POSIXError(.ENOTTY) }
        settings.c_lflag |= tcflag_t(ICANON | ECHO)
        tcsetattr(terminal, TCSANOW, &settings)
    }

    /// A text as a terminal gives it when it is pasted, and the key that ends the entry.
    func paste(_ text: String) { type("\u{1B}[200~\(text)\u{1B}[201~\r") }

    /// Closes the terminal, as a window that is shut, and waits for the program to end.
    func closedExit() throws -> Int32 {
        close(terminal)
        terminal = -1
        var status: Int32 = 0
        let limit = Date().addingTimeInterval(60)
        while waitpid(process, &status, WNOHANG) == 0 {
            guard Date() < limit else { throw NotSeen(wanted: "the end", seen: unread) }
            // The wait of a poll without files: there is nothing left to read from.
            poll(nil, 0, 5)
        }
        hasEnded = true
        return status
    }

    /// Waits for the program to end; gives its exit code.
    func exitCode() throws -> Int32 {
        let limit = Date().addingTimeInterval(60)
        while read(until: limit) {}
        var status: Int32 = 0
        waitpid(process, &status, 0)
        hasEnded = true
        return (status >> 8) & 0xff
    }

    /// Reads what is there; false at the end.
    private func read(until limit: Date) -> Bool {
        var waiting = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
        let left = max(1, limit.timeIntervalSinceNow * 1000)
        guard poll(&waiting, 1, Int32(min(left, 60_000))) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Foundation.read(terminal, &buffer, buffer.count)
        guard count > 0 else { return false }
        raw += buffer[..<count]
        // A sequence or character may be cut off: its beginning waits for the rest.
        // Carriage returns go first: with a newline behind it one is a single character.
        let text = String(decoding: raw.filter { $0 != 13 }, as: UTF8.self)
        if let cut = text.lastIndex(of: "\u{1B}"), text[cut...].count < 8,
            text[cut...].firstMatch(of: Self.sequence) == nil
        {
            return true
        }
        guard text.last != "\u{FFFD}" else { return true }
        unread += text.replacing(Self.sequence, with: "")
        raw = []
        return true
    }

    nonisolated(unsafe) private static let sequence = #/\u{1B}(?:\[[0-9;?]*[A-Za-z]|\](?!1337)[^\u{7}]*\u{7})/#
}

/// A session in a folder of its own; `body` begins at the first prompt.
func atPrompt(_ body: (PseudoTerminal, URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
        let terminal = try PseudoTerminal(folder: folder)
        try terminal.expect("dl 1> ")
        try body(terminal, folder)
    }
}

/// The program that the tests run.
enum Program {
    static var path: String {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? ""
        var folder = URL(fileURLWithPath: bundle)
        while folder.path != "/" {
            folder = folder.deletingLastPathComponent()
            let program = folder.appending(path: "dlrepl").path
            if FileManager.default.isExecutableFile(atPath: program) { return program }
        }
        return repository.appending(path: ".build/debug/dlrepl").path
    }

    static func environment(_ folder: URL) -> [String: String] {
        let inherited = ProcessInfo.processInfo.environment
        var result = [
            "TERM": "xterm", "NO_COLOR": "1", "LANG": "C.UTF-8", "HOME": folder.path,
            "XDG_STATE_HOME": folder.appending(path: "state").path, "INPUTRC": "/dev/null",
            "DLREPL_HOME": repository.path,
        ]
        for name in ["PATH", "LD_LIBRARY_PATH"] { result[name] = inherited[name] }
        return result
    }

    /// Runs it with its input from a pipe.
    static func run(
        _ arguments: [String], input: String, folder: URL
    ) throws -> (output: String, errors: String, code: Int32) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment(folder)
        process.currentDirectoryURL = folder
        let (source, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = source
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        source.fileHandleForWriting.write(Data(input.utf8))
        try source.fileHandleForWriting.close()
        let shown = output.fileHandleForReading.readDataToEndOfFile()
        let complaints = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (
            String(decoding: shown, as: UTF8.self), String(decoding: complaints, as: UTF8.self),
            process.terminationStatus
        )
    }
}
