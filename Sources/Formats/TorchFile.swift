import Kernels
import Tensors

/// Tensors that `torch.save` wrote, from a state dictionary or anything made of dicts, lists and
/// tensors. Read only.
///
/// Two forms exist. Since PyTorch 1.6 a zip archive: `NAME/data.pkl` describes the tensors,
/// `NAME/data/KEY` are the storages. Before, pickles one after another (a magic number, a
/// version, facts of the machine, the object, a list of keys), then of each key an int64 count and the
/// elements. `TorchPickle` runs no code of the file in either.
/// - Source: `torch/serialization.py`.
public enum TorchFile {
    static let format = "torch"
    /// How the refusal of an object ends; its help says what to save instead.
    static let noTensor = ", which is no part of tensors in a dict,"

    /// The tensors with their paths: `layers.0.weight` of nested dicts, numbers in lists. float16 and
    /// bfloat16 become float32, other types as in `Npy.read`. Numbers and texts beside the tensors
    /// are left out.
    /// - Throws: `notThisFormat`, `truncated`, `malformed`, `unsupported` (other objects than tensors,
    ///   TorchScript), `duplicate`, with the byte offset.
    public static func read(_ bytes: [UInt8]) throws(FormatError) -> [NamedTensor] {
        if bytes.starts(with: [0x50, 0x4B]) { return try readArchive(bytes) }
        var reader = ByteReader(bytes, format: format)
        guard bytes.first == 0x80, bytes.count > 1 else {
            throw reader.fail(.notThisFormat(expected: "PK or a pickle"), at: 0)
        }
        return try readStream(&reader)
    }

    // MARK: Archives

    private static func readArchive(_ bytes: [UInt8]) throws(FormatError) -> [NamedTensor] {
        let archive = try ZipArchive(bytes)
        guard let main = archive.entries.first(where: { $0.name.hasSuffix("/data.pkl") }) else {
            throw FormatError(
                format: format, place: .byte(0), .notThisFormat(expected: "an archive with data.pkl"))
        }
        let folder = String(main.name.dropLast("data.pkl".count))
        let entries = Dictionary(
            archive.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        if entries[folder + "constants.pkl"] != nil {
            throw FormatError(
                format: format, place: .byte(main.data.lowerBound),
                .unsupported("a TorchScript program (save its state_dict() instead)"))
        }
        var isBigEndian = false
        if let order = entries[folder + "byteorder"] {
            isBigEndian = try archive.contents(of: order).elementsEqual("big".utf8)
        }
        let range = try stored(main, bytes)
        var pickle = TorchPickle(ByteReader(bytes, format: format, in: range))
        let root = try pickle.run()
        let assembly = TorchAssembly(bytes: bytes, isBigEndian: isBigEndian) {
            (storage) throws(FormatError) in
            guard let entry = entries["\(folder)data/\(storage.key)"] else { return nil }
            return try stored(entry, bytes)
        }
        return try assembly.tensors(root, of: pickle)
    }

    /// Where an entry's bytes lie: `torch.save` compresses nothing.
    private static func stored(
        _ entry: ZipArchive.Entry, _ bytes: [UInt8]
    ) throws(FormatError) -> Range<Int> {
        func fail(_ problem: FormatError.Problem) -> FormatError {
            FormatError(format: format, place: .byte(entry.data.lowerBound), problem)
        }
        guard entry.method == .stored else {
            throw fail(.unsupported("the compressed entry \(entry.name)"))
        }
        guard Deflate.crc32(bytes, in: entry.data) == entry.checksum else {
            throw fail(.checksum(of: entry.name))
        }
        return entry.data
    }

    // MARK: Streams

    private static let magic: [UInt8] = [
        0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
    ]

    private static func readStream(_ reader: inout ByteReader) throws(FormatError) -> [NamedTensor] {
        guard case .long(magic[...]) = try next(&reader).value else {
            throw reader.fail(.notThisFormat(expected: "the magic number of torch.save"), at: 0)
        }
        guard case .integer(1001) = try next(&reader).value else {
            throw reader.fail(.unsupported("this version of torch.save's form"))
        }
        let machine = try next(&reader)
        let isBigEndian = isBigEndian(machine.value, of: machine.pickle)
        let (root, pickle) = try next(&reader)
        let keys = try next(&reader)
        let places = try storages(keys, of: pickle, &reader)
        let assembly = TorchAssembly(bytes: reader.bytes, isBigEndian: isBigEndian) {
            (storage) throws(FormatError) in places[storage.key]
        }
        return try assembly.tensors(root, of: pickle)
    }

    private static func next(
        _ reader: inout ByteReader
    ) throws(FormatError) -> (value: PickleValue, pickle: TorchPickle) {
        var pickle = TorchPickle(reader)
        let value = try pickle.run()
        reader = pickle.reader
        return (value, pickle)
    }

    private static func isBigEndian(_ facts: PickleValue, of pickle: TorchPickle) -> Bool {
        guard case .container(let index) = facts else { return false }
        let items = pickle.containers[index].items
        for place in stride(from: 0, to: items.count - 1, by: 2) {
            if case .text("little_endian") = items[place], case .bool(false) = items[place + 1] {
                return true
            }
        }
        return false
    }

    /// Where the elements of each key lie.
    private static func storages(
        _ keys: (value: PickleValue, pickle: TorchPickle), of pickle: TorchPickle,
        _ reader: inout ByteReader
    ) throws(FormatError) -> [String: Range<Int>] {
        guard case .container(let index) = keys.value else {
            throw reader.fail(.malformed("the list of storages is missing"))
        }
        var types: [String: ElementType] = [:]
        for tensor in pickle.tensors { types[tensor.storage.key] = tensor.storage.type }
        var places: [String: Range<Int>] = [:]
        for key in keys.pickle.containers[index].items {
            guard case .text(let key) = key, let type = types[key], places[key] == nil else {
                throw reader.fail(.malformed("a storage belongs to no tensor"))
            }
            let place = reader.position
            let count = Int64(bitPattern: try reader.little())
            let (size, overflow) = Int(count).multipliedReportingOverflow(by: type.size)
            guard count >= 0, !overflow else {
                throw reader.fail(.malformed("a storage cannot have \(count) elements"), at: place)
            }
            places[key] = try reader.take(size)
        }
        guard reader.remaining == 0 else { throw reader.fail(.excess(bytes: reader.remaining)) }
        return places
    }
}

/// Makes tensors of what a pickle describes.
private struct TorchAssembly {
    let bytes: [UInt8]
    let isBigEndian: Bool
    /// The bytes of a storage; nil if the file has none of its key.
    let place: (TorchStorage) throws(FormatError) -> Range<Int>?

