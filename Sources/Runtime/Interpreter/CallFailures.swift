import Diagnostics

/// What can be wrong with calls and members.
enum CallFailures {
    static func notCallable(_ value: Value) -> Failure {
        Failure("call.type", "\(described(value)) cannot be called", help: callHelp(value))
    }

    private static func callHelp(_ value: Value) -> String? {
        switch value {
        case .string(let text) where Habits.texts[text.text] != nil:
            return "it is written without quotation marks: `\(Habits.texts[text.text] ?? "")`"
        case .string(let text) where ["same", "valid"].contains(text.text): return "write `padding: \"\(text.text)\"`"
        case .string(let text)
        where text.text.utf8.count < 30 && !text.text.isEmpty
            && text.text.unicodeScalars.allSatisfy({ $0.properties.isAlphabetic || $0 == "_" }):
            return "a function is given by its name, without quotation marks: `\(Habits.camelCase(text.text))`"
        case .list(let list):
            guard case .model? = list.items.first else { return nil }
            return "compose models with `>>`: `Dense(50, relu) >> Dense(10)`"
        case .none: return "what stands before the parenthesis is nil"
        default: return nil
        }
    }

    /// As above, with the place and the words of what stands before the parenthesis.
    static func notCallable(_ value: Value, at span: Span) -> Failure {
        let text = span.source.text(of: span)
        guard text.utf8.count <= 24, !text.contains("\n") else { return notCallable(value) }
        var failure = Failure(
            "call.type", "`\(text)` is \(described(value)), not a function", help: callHelp(value))
        failure.diagnostic.span = span
        return failure
    }

    /// What a function of the library was given to call, named by the argument that holds it.
    static func notCallable(_ value: Value, given span: Span, to function: String) -> Failure {
        let name = span.source.text(of: span)
        guard name.unicodeScalars.allSatisfy({ $0.properties.isAlphabetic }) else { return notCallable(value) }
        var failure = Failure(
            "call.type", "`\(name)` of `\(function)` is \(described(value)), not a function",
            help: isSize(value) && name == "activation"
                ? "the size of the input is not given: the first call tells it" : callHelp(value))
        failure.fault = ArgumentFault(function: function, kind: .parameter(name))
        return failure
    }

    private static func isSize(_ value: Value) -> Bool {
        if case .int = value { return true }
        return false
    }

    static func memberNotCallable(_ value: Value, _ name: String, _ member: Value) -> Failure {
        var help = "read it without parentheses: `.\(name)`"
        if name == "size", case .tensor = value {
            help = "`.shape` has the lengths of all axes, `.shape[0]` that of the first; `.size` counts the elements"
        } else if name == "shape", case .tensor = value {
            help = "read it without parentheses: `.shape`; the length of one axis is `.shape[0]`"
        }
        return Failure(
            "call.type", "`.\(name)` of \(described(value)) is \(described(member)), not a function", help: help)
    }

    /// `x.f`, where `f` is a function: a call without its parentheses, or a field that is not there.
    static func functionAsMember(_ value: Value, _ name: String, names: [String]) -> Failure {
        var notes: [String] = []
        var help = Habits.asMembers[name] ?? "`\(name)` is a function: write `.\(name)()`"
        switch value {
        case .record(let record):
            notes = ["it has: " + names.prefix(20).joined(separator: ", ")]
            guard record["epoch"] != nil else { break }
            help = "`fit` records it with `metrics: [\(name)]`"
        case .tuple: help = Habits.partsHelp(name)
        case .tensor where name == "values":
            help = "it is the values; `argmax` and `argmin` give where they are"
        default: break
        }
        return Failure(
            "member.call", "\(described(value)) has no member `\(name)`", notes: notes, help: help)
    }

    static func noMember(
        _ value: Value, _ name: String, names: [String], functions: [String] = []
    ) -> Failure {
        if name == "append", case .list = value {
            return Failure(
                "python.append", "a list has no `append`: values never change under your feet",
                help: "write `xs += [x]` for a `var xs`")
        }
        if case .none = value {
            return Failure(
                "member.none", "nil has no member `\(name)`",
                help: "what stands before the dot is nil; test it with `== nil` first")
        }
        let camel = Habits.camelCase(name)
        let all = names + functions
        let close = all.contains(camel) ? camel : nearest(camel, in: all)
        let list = names.isEmpty ? nil : "it has: " + names.prefix(20).joined(separator: ", ")
        return Failure(
            "member.unknown", "\(described(value)) has no member `\(name)`",
            notes: list.map { [$0] } ?? [],
            help: Habits.member(name, of: value) ?? close.map { "did you mean `\($0)`?" })
    }

    static func unknownLabel(_ label: String, _ signature: Signature) -> Failure {
        let names = signature.parameters.map(\.name)
        let habit = Habits.label(label, among: names)
        let camel = Habits.camelCase(label)
        let close = habit ?? (names.contains(camel) ? camel : nearest(camel, in: names))
        var failure = Failure(
            "call.label", "\(signature.shown) has no parameter `\(label)`",
            notes: ["it is `\(signature.text)`"],
            help: (habit == nil ? Habits.labelHelp["\(signature.name) \(label)"] ?? Habits.labelHelp[label] : nil)
                ?? close.map { "did you mean `\($0):`?" })
        failure.fault = ArgumentFault(function: signature.name, kind: .label(label))
        return failure
    }

