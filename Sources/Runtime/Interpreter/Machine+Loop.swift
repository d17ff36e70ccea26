import Autodiff

extension Machine {
    /// Runs from the top frame until the entry frame that is now on top returns.
    func loop() throws -> Value {
        let depth = frames.count - 1
        while true {
            do {
                return try dispatch()
            } catch {
                var error = error
                if recover(from: &error, to: depth) { continue }
                guard unwind(&error, to: depth) else { throw error }
            }
        }
    }

    /// The loop over instructions. Long on purpose: one switch, with the commonest cases in place and
    /// the others in the extensions beside this file.
    private func dispatch() throws -> Value {
        var closure = frames[frames.count - 1].closure
        var prototype = closure.prototype
        guard var code = prototype.sealed else { return .none }
        var R = registers + frames[frames.count - 1].base
        var counter = frames[frames.count - 1].counter
        do {
        while true {
            let instruction = code[counter]
            counter += 1
            let a = Int(instruction.a)
            let b = Int(instruction.b)
            let c = Int(instruction.c)
            switch instruction.operation {
            case .loadConstant:
                if case .int(let number) = prototype.constants[b] {
                    put(.int(number), R + a)
                } else {
                    R[a] = prototype.constants[b]
                }
            case .loadNone: R[a] = .none
            case .compute:
                save(counter)
                try computeTensors(in: R[a])
            case .append: try append(R[b], to: R + a)
            case .take:
                swap(&R[a], &R[b])
                R[b] = .unset
            case .move:
                if case .int(let number) = R[b] { put(.int(number), R + a) } else { R[a] = R[b] }
            case .box: R[a] = .cell(newCell(R[a]))
            case .newCell: R[a] = .cell(newCell(.unset))
            case .getCell:
                guard case .cell(let cell) = R[b] else { continue }
                R[a] = try read(cell, name: c, prototype)
            case .setCell:
                guard case .cell(let cell) = R[a] else { continue }
                write(R[b], to: cell)
            case .getCapture:
                if let recording { recording.uses(closure) }
                R[a] = try read(closure.captures[b], name: c, prototype)
            case .setCapture: write(R[b], to: closure.captures[a])
            case .getGlobal: R[a] = try global(prototype, b, c)
            case .tryGlobal: R[a] = optionalGlobal(prototype, b, c)
            case .setGlobal: define(prototype.module, a, R[b], isVariable: c == 1)
            case .getField: R[a] = try field(b, of: closure, isRaw: c == 1)
            case .setField: try setField(a, of: closure, R[b], isInitial: c == 1)
            case .getMethod: R[a] = method(b, of: closure)

            case .add:
                if case .int(let x) = R[b], case .int(let y) = R[c] {
                    let (sum, overflow) = x.addingReportingOverflow(y)
                    guard !overflow else { throw OperatorFailures.overflow("+") }
                    put(.int(sum), R + a)
                } else if case .float(let x) = R[b], case .float(let y) = R[c] {
                    put(.float(x + y), R + a)
                } else if a == b, try appendInPlace(R + a, R[c]) {
                    continue
                } else {
                    recorder.origin = origin(prototype, counter)
                    R[a] = try binary(.add, R[b], R[c])
                }
            case .subtract:
                if case .int(let x) = R[b], case .int(let y) = R[c] {
                    let (difference, overflow) = x.subtractingReportingOverflow(y)
                    guard !overflow else { throw OperatorFailures.overflow("-") }
                    put(.int(difference), R + a)
                } else if case .float(let x) = R[b], case .float(let y) = R[c] {
                    put(.float(x - y), R + a)
                } else {
                    recorder.origin = origin(prototype, counter)
                    R[a] = try binary(.subtract, R[b], R[c])
                }
            case .multiply:
                if case .int(let x) = R[b], case .int(let y) = R[c] {
                    let (product, overflow) = x.multipliedReportingOverflow(by: y)
                    guard !overflow else { throw OperatorFailures.overflow("*") }
                    put(.int(product), R + a)
                } else if case .float(let x) = R[b], case .float(let y) = R[c] {
                    put(.float(x * y), R + a)
                } else {
                    recorder.origin = origin(prototype, counter)
                    R[a] = try binary(.multiply, R[b], R[c])
                }
            case .less:
                if case .int(let x) = R[b], case .int(let y) = R[c] {
                    put(.bool(x < y), R + a)
                } else if case .float(let x) = R[b], case .float(let y) = R[c] {
                    put(.bool(x < y), R + a)
                } else {
                    recorder.origin = origin(prototype, counter)
                    R[a] = try binary(.less, R[b], R[c])
                }
            case .divide, .floorDivide, .remainder, .power, .matmul, .lessOrEqual, .greater,
                .greaterOrEqual, .equal, .notEqual, .contained, .notContained, .beside, .compose:
                if let result = Self.quick(instruction.operation, R[b], R[c]) {
                    put(result, R + a)
                    continue
                }
                save(counter)
                recorder.origin = origin(prototype, counter)
                R[a] = try binary(instruction.operation, R[b], R[c])
            case .negate:
                recorder.origin = origin(prototype, counter)
                R[a] = try negate(R[b])
            case .not:
                recorder.origin = origin(prototype, counter)
                R[a] = try not(R[b])
            case .combineAnd, .combineOr:
                recorder.origin = origin(prototype, counter)
                R[a] = try combine(R[a], R[b], isAnd: instruction.operation == .combineAnd)

            case .jump:
                if a < counter { try poll() }
                counter = a
            case .jumpIfFalse:
                if case .bool(let flag) = R[a] {
                    if !flag { counter = b }
                } else if try !truth(R[a]) {
                    counter = b
                }
            case .jumpIfTrue:
                if case .bool(let flag) = R[a] {
                    if flag { counter = b }
                } else if try truth(R[a]) {
                    counter = b
                }
            case .jumpIfGiven: if !R[a].isUnset { counter = b }
            // What is unknown may decide: then the right side is not known to run.
            case .testAnd:
                switch try logicalOperand(R[a], "and") {
                case .bool(false): counter = b
                case .unknown: throw UnknownValue()
                default: break
                }
            case .testOr:
                switch try logicalOperand(R[a], "or") {
                case .bool(true): counter = b
                case .unknown: throw UnknownValue()
                default: break
                }
            case .iterate:
                save(counter)
                let sequence = R[b]
                R[a] = .iterator(try loopIterator(over: sequence, join: c))
                countRange(sequence, R + a)
            case .next:
                if case .int(let left) = R[a + 2], case .int(let element) = R[a + 1] {
                    guard left > 0 else {
                        counter = c
                        continue
                    }
                    put(.int(left - 1), R + a + 2)
                    put(.int(element &+ 1), R + a + 1)
                    put(.int(element), R + b)
                    continue
                }
                guard case .iterator(let iterator) = R[a] else { continue }
                save(counter)
                if let element = try iterator.next(self) { R[b] = element } else { counter = c }
            case .call:
                save(counter)
                try poll()
                let base = frames[frames.count - 1].base
                if try call(R[b], prototype.sites[c], result: base + a, base) {
                    (closure, prototype, code, R, counter) = current()
                } else {
                    letGo(after: instruction, prototype, R)
                }
            case .callMethod:
                save(counter)
                try poll()
                let site = prototype.sites[c]
                let base = frames[frames.count - 1].base
                if try callMethod(R[b], site, result: base + a, base) {
                    (closure, prototype, code, R, counter) = current()
                } else {
                    letGo(after: instruction, prototype, R)
                }
            case .returnValue, .returnReceiver:
                let value: Value =
                    instruction.operation == .returnValue
                    ? R[a] : receiverValue(closure)
                let frame = frames[frames.count - 1]
                pop()
                if frame.isEntry { return value }
                registers[frame.result] = value
                (closure, prototype, code, R, counter) = current()
                letGo(after: code[counter - 1], prototype, R)
            case .join:
                save(counter)
                if joinForks() {
                    (closure, prototype, code, R, counter) = current()
                }
            case .leave:
                save(counter)
                let kind = LeaveKind(rawValue: b) ?? .returned
                if try leave(kind, register: a, loopStart: c) {
                    (closure, prototype, code, R, counter) = current()
                }
            case .openLoop:
                save(counter)
                openFork(.loop, join: a)
            case .turn:
                save(counter)
                if try beginTurn(join: a) {
                    (closure, prototype, code, R, counter) = current()
                }
            case .fail: throw Failure("assert", try message(of: R[a]))

            case .list: R[a] = .list(Array(UnsafeBufferPointer(start: R + b, count: c)))
            case .tuple: R[a] = .tuple(Array(UnsafeBufferPointer(start: R + b, count: c)))
            case .record:
                let layout = prototype.layouts[c]
                let values = UnsafeBufferPointer(start: R + b, count: layout.labels.count)
                R[a] = .record(RecordObject(layout, Array(values)))
            case .dictionary: R[a] = try dictionary(R + b, count: c)
            case .range: R[a] = try range(R + b, flags: c)
            case .closure: R[a] = .function(makeClosure(prototype.nested[b], closure, frames[frames.count - 1].base))
            case .format:
                save(counter)
                let format = c < 0 ? nil : prototype.formats[c]
                R[a] = .string(try formatted(R[b], format))
            case .joinText: R[a] = try joined(R + b, count: c)
            case .makeModel: R[a] = makeModel(prototype.models[b], prototype, closure, frames[frames.count - 1].base)
            case .makeOptimizer:
                R[a] = makeOptimizer(prototype.optimizers[b], prototype, closure, frames[frames.count - 1].base)
            case .importModule:
                save(counter)
                R[a] = .module(try session.importModule(prototype.imports[b], from: prototype))

            case .member:
                save(counter)
                R[a] = try member(R[b], name(c, prototype))
            case .index:
                if check == nil, case .list(let list) = R[b], let register = prototype.subscripts[c].only,
                    case .int(let index) = R[register], list.items.indices.contains(index)
                {
                    R[a] = list.items[index]
                    continue
                }
                save(counter)
                recorder.origin = origin(prototype, counter)
                R[a] = try element(of: R[b], prototype.subscripts[c], R)
            case .assign:
                save(counter)
                recorder.origin = origin(prototype, counter)
                try assign(prototype.places[a], prototype, closure, R)
            case .unpack:
                save(counter)
                try unpack(R[a], into: R + b, count: c)
            case .matchShape:
                let matcher = prototype.shapes[b]
                try match(R[a], matcher, from: c, closure, R)
            case .declareParameter: try declareParameter(a, of: closure)
            case .buildParameters:
                save(counter)
                try buildParameters(of: closure, mayLeave: a == 1)
            }
        }
        } catch {
            if !frames.isEmpty { save(counter) }
            throw error
        }
    }

