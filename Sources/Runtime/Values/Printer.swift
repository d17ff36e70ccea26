import Autodiff
import OrderedCollections
import Tensors

/// The text of values, to the letter of the contract's *Printing*.
struct Printer {
    /// A cell shows no more bytes of its value; `print` writes all.
    static let longestShown = 100_000
    /// What a message quotes of a text.
    private static let longestExcerpt = 60

    let machine: Machine
    /// Past so many bytes nothing more is written.
    var limit = Int.max

    /// What `print` writes: strings bare, everything else as inside a container.
    func text(_ value: Value) throws -> String {
        var result = ""
        try write(value, to: &result)
        return result
    }

    /// Appends what `print` writes.
    func write(_ value: Value, to result: inout String) throws {
        switch value {
        case .string(let text):
            guard text.text.utf8.count > limit else { return result += text.text }
            result += Self.beginning(of: text.text, limit) + "…"
        case .tensor(let node): result += try tensor(node)
        default: try write(value, depth: 0, &result)
        }
    }

    /// What a cell shows for its value: strings quoted; of a very long value the beginning, and how
    /// long it is.
    ///
    /// - Parameter limit: the most bytes of it.
    func shown(_ value: Value, limit: Int) throws -> String {
        if case .string(let text) = value, text.isTable { return text.text }
        if case .tensor(let node) = value { return try tensor(node) }
        var result = ""
        try Printer(machine: machine, limit: limit).write(value, depth: 0, &result)
        guard result.utf8.count > limit else { return result }
        return Self.beginning(of: result, limit) + " … (" + Self.size(of: value)
            + "; `print` writes all)"
    }

    private static func size(of value: Value) -> String {
        switch value {
        case .string(let text): plural(text.count, "character")
        case .list(let list): plural(list.items.count, "element")
        case .tuple(let tuple): plural(tuple.items.count, "element")
        case .dict(let dict): dict.items.count == 1 ? "1 entry" : "\(dict.items.count) entries"
        default: "cut"
        }
    }

    /// At most so many bytes of a text, whole code points.
    private static func beginning(of text: String, _ count: Int) -> Substring {
        guard count < text.utf8.count else { return text[...] }
        var end = text.utf8.index(text.startIndex, offsetBy: count)
        while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
        return text[..<end]
    }

    private func tensor(_ node: Node) throws -> String {
        try machine.value(of: node).description
    }

    /// Appends a value as it stands in a container.
    private func write(_ value: Value, depth: Int, _ result: inout String) throws {
        guard depth < 100 else { return result += "…" }
        try machine.poll()
        switch value {
        case .unset, .none: result += "nil"
        case .unknown, .sketch: throw UnknownValue()
        case .bool(let flag): result += flag ? "true" : "false"
        case .int(let number): result += String(number)
        case .float(let number): result += pythonFloat(number)
        case .symbol: try write(machine.demanded(value), depth: depth, &result)
        case .string(let text): try quote(text.text, &result)
        case .list(let list): try write("[", list.items, "]", depth, &result)
        case .tuple(let tuple): try write("(", tuple.items, ")", depth, &result)
        case .record(let record):
            try write("(", record.values, ")", labels: record.layout.labels, depth, &result)
        case .dict(let dict): try write(dict, depth, &result)
        case .range(let range): result += Self.range(range)
        case .tensor(let node):
            result +=
                node.shape.rank == 0
                ? try tensor(node) : "Tensor(\(node.dtype.name), \(node.shape))"
        default: result += try object(value)
        }
    }

    private func write(
        _ open: String, _ values: [Value], _ close: String, labels: [String] = [], _ depth: Int,
        _ result: inout String
    ) throws {
        result += open
        for (index, value) in values.enumerated() where result.utf8.count <= limit {
            if index > 0 { result += ", " }
            if index < labels.count { result += labels[index] + ": " }
            try write(value, depth: depth + 1, &result)
            // What comes after it will not be written.
            if result.utf8.count > limit { return }
        }
        result += close
    }

    private func write(_ dict: DictObject, _ depth: Int, _ result: inout String) throws {
        guard !dict.items.isEmpty else { return result += "[:]" }
        result += "["
        for (index, entry) in dict.items.elements.enumerated() {
            if index > 0 { result += ", " }
            try write(entry.key.value, depth: depth + 1, &result)
            result += ": "
            try write(entry.value, depth: depth + 1, &result)
            if result.utf8.count > limit { return }
        }
        result += "]"
    }

