import Tensors

/// The memory of a program's run: for each base its address and storage. Made once and filled at
/// every run, so that a run allocates nothing but its results.
final class ProgramFrame {
    let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// Not retained: whoever runs a program holds the inputs, the program the rest.
    private let storages: UnsafeMutablePointer<Unmanaged<Storage>>
    private let offsets: UnsafeMutablePointer<Int>
    /// For each update whether it goes to a new storage.
    private(set) var isNew: [Bool]
    /// The storages that the present run has made.
    private var made: [Storage] = []
    private let nowhere: Storage

    /// - Parameter nowhere: stands at all bases until the first run.
    init(count: Int, updates: Int, nowhere: Storage) {
        self.nowhere = nowhere
        pointers = .allocate(capacity: count)
        storages = .allocate(capacity: count)
        offsets = .allocate(capacity: count)
        pointers.initialize(repeating: nowhere.pointer, count: count)
        storages.initialize(repeating: .passUnretained(nowhere), count: count)
        offsets.initialize(repeating: 0, count: count)
        isNew = [Bool](repeating: false, count: updates)
    }

    deinit {
        pointers.deallocate()
        storages.deallocate()
        offsets.deallocate()
    }

    func set(_ base: Int, _ storage: Storage, _ offset: Int = 0) {
        pointers[base] = storage.pointer + offset
        storages[base] = .passUnretained(storage)
        offsets[base] = offset
    }

    /// Lets one base be where another is.
    func copy(_ base: Int, to other: Int) {
        pointers[other] = pointers[base]
        storages[other] = storages[base]
        offsets[other] = offsets[base]
    }

    /// Makes a storage for a base.
    func make(_ base: Int, byteCount: Int) throws(TensorError) {
        let storage = try Storage(byteCount: byteCount)
        made.append(storage)
        set(base, storage)
    }

    func setNew(_ update: Int, _ value: Bool) { isNew[update] = value }

    /// Lets go of what the run made; those who got tensors hold it.
    func end() { made.removeAll(keepingCapacity: true) }

    @inline(__always)
    func address(_ place: ProgramPlace) -> UnsafeMutableRawPointer {
        pointers[place.base] + place.offset
    }

    func tensor(_ place: ProgramPlace, _ shape: Shape, _ dtype: DType) -> Tensor {
        Tensor(
            storage: storages[place.base].takeUnretainedValue(),
            byteOffset: offsets[place.base] + place.offset, shape: shape, dtype: dtype)
    }
}
