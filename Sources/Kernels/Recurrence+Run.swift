import Synchronization

extension Recurrence {
    /// Computes all steps.
    ///
    /// - Parameters:
    ///   - type: float32 or float64, of all operands.
    ///   - memory: `trace.count` elements; all are written.
    ///   - isInterrupted: asked at each step, from any thread.
    /// - Returns: false if interrupted; `memory` is then unfinished.
    /// - Precondition: `isCountable`, lengths are from 1 to T, as many states as the cell has or
    ///   none.
    public func run(
        _ type: ElementType, _ operands: RecurrentOperands, to memory: UnsafeMutableRawPointer,
        isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        if type == .float64 {
            let chain = ForwardChain<Double>(self, operands, double(memory), .float64(cell))
            return chain.run(isInterrupted)
        }
        let chain = ForwardChain<Float>(self, operands, float(memory), .float32(cell))
        return chain.run(isInterrupted)
    }
}

/// A forward run. Pointers are valid while it lasts, which `Recurrence.run` promises.
private struct ForwardChain<T: BinaryFloatingPoint> {
    private let r: Recurrence
    private let operands: RecurrentOperands
    private let memory: UnsafeMutablePointer<T>
    private let layout: Recurrence.Trace
    private let element: RecurrentElement<T>

    init(
        _ r: Recurrence, _ operands: RecurrentOperands, _ memory: UnsafeMutablePointer<T>,
        _ element: RecurrentElement<T>
    ) {
        self.r = r
        self.operands = operands
        self.memory = memory
        self.layout = r.trace
        self.element = element
    }

    func run(_ isInterrupted: @Sendable () -> Bool) -> Bool {
        begin()
        let isStopped = Atomic<Bool>(false)
        r.inChunks { samples in
            for index in 0..<r.steps {
                if isStopped.load(ordering: .relaxed) { return }
                if isInterrupted() { return isStopped.store(true, ordering: .relaxed) }
                step(index, samples)
            }
        }
        if isStopped.load(ordering: .relaxed) { return false }
        (memory + layout.last).update(
            from: memory + layout.states, count: r.cell.states * r.stateCount)
        return true
    }

    /// Packs the weights and sets the states to what they are before the first step.
    private func begin() {
        element.pack(
            numbers(operands.weights), r.width, r.units, r.width, 1, memory + layout.strips)
        (memory + layout.zeros).update(repeating: 0, count: r.width)
        (memory + layout.product).update(repeating: 0, count: r.samples * r.paddedWidth)
        for number in 0..<r.cell.states {
            let state = memory + layout.states + number * r.stateCount
            if operands.states.isEmpty {
                state.update(repeating: 0, count: r.stateCount)
            } else {
                state.update(from: numbers(operands.states[number]), count: r.stateCount)
            }
        }
    }

    private func step(_ index: Int, _ samples: Range<Int>) {
        let h = memory + layout.states + samples.lowerBound * r.units
        let product = memory + layout.product + samples.lowerBound * r.paddedWidth
        // Without states the first product is 0, which `begin` wrote.
        if index > 0 || !operands.states.isEmpty {
            let shape = (samples.count, r.width, r.units, r.units, r.paddedWidth)
            withElements(shape, as: Int.self) {
                element.product(h, memory + layout.strips, product, $0, false)
            }
        }
        let time = r.time(index)
        for sample in samples {
            let place = sample * r.steps + time
            (memory + layout.previous + place * r.units).update(
                from: memory + layout.states + sample * r.units, count: r.units)
            if operands.isValid(sample, time) {
                row(sample, place)
            } else {
                clear(place)
            }
        }
    }

    private func row(_ sample: Int, _ place: Int) {
        let zeros = memory + layout.zeros
        let (units, width) = (r.units, r.width)
        let x = numbers(operands.x) + place * width
        let product = memory + layout.product + sample * r.paddedWidth
        let bias = operands.bias.map(numbers) ?? zeros
        let h = memory + layout.states + sample * units
        let y = memory + layout.outputs + place * units
        let gates = memory + layout.gates + place * width
        let extra = memory + layout.extra + place * units
        switch r.cell {
        case .plain: call((x, product, bias, h, y))
        case .lstm:
            call((x, product, bias, h, y, h + r.stateCount, gates, extra, extra + r.outputCount))
        case .gru:
            let innerBias = operands.innerBias.map(numbers) ?? zeros
            call((x, product, bias, h, y, innerBias, gates, extra))
        }
    }

    /// What is stored of a step that does not count.
    private func clear(_ place: Int) {
        (memory + layout.outputs + place * r.units).update(repeating: 0, count: r.units)
        if r.cell == .plain { return }
        (memory + layout.gates + place * r.width).update(repeating: 0, count: r.width)
        for number in 0..<r.cell.states {
            (memory + layout.extra + number * r.outputCount + place * r.units)
                .update(repeating: 0, count: r.units)
        }
    }

    @inline(__always)
    private func call<Rows>(_ rows: Rows) {
        withElements(rows, as: UnsafeMutablePointer<T>.self) { element.forward($0, r.units) }
    }

    private func numbers(_ pointer: UnsafeRawPointer) -> UnsafeMutablePointer<T> {
        UnsafeMutableRawPointer(mutating: pointer).assumingMemoryBound(to: T.self)
    }
}
