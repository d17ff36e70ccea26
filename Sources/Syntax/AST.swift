public import Diagnostics

// The tree that the parser gives and everything else reads. Every node carries its span. The tree
// of a broken text holds `.missing` where something could not be understood.

/// A name and where it stands.
public struct Name: Hashable, Sendable {
    public var text: String
    public var span: Span

    public init(_ text: String, _ span: Span) {
        self.text = text
        self.span = span
    }
}

/// A parsed source text.
public struct Program: Sendable {
    public var source: SourceText
    public var items: [Statement]

    public init(source: SourceText, items: [Statement]) {
        self.source = source
        self.items = items
    }
}

/// A statement or a definition: `item` of the grammar.
public struct Statement: Sendable {
    public indirect enum Kind: Sendable {
        case function(FunctionDeclaration)
        case model(ModelDeclaration)
        case optimizer(OptimizerDeclaration)
        /// `let pattern: annotation = value`, or `var`.
        case binding(isVariable: Bool, Pattern, Annotation?, Expression)
        case assignment(Target, AssignmentOperator, Expression)
        case dims([Name])
        case forLoop(Pattern, Expression, Block)
        case whileLoop(Expression, Block)
        case breakLoop
        case continueLoop
        case returnValue(Expression?)
        case assertion(Expression, Expression?)
        case importModule(Import)
        /// An expression; `isDiscarded` if a `;` follows it, so that a cell does not show it.
        case expression(Expression, isDiscarded: Bool)
    }

    public var kind: Kind
    public var span: Span

    public init(_ kind: Kind, _ span: Span) {
        self.kind = kind
        self.span = span
    }
}

/// `{ … }`
public struct Block: Sendable {
    public var items: [Statement]
    public var span: Span

    public init(items: [Statement], span: Span) {
        self.items = items
        self.span = span
    }
}

/// What `let`, `for` and lambdas take apart.
public struct Pattern: Sendable {
    public indirect enum Kind: Sendable {
        case name(String)
        case wildcard
        case tuple([Pattern])
    }

    public var kind: Kind
    public var span: Span

    public init(_ kind: Kind, _ span: Span) {
        self.kind = kind
        self.span = span
    }

    /// The names that the pattern binds, from left to right.
    public var names: [Name] {
        switch kind {
        case .name(let text): [Name(text, span)]
        case .wildcard: []
        case .tuple(let parts): parts.flatMap(\.names)
        }
    }
}

/// The left side of an assignment.
public struct Target: Sendable {
    public indirect enum Kind: Sendable {
        /// A name followed by indices and members: `x`, `xs[0]`, `r.loss`, `d["k"][1]`.
        case place(Name, [Accessor])
        case tuple([Target])
    }

    public enum Accessor: Sendable {
        case index([Subscript], Span)
        case member(Name)
    }

    public var kind: Kind
    public var span: Span

    public init(_ kind: Kind, _ span: Span) {
        self.kind = kind
        self.span = span
    }
}

public enum AssignmentOperator: String, Sendable, CaseIterable {
    case set = "="
    case add = "+="
    case subtract = "-="
    case multiply = "*="
    case divide = "/="
}

/// The shape or signature after the colon of a `let`.
public enum Annotation: Sendable {
    case shape(ShapePattern)
    case signature(inputs: [ShapePattern], outputs: Shapes)
}

/// One shape, or a parenthesised list of them (a tuple's).
public enum Shapes: Sendable {
    case one(ShapePattern)
    case several([ShapePattern])
}

/// `[N, 3, (2*d), ...S]`
public struct ShapePattern: Sendable {
    public var dimensions: [DimensionPattern]
    public var span: Span

    public init(dimensions: [DimensionPattern], span: Span) {
        self.dimensions = dimensions
        self.span = span
    }
}

public struct DimensionPattern: Sendable {
    public indirect enum Kind: Sendable {
        case literal(Int)
        /// A dimension variable (upper case, or declared by `dims`) or a name that is evaluated
        /// (lower case): the parser keeps the name, the compiler knows which.
        case name(String)
        /// `C: 3`
        case sized(String, Int)
        /// `(2*d)`, evaluated.
        case expression(Expression)
        case wildcard
        /// `...` or `...S`
        case rest(String?)
    }

    public var kind: Kind
    public var span: Span

    public init(_ kind: Kind, _ span: Span) {
        self.kind = kind
        self.span = span
    }
}

public struct Parameter: Sendable {
    public var name: Name
    public var shape: ShapePattern?
    public var defaultValue: Expression?

    public init(name: Name, shape: ShapePattern?, defaultValue: Expression?) {
        self.name = name
        self.shape = shape
        self.defaultValue = defaultValue
    }
}

public struct FunctionDeclaration: Sendable {
    public var name: Name
    public var parameters: [Parameter]
    public var result: Shapes?
    public var body: Block
    /// The `##` lines above it, joined by newlines, without the marks.
    public var documentation: String?

