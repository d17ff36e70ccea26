import Autodiff
import OrderedCollections
import Tensors

/// Differentiation.
enum GradientBuiltins {
    static let all: [Builtin] = [
        Builtin("grad(f)", "The gradient of `f` with respect to its first argument, as a function.") { _, a in
            try CallFailures.requireFunction(a[0], "grad", "f")
            return .builtin(
                BuiltinObject(derivative: "grad", of: a[0]) { m, f, arguments in
                    try m.replayedGradient(of: f, arguments, withValue: false) {
                        try m.valueAndGradient(of: f, arguments).gradient
                    }
                })
        },
        Builtin("valueAndGrad(f)", "A function that gives the value of `f` and its gradient.") { _, a in
            try CallFailures.requireFunction(a[0], "valueAndGrad", "f")
            return .builtin(
                BuiltinObject(derivative: "valueAndGrad", of: a[0]) { m, f, arguments in
                    try m.replayedGradient(of: f, arguments, withValue: true) {
                        let (value, gradient) = try m.valueAndGradient(of: f, arguments)
                        return .tuple([value, gradient])
                    }
                })
        },
        Builtin("jacobian(f)", "All derivatives of a tensor: shape of the value, then of the argument.") { _, a in
            try CallFailures.requireFunction(a[0], "jacobian", "f")
            return .builtin(
                BuiltinObject(derivative: "jacobian", of: a[0]) { m, f, x in
                    try m.jacobian(of: f, x)
                })
        },
        Builtin("hessian(f)", "All second derivatives of a number.") { _, a in
            try CallFailures.requireFunction(a[0], "hessian", "f")
            return .builtin(
                BuiltinObject(derivative: "hessian", of: a[0]) { m, f, x in
                    try m.hessian(of: f, x)
                })
        },
        Builtin("hvp(f, x, v)", "The Hessian of `f` at `x` times `v`, without the Hessian.") { m, a in
            try CallFailures.requireFunction(a[0], "hvp", "f")
            return try m.hessianVectorProduct(of: a[0], a[1], a[2])
        },
        Builtin(
            "checkGradient(f, x, tolerance = 0.0001)",
            "Compares the gradient with central differences in float64: true, or an error that says where."
        ) { m, a in
            try CallFailures.requireFunction(a[0], "checkGradient", "f")
            return try m.checkGradient(of: a[0], a[1], tolerance: m.double(a[2]) ?? 1e-4)
        },
    ]
}

extension Machine {
    /// The argument of a differentiated function: the same structure with fresh leaves for its floats.
    private struct Variables {
        var nodes: [Node] = []
        /// For models the boxes that stand behind the nodes.
        var boxes: [(parameter: NamedParameter, before: Node)] = []
        /// The paths of these params, for each model that was met.
        var paths: [[String]] = []

        /// Puts back what stood in the boxes; one may have been met twice.
        func restore() {
            for (parameter, before) in boxes.reversed() { parameter.box.node = before }
        }
    }

    func valueAndGradient(
        of function: Value, _ given: [(label: String?, value: Value)]
    ) throws -> (value: Value, gradient: Value) {
        var arguments = given.map(\.value)
        let position = Self.position(ofFirstParameterOf: function, in: given.map(\.label))
        guard arguments.indices.contains(position) else {
            throw Failure("call.missing", "`grad(f)` needs the first argument of `f`")
        }
        let first = arguments[position]
        try Nesting.check(first)
        return try withGradient {
            var variables = Variables()
            defer { variables.restore() }
            arguments[position] = try variable(first, &variables)
            let labels = given.contains { $0.label != nil } ? given.map(\.label) : []
            let result = try call(function, arguments, labels: labels)
            let loss = try minimised(result, in: "grad")
            let gradients = try gradient(
                of: loss, withRespectTo: variables.nodes, recorder: recorder)
            var remaining = try zip(variables.nodes, gradients).map { node, gradient in
                try gradient ?? recorder.full(.int(0), node.shape, node.dtype)
            }[...]
            var paths = variables.paths[...]
            return (try plain(result, first), try rebuilt(first, &remaining, &paths))
        }
    }

