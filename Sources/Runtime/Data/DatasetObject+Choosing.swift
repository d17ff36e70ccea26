import Autodiff
import Tensors

extension DatasetObject {
    /// The samples that a vector of indices or a mask chooses, in its order: the folds of a cross validation.
    func chosen(by index: Node, _ machine: Machine) throws -> DatasetObject {
        guard index.shape.rank == 1, !index.dtype.isFloat else {
            throw Failure(
                "index.type",
                "samples are chosen by a vector of integers or Bools, not by \(index.dtype.name) \(index.shape)")
        }
        let length = index.shape[0]
        guard index.dtype != .bool || length == count else {
            throw Failure(
                "index.mask", "the mask has \(length) Bools, the data set \(count) samples",
                help: "a mask is made of the whole set: `data[data.y == 3]`")
        }
        let values =
            machine.check == nil
            ? try machine.value(of: index) : try machine.recorder.certainValue(of: index)
        guard let values else {
            // On shapes alone any samples do, but not any number of them.
            guard index.dtype != .bool, count > 0 else { throw UnknownValue() }
            return try picked([Int](repeating: 0, count: length), known: knownOfPart)
        }
        if index.dtype == .bool { return try picked((0..<length).filter { values.bool(at: $0) }) }
        return try picked(
            (0..<length).map { try machine.position(.int(values.int(at: $0)), count, "data set") })
    }
}
