import Tensors

/// What the header of a .npy file says: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4),
/// }`.
/// - Source: NEP 1, "A Simple File Format for NumPy Arrays", versions 1.0 to 3.0.
struct NpyHeader {
    var elements: Elements
    var shape: Shape

    /// Reads from the magic bytes on; the reader stands at the first element afterwards.
    init(_ reader: inout ByteReader) throws(FormatError) {
        guard try reader.take(min(6, reader.remaining)).count == 6,
            Array(reader.bytes[(reader.position - 6)..<reader.position]) == Self.magic
        else { throw reader.fail(.notThisFormat(expected: "\\x93NUMPY"), at: 0) }
        let major = try reader.byte()
        let minor = try reader.byte()
        guard (1...3).contains(major), minor == 0 else {
            throw reader.fail(.unsupported("version \(major).\(minor)"), at: reader.position - 2)
        }
        let length =
            major == 1 ? Int(try reader.little(UInt16.self)) : Int(try reader.little(UInt32.self))
        guard length <= Self.maximumLength else {
            throw reader.fail(.tooBig(what: "the header", size: length, limit: Self.maximumLength))
        }
        var dictionary = PythonDictionary(reader, try reader.take(length))
        (elements, shape) = try dictionary.parse()
    }

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    private static let maximumLength = 1 << 20

    /// The bytes of a version 1.0 header, padded so that the elements begin at a multiple of 64.
    static func bytes(_ tensor: Tensor) throws(FormatError) -> [UInt8] {
        let sizes = tensor.shape.dimensions.map(String.init)
        let shape = sizes.count == 1 ? "(\(sizes[0]),)" : "(\(sizes.joined(separator: ", ")))"
        let text =
            "{'descr': '\(descriptor(tensor.dtype))', 'fortran_order': False, 'shape': \(shape), }"
        let total = (10 + text.utf8.count + 1 + 63) / 64 * 64
        guard let length = UInt16(exactly: total - 10) else {
            throw FormatError(format: "npy", .cannotWrite("it has too many axes"))
        }
        var writer = ByteWriter()
        writer.append(magic)
        writer.append([1, 0])
        writer.little(length)
        writer.append(text)
        writer.append(repeatElement(UInt8(ascii: " "), count: total - 11 - text.utf8.count))
        writer.append("\n")
        return writer.bytes
    }

    private static func descriptor(_ dtype: DType) -> String {
        switch dtype {
        case .bool: "|b1"
        case .uint8: "|u1"
        case .int32: "<i4"
        case .int64: "<i8"
        case .float32: "<f4"
        case .float64: "<f8"
        }
    }
}

/// The part of Python's syntax that numpy writes: one flat dictionary of strings, Booleans and
/// tuples.
private struct PythonDictionary {
    private var reader: ByteReader

    init(_ reader: ByteReader, _ range: Range<Int>) {
        self.reader = ByteReader(reader.bytes, format: reader.format, in: range)
    }

    mutating func parse() throws(FormatError) -> (Elements, Shape) {
        var elements: Elements?
        var isColumnMajor: Bool?
        var shape: Shape?
        try expect("{")
        while !accept("}") {
            let start = reader.position
            let key = try string()
            try expect(":")
            skipSpace()
            switch key {
            case "descr" where elements == nil: elements = try descriptor()
            case "fortran_order" where isColumnMajor == nil: isColumnMajor = try boolean()
            case "shape" where shape == nil: shape = try tuple()
            default:
                throw reader.fail(.malformed("unexpected key '\(key)' in the header"), at: start)
            }
            guard accept(",") else {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard reader.remaining == 0 else {
            throw reader.fail(.malformed("text follows the header's dictionary"))
        }
        guard var elements, let isColumnMajor, let shape else {
            throw reader.fail(.malformed("the header lacks descr, fortran_order or shape"))
        }
        elements.isColumnMajor = isColumnMajor
        return (elements, shape)
    }

    private mutating func skipSpace() {
        while let next = reader.peek, next == 0x20 || (0x09...0x0D).contains(next) {
            _ = try? reader.byte()
        }
    }

    private mutating func accept(_ symbol: StaticString) -> Bool {
        skipSpace()
        return reader.skip(symbol)
    }

    private mutating func expect(_ symbol: StaticString) throws(FormatError) {
        guard accept(symbol) else {
            throw reader.fail(.malformed("'\(symbol)' is missing in the header"))
        }
    }

    private mutating func string() throws(FormatError) -> String {
        skipSpace()
        guard let quote = reader.peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        else {
            throw reader.fail(.malformed("a quoted name is missing in the header"))
        }
        _ = try reader.byte()
        var text: [UInt8] = []
        while true {
            let next = try reader.byte()
            if next == quote { return String(decoding: text, as: UTF8.self) }
            text.append(next)
        }
    }

    private mutating func boolean() throws(FormatError) -> Bool {
        if reader.skip("True") { return true }
        if reader.skip("False") { return false }
        throw reader.fail(.malformed("fortran_order is not True or False"))
    }

    private mutating func tuple() throws(FormatError) -> Shape {
        let start = reader.position
        try expect("(")
        var sizes: [Int] = []
        while !accept(")") {
            guard sizes.count < maximumRank else {
                throw reader.fail(.unsupported("an array of more than \(maximumRank) axes"))
            }
            sizes.append(try size())
            guard accept(",") else {
                try expect(")")
                break
            }
        }
        return try makeShape(sizes, format: reader.format, at: start)
    }

    private mutating func size() throws(FormatError) -> Int {
        skipSpace()
        let start = reader.position
        var digits = ""
        while let next = reader.peek, (0x30...0x39).contains(next) {
            digits.unicodeScalars.append(Unicode.Scalar(try reader.byte()))
        }
        _ = reader.skip("L")  // Python 2 wrote long integers so
        guard let size = Int(digits) else {
            throw reader.fail(.malformed("a size in the header's shape is not a number"), at: start)
        }
        return size
    }

    private mutating func descriptor() throws(FormatError) -> Elements {
        let start = reader.position
        guard reader.peek != UInt8(ascii: "[") else {
            throw reader.fail(.unsupported("an array of records"))
        }
        let text = try string()
        guard let order = text.first, "<>|=".contains(order) else {
            throw reader.fail(.malformed("'\(text)' is not an element type"), at: start)
        }
        guard let type = Self.types[String(text.dropFirst())] else {
            let what =
                text.contains("O") ? "an array of Python objects" : "the element type '\(text)'"
            throw reader.fail(.unsupported(what), at: start)
        }
        return Elements(type: type, isBigEndian: order == ">")
    }

    private static let types: [String: ElementType] = [
        "b1": .bool, "i1": .int8, "u1": .uint8, "i2": .int16, "u2": .uint16, "i4": .int32,
        "u4": .uint32, "i8": .int64, "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
    ]
}
