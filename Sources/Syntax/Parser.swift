public import Diagnostics

/// Reads a text into a tree. Total: every text gives a tree and a list of diagnostics; where
/// something was not understood the tree holds `.missing`, and there is at least one diagnostic.
///
/// One function per production of `Grammar.txt`, which stands in its doc comment (a test compares
/// them). The functions read tokens that `Layout` has prepared: a newline that ends nothing is not
/// among them.
public struct Parser {
    /// What may follow an expression depends on where it stands.
    struct Context {
        /// A `{` after a call or a name is its last argument; not in the head of `if`, `for`,
        /// `while`.
        var allowsTrailingBlock = true
        /// An `if` after the expression belongs to a model's member.
        var allowsCondition = false
        /// Inside `(` or `[`.
        var isInBrackets = false
        /// A `for` after the expression belongs to what is around it.
        var leavesFor = false
        /// The innermost of them is `[`.
        var isInList = false
    }

    /// Levels of brackets, blocks, lambdas and prefix operators: with `longestChain` it bounds the
    /// depth of the tree, so that whatever walks it recursively is safe on a stack of 8 MB.
    static let deepestNesting = 200
    /// Operators, calls, indices and members applied to one operand after another.
    static let longestChain = 2_000
    /// More messages than this help nobody.
    static let mostDiagnostics = 100

    let source: SourceText
    let layout: Layout
    var position = 0
    var diagnostics: [Diagnostic]
    var context = Context()
    var depth = 0
    /// The longest path of chained operators in the expressions read so far inside the current
    /// chain.
    var links = 0
    /// Functions and models around the current place.
    var blockDepth = 0
    var modelDepth = 0
    /// Bodies written as in Python around the current place.
    var pythonDepth = 0
    /// The parameters and result read now are those of a `def`: one message says everything.
    var isInPythonHead = false
    /// It was said that braces of the string that is read are empty.
    var hasReportedEmptyBraces = false
    /// The innermost model, and whether it was said that its body has no `self`.
    var modelName = ""
    var hasReportedSelf = false
    /// A bracket is not closed up to the end of the text, so that no newline separates statements.
    var runsOn = false
    /// What was foreign, by places in the text, and how it is written here; inner ones come first.
    var corrections: [(span: Span, text: String)] = []
    /// The text nests too deeply: the rest is not read and no more is reported.
    private var hasGivenUp = false
    private var lastReported = -1

    /// Reads a program. Diagnostics come in the order of the text, at most 100 of them.
    /// - Complexity: O(length).
    public static func parse(
        _ source: SourceText
    ) -> (program: Program, diagnostics: [Diagnostic]) {
        var parser = Parser(source)
        let program = parser.program()
        let sorted = parser.diagnostics.enumerated().sorted { left, right in
            let (first, second) = (left.element.span?.start ?? 0, right.element.span?.start ?? 0)
            return (first, left.offset) < (second, right.offset)
        }
        return (program, sorted.prefix(mostDiagnostics).map(\.element))
    }

    init(_ source: SourceText) {
        self.source = source
        let (tokens, diagnostics) = Lexer.tokens(of: source)
        layout = Layout(tokens, of: source)
        self.diagnostics = diagnostics
    }

    private mutating func program() -> Program {
        var statements: [Statement] = []
        while current.kind != .end {
            statements += items()
            if current.kind != .end {
                report(SyntaxDiagnostics.unmatchedClose(text(current), span(current)))
                advance()
            }
        }
        return Program(source: source, items: statements)
    }

    // MARK: Tokens

    var current: Token { layout.tokens[position] }

    /// A token further on; `.end` past the end.
    func token(_ distance: Int) -> Token {
        layout.tokens[min(position + distance, layout.tokens.count - 1)]
    }

    var previous: Token? { position > 0 ? layout.tokens[position - 1] : nil }

    func text(_ token: Token) -> String {
        String(decoding: source.utf8[token.start..<token.end], as: UTF8.self)
    }

    func span(_ token: Token) -> Span { Span(source, token.start, token.end) }

    /// From the token at an index to the last one read.
    func span(from start: Int) -> Span {
        let first = layout.tokens[start]
        guard position > start else { return Span(source, first.start, first.start) }
        return Span(source, first.start, layout.tokens[position - 1].end)
    }

    /// The place directly after the last token.
    var spanAfterPrevious: Span {
        let end = previous?.end ?? 0
        return Span(source, end, end)
    }

    @discardableResult
    mutating func advance() -> Token {
        let token = current
        if token.kind != .end { position += 1 }
        return token
    }

    func at(_ symbol: Symbol) -> Bool { current.kind == .symbol(symbol) }

    func at(_ keyword: Keyword) -> Bool { current.kind == .keyword(keyword) }

