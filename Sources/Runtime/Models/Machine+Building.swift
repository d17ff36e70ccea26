import Autodiff
import Foundation
import Diagnostics
import Syntax
import Tensors

// Building and measuring models without numbers: their `forward` is recorded on placeholders and never computed.
extension Machine {
    /// Sizes that stand for names: unlikely to occur, so that they are recognised in outputs. All but the first, which
    /// counts samples, divide into heads, groups and halves, and none is another's multiple. Squares of them fit a memory.
    private static let probes = [1_000_003] + [11, 13, 17, 19, 23, 29, 31].map { 240 * $0 }

    /// Runs a model on placeholders of the given shapes.
    ///
    /// - Parameter other: A name that another size stands for than usual.
    /// - Returns: what it gives, and which probe stands for which name.
    func trace(
        _ model: ModelInstance, _ shapes: [Value], varying other: String? = nil
    ) throws -> (result: Value, names: [Int: String]) {
        var names: [Int: String] = [:]
        var probes: [String: Int] = [:]
        var inputs: [[Int]] = []
        for shape in shapes {
            var sizes: [Int] = []
            for (axis, size) in try elements(shape, "build").enumerated() {
                switch size {
                case .string(let name) where !name.text.hasPrefix("..."):
                    let probe =
                        probes[name.text]
                        ?? Self.probes[min(probes.count, Self.probes.count - 1)] * (name.text == other ? 2 : 1)
                    probes[name.text] = probe
                    names[probe] = name.text
                    sizes.append(probe)
                case .none, .string: sizes.append(axis == 0 ? Self.probes[0] : 1)
                default:
                    guard let number = try int(size), number >= 0 else {
                        throw CallFailures.argument(
                            "build", "shapes", wants: "lists of sizes and names", got: size)
                    }
                    sizes.append(number)
                }
            }
            inputs.append(sizes)
        }
        do {
            return (try traced(model, inputs), names)
        } catch let failure as Failure {
            throw failure.naming(names)
        }
    }

    /// The dtype that the first operation wants is found by trying.
    private func traced(_ model: ModelInstance, _ inputs: [[Int]]) throws -> Value {
        var failure: (any Error)?
        for dtype in [DType.float32, .int64] {
            do {
                let nodes = try inputs.map {
                    Value.tensor(Node(placeholder: try Shape($0), dtype: dtype))
                }
                return try abstractly { try call(model, nodes, []) }
            } catch {
                // Another dtype does not help against ^C, limits and recursion without an end.
                let reason = located(error).diagnostic.id
                guard Interruption(error, self) == nil, !(error is Interruption),
                    !reason.hasPrefix("limit.")
                else { throw error }
                // What takes no floats says so first; what the integers came to tells more.
                if failure.map({ located($0).diagnostic.id.hasPrefix("dtype") }) ?? true { failure = error }
            }
        }
        throw failure ?? Failure("model.build", "the model cannot be built")
    }

    /// Runs `body` so that no number is computed and no model state changes.
    func abstractly<Result>(_ body: () throws -> Result) throws -> Result {
        let outer = recording
        nextRecording &+= 1
        let recording = Recording(id: nextRecording)
        self.recording = recording
        defer {
            recording.undo()
            self.recording = outer
        }
        return try body()
    }

    func build(_ model: ModelInstance, _ shapes: [Value]) throws {
        try requireSizes(model, shapes)
        _ = try trace(model, shapes)
    }

    /// Refuses names where a param needs the size; nothing of the model is built then. Such a name is one with which the
    /// shape of a param changes.
    private func requireSizes(_ model: ModelInstance, _ shapes: [Value]) throws {
        let areNamed = try shapes.contains { shape in
            try elements(shape, "build").contains { if case .string = $0 { true } else { false } }
        }
        guard areNamed else { return }
        func trial(varying name: String?) throws -> (params: [NamedParameter], names: [String]) {
            var copier = ModelCopier()
            let copy = copier.copy(model)
            let names = try trace(copy, shapes, varying: name).names
            return (copy.namedParameters(), names.values.sorted())
        }
        func unknown(_ param: String, _ name: String) -> Failure {
            Failure(
                "model.size", "the size of \(param) depends on \(name), which is not known",
                help: "write the number in its place; `(\(name))` means the variable `\(name)`")
        }
        /// Whether params were too large to be made: then they depend on what stands for a name.
        func isTooLarge(_ error: any Error) -> Bool { located(error).diagnostic.id == Failure.memoryBudget }
        let (usual, names): ([NamedParameter], [String])
        do {
            (usual, names) = try trial(varying: nil)
        } catch where isTooLarge(error) {
            throw unknown("a param", "a name")
        }
        for name in names {
            let other: [NamedParameter]
            do {
                other = try trial(varying: name).params
            } catch {
                if isTooLarge(error) { throw unknown("a param", name) }
                continue
            }
            for (first, second) in zip(usual, other) where first.box.node?.shape != second.box.node?.shape {
                throw unknown("`\(first.path)`", name)
            }
        }
    }