    private func fail(_ problem: FormatError.Problem, at offset: Int) -> FormatError {
        FormatError(format: TorchFile.format, place: .byte(offset), problem)
    }

    /// The tensors in `root`, in its order, each made once however often it is there.
    func tensors(
        _ root: PickleValue, of pickle: TorchPickle
    ) throws(FormatError) -> [NamedTensor] {
        var result: [NamedTensor] = []
        var made: [Int: Tensor] = [:]
        var names: Set<String> = []
        for (name, index) in try leaves(root, of: pickle) {
            guard names.insert(name).inserted else {
                throw fail(.duplicate(name), at: pickle.tensors[index].place)
            }
            if let known = made[index] {
                result.append(NamedTensor(name, known))
                continue
            }
            let new = try tensor(pickle.tensors[index])
            made[index] = new
            result.append(NamedTensor(name, new))
        }
        guard !result.isEmpty else {
            throw fail(.malformed("it holds no tensors"), at: 0)
        }
        return result
    }

    /// The paths of tensors in nested dicts, lists and tuples. Without recursion, and with a bound on
    /// the sum of the names: a pickle can hold itself, or the same list a million times.
    private func leaves(
        _ root: PickleValue, of pickle: TorchPickle
    ) throws(FormatError) -> [(name: String, tensor: Int)] {
        var result: [(name: String, tensor: Int)] = []
        var open: [(path: String, value: PickleValue)] = [("", root)]
        var work = 1 << 20 + 16 * bytes.count
        while work > 0, let (path, value) = open.popLast() {
            work -= path.utf8.count + 16
            switch value {
            case .tensor(let index): result.append((path, index))
            case .container(let index):
                // Also what holds no tensor is looked through.
                work -= pickle.containers[index].items.count
                guard work > 0 else { break }
                let children = Self.children(pickle.containers[index])
                for (name, child) in children.reversed() {
                    switch child {
                    case .tensor, .container:
                        work -= path.utf8.count
                        if work > 0 { open.append((path.isEmpty ? name : path + "." + name, child)) }
                    case .none, .bool, .integer, .long, .float, .text, .global, .storage: break
                    }
                }
            case .none, .bool, .integer, .long, .float, .text, .global, .storage: break
            }
        }
        guard work > 0 else {
            throw fail(.unsupported("an object that holds itself, or so many names"), at: 0)
        }
        return result
    }

