public import Diagnostics

/// The settings between the `---` lines at the top of a notebook.
public struct FrontMatter: Sendable {
    /// The newest version of the notebook format that this program reads.
    public static let currentVersion = 1
    /// The keys that mean something to the program.
    public static let knownKeys = ["dln", "title", "seed", "params"]

    /// A key that the program does not use, and the text after its colon as it stands in the file.
    public struct Entry: Equatable, Sendable {
        public let key: String
        public let text: String
    }

    /// `dln: 1`
    public var version = FrontMatter.currentVersion
    public var title: String?
    /// `seed: 42`; what the random streams of the cells start from.
    public var seed = 0
    /// `params: {lr: 0.001, epochs: 20}`, in the order of the file.
    public var parameters: [NotebookParameter] = []
    /// Keys of other tools.
    public var others: [Entry] = []

    public init() {}

    /// The text of a key of another tool, without quotation marks: `lang`, `author`.
    public func other(_ key: String) -> String? {
        guard let text = others.first(where: { $0.key == key })?.text else { return nil }
        guard text.count >= 2, let mark = text.first, mark == text.last, "\"'".contains(mark)
        else { return text }
        return String(text.dropFirst().dropLast())
    }
}

/// A name with a value that the cells can use and a run can override: `-p lr=0.01`.
public struct NotebookParameter: Equatable, Sendable {
    public let name: String
    public let value: ParameterValue
    /// Where the front matter sets it.
    public let span: Span

    public init(name: String, value: ParameterValue, span: Span) {
        self.name = name
        self.value = value
        self.span = span
    }
}

/// The value of a parameter. Its case is its type, which an override must keep.
public enum ParameterValue: Equatable, Sendable {
    case int(Int)
    case float(Double)
    case string(String)
    case bool(Bool)

    /// The name of the type in the language.
    public var typeName: String {
        switch self {
        case .int: "Int"
        case .float: "Float"
        case .string: "String"
        case .bool: "Bool"
        }
    }

    /// The value as an expression of the language.
    public var literal: String {
        switch self {
        case .int(let value): String(value)
        case .float(let value): String(value)
        case .bool(let value): String(value)
        case .string(let text): Self.quoted(text)
        }
    }

    /// A string literal of the language: braces would start an interpolation.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\", "{": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            case _: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Reads an Int, Float or Bool as the language writes them (`1_000`, `0xff`, `1e-3`, `-inf`);
    /// `nil` for anything else, so also for an Int that does not fit 64 bits.
    init?(literal text: String) {
        switch text {
        case "true": self = .bool(true)
        case "false": self = .bool(false)
        case "inf", "+inf": self = .float(.infinity)
        case "-inf": self = .float(-.infinity)
        case "nan": self = .float(.nan)
        default:
            guard let number = Self.number(text) else { return nil }
            self = number
        }
    }

    private static func number(_ text: String) -> ParameterValue? {
        let sign = text.hasPrefix("-") ? "-" : ""
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard let first = digits.utf8.first, isDigit(first), !digits.hasSuffix("_"),
            !digits.contains("__")
        else { return nil }
        let plain = digits.filter { $0 != "_" }
        if plain.hasPrefix("0x") || plain.hasPrefix("0X") {
            return Int(sign + plain.dropFirst(2), radix: 16).map { .int($0) }
        }
        if plain.utf8.allSatisfy(isDigit) { return Int(sign + plain).map { .int($0) } }
        let allowed = plain.utf8.allSatisfy { isDigit($0) || ".eE+-".utf8.contains($0) }
        guard allowed, let last = plain.utf8.last, isDigit(last), let value = Double(sign + plain)
        else { return nil }
        return .float(value)
    }
}
