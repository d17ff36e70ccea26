import Kernels

/// A value in a pickle. Containers are named by their place in a list, so that values never nest in
/// memory: no depth of a hostile file is a depth of our stack.
enum PickleValue: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    /// An integer of more than 8 bytes, as stored.
    case long(ArraySlice<UInt8>)
    case float(Double)
    case text(String)
    /// A list, tuple or dict: its index in `TorchPickle.containers`.
    case container(Int)
    /// One of the few names that a state dictionary needs.
    case global(TorchGlobal)
    case storage(TorchStorage)
    /// Its index in `TorchPickle.tensors`.
    case tensor(Int)
}

/// The names that a pickle may ask for. No code is ever called: each only marks what is meant.
enum TorchGlobal: Equatable, Sendable {
    case orderedDict, rebuildTensor, rebuildTensor2, rebuildParameter
    case storage(ElementType)
    /// A small thing that people save beside tensors, which is left out: no tensor can be in it.
    case aside

    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDict
        case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor2
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch", let name):
            if let type = Self.types[name] {
                self = .storage(type)
            } else if Self.asides.contains(name) {
                self = .aside
            } else {
                return nil
            }
        case ("numpy", "dtype"), ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"),
            ("_codecs", "encode"), ("pathlib", "PosixPath"), ("argparse", "Namespace"):
            self = .aside
        default: return nil
        }
    }

    private static let asides: Set<String> = [
        "Size", "device", "float16", "bfloat16", "float32", "float64", "int8", "uint8", "int16", "int32",
        "int64", "bool", "complex64",
    ]

    private static let types: [String: ElementType] = [
        "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
        "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
        "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
    ]
}

/// Numbers that tensors look at: a key of the file, their type, and how many there are.
struct TorchStorage: Sendable {
    var key: String
    var type: ElementType
    var count: Int
}

/// A view of a storage: element `(i, j, …)` is at `offset + i * strides[0] + j * strides[1] + …`.
struct TorchTensor: Sendable {
    var storage: TorchStorage
    var offset: Int
    var sizes: [Int]
    var strides: [Int]
    /// Where in the file it is described.
    var place: Int
}

/// Reads a pickle that describes tensors, and nothing else: a machine with a stack and a memo, whose
/// instructions only make values.
///
/// - Source: the comments of CPython's `pickletools` on protocols 0 to 4; `torch._utils`.
struct TorchPickle {
    struct Container: Sendable {
        enum Kind: Sendable { case list, tuple, dict }
        var kind: Kind
        /// The elements; of a dict keys and values in turn.
        var items: [PickleValue] = []
    }

    private(set) var reader: ByteReader
    private(set) var containers: [Container] = []
    private(set) var tensors: [TorchTensor] = []
    private var stack: [PickleValue] = []
    /// The heights of the stack at the open marks.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// Where the running instruction is.
    private var place = 0
    /// The most instructions of a pickle: far more than of any state dictionary.
    private static let limit = 5_000_000
    /// How many elements may still be copied: what is remembered can be copied by three bytes.
    private var room: Int

    init(_ reader: ByteReader) {
        self.reader = reader
        room = 1 << 20 + reader.remaining
    }

    /// Runs to the end of the pickle, behind which the reader then stands.
    /// - Throws: `malformed`, `truncated`, `unsupported` (an instruction or a name outside of what
    ///   state dictionaries need), with the byte offset.
    mutating func run() throws(FormatError) -> PickleValue {
        for _ in 0..<Self.limit {
            place = reader.position
            if place & 0xFFF == 0, WorkScope.shouldStop {
                throw reader.fail(.truncated(needed: 1, available: 0))
            }
            let code = try reader.byte()
            if code == UInt8(ascii: ".") {
                guard let result = stack.popLast(), marks.isEmpty else {
                    throw fail("the pickle ends without a value")
                }
                return result
            }
            if try !runConstant(code), try !runContainer(code), try !runMemo(code),
                try !runObject(code)
            {
                throw reader.fail(.unsupported("the pickle instruction \(code)"), at: place)
            }
        }
        throw reader.fail(
            .tooBig(what: "the pickle (in instructions)", size: Self.limit + 1, limit: Self.limit),
            at: place)
    }

    private func fail(_ rule: String) -> FormatError { reader.fail(.malformed(rule), at: place) }