    /// Named by key or number; the last of equal keys counts, at the place of the first.
    private static func children(
        _ container: TorchPickle.Container
    ) -> [(name: String, value: PickleValue)] {
        guard container.kind == .dict else {
            return container.items.enumerated().map { (String($0), $1) }
        }
        var result: [(name: String, value: PickleValue)] = []
        var places: [String: Int] = [:]
        for place in stride(from: 0, to: container.items.count - 1, by: 2) {
            let name: String
            switch container.items[place] {
            case .text(let text): name = text
            case .integer(let number): name = String(number)
            default: continue
            }
            let value = container.items[place + 1]
            if let known = places[name] {
                result[known].value = value
            } else {
                places[name] = result.count
                result.append((name, value))
            }
        }
        return result
    }

    private func tensor(_ view: TorchTensor) throws(FormatError) -> Tensor {
        let storage = view.storage
        guard let range = try place(storage) else {
            throw fail(.malformed("the storage '\(storage.key)' is missing"), at: view.place)
        }
        guard storage.count <= range.count / storage.type.size else {
            throw fail(
                .truncated(needed: storage.count, available: range.count / storage.type.size),
                at: range.lowerBound)
        }
        let shape = try makeShape(view.sizes, format: TorchFile.format, at: view.place)
        try check(view, shape)
        let elements = Elements(type: storage.type, isBigEndian: isBigEndian)
        if shape.count == 0 || view.isContiguous {
            let offset = shape.count == 0 ? 0 : view.offset * storage.type.size
            return try elements.tensor(
                bytes, at: range.lowerBound + offset, shape: shape, format: TorchFile.format)
        }
        let gathered = gather(view, shape, from: range.lowerBound)
        return try elements.tensor(gathered, at: 0, shape: shape, format: TorchFile.format)
    }

    /// Every element lies in the storage, and there are not more of them than it has: an expanded
    /// tensor could claim any size.
    private func check(_ view: TorchTensor, _ shape: Shape) throws(FormatError) {
        guard shape.count > 0 else { return }
        var last = view.offset
        for (size, stride) in zip(view.sizes, view.strides) {
            let (step, isTooLong) = (size - 1).multipliedReportingOverflow(by: stride)
            let (sum, isTooFar) = last.addingReportingOverflow(step)
            guard stride >= 0, !isTooLong, !isTooFar else {
                throw fail(.malformed("a tensor has impossible strides"), at: view.place)
            }
            last = sum
        }
        guard view.offset >= 0, last < view.storage.count else {
            throw fail(
                .malformed("a tensor of shape \(shape) reaches beyond its storage"), at: view.place)
        }
        guard shape.count <= view.storage.count else {
            throw fail(
                .unsupported("an expanded tensor of shape \(shape) (save a contiguous one)"),
                at: view.place)
        }
    }

    /// The bytes of a view's elements, last axis fastest.
    private func gather(_ view: TorchTensor, _ shape: Shape, from start: Int) -> [UInt8] {
        let size = view.storage.type.size
        var result: [UInt8] = []
        result.reserveCapacity(shape.count * size)
        // The stride of an axis of one element may be anything.
        let strides = zip(view.sizes, view.strides).map { $0 == 1 ? 0 : $1 }
        var index = [Int](repeating: 0, count: shape.rank)
        var place = view.offset
        var work = WorkPoll()
        for _ in 0..<shape.count {
            // Whoever wanted the work to stop takes nothing of it; the size stays right.
            if work.shouldStop {
                result += repeatElement(0, count: shape.count * size - result.count)
                break
            }
            result += bytes[(start + place * size)..<(start + (place + 1) * size)]
            for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
                index[axis] += 1
                place += strides[axis]
                if index[axis] < view.sizes[axis] { break }
                place -= index[axis] * strides[axis]
                index[axis] = 0
            }
        }
        return result
    }
}

extension TorchTensor {
    /// Whether the elements follow each other in order.
    fileprivate var isContiguous: Bool {
        var expected = 1
        for (size, stride) in zip(sizes, strides).reversed() where size != 1 {
            if stride != expected { return false }
            expected *= max(size, 1)
        }
        return true
    }
}

extension DataFormat {
    public static let torch = DataFormat(
        name: "torch", reader: "readTorch", extensions: ["pt", "pth"],
        documentation: """
            Tensors that PyTorch saved, such as a state dictionary, as a dict by path. float16 and \
            bfloat16 become float32. Only tensors in dicts and lists are read; no code of the file \
            runs.
            """,
        read: { bytes throws(FormatError) in .tensors(try TorchFile.read(bytes)) }, write: nil)
}
