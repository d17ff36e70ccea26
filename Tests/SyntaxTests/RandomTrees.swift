import Diagnostics
import Syntax

/// A repeatable source of random numbers. Source: "SplitMix64", Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct RepeatableGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Makes random programs: every tree that the parser can give without a message.
struct RandomTrees {
    var generator: RepeatableGenerator
    private let span = Span(SourceText(name: "random", text: ""), 0, 0)
    private var depth = 0

    init(seed: UInt64) { generator = RepeatableGenerator(seed: seed) }

    mutating func program() -> Program {
        let items = many(0...5) { $0.item(isTopLevel: true) }
        return Program(source: span.source, items: items)
    }

    // MARK: Choices

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    private mutating func coin() -> Bool { number(0...1) == 0 }

    private mutating func many<Item>(
        _ count: ClosedRange<Int>, _ item: (inout RandomTrees) -> Item
    ) -> [Item] {
        let count = number(count)
        return (0..<count).map { _ in item(&self) }
    }

    private mutating func maybe<Item>(_ item: (inout RandomTrees) -> Item) -> Item? {
        coin() ? item(&self) : nil
    }

    private mutating func pick<Item>(_ items: [Item]) -> Item { items[number(0...items.count - 1)] }

    /// Names that are special somewhere among them.
    private mutating func word() -> String {
        pick([
            "x", "y", "学习率", "state", "model", "optimizer", "param", "slot", "dims", "forward",
            "update", "by", "as", "lambda", "class", "with", "is", "f", "_a1", "elif", "inf",
            "e\u{301}",
        ])
    }

    private mutating func name() -> Name { Name(word(), span) }

    private mutating func label(_ index: Int) -> Name {
        Name(pick(["in", "if", "lr", "let", "model"]) + (index == 0 ? "" : "\(index)"), span)
    }

    /// Different names, so that nothing is defined twice.
    private mutating func fresh(_ index: Int) -> Name { Name("\(word())_\(index)", span) }

    // MARK: Statements

    private mutating func item(isTopLevel: Bool) -> Statement {
        depth += 1
        defer { depth -= 1 }
        return Statement(itemKind(isTopLevel: isTopLevel), span)
    }

    private mutating func itemKind(isTopLevel: Bool) -> Statement.Kind {
        switch number(0...(isTopLevel ? 15 : 14)) {
        case 0: return .function(function("f"))
        case 1 where depth < 4: return .model(model())
        case 2 where depth < 4: return .optimizer(optimizer())
        case 3: return .assignment(target(), pick(AssignmentOperator.allCases), expression())
        case 4: return .dims([fresh(0), fresh(1)])
        case 5: return .forLoop(pattern(), expression(), block())
        case 6: return .whileLoop(expression(), block())
        case 7: return pick([.breakLoop, .continueLoop])
        case 8: return .returnValue(maybe { $0.expression() })
        case 9: return .assertion(expression(), maybe { $0.expression() })
        case 10, 11:
            let annotation = maybe { $0.annotation() }
            return .binding(isVariable: coin(), pattern(), annotation, expression())
        case 15:
            let source: Import.Source = coin() ? .name("nlp") : .path("a \"b\".dl")
            return .importModule(
                Import(source: source, sourceSpan: span, alias: maybe { $0.name() }))
        default: return .expression(expression(), isDiscarded: coin())
        }
    }

    private mutating func block() -> Block {
        Block(items: depth > 5 ? [] : many(0...3) { $0.item(isTopLevel: false) }, span: span)
    }

    private var patternCount = 0

    private mutating func pattern() -> Pattern {
        patternCount += 1
        switch number(0...4) {
        case 0: return Pattern(.wildcard, span)
        case 1 where depth < 6:
            depth += 1
            defer { depth -= 1 }
            return Pattern(.tuple(many(2...3) { $0.pattern() }), span)
        default: return Pattern(.name(fresh(patternCount).text), span)
        }
    }

    private mutating func target() -> Target {
        if number(0...4) == 0 {
            return Target(
                .tuple([Target(.place(name(), []), span), Target(.place(name(), []), span)]), span)
        }
        let accessors = many(0...2) { random -> Target.Accessor in
            random.coin()
                ? .member(random.label(0))
                : .index(random.many(1...2) { $0.subscriptElement() }, random.span)
        }
        return Target(.place(name(), accessors), span)
    }

    // MARK: Declarations

    private mutating func annotation() -> Annotation {
        coin() ? .shape(shape()) : .signature(inputs: many(1...2) { $0.shape() }, outputs: shapes())
    }

    private mutating func shapes() -> Shapes {
        coin() ? .one(shape()) : .several(many(1...2) { $0.shape() })
    }

    private mutating func shape() -> ShapePattern {
        var hasRest = false
        let dimensions = many(0...3) { random -> DimensionPattern in
            var choice = random.number(0...5)
            if choice == 5, hasRest { choice = 0 }
            hasRest = hasRest || choice == 5
            return DimensionPattern(random.dimension(choice), random.span)
        }
        return ShapePattern(dimensions: dimensions, span: span)
    }

    private mutating func dimension(_ choice: Int) -> DimensionPattern.Kind {
        switch choice {
        case 0: .literal(number(0...99))
        case 1: .name(word())
        case 2: .sized(word(), number(0...9))
        case 3: .expression(expression())
        case 4: .wildcard
        default: .rest(maybe { $0.word() })
        }
    }

