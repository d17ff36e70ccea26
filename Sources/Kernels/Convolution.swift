/// 2-D convolution (as in deep learning: not mirrored) of images `[N, C, H, W]` with kernels
/// `[F, C / groups, kh, kw]`, and its two gradients; float32 or float64.
///
/// `y[n, f, i, j] = Σ x[n, c, i·s + u·d - p, j·s + v·d - p] · w[f, c, u, v]`, over the channels c of
/// f's group.
///
/// Each is a matrix product of kernels `[F, K]`, K = C / groups · kh · kw, with the windows of an
/// image as columns, `[K, positions]`. Only a panel of such columns, which fits the second-level
/// cache, is ever in memory (Chellapilla, Puri, Simard: High performance convolutional neural
/// networks for document processing, 2006). Work is split by shape alone and partial sums are joined
/// in a fixed order, so results do not depend on the number of threads.
public struct Convolution: Hashable, Sendable {
    public var batch: Int
    public var channels: Int
    public var height: Int
    public var width: Int
    public var filters: Int
    public var groups: Int
    public var window: ImageWindow

    public init(
        batch: Int, channels: Int, height: Int, width: Int, filters: Int, groups: Int,
        window: ImageWindow
    ) {
        self.batch = batch
        self.channels = channels
        self.height = height
        self.width = width
        self.filters = filters
        self.groups = groups
        self.window = window
    }

    public var outputHeight: Int { window.rows.count(in: height) }
    public var outputWidth: Int { window.columns.count(in: width) }

    /// Positions of the window in an image.
    var positions: Int { outputHeight * outputWidth }
    var groupChannels: Int { channels / groups }
    var groupFilters: Int { filters / groups }
    /// Elements of one kernel: the inner size of the product.
    var depth: Int { groupChannels * window.count }

    /// Positions of a panel: about 256 kB of float32, in whole vectors; just one where a window has
    /// a million elements.
    var panelWidth: Int {
        let fitting = depth > 1 << 20 ? 1 : max(16, 65_536 / max(1, depth) / 16 * 16)
        return max(1, min(positions, fitting))
    }

    var panels: Int { (positions + panelWidth - 1) / panelWidth }

    /// Computes y, `[N, F, H', W']`.
    /// - Parameter isInterrupted: asked between panels, from any thread.
    /// - Returns: false if interrupted; the result is then unfinished.
    public func forward(
        _ type: ElementType, _ x: UnsafeRawPointer, _ w: UnsafeRawPointer,
        to y: UnsafeMutableRawPointer, isInterrupted: @Sendable () -> Bool = { false }
    ) -> Bool {
        if type == .float64 {
            return forward(type, double(x), double(w), double(y), isInterrupted)
        }
        if fitsTaps, !window.isPoint {
            return forwardByTaps(float(x), float(w), float(y), isInterrupted)
        }
        return forward(type, float(x), float(w), float(y), isInterrupted)
    }

    /// Computes the gradient of x, `[N, C, H, W]`, from that of y and the kernels: a transposed
    /// convolution.
    /// - Returns: as `forward`.
    public func inputGradient(
        _ type: ElementType, _ dy: UnsafeRawPointer, _ w: UnsafeRawPointer,
        to dx: UnsafeMutableRawPointer, isInterrupted: @Sendable () -> Bool = { false }
    ) -> Bool {
        if type == .float64 {
            return inputGradient(type, double(dy), double(w), double(dx), isInterrupted)
        }
        if fitsTaps, !window.isPoint {
            return inputGradientByTaps(float(dy), float(w), float(dx), isInterrupted)
        }
        return inputGradient(type, float(dy), float(w), float(dx), isInterrupted)
    }

    /// Computes the gradient of the kernels from x and the gradient of y.
    /// - Returns: as `forward`.
    public func weightGradient(
        _ type: ElementType, _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer,
        to dw: UnsafeMutableRawPointer, isInterrupted: @Sendable () -> Bool = { false }
    ) -> Bool {
        if type == .float64 {
            return weightGradient(type, double(x), double(dy), double(dw), isInterrupted)
        }
        guard fitsTaps else {
            return weightGradient(type, float(x), float(dy), float(dw), isInterrupted)
        }
        return TapGradient(
            grid: imageGrid, batch: batch, groups: groups, filters: groupFilters,
            inputStride: channels * height * width
        ).run(float(x), float(dy), to: float(dw), isInterrupted)
    }
}

