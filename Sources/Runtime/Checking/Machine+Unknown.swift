import Autodiff
import Diagnostics
import Figures
import OrderedCollections
import Tensors

// What a program does with numbers that are not known: whatever demands one gives an unknown value.

extension Machine {
    /// Goes on after an error of a program that is run on shapes alone.
    ///
    /// - Returns: whether it goes on; otherwise the error unwinds as usual.
    func recover(from error: inout any Error, to depth: Int) -> Bool {
        guard check != nil, frames.count > depth, !(error is Interruption) else { return false }
        do {
            if isUnknown(error) { return try continueUnknown(to: depth) }
            if let failure = error as? Failure, failure.diagnostic.span == nil,
                hasUnknownOperand, !Self.isAboutSignature(failure)
            {
                return try continueUnknown(to: depth)
            }
            if !(error is DeadEnd) { error = located(error) }
            guard let fork = catchingFork(above: depth) else { return false }
            return try failBranch(error, in: fork)
        } catch let next {
            error = next
            // The frame's other ways are gone as well: perhaps a frame below has one.
            guard next is DeadEnd, let fork = catchingFork(above: depth) else { return false }
            do { return try failBranch(next, in: fork) } catch { return false }
        }
    }

    /// Errors that a model is not built, or holds nothing.
    private static let ofUnbuilt: Set<String> = [
        "model.unbuilt", "model.sizes", "model.early", "step.nothing", "model.path", "optimizer.path",
        "model.load",
    ]

    private static func isAboutSignature(_ failure: Failure) -> Bool {
        ["call.label", "call.extra", "call.missing", "call.repeated", "member.unknown"]
            .contains(failure.diagnostic.id)
    }

    func isUnknown(_ error: any Error) -> Bool {
        switch error {
        case is UnknownValue: true
        case let error as EvaluationError: error.error == .unknownValue
        case let error as TensorError: error == .unknownValue
        case let failure as Failure:
            failure.diagnostic.id == "unknown"
                || failure.diagnostic.message.contains(unknownDescription)
                || (check?.hasOpenModels == true && Self.ofUnbuilt.contains(failure.diagnostic.id))
        default: false
        }
    }

    /// The innermost branch that is open in a frame above `depth`, unless a `try` is nearer.
    private func catchingFork(above depth: Int) -> Fork? {
        var level = frames.count
        while level > depth {
            let frame = frames[level - 1]
            let counter = frame.counter - 1
            let handler = frame.closure.prototype.handlers.last {
                counter >= $0.start && counter < $0.end
            }
            let fork = check?.forks.last { $0.depth == level && $0.kind == .branch }
            if let handler {
                guard let fork, !(fork.site >= handler.start && fork.site < handler.end) else {
                    if let fork { return fork }
                    dropForks { $0.depth >= level }
                    return nil
                }
                let here = level
                dropForks { $0.depth > here || ($0.depth == here && $0.site >= handler.start) }
                return nil
            }
            if let fork { return fork }
            level -= 1
        }
        dropForks { $0.depth > depth }
        return nil
    }

    // MARK: The running instruction

    private var instruction: Instruction? {
        guard let frame = frames.last, frame.counter > 0 else { return nil }
        return frame.closure.prototype.code[frame.counter - 1]
    }

    /// Whether the instruction that failed reads something unknown.
    private var hasUnknownOperand: Bool {
        guard let instruction, let frame = frames.last else { return false }
        let R = registers + frame.base
        switch instruction.operation {
        case .call, .callMethod:
            let site = frame.closure.prototype.sites[Int(instruction.c)]
            if Self.holdsUnknown(R[Int(instruction.b)]) { return true }
            return (0..<site.count).contains { Self.holdsUnknown(R[site.first + $0]) }
        case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .matmul, .less,
            .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual, .contained, .notContained,
            .beside, .compose:
            return Self.holdsUnknown(R[Int(instruction.b)])
                || Self.holdsUnknown(R[Int(instruction.c)])
        case .combineAnd, .combineOr:
            return Self.holdsUnknown(R[Int(instruction.a)])
                || Self.holdsUnknown(R[Int(instruction.b)])
        case .negate, .not, .iterate, .format: return Self.holdsUnknown(R[Int(instruction.b)])
        case .member, .index: return R[Int(instruction.b)].isUnknown
        case .jumpIfFalse, .jumpIfTrue, .testAnd, .testOr, .unpack, .matchShape:
            return Self.holdsUnknown(R[Int(instruction.a)])
        default: return false
        }
    }

    static func holdsUnknown(_ value: Value, depth: Int = 0) -> Bool {
        guard depth < 6 else { return false }
        func any(_ items: some Sequence<Value>) -> Bool {
            items.contains { holdsUnknown($0, depth: depth + 1) }
        }
        switch value {
        case .unknown: return true
        case .list(let list): return any(list.items)
        case .tuple(let tuple): return any(tuple.items)
        case .record(let record): return any(record.values)
        case .dict(let dict): return any(dict.items.values)
        default: return false
        }
    }