    /// Writes a number over a register: what stands there is released only if it is an object.
    @inline(__always)
    private func put(_ number: Value, _ register: UnsafeMutablePointer<Value>) {
        switch register.pointee {
        case .int, .float, .bool, .unset, .none: register.initialize(to: number)
        default: register.pointee = number
        }
    }

    /// What loops do most beside sums and products: numbers of one kind compared, remainders, texts compared.
    ///
    /// - Returns: `nil` where `binary` has to be asked.
    @inline(__always)
    private static func quick(_ operation: Opcode, _ left: Value, _ right: Value) -> Value? {
        if case .int(let x) = left, case .int(let y) = right {
            switch operation {
            case .remainder where y > 0: return .int(x % y < 0 ? x % y + y : x % y)
            case .floorDivide where y > 0: return .int(x % y < 0 ? x / y - 1 : x / y)
            case .lessOrEqual: return .bool(x <= y)
            case .greater: return .bool(x > y)
            case .greaterOrEqual: return .bool(x >= y)
            case .equal: return .bool(x == y)
            case .notEqual: return .bool(x != y)
            default: return nil
            }
        }
        if case .float(let x) = left, case .float(let y) = right {
            switch operation {
            case .divide: return .float(x / y)
            case .lessOrEqual: return .bool(x <= y)
            case .greater: return .bool(x > y)
            case .greaterOrEqual: return .bool(x >= y)
            default: return nil
            }
        }
        if operation == .equal, case .string(let x) = left, case .string(let y) = right {
            return .bool(x === y || x.text.hasCodePoints(of: y.text))
        }
        return nil
    }

