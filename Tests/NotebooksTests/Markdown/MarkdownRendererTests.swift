import Diagnostics
import Notebooks
import Testing

@Suite("Prose")
struct MarkdownRendererTests {
    /// Prose and its HTML, formulas replaced by their TeX in brackets.
    static let examples: [(text: String, html: String)] = [
        (
            "a *b* **c** `d` ~~e~~",
            "<p>a <em>b</em> <strong>c</strong> <code>d</code> <del>e</del></p>"
        ),
        ("$a_1$ and $a_2$", "<p>[a_1] and [a_2]</p>"),
        ("$a*b*c$", "<p>[a*b*c]</p>"),
        ("*$x$*", "<p><em>[x]</em></p>"),
        ("$\\text{if $x$}$ and {$y$}", "<p>[\\text{if $x$}] and {[y]}</p>"),
        ("from $5 to $10", "<p>from $5 to $10</p>"),
        ("costs $5 and $x$ more", "<p>costs $5 and [x] more</p>"),
        ("\\$x$ y", "<p>$x$ y</p>"),
        ("$ x $", "<p>$ x $</p>"),
        ("`$x$` and ``a ` $y$``", "<p><code>$x$</code> and <code>a ` $y$</code></p>"),
        ("` $x$", "<p>` [x]</p>"),
        ("$$x$$", "<p>[[x]]</p>"),
        ("a\n$$\nx\n+ y\n$$\nb", "<p>a\n[[x\n+ y]]\nb</p>"),
        ("$$\na\n\nb\n$$", "<p>$$\na</p>\n<p>b\n$$</p>"),
        ("> $$\n> x\n> $$", "<blockquote>\n<p>[[x]]</p>\n</blockquote>"),
        ("- $a$\n- $b$", "<ul>\n<li>[a]</li>\n<li>[b]</li>\n</ul>"),
        ("    $x$", "<pre><code>$x$\n</code></pre>"),
        ("```\n$x$\n```", "<pre><code>$x$\n</code></pre>"),
        (
            "[a $x$](http://e.org/$y$ \"$z$\")",
            "<p><a href=\"http://e.org/$y$\" title=\"$z$\">a [x]</a></p>"
        ),
        ("[a](javascript:x)", "<p><a href=\"\">a</a></p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("a<br>b", "<p>a<br>b</p>"),
        (
            "<script>\nalert(1)\n</script>",
            "<pre class=\"markup\"><code>&lt;script&gt;\nalert(1)\n&lt;/script&gt;\n</code></pre>"
        ),
        ("a <!-- b --> c", "<p>a  c</p>"),
        ("<!-- a\n$b$\n-->\nc", "<p>c</p>"),
        ("![a](x.png)", "<p><img src=\"data:image/png;base64,iVBORwo=\" alt=\"a\"></p>"),
        ("![a $x$ b](y.png)", "<p><a class=\"missing-image\" href=\"y.png\">a $x$ b</a></p>"),
        ("![a](javascript:1)", "<p><span class=\"missing-image\">a</span></p>"),
        (
            "![a <b> ![c](d)](x.png)",
            "<p><img src=\"data:image/png;base64,iVBORwo=\" alt=\"a  c\"></p>"
        ),
        (
            "```dl\nlet x\n```",
            "<pre class=\"listing\"><code><span class=\"hl-keyword\">let</span> x</code></pre>"
        ),
        (
            "- ```dl\n  let x\n  ```",
            "<ul>\n<li>\n<pre class=\"listing\"><code>"
                + "<span class=\"hl-keyword\">let</span> x\n</code></pre>\n</li>\n</ul>"
        ),
        (
            "|a|\n|-:|\n|$x|y$|\n|![a](x.png)|",
            "<div class=\"table\" tabindex=\"0\">\n<table>\n<thead>\n<tr>\n"
                + "<th style=\"text-align: right\">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
                + "<td style=\"text-align: right\">[x|y]</td>\n</tr>\n<tr>\n"
                + "<td style=\"text-align: right\">"
                + "<img src=\"data:image/png;base64,iVBORwo=\" alt=\"a\"></td>\n</tr>\n"
                + "</tbody>\n</table>\n</div>"
        ),
        ("me@example.org", "<p><a href=\"mailto:me@example.org\">me@example.org</a></p>"),
        (
            "[a](vbscript:x) <javascript:x>",
            "<p><a href=\"\">a</a> <a href=\"\">javascript:x</a></p>"
        ),
        (
            "- ```$x$\n  a\n  ```",
            "<ul>\n<li>\n<pre><code class=\"language-$x$\">a\n</code></pre>\n</li>\n</ul>"
        ),
        ("&#113; &amp; é", "<p>q &amp; é</p>"),
        ("dlqx0z $x$", "<p>dlqx0z [x]</p>"),
    ]

    private var renderer: MarkdownRenderer {
        MarkdownRenderer(
            loadImage: { $0 == "x.png" ? [0x89, 0x50, 0x4e, 0x47, 0x0a] : nil })
    }

    @Test("Markdown with formulas becomes HTML", arguments: examples)
    func example(_ example: (text: String, html: String)) {
        var html = renderer.render(example.text).html
        while html.hasSuffix("\n") { html.removeLast() }
        #expect(withoutMathML(html) == example.html)
    }

    @Test("headings have anchors, one each")
    func headings() {
        let result = renderer.render("# A b!\n\n## A b\n\n### $x$ in `c`\n\n## 中文 标题\n\n# !\n")
        #expect(result.headings.map(\.id) == ["a-b", "a-b-2", "x-in-c", "中文-标题", "section"])
        #expect(result.headings.map(\.level) == [1, 2, 3, 2, 1])
        #expect(withoutMathML(result.headings[2].html) == "[x] in <code>c</code>")
        #expect(result.html.contains("<h2 id=\"a-b-2\">\nA b\n<a class=\"anchor\" href=\"#a-b-2\""))
    }

    @Test("any text gives well-formed HTML that runs nothing", arguments: 0..<300)
    func anything(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let start = seed.isMultiple(of: 2) ? generator.notebook() : try fixture("gallery.dln")
        let text = String(decoding: generator.mutate(start), as: UTF8.self)
        let html = renderer.render(text).html
        #expect(isWellFormed(html), "seed \(seed)")
        for danger in ["<script", "<div onclick", "href=\"javascript", "<!--dl"] {
            #expect(!html.contains(danger), "seed \(seed)")
        }
    }

    @Test("texts rendered at the same time do not disturb each other")
    func concurrent() async {
        let text = String(repeating: "~~a~~ https://example.org $x$ | *b*\n\n", count: 20)
        let renderer = renderer
        let expected = renderer.render(text).html
        await withTaskGroup(of: String.self) { group in
            for _ in 0..<200 { group.addTask { renderer.render(text).html } }
            for await html in group { #expect(html == expected) }
        }
    }

    @Test(
        "long texts take time in proportion to their length",
        arguments: [
            "${a ", "# a\n\n", "$$x", "`", "[^1]", "<!-- dln:out a b -->\n", "$x$",
            "```dl\n```\n", "<!-- dln:out a b -->\n<!-- dln:end -->\n", "<b>",
        ])
    func long(piece: String) {
        let clock = ContinuousClock()
        let time = clock.measure {
            _ = renderer.render(String(repeating: piece, count: 30_000)).html
        }
        // Quadratic work took half a minute and more, linear work takes less than a second.
        #expect(time < .seconds(10))
    }

    @Test("deep nesting does not overflow", arguments: [">", "- ", "*", "[", "![", "<", "`$"])
    func deep(piece: String) {
        let html = renderer.render(String(repeating: piece, count: 5_000) + "x").html
        #expect(html.contains("x"))
    }
}

/// HTML with each formula replaced by its TeX: `[x]` in a line, `[[x]]` displayed.
private func withoutMathML(_ html: String) -> String {
    var result = ""
    var rest = html[...]
    while let start = rest.firstRange(of: "<math"), let end = rest.firstRange(of: "</math>") {
        let formula = rest[start.lowerBound..<end.upperBound]
        let isDisplay = formula.hasPrefix("<math display")
        let tex = formula.firstRange(of: "tex\">").map { open in
            formula[open.upperBound...].prefix(while: { $0 != "<" })
        }
        result += rest[..<start.lowerBound]
        result += (isDisplay ? "[[" : "[") + (tex ?? "?") + (isDisplay ? "]]" : "]")
        rest = rest[end.upperBound...]
    }
    return result + rest
}
