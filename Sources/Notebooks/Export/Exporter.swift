/// What an export is made from.
public struct ExportInput: Sendable {
    public var document: NotebookDocument
    /// Results by the position of the cell; a cell without one shows its code alone.
    public var results: [Int: CellResult]
    /// The parameters of the run; by default those of the front matter.
    public var parameters: [NotebookParameter]
    /// The folder of the figure files, relative to the exported file, with `/` between its parts.
    public var figureFolder: String
    /// The bytes of an image that prose shows, by the path written there.
    public var loadImage: @Sendable (String) -> [UInt8]?

    public init(
        document: NotebookDocument, results: [CellResult] = [],
        parameters: [NotebookParameter]? = nil, figureFolder: String = "figures",
        loadImage: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }
    ) {
        self.document = document
        self.results = Dictionary(results.map { ($0.position, $0) }) { _, last in last }
        self.parameters = parameters ?? document.frontMatter.parameters
        self.figureFolder = figureFolder
        self.loadImage = loadImage
    }

    /// The title in the front matter, else the first heading of the first level, else the name of
    /// the file without its extension.
    var title: String {
        if let title = document.frontMatter.title, !title.isEmpty { return title }
        let name = document.name.split(separator: "/").last.map(String.init) ?? document.name
        for ending in [".dln", ".dl"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
        return name
    }

    /// The path of a figure's file as seen from the exported file.
    func path(of figure: CellFigure) -> String {
        figureFolder.isEmpty ? figure.fileName : "\(figureFolder)/\(figure.fileName)"
    }
}

/// A file type that notebooks can be exported to.
public struct Exporter: Sendable {
    /// What a user calls it: `html`.
    public let name: String
    public let fileExtension: String
    public let summary: String
    /// True if the result links to figure files (`ExportInput.figureFolder`) instead of holding
    /// the figures.
    public let linksFigures: Bool
    /// Writes the file. The same input gives the same bytes.
    public let export: @Sendable (ExportInput) -> [UInt8]

    public static let all: [Exporter] = [.html, .markdown, .jupyter, .script]

    /// The exporter for a path, by its extension.
    public static func forPath(_ path: String) -> Exporter? {
        all.first { path.lowercased().hasSuffix(".\($0.fileExtension)") }
    }

    /// The exporter with a name.
    public static func named(_ name: String) -> Exporter? { all.first { $0.name == name } }
}
