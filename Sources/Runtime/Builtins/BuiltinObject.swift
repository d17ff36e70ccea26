import Autodiff
import Tensors

/// A function of the language that is made in Swift.
final class BuiltinObject: Compound {
    typealias Body = (Machine, [Value]) throws -> Value

    enum Kind {
        /// Called with one value per parameter.
        case native(Body)
        /// Takes any number of arguments, as they come.
        case variadic(Body)
        /// Takes any number of labelled arguments: `track(loss: l)`.
        case labelled((Machine, [(label: String?, value: Value)]) throws -> Value)
        /// A function of tensors, from the engine's list.
        case operation(Operation)
        /// By the first argument: tensors go to the operation, other values to the body.
        case overloaded(Operation, Builtin)
        /// `f >> g` of functions.
        case composition([Value])
    }

    let signature: Signature
    private(set) var kind: Kind
    let defaults: [Value]
    let documentation: String
    /// Whether a replayed program may leave the call out: it only computes.
    let isPure: Bool
    /// What the body refers to besides its arguments: `f` in `grad(f)`.
    var holds: [Value] { held.values }
    private let held: HeldValues

    init(_ builtin: Builtin) {
        self.signature = Signature(name: builtin.name, parameters: builtin.parameters)
        self.kind = builtin.isVariadic ? .variadic(builtin.body) : .native(builtin.body)
        self.defaults = builtin.defaults.map(\.value)
        self.documentation = builtin.documentation
        self.isPure = builtin.isPure
        self.held = HeldValues([])
    }

    /// A declaration with a body of its own.
    init(_ builtin: Builtin, holding held: [Value] = [], _ body: @escaping Body) {
        self.signature = Signature(name: builtin.name, parameters: builtin.parameters)
        self.kind = .native(body)
        self.defaults = builtin.defaults.map(\.value)
        self.documentation = ""
        self.isPure = true
        self.held = HeldValues(held)
    }

    init(_ operation: Operation, overloading builtin: Builtin?) {
        self.signature = OperationCalls.signature(operation)
        self.kind = builtin.map { .overloaded(operation, $0) } ?? .operation(operation)
        self.defaults = builtin?.defaults.map(\.value) ?? []
        self.documentation = operation.documentation
        self.isPure = true
        self.held = HeldValues([])
    }

    init(composition parts: [Value]) {
        self.signature = Signature(
            name: "composition", parameters: [ParameterInfo(name: "x", isOptional: false)])
        self.kind = .composition(parts)
        self.defaults = []
        self.documentation = ""
        self.isPure = true
        self.held = HeldValues(parts)
    }

    deinit {
        var pending: [Compound] = []
        surrender(to: &pending)
        Compound.drain(&pending)
    }

    /// Refuses labels: its values are taken as they come.
    func refuse(_ labels: [String?]) throws {
        guard let label = labels.compactMap({ $0 }).first else { return }
        let values = ParameterInfo(name: "values…", isOptional: true)
        throw CallFailures.unknownLabel(label, Signature(name: signature.name, parameters: [values]))
    }

    override func surrender(to pending: inout [Compound]) {
        if case .composition = kind { kind = .composition([]) }
        Compound.take(&held.values, to: &pending)
    }

    /// A function that a builtin makes: `grad(f)`, an initializer.
    init(
        _ name: String, _ parameters: [String], _ body: @escaping Body
    ) {
        self.signature = Signature(
            name: name, parameters: parameters.map { ParameterInfo(name: $0, isOptional: false) })
        self.kind = .native(body)
        self.defaults = parameters.map { _ in .none }
        self.documentation = ""
        self.isPure = true
        self.held = HeldValues([])
    }

    /// A function of any labelled arguments that does more than compute.
    init(
        labelled name: String, _ documentation: String,
        _ body: @escaping (Machine, [(label: String?, value: Value)]) throws -> Value
    ) {
        self.signature = Signature(
            name: name, parameters: [ParameterInfo(name: "values", isOptional: true)])
        self.kind = .labelled(body)
        self.defaults = []
        self.documentation = documentation
        self.isPure = false
        self.held = HeldValues([])
    }

    /// A function made of another one, whose arguments it takes as they come.
    ///
    /// The body is given the function: it must not capture it, see `Compound`.
    init(
        derivative name: String, of function: Value,
        _ body: @escaping (Machine, Value, [(label: String?, value: Value)]) throws -> Value
    ) {
        let held = HeldValues([function])
        self.signature = Signature(name: name, parameters: [])
        self.kind = .labelled { try body($0, held.values.first ?? .none, $1) }
        self.defaults = []
        self.documentation = ""
        self.isPure = true
        self.held = held
    }

    /// As above, of the argument `x` alone.
    init(
        derivative name: String, of function: Value,
        _ body: @escaping (Machine, Value, Value) throws -> Value
    ) {
        let held = HeldValues([function])
        self.signature = Signature(
            name: name, parameters: [ParameterInfo(name: "x", isOptional: false)])
        self.kind = .native { try body($0, held.values.first ?? .none, $1[0]) }
        self.defaults = [.none]
        self.documentation = ""
        self.isPure = true
        self.held = held
    }
}

/// The declaration of a builtin: a value in one of the lists of `Builtin.all`.
struct Builtin: Sendable {
    /// A default that a signature can write.
    enum Default: Sendable {
        case required, none, bool(Bool), int(Int), float(Double), string(String)

        var value: Value {
            switch self {
            case .required: .unset
            case .none: .none
            case .bool(let flag): .bool(flag)
            case .int(let number): .int(number)
            case .float(let number): .float(number)
            case .string(let text): .string(text)
            }
        }
    }

