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
            if isUnknown(error) { return try continueUnknown(error, to: depth) }
            if let failure = error as? Failure, failure.diagnostic.span == nil, !failure.isCertain,
                hasUnknownOperand(failure), !Self.isAboutSignature(failure)
            {
                return try continueUnknown(error, to: depth)
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
        case let failure as Failure where failure.isCertain: false
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

    /// Whether the instruction that failed reads something unknown. An operator looks at the kinds of its operands,
    /// not at what they hold.
    private func hasUnknownOperand(_ failure: Failure) -> Bool {
        guard let instruction, let frame = frames.last else { return false }
        let values = operands(of: instruction, frame)
        let isOfOperator = ["operator.types", "operator.type", "condition.type", "loop.type"]
            .contains(failure.diagnostic.id)
        switch instruction.operation {
        case .member, .index: return values.contains(where: \.isOpen)
        default: return values.contains { isOfOperator ? $0.isOpen : Self.holdsUnknown($0) }
        }
    }

    /// The values that an instruction reads.
    private func operands(of instruction: Instruction, _ frame: Frame) -> [Value] {
        let R = registers + frame.base
        switch instruction.operation {
        case .call, .callMethod:
            let site = frame.closure.prototype.sites[Int(instruction.c)]
            return [R[Int(instruction.b)]] + (0..<site.count).map { R[site.first + $0] }
        case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .matmul, .less,
            .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual, .contained, .notContained,
            .beside, .compose:
            return [R[Int(instruction.b)], R[Int(instruction.c)]]
        case .append, .combineAnd, .combineOr: return [R[Int(instruction.a)], R[Int(instruction.b)]]
        case .negate, .not, .iterate, .format, .member, .index: return [R[Int(instruction.b)]]
        case .jumpIfFalse, .jumpIfTrue, .testAnd, .testOr, .unpack, .matchShape:
            return [R[Int(instruction.a)]]
        default: return []
        }
    }

    static func holdsUnknown(_ value: Value, depth: Int = 0) -> Bool {
        guard depth < 6 else { return false }
        func any(_ items: some Sequence<Value>) -> Bool {
            items.contains { holdsUnknown($0, depth: depth + 1) }
        }
        switch value {
        case .unknown, .sketch: return true
        case .list(let list): return any(list.items)
        case .tuple(let tuple): return any(tuple.items)
        case .record(let record): return any(record.values)
        case .dict(let dict): return any(dict.items.values)
        default: return false
        }
    }

    /// Gives the running instruction an unknown result.
    private func continueUnknown(_ error: any Error, to depth: Int) throws -> Bool {
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
                try finishUnknown(instruction, error)
                return true
            }
        }
        throw UnknownValue()
    }

    private func finishUnknown(_ instruction: Instruction, _ error: any Error) throws {
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
        case .format: R[a] = .sketch(.text)
        default:
            R[a] = operands(of: instruction, frame).first(where: \.isNever) ?? .unknown
            if let first = (error as? UnknownValue)?.firstFrame {
                R[a] = .sketch(.never(frames[first].closure.prototype, frame: first))
            }
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
