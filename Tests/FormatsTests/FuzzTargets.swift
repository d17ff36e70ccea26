import Tensors

@testable import Formats

/// Thrown by a fuzz target when something that was read is not read again after writing.
private struct Unequal: Error {}

private func require(_ condition: Bool) throws {
    if !condition { throw Unequal() }
}

extension FuzzTarget {
    static let all: [FuzzTarget] = [
        npy, npz, safetensors, torch, idx, csv, png, jpeg, wav, zip, tar, gzip, json, text, manifest,
    ]

    private static let npy = FuzzTarget(
        name: "npy",
        corpus: {
            let types: [(String, Int)] = [
                ("|b1", 1), ("<i2", 2), (">i4", 4), ("<f2", 2), (">f8", 8), ("<u8", 8),
            ]
            let files = types.enumerated().map { index, type in
                let order = index % 2 == 0 ? "True" : "False"
                return NpyTests.file(
                    "{'descr': '\(type.0)', 'fortran_order': \(order), 'shape': (2, 3), }",
                    [UInt8](repeating: 1, count: 6 * type.1), version: UInt8(1 + index % 3))
            }
            return try files + DType.allCases.map { try Npy.write(try sample($0, [2, 2])) }
        },
        read: { bytes in
            let tensor = try Npy.read(bytes)
            try require(try Npy.read(try Npy.write(tensor)).isIdentical(to: tensor))
            return tensor.byteCount
        })

    private static let npz = FuzzTarget(
        name: "npz",
        corpus: {
            let tensors = [
                NamedTensor("w", try sample(.float32, [5, 4])),
                NamedTensor("b", try sample(.int64, [])),
            ]
            return [
                try Npz.write(tensors), try Npz.write(tensors, deflate: true), try Npz.write([]),
            ]
        },
        read: { bytes in try Npz.read(bytes).reduce(0) { $0 + $1.tensor.byteCount } },
        repair: { ZipFixture.withChecksums($0) }, growth: 1040)

    private static let safetensors = FuzzTarget(
        name: "safetensors",
        corpus: {
            let tensors = try DType.allCases.map { NamedTensor($0.name, try sample($0, [2, 3])) }
            let half =
                SafetensorsTests.entry("h", "F16", "[2]", 0, 4) + ","
                + SafetensorsTests.entry("b", "BF16", "[]", 4, 6)
            return [
                try Safetensors(tensors: tensors, metadata: [("format", "dl")]).write(),
                try Safetensors(tensors: [NamedTensor("x", try sample(.float32, [0, 2]))]).write(),
                SafetensorsTests.file("{\(half)}", [0, 60, 0, 64, 128, 63]),
            ]
        },
        read: { bytes in
            let file = try Safetensors.read(bytes)
            let again = try Safetensors.read(try file.write())
            try require(again.tensors.map(\.name) == file.tensors.map(\.name))
            try require(
                Swift.zip(again.tensors, file.tensors).allSatisfy {
                    $0.tensor.isIdentical(to: $1.tensor)
                })
            return file.tensors.reduce(0) { $0 + $1.tensor.byteCount }
        })

    private static let tar = FuzzTarget(
        name: "tar",
        corpus: {
            let long = String(repeating: "folder/", count: 20) + "x.csv"
            let files = TarTests.member("a/b.txt", [1, 2, 3]) + TarTests.member("c", [])
            return [
                files + TarTests.end,
                TarTests.member("d/", [], kind: "5") + files
                    + TarTests.member("e.txt", [4], prefix: "deep/er") + TarTests.end,
                TarTests.member("././@LongLink", Array((long + "\0").utf8), kind: "L") + files,
                TarTests.member("pax", Array("160 path=\(long)\n".utf8), kind: "x") + files
                    + TarTests.member("link", [], kind: "2") + TarTests.end,
            ]
        },
        read: { bytes in
            let entries = try Tar.entries(bytes)
            try require(Tar.isArchive(bytes))
            var end = 0
            for entry in entries {
                try require(entry.range.lowerBound >= end && entry.range.upperBound <= bytes.count)
                try require(!entry.isFolder || entry.range.isEmpty)
                end = entry.range.upperBound
            }
            // A long name is for one entry.
            return entries.reduce(0) { $0 + $1.name.utf8.count + $1.range.count }
        },
        repair: { bytes in
            var bytes = bytes
            for start in stride(from: 0, to: max(0, bytes.count - 511), by: 512)
            where bytes[start + 257..<start + 262].elementsEqual("ustar".utf8) {
                TarTests.setCheckSum(&bytes, at: start)
            }
            return bytes
        })

