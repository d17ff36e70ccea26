import Diagnostics

/// Literals, names and what stands in brackets.
extension Parser {
    ///     primary = int | float | string | "true" | "false" | "nil" | name | "(" expr ")"
    ///             | "(" expr,… ")" | "(" (label ":" expr),… ")"
    ///             | "[" [expr,…] "]" | "[" (expr ":" expr),… "]" | "[" ":" "]"
    mutating func primary() -> Expression {
        let start = position
        switch current.kind {
        case .integer:
            let place = span(current)
            return Expression(integer().map { .integer($0) } ?? .missing, place)
        case .float:
            return Expression(float(), span(from: start))
        case .stringStart:
            return string()
        case .foreignString:
            return foreignString()
        case .keyword(.true), .keyword(.false):
            return Expression(.boolean(advance().keyword == .true), span(from: start))
        case .keyword(.nil):
            advance()
            return Expression(.none, span(from: start))
        case .name:
            return nameOrForeign()
        case .symbol(.leftParenthesis):
            return startsLambda ? operand() : parenthesised()
        case .symbol(.leftBracket):
            return bracketed()
        default:
            return unexpected()
        }
    }

    private mutating func nameOrForeign() -> Expression {
        if startsLambda { return operand() }
        if let foreign = pythonName() { return foreign }
        let name = takeWord()
        return Expression(.name(name.text), name.span)
    }

    /// `if`, `try` or a lambda where only an operand may stand: it should be in parentheses.
    mutating func operand() -> Expression {
        let start = position
        let what = at(.if) ? "if" : at(.try) ? "try" : "=>"
        report(SyntaxDiagnostics.operandParentheses(what, span(current)))
        let value = expression()
        return Expression(value.kind, span(from: start))
    }

    /// What begins no expression. Closing brackets and line ends are left to those who wait for
    /// them.
    private mutating func unexpected() -> Expression {
        let place = span(current)
        if at(.if) || at(.try) { return operand() }
        if at(.leftBrace) { return strayBrace() }
        if at(.func), token(1).kind == .symbol(.leftParenthesis) { return namelessFunction() }
        if at(.dot), let number = leadingPoint() { return number }
        if let infix = Infix(at: self) {
            let isFirst = [.leftParenthesis, .leftBracket, .comma].contains(previous?.symbol)
            let isSpread = isFirst && (at(.times) || at(.doubleStar))
            report(
                isSpread
                    ? context.isInList
                        ? SyntaxDiagnostics.listSpread(infix.text, place)
                        : SyntaxDiagnostics.spread(infix.text, place)
                    : SyntaxDiagnostics.operatorWithoutLeft(infix.text, place))
            for _ in 0..<infix.tokenCount { advance() }
            return current.startsOperand ? nested(missing(place)) { $0.unary() } : missing(place)
        }
        reportExpected("an expression")
        return missing(current.kind == .newline ? spanAfterPrevious : place)
    }

    /// `func (x) { … }`
    private mutating func namelessFunction() -> Expression {
        let start = position
        let sign = span(advance())
        let parameters = span(current)
        skipToken()
        let written = short(parameters.union(spanAfterPrevious)) + " => …"
        report(SyntaxDiagnostics.lambda(written, sign), at: start)
        if at(.leftBrace) { skipToken() }
        return missing(span(from: start))
    }

    // MARK: Numbers

    /// The value of an integer literal, or `nil`, reported, if it has none.
    mutating func integer() -> Int? {
        let token = advance()
        let digits = text(token).filter { $0 != "_" }
        let isHexadecimal = digits.hasPrefix("0x") || digits.hasPrefix("0X")
        let value = isHexadecimal ? Int(digits.dropFirst(2), radix: 16) : Int(digits)
        let isNumber = digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if value == nil, isHexadecimal && digits.utf8.count > 2 || isNumber {
            reportMeaning(SyntaxDiagnostics.largeInteger(digits, span(token)))
        }
        return value
    }

    private mutating func float() -> Expression.Kind {
        let token = advance()
        let digits = text(token).filter { $0 != "_" }
        guard let value = Double(digits) else { return .missing }  // the lexer said why
        if value.isInfinite { reportMeaning(SyntaxDiagnostics.largeFloat(span(token))) }
        return .float(value)
    }

