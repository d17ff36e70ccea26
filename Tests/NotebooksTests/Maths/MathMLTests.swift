import Notebooks
import Testing

@Suite("Formulas")
struct MathMLTests {
    /// One of everything that textbooks use.
    static let formulas = [
        "x", "x+y", "-x", "a = -b", "2x - 3.14 y", "x_i", "x^2", "x_i^2", "x'", "f''(x)",
        "x_{ij}^{(t)}",
        "\\alpha\\beta\\Gamma\\Omega\\varepsilon", "\\frac{a}{b}", "\\frac12",
        "\\dfrac{1}{1+e^{-x}}",
        "\\sqrt{x}", "\\sqrt[3]{x}", "\\sum_{i=1}^{n} x_i", "\\prod_i p_i", "\\int_0^1 f(x)\\,dx",
        "\\lim_{x \\to 0} f", "\\max_\\theta L", "\\arg\\min_w \\|w\\|_2^2",
        "\\operatorname*{arg\\,max}_y p",
        "\\log x", "2\\log(x)", "\\exp\\left(-\\frac{x^2}{2}\\right)", "\\tanh^{-1} x",
        "\\operatorname{softmax}(z)_i",
        "\\left\\{ x \\mid x > 0 \\right.", "\\left. \\frac{df}{dx} \\right|_{x=0}",
        "\\bigl( x \\bigr)",
        "\\left( a \\middle| b \\right)", "\\lfloor x \\rfloor", "\\langle x, y \\rangle", "|x|",
        "\\mathbf{W}^\\top \\mathbf{x}", "\\boldsymbol{\\theta}", "\\mathbb{R}^{n \\times d}",
        "\\mathbb{E}[X]",
        "\\mathcal{N}(\\mu, \\sigma^2)", "\\mathcal{L}", "\\mathrm{d}x", "\\mathrm{ReLU}(x)",
        "\\mathit{loss}", "\\mathfrak{g}",
        "\\hat{y}", "\\bar x", "\\tilde{\\mathbf h}", "\\vec{v}", "\\dot x \\ddot x",
        "\\widehat{xyz}", "\\overline{AB}",
        "\\underbrace{a+b}_{\\text{sum}}", "\\overset{!}{=}", "\\underset{x}{\\min}",
        "\\stackrel{\\text{def}}{=}",
        "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
        "\\begin{bmatrix} 1 \\\\ 0 \\end{bmatrix}",
        "f(x) = \\begin{cases} x & \\text{if } x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}",
        "\\begin{aligned} a &= b \\\\ &= c \\end{aligned}",
        "\\begin{array}{lr} a & b \\\\ \\hline c & d \\end{array}",
        "a &= b \\\\ &= c", "\\begin{align*} a &= b \\end{align*}", "\\binom{n}{k}",
        "\\partial_t \\nabla \\infty", "a \\cdot b \\times c \\odot d \\otimes e",
        "x \\in A, y \\notin B",
        "a \\sim b \\approx c \\le d \\ge e \\ne f", "x \\leftarrow y \\Rightarrow z \\mapsto w",
        "a := b", "\\forall x \\exists y",
        "a\\,b\\;c\\quad d\\!e~f", "\\text{if $x$ is even}", "\\pmod{n}", "\\not\\in", "\\tag{3}",
        "1, \\dots, n", "1 + \\cdots + n",
        "10{,}000", "a < b > c \\& d", "p(y \\mid x)", "p(y|x)", "\\displaystyle\\sum_i x_i",
        "\\int\\limits_0^1", "\\sum\\nolimits_i",
        "\\phantom{x}y", "学习率 = \\eta", "n!", "x^{*}", "x \\foo y", "\\foo{x}_1",
        "\\substack{a \\\\ b}", "W^{(\\ell)}", "\\KL(p \\| q)",
    ]

