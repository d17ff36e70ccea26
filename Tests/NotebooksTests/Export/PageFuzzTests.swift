import Diagnostics
import Foundation
import Notebooks
import Testing

/// Whatever a notebook holds, its page has only elements and attributes that the exporter writes, and one script, its
/// own. `DLREPL_FUZZ=1000000 DLREPL_FUZZ_SEED=7 scripts/test --filter PageFuzzTests` tries more texts.
@Suite("Pages of anything")
struct PageFuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let rounds = environment["DLREPL_FUZZ"].flatMap(UInt64.init) ?? 300
    private static let first =
        (environment["DLREPL_FUZZ_SEED"].flatMap(UInt64.init) ?? 1) &* 1_000_000_000

    /// What somebody would write who wants a reader's browser to run something.
    private static let attacks = [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
        "<iframe src=//x>",
        "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](java&#10;script:alert(1))",
        "[a](<java\tscript:a>)",
        "[a](data:text/html,<script>)", "![a](javascript:x \"t\\\" onload=a\")",
        "![\"><script>](x)", "<a href='javascript:x'>",
        "[a][r]\n\n[r]: javascript:alert(1)\n", "<vbscript:x>", "<javascript:alert(1)>",
        "[a](vbscript:x)",
        "# <script>\n", "# \" onclick=x\n", "$<script>alert(1)</script>$",
        "$$\\text{<img onerror=x>}$$", "$\\href{javascript:x}{y}$",
        "```dl\n\"</code></pre><script>\"\n```\n", "```dl {#a\"><script>}\n1\n```\n",
        "```\"><script>\nx\n```\n", "<!--><script>-->",
        "<!-- --!><script>alert(1)</script> -->", "[^<script>]: x\n\n[^<script>]\n",
        "---\ntitle: </title><script>\nlang: \"><script>\n---\n",
        "|<script>|\n|-|\n|\" onload=x|\n", "~~<b>~~", "<style>*{}</style>", "<base href=//x>",
        "</main></body>", "<br onclick=x>", "<br>",
        "&lt;script&gt;", "<a\nhref=\"x\"\nonclick=\"y\">", "https://x.org/\"onmouseover=a",
        "<https://x\"y>", "a\\<b", "\u{202e}<", "]]>", "<![CDATA[<script>]]>",
    ]

    @Test("have no element, attribute or address that runs anything")
    func pages() throws {
        let gallery = try fixture("gallery.dln")
        for round in 0..<Self.rounds {
            let seed = Self.first &+ round
            var generator = SeededGenerator(seed: seed)
            var bytes = round % 3 == 0 ? generator.mutate(gallery) : generator.notebook()
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                let attack = Self.attacks[Int.random(in: 0..<Self.attacks.count, using: &generator)]
                let place = Int.random(in: 0...bytes.count, using: &generator)
                bytes.insert(contentsOf: Array(attack.utf8), at: place)
            }
            if let problem = PageAudit(try page(bytes, &generator)).problem {
                Issue.record("seed \(seed): \(problem)\n\(String(decoding: bytes, as: UTF8.self))")
                return
            }
        }
    }

    private func page(_ bytes: [UInt8], _ generator: inout SeededGenerator) throws -> String {
        let document = NotebookDocument(bytes: bytes, name: "<script>.dln")
        let results = document.cells.map { cell in
            CellResult(
                position: cell.position, status: .failed, printed: "<script>\u{0}\u{1b}[1m",
                value: "\"><img onerror=x>",
                error: CellError(message: "<b>", text: "</pre><script>alert(1)</script>"))
        }
        let input = ExportInput(document: document, results: results)
        guard let html = Exporter.all.first(where: { $0.name == "html" }) else { return "" }
        return String(decoding: html.export(input), as: UTF8.self)
    }

    @Test("formulas of any text are MathML and nothing else")
    func formulas() {
        let pieces = [
            "\\frac", "{", "}", "^", "_", "&", "\\\\", "\\begin{matrix}", "\\end{matrix}",
            "\\text{<script>}", "<", ">", "\"", "'",
            "\\left(", "\\right)", "\\left<", "\\sqrt[", "]", "\\href{javascript:x}",
            "\\color{\" onload=x}", "a", "1", " ", "\\", "\\\u{0}",
            "\\mathbb{R}", "\\hat", "\\operatorname{<img>}", "中", "\u{202e}",
            "\\hspace{99999999999em}", "\\begin{<script>}", "%", "\\limits",
        ]
        for round in 0..<Self.rounds {
            let seed = Self.first &+ round
            var generator = SeededGenerator(seed: seed)
            let count = Int.random(in: 1...16, using: &generator)
            let tex = (0..<count).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &generator)]
            }.joined()
            let html = mathML(tex, isDisplay: round.isMultiple(of: 2))
            if let problem = PageAudit(html, isFormula: true).problem {
                Issue.record("seed \(seed): \(problem) of \(tex)")
                return
            }
        }
    }
}

