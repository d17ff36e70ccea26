/// A kind of plot: its name in the language, its parameters, its documentation and how it is made.
///
/// The builtin functions, their labels, the reference and the tests are derived from ``all``.
public struct Mark: Sendable {
    /// The name of the function, e.g. `scatter`.
    public let name: String
    /// One line for lists, then paragraphs; Markdown.
    public let documentation: String
    /// In the order in which positional arguments come.
    public let parameters: [MarkParameter]
    /// Arguments that show what the mark is good for.
    public let sample: [String: FigureValue]

    let build: @Sendable (MarkArguments) throws(FigureError) -> Figure

    init(
        _ name: String, _ documentation: String, _ own: [MarkParameter],
        common: [MarkParameter], sample: [String: FigureValue],
        build: @escaping @Sendable (MarkArguments) throws(FigureError) -> Figure
    ) {
        self.name = name
        self.documentation = documentation
        parameters = own + common
        self.sample = sample
        self.build = build
    }

    /// Every mark, in the order of the reference.
    public static let all: [Mark] = [
        plot, scatter, bar, histogram, errorBars, band, line, text, box, violin, heatmap, contour,
        quiver, image, imageGrid, decisionBoundary, rocPlot, spectrogram,
    ]

    /// The mark of a name, or nil.
    public static func named(_ name: String) -> Mark? {
        all.first { $0.name == name }
    }

    /// Makes a figure.
    ///
    /// - Parameter values: Arguments by parameter name; what is absent or `.none` takes
    ///   its default.
    /// - Throws: Any ``FigureError`` except those of composition.
    public func figure(_ values: [String: FigureValue]) throws(FigureError) -> Figure {
        for given in values.keys.sorted() where !parameters.contains(where: { $0.name == given }) {
            throw .unknownParameter(
                mark: name, given: given, parameters: parameters.map(\.name))
        }
        for parameter in parameters where parameter.isRequired {
            if values[parameter.name, default: .none] == .none {
                throw .missing(mark: name, parameter: parameter.name)
            }
        }
        return try build(MarkArguments(mark: self, values: values))
    }

    /// The sample as a figure.
    public func sampleFigure() throws(FigureError) -> Figure { try figure(sample) }
}

/// A parameter of a mark.
public struct MarkParameter: Sendable, Equatable {
    /// What a parameter accepts.
    public enum Kind: Equatable, Sendable {
        /// Numbers of any shape that the documentation of the parameter names.
        case numbers
        /// Several lists of numbers, or an array whose rows they are.
        case groups
        /// Numbers, or a record of lists.
        case series
        case number
        case boolean
        case text
        /// One text or a list of texts.
        case texts
        /// One of several words.
        case choice([String])
        /// Two numbers, the first the smaller.
        case range
        /// A colour as text, or numbers: integers are classes, others a scale.
        case color
        /// A Boolean or one of several words.
        case switchOr([String])
        /// A range or one of several words.
        case rangeOr([String])
        /// A function or model to be evaluated on ``DecisionGrid/points(around:)``; what it gives
        /// is handed in as numbers.
        case function
    }

    public let name: String
    public let kind: Kind
    /// What the parameter is when left out; nil if it must be given, `.none` if it has no value.
    public let defaultValue: FigureValue?
    /// One line, lower case.
    public let documentation: String
    /// Whether it is what is drawn, given by place first (`x` and `y` are the labels of axes).
    public let isData: Bool

    public var isRequired: Bool { defaultValue == nil }

    init(
        _ name: String, _ kind: Kind, default defaultValue: FigureValue? = nil,
        isData: Bool = false, _ documentation: String
    ) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.documentation = documentation
        self.isData = isData
    }

    /// Data that come first.
    static func data(
        _ name: String, _ kind: Kind, default defaultValue: FigureValue? = nil,
        _ documentation: String
    ) -> MarkParameter {
        MarkParameter(
            name, kind, default: defaultValue, isData: true, documentation)
    }
}
