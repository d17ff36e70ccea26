import ArgumentParser
import Foundation
import Notebooks

/// What commands write: results to stdout, everything else to stderr.
enum Console {
    static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
    static func error(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
    static let isErrorTerminal = isatty(STDERR_FILENO) == 1
    static let usesColor =
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
}

/// The exit codes of the tool.
enum Exit {
    static let cellFailed = ExitCode(1)
    static let usage = ExitCode(2)
    static let differs = ExitCode(3)
    static let budget = ExitCode(4)
    static let interrupted = ExitCode(130)

    static func code(of ending: RunEnding) -> ExitCode {
        switch ending {
        case .succeeded: .success
        case .failed: cellFailed
        case .timedOut, .outOfMemory: budget
        case .interrupted: interrupted
        }
    }
}

/// Runs `body` on a thread with a stack that deep programs cannot exhaust, and gives its exit code.
func onInterpreterThread(_ body: @escaping @Sendable () throws -> ExitCode) throws {
    let box = ResultBox()
    let thread = Thread {
        box.finish(Result { try body() })
    }
    thread.stackSize = 512 << 20
    thread.start()
    let code: ExitCode
    do {
        code = try box.wait()
    } catch let problem as Problem {
        Console.error("dlrepl: \(problem)\n")
        throw Exit.usage
    }
    if code != .success { throw code }
}

/// Hands a result from one thread to another.
private final class ResultBox: @unchecked Sendable {
    // The semaphore orders the write before the read.
    private var result: Result<ExitCode, any Error>?
    private let semaphore = DispatchSemaphore(value: 0)

    func finish(_ result: Result<ExitCode, any Error>) {
        self.result = result
        semaphore.signal()
    }

    func wait() throws -> ExitCode {
        semaphore.wait()
        return try result?.get() ?? .failure
    }
}
