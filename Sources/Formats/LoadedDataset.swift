public import Tensors

/// Samples and what to learn from them.
public struct LoadedDataset: Sendable {
    public let name: String
    /// float32 [N, …]: the first axis counts samples.
    public let x: Tensor
    /// int64 [N] for classes, else float32 [N].
    public let y: Tensor
    /// The names of the classes 0, 1, …
    public let classes: [String]?
    /// The names of the columns of x.
    public let features: [String]?
    /// With a published split: the first so many samples are for training, the rest for testing.
    public let trainCount: Int?

    public var count: Int { y.count }

    init(
        name: String, x: Tensor, y: Tensor, classes: [String]?, features: [String]?,
        trainCount: Int?
    ) {
        self.name = name
        self.x = x
        self.y = y
        self.classes = classes
        self.features = features
        self.trainCount = trainCount
    }

    /// Reads the files of a catalog's entry, checks them against the manifest, and makes the
    /// tensors.
    init(_ entry: DatasetEntry) throws(FormatError) {
        let manifest = entry.manifest
        if manifest.layout == .files {
            throw FormatError(
                format: "data set",
                .noSamples(manifest.name, files: manifest.files.map { "\(entry.name)/\($0.name)" }))
        }
        guard let folder = entry.filesFolder else { throw entry.notInstalled }
        let files = DatasetFiles(manifest: manifest, folder: folder)
        switch manifest.layout {
        case .csv(let file, let separator, let skippedLines, let target, let divisor):
            var options = CSV.Options()
            options.separator = separator
            options.skippedLines = skippedLines
            options.hasHeader = false
            (x, y) = try files.tensors(ofTable: file, options, target, divisor: divisor)
            trainCount = nil
        case .idx(let parts, let divisor):
            let arrays = try files.arrays(parts)
            (x, y) = try files.joined(arrays, divisor)
            trainCount = arrays.count == 2 ? arrays[0].y.count : nil
        case .files: throw entry.notInstalled
        }
        name = manifest.name
        classes = manifest.classes
        features = manifest.features
    }
}

/// The files of one data set on their way to tensors.
private struct DatasetFiles {
    let manifest: DatasetManifest
    let folder: String

    struct Pair {
        var x: Tensor
        var y: Tensor
    }

    private func fail(_ file: String, _ problem: FormatError.Problem) -> FormatError {
        FormatError(format: "data set", file: folder + "/" + file, problem)
    }

    /// A file as published, decompressed if its name says so.
    private func contents(_ name: String) throws(FormatError) -> [UInt8] {
        let bytes = try FileAccess.read(folder + "/" + name)
        let facts = manifest.files.first { $0.name == name }
        if let expected = facts?.bytes, expected != bytes.count {
            throw fail(
                name, .disagree(what: "the file's size", declared: expected, found: bytes.count))
        }
        if let expected = facts?.sha256, expected != SHA256.hexDigest(bytes) {
            throw fail(name, .checksum(of: "the file"))
        }
        return name.hasSuffix(".gz") ? try Gzip.decompress(bytes) : bytes
    }

    /// x and y of a table, whose column `target` is y.
    func tensors(
        ofTable file: String, _ options: CSV.Options, _ target: Int, divisor: Double
    ) throws(FormatError) -> (Tensor, Tensor) {
        do throws(FormatError) {
            let table = try CSV.read(try contents(file), options)
            let width = manifest.sampleSize + 1
            guard table.columns.count == width, table.columns.indices.contains(target) else {
                let found = table.columns.count
                throw fail(
                    file, .disagree(what: "the number of columns", declared: width, found: found))
            }
            try checkCount(table.rowCount, file)
            return try split(table, target: target, divisor: divisor)
        } catch {
            throw error.inFile(folder + "/" + file)
        }
    }

