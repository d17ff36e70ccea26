import Autodiff
import Diagnostics
import Tensors

/// A call that is running, as its caller's registers show it.
struct RunningCall {
    let site: CallSite
    let callee: Value
    /// What stands before the dot, where it is the first argument.
    var receiver: Value?
    /// The arguments in the order of the text, without the receiver.
    let arguments: [Value]
    let span: Span

    /// Where an argument stands: the receiver is number 0 if there is one.
    func span(of index: Int) -> Span? {
        guard receiver != nil else { return at(index) }
        guard index > 0 else {
            return Span(span.source, span.start, max(span.start, site.calleeSpan.start - 1))
        }
        return at(index - 1)
    }

    private func at(_ index: Int) -> Span? {
        site.argumentSpans.indices.contains(index) ? site.argumentSpans[index] : nil
    }

    /// All arguments, the receiver first.
    var values: [Value] { (receiver.map { [$0] } ?? []) + arguments }
}

/// What the user, or the library in the user's name, gave for a value that did not fit.
struct TracedArgument {
    let node: Node
    let span: Span
    /// Whether it stands in the user's text.
    let isUsers: Bool
    /// The called function as the text has it.
    let function: String
    /// The name of the function's parameter.
    let parameter: String?

    /// The argument as messages name it.
    var words: String {
        let text = span.source.text(of: span)
        // What only the library calls is no name for users.
        if function == "_called" { return "the input of the model" }
        if isUsers, text.count <= 24, !text.contains("\n"), !text.contains("`") { return "`\(text)`" }
        return parameter.map { "`\($0)` of `\(function)`" } ?? "an argument of `\(function)`"
    }

    func label(_ facts: String) -> Diagnostic.Label {
        let text = span.source.text(of: span)
        return Diagnostic.Label(
            span, text.count <= 24 && !text.contains("\n") ? "\(text): \(facts)" : facts)
    }
}

// Errors inside the library, told by the arguments of the call that the user wrote.
extension Machine {
    /// The call that a frame is carrying out.
    func runningCall(_ frame: Frame) -> RunningCall? {
        let prototype = frame.closure.prototype
        guard prototype.code.indices.contains(frame.counter - 1) else { return nil }
        let instruction = prototype.code[frame.counter - 1]
        guard instruction.operation == .call || instruction.operation == .callMethod else { return nil }
        let site = prototype.sites[Int(instruction.c)]
        let R = registers + frame.base
        var callee = R[Int(instruction.b)]
        var receiver: Value?
        if let method = site.method {
            if let member = (try? optionalMember(callee, method)) ?? nil {
                callee = member
            } else {
                receiver = callee
                callee = site.candidates.lazy.map { R[$0] }.first(where: \.isCallable) ?? .none
            }
        }
        return RunningCall(
            site: site, callee: callee, receiver: receiver,
            arguments: (0..<site.count).map { R[site.first + $0] },
            span: prototype.span(frame.counter - 1))
    }

    /// Tells an error of the library by what was given to it.
    ///
    /// - Returns: whether that was possible.
    func tellByArguments(_ failure: inout Failure) -> Bool {
        guard frames.last?.closure.prototype.isLibrary == true else { return false }
        if failure.blamesCaller { return tellParameter(&failure) }
        let suspects = suspects(for: failure)
        let traced = suspects.compactMap { argument(for: $0, from: frames.count - 2) }
        guard let first = traced.first, traced.contains(where: \.isUsers) || failure.dtype != nil else {
            return false
        }
        if let dtype = failure.dtype {
            let isNamed = first.words.contains("`\(first.function)`") || first.function == "_called"
            let who = isNamed ? "it" : "`\(first.function)`"
            failure.diagnostic.message = "\(first.words) is \(dtype.dtype.name), \(who) needs \(dtype.rule)"
            failure.diagnostic.notes = []
            noteCall(first, in: &failure)
        }
        failure.point(to: traced.filter(\.isUsers).map { (argument: $0, facts: Self.facts($0.node, failure)) })
        return failure.dtype != nil
    }

    private static func facts(_ node: Node, _ failure: Failure) -> String {
        failure.dtype == nil ? "\(node.shape)" : "\(node.dtype.name) \(node.shape)"
    }

    /// A parameter of a function of the library did not fit its signature.
    private func tellParameter(_ failure: inout Failure) -> Bool {
        guard let inner = frames.last, case .parameter(let name)? = failure.fault?.kind else { return false }
        var words: [String: String] = [:]
        var pointed: [(argument: TracedArgument, facts: String)] = []
        let parameters = inner.closure.prototype.parameters
        for (index, parameter) in parameters.enumerated() {
            guard case .tensor(let node) = content(registers[inner.base + index]),
                let found = argument(for: node, from: frames.count - 2), found.isUsers
            else { continue }
            words[parameter.name] = found.words
            if parameter.name == name {
                pointed.insert((found, "\(node.shape)"), at: 0)
            } else if failure.related == parameter.name {
                pointed.append((found, "\(node.shape)"))
            }
        }
        guard words[name] != nil else { return false }
        failure.rename(words)
        failure.point(to: pointed)
        return true
    }

