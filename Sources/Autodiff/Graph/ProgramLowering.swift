import Kernels
import Tensors

/// The fifth pass: a kernel call for every unit. Primitives without a direct call keep their own
/// `evaluate`.
struct ProgramLowering {
    let graph: ProgramGraph
    let memory: ProgramMemory
    /// Draws of this stream are relative to its position.
    let stream: RandomStream

    func instruction(_ unit: ProgramUnit) throws(EvaluationError) -> ProgramInstruction {
        switch unit.work {
        case .tile(let plan):
            return .tile(
                TileStep(
                    plan, operands: plan.operands.map { graph.values[$0.value].dtype.element },
                    results: plan.results.map { graph.values[$0.value].dtype.element },
                    operandPlaces: try plan.operands.map { operand throws(EvaluationError) in
                        try place(operand.value)
                    },
                    resultPlaces: try plan.results.map { result throws(EvaluationError) in
                        try place(result.value)
                    }))
        case .primitive(let index):
            let value = graph.values[index]
            if let direct = try direct(value, index) { return direct }
            return .primitive(try step(value, index))
        }
    }

    func place(_ value: Int) throws(EvaluationError) -> ProgramPlace {
        guard let place = memory.place(of: value) else {
            // A broken promise of the passes before; still no reason to end the process.
            throw EvaluationError(error: .unknownValue, origin: graph.values[value].origin)
        }
        return place
    }

    private func step(
        _ value: ProgramValue, _ index: Int
    ) throws(EvaluationError) -> PrimitiveStep {
        guard let primitive = value.primitive else {
            throw EvaluationError(error: .unknownValue, origin: value.origin)
        }
        var relativeDraw: UInt64?
        if case .random(let key, let draw, _, _) = value.attributes, key == stream.key {
            relativeDraw = draw &- stream.draw
        }
        return PrimitiveStep(
            primitive: primitive, attributes: value.attributes,
            inputs: try value.inputs.map { input throws(EvaluationError) in try operand(input) },
            output: try operand(index), relativeDraw: relativeDraw, origin: value.origin)
    }

    private func operand(_ index: Int) throws(EvaluationError) -> PrimitiveStep.Operand {
        PrimitiveStep.Operand(
            place: try place(index), shape: graph.values[index].shape,
            dtype: graph.values[index].dtype)
    }

    // MARK: Direct calls

    /// The kernel call of the primitives that training spends its time in; the same as in their
    /// `evaluate`.
    private func direct(
        _ value: ProgramValue, _ index: Int
    ) throws(EvaluationError) -> ProgramInstruction? {
        guard let primitive = value.primitive, value.shape.count > 0, !value.inputs.isEmpty else {
            return nil
        }
        let x = graph.values[value.inputs[0]]
        let (from, to) = (try place(value.inputs[0]), try place(index))
        if primitive === Primitive.matmul { return try product(value, index) }
        if let code = reductionCode(primitive), case .axes(let axes, _) = value.attributes,
            let layout = layout(axes, x.shape)
        {
            return .reduction(code, x.dtype.element, layout, x: from, y: to)
        }
        if primitive === Primitive.transpose, case .ints(let order) = value.attributes {
            let strides = x.shape.strides
            return copy(value, order.map { strides[$0] }, from, to)
        }
        if primitive === Primitive.broadcastTo {
            return copy(value, x.shape.strides(broadcastTo: value.shape), from, to)
        }
        if primitive === Primitive.cast { return cast(value, x, from, to) }
        if let code = primitive.elementwise { return try number(code, value, to) }
        return try softmax(primitive, value, from, to)
    }

    /// Casts that the kernel does as the language wants them: not those to smaller integers, which
    /// saturate.
    private func cast(
        _ value: ProgramValue, _ x: ProgramValue, _ from: ProgramPlace, _ to: ProgramPlace
    ) -> ProgramInstruction? {
        if x.dtype.isInteger, value.dtype.isInteger, value.dtype < x.dtype { return nil }
        return .cast(
            x.dtype.element, to: value.dtype.element, count: value.shape.count, x: from, y: to)
    }

