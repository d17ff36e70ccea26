import CReadline
import CSupport
import Foundation
import Synchronization

/// Where a session writes: text, one line of progress that is written over and over, messages.
///
/// May be used from several threads.
final class Screen: Sendable {
    /// Whether a person sees it as it comes: then progress is shown, else only its last line.
    let isTerminal: Bool
    let usesColor: Bool
    /// Whether a line can be written over: a dumb terminal shows the sequences for it.
    private let rewritesLines: Bool
    /// The file of messages: standard error, except at a prompt.
    private let messages: Int32
    private let state = Mutex(State())

    private struct State {
        var problem: Int32 = 0
        var showsProgress = false
    }

    init(isTerminal: Bool, usesColor: Bool, rewritesLines: Bool = true, messages: Int32 = 1) {
        self.rewritesLines = isTerminal && rewritesLines
        self.isTerminal = isTerminal
        self.usesColor = usesColor
        self.messages = messages
    }

    /// Columns, as far as known.
    var width: Int { terminalWidth(of: 1) }

    /// Program output, as it is; ^C cuts what is long.
    ///
    /// - Returns: whether all of it was written.
    @discardableResult
    func write(_ text: String) -> Bool {
        state.withLock { state in
            settle(&state)
            let isWritten = Self.put(text, to: 1)
            if !isWritten, support_interrupt_pending() == 0 { state.problem = errno }
            return isWritten
        }
    }

    /// Why output was lost, if it was.
    var problem: String? {
        let number = state.withLock { $0.problem }
        return number == 0 ? nil : String(cString: strerror(number))
    }

    @discardableResult
    func line(_ text: String) -> Bool { write(text + "\n") }

    /// An error or a remark, with a newline added.
    func message(_ text: String) {
        state.withLock { state in
            settle(&state)
            Self.put(text + "\n", to: messages)
        }
    }

    /// How far a long run is, on the line of its own.
    func progress(_ label: String, _ done: Int, _ total: Int, _ values: String) {
        guard rewritesLines else { return }
        let width = self.width
        state.withLock { state in
            let bar = ProgressBar.text(label, done, total, values, width: width)
            Self.put("\r\u{1B}[K" + bar, to: 1)
            state.showsProgress = true
        }
    }

    /// The line that remains of a long run.
    func progressEnded(_ text: String) {
        state.withLock { state in
            clearProgress(&state)
            Self.put(text + "\n", to: 1)
        }
    }

    /// As `message`, in the place of the `^C` that the terminal has echoed.
    func interruption(_ text: String) {
        state.withLock { $0.showsProgress = $0.showsProgress || rewritesLines }
        message(text)
    }

    /// Takes the progress line away.
    func settle() { state.withLock { settle(&$0) } }

    private func settle(_ state: inout State) { clearProgress(&state) }

    private func clearProgress(_ state: inout State) {
        if state.showsProgress { Self.put("\r\u{1B}[K", to: 1) }
        state.showsProgress = false
    }

    /// A terminal takes a megabyte in some tenths of a second, and somebody may have seen enough.
    private static let piece = 1 << 14

    @discardableResult
    private static func put(_ text: String, to file: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                if done >= piece, support_interrupt_pending() != 0 { return false }
                let count = Foundation.write(
                    file, bytes.baseAddress.map { $0 + done }, min(piece, bytes.count - done))
                if count >= 0 { done += count } else if errno != EINTR { return false }
            }
            return true
        }
    }

    // MARK: Colours

    enum Role: String {
        case prompt = "1;34"
        case strong = "1"
        case code = "36"
        case quiet = "2"
        case error = "1;31"
        case emphasis = "3"
    }

    func styled(_ text: String, _ role: Role) -> String {
        usesColor && !text.isEmpty ? "\u{1B}[\(role.rawValue)m\(text)\u{1B}[0m" : text
    }
}
