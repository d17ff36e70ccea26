import ArgumentParser
import CSupport
import Foundation
import Notebooks
import Synchronization

/// What commands write: results to stdout, everything else to stderr.
enum Console {
    /// Writes to stdout; ^C cuts what is long. Where nothing can be written, as on a full disk, that is said once and
    /// the work goes on: what ran is still to be saved.
    static func write(_ text: String) {
        guard !hasFailed else { return }
        let problem = put(text, to: STDOUT_FILENO)
        guard problem != 0 else { return }
        failure.withLock { $0 = true }
        error("dlrepl: the output cannot be written: \(String(cString: strerror(problem)))\n")
    }

    static func error(_ text: String) { _ = put(text, to: STDERR_FILENO) }

    /// Whether some output is lost.
    static var hasFailed: Bool { failure.withLock { $0 } }
    private static let failure = Mutex(false)

    /// - Returns: the number of the error, 0 if all went well or ^C came.
    private static func put(_ text: String, to file: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                if done > 0, support_interrupt_pending() != 0 { return 0 }
                let start = bytes.baseAddress.map { $0 + done }
                let count = Foundation.write(file, start, min(1 << 16, bytes.count - done))
                if count < 0, errno != EINTR { return errno }
                done += max(0, count)
            }
            return 0
        }
    }
    static let isErrorTerminal = isatty(STDERR_FILENO) == 1
    /// Whether the terminal cannot write over what it shows.
    static let isDumb = ProcessInfo.processInfo.environment["TERM"] == "dumb"
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
    if Console.hasFailed { throw Exit.cellFailed }
}

/// Does something for each file on the thread of the interpreter. The exit code is that of bad usage if there was one,
/// else that of the last file that failed; an interrupt ends the round.
func forEachFile(
    _ files: [String], _ session: SessionOptions,
    _ body: @escaping @Sendable (String, Installation) throws -> ExitCode
) throws {
    // A batch system asks with SIGTERM: what ran is saved then, as after ^C.
    support_install_leave_handler()
    try onInterpreterThread {
        try session.apply()
        let installation = try Installation.find()
        var code = ExitCode.success
        for file in files {
            let ended = try body(file, installation)
            if support_leave_signal() != 0 { return ExitCode(128 + support_leave_signal()) }
            if ended == Exit.interrupted { return ended }
            if ended != .success, code != Exit.usage { code = ended }
        }
        return code
    }
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
