import Autodiff
import Tensors

/// A tokenizer as a value of the language.
final class TokenizerObject {
    let tokenizer: any Tokenizer
    /// Made when first asked for.
    private(set) lazy var tokens = tokenizer.tokens

    init(_ tokenizer: any Tokenizer) { self.tokenizer = tokenizer }

    static let memberNames = ["encode", "decode", "size", "tokens", "id"]

    var description: String { "\(type(of: tokenizer).kind) tokenizer: \(tokens.count) tokens" }

    func member(_ name: String) -> Value? {
        func bound(_ signature: String, _ body: @escaping BuiltinObject.Body) -> Value {
            .builtin(BuiltinObject(Builtin(bound: signature), holding: [.tokenizer(self)], body))
        }
        switch name {
        case "size": return .int(tokens.count)
        case "tokens": return .list(tokens.map { .string($0) })
        case "id":
            return bound("id(token)") { m, a in
                let token = try m.text(a[0], "id", "token")
                return self.tokenizer.id(of: token).map { .int($0) } ?? Value.none
            }
        case "encode":
            if let pieces = tokenizer as? WordPieceTokenizer {
                return bound("encode(text, special = true)") { m, a in
                    let text = try m.text(a[0], "encode", "text")
                    try m.requireMemory(text.utf8.count, elementsOf: 2 * MemoryLayout<Value>.stride)
                    let isWhole = try m.truth(a[1])
                    let ids = try m.stoppable(text.utf8.count) {
                        try isWhole ? pieces.encode(text) : pieces.encodeInside(text)
                    }
                    return try m.list(of: ids) { .int($0) }
                }
            }
            return bound("encode(text)") { m, a in
                let text = try m.text(a[0], "encode", "text")
                try m.requireMemory(text.utf8.count, elementsOf: 2 * MemoryLayout<Value>.stride)
                let ids = try m.stoppable(text.utf8.count) { try self.tokenizer.encode(text) }
                return try m.list(of: ids) { .int($0) }
            }
        case "decode":
            return bound("decode(ids, special = false)") { m, a in
                .string(
                    self.tokenizer.decode(try self.ids(a[0], m), keepsSpecial: try m.truth(a[1])))
            }
        default: return nil
        }
    }

    /// A list, a range or a vector of token numbers.
    private func ids(_ value: Value, _ machine: Machine) throws -> [Int] {
        let ids: [Int]
        switch value {
        case .tensor(let node):
            let isInteger = [DType.uint8, .int32, .int64].contains(node.dtype)
            guard node.shape.rank <= 1, isInteger else {
                throw CallFailures.argument(
                    "decode", "ids", wants: "Ints in a list or in a tensor of one axis", got: value)
            }
            let tensor = try machine.value(of: node)
            ids = (0..<tensor.count).map { tensor.int(at: $0) }
        case .int(let id): ids = [id]
        default:
            ids = try machine.elements(value, "decode").map { item in
                guard let id = try machine.int(item) else {
                    throw CallFailures.argument("decode", "ids", wants: "Ints", got: item)
                }
                return id
            }
        }
        if let wrong = ids.first(where: { !tokens.indices.contains($0) }) {
            throw Failure(
                "tokenizer.id", "there is no token \(wrong): they are numbered 0 to \(tokens.count - 1)")
        }
        return ids
    }
}