    /// Lets the loop whose iterator is in `register` count by itself through a range by 1.
    private func countRange(_ sequence: Value, _ register: UnsafeMutablePointer<Value>) {
        if case .range(let range) = sequence, range.step == 1, check == nil {
            register[1] = .int(range.start)
            register[2] = .int(range.count)
        } else {
            register[2] = .unset
        }
    }

    /// Notes where the top frame is, for what calls back and for errors.
    @inline(__always)
    private func save(_ counter: Int) { frames[frames.count - 1].counter = counter }

    /// The top frame, after a call or return has changed it.
    private func current() -> (
        Closure, Prototype, UnsafePointer<Instruction>, UnsafeMutablePointer<Value>, Int
    ) {
        let frame = frames[frames.count - 1]
        let prototype = frame.closure.prototype
        // Every prototype is sealed when its compilation ends.
        let code = prototype.sealed.unsafelyUnwrapped
        return (frame.closure, prototype, code, registers + frame.base, frame.counter)
    }

    @inline(__always)
    private func origin(_ prototype: Prototype, _ counter: Int) -> Origin {
        Origin(
            prototype.originBase &+ Int32(truncatingIfNeeded: counter - 1),
            caller: prototype.isLibrary ? frames[frames.count - 1].caller : -1)
    }
}
