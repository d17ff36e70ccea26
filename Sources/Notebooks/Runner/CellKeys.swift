import Diagnostics
import Syntax

/// The KEYs of stored outputs: digests of everything that the output of a cell depends on, so that
/// one can tell without running whether it is still that of the notebook as it stands.
///
/// A key covers the version, the seed, the parameters, the cell's code and name, the cells above it,
/// and the files that they mention, modules with those that they mention in turn. All cells above
/// count and not only those whose names are read: a model that one cell trains is another model in
/// every cell below.
public struct CellKeys {
    private var keys: [Int: String] = [:]

    /// - Parameters:
    ///   - parameters: those of the run.
    ///   - version: of the language.
    ///   - file: the bytes of a file or data set that the code mentions; `nil` if there is none.
    public init(
        _ document: NotebookDocument, parameters: [NotebookParameter], version: String,
        file: (String) -> [UInt8]?
    ) {
        var digest = Digest()
        digest.add(version)
        digest.add(String(document.frontMatter.seed))
        for parameter in parameters { digest.add("\(parameter.name)=\(parameter.value.literal)") }
        var seen: Set<String> = []
        for cell in document.cells where !cell.attributes.isSkipped {
            digest.add(cell.stream)
            digest.add(cell.source.text)
            var pending = Self.mentions(cell.source)
            while let name = pending.popLast() {
                guard seen.insert(name).inserted, let bytes = file(name) else { continue }
                digest.add(name)
                digest.add(bytes)
                if name.hasSuffix(".dl") { pending += Self.mentions(inModule: name, bytes) }
            }
            keys[cell.position] = digest.text
        }
    }

    /// The key of a cell; `nil` for one that is skipped.
    public subscript(cell: Cell) -> String? { keys[cell.position] }

    /// What a module may read, beside itself or beside the notebook.
    private static func mentions(inModule name: String, _ bytes: [UInt8]) -> [String] {
        let names = mentions(SourceText(name: name, text: String(decoding: bytes, as: UTF8.self)))
        guard let end = name.lastIndex(of: "/") else { return names }
        return names + names.filter { !$0.hasPrefix("/") }.map { name[...end] + $0 }
    }

    /// What a cell may read: plain strings, and the modules that it imports.
    static func mentions(_ source: SourceText) -> [String] {
        let tokens = Lexer.tokens(of: source).tokens
        var names: [String] = []
        for (index, token) in tokens.enumerated() {
            let next = index + 1 < tokens.count ? tokens[index + 1] : token
            switch token.kind {
            case .stringStart where next.kind == .stringText:
                let name = source.text(of: Span(source, next.start, next.end))
                if name.utf8.count <= 1000 { names.append(name) }
            case .keyword(.import) where next.kind == .name:
                names.append(source.text(of: Span(source, next.start, next.end)) + ".dl")
            default: break
            }
        }
        return names
    }
}

/// FNV-1a over two lanes: 128 bits, enough to tell versions of a notebook apart, and no secret.
/// - Source: Fowler, Noll and Vo, IETF draft-eastlake-fnv.
private struct Digest {
    private var low: UInt64 = 0xcbf2_9ce4_8422_2325
    private var high: UInt64 = 0x8422_2325_cbf2_9ce4

    mutating func add(_ text: String) { add(Array(text.utf8)) }

    /// The bytes and their number, so that two texts are not one.
    mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { mix(byte) }
        for shift in stride(from: 0, to: 64, by: 8) {
            mix(UInt8(truncatingIfNeeded: bytes.count >> shift))
        }
    }

    private mutating func mix(_ byte: UInt8) {
        low = (low ^ UInt64(byte)) &* 0x100_0000_01b3
        high = (high ^ UInt64(byte) ^ (low >> 56)) &* 0x100_0000_01b3
    }

    var text: String {
        [low, high].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
