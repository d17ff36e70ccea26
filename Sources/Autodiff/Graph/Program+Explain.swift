import Kernels
import Tensors

extension Program {
    /// What the compiler did and what a run does: one line for each pass, then one for each step.
    ///
    /// A step reads and writes places: `in0` is an input, `update1` an input that is replaced,
    /// `out0` a result, `constant2` a tensor of the program, `@64` byte 64 of the arena. `*` marks
    /// the steps that replace inputs, which come last.
    public func explain() -> String {
        var lines = notes + [instructions.isEmpty ? "program: nothing is left to compute" : "program:"]
        for (index, instruction) in instructions.enumerated() {
            let mark = index < firstCommit ? " " : "*"
            lines.append("\(mark) \(index): \(describe(instruction))")
        }
        for (number, update) in updates.enumerated() {
            guard let source = update.source else { continue }
            let target = ProgramPlace(base: bases.update(number), offset: 0)
            lines.append("* copy \(describe(source)) to \(describe(target))")
        }
        return lines.joined(separator: "\n")
    }

    private func describe(_ instruction: ProgramInstruction) -> String {
        switch instruction {
        case .tile(let step):
            let codes = step.plan.program.instructions.map {
                $0.chain == .single ? "\($0.code)" : "\($0.chain)"
            }
            return call(
                "tile[\(step.plan.count)] \(codes.joined(separator: " "))", step.operandPlaces,
                step.resultPlaces)
        case .product(let p, _, let a, let b, let c):
            let batch = p.batch > 1 ? "\(p.batch) × " : ""
            let flags = (p.transposesA ? "T" : "N") + (p.transposesB ? "T" : "N")
            return call("matmul \(flags) \(batch)\(p.m)×\(p.k)×\(p.n)", [a, b], [c])
        case .reduction(let code, _, let layout, let x, let y):
            return call("\(code) \(describe(layout))", [x], [y])
        case .softmax(_, let layout, let log, let x, let y):
            return call("\(log ? "logSoftmax" : "softmax") \(describe(layout))", [x], [y])
        case .softmaxGradient(_, let layout, let log, let y, let c, let dx):
            let name = log ? "logSoftmaxGradient" : "softmaxGradient"
            return call("\(name) \(describe(layout))", [y, c], [dx])
        case .copy(let copy, _, let x, let y):
            return call("copy \(copy.dimensions)", [x], [y])
        case .cast(let from, let to, let count, let x, let y):
            return call("cast[\(count)] \(from) \(to)", [x], [y])
        case .number(let code, let a, let b, let y):
            return call("\(code)", code.arity == 1 ? [a] : [a, b], [y])
        case .primitive(let step):
            return call(
                "\(step.primitive.name) \(step.output.shape)", step.inputs.map(\.place),
                [step.output.place])
        }
    }

    private func call(_ name: String, _ reads: [ProgramPlace], _ writes: [ProgramPlace]) -> String {
        let from = reads.map(describe).joined(separator: ", ")
        let to = writes.map(describe).joined(separator: ", ")
        return "\(name) (\(from)) -> \(to)"
    }

    private func describe(_ layout: AxisLayout) -> String {
        "[\(layout.outer), \(layout.length), \(layout.inner)]"
    }

    /// `@64` in the arena, `in0`, `update1`, `out0`, `constant2` elsewhere.
    private func describe(_ place: ProgramPlace) -> String {
        let offset = place.offset == 0 ? "" : "+\(place.offset)"
        switch place.base {
        case ProgramBases.arena: return "@\(place.offset)"
        case ..<bases.update(0): return "in\(place.base - bases.input(0))" + offset
        case ..<bases.output(0): return "update\(place.base - bases.update(0))" + offset
        case ..<bases.constant(0): return "out\(place.base - bases.output(0))" + offset
        default: return "constant\(place.base - bases.constant(0))" + offset
        }
    }
}

extension ProgramGraph {
    /// `3 inputs of 1.2 MB, 1 constant of 4 bytes, 9 matmul, 8 add`
    var summary: String {
        var inputs: [Int] = []
        var constants: [Int] = []
        var counts: [String: Int] = [:]
        for value in values {
            switch value.source {
            case .input: inputs.append(value.byteCount)
            case .constant: constants.append(value.byteCount)
            case .computed(let primitive): counts[primitive.name, default: 0] += 1
            }
        }
        func described(_ sizes: [Int], _ name: String) -> [String] {
            sizes.isEmpty
                ? []
                : ["\(sizes.count) \(name)\(sizes.count == 1 ? "" : "s") of \(bytes(sizes.reduce(0, +)))"]
        }
        let operations = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }
        return (described(inputs, "input") + described(constants, "constant") + operations)
            .joined(separator: ", ")
    }
}

/// `640 bytes`, `1.5 kB`, `12 MB`
func bytes(_ count: Int) -> String {
    if count < 1000 { return "\(count) bytes" }
    var size = Double(count) / 1000
    var unit = "kB"
    for next in ["MB", "GB"] where size >= 1000 {
        size /= 1000
        unit = next
    }
    let tenths = Int((size * 10).rounded())
    return size < 10 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(Int(size.rounded())) \(unit)"
}
