import Tensors

/// The format of pretrained weights: a JSON header and the tensors' bytes behind it, read strictly.
///
/// Layout: 8 bytes little-endian length n of the header, n bytes of JSON, then the data. The header
/// maps names to `{"dtype", "shape", "data_offsets": [begin, end]}`, offsets counted from the
/// data's start.
/// - Source: the format section of the safetensors project's README.
public struct Safetensors: Sendable {
    /// In the header's order.
    public let tensors: [NamedTensor]
    /// The `__metadata__` of the header, in its order.
    public let metadata: [(key: String, value: String)]

    public init(tensors: [NamedTensor], metadata: [(key: String, value: String)] = []) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The most bytes of a header, as in the reference implementation.
    static let maximumHeader = 100_000_000

    /// Reads a file. F16 and BF16 become float32, other types as in `Npy.read`.
    /// - Throws: `malformed` if the tensors' bytes overlap, leave holes or do not end where the
    ///   file does, `duplicate`, `disagree`, `truncated`, `unsupported` (8-bit floats), all with
    ///   the byte offset.
    public static func read(_ bytes: [UInt8]) throws(FormatError) -> Safetensors {
        let header = try SafetensorsHeader(bytes)
        var tensors: [NamedTensor] = []
        for entry in header.entries {
            let tensor = try Elements(type: entry.type).tensor(
                bytes, at: header.dataStart + entry.begin, shape: entry.shape, format: format)
            tensors.append(NamedTensor(entry.name, tensor))
        }
        return Safetensors(tensors: tensors, metadata: header.metadata)
    }

    /// The file. The header keeps the order of the tensors; their bytes lie widest type first, so
    /// that each is aligned to its type.
    /// - Throws: `duplicate` names, `cannotWrite` for the reserved name or a header over 100 MB.
    public func write() throws(FormatError) -> [UInt8] {
        var names: Set<String> = []
        for entry in tensors where !names.insert(entry.name).inserted {
            throw FormatError(format: Self.format, .duplicate(entry.name))
        }
        guard !names.contains(Self.metadataKey) else {
            throw FormatError(
                format: Self.format, .cannotWrite("\(Self.metadataKey) is a reserved name"))
        }
        let order = tensors.indices.sorted {
            (-tensors[$0].tensor.dtype.size, $0) < (-tensors[$1].tensor.dtype.size, $1)
        }
        var header = ByteWriter()
        header.append(headerText(order))
        header.pad(toMultipleOf: 8, with: UInt8(ascii: " "))
        guard header.bytes.count <= Self.maximumHeader else {
            throw FormatError(format: Self.format, .cannotWrite("the header is over 100 MB"))
        }
        var writer = ByteWriter()
        writer.little(UInt64(header.bytes.count))
        writer.append(header.bytes)
        for index in order { tensors[index].tensor.withBytes { writer.append($0) } }
        return writer.bytes
    }

    private func headerText(_ order: [Int]) -> String {
        var begins = [Int](repeating: 0, count: tensors.count)
        var end = 0
        for index in order {
            begins[index] = end
            end += tensors[index].tensor.byteCount
        }
        var members: [JSON.Member] = []
        if !metadata.isEmpty {
            let pairs = metadata.map { JSON.Member($0.key, .string($0.value)) }
            members.append(JSON.Member(Self.metadataKey, .object(pairs)))
        }
        for (entry, begin) in zip(tensors, begins) {
            let tensor = entry.tensor
            let offsets = [JSON.integer(begin), .integer(begin + tensor.byteCount)]
            members.append(
                JSON.Member(
                    entry.name,
                    .object([
                        JSON.Member("dtype", .string(SafetensorsHeader.name(tensor.dtype))),
                        JSON.Member("shape", .array(tensor.shape.dimensions.map { .integer($0) })),
                        JSON.Member("data_offsets", .array(offsets)),
                    ])))
        }
        return JSON.object(members).text
    }

    static let format = "safetensors"
    static let metadataKey = "__metadata__"
}

/// The header, checked completely before a tensor is made.
private struct SafetensorsHeader {
    struct Entry {
        var name: String
        var type: ElementType
        var shape: Shape
        /// Where its bytes lie, from the data's start.
        var begin: Int
        var end: Int
    }

    var entries: [Entry] = []
    var metadata: [(key: String, value: String)] = []
    let dataStart: Int

