import Autodiff
import Diagnostics
import Tensors

extension Machine {
    /// Checks a value against a shape pattern from one of its elements on, up to the next element that is
    /// still to be evaluated, and binds dimension variables.
    func match(
        _ value: Value, _ matcher: ShapeMatcher, from start: Int, _ closure: Closure,
        _ R: UnsafeMutablePointer<Value>
    ) throws {
        if value.isOpen {
            try requireTensor(value, matcher)
            return bindUnknown(matcher, from: start, closure, R)
        }
        // A parameter that a nested function captures.
        if case .cell(let cell) = value {
            return try match(cell.value, matcher, from: start, closure, R)
        }
        guard let sizes = sizes(of: value) else {
            if case .none = value, case .parameter = matcher.subject { return }
            throw ShapeFailures.notATensor(value, matcher)
        }
        let rest = matcher.elements.firstIndex {
            if case .rest = $0 { return true }
            return false
        }
        let fixed = matcher.elements.count - (rest == nil ? 0 : 1)
        guard rest == nil ? sizes.count == fixed : sizes.count >= fixed else {
            throw ShapeFailures.rank(sizes, matcher, value)
        }
        for index in start..<matcher.elements.count {
            var axis = index
            if let rest, index > rest { axis = sizes.count - (matcher.elements.count - index) }
            switch matcher.elements[index] {
            case .any: break
            case .literal(let size):
                guard sizes[axis] == size else {
                    throw ShapeFailures.size(sizes, axis, size, nil, matcher)
                }
            case .dimension(let name, let slot, let size):
                try bind(name, slot, size, sizes, axis, matcher, closure, R)
            case .value(let register, let text):
                if index > start { return }
                if R[register].isOpen { continue }
                guard let size = try int(R[register]) else {
                    throw ShapeFailures.notASize(R[register], text)
                }
                guard sizes[axis] == size else {
                    throw ShapeFailures.size(sizes, axis, size, text, matcher)
                }
            case .rest(let name, let slot):
                guard let name, let slot else { continue }
                let end = sizes.count - (matcher.elements.count - index - 1)
                try bind(name, slot, Array(sizes[index..<end]), sizes, matcher, closure, R)
            }
        }
        if start == 0, matcher.elements.isEmpty, !sizes.isEmpty {
            throw ShapeFailures.rank(sizes, matcher, value)
        }
    }

    /// Binds the dimensions of a value whose shape is not known.
    func bindUnknown(
        _ matcher: ShapeMatcher, from start: Int, _ closure: Closure,
        _ R: UnsafeMutablePointer<Value>
    ) {
        for element in matcher.elements[start...] {
            let slot: ShapeMatcher.Slot?
            switch element {
            case .dimension(_, let place, _): slot = place
            case .rest(_, let place): slot = place
            case .any, .literal, .value: slot = nil
            }
            guard let slot, read(slot, closure, R).isUnset else { continue }
            // What a model was built for stays open.
            if slot.isField { check?.hasOpenModels = true } else { write(.unknown, slot, closure, R) }
        }
    }

    /// The sizes of a tensor; a number is a scalar.
    private func sizes(of value: Value) -> [Int]? {
        switch value {
        case .tensor(let node): node.shape.dimensions
        case .int, .float, .symbol: []
        default: nil
        }
    }

    private func bind(
        _ name: String, _ slot: ShapeMatcher.Slot, _ size: Int?, _ sizes: [Int], _ axis: Int,
        _ matcher: ShapeMatcher, _ closure: Closure, _ R: UnsafeMutablePointer<Value>
    ) throws {
        if let size, sizes[axis] != size {
            throw ShapeFailures.size(sizes, axis, size, name, matcher)
        }
        switch read(slot, closure, R) {
        case .int(let bound):
            guard bound == sizes[axis] else {
                var failure = ShapeFailures.dimension(
                    name, bound, sizes, axis, matcher, isOfModel: slot.isField,
                    owner: closure.receiver as? ModelInstance)
                let origin = sizeOrigin(name, bound, slot, closure)
                failure.diagnostic.notes += origin.note.map { [$0] } ?? []
                failure.related = origin.parameter
                throw failure
            }
        default:
            write(.int(sizes[axis]), slot, closure, R)
            noteOrigin(slot, closure)
        }
    }

    /// Remembers which line of the user's fixed a size of a model.
    private func noteOrigin(_ slot: ShapeMatcher.Slot, _ closure: Closure) {
        guard case .field(let field) = slot, let model = closure.receiver as? ModelInstance,
            let frame = frames.dropLast().last(where: { !$0.closure.prototype.module.isLibrary })
        else { return }
        model.sizeOrigins[field] = frame.closure.prototype.span(frame.counter - 1)
    }

    /// Where a dimension got its size, as a note, and the parameter if it is one.
    private func sizeOrigin(
        _ name: String, _ size: Int, _ slot: ShapeMatcher.Slot, _ closure: Closure
    ) -> (note: String?, parameter: String?) {
        if case .field(let field) = slot {
            let span = (closure.receiver as? ModelInstance)?.sizeOrigins[field]
            return (span.map { "\(name) = \(size) from the first call (\($0.location))" }, nil)
        }
        for matcher in closure.prototype.shapes {
            guard case .parameter(let parameter) = matcher.subject else { continue }
            let binds = matcher.elements.contains {
                if case .dimension(name, _, _) = $0 { return true }
                return false
            }
            if binds { return ("\(name) = \(size) from `\(parameter)`", parameter) }
        }
        return (nil, nil)
    }