    private func quote(_ text: String, _ result: inout String) throws {
        result += "\""
        var room = limit - min(limit, result.utf8.count)
        for scalar in text.unicodeScalars {
            try machine.poll()
            Self.escape(scalar, &result)
            room -= 1
            if room < 0 { return }
        }
        result += "\""
    }

    /// The text of a value whose parts are short.
    private func nested(_ value: Value, depth: Int) throws -> String {
        var result = ""
        try write(value, depth: depth, &result)
        return result
    }

    private func object(_ value: Value) throws -> String {
        switch value {
        case .dtype(let dtype): return dtype.name
        case .function(let closure): return Self.function(closure)
        case .builtin(let builtin): return "func \(builtin.signature.text)"
        case .modelType(let definition): return "func \(definition.signature.text)"
        case .optimizerType(let definition): return "func \(definition.signature.text)"
        case .model(let model): return try self.model(model)
        case .optimizer(let optimizer): return try self.optimizer(optimizer)
        case .dataset(let dataset): return dataset.description
        case .tokenizer(let tokenizer): return tokenizer.description
        case .batches(let batches): return "batches of \(batches.size)"
        case .figure: return "figure"
        case .module(let module): return "module \(module.name)"
        default: return "nil"
        }
    }

    /// A function inside a constructor call: by its name.
    private func asArgument(_ value: Value) throws -> String {
        switch value {
        case .function(let closure) where !closure.isAnonymous: closure.name
        case .builtin(let builtin): builtin.signature.name
        case .modelType(let definition): definition.name
        case .optimizerType(let definition): definition.name
        default: try nested(value, depth: 1)
        }
    }

    /// As made: `Dense(50, relu) >> Dense(10)`.
    private func model(_ model: ModelInstance) throws -> String {
        if model.isChain {
            return try model.chainParts.map { try asArgument($0) }.joined(separator: " >> ")
        }
        let arguments = try model.madeWith.map { label, value in
            let text = try asArgument(value)
            return label.map { "\($0): \(text)" } ?? text
        }
        return "\(model.definitionName)(\(arguments.joined(separator: ", ")))"
    }

    /// With all its own options: `SGD(lr: 0.01, momentum: 0, nesterov: false)`.
    private func optimizer(_ optimizer: OptimizerInstance) throws -> String {
        let options = try optimizer.shownOptions.map { "\($0): \(try asArgument($1))" }
        return "\(optimizer.definition.name)(\(options.joined(separator: ", ")))"
    }

    static func function(_ closure: Closure) -> String {
        let names = closure.prototype.parameters.map(\.name).joined(separator: ", ")
        return closure.isAnonymous ? "func (\(names))" : "func \(closure.name)(\(names))"
    }

    static func range(_ range: RangeObject) -> String {
        let dots = range.isClosed ? "..." : "..<"
        let step = range.step == 1 ? "" : " by \(range.step)"
        return "\(range.start)\(dots)\(range.end)\(step)"
    }

    /// A string literal that reads back.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars { escape(scalar, &result) }
        return result + "\""
    }

    /// A text in a message: quoted, of a long one the beginning.
    static func excerpt(_ text: String) -> String {
        let beginning = beginning(of: text, longestExcerpt)
        return quoted(String(beginning)) + (beginning.endIndex == text.endIndex ? "" : "…")
    }

    private static func escape(_ scalar: Unicode.Scalar, _ result: inout String) {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case "{": result += "\\{"
        default:
            if scalar.value < 32 || scalar.value == 127 {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }

    /// A key in a message.
    static func excerpt(_ value: Value) -> String {
        if case .string(let text) = value { return excerpt(text.text) }
        return String(beginning(of: quoted(value), longestExcerpt))
    }

    /// A key, as it is written.
    static func quoted(_ value: Value) -> String {
        switch value {
        case .string(let text): return quoted(text.text)
        case .int(let number): return String(number)
        case .bool(let flag): return flag ? "true" : "false"
        case .tuple(let tuple):
            return "(" + tuple.items.map { quoted($0) }.joined(separator: ", ") + ")"
        default: return value.typeName
        }
    }
}
