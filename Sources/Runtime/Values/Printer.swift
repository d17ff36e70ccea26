import Autodiff
import OrderedCollections
import Tensors

/// The text of values, to the letter of the contract's *Printing*.
struct Printer {
    let machine: Machine

    /// What `print` writes: strings bare, everything else as inside a container.
    func text(_ value: Value) throws -> String {
        if case .string(let text) = value { return text.text }
        if case .tensor(let node) = value { return try tensor(node) }
        return try nested(value, depth: 0)
    }

    /// What a cell shows for its value: strings quoted.
    func shown(_ value: Value) throws -> String {
        if case .string(let text) = value, text.isTable { return text.text }
        if case .tensor(let node) = value { return try tensor(node) }
        return try nested(value, depth: 0)
    }

    private func tensor(_ node: Node) throws -> String {
        try machine.value(of: node).description
    }

    private func nested(_ value: Value, depth: Int) throws -> String {
        guard depth < 100 else { return "…" }
        try machine.poll()
        func items(_ values: [Value]) throws -> String {
            try values.map { try nested($0, depth: depth + 1) }.joined(separator: ", ")
        }
        switch value {
        case .unset, .none: return "nil"
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .float(let number): return pythonFloat(number)
        case .symbol: return try nested(machine.demanded(value), depth: depth)
        case .string(let text): return Self.quoted(text.text)
        case .list(let list): return "[\(try items(list.items))]"
        case .tuple(let tuple): return "(\(try items(tuple.items)))"
        case .record(let record):
            let fields = try zip(record.layout.labels, record.values).map {
                "\($0): \(try nested($1, depth: depth + 1))"
            }
            return "(\(fields.joined(separator: ", ")))"
        case .dict(let dict):
            if dict.items.isEmpty { return "[:]" }
            let entries = try dict.items.map {
                "\(try nested($0.value, depth: depth + 1)): \(try nested($1, depth: depth + 1))"
            }
            return "[\(entries.joined(separator: ", "))]"
        case .range(let range): return Self.range(range)
        case .tensor(let node):
            if node.shape.rank == 0 { return try tensor(node) }
            return "Tensor(\(node.dtype.name), \(node.shape))"
        default: return try object(value)
        }
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
        for scalar in text.unicodeScalars {
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
        return result + "\""
    }

    /// A key in a message.
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
