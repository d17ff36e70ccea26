/// A recurrent layer over all time steps, and its gradient.
///
/// Legend: N samples, T steps, H units, G = gates · H the width of a row of gates. The products
/// of the inputs with their weights, `x: [N, T, G]`, are computed before by one product for all
/// steps. The chain then runs for some samples at a time, on several threads: for each step one
/// product with the recurrent weights, which are packed once, and one loop for everything else.
/// Samples do not depend on each other, so nothing depends on how they are shared out.
///
/// With `lengths` a sample's steps from its length on leave its state as it is and give 0.
public struct Recurrence: Sendable, Hashable {
    public enum Cell: Sendable, Hashable, CaseIterable {
        /// h = tanh(x + h Wh + b)
        case plain
        /// Gates i f g o.
        case lstm
        /// Gates r z n.
        case gru

        public var gates: Int {
            switch self {
            case .plain: 1
            case .lstm: 4
            case .gru: 3
            }
        }

        /// How many tensors `[N, H]` a state is.
        public var states: Int { self == .lstm ? 2 : 1 }
    }

    public var cell: Cell
    public var samples: Int
    public var steps: Int
    public var units: Int
    /// From the last step to the first.
    public var isReversed: Bool

    public init(_ cell: Cell, samples: Int, steps: Int, units: Int, isReversed: Bool) {
        self.cell = cell
        self.samples = samples
        self.steps = steps
        self.units = units
        self.isReversed = isReversed
    }

    var width: Int { cell.gates * units }
    var paddedWidth: Int { Self.padded(width) }
    var paddedUnits: Int { Self.padded(units) }
    /// Elements of one tensor of outputs.
    var outputCount: Int { samples * steps * units }
    var stateCount: Int { samples * units }

    private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

    /// The time step that is the `index`th to run.
    func time(_ index: Int) -> Int { isReversed ? steps - 1 - index : index }

    // MARK: Sharing out

    /// Samples of a chunk: a multiple of 4, since products go by four rows.
    private static let chunkSize = 8

    /// Runs the chain in chunks of samples until one is interrupted.
    func inChunks(_ chain: (_ samples: Range<Int>) -> Void) {
        // Nanoseconds for a step of one sample, about.
        let cost = Double(2 * units * width) / 50 + 2 * Double(width)
        let chunks = (samples + Self.chunkSize - 1) / Self.chunkSize
        guard cost * Double(samples * steps) > 60_000, chunks > 1 else { return chain(0..<samples) }
        ThreadPool.shared.parallel(chunks) { chunk in
            let start = chunk * Self.chunkSize
            chain(start..<min(samples, start + Self.chunkSize))
        }
    }
}

/// What a recurrent layer computes from besides its sizes; nil is zero, for `lengths` all steps.
public struct RecurrentOperands {
    /// `[N, T, G]`
    public var x: UnsafeRawPointer
    /// `[H, G]`
    public var weights: UnsafeRawPointer
    /// `[G]`
    public var bias: UnsafeRawPointer?
    /// `[H]`, of a GRU: added to the part of n in the product with the state.
    public var innerBias: UnsafeRawPointer?
    /// The states before the first step, `[N, H]` each, as many as the cell has.
    public var states: [UnsafeRawPointer]
    /// `[N]`, from 1 to T.
    public var lengths: UnsafePointer<Int64>?

    public init(
        x: UnsafeRawPointer, weights: UnsafeRawPointer, bias: UnsafeRawPointer? = nil,
        innerBias: UnsafeRawPointer? = nil, states: [UnsafeRawPointer] = [],
        lengths: UnsafePointer<Int64>? = nil
    ) {
        self.x = x
        self.weights = weights
        self.bias = bias
        self.innerBias = innerBias
        self.states = states
        self.lengths = lengths
    }

    func isValid(_ sample: Int, _ time: Int) -> Bool {
        lengths.map { time < Int($0[sample]) } ?? true
    }
}

// MARK: Layouts

extension Recurrence {
    /// What the forward run writes, in elements: first the results, then what the gradient needs,
    /// then room for the run itself, so that a replayed run allocates nothing.
    public struct Trace: Sendable {
        /// `[N, T, H]`
        public let outputs = 0
        /// The states after the last step, `[N, H]` each.
        public let last: Int
        /// Where results end.
        public let resultCount: Int
        /// The first state before each step, `[N, T, H]`.
        let previous: Int
        /// Activated, `[N, T, G]`; none for a plain cell.
        let gates: Int
        /// LSTM: c before each step and tanh(c) after it; GRU: m; `[N, T, H]` each.
        let extra: Int
        let product: Int
        let states: Int
        let zeros: Int
        let strips: Int
        public let count: Int

        init(_ r: Recurrence) {
            last = r.outputCount
            resultCount = last + r.cell.states * r.stateCount
            previous = resultCount
            gates = previous + r.outputCount
            extra = gates + (r.cell == .plain ? 0 : r.samples * r.steps * r.width)
            product = extra + (r.cell == .plain ? 0 : r.cell.states * r.outputCount)
            states = product + r.samples * r.paddedWidth
            zeros = states + r.cell.states * r.stateCount
            strips = zeros + r.width
            count = strips + r.units * r.paddedWidth
        }
    }

    /// What the gradient's run writes, likewise.
    public struct Gradient: Sendable {
        /// `[N, T, G]`
        public let x = 0
        /// `[N, H]` each.
        public let states: Int
        /// `[H, G]`
        public let weights: Int
        /// `[G]`
        public let bias: Int
        /// `[H]`, of a GRU.
        public let innerBias: Int
        /// Where results end.
        public let resultCount: Int
        /// GRU: the gradient of the product with the state, `[N, T, G]`.
        let product: Int
        let sums: Int
        let dh: Int
        let dc: Int
        let strips: Int
        public let count: Int

        init(_ r: Recurrence) {
            states = r.samples * r.steps * r.width
            weights = states + r.cell.states * r.stateCount
            bias = weights + r.units * r.width
            innerBias = bias + r.width
            resultCount = innerBias + (r.cell == .gru ? r.units : 0)
            product = resultCount
            sums = product + (r.cell == .gru ? r.samples * r.steps * r.width : 0)
            dh = sums + (r.cell == .gru ? r.width : 0)
            dc = dh + r.samples * r.paddedUnits
            strips = dc + (r.cell == .lstm ? r.stateCount : 0)
            count = strips + r.width * r.paddedUnits
        }
    }

    public var trace: Trace { Trace(self) }
    public var gradient: Gradient { Gradient(self) }

    /// Whether the sizes of both layouts fit an Int with room to spare, which `trace` and
    /// `gradient` take for granted.
    public var isCountable: Bool {
        let sizes = [samples, steps, units].map(Double.init)
        let most = 16 * (sizes[0] + 16) * (sizes[1] + 16) * (sizes[2] + 16)
        return most + 200 * (sizes[2] + 16) * (sizes[2] + 16) < 1e17
    }
}
