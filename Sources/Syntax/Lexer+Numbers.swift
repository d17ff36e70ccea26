extension Lexer {
    /// `42`, `1_000`, `0xff`, `3.14`, `1e-3`. A point belongs to the number only if a digit follows
    /// it, so that `0..<10` and `2.sqrt()` are read as they look.
    mutating func number() {
        let start = position
        var kind = TokenKind.integer
        if bytes[position] == UInt8(ascii: "0"), (peek(1) ?? 0) | 0x20 == UInt8(ascii: "x"),
            isHexadecimal(peek(2))
        {
            position += 2
            while isHexadecimal(peek(0)) || peek(0) == UInt8(ascii: "_") { position += 1 }
        } else {
            skipDigits()
            if peek(0) == UInt8(ascii: "."), isDigit(peek(1)), !followsDot(start) {
                kind = .float
                position += 1
                skipDigits()
            }
            if skipExponent() { kind = .float }
        }
        let end = position
        skipNameCharacters()
        emit(kind, from: start)
        if position > end || bytes[position - 1] == UInt8(ascii: "_") {
            diagnostics.append(
                SyntaxDiagnostics.numberSuffix(span(start, position), digits: span(start, end)))
        }
    }

    /// `e-3`; false, and nothing skipped, if no digits follow the `e`.
    private mutating func skipExponent() -> Bool {
        guard (peek(0) ?? 0) | 0x20 == UInt8(ascii: "e") else { return false }
        let hasSign = peek(1) == UInt8(ascii: "-") || peek(1) == UInt8(ascii: "+")
        let digits = hasSign ? 2 : 1
        guard isDigit(peek(digits)) else { return false }
        position += digits
        skipDigits()
        return true
    }

    /// The number stands after a `.`, as in `t.0.1`, where a point is no part of it.
    private func followsDot(_ start: Int) -> Bool {
        guard let last = tokens.last else { return false }
        return last.kind == .symbol(.dot) && last.end == start
    }

    private mutating func skipDigits() {
        while isDigit(peek(0)) || peek(0) == UInt8(ascii: "_") { position += 1 }
    }

    func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private func isDigit(_ byte: UInt8?) -> Bool {
        byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    private func isHexadecimal(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