extension Convolution {
    private func forward<T: BinaryFloatingPoint>(
        _ type: ElementType, _ x: UnsafePointer<T>, _ w: UnsafePointer<T>,
        _ y: UnsafeMutablePointer<T>, _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        ThreadPool.shared.parallel(batch * groups * panels, unless: isInterrupted) { index in
            let (image, panel) = index.quotientAndRemainder(dividingBy: panels)
            let (sample, group) = image.quotientAndRemainder(dividingBy: groups)
            let start = panel * panelWidth
            let count = min(panelWidth, positions - start)
            let source = x + (sample * channels + group * groupChannels) * height * width
            let target = y + (sample * filters + group * groupFilters) * positions + start
            var product = MatrixProduct(m: groupFilters, n: count, k: depth)
            product.rowStrideC = positions
            let kernels = w + group * groupFilters * depth
            if window.isPoint {
                product.rowStrideB = positions
                return product.run(
                    type, kernels, source + start, to: target, isInterrupted: isInterrupted)
            }
            return withPanel(T.self) { columns in
                gather(source, start, count, into: columns)
                return product.run(
                    type, kernels, columns, to: target, isInterrupted: isInterrupted)
            }
        }
    }

    private func inputGradient<T: BinaryFloatingPoint>(
        _ type: ElementType, _ dy: UnsafePointer<T>, _ w: UnsafePointer<T>,
        _ dx: UnsafeMutablePointer<T>, _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        guard filters * positions > 0 else {
            dx.update(repeating: 0, count: batch * channels * height * width)
            return true
        }
        return ThreadPool.shared.parallel(batch * groups, unless: isInterrupted) { image in
            let (sample, group) = image.quotientAndRemainder(dividingBy: groups)
            let source = dy + (sample * filters + group * groupFilters) * positions
            let target = dx + (sample * channels + group * groupChannels) * height * width
            let kernels = w + group * groupFilters * depth
            var product = MatrixProduct(m: depth, n: positions, k: groupFilters, transposesA: true)
            if window.isPoint {
                return product.run(
                    type, kernels, source, to: target, isInterrupted: isInterrupted)
            }
            target.update(repeating: 0, count: groupChannels * height * width)
            product.rowStrideB = positions
            return withPanel(T.self) { columns in
                for start in stride(from: 0, to: positions, by: panelWidth) {
                    product.n = min(panelWidth, positions - start)
                    product.rowStrideC = product.n
                    guard
                        product.run(
                            type, kernels, source + start, to: columns,
                            isInterrupted: isInterrupted)
                    else { return false }
                    scatter(columns, start, product.n, addingTo: target)
                }
                return true
            }
        }
    }

    private func weightGradient<T: BinaryFloatingPoint>(
        _ type: ElementType, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>,
        _ dw: UnsafeMutablePointer<T>, _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        let size = filters * depth
        guard batch * positions > 0 else {
            dw.update(repeating: 0, count: size)
            return true
        }
        // Parts of the batch sum up apart; their number follows from the shape alone.
        let parts = max(1, min(batch, 8, (4 << 20) / max(1, size)))
        return withUnsafeTemporaryAllocation(of: T.self, capacity: (parts - 1) * size + 1) { rest in
            // Never nil: the capacity is not 0.
            let rest = rest.baseAddress.unsafelyUnwrapped
            let isFinished = ThreadPool.shared.parallel(parts * groups, unless: isInterrupted) {
                let (part, group) = $0.quotientAndRemainder(dividingBy: groups)
                let sums = part == 0 ? dw : rest + (part - 1) * size
                return addWeightGradients(
                    type, x, dy, group, part * batch / parts..<(part + 1) * batch / parts,
                    to: sums + group * groupFilters * depth, isInterrupted)
            }
            guard isFinished else { return false }
            for part in 1..<max(1, parts) {
                let sums = rest + (part - 1) * size
                for index in 0..<size { dw[index] += sums[index] }
            }
            return true
        }
    }

    /// The sum over some samples, for the kernels of one group.
    private func addWeightGradients<T: BinaryFloatingPoint>(
        _ type: ElementType, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ group: Int,
        _ samples: Range<Int>, to dw: UnsafeMutablePointer<T>, _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        var product = MatrixProduct(m: groupFilters, n: depth, k: 0, transposesB: true)
        product.rowStrideA = positions
        return withPanel(T.self) { columns in
            for sample in samples {
                let image = x + (sample * channels + group * groupChannels) * height * width
                let heads = dy + (sample * filters + group * groupFilters) * positions
                for start in stride(from: 0, to: positions, by: panelWidth) {
                    product.k = min(panelWidth, positions - start)
                    var windows = UnsafePointer(columns)
                    if window.isPoint {
                        windows = image + start
                        product.rowStrideB = positions
                    } else {
                        gather(image, start, product.k, into: columns)
                        product.rowStrideB = product.k
                    }
                    guard
                        product.run(
                            type, heads + start, windows, to: dw, isInterrupted: isInterrupted)
                    else { return false }
                    product.beta = 1
                }
            }
            return true
        }
    }

    private func withPanel<T>(_: T.Type, _ body: (UnsafeMutablePointer<T>) -> Bool) -> Bool {
        let capacity = window.isPoint ? 1 : max(1, depth * panelWidth)
        return withUnsafeTemporaryAllocation(of: T.self, capacity: capacity) { panel in
            // Never nil: the capacity is not 0.
            body(panel.baseAddress.unsafelyUnwrapped)
        }
    }
}
