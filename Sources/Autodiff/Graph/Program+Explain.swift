import Kernels
import Tensors

extension Program {
    /// What the compiler did and what a run does: one line for each pass, then one for each step.
    public func explain() -> String {
        var lines = notes
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
