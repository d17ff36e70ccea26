public import Diagnostics

/// A code cell of a notebook: a fenced block whose info string starts with the word `dl`.
public struct Cell: Sendable {
    /// The place among all cells of the notebook, from 1.
    public let position: Int
    /// The place among the cells without a name, from 1; `nil` for a named cell. Together with the
    /// name it is what a cell's random stream depends on, so that naming a cell detaches it from
    /// its neighbours.
    public let unnamedPosition: Int?
    /// The name given by `{#name}`. Unique in its notebook: of two equal names the second is
    /// reported and dropped.
    public let name: String?
    public let attributes: CellAttributes
    /// The code between the fences, line for line (with `\n` as the only line ending). Its name is
    /// `label`, its file the notebook's name and its first line the line below the opening fence,
    /// so positions in it are drawn as `notebook.dln:line:col`.
    public let source: SourceText
    /// The lines of the opening and closing fence in the notebook, from 1. They are equal if the
    /// opening fence is the last line of the file.
    public let lines: ClosedRange<Int>
    /// False if the file ends before the closing fence.
    public let isClosed: Bool

    /// What a reader calls the cell: `cell train`, `cell 3`.
    public var label: String { "cell \(name ?? String(position))" }

    /// A name for files made by the cell: `train`, `cell-03`. Unique in the notebook, because
    /// names of the form `cell-03` are refused.
    public var fileStem: String {
        name ?? (position < 10 ? "cell-0\(position)" : "cell-\(position)")
    }
}

/// What the words in braces after `dl` ask for.
public struct CellAttributes: Equatable, Sendable {
    /// `skip`: the cell is shown but not run.
    public var isSkipped = false
    /// `hide`: the cell runs and shows its results, but not its code.
    public var hidesCode = false
    /// `expect-error`: the cell is meant to fail, and it is an error if it does not.
    public var expectsError = false
    /// `timeout=5m`: how long the cell may run.
    public var timeout: Duration?
    /// `width=800`: the width of its figures in CSS pixels, 1 to 10000.
    public var width: Int?
    /// `height=500`: the height of its figures in CSS pixels, 1 to 10000.
    public var height: Int?

    public init() {}
}

/// One word that may stand in the braces of a cell.
///
/// Documentation, completion and the parser read `all`; a new attribute is a new element.
public struct CellAttribute: Sendable {
    public let name: String
    /// The attribute as it is written, with a value if it takes one.
    public let example: String
    public let summary: String
    /// Sets the attribute from the text after `=` (`nil` without one); gives false if that is no
    /// value for it.
    let apply: @Sendable (inout CellAttributes, String?) -> Bool

    public static let all: [CellAttribute] = [
        flag("skip", "show the cell, do not run it") { $0.isSkipped = true },
        flag("hide", "run the cell, do not show its code") { $0.hidesCode = true },
        flag("expect-error", "the cell is meant to fail") { $0.expectsError = true },
        CellAttribute(
            name: "timeout", example: "timeout=5m",
            summary: "how long the cell may run, in ms, s, m or h"
        ) { attributes, text in
            guard let text, let duration = duration(text) else { return false }
            attributes.timeout = duration
            return true
        },
        CellAttribute(
            name: "width", example: "width=800", summary: "width of its figures in CSS pixels"
        ) { attributes, text in
            guard let pixels = pixels(text) else { return false }
            attributes.width = pixels
            return true
        },
        CellAttribute(
            name: "height", example: "height=500", summary: "height of its figures in CSS pixels"
        ) { attributes, text in
            guard let pixels = pixels(text) else { return false }
            attributes.height = pixels
            return true
        },
    ]

    private static func flag(
        _ name: String, _ summary: String,
        _ set: @escaping @Sendable (inout CellAttributes) -> Void
    ) -> CellAttribute {
        CellAttribute(name: name, example: name, summary: summary) { attributes, text in
            guard text == nil else { return false }
            set(&attributes)
            return true
        }
    }

    private static func pixels(_ text: String?) -> Int? {
        guard let text, text.utf8.allSatisfy(isDigit), let number = Int(text),
            (1...10_000).contains(number)
        else { return nil }
        return number
    }

    /// A duration such as `90`, `90s`, `1.5h` or `250ms`; a bare number counts seconds. `nil` if
    /// it is not one, or not between a millisecond and a thousand hours.
    public static func duration(_ text: String) -> Duration? {
        let units: [(suffix: String, milliseconds: Double)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("", 1000),
        ]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
        let number = text.dropLast(unit.suffix.count)
        guard let first = number.utf8.first, isDigit(first),
            number.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }),
            let count = Double(number)
        else { return nil }
        let milliseconds = (count * unit.milliseconds).rounded()
        guard milliseconds >= 1, milliseconds <= 3_600_000_000 else { return nil }
        return .milliseconds(Int(milliseconds))
    }
}

func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
