import Autodiff
import Diagnostics

extension Machine {
    /// Carries out a call instruction.
    ///
    /// - Returns: whether a new frame was opened; otherwise the result is in its register already.
    func call(_ callee: Value, _ site: CallSite, result: Int, _ base: Int) throws -> Bool {
        let arguments = UnsafeBufferPointer(start: registers + base + site.first, count: site.count)
        switch callee {
        case .function(let closure):
            try open(closure, arguments, site.labels, result: result)
            return true
        default:
            setOrigin()
            if !callee.isCallable, let prototype = frames.last?.closure.prototype {
                guard prototype.isLibrary else { throw CallFailures.notCallable(callee, at: site.calleeSpan) }
                if let name = prototype.shownName {
                    throw CallFailures.notCallable(callee, given: site.calleeSpan, to: name)
                }
            }
            registers[result] = try call(callee, Array(arguments), labels: site.labels)
            if site.isDropped { warnOfDropped(callee) }
            return false
        }
    }

    /// `x.f(…)`: the member `f` of `x` if it has one, else the nearest function `f` in scope with `x`
    /// as its first argument.
    func callMethod(
        _ receiver: Value, _ site: CallSite, result: Int, _ base: Int
    ) throws -> Bool {
        guard let method = site.method else { return false }
        var isFunction = false
        func candidate() -> Value? {
            site.candidates.lazy.map { self.registers[base + $0] }.first(where: \.isCallable)
        }
        if receiver.isUnknown {
            switch candidate() {
            case nil: try session.requireWord(method)
            case .builtin?: isFunction = !session.mayBeMember(method)
            default: break
            }
        }
        if !isFunction, let member = try optionalMember(receiver, method) {
            guard member.isCallable else {
                throw CallFailures.memberNotCallable(receiver, method, member)
            }
            return try call(member, site, result: result, base)
        }
        guard let candidate = candidate() else {
            throw noMember(receiver, method, functions: session.functionNames)
        }
        let rest = UnsafeBufferPointer(start: registers + base + site.first, count: site.count)
        let labels: [String?] = site.labels.isEmpty ? [] : [nil] + site.labels
        var arguments: [Value] = []
        arguments.reserveCapacity(site.count + 1)
        arguments.append(receiver)
        for argument in rest { arguments.append(argument) }
        if case .function(let closure) = candidate {
            try open(closure, arguments, labels, result: result)
            return true
        }
        setOrigin()
        registers[result] = try call(candidate, arguments, labels: labels)
        if site.isDropped { warnOfDropped(candidate) }
        return false
    }

    /// `xs.sorted()` on a line of its own, which changes nothing. A comment `# → …` shows what it gives.
    private func warnOfDropped(_ callee: Value) {
        guard case .builtin(let builtin) = callee, Habits.pure.contains(builtin.signature.name) else { return }
        guard let frame = frames.last else { return }
        let span = frame.closure.prototype.span(frame.counter - 1)
        let text = span.source.text(of: span)
        let after = span.source.utf8[span.end...].prefix { $0 != UInt8(ascii: "\n") }
        guard !String(decoding: after, as: UTF8.self).contains("# →") else { return }
        setOrigin()
        let base = text.prefix { $0.isLetter }
        let isMethod = text.dropFirst(base.count).hasPrefix(".\(builtin.signature.name)(")
        warn(
            "lint.dropped", "what `\(builtin.signature.name)` gives is not used: it changes nothing in its place",
            help: isMethod && text.count < 60
                ? "write `\(base) = \(text)` for a `var \(base)`" : "give it a name: `let y = …`")
    }

    /// Empties the registers of the receiver and the arguments of a call of the top frame that is over. A list or dict
    /// that stayed there would be copied at its next change: `while len(xs) < n { xs += [x] }` would take the square
    /// of `n`.
    func letGo(after instruction: Instruction, _ prototype: Prototype, _ R: UnsafeMutablePointer<Value>) {
        guard instruction.operation == .call || instruction.operation == .callMethod else { return }
        let site = prototype.sites[Int(instruction.c)]
        for index in site.first..<site.first + site.count { R[index] = .unset }
        if instruction.operation == .callMethod { R[Int(instruction.b)] = .unset }
    }

