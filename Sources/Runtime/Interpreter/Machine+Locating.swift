import Autodiff
import Diagnostics
import Tensors

extension Machine {
    /// Any error as one with a place.
    func located(_ error: any Error) -> Failure {
        locate((error as? Failure) ?? EngineDiagnostics.failure(error))
    }

    /// Gives an error the place of the instruction that is running: of the innermost function that
    /// the user wrote. What the library was doing there becomes a note, unless the error can be told
    /// by what the user gave it.
    private func locate(_ failure: Failure) -> Failure {
        var failure = failure
        if let origin = failure.origin { locate(origin, in: &failure) }
        guard failure.diagnostic.span == nil else { return failure }
        // The frame whose instruction is at fault, and the function it called, if that found the fault.
        let last = frames.count - (failure.blamesCaller && frames.count > 1 ? 2 : 1)
        guard let user = frames.indices.last(where: { $0 <= last && !frames[$0].closure.prototype.isLibrary })
        else { return failure }
        let frame = frames[user]
        let prototype = frame.closure.prototype
        let span = prototype.span(frame.counter - 1)
        failure.diagnostic.span = span
        if let operands = prototype.operands[frame.counter - 1] { failure.label(operands, span) }
        let isTold = user < frames.count - 1 && tellByArguments(&failure)
        if isTold {
            if let inner = frames.last, let running = runningCall(frame) {
                explainPart(inner, running.callee, &failure)
            }
        } else {
            blame(frame, callee: failure.blamesCaller ? frames.last : nil, in: &failure)
            noteLibrary(above: user, upTo: last, in: &failure)
        }
        return failure
    }

    /// An error that was found when a number was computed: its place is where the operation was recorded.
    private func locate(_ origin: Origin, in failure: inout Failure) {
        failure.origin = nil
        guard let place = place(of: origin.number) else { return }
        let span = place.prototype.span(place.counter)
        guard place.prototype.isLibrary else {
            failure.diagnostic.span = span
            return
        }
        if let name = place.prototype.shownName {
            failure.diagnostic.notes.append("in `\(name)`: `\(span.source.text(of: span))`")
        }
        if let caller = self.place(of: origin.caller) {
            failure.diagnostic.span = caller.prototype.span(caller.counter)
        }
    }

    /// Says what the library was doing when shapes or dtypes did not fit: in the words of its innermost function
    /// that users know.
    private func noteLibrary(above user: Int, upTo last: Int, in failure: inout Failure) {
        let id = failure.diagnostic.id
        guard id.hasPrefix("shape") || id.hasPrefix("dtype"), last > user else { return }
        for frame in frames[(user + 1)...last].reversed() {
            let prototype = frame.closure.prototype
            let span = prototype.span(frame.counter - 1)
            let text = span.source.text(of: span)
            guard let name = prototype.shownName, text.contains("(") || text.contains(" "),
                !text.hasPrefix("_"), !text.contains(" _"), !text.contains("\n")
            else { continue }
            failure.diagnostic.notes.append("in `\(name)`: `\(text)`")
            return
        }
    }
}

extension Prototype {
    /// The name by which users know a function of the library; `nil` for what only the library calls. A file of
    /// the prelude holds one definition, of its name.
    var shownName: String? {
        guard isLibrary else { return name }
        let file = source.name.split(separator: "/").last.map { String($0.dropLast(3)) } ?? name
        let shown = source.name.hasPrefix("stdlib/prelude/") ? file : name
        return shown.hasPrefix("_") ? nil : shown
    }
}
