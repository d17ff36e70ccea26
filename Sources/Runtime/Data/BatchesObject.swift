import Autodiff
import Tensors

/// `train.batches(32, shuffle: true)`
final class BatchesObject {
    let dataset: DatasetObject
    let size: Int
    let shuffles: Bool
    private let dropsLast: Bool
    fileprivate let layout = RecordLayout(DatasetObject.layoutLabels)

    init(_ dataset: DatasetObject, size: Int, shuffles: Bool, dropsLast: Bool) {
        self.dataset = dataset
        self.size = size
        self.shuffles = shuffles
        self.dropsLast = dropsLast
    }

    /// The number of batches.
    var count: Int {
        dropsLast ? dataset.count / size : (dataset.count + size - 1) / size
    }

    func makeIterator(_ machine: Machine) throws -> IteratorObject {
        guard machine.check == nil else { return BatchIterator(self, order: nil, known: knownOfBatch) }
        return BatchIterator(self, order: shuffles ? try machine.permutation(dataset.count) : nil)
    }

    /// The first and the last batch, which may be smaller: all shapes that there are.
    func makeShapeIterator() -> IteratorObject {
        BatchIterator(
            self, order: nil, picks: count < 2 ? [0] : [0, count - 1, 0], known: knownInAnyOrder)
    }

    private var knownOfBatch: (x: Known, y: Known) {
        shuffles ? knownInAnyOrder : dataset.knownOfPart
    }

    /// Of batches that stand for all: one of them has the greatest label, so each of these counts as having it.
    private var knownInAnyOrder: (x: Known, y: Known) {
        if dropsLast, dataset.count % size != 0 { return (.extremes(nil), .extremes(nil)) }
        return dataset.knownInAnyOrder
    }
}

private final class BatchIterator: IteratorObject {
    private let batches: BatchesObject
    private let order: [Int]?
    /// The batches to give, by number; all if `nil`.
    private let picks: [Int]?
    private let known: (x: Known, y: Known)
    private var index = 0

    init(
        _ batches: BatchesObject, order: [Int]?, picks: [Int]? = nil,
        known: (x: Known, y: Known) = (.all, .all)
    ) {
        self.batches = batches
        self.order = order
        self.picks = picks
        self.known = known
    }

    override func next(_ machine: Machine) throws -> Value? {
        let number = picks.map { $0.indices.contains(index) ? $0[index] : batches.count } ?? index
        guard number < batches.count else { return nil }
        defer { index += 1 }
        let data = batches.dataset
        let start = number * batches.size
        let end = min(start + batches.size, data.count)
        let x: Tensor
        let y: Tensor
        if let order {
            let chosen = Array(order[start..<end])
            x = try DatasetObject.rows(of: data.x, chosen)
            y = try DatasetObject.rows(of: data.y, chosen)
        } else {
            x = data.x.rows(start, count: end - start)
            y = data.y.rows(start, count: end - start)
        }
        if data.transforms.isEmpty {
            return .record(
                RecordObject(
                    batches.layout,
                    [
                        .tensor(machine.node(x, known.x)), .tensor(machine.node(y, known.y)),
                    ]))
        }
        return try data.transformed(x, y, known, machine)
    }
}

/// A loop over single samples.
final class SampleIterator: IteratorObject {
    private let dataset: DatasetObject
    private var index = 0

    init(_ dataset: DatasetObject) { self.dataset = dataset }

    override func next(_ machine: Machine) throws -> Value? {
        guard index < dataset.count else { return nil }
        defer { index += 1 }
        return try dataset.element(.int(index), machine)
    }
}