    init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes, format: Safetensors.format)
        let length: UInt64 = try reader.little()
        guard let length = Int(exactly: length), length <= Safetensors.maximumHeader else {
            let facts = Int(clamping: length)
            throw reader.fail(
                .tooBig(what: "the header", size: facts, limit: Safetensors.maximumHeader), at: 0)
        }
        guard length == 0 || reader.remaining == 0 || reader.peek == UInt8(ascii: "{") else {
            throw reader.fail(.notThisFormat(expected: "a length and a JSON object"))
        }
        let range = try reader.take(length)
        dataStart = range.upperBound
        let json = try JSONParser.parse(ByteReader(bytes, format: Safetensors.format, in: range))
        guard case .object(let members) = json else {
            throw reader.fail(.malformed("the header is not an object"), at: 8)
        }
        var names: Set<String> = []
        for member in members {
            guard names.insert(member.name).inserted else {
                throw Self.fail(.duplicate(member.name))
            }
            if member.name == Safetensors.metadataKey {
                metadata = try Self.metadata(member.value)
            } else {
                entries.append(try Self.entry(member))
            }
        }
        try checkLayout(dataCount: bytes.count - dataStart)
    }

    /// Facts about the header's contents are placed at its start: JSON values know no offset.
    private static func fail(_ problem: FormatError.Problem) -> FormatError {
        FormatError(format: Safetensors.format, place: .byte(8), problem)
    }

    private static func metadata(_ json: JSON) throws(FormatError) -> [(key: String, value: String)]
    {
        guard case .object(let members) = json else {
            throw fail(.malformed("\(Safetensors.metadataKey) is not an object"))
        }
        var pairs: [(key: String, value: String)] = []
        var names: Set<String> = []
        for member in members {
            guard names.insert(member.name).inserted else { throw fail(.duplicate(member.name)) }
            guard case .string(let text) = member.value else {
                throw fail(
                    .malformed("\(Safetensors.metadataKey) '\(member.name)' is not a string"))
            }
            pairs.append((member.name, text))
        }
        return pairs
    }

    private static func entry(_ member: JSON.Member) throws(FormatError) -> Entry {
        let name = member.name
        guard case .object(let fields) = member.value, fields.count == 3,
            let typeName = member.value["dtype"]?.stringValue,
            let sizes = integers(member.value["shape"]),
            let offsets = integers(member.value["data_offsets"]),
            offsets.count == 2
        else {
            throw fail(.malformed("'\(name)' does not have exactly dtype, shape and data_offsets"))
        }
        guard let type = types[typeName] else {
            throw fail(.unsupported("the dtype \(typeName) of '\(name)'"))
        }
        guard sizes.count <= maximumRank else {
            throw fail(.unsupported("'\(name)' with more than \(maximumRank) axes"))
        }
        let shape = try makeShape(sizes, format: Safetensors.format, at: 8)
        guard offsets[0] >= 0, offsets[0] <= offsets[1] else {
            throw fail(.malformed("the data_offsets of '\(name)' are not a range"))
        }
        let needed = Elements(type: type).byteCount(shape)
        guard offsets[1] - offsets[0] == needed else {
            throw fail(
                .disagree(
                    what: "the byte count of '\(name)'", declared: needed,
                    found: offsets[1] - offsets[0]))
        }
        return Entry(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }

    private static func integers(_ json: JSON?) -> [Int]? {
        guard let values = json?.arrayValue else { return nil }
        let integers = values.compactMap(\.integerValue)
        return integers.count == values.count ? integers : nil
    }

    /// The tensors' ranges follow each other from 0 to the end of the file.
    private func checkLayout(dataCount: Int) throws(FormatError) {
        var end = 0
        for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            guard entry.begin == end else {
                let what = entry.begin < end ? "overlap" : "leave a hole before"
                throw FormatError(
                    format: Safetensors.format,
                    place: .byte(dataStart + min(entry.begin, dataCount)),
                    .malformed("the bytes of the tensors \(what) '\(entry.name)'"))
            }
            end = entry.end
        }
        guard end <= dataCount else {
            throw FormatError(
                format: Safetensors.format, place: .byte(dataStart + dataCount),
                .truncated(needed: end - dataCount, available: 0))
        }
        guard end == dataCount else {
            throw FormatError(
                format: Safetensors.format, place: .byte(dataStart + end),
                .excess(bytes: dataCount - end))
        }
    }

    static func name(_ dtype: DType) -> String {
        switch dtype {
        case .bool: "BOOL"
        case .uint8: "U8"
        case .int32: "I32"
        case .int64: "I64"
        case .float32: "F32"
        case .float64: "F64"
        }
    }

    private static let types: [String: ElementType] = [
        "BOOL": .bool, "U8": .uint8, "I8": .int8, "I16": .int16, "U16": .uint16, "I32": .int32,
        "U32": .uint32, "I64": .int64, "U64": .uint64, "F16": .float16, "BF16": .bfloat16,
        "F32": .float32, "F64": .float64,
    ]
}

extension DataFormat {
    public static let safetensors = DataFormat(
        name: "safetensors", reader: "readSafetensors", extensions: ["safetensors"],
        documentation: """
            Named tensors, as a dict in the header's order. F16 and BF16 become float32; 8-bit \
            floats are refused.
            """,
        read: { bytes throws(FormatError) in .tensors(try Safetensors.read(bytes).tensors) },
        write: { value throws(FormatError) in
            guard case .tensors(let tensors) = value else {
                throw unfitting("safetensors", needs: "a dict of tensors")
            }
            return try Safetensors(tensors: tensors).write()
        })
}
