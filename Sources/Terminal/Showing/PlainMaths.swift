/// TeX as plain text for a terminal: `\eta\,\hat m / \sqrt{v}` becomes `η m̂ / √v`.
///
/// Covers what documentation uses; what it does not know stays as it is written.
enum PlainMaths {
    static func text(_ tex: String) -> String {
        var reader = Reader(rest: Array(tex)[...])
        return reader.sequence(until: nil)
            .split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }

    private static let symbols: [String: String] = [
        "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε",
        "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ",
        "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
        "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ",
        "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ",
        "Omega": "Ω", "sum": "∑", "prod": "∏", "int": "∫", "partial": "∂", "nabla": "∇",
        "infty": "∞", "leftarrow": " ← ", "gets": " ← ", "rightarrow": " → ", "to": " → ",
        "mapsto": " ↦ ", "cdot": "·", "times": " × ", "odot": " ⊙ ", "pm": " ± ", "le": " ≤ ",
        "leq": " ≤ ", "ge": " ≥ ", "geq": " ≥ ", "ne": " ≠ ", "neq": " ≠ ", "approx": " ≈ ",
        "sim": " ~ ", "in": " ∈ ", "propto": " ∝ ", "ldots": "…", "cdots": "⋯", "dots": "…",
        "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "lVert": "‖", "rVert": "‖",
        "Vert": "‖", "|": "‖", "lvert": "|", "rvert": "|", "mid": " | ", "top": "ᵀ",
        "quad": "  ", "qquad": "    ", ",": " ", ";": " ", ":": " ", "!": "", " ": " ",
        "{": "{", "}": "}", "%": "%", "_": "_", "&": "&", "#": "#", "\\": " ",
        "left": "", "right": "", "big": "", "Big": "", "bigl": "", "bigr": "", "limits": "",
        "ell": "ℓ", "circ": "∘", "star": "⋆", "ast": "∗", "prime": "′", "forall": "∀",
    ]
    private static let accents: [String: String] = [
        "hat": "\u{302}", "bar": "\u{304}", "tilde": "\u{303}", "dot": "\u{307}",
        "vec": "\u{20D7}", "widehat": "\u{302}", "overline": "\u{305}",
    ]
    /// Commands whose argument is shown as it is.
    private static let wrappers: Set<String> = [
        "text", "mathrm", "mathbf", "mathcal", "mathbb", "operatorname", "boldsymbol", "mathit",
    ]
    private static let superscripts: [Character: Character] = [
        "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
        "8": "⁸", "9": "⁹", "+": "⁺", "-": "⁻", "(": "⁽", ")": "⁾", "n": "ⁿ", "i": "ⁱ",
        "t": "ᵗ", "x": "ˣ", "k": "ᵏ", "T": "ᵀ", "p": "ᵖ", "ᵀ": "ᵀ",
    ]
    private static let subscripts: [Character: Character] = [
        "0": "₀", "1": "₁", "2": "₂", "3": "₃", "4": "₄", "5": "₅", "6": "₆", "7": "₇",
        "8": "₈", "9": "₉", "+": "₊", "-": "₋", "(": "₍", ")": "₎", "i": "ᵢ", "j": "ⱼ",
        "k": "ₖ", "n": "ₙ", "m": "ₘ", "t": "ₜ", "x": "ₓ", "a": "ₐ", "e": "ₑ", "o": "ₒ",
        "p": "ₚ", "s": "ₛ", "l": "ₗ", "r": "ᵣ", "u": "ᵤ", "v": "ᵥ",
    ]

    private struct Reader {
        /// Deeper nesting is shown without a change; documentation never has it.
        private static let deepest = 50
        var rest: ArraySlice<Character>
        private var depth = 0

        init(rest: ArraySlice<Character>) { self.rest = rest }

        mutating func sequence(until end: Character?) -> String {
            var result = ""
            while let next = rest.first {
                rest.removeFirst()
                if next == end { return result }
                result += item(next)
            }
            return result
        }

        private mutating func item(_ character: Character) -> String {
            switch character {
            case "\\": return command()
            case "{": return deeper { $0.sequence(until: "}") }
            case "^": return script(argument(), PlainMaths.superscripts, "^")
            case "_": return script(argument(), PlainMaths.subscripts, "_")
            case "-": return "−"
            case "~": return " "
            default: return String(character)
            }
        }

        private mutating func deeper(_ body: (inout Reader) -> String) -> String {
            guard depth < Self.deepest else { return "" }
            depth += 1
            defer { depth -= 1 }
            return body(&self)
        }

        private mutating func argument() -> String {
            while rest.first == " " { rest.removeFirst() }
            guard let next = rest.popFirst() else { return "" }
            return deeper { $0.item(next) }
        }

        private mutating func command() -> String {
            guard let first = rest.first else { return "\\" }
            var name = String(first)
            rest.removeFirst()
            if first.isLetter {
                while let next = rest.first, next.isLetter, next.isASCII {
                    name.append(next)
                    rest.removeFirst()
                }
            }
            if let symbol = PlainMaths.symbols[name] { return symbol }
            if let accent = PlainMaths.accents[name] {
                let base = argument()
                return base.count == 1 ? base + accent : "(\(base))" + accent
            }
            if PlainMaths.wrappers.contains(name) { return argument() }
            switch name {
            case "frac", "tfrac", "dfrac": return "\(grouped(argument()))/\(grouped(argument()))"
            case "sqrt": return "√" + grouped(argument())
            default: return (first.isLetter ? name : "\\" + name) + (rest.first == " " ? " " : "")
            }
        }

        private func grouped(_ text: String) -> String {
            let isOne = text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." }
            return isOne ? text : "(\(text))"
        }

        private func script(
            _ text: String, _ table: [Character: Character], _ mark: String
        ) -> String {
            if text.isEmpty { return mark }
            let plain = text.replacing("−", with: "-").filter { $0 != " " }
            let small = plain.compactMap { table[$0] }
            if small.count == plain.count, plain.count <= 6 { return String(small) }
            return mark + grouped(text)
        }
    }
}
