import Autodiff
import Tensors

/// A param or state of a model instance: a place that training writes.
final class ParameterBox {
    let name: String
    let isState: Bool
    /// The value now; recorded or computed. `nil` before the model is built.
    var node: Node?
    /// The recording that has met it; see `Recording`.
    var mark: Int32 = 0

    init(name: String, isState: Bool) {
        self.name = name
        self.isState = isState
    }
}
