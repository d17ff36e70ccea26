import Synchronization

extension Recurrence {
    /// The gradients of Σ (results · cotangent), by the chain in reverse and then one product for
    /// the weights.
    ///
    /// - Parameters:
    ///   - operands: those of the forward run; `x` and biases are not read.
    ///   - trace: what it wrote.
    ///   - cotangent: `trace.resultCount` elements.
    ///   - memory: `gradient.count` elements; all are written. Without states their gradients are
    ///     those of zeros.
    /// - Returns: false if interrupted.
    public func runGradient(
        _ type: ElementType, _ operands: RecurrentOperands, trace: UnsafeRawPointer,
        cotangent: UnsafeRawPointer, to memory: UnsafeMutableRawPointer,
        isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        if type == .float64 {
            let chain = BackwardChain<Double>(
                self, operands, double(trace), double(cotangent), double(memory), .float64(cell))
            guard chain.run(isInterrupted) else { return false }
        } else {
            let chain = BackwardChain<Float>(
                self, operands, float(trace), float(cotangent), float(memory), .float32(cell))
            guard chain.run(isInterrupted) else { return false }
        }
        return sums(type, trace, memory, isInterrupted)
    }

    /// The gradients of weights and biases, which are sums over all steps.
    private func sums(
        _ type: ElementType, _ trace: UnsafeRawPointer, _ memory: UnsafeMutableRawPointer,
        _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        let size = type == .float64 ? 8 : 4
        let layout = gradient
        let rows = AxisLayout(outer: 1, length: samples * steps, inner: width)
        let product = memory + (cell == .gru ? layout.product : layout.x) * size
        Reduction.run(.sum, type, memory + layout.x * size, to: memory + layout.bias * size, rows)
        if cell == .gru {
            let sums = memory + layout.sums * size
            Reduction.run(.sum, type, product, to: sums, rows)
            (memory + layout.innerBias * size).copyMemory(
                from: sums + 2 * units * size, byteCount: units * size)
        }
        let weights = memory + layout.weights * size
        guard samples * steps > 0 else {
            // Zero in either type is zero bytes.
            weights.initializeMemory(as: UInt8.self, repeating: 0, count: units * width * size)
            return true
        }
        return MatrixProduct(m: units, n: width, k: samples * steps, transposesA: true).run(
            type, trace + self.trace.previous * size, product, to: weights,
            isInterrupted: isInterrupted)
    }
}

/// A run of the chain in reverse. Pointers are valid while it lasts, which
/// `Recurrence.runGradient` promises.
private struct BackwardChain<T: BinaryFloatingPoint> {
    private let r: Recurrence
    private let operands: RecurrentOperands
    private let trace: UnsafeMutablePointer<T>
    private let cotangent: UnsafeMutablePointer<T>
    private let memory: UnsafeMutablePointer<T>
    private let traced: Recurrence.Trace
    private let layout: Recurrence.Gradient
    private let element: RecurrentElement<T>

    init(
        _ r: Recurrence, _ operands: RecurrentOperands, _ trace: UnsafePointer<T>,
        _ cotangent: UnsafePointer<T>, _ memory: UnsafeMutablePointer<T>,
        _ element: RecurrentElement<T>
    ) {
        self.r = r
        self.operands = operands
        // Row loops take one kind of pointer; these are only read.
        self.trace = UnsafeMutablePointer(mutating: trace)
        self.cotangent = UnsafeMutablePointer(mutating: cotangent)
        self.memory = memory
        self.traced = r.trace
        self.layout = r.gradient
        self.element = element
    }

    /// The gradient of the product with the state: that of x, except for a GRU.
    private var product: UnsafeMutablePointer<T> {
        memory + (r.cell == .gru ? layout.product : layout.x)
    }

    func run(_ isInterrupted: @Sendable () -> Bool) -> Bool {
        begin()
        let isStopped = Atomic<Bool>(false)
        r.inChunks { samples in
            for index in (0..<r.steps).reversed() {
                if isStopped.load(ordering: .relaxed) { return }
                if isInterrupted() { return isStopped.store(true, ordering: .relaxed) }
                step(index, samples)
            }
        }
        if isStopped.load(ordering: .relaxed) { return false }
        let states = memory + layout.states
        for sample in 0..<r.samples {
            (states + sample * r.units).update(
                from: memory + layout.dh + sample * r.paddedUnits, count: r.units)
        }
        if r.cell == .lstm {
            (states + r.stateCount).update(from: memory + layout.dc, count: r.stateCount)
        }
        return true
    }

    /// Packs the transposed weights, and sets the gradients of the states after the last step.
    private func begin() {
        let weights = UnsafeMutableRawPointer(mutating: operands.weights)
            .assumingMemoryBound(to: T.self)
        element.pack(weights, r.units, r.width, 1, r.width, memory + layout.strips)
        (memory + layout.dh).update(repeating: 0, count: r.samples * r.paddedUnits)
        for sample in 0..<r.samples {
            (memory + layout.dh + sample * r.paddedUnits).update(
                from: cotangent + traced.last + sample * r.units, count: r.units)
        }
        if r.cell == .lstm {
            (memory + layout.dc).update(
                from: cotangent + traced.last + r.stateCount, count: r.stateCount)
        }
    }

    private func step(_ index: Int, _ samples: Range<Int>) {
        let time = r.time(index)
        for sample in samples {
            let place = sample * r.steps + time
            if operands.isValid(sample, time) {
                row(sample, place)
            } else {
                // The state passes through: its gradient stays as it is.
                (memory + layout.x + place * r.width).update(repeating: 0, count: r.width)
                (product + place * r.width).update(repeating: 0, count: r.width)
            }
        }
        let first = samples.lowerBound
        let shape = (samples.count, r.units, r.width, r.steps * r.width, r.paddedUnits)
        withElements(shape, as: Int.self) {
            element.product(
                product + (first * r.steps + time) * r.width, memory + layout.strips,
                memory + layout.dh + first * r.paddedUnits, $0, true)
        }
    }

    private func row(_ sample: Int, _ place: Int) {
        let (units, width) = (r.units, r.width)
        let dy = cotangent + traced.outputs + place * units
        let dh = memory + layout.dh + sample * r.paddedUnits
        let dx = memory + layout.x + place * width
        let gates = trace + traced.gates + place * width
        let extra = trace + traced.extra + place * units
        switch r.cell {
        case .plain: call((dy, dh, dx, trace + traced.outputs + place * units))
        case .lstm:
            let dc = memory + layout.dc + sample * units
            call((dy, dh, dx, dc, gates, extra, extra + r.outputCount))
        case .gru:
            let before = trace + traced.previous + place * units
            call((dy, dh, dx, product + place * width, gates, extra, before))
        }
    }

    @inline(__always)
    private func call<Rows>(_ rows: Rows) {
        withElements(rows, as: UnsafeMutablePointer<T>.self) { element.backward($0, r.units) }
    }
}