    /// Gives the running instruction an unknown result.
    private func continueUnknown(to depth: Int) throws -> Bool {
        while frames.count > depth, let instruction {
            switch instruction.operation {
            case .declareParameter, .buildParameters, .importModule, .setField:
                // The object under construction is unknown: so is what its maker gives.
                let level = frames.count
                dropForks { $0.depth >= level }
                check?.returned[level] = nil
                pop()
                if frames.count <= depth { throw UnknownValue() }
            case .fail: throw DeadEnd()
            default:
                try finishUnknown(instruction)
                return true
            }
        }
        throw UnknownValue()
    }

    private func finishUnknown(_ instruction: Instruction) throws {
        let last = frames.count - 1
        let frame = frames[last]
        let R = registers + frame.base
        let (a, b, c) = (Int(instruction.a), Int(instruction.b), Int(instruction.c))
        switch instruction.operation {
        case .jumpIfFalse:
            if c > 0 { openFork(.branch, join: c, other: b) } else if c < 0 { turnOnUnknown(exit: b) }
        case .jumpIfTrue: frames[last].counter = b
        case .iterate:
            guard let fork = openFork(.loop, join: c) else { return }
            fork.mayNotRun = true
            R[a] = .iterator(CheckedIterator(nil, limit: 1, fork))
            R[a + 2] = .unset
        case .testAnd, .testOr:
            // Either the left side decides, or the right one is the result.
            R[a] = .bool(instruction.operation == .testOr)
            openFork(.branch, join: b, other: b)
            R[a] = .bool(instruction.operation == .testAnd)
        case .next:
            check?.forks.last { $0.kind == .loop }?.isCut = true
            frames[last].counter = c
        case .unpack: for index in b..<(b + c) { R[index] = .unknown }
        case .assign: blur(frame.closure.prototype.places[a], frame, R)
        case .matchShape:
            bindUnknown(frame.closure.prototype.shapes[b], from: c, frame.closure, R)
        default: R[a] = .unknown
        }
    }

    /// A variable is unknown after an assignment to an unknown place of it, or of an unknown value.
    private func blur(_ place: Place, _ frame: Frame, _ R: UnsafeMutablePointer<Value>) {
        func blurred(_ value: Value) -> Value {
            switch value {
            case .tensor, .model, .optimizer: place.steps.isEmpty ? .unknown : value
            default: .unknown
            }
        }
        switch place.root {
        case .register(let register): R[register] = blurred(R[register])
        case .cell(let register):
            if case .cell(let cell) = R[register] { cell.value = blurred(cell.value) }
        case .capture(let index):
            frame.closure.captures[index].value = blurred(frame.closure.captures[index].value)
        case .global(let slot):
            let module = frame.closure.prototype.module
            module.slots[slot] = blurred(module.slots[slot])
        case .field: break
        }
    }

    /// Notes of a call of a builtin that must not be carried out on shapes alone.
    ///
    /// - Returns: what it gives; `nil` if it is called as usual.
    func checkedCall(
        _ builtin: BuiltinObject, _ arguments: [Value], _ labels: [String?], _ check: ShapeCheck
    ) throws -> Value? {
        switch builtin.signature.name {
        case "print":
            try checkSignature(builtin, arguments, labels)
            return Value.none
        case "clock": return .unknown
        case "save", "writeText", "load":
            guard arguments.contains(where: { Self.holdsUnknown($0) }) || mayReadUnknown(builtin, arguments)
            else { return nil }
            return try checkedFileCall(builtin, arguments, labels, check)
        default:
            // Figures look at the other arguments as well.
            if case .labelled = builtin.kind, Mark.named(builtin.signature.name) != nil { return nil }
            for case .unknown in arguments {
                try checkSignature(builtin, arguments, labels)
                if builtin.signature.name == "len" { return unknownNumber(isInt: true) }
                throw UnknownValue()
            }
            return nil
        }
    }

    /// Labels and the number of arguments of a call whose values are not all known.
    private func checkSignature(
        _ builtin: BuiltinObject, _ arguments: [Value], _ labels: [String?]
    ) throws {
        switch builtin.kind {
        case .native: _ = try builtin.signature.order(of: arguments.count, labels)
        case .variadic:
            if let label = labels.compactMap({ $0 }).first {
                throw CallFailures.unknownLabel(label, builtin.signature)
            }
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

    /// Warns of `[N, 1]` beside `[N]`, which broadcast to `[N, N]`.
    func warnOfBroadcast(_ left: Node, _ right: Node, _ symbol: String) {
        guard let check, let frame = frames.last else { return }
        let prototype = frame.closure.prototype
        guard !prototype.isLibrary else { return }
        func isColumn(_ x: Node, _ y: Node) -> Bool {
            x.shape.rank == 2 && y.shape.rank == 1 && x.shape[1] == 1
                && x.shape[0] == y.shape[0] && y.shape[0] > 1
        }
        guard isColumn(left, right) || isColumn(right, left) else { return }
        let size = max(left.shape[0], right.shape[0])
        let side = left.shape.rank == 2 ? "left" : "right"
        let span = place(of: recorder.origin.number).map { $0.prototype.span($0.counter) }
        // Who writes the new axis means the square.
        if let span, span.source.text(of: span).contains("newaxis") { return }
        check.report(
            .init(
                .warning, id: "shape.broadcast",
                "`\(symbol)` of \(left.shape) and \(right.shape) makes [\(size), \(size)]",
                at: span,
                help: "write `.squeeze(-1)` on the \(side) side"))
    }
}

/// How messages call an unknown value: an error about one is no error.
let unknownDescription = "a value known only when run"