    /// Stamps what a builtin records with the call that is running.
    func setOrigin() {
        guard let frame = frames.last else { return }
        let prototype = frame.closure.prototype
        recorder.origin = Origin(
            prototype.originBase &+ Int32(truncatingIfNeeded: frame.counter - 1), caller: frame.caller)
    }

    private func open(
        _ closure: Closure, _ arguments: some Collection<Value>, _ labels: [String?], result: Int
    ) throws {
        let prototype = closure.prototype
        try check?.enter(prototype, frames)
        let base = top
        try reserve(base + max(arguments.count, prototype.registerCount))
        try place(arguments, labels, for: prototype, at: base)
        if check != nil { warnOfProbabilities(prototype, base) }
        try push(closure, base: base, result: result, isEntry: false)
    }

    /// Puts arguments into the registers of their parameters; what is missing and optional stays unset.
    func place(
        _ given: some Collection<Value>, _ labels: [String?], for prototype: Prototype, at base: Int
    ) throws {
        let parameters = prototype.parameters
        if labels.isEmpty, given.count == parameters.count {
            var index = base
            for argument in given {
                registers[index] = argument
                index += 1
            }
            return
        }
        var arguments = Array(given)
        // A lambda of several parameters called with one tuple of that length takes it apart.
        if prototype.isAnonymous, labels.isEmpty, arguments.count == 1, parameters.count > 1 {
            switch arguments[0] {
            case .tuple(let tuple) where tuple.items.count == parameters.count:
                arguments = tuple.items
            case .record(let record) where record.values.count == parameters.count:
                arguments = record.values
            case let value where value.isUnknown || value.isNever: arguments = parameters.map { _ in .unknown }
            default:
                if !parameters[1].isOptional {
                    throw CallFailures.notTakenApart(arguments[0], prototype.signature)
                }
            }
        }
        // A block that takes nothing may be given something: `map(xs) { … }` does not exist, but
        // a lambda without parameters where a function of one is wanted is an error.
        let order = try prototype.signature.order(of: arguments.count, labels)
        for (parameter, argument) in order.enumerated() {
            registers[base + parameter] = argument < 0 ? .unset : arguments[argument]
        }
    }
}

extension Prototype {
    fileprivate var signature: Signature { Signature(name: name, parameters: parameters) }
}

/// What callers need to know of a function.
struct Signature {
    var name: String
    var parameters: [ParameterInfo]

    /// For each parameter the number of its argument, -1 for one that is left out.
    func order(of count: Int, _ labels: [String?]) throws -> [Int] {
        var order = [Int](repeating: -1, count: parameters.count)
        var next = 0
        for argument in 0..<count {
            if labels.indices.contains(argument), let label = labels[argument] {
                guard let index = parameters.firstIndex(where: { $0.name == label }) else {
                    throw CallFailures.unknownLabel(label, self)
                }
                guard order[index] < 0 else { throw CallFailures.repeatedLabel(label, self) }
                order[index] = argument
            } else {
                guard next < parameters.count else { throw CallFailures.extra(count, self) }
                order[next] = argument
                next += 1
            }
        }
        for (index, parameter) in parameters.enumerated()
        where order[index] < 0 && !parameter.isOptional {
            throw CallFailures.missing(parameter.name, self, isEmpty: count == 0)
        }
        return order
    }

    /// `area(r, scale = 1.0)`
    var text: String {
        let list = parameters.map { parameter in
            parameter.defaultText.map { "\(parameter.name) = \($0)" } ?? parameter.name
        }
        return isAnonymous
            ? "(\(list.joined(separator: ", "))) => …" : "\(name)(\(list.joined(separator: ", ")))"
    }

    private var isAnonymous: Bool { name == "lambda" }

    /// The function as messages name it.
    var shown: String { isAnonymous ? "the function" : "`\(name)`" }
}