    /// `.5`
    private mutating func leadingPoint() -> Expression? {
        guard token(1).kind == .integer || token(1).kind == .float, token(1).start == current.end
        else { return nil }
        let start = position
        advance()
        let number = advance()
        let digits = text(number).filter { $0 != "_" }
        let place = span(from: start)
        reportMeaning(SyntaxDiagnostics.leadingPoint(digits, place))
        return Expression(Double("0." + digits).map { .float($0) } ?? .missing, place)
    }

    // MARK: Brackets

    /// An expression in parentheses, a tuple or a record.
    private mutating func parenthesised() -> Expression {
        let start = position
        let entries = list(closing: .rightParenthesis) { $0.recordEntry() }
        let all = span(from: start)
        let labels = entries.compactMap(\.label)
        if entries.isEmpty {
            reportMeaning(SyntaxDiagnostics.emptyParentheses(all))
            return missing(all)
        }
        if labels.isEmpty {
            // `(a)` is `a`.
            if entries.count == 1 { return Expression(entries[0].value.kind, all) }
            return Expression(.tuple(entries.map(\.value)), all)
        }
        if labels.count < entries.count {
            let bare = entries.first { $0.label == nil }?.value.span ?? all
            reportMeaning(SyntaxDiagnostics.mixedLabels(bare, labelled: labels[0].span))
        }
        reportDuplicateLabels(labels)
        let fields = entries.map { entry in
            RecordField(label: entry.label ?? Name("", entry.value.span), value: entry.value)
        }
        return Expression(.record(fields), all)
    }

    private mutating func recordEntry() -> Argument {
        guard current.isWord, token(1).kind == .symbol(.colon) else {
            return Argument(label: nil, value: recordValue())
        }
        let label = takeWord()
        advance()
        return Argument(label: label, value: expression())
    }

    /// A value in parentheses; `(a = 1)` is reported.
    private mutating func recordValue() -> Expression {
        let value = expression()
        if at(.assign) {
            report(SyntaxDiagnostics.assignmentInExpression(short(value.span), span(current)))
            advance()
            _ = expression()
        }
        return value
    }

    /// A list or a dict.
    private mutating func bracketed() -> Expression {
        let start = position
        if token(1).kind == .symbol(.colon), token(2).kind == .symbol(.rightBracket) {
            for _ in 0..<3 { advance() }
            return Expression(.dictionary([]), span(from: start))
        }
        if let comprehension = dictionaryComprehension() { return comprehension }
        let entries = list(closing: .rightBracket) { parser in
            let key = parser.expression()
            let value = parser.accept(.colon) == nil ? nil : parser.expression()
            return (key: key, value: value)
        }
        let all = span(from: start)
        let pairs = entries.compactMap { entry in
            entry.value.map { DictionaryEntry(key: entry.key, value: $0) }
        }
        if pairs.isEmpty { return Expression(.list(entries.map(\.key)), all) }
        if pairs.count < entries.count, let bare = entries.first(where: { $0.value == nil }) {
            reportMeaning(SyntaxDiagnostics.mixedKeys(bare.key.span, keyed: pairs[0].key.span))
        }
        reportDuplicateKeys(pairs)
        return Expression(.dictionary(pairs), all)
    }

    private mutating func reportDuplicateKeys(_ entries: [DictionaryEntry]) {
        var seen: [String: Span] = [:]
        for key in entries.map(\.key) where key.isConstant {
            let text = Dump.text(of: key)
            if let first = seen[text] {
                reportMeaning(
                    SyntaxDiagnostics.duplicateKey(short(key.span), key.span, first: first))
            } else {
                seen[text] = key.span
            }
        }
    }
}

extension Expression {
    /// A literal, or a tuple of literals, so that its text tells its value.
    fileprivate var isConstant: Bool {
        switch kind {
        case .integer, .float, .boolean: return true
        case .string(let parts):
            return parts.allSatisfy { if case .text = $0 { true } else { false } }
        case .tuple(let parts): return parts.allSatisfy(\.isConstant)
        default: return false
        }
    }
}
