import Diagnostics

/// The argument of a call that is at fault.
struct ArgumentFault {
    enum Kind {
        case parameter(String)
        case label(String)
        /// The n-th argument without a label.
        case position(Int)
    }
    /// The function that was called.
    var function: String
    var kind: Kind
    /// What the argument is, in a few words (its shape).
    var found = ""
}

extension Machine {
    /// Moves an error from a whole call to the argument that is at fault, where that is known.
    ///
    /// - Parameters:
    ///   - frame: The user's frame whose call is running.
    ///   - callee: The frame of the called function, if the fault was found inside it.
    func blame(_ frame: Frame, callee inner: Frame?, in failure: inout Failure) {
        guard let fault = failure.fault else { return }
        guard let running = runningCall(frame) else { return }
        let callee = running.callee
        if let inner, !Self.runs(inner, callee) { return explainPart(inner, callee, &failure) }
        guard inner != nil || Self.signature(of: callee)?.name == fault.function else { return }
        guard
            let span = Self.span(
                of: fault.kind, running.site, isShifted: running.receiver != nil, running.span,
                Self.signature(of: callee)?.parameters.map(\.name) ?? [])
        else { return }
        failure.diagnostic.span = span
        guard !fault.found.isEmpty else { return }
        let text = span.source.text(of: span)
        failure.diagnostic.label =
            text.count <= 24 && !text.contains("\n") ? "\(text): \(fault.found)" : fault.found
    }

    /// Whether the frame is of the function that calling the value runs.
    private static func runs(_ frame: Frame, _ callee: Value) -> Bool {
        switch callee {
        case .function(let closure): closure.prototype === frame.closure.prototype
        case .model(let model):
            model === frame.closure.receiver
                && model.method(named: "forward")?.prototype === frame.closure.prototype
        default: false
        }
    }

    /// Names the part of a chain that did not take what came before it.
    func explainPart(_ frame: Frame, _ callee: Value, _ failure: inout Failure) {
        guard case .model(let chain) = callee else { return }
        let index = chain.chainParts.firstIndex {
            if case .model(let part) = $0 { return part === frame.closure.receiver }
            return false
        }
        guard let index else { return }
        let text = (try? Printer(machine: self).shown(chain.chainParts[index], limit: Printer.longestShown)) ?? "a model"
        failure.diagnostic.notes.append("in part \(index) of the chain, `\(text)`")
    }

    static func signature(of value: Value) -> Signature? {
        switch value {
        case .function(let closure):
            Signature(name: closure.prototype.name, parameters: closure.prototype.parameters)
        case .builtin(let builtin): builtin.signature
        case .modelType(let definition): definition.signature
        case .model(let model):
            model.method(named: "forward").map {
                Signature(name: model.definitionName, parameters: $0.prototype.parameters)
            }
        case .optimizerType(let definition): definition.signature
        default: nil
        }
    }

    /// - Parameter isShifted: The first argument stands before the dot.
    private static func span(
        of kind: ArgumentFault.Kind, _ site: CallSite, isShifted: Bool, _ call: Span,
        _ parameters: [String]
    ) -> Span? {
        let labels = site.argumentSpans.indices.map {
            site.labels.indices.contains($0) ? site.labels[$0] : nil
        }
        let positional = labels.indices.filter { labels[$0] == nil }
        var position: Int
        switch kind {
        case .label(let label):
            return labels.lastIndex(of: label).map { index in
                let name = site.labelSpans.indices.contains(index) ? site.labelSpans[index] : nil
                return name ?? site.argumentSpans[index]
            }
        case .parameter(let name):
            if let index = labels.firstIndex(of: name) { return site.argumentSpans[index] }
            guard let index = parameters.firstIndex(of: name) else { return nil }
            position = index
        case .position(let index): position = index
        }
        if isShifted {
            guard position > 0 else {
                return Span(call.source, call.start, max(call.start, site.calleeSpan.start - 1))
            }
            position -= 1
        }
        guard positional.indices.contains(position) else { return nil }
        return site.argumentSpans[positional[position]]
    }
}
