import CReadline
import Diagnostics

/// The line that shows how far a run is, for the tool's other commands.
public func progressText(
    _ label: String, _ done: Int, _ total: Int, _ values: String, width: Int
) -> String {
    ProgressBar.text(label, done, total, values, width: width)
}

/// The same before there is a number.
public func progressText(_ label: String, width: Int) -> String {
    ProgressBar.cut(label, to: max(10, width - 1))
}

/// Columns of the terminal behind a file descriptor, 80 if unknown.
public func terminalWidth(of file: Int32) -> Int {
    let columns = Int(terminal_columns(file))
    return columns > 0 ? columns : 80
}

/// `epoch 3/20  ━━━━━━━━━╸          45 %  loss 0.0712`
///
/// Where the line is short the bar shrinks, then goes: the numbers say more.
enum ProgressBar {
    private static let longest = 20
    private static let shortest = 5

    static func text(
        _ label: String, _ done: Int, _ total: Int, _ values: String, width: Int
    ) -> String {
        // A program says how far it is, with any numbers.
        let part = total > 0 ? min(1, max(0, Double(done) / Double(total))) : 0
        let percent = Int(part * 100)
        let pad = String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0)
        let numbers = "\(pad)\(percent) %  \(values)"
        // One column stays free: a full line would wrap in some terminals.
        let room = max(10, width - 1)
        let cells = min(longest, room - columns(label) - columns(numbers) - 3)
        if cells < shortest { return cut("\(label)  \(numbers)", to: room) }
        let halves = Int(part * Double(cells * 2))
        let full = String(repeating: "━", count: halves / 2)
        let half = halves % 2 == 1 ? "╸" : ""
        let empty = String(repeating: " ", count: cells - full.count - half.count)
        return "\(label)  \(full)\(half)\(empty) \(numbers)"
    }

    /// What fits into the columns, on one line.
    static func cut(_ text: String, to columns: Int) -> String {
        var left = columns
        return String(
            text.prefix { character in
                left -= cellWidth(character)
                return left >= 0 && !character.isNewline
            })
    }

    private static func columns(_ text: String) -> Int {
        text.reduce(0) { $0 + cellWidth($1) }
    }
}