    /// Where the argument of the first parameter stands: labels may have another order.
    private static func position(
        ofFirstParameterOf function: Value, in labels: [String?]
    ) -> Int {
        guard case .function(let closure) = function, labels.first != .some(nil) else { return 0 }
        return labels.firstIndex { $0 == closure.prototype.parameters.first?.name } ?? 0
    }

    /// Keeps the graph of what `body` records.
    private func withGradient<Result>(_ body: () throws -> Result) throws -> Result {
        recorder.gradientDepth += 1
        defer { recorder.gradientDepth -= 1 }
        return try body()
    }

    /// The value of a function of a plain number is a plain number.
    private func plain(_ result: Value, _ argument: Value) throws -> Value {
        switch argument {
        case .float, .int:
            if case .tensor(let node) = result, node.shape.rank == 0, recording == nil,
                recorder.gradientDepth == 1
            {
                return try plainNumber(node)
            }
            return result
        default: return result
        }
    }

    private func variable(_ value: Value, _ variables: inout Variables) throws -> Value {
        func leaf(_ node: Node) throws -> Node {
            guard node.dtype.isFloat else {
                throw Failure(
                    "grad.float", "a gradient is taken of floats, got \(node.dtype.name)",
                    help: "write `.cast(float32)`")
            }
            let fresh = try recorder.identity(node)
            variables.nodes.append(fresh)
            return fresh
        }
        switch value {
        case .tensor(let node): return .tensor(try leaf(node))
        case .float(let number):
            return .tensor(try leaf(recorder.full(.float(number), .scalar, .float64)))
        case .int(let number):
            return .tensor(try leaf(recorder.full(.float(Double(number)), .scalar, .float64)))
        case .symbol(let symbol): return .tensor(try leaf(recorder.cast(symbol.node, to: .float64)))
        case .list(let list):
            var items: [Value] = []
            for item in list.items { items.append(try variable(item, &variables)) }
            return .list(items)
        case .tuple(let tuple):
            var items: [Value] = []
            for item in tuple.items { items.append(try variable(item, &variables)) }
            return .tuple(items)
        case .record(let record):
            var items: [Value] = []
            for item in record.values { items.append(try variable(item, &variables)) }
            return .record(RecordObject(record.layout, items))
        case .dict(let dict):
            var items = dict.items
            for (key, item) in dict.items { items[key] = try variable(item, &variables) }
            return .dict(DictObject(items))
        case .model(let model):
            let parameters = model.namedParameters().filter(\.isTrainable)
            variables.paths.append(parameters.map(\.path))
            for parameter in parameters {
                guard let before = parameter.box.node else {
                    throw Failure(
                        "model.unbuilt", "`\(parameter.path)` is not made yet",
                        help: "build the model first: `net.build([…])`")
                }
                variables.boxes.append((parameter, before))
                parameter.box.node = try leaf(before)
            }
            return value
        default:
            throw CallFailures.argument(
                "grad", "x", wants: "a tensor, number, list, record or model", got: value)
        }
    }

    /// The gradients in the structure of the argument.
    private func rebuilt(
        _ value: Value, _ gradients: inout ArraySlice<Node>, _ paths: inout ArraySlice<[String]>
    ) throws -> Value {
        func items(_ values: [Value]) throws -> [Value] {
            var result: [Value] = []
            for value in values { result.append(try rebuilt(value, &gradients, &paths)) }
            return result
        }
        switch value {
        case .float, .int:
            guard let node = gradients.popFirst() else { return .none }
            if recorder.gradientDepth > 1 || recording != nil { return .tensor(node) }
            return try plainNumber(node)
        case .list(let list): return .list(try items(list.items))
        case .tuple(let tuple): return .tuple(try items(tuple.items))
        case .record(let record):
            return .record(RecordObject(record.layout, try items(record.values)))
        case .dict(let dict):
            var result = dict.items
            for (key, item) in dict.items { result[key] = try rebuilt(item, &gradients, &paths) }
            return .dict(DictObject(result))
        case .model:
            var result: [(DictKey, Value)] = []
            for path in paths.popFirst() ?? [] {
                guard let node = gradients.popFirst() else { break }
                result.append((.string(path), .tensor(node)))
            }
            return .dict(DictObject(.init(result, uniquingKeysWith: { first, _ in first })))
        default: return gradients.popFirst().map { .tensor($0) } ?? .none
        }
    }

