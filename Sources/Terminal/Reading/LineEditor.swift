@preconcurrency import CReadline
import CSupport
import Foundation
import Synchronization

/// Reads lines with readline. There is one, on the main thread: readline's state is global.
@MainActor
struct LineEditor {
    enum Input: Equatable {
        case line(String)
        /// ^C: the line is dropped.
        case interrupted
        /// SIGTERM or SIGHUP asked to leave.
        case left
        /// ^D on an empty line, or the terminal is gone.
        case end
    }

    /// What to offer at a place in a text.
    typealias Completion = @Sendable (_ text: String) -> CompletionAnswer

    init(completion: @escaping Completion) {
        // Without a UTF-8 locale readline would split characters; the language needs them.
        let locale = setlocale(LC_CTYPE, "").map { String(cString: $0).uppercased() } ?? ""
        if !locale.contains("UTF-8"), !locale.contains("UTF8") { setlocale(LC_CTYPE, "C.UTF-8") }
        exchange.withLock { $0.completion = completion }
        Self.name.withUTF8Buffer { name in
            reader_configure(
                UnsafeRawPointer(name.baseAddress)?.assumingMemoryBound(to: CChar.self),
                { _, _ in completeAtPoint() },
                { word, _, _ in matches(of: word) })
        }
    }

    /// Lives as long as the process, as readline wants.
    private static let name: StaticString = "dlrepl"

    /// Lets ↑ reach an entry; it may have several lines.
    ///
    /// - Returns: whether it is new; the newest one is not kept twice.
    @discardableResult
    func remember(_ entry: String) -> Bool { reader_remember(entry) != 0 }

    /// Reads one line; one with newlines inside if a block was pasted or recalled.
    ///
    /// - Parameter before: What was entered above it, for completion.
    func read(prompt: String, before: String) -> Input {
        exchange.withLock {
            $0.before = before
            $0.received = nil
        }
        guard support_leave_signal() == 0 else { return .left }
        support_clear_interrupt()
        _ = support_take_continued()
        rl_callback_handler_install(prompt) { line in
            receive(line)
            rl_callback_handler_remove()
        }
        while true {
            if let received = exchange.withLock({ $0.received }) { return received }
            if reader_wait(support_wait_is_over) != 0 {
                rl_callback_read_char()
            } else if support_leave_signal() != 0 {
                rl_callback_handler_remove()
                return .left
            } else if support_interrupt_pending() != 0 {
                support_clear_interrupt()
                reader_drop_line()
                rl_callback_handler_remove()
                return .interrupted
            } else if support_take_continued() != 0 {
                reader_continue()
            } else {
                // ^Z among others: readline stops here, and goes on.
                rl_check_signals()
                _ = support_take_continued()
                if exchange.withLock({ $0.received == nil }) { reader_resume() }
            }
        }
    }
}

/// What readline's callbacks, which get no context, share with the editor.
private struct Exchange {
    var received: LineEditor.Input?
    var before = ""
    var completion: LineEditor.Completion?
    var answer = CompletionAnswer.nothing
}

private let exchange = Mutex(Exchange())

private func receive(_ line: UnsafeMutablePointer<CChar>?) {
    guard let line else { return exchange.withLock { $0.received = .end } }
    let text = String(cString: line)
    free(line)
    exchange.withLock { $0.received = .line(text) }
}

/// The Tab key.
private func completeAtPoint() -> Int32 {
    let buffer = String(cString: reader_buffer())
    let typed = String(decoding: buffer.utf8.prefix(Int(reader_point())), as: UTF8.self)
    let (completion, before) = exchange.withLock { ($0.completion, $0.before) }
    guard let completion else { return 0 }
    let line = typed.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    if line.allSatisfy(\.isWhitespace) {
        reader_insert("    ")
        return 0
    }
    let answer = completion(before + typed)
    exchange.withLock { $0.answer = answer }
    switch answer.words {
    case .names: reader_complete(nameBreaks)
    case .paths: reader_complete("\"")
    case .bare: reader_complete(" ")
    }
    return 0
}

/// Everything in ASCII that no name holds.
private let nameBreaks = " \t\n\"\\'`@$><=;|&{(}[]),.:+-*/%^~!?#"

/// The list that readline wants: what all have in common, then all, then an empty pointer.
private func matches(
    of word: UnsafePointer<CChar>?
) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    let answer = exchange.withLock { $0.answer }
    let typed = word.map { String(cString: $0) } ?? ""
    reader_set_completion(answer.suffix.map { CChar(bitPattern: $0) } ?? 0, answer.arePaths ? 1 : 0)
    let found = answer.candidates.filter { $0.utf8.starts(with: typed.utf8) }
    guard let first = found.first else { return nil }
    var common = first[...]
    for candidate in found.dropFirst() {
        let length = zip(common, candidate).prefix { $0 == $1 }.count
        common = common.prefix(length)
    }
    let all = found.count == 1 ? [first] : [String(common)] + found
    // readline frees the list and its strings.
    let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: all.count + 1)
    for (index, text) in all.enumerated() { list[index] = strdup(text) }
    list[all.count] = nil
    return list
}
