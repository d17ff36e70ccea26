import Autodiff
import Formats
import Tensors

/// What `save` writes as a table.
extension Machine {
    /// A dict of columns, or a tensor `[N]` or `[N, D]`, whose columns are numbered as `readCSV` does without a header.
    func table(of value: Value) throws -> Table {
        switch value {
        case .dict(let dict):
            return try Table(
                dict.items.map { key, value in
                    guard case .string(let name) = key else {
                        throw CallFailures.argument(
                            "save", "value", wants: "a dict from names to columns", got: key.value)
                    }
                    return Table.Column(name: name, values: try column(value, name))
                })
        case .tensor(let node):
            let tensor = try savedTensor(node)
            guard tensor.shape.rank == 1 || tensor.shape.rank == 2 else {
                throw Failure(
                    "shape.table", "a table is made of a tensor [N] or [N, D], not of \(tensor.shape)")
            }
            let width = tensor.shape.rank == 1 ? 1 : tensor.shape[1]
            return try Table(
                (0..<width).map { index in
                    Table.Column(name: "column\(index + 1)", values: numbers(tensor, from: index, by: width))
                })
        default:
            throw CallFailures.argument(
                "save", "value", wants: "a tensor or a dict of columns for a table", got: value)
        }
    }

    private func column(_ value: Value, _ name: String) throws -> Table.Values {
        switch value {
        case .tensor(let node) where node.shape.rank == 1: return numbers(try savedTensor(node), from: 0, by: 1)
        case .list(let list):
            let texts = list.items.compactMap { item -> String? in
                if case .string(let text) = item { return text.text }
                return nil
            }
            if texts.count == list.items.count { return .strings(texts) }
            let node = try tensor(value, dtype: .float64)
            if node.shape.rank == 1 { return numbers(try savedTensor(node), from: 0, by: 1) }
        default: break
        }
        throw Failure(
            "shape.table", "the column \"\(name)\" is no vector, but \(described(value))",
            help: "a column is a tensor [N] or a list of numbers or texts")
    }

    /// Every `step`th number, with as many digits as its dtype needs.
    private func numbers(_ tensor: Tensor, from start: Int, by step: Int) -> Table.Values {
        let places = stride(from: start, to: tensor.count, by: step)
        switch tensor.dtype {
        case .float32:
            return .numbers(places.map { Double(Float(tensor.double(at: $0)).description) ?? .nan })
        case .float64: return .numbers(places.map { tensor.double(at: $0) })
        case .bool, .uint8, .int32, .int64: return .strings(places.map { String(tensor.int(at: $0)) })
        }
    }
}