    private static let idx = FuzzTarget(
        name: "idx",
        corpus: {
            let files = try [DType.uint8, .int32, .float32, .float64].map {
                try Idx.write(try sample($0, [2, 3]))
            }
            return try files + [
                hex("0000090200000001000000020102"), hex("00000b010000000100ff"),
                Gzip.compress(files[0]),
            ]
        },
        read: { bytes in
            let tensor = try Idx.read(bytes)
            try require(try Idx.read(try Idx.write(tensor)).isIdentical(to: tensor))
            return tensor.byteCount
        }, growth: 1040)

    private static let csv = FuzzTarget(
        name: "csv",
        corpus: {
            [
                "a,b,c\n1,2.5,x\n,3e4,\"y, \"\"z\"\"\n\"\n", "1;2\r\n3;4\r\n", "x\ty\n-1\t.5\n",
                " 1 2\n3  4\n",
                "\u{FEFF}n\u{E4}me,n\n\"multi\nline\",1\n", "150,4,a\n5.1,3.5,0\n4.9,3,1\n",
            ].map { Array($0.utf8) }
        },
        read: { bytes in
            let table = try CSV.read(bytes)
            var options = CSV.Options()
            options.hasHeader = true
            options.separator = .comma
            let again = try CSV.read(CSV.write(table), options)
            try require(again.columns.map(\.name) == table.columns.map(\.name))
            try require(again.rowCount == table.rowCount)
            for column in table.columns {
                if case .numbers = column.values { _ = try table.tensor(column.name) }
            }
            if let target = table.columns.last {
                _ = try? table.dataset(target: target.name, called: "t")
            }
            return table.rowCount * table.columns.count
        })

    private static let png = FuzzTarget(
        name: "png",
        corpus: {
            let pictures = try [1, 3, 4].map { try PNGImage.write(try sample(.uint8, [$0, 5, 4])) }
            let palette = PNGFixture.picture(
                width: 3, height: 2, depth: 2, colour: 3,
                chunks: [
                    ("PLTE", [255, 0, 0, 0, 0, 255, 1, 2, 3]), ("tRNS", [255, 128]),
                    ("gAMA", [0, 0, 177, 143]),
                ],
                rows: [0, 0x18, 1, 0x24])
            let deep = [UInt8(4), 0].map { colour in
                PNGFixture.picture(
                    width: colour == 4 ? 1 : 2, height: 2, depth: 16, colour: colour,
                    rows: [0, 1, 2, 3, 4, 2, 1, 2, 3, 4])
            }
            return pictures + [palette] + deep
        },
        read: { bytes in
            let image = try PNGImage.read(bytes)
            // Written are eight bits, so what had sixteen is rounded once.
            let written = try PNGImage.read(try PNGImage.write(image))
            try require(try PNGImage.read(try PNGImage.write(written)).isIdentical(to: written))
            try require(
                image.shape == written.shape
                    && (0..<image.count).allSatisfy {
                        abs(image.double(at: $0) - written.double(at: $0)) <= 0.5 / 255 + 1e-6
                    })
            return image.byteCount
        },
        repair: { PNGFixture.withChecksums($0) }, growth: 1032 * 8 * 4 * 4)

    private static let jpeg = FuzzTarget(
        name: "jpeg",
        corpus: {
            try ["colour.jpg", "progressive.jpg", "grey.jpg"].map {
                try FileAccess.read(fileFolder + "/" + $0)
            }
        },
        read: { bytes in
            let image = try JPEGImage.read(bytes)
            try require(image.shape.rank == 3 && image.floats.allSatisfy { (0...1).contains($0) })
            return image.byteCount
        }, growth: 4096 * 12)

    private static let torch = FuzzTarget(
        name: "torch",
        corpus: {
            try ["state.zip.pt", "state.legacy.pt", "nested.pt", "net.pt"].map {
                try FileAccess.read(fileFolder + "/" + $0)
            } + [TorchFileTests.file(offset: 1, sizes: [1, 1], strides: [7, 1])]
        },
        read: { bytes in
            let tensors = try TorchFile.read(bytes)
            let again = try Safetensors.read(try Safetensors(tensors: tensors).write()).tensors
            try require(Swift.zip(again, tensors).allSatisfy { $0.tensor.isIdentical(to: $1.tensor) })
            return tensors.reduce(0) { $0 + $1.tensor.byteCount }
        },
        repair: { ZipFixture.withChecksums($0) }, growth: 64)

    private static let wav = FuzzTarget(
        name: "wav",
        corpus: {
            var files = try SampleEncoding.allCases.map {
                try Wav.write(
                    Sound(samples: try sample(.float32, [2, 6]), rate: 8000), encoding: $0)
            }
            files.append(
                WavTests.file(
                    WavTests.extensible,
                    "00800000",
                    before: "4c495354 03000000 61626300"))
            return files
        },
        read: { bytes in
            let sound = try Wav.read(bytes)
            // Fails for rates that do not fit when written with more bytes a sample: an error,
            // never a trap.
            _ = try? Wav.write(sound)
            return sound.samples.byteCount
        })

