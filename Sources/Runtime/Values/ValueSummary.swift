import Autodiff
import OrderedCollections
import Tensors

/// A few words for a value, for lists of variables: bounded, and nothing is computed for them.
enum ValueSummary {
    private static let longestText = 60
    private static let mostItems = 8
    private static let deepest = 6

    /// `float32 [2, 3]`, `[1, 2, 3]`, `Dense(10)`
    static func text(_ value: Value) -> String { limited(text(value, depth: 0)) }

    /// `float32 [2, 3]`; the shapes inside of records and tuples; else the type.
    static func shape(_ value: Value, depth: Int = 0) -> String {
        guard depth < deepest else { return value.typeName }
        return switch value {
        case .tensor(let node): "\(node.dtype.name) \(node.shape)"
        case .tuple(let tuple): "(\(tuple.items.map { shape($0, depth: depth + 1) }.joined(separator: ", ")))"
        case .record(let record):
            "("
                + zip(record.layout.labels, record.values).map { "\($0): \(shape($1, depth: depth + 1))" }
                .joined(separator: ", ") + ")"
        case .list(let list):
            "List of \(list.items.count)" + (list.items.first.map { ": \(shape($0, depth: depth + 1)), …" } ?? "")
        case .dataset(let dataset): dataset.description
        case .tokenizer(let tokenizer): tokenizer.description
        default: value.typeName
        }
    }

    private static func text(_ value: Value, depth: Int) -> String {
        guard depth < deepest else { return "…" }
        return switch value {
        case .unset, .none: "nil"
        case .unknown, .sketch: "?"
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .float(let number): pythonFloat(number)
        case .string(let text): Printer.quoted(String(text.text.prefix(longestText)))
        case .list(let list): "[\(items(list.items[...], depth))]"
        case .tuple(let tuple): "(\(items(tuple.items[...], depth)))"
        case .record(let record):
            "("
                + zip(record.layout.labels, record.values).prefix(mostItems)
                .map { "\($0): \(text($1, depth: depth + 1))" }.joined(separator: ", ") + ")"
        case .dict(let dict):
            dict.items.isEmpty
                ? "[:]"
                : "["
                    + dict.items.prefix(mostItems)
                    .map { "\(Printer.quoted($0.value)): \(text($1, depth: depth + 1))" }
                    .joined(separator: ", ") + (dict.items.count > mostItems ? ", …" : "") + "]"
        case .range(let range): Printer.range(range)
        case .tensor(let node):
            if node.shape.rank == 0, let tensor = node.value {
                "\(node.dtype.name) \(tensor.description)"
            } else {
                "\(node.dtype.name) \(node.shape)"
            }
        case .symbol(let symbol): symbol.isInt ? "Int" : "Float"
        case .dtype(let dtype): dtype.name
        case .function(let closure): Printer.function(closure)
        case .builtin(let builtin): "func \(builtin.signature.text)"
        case .modelType(let definition): "func \(definition.signature.text)"
        case .optimizerType(let definition): "func \(definition.signature.text)"
        case .model(let model): self.model(model, depth)
        case .optimizer(let optimizer): optimizer.definition.name
        case .dataset(let dataset): dataset.description
        case .tokenizer(let tokenizer): tokenizer.description
        case .batches(let batches): "batches of \(batches.size)"
        case .figure: "figure"
        case .module(let module): "module \(module.name)"
        case .cell, .iterator: ""
        }
    }

    private static func items(_ items: ArraySlice<Value>, _ depth: Int) -> String {
        guard depth < 3 else { return items.isEmpty ? "" : "…" }
        let shown = items.prefix(mostItems).map { text($0, depth: depth + 1) }
        return (shown + (items.count > mostItems ? ["… \(items.count) items"] : []))
            .joined(separator: ", ")
    }

    private static func model(_ model: ModelInstance, _ depth: Int) -> String {
        guard depth < 6 else { return "…" }
        switch model.kind {
        case .chain(let parts):
            return parts.prefix(mostItems).map { part in
                switch part {
                case .function(let closure) where !closure.isAnonymous: closure.name
                case .builtin(let builtin): builtin.signature.name
                default: text(part, depth: depth + 1)
                }
            }.joined(separator: " >> ") + (parts.count > mostItems ? " >> …" : "")
        case .defined(let definition):
            let arguments = model.madeWith.prefix(mostItems).map { label, value in
                let shown: String
                switch value {
                case .function(let closure): shown = closure.name
                case .builtin(let builtin): shown = builtin.signature.name
                default: shown = text(value, depth: depth + 1)
                }
                return label.map { "\($0): \(shown)" } ?? shown
            }
            return "\(definition.name)(\(arguments.joined(separator: ", ")))"
        }
    }

    private static func limited(_ text: String) -> String {
        let line = text.split(separator: "\n", omittingEmptySubsequences: true).first ?? ""
        return line.count > longestText ? line.prefix(longestText - 1) + "…" : String(line)
    }
}
