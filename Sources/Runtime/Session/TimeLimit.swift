import Synchronization

/// When a cell must end, in seconds of the session's clock. Kernels ask it from their threads.
final class TimeLimit: Sendable {
    /// The bit pattern of the deadline; infinity stands for none.
    private let bits = Atomic(Double.infinity.bitPattern)

    var deadline: Double? {
        get {
            let value = Double(bitPattern: bits.load(ordering: .relaxed))
            return value.isFinite ? value : nil
        }
        set { bits.store((newValue ?? .infinity).bitPattern, ordering: .relaxed) }
    }

    var isPassed: Bool {
        guard let deadline else { return false }
        return Session.now > deadline
    }
}
