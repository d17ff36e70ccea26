import Autodiff
import Diagnostics
import Syntax

/// A function with the variables that it captured, and the model or optimizer whose body it stands in.
final class Closure: Compound {
    let prototype: Prototype
    private(set) var captures: [Cell]
    private(set) var receiver: Receiver?
    /// The recording that has used this function, or made it; see `Recording`.
    var mark: Int32 = 0
    /// What `named` calls it instead of what its text does.
    private let givenName: String?

    init(
        _ prototype: Prototype, captures: [Cell], receiver: Receiver?, named name: String? = nil
    ) {
        self.prototype = prototype
        self.captures = captures
        self.receiver = receiver
        self.givenName = name
    }

    var name: String { givenName ?? prototype.name }
    /// A lambda without a name, printed without one.
    var isAnonymous: Bool { givenName == nil && prototype.isAnonymous }

    /// The same function under another name.
    func renamed(_ name: String) -> Closure {
        Closure(prototype, captures: captures, receiver: receiver, named: name)
    }

    override func surrender(to pending: inout [Compound]) {
        pending += captures
        captures = []
        if let receiver { pending.append(receiver) }
        receiver = nil
    }
}

/// An object whose body's names are plain names in its functions.
class Receiver: Compound {
    /// Constructor parameters, members and dimensions, in the order of the definition's layout.
    var fields: [Value] = []
    /// When it was made, where a program is run on shapes alone: see `ShapeCheck`.
    var birth = 0
}

/// A parameter of a function as callers see it.
struct ParameterInfo {
    var name: String
    /// Whether a caller may leave it out.
    var isOptional: Bool
    /// The default as written, for signatures.
    var defaultText: String?
}

/// A compiled function body.
final class Prototype {
    let name: String
    let module: ModuleObject
    let source: SourceText
    /// Whether its text is the standard library's.
    let isLibrary: Bool
    var parameters: [ParameterInfo] = []
    var code: [Instruction] = []
    /// `code` where the machine reads it; set by `seal()`.
    var sealed: UnsafePointer<Instruction>?
    var constants: [Value] = []
    /// UTF-8 offsets in `source`, one pair per instruction.
    var spans: [(start: Int32, end: Int32)] = []
    var registerCount = 0
    var captures: [CaptureSource] = []
    var nested: [Prototype] = []
    var sites: [CallSite] = []
    var places: [Place] = []
    var subscripts: [SubscriptLayout] = []
    var layouts: [RecordLayout] = []
    var formats: [FormatSpecification] = []
    var shapes: [ShapeMatcher] = []
    var models: [ModelTemplate] = []
    var optimizers: [OptimizerTemplate] = []
    var handlers: [Handler] = []
    /// Where the operands of an operator stand, by the instruction's counter.
    var operands: [Int: (left: Span, right: Span)] = [:]
    var imports: [Import] = []
    /// The first of this function's numbers in the table of origins.
    var originBase: Int32 = 0
    /// A block given as a trailing argument: `return` leaves it only.
    var isBlock = false
    var documentation: Documentation?
    /// A lambda, printed without a name.
    var isAnonymous = false

    init(name: String, module: ModuleObject, source: SourceText) {
        self.name = name
        self.module = module
        self.source = source
        self.isLibrary = module.isLibrary
    }

    deinit { sealed?.deallocate() }

    /// The source text behind an instruction.
    func span(_ counter: Int) -> Span {
        guard spans.indices.contains(counter) else { return Span(source, 0, 0) }
        let span = spans[counter]
        return Span(source, Int(span.start), Int(span.end))
    }
}

/// Where a closure finds a captured variable when it is made.
enum CaptureSource {
    /// A cell in a register of the enclosing function.
    case register(Int)
    /// A capture of the enclosing function.
    case capture(Int)
}

/// The part of a call that is known from the text: which registers, which labels. An object, so that
/// a call does not copy it.
final class CallSite {
    let first: Int
    let count: Int
    /// A label per argument, or empty if there are none.
    let labels: [String?]
    /// The name after the dot, for `x.f(…)`.
    let method: String?
    /// Registers that hold what `f` means in the scopes around, innermost first.
    let candidates: [Int]
    /// Where the name or expression before the parenthesis stands.
    let calleeSpan: Span
    let argumentSpans: [Span]
    /// Where the labels stand; nil for an argument without one.
    let labelSpans: [Span?]
    /// Whether the call is a statement whose value nothing takes.
    var isDropped = false

    init(
        first: Int, count: Int, labels: [String?], method: String?, candidates: [Int] = [],
        calleeSpan: Span, argumentSpans: [Span], labelSpans: [Span?] = []
    ) {
        self.first = first
        self.count = count
        self.labels = labels
        self.method = method
        self.candidates = candidates
        self.calleeSpan = calleeSpan
        self.argumentSpans = argumentSpans
        self.labelSpans = labelSpans
    }
}

/// The left side of an assignment with accessors: `xs[i].loss[j] = v`.
final class Place {
    enum Root {
        case register(Int)
        case cell(Int)
        case capture(Int)
        case global(Int)
        case field(Int)
    }
    enum Step {
        case member(String)
        /// An index of `SubscriptLayout`.
        case index(Int)
    }
    let root: Root
    let rootName: String
    /// Whether the root is a `var`; what is not may still be an object.
    let isVariable: Bool
    let steps: [Step]
    let operation: AssignmentOperator
    /// The register of the right side.
    let value: Int

    init(
        root: Root, rootName: String, isVariable: Bool, steps: [Step],
        operation: AssignmentOperator, value: Int
    ) {
        self.root = root
        self.rootName = rootName
        self.isVariable = isVariable
        self.steps = steps
        self.operation = operation
        self.value = value
    }
}

/// The inside of `[…]`: registers for what is evaluated.
struct SubscriptLayout {
    enum Item {
        case index(Int)
        case slice(Int?, Int?, Int?)
        case ellipsis
    }
    let items: [Item]
    /// The register of the index where there is nothing else.
    let only: Int?

    init(items: [Item]) {
        self.items = items
        if items.count == 1, case .index(let register) = items[0] { only = register } else { only = nil }
    }
}

/// `try`: an error at a counter in the range continues at `target`.
struct Handler {
    var start: Int
    var end: Int
    var target: Int
}