    private func bind(
        _ name: String, _ slot: ShapeMatcher.Slot, _ part: [Int], _ sizes: [Int],
        _ matcher: ShapeMatcher, _ closure: Closure, _ R: UnsafeMutablePointer<Value>
    ) throws {
        if case .list(let list) = read(slot, closure, R) {
            let bound = list.items.compactMap { item -> Int? in
                if case .int(let size) = item { return size }
                return nil
            }
            guard bound == part || bound.count < list.items.count else {
                throw ShapeFailures.rest(
                    bound, part, sizes, matcher, first: binder(of: name, closure, matcher, R))
            }
            return
        }
        write(.list(part.map { .int($0) }), slot, closure, R)
    }

    /// The parameter that gave `...S` its axes, with its sizes.
    private func binder(
        of name: String, _ closure: Closure, _ matcher: ShapeMatcher,
        _ R: UnsafeMutablePointer<Value>
    ) -> (parameter: String, sizes: [Int])? {
        for other in closure.prototype.shapes {
            guard case .parameter(let parameter) = other.subject, other.span != matcher.span,
                other.elements.contains(where: { if case .rest(name, _) = $0 { true } else { false } }),
                let index = closure.prototype.parameters.firstIndex(where: { $0.name == parameter })
            else { continue }
            var value = R[index]
            if case .cell(let cell) = value { value = cell.value }
            if let sizes = sizes(of: value) { return (parameter, sizes) }
        }
        return nil
    }

    private func read(
        _ slot: ShapeMatcher.Slot, _ closure: Closure, _ R: UnsafeMutablePointer<Value>
    ) -> Value {
        switch slot {
        case .field(let field): return closure.receiver?.fields[field] ?? .unset
        case .register(let register):
            if case .cell(let cell) = R[register] { return cell.value }
            return R[register]
        }
    }

    private func write(
        _ value: Value, _ slot: ShapeMatcher.Slot, _ closure: Closure,
        _ R: UnsafeMutablePointer<Value>
    ) {
        switch slot {
        case .field(let field):
            guard let receiver = closure.receiver else { return }
            check?.willWrite(.field(receiver, field))
            receiver.fields[field] = value
        case .register(let register):
            if case .cell(let cell) = R[register] { cell.value = value } else { R[register] = value }
        }
    }
}

extension ShapeMatcher.Slot {
    /// Whether the dimension belongs to a model's instance.
    var isField: Bool {
        if case .field = self { return true }
        return false
    }
}

/// What can be wrong with the shape of an argument or a result.
enum ShapeFailures {
    private static func subject(_ matcher: ShapeMatcher) -> String {
        switch matcher.subject {
        case .parameter(let name): "`\(name)`"
        case .result(nil): "the result"
        case .result(let part?): "part \(part) of the result"
        case .variable(let text): "`\(text)`"
        }
    }

    private static func failure(
        _ id: String, _ message: String, _ matcher: ShapeMatcher, _ sizes: [Int]? = nil,
        help: String? = nil
    ) -> Failure {
        var failure = Failure(id, message, help: help)
        if case .parameter(let name) = matcher.subject {
            failure.blamesCaller = true
            failure.fault = ArgumentFault(
                function: "", kind: .parameter(name), found: sizes.map(list) ?? "")
        }
        if !matcher.span.source.name.hasPrefix("stdlib") {
            failure.diagnostic.secondary = [
                Diagnostic.Label(matcher.span, "the signature wants \(matcher.text)")
            ]
        } else {
            // Arguments that have to agree are both in the message.
            if !message.contains(matcher.text), id != "shape.same" {
                failure.diagnostic.notes = ["the signature wants \(matcher.text) for \(subject(matcher))"]
            }
        }
        return failure
    }

    static func notATensor(_ value: Value, _ matcher: ShapeMatcher) -> Failure {
        failure(
            "shape.type", "\(subject(matcher)) is \(described(value)), not a tensor", matcher,
            help: {
                switch value {
                case .list(let list):
                    if case .int? = list.items.first {
                        "write `Tensor(xs)`, or `Tensor(xs, dtype: int64)` for labels and indices"
                    } else {
                        "write `Tensor(xs)`"
                    }
                case .dataset: "its samples are a tensor: `.x`"
                default: nil
                }
            }())
    }

    static func notASize(_ value: Value, _ text: String) -> Failure {
        Failure("shape.size", "the size `\(text)` in the signature is \(described(value))")
    }

