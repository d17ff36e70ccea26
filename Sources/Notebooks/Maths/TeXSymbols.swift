/// The commands of TeX that stand for one symbol, and characters with a meaning.
enum TeXSymbols {
    /// What a command stands for, by its name.
    static let commands: [String: MathAtom] = {
        var result: [String: MathAtom] = [:]
        for (kind, names) in all {
            let words = names.split(whereSeparator: \.isWhitespace)
            for index in stride(from: 0, to: words.count - 1, by: 2) {
                result[String(words[index])] = MathAtom(String(words[index + 1]), kind)
            }
        }
        for name in functions { result[name] = MathAtom(name, .function) }
        for (name, text) in limitFunctions { result[name] = MathAtom(text, .large) }
        return result
    }()

    /// What a character means that is no letter or digit.
    static let characters: [Character: MathAtom] = {
        var result: [Character: MathAtom] = [:]
        // Several commands may give one character (`⊥`): the relation wins, else the first name.
        for (_, atom) in commands.sorted(by: { $0.key < $1.key }) where atom.text.count == 1 {
            guard let character = atom.text.first else { continue }
            if result[character] == nil || atom.kind == .relation { result[character] = atom }
        }
        let plain: [(String, MathAtom.Class)] = [
            ("=<>", .relation), ("+", .binary), ("([", .opening), (")]!", .closing),
            (",;", .punctuation), ("/|‖.?@\"&#%$\\", .tight),
        ]
        for (text, kind) in plain {
            for character in text { result[character] = MathAtom(String(character), kind) }
        }
        result["-"] = MathAtom("−", .binary)
        result["−"] = MathAtom("−", .binary)
        result["*"] = MathAtom("∗", .binary)
        result[":"] = MathAtom(":", .relation)
        return result
    }()

    /// Names set upright with a little space: `\log x`.
    static let functions = [
        "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "dim",
        "exp", "hom", "ker", "lg", "ln", "log", "sec", "sin", "sinh", "tan", "tanh",
    ]

    /// Functions whose scripts go below them in displays.
    static let limitFunctions = [
        "det": "det", "gcd": "gcd", "inf": "inf", "lim": "lim", "liminf": "lim\u{2009}inf",
        "limsup": "lim\u{2009}sup", "max": "max", "min": "min", "Pr": "Pr", "sup": "sup",
        "argmax": "arg\u{2009}max", "argmin": "arg\u{2009}min",
    ]

    /// Delimiters that may follow `\left`, `\right`, `\middle` and `\big`.
    static let delimiters: [String: String] = [
        "(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "/": "/", "<": "⟨", ">": "⟩",
        "\\{": "{", "\\}": "}", "\\lbrace": "{", "\\rbrace": "}", "\\lbrack": "[", "\\rbrack": "]",
        "\\|": "‖", "\\vert": "|", "\\Vert": "‖", "\\lvert": "|", "\\rvert": "|", "\\lVert": "‖",
        "\\rVert": "‖", "\\langle": "⟨", "\\rangle": "⟩", "\\lfloor": "⌊", "\\rfloor": "⌋",
        "\\lceil": "⌈", "\\rceil": "⌉", "\\uparrow": "↑", "\\downarrow": "↓",
        "\\updownarrow": "↕", "\\backslash": "\\",
    ]

    /// The mark, whether it stretches over its base, and whether it goes below.
    static let accents: [String: (mark: String, isStretchy: Bool, isBelow: Bool)] = [
        "hat": ("^", false, false), "widehat": ("^", true, false), "check": ("ˇ", false, false),
        "bar": ("¯", false, false), "overline": ("‾", true, false), "tilde": ("˜", false, false),
        "widetilde": ("˜", true, false), "vec": ("→", false, false), "dot": ("˙", false, false),
        "ddot": ("¨", false, false), "breve": ("˘", false, false), "acute": ("´", false, false),
        "grave": ("`", false, false), "mathring": ("˚", false, false),
        "underline": ("_", true, true), "overbrace": ("⏞", true, false),
        "underbrace": ("⏟", true, true), "overrightarrow": ("→", true, false),
        "overleftarrow": ("←", true, false),
    ]