    func atWord(_ word: String) -> Bool { isWord(current, word) }

    func isWord(_ token: Token, _ word: String) -> Bool {
        token.kind == .name
            && source.utf8[token.start..<token.end].elementsEqual(word.utf8)
    }

    mutating func accept(_ symbol: Symbol) -> Token? { at(symbol) ? advance() : nil }

    mutating func accept(_ keyword: Keyword) -> Token? { at(keyword) ? advance() : nil }

    /// The symbol, or a message that it is missing; nothing is skipped.
    @discardableResult
    mutating func expect(_ symbol: Symbol, _ purpose: String) -> Bool {
        if accept(symbol) != nil { return true }
        reportExpected("`\(symbol.rawValue)` \(purpose)")
        return false
    }

    mutating func name(_ purpose: String) -> Name {
        if current.kind == .name { return takeWord() }
        if let word = current.keyword, word != .in, word != .else {
            report(SyntaxDiagnostics.reservedWord(text(current), span(current)))
            return takeWord()
        }
        reportExpected(purpose)
        return Name("", spanAfterPrevious)
    }

    mutating func takeWord() -> Name {
        let token = advance()
        return Name(text(token), span(token))
    }

    // MARK: Messages

    /// Adds a message, unless it is the consequence of one before: at the same place, or directly
    /// after characters that were reported.
    mutating func report(_ diagnostic: Diagnostic) {
        guard !hasGivenUp, position != lastReported else { return }
        lastReported = position
        guard !layout.suspects.contains(position) else { return }
        diagnostics.append(diagnostic)
    }

    /// Adds a message about the token at an earlier index.
    mutating func report(_ diagnostic: Diagnostic, at place: Int) {
        let here = position
        position = place
        report(diagnostic)
        position = here
    }

    /// A message was given about a place from the token `start` on.
    func hasReported(since start: Int) -> Bool { lastReported >= start }

    /// Adds a message about something that was understood, so that it hides no other.
    mutating func reportMeaning(_ diagnostic: Diagnostic) {
        if !hasGivenUp { diagnostics.append(diagnostic) }
    }

    mutating func reportExpected(_ what: String) {
        let place = current.kind == .newline || current.kind == .end
        report(
            SyntaxDiagnostics.expected(
                what, found: description(current), place ? spanAfterPrevious : span(current)))
    }

    func description(_ token: Token) -> String {
        switch token.kind {
        case .newline: "the end of the line"
        case .end: "the end of the text"
        case .stringStart, .foreignString: "a string"
        case .stringEnd: "the end of the string"
        case .interpolationEnd: "the end of the interpolation"
        case .integer, .float: "the number \(text(token))"
        default: "`\(text(token))`"
        }
    }

    // MARK: Depth

    /// Runs `body` one level deeper; gives `fallback` and skips the rest of the text at the limit.
    mutating func nested<Result>(_ fallback: Result, _ body: (inout Parser) -> Result) -> Result {
        guard depth < Self.deepestNesting else {
            report(SyntaxDiagnostics.deepNesting(Self.deepestNesting, span(current)))
            giveUp()
            return fallback
        }
        depth += 1
        defer { depth -= 1 }
        return body(&self)
    }

    /// Counts one operator more in a chain; false if there are too many.
    mutating func addLink() -> Bool {
        guard links < Self.longestChain else {
            report(SyntaxDiagnostics.longChain(Self.longestChain, span(current)))
            giveUp()
            return false
        }
        links += 1
        return true
    }

    private mutating func giveUp() {
        hasGivenUp = true
        position = layout.tokens.count - 1
    }

    /// Runs `body` as a chain of its own; afterwards the longest path counts for what is around it.
    mutating func chain<Result>(_ body: (inout Parser) -> Result) -> Result {
        let outer = links
        links = 0
        let result = body(&self)
        links = max(outer, links)
        return result
    }

    mutating func with<Result>(_ inner: Context, _ body: (inout Parser) -> Result) -> Result {
        let outer = context
        context = inner
        defer { context = outer }
        return body(&self)
    }

    // MARK: Recovery

    /// Skips to the end of the statement: over whole brackets, to a newline, `;` or what closes the
    /// block around it.
    mutating func skipStatement() {
        while !endsStatement { skipToken() }
    }

    /// The current token, or everything to the partner of an opening bracket.
    mutating func skipToken() {
        let partner = layout.partners[position]
        if partner > position { position = partner }
        advance()
    }

    var endsStatement: Bool {
        switch current.kind {
        case .newline, .end, .symbol(.semicolon), .symbol(.rightBrace), .interpolationEnd,
            .stringEnd:
            true
        default: false
        }
    }
}
