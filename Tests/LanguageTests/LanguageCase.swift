import Foundation
import RuntimeTesting
import Testing

/// A program with the expectations in its comments; README.md of the folder says how they are written.
struct LanguageCase: CustomTestStringConvertible, Sendable {
    /// The path below `cases/`.
    let path: String
    let cells: [Cell]

    struct Cell: Sendable {
        /// The line of the file before the cell's first.
        var lineOffset: Int
        var text: String
        var expectations: [Expectation]
    }

    struct Expectation: Sendable {
        enum Kind: Sendable, Equatable {
            case output(String)
            /// The identifier of an error; a part of its message; a part of its help or notes.
            case error(String), message(String), help(String)
            /// The identifier of a warning.
            case warning(String)
        }
        var kind: Kind
        /// 1-based, in the cell.
        var line: Int
    }

    var testDescription: String { path }

    static let folder = repository.appending(path: "Tests/LanguageTests/cases")

    /// Every `.dl` file below `cases/`, sorted; files in a folder `modules` are imported by others.
    static let all: [LanguageCase] = {
        let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
        return (paths ?? []).filter { $0.hasSuffix(".dl") && !$0.contains("/modules/") }.sorted()
            .compactMap { path in
                guard
                    let text = try? String(contentsOf: folder.appending(path: path), encoding: .utf8)
                else { return nil }
                return LanguageCase(path: path, text: text)
            }
    }()

    init(path: String, text: String) {
        self.path = path
        var cells: [Cell] = []
        var lines: [Substring] = []
        var offset = 0
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in all.enumerated() {
            if line.hasPrefix("#---") {
                cells.append(Cell(lineOffset: offset, lines: lines))
                lines = []
                offset = number + 1
            } else {
                lines.append(line)
            }
        }
        cells.append(Cell(lineOffset: offset, lines: lines))
        self.cells = cells
    }
}

extension LanguageCase.Cell {
    init(lineOffset: Int, lines: [Substring]) {
        self.lineOffset = lineOffset
        self.text = lines.joined(separator: "\n")
        // A line that is only a comment belongs to the line of code before it.
        var codeLine = 1
        var expectations: [LanguageCase.Expectation] = []
        for (index, line) in lines.enumerated() {
            if !line.drop(while: { $0 == " " }).hasPrefix("#") { codeLine = index + 1 }
            guard let kind = Self.kind(line) else { continue }
            expectations.append(LanguageCase.Expectation(kind: kind, line: codeLine))
        }
        self.expectations = expectations
    }

    private static func kind(_ line: Substring) -> LanguageCase.Expectation.Kind? {
        func rest(_ mark: String) -> String? {
            line.range(of: mark).map { range in
                let text = line[range.upperBound...]
                return String(text.hasPrefix(" ") ? text.dropFirst() : text)
            }
        }
        if let text = rest("# expect:") { return .output(text) }
        if let text = rest("# error:") { return .error(text) }
        if let text = rest("# expect error:") { return .message(text) }
        if let text = rest("# help:") { return .help(text) }
        if let text = rest("# warning:") { return .warning(text) }
        return nil
    }
}