    /// `let net: [N, 1, 28, 28] -> [N, 10] = …`
    func buildAndCheck(_ model: ModelInstance, _ inputs: Value, _ outputs: Value) throws {
        try requireSizes(model, elements(inputs, "build"))
        let (result, names) = try trace(model, try elements(inputs, "build"))
        let wanted = try elements(outputs, "build")
        let given: [Value]
        if case .tuple(let tuple) = result { given = tuple.items } else { given = [result] }
        guard wanted.count == given.count else {
            throw Failure(
                "shape.signature",
                "the model gives \(plural(given.count, "output")), its signature says \(wanted.count)")
        }
        for (value, shape) in zip(given, wanted) {
            guard case .tensor(let node) = value else { continue }
            let sizes = try elements(shape, "build")
            let text = Self.text(node.shape, names)
            var isFitting = sizes.count == node.shape.rank
            if sizes.contains(where: Self.isRest) { isFitting = true } else if isFitting {
                for (size, actual) in zip(sizes, node.shape.dimensions) {
                    switch size {
                    case .string(let name):
                        if let known = names.first(where: { $0.value == name.text })?.key {
                            isFitting = isFitting && known == actual
                        }
                    case .int(let number): isFitting = isFitting && number == actual
                    default: break
                    }
                }
            }
            guard isFitting else {
                let want = sizes.map { size in
                    if case .string(let name) = size { return name.text }
                    if case .int(let number) = size { return String(number) }
                    return "_"
                }
                throw Failure(
                    "shape.signature",
                    "the model gives \(text), its signature says [\(want.joined(separator: ", "))]")
            }
        }
    }

    private static func isRest(_ value: Value) -> Bool {
        if case .string(let name) = value { return name.text.hasPrefix("...") }
        return false
    }

    /// A shape with the names of the sizes that are names.
    static func text(_ shape: Shape, _ names: [Int: String]) -> String {
        let sizes = shape.dimensions.map { names[$0] ?? String($0) }
        return "[\(sizes.joined(separator: ", "))]"
    }

    /// Refuses a chain whose built parts do not fit, from the first part on whose input is known but for the batch.
    func checkFit(_ chain: ModelInstance) throws {
        let parameters = chain.namedParameters()
        guard !parameters.isEmpty, parameters.allSatisfy({ $0.box.node != nil }) else { return }
        for (index, part) in chain.chainParts.enumerated() {
            guard let input = knownInput(of: part) else { continue }
            let rest = ModelInstance(
                .chain(Array(chain.chainParts[index...])), initialization: chain.initialization)
            do {
                _ = try trace(rest, [.list(input)])
            } catch let failure as Failure where failure.diagnostic.id.hasPrefix("shape") {
                throw failure
            } catch let error as TensorError {
                throw error
            } catch {
                // What cannot be known before data come is found then.
            }
            return
        }
    }

    /// The sizes of the one input of a part if all but the first are known; `nil` otherwise.
    private func knownInput(of part: Value) -> [Value]? {
        guard case .model(let model) = part, let template = model.definition?.template,
            template.forwardShapes.count == 1, let shape = template.forwardShapes[0]
        else { return nil }
        var sizes: [Value] = []
        for (axis, dimension) in shape.dimensions.enumerated() {
            switch dimension.kind {
            case .literal(let size), .sized(_, let size): sizes.append(.int(size))
            case .name(let name):
                if let field = template.layout.dimensions[name], !model.fields[field].isUnset {
                    sizes.append(model.fields[field])
                } else if axis == 0 {
                    sizes.append(.string(name))
                } else {
                    return nil
                }
            case .rest where axis == 0: sizes.append(.string("N"))
            case .rest, .wildcard, .expression: return nil
            }
        }
        // `[...]` alone says nothing about what comes.
        return sizes.count > 1 ? sizes : nil
    }

    // MARK: Summary

