/// The arguments of one call of a mark, read by kind; every mistake becomes a ``FigureError``.
struct MarkArguments {
    let mark: Mark
    let values: [String: FigureValue]

    /// The argument, else the default, else `.none`.
    subscript(_ name: String) -> FigureValue {
        let given = values[name, default: .none]
        guard given == .none else { return given }
        return mark.parameters.first { $0.name == name }?.defaultValue ?? .none
    }

    func has(_ name: String) -> Bool { self[name] != .none }

    func wrongKind(_ name: String, _ expected: String) -> FigureError {
        .wrongKind(mark: mark.name, parameter: name, expected: expected, given: self[name].kind)
    }

    // MARK: Numbers

    /// An array of any shape.
    func array(_ name: String) throws(FigureError) -> NumberArray {
        switch self[name] {
        case .array(let array): return array
        case .arrays(let lists) where lists.isEmpty: return NumberArray([])
        case .texts(let texts) where texts.isEmpty: return NumberArray([])
        default: throw wrongKind(name, "numbers")
        }
    }

    /// An array of one axis; axes of size 1 are dropped, a number is a list of one.
    func vector(_ name: String) throws(FigureError) -> NumberArray {
        let array = try array(name)
        guard array.shape.filter({ $0 != 1 }).count <= 1 else {
            throw wrongShape(name, "[N]", array)
        }
        return NumberArray(array.values, isInteger: array.isInteger)
    }

    /// An array of one axis, or nil if the argument is absent.
    func optionalVector(_ name: String) throws(FigureError) -> NumberArray? {
        has(name) ? try vector(name) : nil
    }

    /// An array of two axes.
    func matrix(_ name: String) throws(FigureError) -> Matrix {
        let array = try array(name)
        if array.values.isEmpty, array.rank <= 2 { return Matrix(rows: 0, columns: 0, []) }
        guard array.rank == 2 else { throw wrongShape(name, "[rows, columns]", array) }
        return Matrix(rows: array.shape[0], columns: array.shape[1], array.values)
    }

    /// Lists of numbers: those of a list of lists, or the rows of an array.
    func groups(_ name: String) throws(FigureError) -> [[Double]] {
        switch self[name] {
        case .arrays(let lists): return lists.map(\.values)
        case .record(let series): return series.map(\.values.values)
        case .array(let array) where array.rank <= 1: return [array.values]
        case .array(let array) where array.rank == 2:
            let width = array.shape[1]
            return (0..<array.shape[0]).map {
                Array(array.values[$0 * width..<($0 + 1) * width])
            }
        case .array(let array): throw wrongShape(name, "[groups, N]", array)
        default: throw wrongKind(name, "lists of numbers")
        }
    }

    func wrongShape(_ name: String, _ expected: String, _ array: NumberArray) -> FigureError {
        .wrongShape(mark: mark.name, parameter: name, expected: expected, given: array.shape)
    }

    /// A finite number.
    func optionalNumber(_ name: String) throws(FigureError) -> Double? {
        guard has(name) else { return nil }
        guard case .array(let array) = self[name], array.values.count == 1,
            let value = array.values.first
        else { throw wrongKind(name, "a number") }
        guard value.isDrawable else {
            throw .outOfRange(mark: mark.name, parameter: name, rule: "finite", given: value)
        }
        return value
    }

    /// A number within bounds.
    func number(_ name: String, _ range: ClosedRange<Double>) throws(FigureError) -> Double {
        guard let value = try optionalNumber(name) else {
            throw .missing(mark: mark.name, parameter: name)
        }
        guard range.contains(value) else {
            let rule =
                "from \(NumberText.short(range.lowerBound)) "
                + "to \(NumberText.short(range.upperBound))"
            throw .outOfRange(mark: mark.name, parameter: name, rule: rule, given: value)
        }
        return value
    }

    /// A whole number within bounds.
    func integer(_ name: String, _ range: ClosedRange<Int>) throws(FigureError) -> Int {
        let value = try number(name, Double(range.lowerBound)...Double(range.upperBound))
        guard value == value.rounded() else {
            throw .outOfRange(mark: mark.name, parameter: name, rule: "whole", given: value)
        }
        return clampedInt(value, range)
    }