    static func rank(_ sizes: [Int], _ matcher: ShapeMatcher, _ value: Value) -> Failure {
        var help: String?
        if matcher.elements.count == sizes.count + 1 {
            help = "is the batch axis missing? `x[newaxis]` adds one"
            if matcher.text == "[N, T, D]" {
                help = "is the batch axis missing (`x[newaxis]` adds one), or does a layer before it need `sequences: true`?"
            }
        } else if matcher.elements.count + 1 == sizes.count, sizes.last == 1 {
            help = "write `.squeeze(-1)` to drop the axis of size 1"
        }
        return failure(
            "shape.rank",
            "\(subject(matcher)) has shape \(list(sizes)), the signature wants \(matcher.text)",
            matcher, sizes, help: help)
    }

    static func size(
        _ sizes: [Int], _ axis: Int, _ wanted: Int, _ name: String?, _ matcher: ShapeMatcher
    ) -> Failure {
        let origin = name.map { " (`\($0)`)" } ?? ""
        return failure(
            "shape.size",
            "axis \(axis) of \(subject(matcher)) is \(sizes[axis]), not \(wanted)\(origin):"
                + " its shape is \(list(sizes))", matcher, sizes,
            help: channelsFirst(sizes, wanted))
    }

    static func dimension(
        _ name: String, _ bound: Int, _ sizes: [Int], _ axis: Int, _ matcher: ShapeMatcher,
        isOfModel: Bool, owner: ModelInstance?
    ) -> Failure {
        if isOfModel, let owner {
            let help =
                channelsFirst(sizes, bound) ?? flattened(sizes, bound)
                ?? "this \(owner.definitionName) was built for inputs of size \(bound);"
                + " make a new one for this input"
            return failure(
                "shape.dimension",
                "this \(owner.definitionName) takes \(matcher.text) with \(name) = \(bound),"
                    + " got \(list(sizes))", matcher, sizes, help: help)
        }
        return failure(
            "shape.dimension",
            "\(name) is \(bound), but axis \(axis) of \(subject(matcher)) is \(sizes[axis]):"
                + " its shape is \(list(sizes))", matcher, sizes,
            help: sizes[axis] == 1 && axis == sizes.count - 1
                && matcher.span.source.name.hasPrefix("stdlib")
                ? "write `.squeeze(-1)` to drop the axis of size 1" : nil)
    }

    /// Images with their channels last, where they are wanted on axis 1.
    private static func channelsFirst(_ sizes: [Int], _ wanted: Int) -> String? {
        guard sizes.last == wanted, [1, 3].contains(wanted) else { return nil }
        if sizes.count == 4 {
            return "the channels are last; write `rearrange(x, \"n h w c -> n c h w\")`"
        }
        return sizes.count == 3
            ? "the channels are last; write `rearrange(x, \"h w c -> c h w\")`" : nil
    }

    /// Samples of several axes that together have the wanted size.
    private static func flattened(_ sizes: [Int], _ wanted: Int) -> String? {
        guard sizes.count > 2 else { return nil }
        var product = 1
        for size in sizes.dropFirst() {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            product = next
        }
        return product == wanted
            ? "flatten the samples: `.reshape([\(sizes[0]), \(wanted)])`, or `Flatten() >>` before"
            : nil
    }

    /// Axes `...S` that are not those of an argument before.
    ///
    /// - Parameter first: That argument and its sizes.
    static func rest(
        _ bound: [Int], _ part: [Int], _ sizes: [Int], _ matcher: ShapeMatcher,
        first: (parameter: String, sizes: [Int])?
    ) -> Failure {
        let this = subject(matcher)
        let wanted = matcher.text(withRest: bound)
        guard let first else {
            return failure(
                "shape.same", "\(this) has shape \(list(sizes)), it must have \(wanted)", matcher, sizes)
        }
        let other = "`\(first.parameter)`"
        var help: String?
        if part.count == bound.count + 1, part.last == 1, Array(part.dropLast()) == bound {
            help = "write `.squeeze(-1)` on \(this)"
        } else if bound.count == part.count + 1, bound.last == 1, Array(bound.dropLast()) == part {
            help = "write `.squeeze(-1)` on \(other), or `.unsqueeze(-1)` on \(this)"
        }
        let isWhole = first.sizes == bound && sizes == part
        if help == nil, !isWhole { help = classesHelp(of: first.sizes, named: other, beside: sizes) }
        var failure = failure(
            "shape.same",
            isWhole
                ? "\(this) has shape \(list(sizes)), \(other) has \(list(bound)): both must be the same"
                : "\(this) has shape \(list(sizes)), it must be \(wanted) beside \(other) of shape "
                    + "\(list(first.sizes))",
            matcher, sizes, help: help)
        failure.related = first.parameter
        return failure
    }

    /// Logits with their classes on axis 1 beside labels, or labels that stand before the logits.
    private static func classesHelp(of first: [Int], named name: String, beside sizes: [Int]) -> String? {
        if sizes.dropLast().elementsEqual(first) { return "are the two swapped? The prediction stands first" }
        guard first.count > 2, first.prefix(1) + first.dropFirst(2) == sizes[...] else { return nil }
        let axes = [0] + Array(2..<first.count) + [1]
        return "classes stand on the last axis: write `.transpose(\(list(axes)))` on \(name)"
    }

    static func list(_ sizes: [Int]) -> String {
        "[\(sizes.map(String.init).joined(separator: ", "))]"
    }
}