    /// Says by which call of the library an argument was given that the user did not write.
    private func noteCall(_ argument: TracedArgument, in failure: inout Failure) {
        guard !argument.isUsers,
            let caller = frames.last(where: { frame in
                frame.closure.prototype.source === argument.span.source
                    && frame.closure.prototype.shownName != nil
            }), let call = runningCall(caller), let name = caller.closure.prototype.shownName
        else { return }
        let text = call.span.source.text(of: call.span)
        failure.diagnostic.notes.append(text.hasPrefix("_") ? "in `\(name)`" : "in `\(name)`: `\(text)`")
    }

    /// The tensors of the running instruction that an error may speak of, the likeliest first.
    private func suspects(for failure: Failure) -> [Node] {
        guard let frame = frames.last else { return [] }
        var values: [Value] = []
        if let call = runningCall(frame) {
            values = call.values
            // Labels and indices are what is not an integer where one is needed.
            let names = call.signature?.parameters.map(\.name) ?? []
            if failure.dtype != nil, let index = names.firstIndex(of: "indices"), index < values.count {
                values.insert(values.remove(at: index), at: 0)
            }
        } else if frame.closure.prototype.operands[frame.counter - 1] != nil {
            let instruction = frame.closure.prototype.code[frame.counter - 1]
            values = [instruction.b, instruction.c].map { registers[frame.base + Int($0)] }
        }
        let nodes = values.compactMap { value -> Node? in
            if case .tensor(let node) = content(value) { node } else { nil }
        }
        if let wrong = failure.dtype { return nodes.filter { $0.dtype == wrong.dtype }.prefix(1).map { $0 } }
        guard let operands = failure.operands else { return [] }
        return nodes.filter { $0.shape == operands.left || $0.shape == operands.right }
    }

    /// The argument that a tensor is, or was made of: of the user's call if it can be found there, else of the
    /// outermost call of the library.
    private func argument(for node: Node, from last: Int) -> TracedArgument? {
        var found: TracedArgument?
        guard last >= 0 else { return nil }
        for frame in frames[...last].reversed() {
            let prototype = frame.closure.prototype
            if let call = runningCall(frame) {
                let values = call.values
                // What a model was given is its input itself: the parts of a chain have their own.
                let isModel = if case .model = call.callee { true } else { false }
                if let index = Self.source(of: node, among: values.map(content), isDerived: !isModel),
                    case .tensor(let given) = content(values[index]), let span = call.span(of: index)
                {
                    found = TracedArgument(
                        node: given, span: span, isUsers: !prototype.isLibrary,
                        function: call.shownFunction, parameter: call.parameter(of: index))
                }
            }
            if !prototype.isLibrary { break }
        }
        return found
    }

    private func content(_ value: Value) -> Value {
        if case .cell(let cell) = value { return cell.value }
        return value
    }

    /// Which value a node is, or was made of: of those that it was made of one of its shape, else the nearest.
    private static func source(of node: Node, among values: [Value], isDerived: Bool) -> Int? {
        func index(of node: Node) -> Int? {
            values.firstIndex { value in
                if case .tensor(let other) = value { return other === node }
                return false
            }
        }
        if let index = index(of: node) { return index }
        guard isDerived else { return nil }
        var seen: Set<ObjectIdentifier> = []
        var queue = node.inputs
        var next = 0
        var nearest: Int?
        while next < queue.count, seen.count < 256 {
            let input = queue[next]
            next += 1
            guard seen.insert(ObjectIdentifier(input)).inserted else { continue }
            if let found = index(of: input) {
                if input.shape == node.shape { return found }
                nearest = nearest ?? found
            }
            queue += input.inputs
        }
        return nearest
    }
}

extension RunningCall {
    var signature: Signature? { Machine.signature(of: callee) }

    /// The called function, as it is written or else by its name.
    fileprivate var shownFunction: String {
        if case .function(let closure) = callee, let name = closure.prototype.shownName { return name }
        let text = site.calleeSpan.source.text(of: site.calleeSpan)
        return text.count <= 24 && !text.contains("\n") ? text : signature?.name ?? "the call"
    }

    fileprivate func parameter(of index: Int) -> String? {
        let argument = receiver == nil ? index : index - 1
        if site.labels.indices.contains(argument), let label = site.labels[argument] { return label }
        let names = signature?.parameters.map(\.name) ?? []
        return names.indices.contains(index) ? names[index] : nil
    }
}

extension Failure {
    /// Marks arguments in the user's text, the first as the one at fault.
    fileprivate mutating func point(to arguments: [(argument: TracedArgument, facts: String)]) {
        guard let first = arguments.first else { return }
        let label = first.argument.label(first.facts)
        diagnostic.span = label.span
        diagnostic.label = label.text
        for other in arguments.dropFirst() where other.argument.span != label.span {
            diagnostic.secondary.append(other.argument.label(other.facts))
        }
    }

    /// Puts other words in the place of names in backticks.
    fileprivate mutating func rename(_ words: [String: String]) {
        func renamed(_ text: String) -> String {
            let parts = text.split(separator: "`", omittingEmptySubsequences: false)
            guard parts.count > 2 else { return text }
            var result = String(parts[0])
            for index in parts.indices.dropFirst() {
                if index % 2 == 1, index < parts.count - 1 {
                    result += words[String(parts[index])] ?? "`\(parts[index])`"
                } else {
                    result += index % 2 == 1 ? "`\(parts[index])" : String(parts[index])
                }
            }
            return result
        }
        diagnostic.message = renamed(diagnostic.message)
        diagnostic.notes = diagnostic.notes.map(renamed)
        diagnostic.help = diagnostic.help.map(renamed)
    }
}