    // MARK: Higher derivatives

    /// One tensor in, one tensor out.
    private func single(_ value: Value, _ what: String) throws -> Node {
        switch value {
        case .tensor(let node): return node
        case .float(let number): return try recorder.full(.float(number), .scalar, .float64)
        case .int(let number): return try recorder.full(.float(Double(number)), .scalar, .float64)
        case .symbol(let symbol): return try recorder.cast(symbol.node, to: .float64)
        default: throw CallFailures.argument(what, "x", wants: "a tensor", got: value)
        }
    }

    func jacobian(of function: Value, _ x: Value) throws -> Value {
        try keepingStates {
            try withGradient {
                let input = try recorder.identity(single(x, "jacobian"))
                let output = try single(call(function, [.tensor(input)]), "jacobian")
                return .tensor(try jacobian(output, input))
            }
        }
    }

    private func jacobian(_ output: Node, _ input: Node) throws -> Node {
        var rows: [Node] = []
        let flat = try recorder.reshape(output, to: Shape([output.shape.count]))
        for index in 0..<output.shape.count {
            let element = try row(of: flat, index)
            let gradient = try gradient(
                of: element, withRespectTo: [input], recorder: recorder)[0]
            rows.append(try gradient ?? recorder.full(.int(0), input.shape, input.dtype))
            try pollNow()
        }
        let shape = try Shape(output.shape.dimensions + input.shape.dimensions)
        if rows.isEmpty { return try recorder.full(.int(0), shape, input.dtype) }
        return try recorder.reshape(recorder.stack(rows, axis: 0), to: shape)
    }

    func hessian(of function: Value, _ x: Value) throws -> Value {
        try keepingStates {
            try withGradient {
                let input = try recorder.identity(single(x, "hessian"))
                let output = try minimised(call(function, [.tensor(input)]), in: "hessian")
                let first = try gradient(of: output, withRespectTo: [input], recorder: recorder)[0]
                guard let first else {
                    let shape = try Shape(input.shape.dimensions + input.shape.dimensions)
                    return .tensor(try recorder.full(.int(0), shape, input.dtype))
                }
                return .tensor(try jacobian(first, input))
            }
        }
    }

    func hessianVectorProduct(of function: Value, _ x: Value, _ v: Value) throws -> Value {
        try keepingStates {
            try withGradient {
                let input = try recorder.identity(single(x, "hvp"))
                let vector = try recorder.cast(single(v, "hvp"), to: input.dtype)
                guard vector.shape == input.shape else {
                    throw Failure(
                        "shape.same",
                        "`v` has shape \(vector.shape), `x` has \(input.shape): they must be equal")
                }
                let output = try minimised(call(function, [.tensor(input)]), in: "hvp")
                let zero = try recorder.full(.int(0), input.shape, input.dtype)
                guard
                    let first = try gradient(
                        of: output, withRespectTo: [input], recorder: recorder)[0],
                    let second = try gradient(
                        of: first, seed: vector, withRespectTo: [input], recorder: recorder)[0]
                else { return .tensor(zero) }
                return .tensor(second)
            }
        }
    }

    /// Runs `body` and puts the states of models back.
    func keepingStates<Result>(_ body: () throws -> Result) throws -> Result {
        guard recording == nil else { return try body() }
        nextRecording &+= 1
        let recording = Recording(id: nextRecording)
        let outer = stateKeeper
        stateKeeper = recording
        defer {
            stateKeeper = outer
            recording.undo()
        }
        return try body()
    }
}