    private mutating func parameters() -> [Parameter] {
        (0..<number(0...2)).map { index in
            let shape = maybe { $0.shape() }
            return Parameter(
                name: fresh(index), shape: shape, defaultValue: maybe { $0.expression() })
        }
    }

    private mutating func function(_ name: String) -> FunctionDeclaration {
        let parameters = parameters()
        let result = maybe { $0.shapes() }
        return FunctionDeclaration(
            name: Name(name, span), parameters: parameters, result: result, body: block(),
            documentation: documentation())
    }

    private mutating func documentation() -> String? {
        pick([nil, "One line.", "Two\n  lines, # and a mark", "\n"])
    }

    private mutating func model() -> ModelDeclaration {
        depth += 1
        defer { depth -= 1 }
        var members = (0..<number(0...3)).map { index in
            let name = fresh(index)
            let condition = maybe { $0.expression() }
            let value = expression()
            let kinds: [ModelDeclaration.Member.Kind] = [
                .parameter(name, shape(), value), .state(name, shape(), value), .part(name, value),
            ]
            return ModelDeclaration.Member(pick(kinds), condition: condition, span: span)
        }
        if coin() {
            members.append(.init(.method(function("encode")), condition: nil, span: span))
        }
        if coin() {
            members.append(.init(.forward(function("forward")), condition: nil, span: span))
        }
        return ModelDeclaration(
            name: name(), parameters: parameters(), members: members, documentation: documentation()
        )
    }

    private mutating func optimizer() -> OptimizerDeclaration {
        depth += 1
        defer { depth -= 1 }
        let slots = (0..<number(0...2)).map { index in
            OptimizerDeclaration.Slot(name: fresh(index), initializer: expression())
        }
        let functions = maybe { $0.function("half") }.map { [$0] } ?? []
        return OptimizerDeclaration(
            name: name(), parameters: parameters(), slots: slots, functions: functions,
            update: function("update"), documentation: documentation())
    }

    // MARK: Expressions

    mutating func expression() -> Expression {
        depth += 1
        defer { depth -= 1 }
        return Expression(depth > 6 ? leaf() : kind(), span)
    }

    private mutating func leaf() -> Expression.Kind {
        switch number(0...7) {
        case 0: return .integer(pick([0, 7, .max, .min]))
        case 1:
            return .float(
                pick([0.0, 0.1, 1e-5, 1e16, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 3.0]))
        case 2: return .boolean(coin())
        case 3: return .none
        case 4: return .string(pick([[], [.text("a \"q\" \\ {x} \n\t\r 中 # '")]]))
        default: return .name(word())
        }
    }

    private mutating func kind() -> Expression.Kind {
        switch number(0...17) {
        case 0, 1, 2, 3:
            return .binary(
                pick(BinaryOperator.allCases), expression(), expression(), operatorSpan: span)
        case 4: return .unary(pick(UnaryOperator.allCases), expression())
        case 5:
            return .range(
                expression(), expression(), isClosed: coin(), step: maybe { $0.expression() })
        case 6, 7: return call()
        case 8: return .index(expression(), many(1...3) { $0.subscriptElement() })
        case 9: return .member(expression(), label(0))
        case 10: return .tuple(many(2...3) { $0.expression() })
        case 11:
            return .record(
                (0..<number(1...3)).map { RecordField(label: label($0), value: expression()) })
        case 12: return .list(many(0...3) { $0.expression() })
        case 13:
            return .dictionary(
                (0..<number(0...3)).map { index in
                    let key = Expression(.string([.text("k\(index)")]), span)
                    return DictionaryEntry(key: key, value: expression())
                })
        case 14: return .lambda(many(0...2) { $0.pattern() }, body())
        case 15: return conditional()
        case 16: return .attempt(body(), fallback: body())
        default: return string()
        }
    }

    private mutating func body() -> LambdaBody {
        coin() ? .block(block()) : .expression(expression())
    }

    private mutating func conditional() -> Expression.Kind {
        let branches = many(1...2) { random in
            ConditionalBranch(condition: random.expression(), body: random.block())
        }
        return .conditional(branches, otherwise: maybe { $0.block() })
    }

    private mutating func call() -> Expression.Kind {
        let positional = many(0...2) { Argument(label: nil, value: $0.expression()) }
        let labelled = (0..<number(0...2)).map { Argument(label: label($0), value: expression()) }
        return .call(expression(), positional + labelled, trailingBlock: maybe { $0.block() })
    }

    private mutating func subscriptElement() -> Subscript {
        switch number(0...3) {
        case 0: return .ellipsis(span)
        case 1:
            let bounds = (maybe { $0.expression() }, maybe { $0.expression() })
            return .slice(bounds.0, bounds.1, maybe { $0.expression() }, span)
        default: return .index(expression())
        }
    }

    private mutating func string() -> Expression.Kind {
        var format = FormatSpecification(span: span)
        format.alignment = pick([nil, .left, .center])
        if format.alignment != nil { format.fill = pick([" ", "*", "中"]) }
        format.showsPlus = coin()
        format.padsWithZeros = coin()
        format.width = pick([nil, 12])
        format.groupsThousands = coin()
        format.digits = pick([nil, 3])
        format.type = pick(["s", "f", "%"])
        return .string([
            .interpolation(expression(), coin() ? format : nil), .text("{ \"a\" }"),
            .interpolation(expression(), nil),
        ])
    }
}