    /// The table of the contract's *Printing*.
    func summary(_ model: ModelInstance) throws -> String {
        var rows = [["part", "model", "output", "params"]]
        let parts: [(String, Value)] =
            model.isChain
            ? model.chainParts.enumerated().map { (String($0), $1) }
            : model.partRows
        let outputs = try outputShapes(model)
        if parts.isEmpty {
            rows.append(row("", .model(model), outputs[ObjectIdentifier(model)]))
        }
        if !parts.isEmpty { rows += ownRows(model) }
        for (name, part) in parts {
            var output: String?
            if case .model(let instance) = part { output = outputs[ObjectIdentifier(instance)] }
            rows.append(row(name, part, output))
        }
        let parameters = model.namedParameters()
        let total = parameters.filter { !$0.box.isState }
        let count = total.reduce(0) { $0 + ($1.box.node?.shape.count ?? 0) }
        let trainable = total.filter(\.isTrainable).reduce(0) {
            $0 + ($1.box.node?.shape.count ?? 0)
        }
        let unmade = total.count { $0.box.node == nil }
        let note = unmade == 1
            ? "\n1 param has no size before the first call" : unmade > 1
            ? "\n\(unmade) params have no size before the first call" : ""
        let footer =
            "total \(Self.grouped(count)) parameters, \(Self.grouped(trainable)) trainable"
        return Self.table(rows) + "\n" + footer + note
    }

    /// The params of the model itself, beside its parts.
    private func ownRows(_ model: ModelInstance) -> [[String]] {
        model.boxes.compactMap { box in
            guard let box, !box.isState, let node = box.node else { return nil }
            return [box.name, "param", "\(node.shape)", Self.grouped(node.shape.count)]
        }
    }

    private func row(_ name: String, _ part: Value, _ output: String?) -> [String] {
        guard case .model(let model) = part else {
            return [name, Self.name(of: part), output ?? "", "0"]
        }
        let count = model.namedParameters().filter { !$0.box.isState }
            .reduce(0) { $0 + ($1.box.node?.shape.count ?? 0) }
        return [name, model.definitionName, output ?? "", Self.grouped(count)]
    }

    /// What each part gave when it was last called; of any number of samples, unless that is tied to something else. Of
    /// a model that is called with more than tensors nothing is known.
    private func outputShapes(_ model: ModelInstance) throws -> [ObjectIdentifier: String] {
        guard let sizes = model.lastInputs else { return [:] }
        var named = sizes
        for index in sizes.indices where !sizes[index].isEmpty { named[index][0] = .string("N") }
        for inputs in [named, sizes] {
            do { return try outputShapes(model, inputs) } catch {
                if error is Interruption || Interruption(error, self) != nil { throw error }
            }
        }
        return [:]
    }

    private func outputShapes(_ model: ModelInstance, _ sizes: [[Value]]) throws -> [ObjectIdentifier: String] {
        var result: [ObjectIdentifier: String] = [:]
        let names = [Self.probes[0]: "N"]
        observer = { part, value in
            if case .tensor(let node) = value {
                result[ObjectIdentifier(part)] = Self.text(node.shape, names)
            }
        }
        defer { observer = nil }
        _ = try trace(model, sizes.map { .list($0) })
        return result
    }

    static func grouped(_ number: Int) -> String {
        var digits = Array(String(number))
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: index)
            index -= 3
        }
        return String(digits)
    }

    /// Columns at least two spaces apart, the last one to the right.
    static func table(_ rows: [[String]]) -> String {
        guard let columns = rows.first?.count else { return "" }
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column == columns - 1 ? space + text : text + space
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

extension Failure {
    /// The same with the names of sizes in the place of the numbers that stood for them.
    fileprivate func naming(_ names: [Int: String]) -> Failure {
        func named(_ text: String) -> String {
            // Not inside of a longer number.
            names.reduce(text) { text, entry in
                text.replacingOccurrences(
                    of: "(?<![0-9])\(entry.key)(?![0-9])", with: entry.value, options: .regularExpression)
            }
        }
        var result = self
        result.diagnostic.message = named(diagnostic.message)
        result.diagnostic.label = named(diagnostic.label)
        result.diagnostic.notes = diagnostic.notes.map(named)
        result.diagnostic.help = diagnostic.help.map(named)
        for index in diagnostic.secondary.indices {
            result.diagnostic.secondary[index].text = named(diagnostic.secondary[index].text)
        }
        return result
    }
}