    /// Horizontal spaces in em.
    static let spaces: [String: Double] = [
        ",": 1 / 6, "thinspace": 1 / 6, ":": 4 / 18, ">": 4 / 18, "medspace": 4 / 18,
        ";": 5 / 18, "thickspace": 5 / 18, "!": -1 / 6, "negthinspace": -1 / 6, " ": 1 / 3,
        "enspace": 0.5, "quad": 1, "qquad": 2,
    ]

    private static let all: [(MathAtom.Class, String)] = [
        (
            .letter,
            """
            alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ
            iota ι kappa κ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ
            varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω
            """
        ),
        (
            .upright,
            """
            Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
            infty ∞ partial ∂ nabla ∇ forall ∀ exists ∃ nexists ∄ emptyset ∅ varnothing ∅ hbar ℏ
            ell ℓ Re ℜ Im ℑ aleph ℵ wp ℘ top ⊤ bot ⊥ angle ∠ triangle △ neg ¬ lnot ¬ prime ′
            dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ degree ° checkmark ✓ square □
            blacksquare ■ clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠ flat ♭
            sharp ♯ complement ∁
            imath ı jmath ȷ
            """
        ),
        (
            .binary,
            """
            pm ± mp ∓ times × div ÷ cdot ⋅ ast ∗ star ⋆ circ ∘ bullet ∙ oplus ⊕ ominus ⊖ otimes ⊗
            odot ⊙ oslash ⊘ wedge ∧ land ∧ vee ∨ lor ∨ cap ∩ cup ∪ setminus ∖ sqcup ⊔ sqcap ⊓
            uplus ⊎ dagger † ddagger ‡ diamond ⋄ ltimes ⋉ rtimes ⋊ boxplus ⊞ boxtimes ⊠
            """
        ),
        (
            .relation,
            """
            le ≤ leq ≤ leqslant ⩽ ge ≥ geq ≥ geqslant ⩾ ne ≠ neq ≠ lt < gt > equiv ≡ sim ∼ simeq ≃
            approx ≈ cong ≅ propto ∝ ll ≪ gg ≫ in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆
            supseteq ⊇ subsetneq ⊊ nsubseteq ⊈ mid ∣ nmid ∤ parallel ∥ perp ⊥ to → rightarrow →
            leftarrow ← gets ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔
            implies ⟹ impliedby ⟸ iff ⟺ mapsto ↦ longmapsto ⟼ longrightarrow ⟶ longleftarrow ⟵
            Longrightarrow ⟹ uparrow ↑ downarrow ↓ updownarrow ↕ nearrow ↗ searrow ↘ swarrow ↙
            nwarrow ↖ hookrightarrow ↪ hookleftarrow ↩ rightharpoonup ⇀ rightleftharpoons ⇌
            leadsto ⇝ rightsquigarrow ⇝ vdash ⊢ models ⊨ vDash ⊨ prec ≺ succ ≻ preceq ⪯ succeq ⪰
            doteq ≐ triangleq ≜ coloneqq ≔ eqqcolon ≕ asymp ≍ therefore ∴ because ∵ lesssim ≲
            gtrsim ≳ bowtie ⋈ colon :
            """
        ),
        (
            .large,
            """
            sum ∑ prod ∏ coprod ∐ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ bigvee ⋁
            bigwedge ⋀ biguplus ⨄ bigsqcup ⨆
            """
        ),
        (.integral, "int ∫ iint ∬ iiint ∭ oint ∮"),
        (
            .opening,
            "{ { lbrace { lbrack [ langle ⟨ lfloor ⌊ lceil ⌈ lvert | lVert ‖"
        ),
        (.closing, "} } rbrace } rbrack ] rangle ⟩ rfloor ⌋ rceil ⌉ rvert | rVert ‖"),
        (.tight, "| ‖ vert | Vert ‖ backslash \\ % % $ $ & & # # _ _"),
    ]
}
