import Autodiff
import Formats
import Kernels
import OrderedCollections
import Tensors

/// Reading and listing files.
enum FileBuiltins {
    static let all: [Builtin] = [
        Builtin(
            "readCSV(path, target = nil, header = nil, separator = nil, missing = nil, encoding = nil, skip = 0, "
                + "decimal = \".\")",
            """
            A dict of columns, or a data set to learn the column `target`.

            A column is a tensor if all its values are numbers (missing ones are nan), else a list of texts. What is not \
            said is found out: whether the first line names the columns (`header`), what stands between values \
            (`separator`: `","`, `";"`, `"\\t"`, `" "` or `"|"`). `missing` is a list of the texts that stand for no \
            value, `skip` a number of lines to leave out, `encoding` `"utf-8"`, `"utf-16"` or `"latin-1"`, `decimal` \
            what begins a fraction: `","` reads 1,5. Compressed files (`.csv.gz`) are read as what is inside. Spaces \
            around values without quotes are left out.

            Numbers become float32; whole ones beyond ±2^24, which that would round, int64 (or float64 where some are \
            missing). With `target`, x is float32 of all other columns, which must hold numbers; y is int64, the \
            index in `.classes`, of texts, int64 of whole numbers, else float32.

            ```dl
            writeText("t.csv", "name;height\\nAda;1.65\\nBo;?")
            readCSV("t.csv")["name"]                  # → ["Ada", "Bo"]
            readCSV("t.csv")["height"].toList()       # → [1.65, nan]
            ```
            """, isPure: false
        ) { m, a in
            let path = try m.text(a[0], "readCSV", "path")
            let options = try m.csvOptions(
                header: a[2], separator: a[3], missing: a[4], encoding: a[5], skip: a[6],
                decimal: a[7])
            let read = try m.session.read(path, as: "csv", by: { bytes throws(FormatError) in
                .table(try CSV.read(bytes, options))
            })
            guard case .table(let table) = read else { return .none }
            if a[1].isNone { return try m.columns(table) }
            let target = try m.text(a[1], "readCSV", "target")
            do throws(FormatError) {
                return .dataset(DatasetObject(try table.dataset(target: target, called: path)))
            } catch {
                var named = error
                named.file = path
                throw named
            }
        },
        Builtin(
            "readText(path, encoding = nil)",
            "The text of a file: UTF-8, UTF-16 if it begins with a mark, or what `encoding` says "
                + "(`\"utf-8\"`, `\"utf-16\"`, `\"latin-1\"`). `.gz` and `.dz` are decompressed.",
            isPure: false
        ) { m, a in
            let path = try m.text(a[0], "readText", "path")
            let encoding = try m.encoding(a[1], "readText")
            return try m.value(
                of: m.session.read(path, as: "text", by: { bytes throws(FormatError) in
                    .text(try PlainText.read(bytes, encoding: encoding))
                }))
        },
        Builtin(
            "readImage(path)",
            "The picture in a PNG or JPEG file as float32 `[C, H, W]` in 0…1: C is 1 for grey, 3 for colour, "
                + "4 with transparency.", isPure: false
        ) { m, a in
            let path = try m.text(a[0], "readImage", "path")
            return try m.value(of: m.session.read(path, as: "png", by: DataFormat.readPicture))
        },
        Builtin(
            "readJSON(path, lines = false)",
            """
            What a JSON file holds: dicts, lists, Strings, Ints, Floats, Bools and nil.

            `NaN` and `Infinity`, as Python writes them, are Floats. `lines: true` reads a file with a value in each \
            line (`.jsonl`) as a list.

            ```dl
            writeText("t.jsonl", "[1, 2.5]\\n[3, NaN]")
            readJSON("t.jsonl", lines: true)          # → [[1, 2.5], [3, nan]]
            ```
            """, isPure: false
        ) { m, a in
            let path = try m.text(a[0], "readJSON", "path")
            guard case .bool(let isLines) = a[1] else {
                throw CallFailures.argument("readJSON", "lines", wants: "true or false", got: a[1])
            }
            let read = try m.session.read(path, as: "json", by: { bytes throws(FormatError) in
                .json(try JSON.readLoosely(bytes, isLines: isLines))
            })
            guard case .json(var json) = read else { return .none }
            defer { Rubbish(&json, leaving: .null).free() }
            return try m.value(of: json)
        },
        reader("readNpy", "The tensor in an npy file.", .npy),
        reader("readNpz", "A dict of the tensors in an npz file.", .npz),
        reader("readSafetensors", "A dict of the tensors in a safetensors file.", .safetensors),
        reader(
            "readTorch",
            "A dict of the tensors that PyTorch saved, such as a state dictionary (`.pt`, `.pth`), by path. "
                + "float16 and bfloat16 become float32; no code of the file runs.", .torch),
        reader("readIdx", "The tensor in an idx file, compressed or not.", .idx),
        reader("readWav", "A record `(samples, rate)`: samples in -1…1, rate in Hz.", .wav),
        Builtin("writeText(path, text)", "Writes a text file, whole or not at all.", isPure: false) { m, a in
            try m.session.write(
                Array(m.text(a[1], "writeText", "text").utf8),
                to: m.text(a[0], "writeText", "path"))
            return .none
        },
        Builtin(
            "listFiles(folder, pattern = \"*\")",
            """
            The paths of the files and folders in a folder that match, sorted.

            `*` stands for any characters, `?` for one; what is in folders within is not listed, and names with a dot \
            in front are left out.
            """, isPure: false
        ) { m, a in
            .list(
                try m.session.listFiles(
                    m.text(a[0], "listFiles", "folder"), m.text(a[1], "listFiles", "pattern")
                ).map { .string($0) })
        },
    ]

