import Diagnostics
import Syntax

/// A shape pattern as the machine checks it.
struct ShapeMatcher {
    enum Slot {
        /// A register, or the cell in it.
        case register(Int)
        /// A dimension of the instance.
        case field(Int)
    }
    enum Element {
        case literal(Int)
        /// Bound where it is first seen, equal everywhere else; `size` also fixes it.
        case dimension(String, Slot, size: Int?)
        /// A register that holds an Int, and the text that it was computed from.
        case value(Int, String)
        case any
        case rest(String?, Slot?)
    }
    enum Subject {
        case parameter(String)
        /// The result, or one part of a tuple.
        case result(Int?)
        case variable(String)
    }
    var elements: [Element]
    var subject: Subject
    /// Whether `nil` passes: the parameter has a default.
    var text: String
    var span: Span

    /// The pattern with sizes in the place of `...S`.
    func text(withRest sizes: [Int]) -> String {
        let parts = elements.flatMap { element in
            switch element {
            case .literal(let size): [String(size)]
            case .dimension(let name, _, _): [name]
            case .value(_, let text): [text]
            case .any: ["_"]
            case .rest: sizes.map(String.init)
            }
        }
        return "[\(parts.joined(separator: ", "))]"
    }
}

extension FunctionCompiler {
    /// Gives the dimension variables of a signature registers, unset until they are bound.
    func declareDimensions(_ shapes: [ShapePattern], _ result: Shapes?, at span: Span) {
        var all = shapes
        switch result {
        case .one(let shape): all.append(shape)
        case .several(let shapes): all.append(contentsOf: shapes)
        case nil: break
        }
        for shape in all {
            for dimension in shape.dimensions {
                guard let name = dimensionName(dimension),
                    receiver?.dimensions[name.text] == nil,
                    scopes[scopes.count - 1].locals[name.text].map({ !$0.isVisible }) ?? true
                else { continue }
                guard scopes[scopes.count - 1].locals[name.text] == nil else { continue }
                let local = declare(name, isVariable: false)
                if local.isBoxed { emit(.newCell, local.register, at: name.span) }
            }
        }
    }

    /// The name that a dimension pattern binds.
    func dimensionName(_ dimension: DimensionPattern) -> Name? {
        switch dimension.kind {
        case .name(let name): context.isDimension(name) ? Name(name, dimension.span) : nil
        case .sized(let name, _): Name(name, dimension.span)
        case .rest(let name): name.map { Name($0, dimension.span) }
        case .literal, .expression, .wildcard: nil
        }
    }

    /// Emits the check of a register against a pattern, with the expressions in it evaluated from left to right.
    func match(
        _ shape: ShapePattern, _ register: Int, _ subject: ShapeMatcher.Subject,
        at span: Span? = nil
    ) {
        var elements: [ShapeMatcher.Element] = []
        var evaluated: [(index: Int, expression: Expression)] = []
        for (index, dimension) in shape.dimensions.enumerated() {
            switch dimension.kind {
            case .literal(let size): elements.append(.literal(size))
            case .wildcard: elements.append(.any)
            case .rest(let name):
                elements.append(.rest(name, name.map { slot(of: $0, at: dimension.span) }))
            case .sized(let name, let size):
                elements.append(
                    .dimension(name, slot(of: name, at: dimension.span), size: size))
            case .name(let name) where context.isDimension(name):
                elements.append(
                    .dimension(name, slot(of: name, at: dimension.span), size: nil))
            case .name(let name):
                evaluated.append((index, Expression(.name(name), dimension.span)))
                elements.append(.value(allocate(), name))
            case .expression(let expression):
                evaluated.append((index, expression))
                let text = context.source.text(of: expression.span)
                elements.append(.value(allocate(), text))
            }
        }
        prototype.shapes.append(
            ShapeMatcher(
                elements: elements, subject: subject, text: context.source.text(of: shape.span),
                span: shape.span))
        let matcher = prototype.shapes.count - 1
        if evaluated.first?.index != 0 {
            emit(.matchShape, register, matcher, 0, at: span ?? shape.span)
        }
        isInShape = true
        defer { isInShape = false }
        for (index, expression) in evaluated {
            guard case .value(let target, _) = elements[index] else { continue }
            withTemporaries { _ = self.expression(expression, into: target) }
            emit(.matchShape, register, matcher, index, at: span ?? shape.span)
        }
    }

    /// Where the size of a dimension variable is kept.
    private func slot(of name: String, at span: Span) -> ShapeMatcher.Slot {
        if let field = receiver?.dimensions[name] { return .field(field) }
        if case .local(let local) = resolve(name) { return .register(local.register) }
        // A name that only this pattern knows (an annotated `let`).
        let register = allocate()
        emit(.newCell, register, at: span)
        scopes[scopes.count - 1].locals[name] = Local(
            register: register, isBoxed: true, isVariable: false, span: span)
        return .register(register)
    }

    /// `let x: [N, 3] = …` and `let net: [N, 1] -> [N, 10] = …`.
    func annotated(_ annotation: Annotation?, _ register: Int, _ value: Expression) {
        switch annotation {
        case nil: break
        case .shape(let shape):
            pushScope()
            match(
                shape, register, .variable(context.source.text(of: value.span)), at: value.span)
            popScope()
        case .signature(let inputs, let outputs):
            signature(inputs, outputs, register, at: value.span)
        }
    }

    /// Builds the model in the register for the given inputs and checks what it gives: a call of the
    /// prelude's `_buildAndCheck(net, inputs, outputs)`.
    private func signature(
        _ inputs: [ShapePattern], _ outputs: Shapes, _ register: Int, at span: Span
    ) {
        withTemporaries {
            let function = load(Name("_buildAndCheck", span), into: allocate())
            let first = allocate(3)
            emit(.move, first, register, at: span)
            shapeLists(inputs, into: first + 1, at: span)
            switch outputs {
            case .one(let shape): shapeLists([shape], into: first + 2, at: span)
            case .several(let shapes): shapeLists(shapes, into: first + 2, at: span)
            }
            prototype.sites.append(
                CallSite(
                    first: first, count: 3, labels: [], method: nil, calleeSpan: span,
                    argumentSpans: [span, span, span]))
            emit(.call, allocate(), function, prototype.sites.count - 1, at: span)
        }
    }

    /// A list of shapes, each a list of Ints, of dimension names as strings, and of `nil` for `_`.
    private func shapeLists(_ shapes: [ShapePattern], into target: Int, at span: Span) {
        withTemporaries {
            let first = allocate(shapes.count)
            for (index, shape) in shapes.enumerated() {
                let start = allocate(shape.dimensions.count)
                for (offset, dimension) in shape.dimensions.enumerated() {
                    shapeItem(dimension, into: start + offset)
                }
                emit(.list, first + index, start, shape.dimensions.count, at: shape.span)
            }
            emit(.list, target, first, shapes.count, at: span)
        }
    }

    private func shapeItem(_ dimension: DimensionPattern, into target: Int) {
        let span = dimension.span
        func load(_ value: Value) {
            emit(.loadConstant, target, constant(value), at: span)
        }
        switch dimension.kind {
        case .literal(let size), .sized(_, let size): load(.int(size))
        case .name(let name) where context.isDimension(name): load(.string(name))
        case .name(let name): expression(Expression(.name(name), span), into: target)
        case .expression(let value): expression(value, into: target)
        case .rest(let name): load(.string("..." + (name ?? "")))
        case .wildcard: emit(.loadNone, target, at: span)
        }
    }
}