    static func repeatedLabel(_ label: String, _ signature: Signature) -> Failure {
        Failure(
            "call.repeated", "the argument `\(label)` of \(signature.shown) is given twice",
            notes: ["it is `\(signature.text)`"],
            help: repeatedHelp(label, signature))
    }

    private static func repeatedHelp(_ label: String, _ signature: Signature) -> String? {
        guard let place = signature.parameters.firstIndex(where: { $0.name == label }) else { return nil }
        if signature.parameters[0].name == "tensors" { return listHelp(signature.name) }
        if signature.name == "fit", label == "loss" {
            return "the data are one pair: `fit(net, (x, y), loss: …)`"
        }
        return "argument \(place + 1) without a label is `\(label)` as well"
    }

    static func listHelp(_ function: String) -> String {
        "the tensors stand in one list: `\(function)([a, b])`"
    }

    static func extra(_ count: Int, _ signature: Signature) -> Failure {
        let wanted = signature.parameters.count
        var failure = Failure(
            "call.extra",
            "\(signature.shown) takes \(plural(wanted, "argument")), got \(count)",
            notes: ["it is `\(signature.text)`"],
            help: extraHelp(signature))
        failure.fault = ArgumentFault(function: signature.name, kind: .position(wanted))
        return failure
    }

    private static func extraHelp(_ signature: Signature) -> String? {
        if let help = Habits.extra[signature.text] { return help }
        let names = signature.parameters.map(\.name)
        if let first = names.first, ["units", "filters"].contains(first) {
            return "the size of the input is not given: the first call tells it"
        }
        if signature.name.first?.isUppercase == true, names.isEmpty {
            return "make one first, then call that: `\(signature.name)()(x)`"
        }
        if names.contains("shape") { return "a shape is one list: `[2, 3]`" }
        return names.contains("axes") ? "the axes are one list: `[1, 0]`" : nil
    }

    /// - Parameter isEmpty: Whether the call has no arguments at all.
    static func missing(_ name: String, _ signature: Signature, isEmpty: Bool = false) -> Failure {
        var help = Habits.missing[signature.text]
        if name == "block" { help = "the block stands after the parentheses: `\(signature.name)(…) { … }`" }
        if isEmpty, help == nil, signature.name.first?.isLowercase == true {
            help = "to give the function itself to another one, leave out the parentheses"
        }
        return Failure(
            "call.missing", "the argument `\(name)` of \(signature.shown) is missing",
            notes: ["it is `\(signature.text)`"], help: help)
    }

    /// One value where a lambda has several parameters: only a tuple of that length is taken apart.
    static func notTakenApart(_ value: Value, _ signature: Signature) -> Failure {
        var failure = missing(signature.parameters[1].name, signature)
        failure.diagnostic.help =
            switch value {
            case .list: "a list is not taken apart as a tuple is: write `xs => xs[0] + xs[1]`"
            case .tuple(let tuple): "the tuple that it is given has \(plural(tuple.items.count, "part"))"
            case .tensor: "it is given one tensor: write `(x, y)` in the call as well, as in `grad(f)(x, y)`"
            default: "it is given one value; `enumerate(xs)` gives pairs `(i, x)`, `zip(xs, ys)` pairs `(x, y)`"
            }
        return failure
    }

    /// A model's definition where a model is wanted; the help has the arguments that it cannot do without.
    static func definition(_ definition: ModelDefinition) -> Failure {
        let needed = definition.signature.parameters.filter { !$0.isOptional }.map { "\($0.name): …" }
        return Failure(
            "model.type", "`\(definition.name)` is a definition, not a model",
            help: "make one: `\(definition.name)(\(needed.joined(separator: ", ")))`")
    }

    /// Refuses what is no function where one is wanted, before it is called.
    ///
    /// - Parameter first: what stands in the place of the collection.
    static func requireFunction(
        _ value: Value, _ function: String, _ parameter: String, after first: Value? = nil
    ) throws {
        guard !value.isCallable else { return }
        if value.isUnknown || value.isNever { return }
        let rest = function == "fold" ? "0, (s, x) => s + x" : "x => …"
        var help = first?.isCallable == true ? "the collection comes first: `\(function)(xs, \(rest))`" : nil
        if case .tensor = value, parameter == "f" {
            help = "give the function, then where: `\(function)(x => (x^2).sum())(x)`"
        }
        throw argument(function, parameter, wants: "a function", got: value, help: help)
    }

    static func argument(
        _ function: String, _ parameter: String, wants: String, got: Value, help: String? = nil
    ) -> Failure {
        var failure = Failure(
            "call.argument",
            "`\(function)` wants \(wants) as `\(parameter)`, got \(described(got))", help: help)
        failure.fault = ArgumentFault(function: function, kind: .parameter(parameter))
        return failure
    }
}

/// `1 argument`, `2 arguments`.
func plural(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