    private mutating func pop() throws(FormatError) -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
            throw fail("the pickle takes a value that is not there")
        }
        return value
    }

    /// The values above the last mark.
    private mutating func popToMark() throws(FormatError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw fail("the pickle has no mark here") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    // MARK: Constants

    private mutating func runConstant(_ code: UInt8) throws(FormatError) -> Bool {
        switch code {
        case 0x80:  // PROTO
            let version = try reader.byte()
            guard version <= 5 else {
                throw reader.fail(.unsupported("pickle protocol \(version)"), at: place)
            }
        case 0x95: _ = try reader.take(8)  // FRAME
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "J"):
            stack.append(.integer(Int(Int32(bitPattern: try reader.little()))))
        case UInt8(ascii: "K"): stack.append(.integer(Int(try reader.byte())))
        case UInt8(ascii: "M"): stack.append(.integer(Int(try reader.little(UInt16.self))))
        case 0x8A: stack.append(try long(Int(try reader.byte())))
        case UInt8(ascii: "G"):
            stack.append(.float(Double(bitPattern: try reader.big(UInt64.self))))
        case UInt8(ascii: "X"): stack.append(try text(Int(try reader.little(UInt32.self))))
        case 0x8C, UInt8(ascii: "U"): stack.append(try text(Int(try reader.byte())))
        case UInt8(ascii: "T"): stack.append(try text(Int(try reader.little(UInt32.self))))
        default: return false
        }
        return true
    }

    /// Little-endian, two's complement.
    private mutating func long(_ count: Int) throws(FormatError) -> PickleValue {
        let range = try reader.take(count)
        guard count <= 8 else { return .long(reader.bytes[range]) }
        var value = 0
        for index in range.reversed() { value = value << 8 | Int(reader.bytes[index]) }
        let unused = 64 - 8 * count
        return .integer(count == 0 ? 0 : (value << unused) >> unused)
    }

    private mutating func text(_ count: Int) throws(FormatError) -> PickleValue {
        let range = try reader.take(count)
        guard let text = String(validating: reader.bytes[range], as: UTF8.self) else {
            throw reader.fail(.notText(encoding: "UTF-8"), at: range.lowerBound)
        }
        return .text(text)
    }

    // MARK: Containers

    private mutating func runContainer(_ code: UInt8) throws(FormatError) -> Bool {
        switch code {
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "]"): push(.list, [])
        case UInt8(ascii: "}"): push(.dict, [])
        case UInt8(ascii: ")"): push(.tuple, [])
        case UInt8(ascii: "l"): push(.list, try popToMark())
        case UInt8(ascii: "t"): push(.tuple, try popToMark())
        case UInt8(ascii: "d"): push(.dict, try popPairs())
        case 0x85: push(.tuple, [try pop()])
        case 0x86:
            let second = try pop()
            push(.tuple, [try pop(), second])
        case 0x87:
            let third = try pop()
            let second = try pop()
            push(.tuple, [try pop(), second, third])
        case UInt8(ascii: "a"): try extend(.list, by: [try pop()])
        case UInt8(ascii: "e"): try extend(.list, by: try popToMark())
        case UInt8(ascii: "s"):
            let value = try pop()
            try extend(.dict, by: [try pop(), value])
        case UInt8(ascii: "u"): try extend(.dict, by: try popPairs())
        default: return false
        }
        return true
    }

    private mutating func popPairs() throws(FormatError) -> [PickleValue] {
        let values = try popToMark()
        guard values.count % 2 == 0 else { throw fail("a key of the pickle has no value") }
        return values
    }

    private mutating func push(_ kind: Container.Kind, _ items: [PickleValue]) {
        containers.append(Container(kind: kind, items: items))
        stack.append(.container(containers.count - 1))
    }

    private mutating func extend(
        _ kind: Container.Kind, by items: [PickleValue]
    ) throws(FormatError) {
        guard case .container(let index)? = stack.last, containers[index].kind == kind else {
            throw fail("the pickle extends what is no \(kind)")
        }
        containers[index].items += items
    }

    // MARK: Memo

    private mutating func runMemo(_ code: UInt8) throws(FormatError) -> Bool {
        switch code {
        case UInt8(ascii: "q"): try remember(Int(try reader.byte()))
        case UInt8(ascii: "r"): try remember(Int(try reader.little(UInt32.self)))
        case 0x94: try remember(memo.count)
        case UInt8(ascii: "h"): try recall(Int(try reader.byte()))
        case UInt8(ascii: "j"): try recall(Int(try reader.little(UInt32.self)))
        default: return false
        }
        return true
    }

    private mutating func remember(_ index: Int) throws(FormatError) {
        guard let value = stack.last else { throw fail("the pickle remembers nothing") }
        memo[index] = value
    }

    private mutating func recall(_ index: Int) throws(FormatError) {
        guard let value = memo[index] else { throw fail("the pickle recalls what it has not kept") }
        stack.append(value)
    }

    // MARK: Objects

    private mutating func runObject(_ code: UInt8) throws(FormatError) -> Bool {
        switch code {
        case UInt8(ascii: "c"):
            let module = try line()
            try pushGlobal(module, try line())
        case 0x93:
            let name = try pop()
            guard case .text(let name) = name, case .text(let module) = try pop() else {
                throw fail("the pickle names something without a name")
            }
            try pushGlobal(module, name)
        case UInt8(ascii: "Q"): stack.append(.storage(try storage(try items(of: try pop()))))
        case UInt8(ascii: "R"), 0x81:
            let arguments = try items(of: try pop())
            guard case .global(let global) = try pop() else {
                throw fail("the pickle calls what is no function")
            }
            try call(global, arguments)
        case UInt8(ascii: "b"): _ = try pop()  // the attributes of an object: `_metadata`
        default: return false
        }
        return true
    }

    private mutating func line() throws(FormatError) -> String {
        guard let end = reader.bytes[reader.position..<reader.end].prefix(300).firstIndex(of: 0x0A)
        else { throw fail("a name of the pickle does not end") }
        let range = try reader.take(end + 1 - reader.position)
        return String(decoding: reader.bytes[range.dropLast()], as: UTF8.self)
    }

    private mutating func pushGlobal(_ module: String, _ name: String) throws(FormatError) {
        guard let global = TorchGlobal(module: module, name: name) else {
            throw reader.fail(
                .unsupported("'\(module).\(name)'" + TorchFile.noTensor), at: place)
        }
        stack.append(.global(global))
    }

    private func items(of value: PickleValue) throws(FormatError) -> [PickleValue] {
        guard case .container(let index) = value, containers[index].kind == .tuple else {
            throw fail("the pickle has no tuple where one is needed")
        }
        return containers[index].items
    }

    /// `('storage', type, key, place, count)`, in old files with a part of another storage behind.
    private func storage(_ items: [PickleValue]) throws(FormatError) -> TorchStorage {
        guard items.count >= 5, case .text("storage") = items[0],
            case .global(.storage(let type)) = items[1], case .text(let key) = items[2],
            case .integer(let count) = items[4], count >= 0
        else { throw fail("the description of a storage is damaged") }
        if items.count > 5 {
            guard case .none = items[5] else {
                throw reader.fail(.unsupported("a storage inside of another one"), at: place)
            }
        }
        return TorchStorage(key: key, type: type, count: count)
    }

    private mutating func call(
        _ global: TorchGlobal, _ arguments: [PickleValue]
    ) throws(FormatError) {
        switch global {
        case .orderedDict:
            push(.dict, [])
            guard let pairs = arguments.first else { return }
            // Protocol 1 gives the pairs as a list of lists.
            guard case .container(let list) = pairs else { throw fail("a dict is damaged") }
            room -= containers[list].items.count
            guard room > 0 else {
                throw reader.fail(.unsupported("an object that holds so many copies"), at: place)
            }
            for pair in containers[list].items {
                guard case .container(let index) = pair, containers[index].items.count == 2 else {
                    throw fail("a dict is damaged")
                }
                try extend(.dict, by: containers[index].items)
            }
        case .rebuildTensor, .rebuildTensor2: try pushTensor(arguments)
        case .rebuildParameter:
            guard case .tensor? = arguments.first else { throw fail("a parameter is no tensor") }
            stack.append(arguments[0])
        case .aside:
            for case .tensor in arguments { throw fail("a tensor is where none can be") }
            stack.append(.none)
        case .storage: throw fail("the pickle calls what is no function")
        }
    }

    private mutating func pushTensor(_ arguments: [PickleValue]) throws(FormatError) {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0],
            case .integer(let offset) = arguments[1], let sizes = try integers(arguments[2]),
            let strides = try integers(arguments[3]), sizes.count == strides.count
        else { throw fail("the description of a tensor is damaged") }
        tensors.append(
            TorchTensor(
                storage: storage, offset: offset, sizes: sizes, strides: strides, place: place))
        stack.append(.tensor(tensors.count - 1))
    }

    /// Sizes or strides.
    private func integers(_ value: PickleValue) throws(FormatError) -> [Int]? {
        guard case .container(let index) = value else { return nil }
        guard containers[index].items.count <= maximumRank else {
            throw reader.fail(
                .unsupported("a tensor with more than \(maximumRank) axes"), at: place)
        }
        var result: [Int] = []
        for item in containers[index].items {
            guard case .integer(let number) = item else { return nil }
            result.append(number)
        }
        return result
    }
}