    /// Two finite numbers, the first the smaller.
    func range(_ name: String) throws(FigureError) -> [Double]? {
        guard has(name) else { return nil }
        guard case .array(let array) = self[name], array.values.count == 2 else {
            throw wrongKind(name, "a pair of numbers")
        }
        let (low, high) = (array.values[0], array.values[1])
        guard low.isDrawable, high.isDrawable,
            high - low > 1e-12 * max(low.magnitude, high.magnitude)
        else {
            throw .outOfRange(
                mark: mark.name, parameter: name, rule: "finite and rising", given: high)
        }
        return [low, high]
    }

    // MARK: Words

    func boolean(_ name: String) throws(FigureError) -> Bool {
        switch self[name] {
        case .none: return false
        case .boolean(let value): return value
        default: throw wrongKind(name, "true or false")
        }
    }

    /// One line of text.
    func optionalText(_ name: String) throws(FigureError) -> String? {
        switch self[name] {
        case .none: return nil
        case .text(let text): return MarkArguments.oneLine(text)
        default: throw wrongKind(name, "text")
        }
    }

    /// Texts; numbers are written out.
    func optionalTexts(_ name: String) throws(FigureError) -> [String]? {
        switch self[name] {
        case .none: return nil
        case .text(let text): return [MarkArguments.oneLine(text)]
        case .texts(let texts): return texts.map(MarkArguments.oneLine)
        case .array(let array) where array.rank <= 1:
            return array.values.map { NumberText.short($0, digits: 6) }
        default: throw wrongKind(name, "a list of texts")
        }
    }

    /// One of the words of a choice.
    func choice(_ name: String) throws(FigureError) -> String? {
        guard let text = try optionalText(name) else { return nil }
        guard let parameter = mark.parameters.first(where: { $0.name == name }) else { return text }
        let choices: [String]
        switch parameter.kind {
        case .choice(let words), .switchOr(let words), .rangeOr(let words): choices = words
        default: return text
        }
        guard choices.contains(text) else {
            throw .unknownChoice(
                mark: mark.name, parameter: name, given: text, choices: choices)
        }
        return text
    }

    /// A colour given as text.
    func optionalColor(_ name: String) throws(FigureError) -> Color? {
        guard let text = try optionalText(name) else { return nil }
        guard let color = Color(text) else {
            throw .unknownChoice(
                mark: mark.name, parameter: name, given: text,
                choices: Color.names.keys.sorted() + ["#rrggbb"])
        }
        return color
    }

    /// Where the layer's colour comes from when `color` is text or absent, with `alpha`.
    func colorSource(_ otherwise: ColorSource = .next) throws(FigureError) -> ColorSource {
        try optionalColor("color").map { .fixed($0) } ?? otherwise
    }

    func alpha() throws(FigureError) -> Double {
        has("alpha") ? try number("alpha", 0...1) : 1
    }

    /// Text without line ends and other control characters, which fonts do not show.
    static func oneLine(_ text: String) -> String {
        String(
            text.map { $0.isNewline || $0 == "\t" ? " " : $0 }.filter { character in
                character.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
            })
    }

    // MARK: Relations

    /// - Throws: ``FigureError/unequalLengths(mark:first:second:)``
    func requireEqual(
        _ first: String, _ firstCount: Int, _ second: String, _ secondCount: Int
    ) throws(FigureError) {
        guard firstCount == secondCount else {
            throw .unequalLengths(
                mark: mark.name, first: .init(first, firstCount), second: .init(second, secondCount)
            )
        }
    }
}

/// Numbers in rows and columns.
struct Matrix: Sendable, Equatable {
    let rows: Int
    let columns: Int
    let values: [Double]

    init(rows: Int, columns: Int, _ values: [Double]) {
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    subscript(row: Int, column: Int) -> Double { values[row * columns + column] }
}