    @Test("formulas are recorded")
    func recorded() throws {
        let lines = Self.formulas.map { tex in
            let all = mathML(tex, isDisplay: false)
            // The frame around every formula is left out.
            let start = all.firstRange(of: "<semantics><mrow>")?.upperBound ?? all.startIndex
            let end = all.firstRange(of: "</mrow><annotation")?.lowerBound ?? all.endIndex
            return "\(tex)\n    \(all[start..<end])\n"
        }
        try expectSnapshot(lines.joined(), "maths.txt")
    }

    @Test("every formula is understood, but for the unknown commands", arguments: formulas)
    func understood(tex: String) {
        let html = mathML(tex, isDisplay: true)
        let isUnknown = tex.contains("\\foo") || tex.contains("\\KL")
        #expect(html.contains("tex-source") == isUnknown)
        #expect(isWellFormed(html))
    }

    @Test("an unknown command shows as it was written, the rest is set")
    func unknown() {
        let html = mathML("x \\foo y", isDisplay: false)
        #expect(html.contains("<mi>x</mi><mtext class=\"tex-source\">\\foo</mtext><mi>y</mi>"))
    }

    @Test(
        "a formula with a broken structure is shown as source",
        arguments: [
            "{", "}", "\\frac{a}", "\\left( x", "\\right)", "x^", "_", "^",
            "\\begin{foo} x \\end{foo}",
            "\\begin{pmatrix} a \\end{bmatrix}", "\\sqrt[3", "\\text{a", "x^^2", "\\begin{pmatrix}",
            "\\left", "\\hat",
        ])
    func broken(tex: String) {
        let html = mathML(tex, isDisplay: false)
        let source = escapedHTML("$\(tex)$")
        #expect(html == "<code class=\"tex-source\">\(source)</code>")
    }

    @Test(
        "nesting without end is shown as source",
        arguments: [
            "{", "\\sqrt{", "x^{", "\\left(", "\\sqrt", "\\not", "\\text{$", "\\begin{pmatrix}",
            "\\hat",
            "\\sqrt[", "\\displaystyle{",
        ])
    func deep(piece: String) {
        let html = mathML(String(repeating: piece, count: 20_000) + "x", isDisplay: true)
        #expect(html.hasPrefix("<code class=\"tex-source\">"))
    }

    @Test("any soup of TeX gives well-formed MathML", arguments: 0..<400)
    func soup(seed: UInt64) {
        let pieces = [
            "{", "}", "^", "_", "&", "\\\\", "x", "2", ".", "'", "\\left(", "\\right)", "\\frac",
            "\\sqrt",
            "[", "]", "\\begin{cases}", "\\end{cases}", "\\text{a<b}", "\\mathbf", "\\alpha",
            "\\sum", " ",
            "\\big", "\\not", "=", "-", "\\foo", "\\", "$", "学", "<", "\0", "\\operatorname{f}",
            "\\hat",
            "\\limits", "\\displaystyle", "\\tag{1}", "\\middle|",
        ]
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...14, using: &generator)
        let tex = (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)]
        }
        #expect(isWellFormed(mathML(tex.joined(), isDisplay: seed.isMultiple(of: 2))), "\(tex)")
    }
}

/// Whether the elements of a piece of XML or of HTML without void elements are nested rightly, and
/// nothing stands in it that would have to be escaped.
func isWellFormed(_ text: String) -> Bool {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
        guard let end = rest[start...].firstIndex(of: ">") else { return false }
        let tag = rest[rest.index(after: start)..<end]
        rest = rest[rest.index(after: end)...]
        if tag.hasPrefix("!") || tag.hasSuffix("/") { continue }
        let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
        guard !name.isEmpty else { return false }
        if ["br", "img", "input", "hr", "meta"].contains(name) { continue }
        if !tag.hasPrefix("/") {
            open.append(name)
        } else if open.popLast() != name {
            return false
        }
    }
    return open.isEmpty && !rest.contains(">")
}
