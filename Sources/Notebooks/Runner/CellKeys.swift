import Diagnostics
import Syntax

/// The KEYs of stored outputs: digests of everything that the output of a cell depends on, so that
/// one can tell without running whether it is still that of the notebook as it stands.
///
/// A key covers the version, the seed, the parameters, the cell's code and name, the cells above it that may
/// matter to it (see `CellLinks`) with theirs, and the files that all these mention, modules with those that they
/// mention in turn. Comments and layout do not count.
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
        var head = Digest()
        head.add(version)
        head.add(String(document.frontMatter.seed))
        for parameter in parameters { head.add("\(parameter.name)=\(parameter.value.literal)") }
        let cells = document.cells.filter { !$0.attributes.isSkipped }
        let own = cells.map { Self.digest(of: $0, file) }
        var links = CellLinks(cells)
        for (index, cell) in cells.enumerated() {
            var digest = head
            for above in links.ancestors(of: index) { digest.add(own[above]) }
            digest.add(own[index])
            keys[cell.position] = digest.text
        }
    }

    /// What a text is told apart by.
    public static func digest(of text: String) -> String {
        var digest = Digest()
        digest.add(text)
        return digest.text
    }

    /// The digest of a cell by itself, with the files that it mentions.
    private static func digest(of cell: Cell, _ file: (String) -> [UInt8]?) -> String {
        var digest = Digest()
        digest.add(cell.stream)
        digest.add(code(of: cell))
        var seen: Set<String> = []
        var pending = mentions(cell.source)
        while let name = pending.popLast() {
            guard seen.insert(name).inserted, let bytes = file(name) else { continue }
            digest.add(name)
            digest.add(bytes)
            if name.hasSuffix(".dl") { pending += mentions(inModule: name, bytes) }
        }
        return digest.text
    }

    /// The code without comments and layout. An error that is shown quotes both.
    private static func code(of cell: Cell) -> String {
        guard !cell.attributes.expectsError else { return cell.source.text }
        var words: [String] = []
        for token in Lexer.tokens(of: cell.source).tokens where token.kind != .comment {
            let isBreak = token.kind == .newline
            if isBreak, words.isEmpty || words.last == "\n" { continue }
            words.append(isBreak ? "\n" : cell.source.text(of: Span(cell.source, token.start, token.end)))
        }
        while words.last == "\n" || words.last == "" { words.removeLast() }
        return words.joined(separator: "\u{0}")
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