    public init(
        name: Name, parameters: [Parameter], result: Shapes?, body: Block, documentation: String?
    ) {
        self.name = name
        self.parameters = parameters
        self.result = result
        self.body = body
        self.documentation = documentation
    }
}

public struct ModelDeclaration: Sendable {
    public struct Member: Sendable {
        public enum Kind: Sendable {
            /// `param name: shape = initializer`
            case parameter(Name, ShapePattern, Expression)
            /// `state name: shape = initializer`
            case state(Name, ShapePattern, Expression)
            /// `let name = expression`
            case part(Name, Expression)
            case method(FunctionDeclaration)
            /// `forward`, as a function of that name.
            case forward(FunctionDeclaration)
        }

        public var kind: Kind
        /// `… if condition`
        public var condition: Expression?
        public var span: Span

        public init(_ kind: Kind, condition: Expression?, span: Span) {
            self.kind = kind
            self.condition = condition
            self.span = span
        }
    }

    public var name: Name
    public var parameters: [Parameter]
    public var members: [Member]
    public var documentation: String?

    public init(
        name: Name, parameters: [Parameter], members: [Member], documentation: String?
    ) {
        self.name = name
        self.parameters = parameters
        self.members = members
        self.documentation = documentation
    }
}

public struct OptimizerDeclaration: Sendable {
    public struct Slot: Sendable {
        public var name: Name
        public var initializer: Expression

        public init(name: Name, initializer: Expression) {
            self.name = name
            self.initializer = initializer
        }
    }

    public var name: Name
    public var parameters: [Parameter]
    public var slots: [Slot]
    public var functions: [FunctionDeclaration]
    /// `update`, as a function of that name; `nil` if the text lacks it (reported).
    public var update: FunctionDeclaration?
    public var documentation: String?

    public init(
        name: Name, parameters: [Parameter], slots: [Slot], functions: [FunctionDeclaration],
        update: FunctionDeclaration?, documentation: String?
    ) {
        self.name = name
        self.parameters = parameters
        self.slots = slots
        self.functions = functions
        self.update = update
        self.documentation = documentation
    }
}

public struct Import: Sendable {
    /// `import nlp` gives `.name`, `import "lib/mine.dl"` gives `.path`.
    public enum Source: Sendable {
        case name(String)
        case path(String)
    }

    public var source: Source
    public var sourceSpan: Span
    public var alias: Name?

    public init(source: Source, sourceSpan: Span, alias: Name?) {
        self.source = source
        self.sourceSpan = sourceSpan
        self.alias = alias
    }
}

public struct Expression: Sendable {
    public indirect enum Kind: Sendable {
        case integer(Int)
        case float(Double)
        case boolean(Bool)
        case none
        case string([StringPart])
        case name(String)
        case unary(UnaryOperator, Expression)
        /// `operatorSpan` covers the operator alone.
        case binary(BinaryOperator, Expression, Expression, operatorSpan: Span)
        /// `a..<b by s`: upper bound excluded, or `...`: included.
        case range(Expression, Expression, isClosed: Bool, step: Expression?)
        case call(Expression, [Argument], trailingBlock: Block?)
        case index(Expression, [Subscript])
        case member(Expression, Name)
        case tuple([Expression])
        case record([RecordField])
        case list([Expression])
        case dictionary([DictionaryEntry])
        case lambda([Pattern], LambdaBody)
        /// `if` and each `else if` is a branch; at least one.
        case conditional([ConditionalBranch], otherwise: Block?)
        case attempt(LambdaBody, fallback: LambdaBody)
        /// What the parser could not understand; always comes with a diagnostic.
        case missing
    }

    public var kind: Kind
    public var span: Span

    public init(_ kind: Kind, _ span: Span) {
        self.kind = kind
        self.span = span
    }
}

public struct RecordField: Sendable {
    public var label: Name
    public var value: Expression

    public init(label: Name, value: Expression) {
        self.label = label
        self.value = value
    }
}

public struct DictionaryEntry: Sendable {
    public var key: Expression
    public var value: Expression

    public init(key: Expression, value: Expression) {
        self.key = key
        self.value = value
    }
}

public struct ConditionalBranch: Sendable {
    public var condition: Expression
    public var body: Block

    public init(condition: Expression, body: Block) {
        self.condition = condition
        self.body = body
    }
}

/// The body of a lambda, or a side of `try`.
public enum LambdaBody: Sendable {
    case expression(Expression)
    case block(Block)
}

public struct Argument: Sendable {
    public var label: Name?
    public var value: Expression

    public init(label: Name?, value: Expression) {
        self.label = label
        self.value = value
    }
}

/// One place between the brackets of an index.
public enum Subscript: Sendable {
    case index(Expression)
    /// `start:end:step`, each part optional.
    case slice(Expression?, Expression?, Expression?, Span)
    /// `...`
    case ellipsis(Span)
}

/// A piece of a string literal.
public enum StringPart: Sendable {
    case text(String)
    case interpolation(Expression, FormatSpecification?)
}