    /// The columns of x are named after the features, for messages.
    private func split(
        _ table: Table, target: Int, divisor: Double
    ) throws(FormatError) -> (Tensor, Tensor) {
        var columns = table.columns
        let label = columns.remove(at: target)
        if let features = manifest.features, features.count == columns.count {
            columns = zip(features, columns).map { Table.Column(name: $0, values: $1.values) }
        }
        let x = try table.matrix(columns, dividedBy: divisor)
        let shape = try makeShape([table.rowCount] + manifest.sampleShape, format: "data set")
        let labels = try label.values.labels(classes: manifest.classes) { problem, row in
            table.fail(problem, row: row, label)
        }
        let y = try makeVector(labels, manifest.classes == nil ? .float32 : .int64)
        return (Tensor(storage: x.storage, shape: shape, dtype: .float32), y)
    }

    /// Images and labels of each part, with shapes that fit.
    func arrays(_ parts: [DatasetManifest.IdxPart]) throws(FormatError) -> [Pair] {
        var pairs: [Pair] = []
        for part in parts {
            let x = try idx(part.x)
            let y = try idx(part.y)
            let needed = try makeShape([y.count] + manifest.sampleShape, format: "data set")
            guard x.dtype == .uint8, y.dtype == .uint8, y.shape.rank == 1, x.shape.rank >= 1,
                x.shape[0] == y.count, x.count == needed.count
            else {
                throw fail(
                    part.x, .malformed("its shape \(x.shape) does not fit \(y.shape) labels"))
            }
            pairs.append(Pair(x: x, y: y))
        }
        return pairs
    }

    private func idx(_ file: String) throws(FormatError) -> Tensor {
        do {
            return try Idx.read(try contents(file))
        } catch {
            throw error.inFile(folder + "/" + file)
        }
    }

    /// float32 x and int64 y of all parts, one after another.
    func joined(
        _ pairs: [Pair], _ divisor: Double
    ) throws(FormatError) -> (Tensor, Tensor) {
        let count = pairs.reduce(0) { $0 + $1.y.count }
        let shape = try makeShape([count] + manifest.sampleShape, format: "data set")
        let x = try makeTensor(shape, .float32, format: "data set")
        let y = try makeTensor(
            try makeShape([count], format: "data set"), .int64, format: "data set")
        let classCount = manifest.classes?.count ?? 256
        // Dividing is exact to the last bit for each of the 256 levels; a table of them avoids 55
        // million divisions.
        let levels = (0..<256).map { Float(Double($0) / divisor) }
        let values = x.pointer.assumingMemoryBound(to: Float.self)
        let labels = y.pointer.assumingMemoryBound(to: Int64.self)
        var sample = 0
        var element = 0
        for (part, pair) in pairs.enumerated() {
            pair.x.withBytes { bytes in
                for byte in bytes {
                    values[element] = levels[Int(byte)]
                    element += 1
                }
            }
            let highest = pair.y.withBytes { bytes in
                for byte in bytes {
                    labels[sample] = Int64(byte)
                    sample += 1
                }
                return bytes.max() ?? 0
            }
            guard Int(highest) < classCount else {
                throw fail(
                    "part \(part + 1)",
                    .malformed("label \(highest) is not one of \(classCount) classes"))
            }
        }
        return (x, y)
    }

    private func checkCount(_ count: Int, _ file: String) throws(FormatError) {
        guard count == manifest.samples else {
            throw fail(
                file,
                .disagree(what: "the number of samples", declared: manifest.samples, found: count))
        }
    }
}

extension Table.Values {
    /// Class numbers (given as such or by name), or the numbers to predict where there are no
    /// classes.
    fileprivate func labels(
        classes: [String]?, _ fail: (FormatError.Problem, Int) -> FormatError
    ) throws(FormatError) -> [Double] {
        switch self {
        case .numbers(let numbers):
            for (row, value) in numbers.enumerated() {
                guard !value.isNaN else { throw fail(.missingValue, row) }
                guard let classes else { continue }
                guard let label = Int(exactly: value), classes.indices.contains(label) else {
                    throw fail(.malformed("\(value) is not one of \(classes.count) classes"), row)
                }
            }
            return numbers
        case .strings(let texts):
            var numbers: [Double] = []
            for (row, text) in texts.enumerated() {
                guard let label = classes?.firstIndex(of: text) else {
                    throw fail(
                        classes == nil ? .notANumber(text) : .malformed("'\(text)' is not a class"),
                        row)
                }
                numbers.append(Double(label))
            }
            return numbers
        }
    }
}