/// Reads a page tag by tag, as a browser does, and says what does not belong there.
private struct PageAudit {
    private static let elements: Set<String> = Set(
        ("html head meta title style body button main script h1 h2 h3 h4 h5 h6 ul ol li nav a p section div pre code span "
            + "figure img em strong del br hr blockquote table thead tbody tr th td input sup input")
            .split(separator: " ").map(String.init))
    private static let maths: Set<String> = Set(
        ("math semantics mrow annotation mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover "
            + "mtable mtr mtd mstyle mphantom mpadded mmultiscripts merror code").split(
                separator: " "
            ).map(String.init))
    private static let attributes: Set<String> = Set(
        ("lang charset name content id class type hidden href src alt title width height tabindex aria-label role start align "
            + "checked disabled encoding display displaystyle scriptlevel stretchy form fence separator mathvariant lspace rspace minsize maxsize "
            + "linethickness columnalign accent accentunder largeop movablelimits symmetric style depth voffset columnspacing rowspacing columnlines rowlines "
            + "frame data-footnote-ref data-footnotes data-footnote-backref data-footnote-backref-idx xml:lang")
            .split(separator: " ").map(String.init))

    private let text: String
    private let isFormula: Bool

    init(_ text: String, isFormula: Bool = false) {
        self.text = text
        self.isFormula = isFormula
    }

    var problem: String? {
        let bytes = Array(text.utf8)
        var index = 0
        var scripts = 0
        while let open = bytes[index...].firstIndex(of: UInt8(ascii: "<")) {
            guard let close = end(of: open, in: bytes) else { return "a tag does not end" }
            let tag = String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
            index = close + 1
            if tag.lowercased() == "!doctype html" { continue }
            if let wrong = check(tag) { return wrong }
            // Text of these two is not markup; it is the exporter's own.
            for raw in ["script", "style"] where tag == raw {
                if raw == "script" { scripts += 1 }
                guard let range = text.utf8Range(of: "</\(raw)>", in: bytes, from: index) else {
                    return "\(raw) is open"
                }
                index = range
            }
        }
        return scripts == (isFormula ? 0 : 1) ? nil : "there are \(scripts) scripts"
    }

    /// Where a tag ends: at the first `>` outside of quotes.
    private func end(of open: Int, in bytes: [UInt8]) -> Int? {
        var quote: UInt8?
        for index in open..<bytes.count {
            let byte = bytes[index]
            if let mark = quote {
                if byte == mark { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return index
            }
        }
        return nil
    }

    private func check(_ tag: String) -> String? {
        var body = tag[...]
        if body.hasPrefix("/") { body = body.dropFirst() }
        if body.hasSuffix("/") { body = body.dropLast() }
        let name = String(body.prefix { !$0.isWhitespace })
        guard Self.maths.contains(name) || (!isFormula && Self.elements.contains(name)) else {
            return "the element <\(tag)>"
        }
        var rest = body.dropFirst(name.count).drop { $0.isWhitespace }
        while !rest.isEmpty {
            let attribute = String(rest.prefix { $0 != "=" && !$0.isWhitespace })
            guard Self.attributes.contains(attribute) else {
                return "the attribute `\(attribute)` in <\(tag)>"
            }
            rest = rest.dropFirst(attribute.count)
            if rest.first == "=" {
                rest = rest.dropFirst()
                guard rest.first == "\"" else { return "a value without quotes in <\(tag)>" }
                let value = rest.dropFirst().prefix { $0 != "\"" }
                if let wrong = check(String(value), of: attribute, tag) { return wrong }
                rest = rest.dropFirst(value.count + 2)
            }
            rest = rest.drop { $0.isWhitespace }
        }
        return nil
    }

    private func check(_ value: String, of attribute: String, _ tag: String) -> String? {
        guard attribute == "href" || attribute == "src" else { return nil }
        // As a browser reads an address: without control characters and spaces in front, tabs and line breaks inside.
        let plain = String(String.UnicodeScalarView(value.unicodeScalars.filter { $0.value > 32 }))
            .lowercased()
            .replacingOccurrences(of: "&#x27;", with: "'").replacingOccurrences(
                of: "&amp;", with: "&")
        if attribute == "src" { return plain.hasPrefix("data:image/") ? nil : "it loads \(value)" }
        for scheme in ["javascript:", "vbscript:", "data:"] where plain.hasPrefix(scheme) {
            return "it links to \(value)"
        }
        return nil
    }
}

extension String {
    /// The offset behind the next `part`.
    fileprivate func utf8Range(of part: String, in bytes: [UInt8], from start: Int) -> Int? {
        let wanted = Array(part.utf8)
        var index = start
        while index + wanted.count <= bytes.count {
            if bytes[index] == wanted[0], Array(bytes[index..<(index + wanted.count)]) == wanted {
                return index + wanted.count
            }
            index += 1
        }
        return nil
    }
}