    /// Operations on single float64 numbers.
    private func number(
        _ code: ElementwiseCode, _ value: ProgramValue, _ y: ProgramPlace
    ) throws(EvaluationError) -> ProgramInstruction? {
        let areNumbers = value.inputs.allSatisfy {
            graph.values[$0].dtype == .float64 && graph.values[$0].shape.count == 1
        }
        guard code != .select, value.shape.count == 1, areNumbers,
            let a = value.inputs.first, let b = value.inputs.last
        else { return nil }
        return .number(code, a: try place(a), b: try place(b), y: y)
    }

    private func softmax(
        _ primitive: Primitive, _ value: ProgramValue, _ x: ProgramPlace, _ y: ProgramPlace
    ) throws(EvaluationError) -> ProgramInstruction? {
        let isLog =
            primitive === Primitive.logSoftmax || primitive === Primitive.logSoftmaxGradient
        let isGradient =
            primitive === Primitive.softmaxGradient || primitive === Primitive.logSoftmaxGradient
        guard isLog || isGradient || primitive === Primitive.softmax,
            case .axis(let axis) = value.attributes
        else { return nil }
        let type = value.dtype.element
        let rows = value.shape.layout(around: axis)
        if isGradient {
            let c = try place(value.inputs[1])
            return .softmaxGradient(type, rows, log: isLog, y: x, c: c, dx: y)
        }
        return .softmax(type, rows, log: isLog, x: x, y: y)
    }

    private func copy(
        _ value: ProgramValue, _ strides: [Int], _ x: ProgramPlace, _ y: ProgramPlace
    ) -> ProgramInstruction {
        .copy(
            StridedCopy(dimensions: value.shape.dimensions, sourceStrides: strides),
            elementSize: value.dtype.size, x: x, y: y)
    }

    private func reductionCode(_ primitive: Primitive) -> ReductionCode? {
        if primitive === Primitive.sum { return .sum }
        if primitive === Primitive.max { return .maximum }
        if primitive === Primitive.min { return .minimum }
        if primitive === Primitive.argmax { return .argmax }
        if primitive === Primitive.argmin { return .argmin }
        return nil
    }

    /// The layout of a reduction of adjacent axes; nil for other sets, which take several passes.
    private func layout(_ axes: [Int], _ shape: Shape) -> AxisLayout? {
        guard let first = axes.first, let last = axes.last else { return nil }
        return last - first + 1 == axes.count ? shape.layout(around: first..<last + 1) : nil
    }

    /// A product whose sides have the same batch axes, or none.
    private func product(
        _ value: ProgramValue, _ index: Int
    ) throws(EvaluationError) -> ProgramInstruction? {
        guard case .matmul(let left, let right) = value.attributes else { return nil }
        let (a, b) = (graph.values[value.inputs[0]].shape, graph.values[value.inputs[1]].shape)
        let k = a[a.rank - (left ? 2 : 1)]
        let (m, n) = (value.shape[value.shape.rank - 2], value.shape[value.shape.rank - 1])
        let batch = value.shape.count / (m * n)
        let (leftBatch, rightBatch) = (a.count / max(1, m * k), b.count / max(1, n * k))
        guard k > 0, max(m, n, k) <= Int(Int32.max), leftBatch == batch || leftBatch == 1,
            rightBatch == batch || rightBatch == 1
        else { return nil }
        var product = MatrixProduct(m: m, n: n, k: k, transposesA: left, transposesB: right)
        product.batch = batch
        product.batchStrideA = leftBatch == 1 ? 0 : m * k
        product.batchStrideB = rightBatch == 1 ? 0 : k * n
        product.batchStrideC = m * n
        return .product(
            product, value.dtype.element, a: try place(value.inputs[0]),
            b: try place(value.inputs[1]), c: try place(index))
    }
}
