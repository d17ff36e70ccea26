import Autodiff
import Diagnostics
import Figures

// Calls of builtins on shapes alone.

extension Machine {
    /// A call of a builtin on shapes alone.
    func checkedCall(
        _ builtin: BuiltinObject, _ arguments: [Value], _ labels: [String?], _ check: ShapeCheck
    ) throws -> Value {
        switch builtin.signature.name {
        case "print":
            try checkSignature(builtin, arguments, labels)
            return Value.none
        case "track":
            // What is noted may be unknown; that it is noted is not.
            return try carryOut(builtin, arguments, labels)
        case "clock":
            try checkSignature(builtin, arguments, labels)
            return unknownNumber(isInt: false)
        case "save", "writeText", "load":
            guard arguments.contains(where: { Self.holdsUnknown($0) }) || mayReadUnknown(builtin, arguments)
            else { return try carryOut(builtin, arguments, labels) }
            return try checkedFileCall(builtin, arguments, labels, check)
        default:
            // Figures look at the other arguments as well.
            if case .labelled = builtin.kind, Mark.named(builtin.signature.name) != nil {
                return try carryOut(builtin, arguments, labels)
            }
            do {
                if arguments.contains(where: \.isOpen) { return try openCall(builtin, arguments, labels) }
                if builtin.signature.name == "Tensor" { return try checkedTensor(builtin, arguments, labels) }
                return try carryOut(builtin, arguments, labels)
            } catch where isUnknown(error) {
                if let value = kindOfResult(builtin, arguments, error) { return value }
                throw error
            } catch var failure as Failure where failure.diagnostic.id == "call.argument" {
                // These look at one argument, or one element, at a time: this one is known.
                if case .operation = builtin.kind { failure.isCertain = true }
                if Self.plain.contains(builtin.signature.name) { failure.isCertain = true }
                throw failure
            }
        }
    }

    /// Labels and the number of arguments of a call whose values are not all known.
    func checkSignature(
        _ builtin: BuiltinObject, _ arguments: [Value], _ labels: [String?]
    ) throws {
        switch builtin.kind {
        case .native: _ = try builtin.signature.order(of: arguments.count, labels)
        case .variadic: try builtin.refuse(labels)
        case .operation(let operation):
            _ = try OperationCalls(machine: self).call(operation, arguments, labels)
        case .overloaded(let operation, let other) where !other.isVariadic:
            let other = Signature(name: other.name, parameters: other.parameters)
            do {
                _ = try OperationCalls.signature(operation).order(of: arguments.count, labels)
            } catch {
                _ = try other.order(of: arguments.count, labels)
            }
        case .labelled, .overloaded, .composition: break
        }
    }

    /// Whether a `load` reads a file that the program itself writes, in a way that is not known.
    private func mayReadUnknown(_ builtin: BuiltinObject, _ arguments: [Value]) -> Bool {
        guard builtin.signature.name == "load", case .string(let path)? = arguments.dropFirst().first,
            let target = try? session.readablePath(path.text)
        else { return false }
        do { _ = try check?.written(target) } catch { return true }
        return false
    }

    /// Of values or a file that are not known: only what is certain is noted.
    private func checkedFileCall(
        _ builtin: BuiltinObject, _ arguments: [Value], _ labels: [String?], _ check: ShapeCheck
    ) throws -> Value {
        let name = builtin.signature.name
        _ = try builtin.signature.order(of: arguments.count, labels)
        if name == "load" {
            check.hasOpenModels = true
            return arguments.first ?? .none
        }
        let path = name == "writeText" ? arguments.first : arguments.dropFirst().first
        if case .string(let text)? = path {
            check.write(.unknown, to: try session.writablePath(text.text))
        } else {
            check.writesAnywhere = true
        }
        return name == "writeText" ? .none : arguments.first ?? .none
    }
}
