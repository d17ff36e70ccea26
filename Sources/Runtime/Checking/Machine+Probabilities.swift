import Autodiff
import Checker
import Diagnostics
import Kernels

extension Machine {
    /// Warns of probabilities where a loss takes logits, whichever way they came: by a name, as a layer's activation, from
    /// a chain. What stands in the call itself `Lint` has seen.
    ///
    /// - Parameter base: The register of the first argument of the function that is about to run.
    func warnOfProbabilities(_ loss: Prototype, _ base: Int) {
        guard let check, loss.isLibrary, let activation = Lint.doubledActivations[loss.name],
            case .tensor(let logits) = registers[base], Self.isResult(logits, of: activation),
            let frame = frames.last(where: { !$0.closure.prototype.isLibrary })
        else { return }
        let span = frame.closure.prototype.span(frame.counter - 1)
        guard !span.source.text(of: span).contains(activation) else { return }
        check.report(Lint.doubledActivation(activation, in: loss.name, at: span))
    }

    /// Whether a node is what the function gave, perhaps in another shape or dtype.
    private static func isResult(_ node: Node, of activation: String) -> Bool {
        var node = node
        while let primitive = node.primitive {
            if primitive === Primitive.reshape || primitive === Primitive.cast || primitive === Primitive.transpose {
                guard let input = node.inputs.first else { return false }
                node = input
                continue
            }
            return activation == "softmax"
                ? primitive === Primitive.softmax : primitive === Primitive.elementwise(.sigmoid)
        }
        return false
    }
}
