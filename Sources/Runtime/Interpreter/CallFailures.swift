import Diagnostics

/// What can be wrong with calls and members.
enum CallFailures {
    static func notCallable(_ value: Value) -> Failure {
        Failure("call.type", "\(described(value)) cannot be called")
    }

    static func memberNotCallable(_ value: Value, _ name: String, _ member: Value) -> Failure {
        Failure(
            "call.type", "`.\(name)` of \(described(value)) is \(described(member)), not a function",
            help: "read it without parentheses: `.\(name)`")
    }

    static func noMember(
        _ value: Value, _ name: String, names: [String], functions: [String] = []
    ) -> Failure {
        if name == "append" {
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
        let habit = Habits.members[name]
        let list = names.isEmpty ? nil : "it has: " + names.prefix(20).joined(separator: ", ")
        return Failure(
            "member.unknown", "\(described(value)) has no member `\(name)`",
            notes: list.map { [$0] } ?? [],
            help: habit ?? close.map { "did you mean `\($0)`?" })
    }

    static func unknownLabel(_ label: String, _ signature: Signature) -> Failure {
        let names = signature.parameters.map(\.name)
        let habit = Habits.labels[label].flatMap { names.contains($0) ? $0 : nil }
        let camel = Habits.camelCase(label)
        let close = habit ?? (names.contains(camel) ? camel : nearest(camel, in: names))
        var failure = Failure(
            "call.label", "`\(signature.name)` has no parameter `\(label)`",
            notes: ["it is `\(signature.text)`"], help: close.map { "did you mean `\($0):`?" })
        failure.fault = ArgumentFault(function: signature.name, kind: .label(label))
        return failure
    }

    static func repeatedLabel(_ label: String, _ signature: Signature) -> Failure {
        Failure(
            "call.repeated", "the argument `\(label)` of `\(signature.name)` is given twice",
            notes: ["it is `\(signature.text)`"])
    }

    static func extra(_ count: Int, _ signature: Signature) -> Failure {
        let wanted = signature.parameters.count
        let makesLayer = ["units", "filters"].contains(signature.parameters.first?.name)
        var failure = Failure(
            "call.extra",
            "`\(signature.name)` takes \(plural(wanted, "argument")), got \(count)",
            notes: ["it is `\(signature.text)`"],
            help: makesLayer ? "the size of the input is not given: the first call tells it" : nil)
        failure.fault = ArgumentFault(function: signature.name, kind: .position(wanted))
        return failure
    }

    static func missing(_ name: String, _ signature: Signature) -> Failure {
        Failure(
            "call.missing", "the argument `\(name)` of `\(signature.name)` is missing",
            notes: ["it is `\(signature.text)`"])
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