    private static let zip = FuzzTarget(
        name: "zip",
        corpus: {
            var writer = ZipWriter()
            try writer.add("a/b.txt", ZipTests.text)
            try writer.add("\u{E9}", [1, 2, 3], deflate: false)
            try writer.add("empty", [])
            let comment = writer.finish().dropLast(2) + [3, 0, 97, 98, 99]
            return [
                Array(comment),
                ZipTests.wideFile(content: Array("hello".utf8), checksum: hex("86a61036")),
            ]
        },
        read: { bytes in
            let archive = try ZipArchive(bytes)
            return try archive.entries.reduce(0) { sum, entry in
                sum + (try archive.contents(of: entry)).count
            }
        },
        repair: { ZipFixture.withChecksums($0) }, growth: 1040)

    private static let gzip = FuzzTarget(
        name: "gzip",
        corpus: {
            let small = try Gzip.compress(Array("hello\n".utf8))
            return [
                small, small + small, try Gzip.compress(ZipTests.text), try Gzip.compress([]),
                small + [0, 0],
            ]
        },
        read: { bytes in
            let contents = try Gzip.decompress(bytes)
            try require(try Gzip.decompress(try Gzip.compress(contents)) == contents)
            return contents.count
        },
        repair: { ZipFixture.withGzipChecksum($0) }, growth: 1040)

    private static let json = FuzzTarget(
        name: "json",
        corpus: {
            [
                JSONTests.everyKind,
                "[[[[]]]]", "[]", "-0.5e-3",
                #"{"model": {"vocab": {"[PAD]": 0, "\u0023ing": 1}, "merges": ["a b"]}}"#,
            ].map { Array($0.utf8) }
        },
        read: { bytes in
            let json = try JSON.read(bytes)
            try require(try JSON.read(Array(json.text.utf8)).text == json.text)
            return json.text.utf8.count
        })

    private static let text = FuzzTarget(
        name: "text",
        corpus: {
            [
                Array("naïve €😀\n".utf8), hex("fffe 6800 e400 3dd800de"),
                hex("feff 0068 00e4 d83d de00"), hex("efbbbf 68c3a4"),
            ]
        },
        read: { bytes in
            let text = try PlainText.read(bytes)
            try require(
                try PlainText.read(Array(text.utf8), encoding: .utf8).utf8.count <= text.utf8.count)
            return text.utf8.count
        })

    private static let manifest = FuzzTarget(
        name: "manifest",
        corpus: {
            try ["iris", "fashion-mnist", "emoji", "kjv"].map {
                try FileAccess.read(DatasetCatalogTests.shipped + "/\($0)/manifest.json")
            }
        },
        read: { bytes in try DatasetManifest(bytes).files.count })
}

/// Zip files with damage behind right check sums.
enum ZipFixture {
    /// Sets each record's check sum to that of what its entry inflates to, where that can be found
    /// out.
    static func withChecksums(_ file: [UInt8]) -> [UInt8] {
        guard let archive = try? ZipArchive(file) else { return file }
        var result = file
        for entry in archive.entries {
            guard let contents = contents(of: entry, file) else { continue }
            let sum = Deflate.crc32(contents, in: 0..<contents.count)
            let name = Array(entry.name.utf8)
            guard
                let record = result.indices.first(where: { place in
                    result[place...].starts(with: [0x50, 0x4B, 1, 2])
                        && place + 46 + name.count <= result.count
                        && result[(place + 46)...].starts(with: name)
                })
            else { continue }
            for byte in 0..<4 {
                result[record + 16 + byte] = UInt8(truncatingIfNeeded: sum >> (8 * byte))
            }
        }
        return result
    }

    private static func contents(of entry: ZipArchive.Entry, _ file: [UInt8]) -> [UInt8]? {
        switch entry.method {
        case .stored: Array(file[entry.data])
        case .deflated: inflated(file, entry.data)?.output
        }
    }

    /// gzip files of one member without name: the check sum and size behind the data.
    static func withGzipChecksum(_ file: [UInt8]) -> [UInt8] {
        guard file.count > 18, file[3] == 0, let data = inflated(file, 10..<file.count),
            data.inputEnd + 8 <= file.count
        else { return file }
        var result = file
        let sum = Deflate.crc32(data.output, in: 0..<data.output.count)
        for byte in 0..<4 {
            result[data.inputEnd + byte] = UInt8(truncatingIfNeeded: sum >> (8 * byte))
            result[data.inputEnd + 4 + byte] = UInt8(
                truncatingIfNeeded: data.output.count >> (8 * byte))
        }
        return result
    }

    private static func inflated(_ file: [UInt8], _ range: Range<Int>) -> Deflate.Inflated? {
        let limit = Deflate.Limit(bytes: 1 << 24, ratio: Deflate.Limit.highestRatio)
        return try? Deflate.inflate(file, in: range, .raw, limit: limit, format: "zip")
    }
}