    let name: String
    let parameters: [ParameterInfo]
    let defaults: [Default]
    let documentation: String
    let isPure: Bool
    let isVariadic: Bool
    /// Whether it makes an Int of any number, as `floor` does, and the operation of that name does not.
    let givesInt: Bool
    let body: @Sendable (Machine, [Value]) throws -> Value

    /// - Parameters:
    ///   - signature: As users read it: `sorted(xs, by = nil, reverse = false)`, `print(values...)`.
    ///   - documentation: Markdown; the first line is a summary.
    ///   - isPure: Whether it only computes.
    init(
        _ signature: String, _ documentation: String, isPure: Bool = true, givesInt: Bool = false,
        _ body: @escaping @Sendable (Machine, [Value]) throws -> Value
    ) {
        let open = signature.firstIndex(of: "(") ?? signature.endIndex
        self.name = String(signature[..<open])
        let inside = signature[open...].dropFirst().dropLast()
        self.isVariadic = inside.hasSuffix("...")
        var parameters: [ParameterInfo] = []
        var defaults: [Default] = []
        for part in inside.split(separator: ",") where !isVariadic {
            let sides = part.split(separator: "=", maxSplits: 1)
                .map { $0.filter { $0 != " " } }
            let text = sides.count > 1 ? sides[1] : nil
            parameters.append(
                ParameterInfo(
                    name: sides.first ?? "", isOptional: text != nil, defaultText: text))
            defaults.append(text.map(Self.literal) ?? .required)
        }
        self.parameters = parameters
        self.defaults = defaults
        self.documentation = documentation
        self.isPure = isPure
        self.givesInt = givesInt
        self.body = body
    }

    /// The signature of a function that is bound to an object.
    init(bound signature: String) { self.init(signature, "") { _, _ in .none } }

    private static func literal(_ text: String) -> Default {
        switch text {
        case "nil": .none
        case "true": .bool(true)
        case "false": .bool(false)
        default:
            if text.hasPrefix("\"") {
                .string(String(text.dropFirst().dropLast()))
            } else if let number = Int(text) {
                .int(number)
            } else {
                .float(Double(text) ?? 0)
            }
        }
    }
}

extension Machine {
    func call(
        _ builtin: BuiltinObject, _ arguments: [Value], _ labels: [String?]
    ) throws -> Value {
        if let recording, !builtin.isPure { recording.calls(builtin.signature.name) }
        guard let check else { return try carryOut(builtin, arguments, labels) }
        return try checkedCall(builtin, arguments, labels, check)
    }

    func carryOut(
        _ builtin: BuiltinObject, _ arguments: [Value], _ labels: [String?]
    ) throws -> Value {
        switch builtin.kind {
        case .native(let body):
            return try body(self, bound(arguments, labels, builtin.signature, builtin.defaults))
        case .variadic(let body):
            try builtin.refuse(labels)
            return try body(self, arguments)
        case .labelled(let body):
            return try body(
                self,
                arguments.enumerated().map { index, value in
                    (labels.indices.contains(index) ? labels[index] : nil, value)
                })
        case .operation(let operation):
            return try OperationCalls(machine: self).call(operation, arguments, labels)
        case .overloaded(let operation, let other):
            return try overloaded(operation, other, builtin.defaults, arguments, labels)
        case .composition(let parts):
            var value = try call(parts[0], arguments, labels: labels)
            for part in parts.dropFirst() { value = try call(part, [value]) }
            return value
        }
    }

    private func overloaded(
        _ operation: Operation, _ other: Builtin, _ defaults: [Value], _ arguments: [Value],
        _ labels: [String?]
    ) throws -> Value {
        let areSeveral = other.isVariadic && arguments.count > 1 && labels.isEmpty
        switch arguments.first {
        case .tensor(let node) where node.shape.rank == 0 && areSeveral:
            // `max(loss, 0.1)`: several numbers, one of which is a tensor's.
            return try other.body(self, arguments)
        case .symbol where areSeveral || check == nil && other.givesInt:
            return try other.body(self, arguments)
        case .tensor, .symbol:
            return try OperationCalls(machine: self).call(operation, arguments, labels)
        default: break
        }
        if other.isVariadic {
            if !labels.isEmpty, !arguments.contains(where: { if case .tensor = $0 { true } else { false } }) {
                try BuiltinObject(other).refuse(labels)
            }
            let areNumbers = arguments.allSatisfy { if case .tensor(let node) = $0 { node.shape.rank == 0 } else { true } }
            if areSeveral, areNumbers { return try other.body(self, arguments) }
            for case .tensor in arguments {
                return try OperationCalls(machine: self).call(operation, arguments, labels)
            }
            return try other.body(self, arguments)
        }
        let signature = Signature(name: other.name, parameters: other.parameters)
        return try other.body(self, bound(arguments, labels, signature, defaults))
    }

    /// One value per parameter.
    func bound(
        _ arguments: [Value], _ labels: [String?], _ signature: Signature, _ defaults: [Value]
    ) throws -> [Value] {
        let count = arguments.count
        if labels.isEmpty, count == signature.parameters.count { return arguments }
        if labels.isEmpty, count < signature.parameters.count,
            signature.parameters[count...].allSatisfy(\.isOptional)
        {
            return arguments + defaults[count...]
        }
        let order = try signature.order(of: count, labels)
        return order.enumerated().map { $1 < 0 ? defaults[$0] : arguments[$1] }
    }
}