    private static func reader(
        _ name: String, _ documentation: String, _ format: DataFormat
    ) -> Builtin {
        Builtin("\(name)(path)", documentation, isPure: false) { m, a in
            try m.value(of: m.session.read(m.text(a[0], name, "path"), as: format))
        }
    }
}

extension Machine {
    fileprivate func encoding(_ value: Value, _ function: String) throws -> TextEncoding? {
        if value.isNone { return nil }
        guard let encoding = TextEncoding(name: try text(value, function, "encoding")) else {
            throw CallFailures.argument(
                function, "encoding", wants: "\"utf-8\", \"utf-16\" or \"latin-1\"", got: value)
        }
        return encoding
    }

    fileprivate func csvOptions(
        header: Value, separator: Value, missing: Value, encoding: Value, skip: Value, decimal: Value
    ) throws -> CSV.Options {
        var options = CSV.Options()
        if case .bool(let hasHeader) = header {
            options.hasHeader = hasHeader
        } else if !header.isNone {
            throw CallFailures.argument("readCSV", "header", wants: "true or false", got: header)
        }
        if !separator.isNone {
            let bytes = Array(try text(separator, "readCSV", "separator").utf8)
            guard bytes.count == 1, let found = CSV.Separator(rawValue: bytes[0]) else {
                throw CallFailures.argument(
                    "readCSV", "separator", wants: "\",\", \";\", \"\\t\", \" \" or \"|\"",
                    got: separator)
            }
            options.separator = found
        }
        if case .string(let text) = missing {
            options.missing = [text.text]
        } else if !missing.isNone {
            options.missing = Set(
                try elements(missing, "readCSV").map { try text($0, "readCSV", "missing") })
        }
        options.encoding = try self.encoding(encoding, "readCSV")
        guard let lines = try int(skip), lines >= 0 else {
            throw CallFailures.argument("readCSV", "skip", wants: "an Int from 0", got: skip)
        }
        options.skippedLines = lines
        let point = try text(decimal, "readCSV", "decimal")
        guard [".", ","].contains(point), point == "." || options.separator != .comma else {
            throw CallFailures.argument(
                "readCSV", "decimal", wants: "\".\" or \",\" (and another `separator` than that)", got: decimal)
        }
        options.hasDecimalComma = point == ","
        return options
    }

    fileprivate func columns(_ table: Table) throws -> Value {
        var items: OrderedDictionary<DictKey, Value> = [:]
        for column in table.columns {
            try poll()
            switch column.values {
            case .numbers: items[.string(column.name)] = .tensor(Node(try table.tensor(of: column)))
            case .strings(let texts):
                items[.string(column.name)] = try list(of: texts) { .string($0) }
            }
        }
        return .dict(DictObject(items))
    }

    func value(of data: DataValue) throws -> Value {
        switch data {
        case .tensor(let tensor): return .tensor(node(tensor))
        case .tensors(let named):
            var items: OrderedDictionary<DictKey, Value> = [:]
            for entry in named {
                items[.string(entry.name)] = .tensor(node(entry.tensor))
            }
            return .dict(DictObject(items))
        case .table(let table): return try columns(table)
        case .sound(let sound):
            return .record(["samples", "rate"], [.tensor(Node(sound.samples)), .int(sound.rate)])
        case .text(let text): return .string(text)
        case .json(let json): return try value(of: json)
        case .files: throw Failure("file.kind", "the file holds no tensors")
        }
    }

    /// Nested no deeper than `JSON.maximumDepth`. Of a name that is there twice the last value counts.
    fileprivate func value(of json: JSON) throws -> Value {
        try poll()
        switch json {
        case .null: return .none
        case .bool(let flag): return .bool(flag)
        case .integer(let number): return .int(number)
        case .number(let number): return .float(number)
        case .string(let text): return .string(text)
        case .array(let items):
            var values: [Value] = []
            values.reserveCapacity(items.count)
            do {
                for item in items { values.append(try value(of: item)) }
            } catch {
                if values.count > 1000 { Rubbish(&values, leaving: []).free() }
                throw error
            }
            return .list(values)
        case .object(let members):
            var items: OrderedDictionary<DictKey, Value> = [:]
            for member in members { items[.string(member.name)] = try value(of: member.value) }
            return .dict(DictObject(items))
        }
    }
}
