import Diagnostics

extension Exporter {
    /// A Jupyter notebook with outputs.
    ///
    /// - Source: the nbformat 4.5 schema.
    static let jupyter = Exporter(
        name: "ipynb", fileExtension: "ipynb", summary: "a Jupyter notebook with outputs",
        linksFigures: false
    ) { input in
        var writer = JupyterWriter(input: input)
        return Array((writer.notebook().text() + "\n").utf8)
    }
}

/// Builds the JSON of a Jupyter notebook. Keys stand in alphabetical order, as Jupyter saves them.
private struct JupyterWriter {
    let input: ExportInput
    private var ids: Set<String> = []

    init(input: ExportInput) { self.input = input }

    mutating func notebook() -> JSONValue {
        let language: JSONValue = .object([
            ("file_extension", .string(".dl")), ("mimetype", .string("text/x-dl")),
            ("name", .string("dl")),
        ])
        let kernel: JSONValue = .object([
            ("display_name", .string("dl")), ("language", .string("dl")), ("name", .string("dl")),
        ])
        return .object([
            ("cells", .array(cells())),
            (
                "metadata",
                .object([
                    ("dln", settings()), ("kernelspec", kernel), ("language_info", language),
                    ("title", .string(input.title)),
                ])
            ),
            ("nbformat", .int(4)),
            ("nbformat_minor", .int(5)),
        ])
    }

    private func settings() -> JSONValue {
        let parameters = input.parameters.map { parameter -> (key: String, value: JSONValue) in
            let value: JSONValue =
                switch parameter.value {
                case .int(let value): .int(value)
                case .float(let value): .double(value)
                case .string(let value): .string(value)
                case .bool(let value): .bool(value)
                }
            return (parameter.name, value)
        }
        return .object([
            ("params", .object(parameters)), ("seed", .int(input.document.frontMatter.seed)),
            ("version", .int(input.document.frontMatter.version)),
        ])
    }

    // MARK: Cells

    private mutating func cells() -> [JSONValue] {
        var result: [JSONValue] = []
        if input.document.frontMatter.title != nil, !input.document.startsWithTitle {
            result.append(markdown("# \(input.title)", id: "title"))
        }
        for (index, segment) in input.document.segments.enumerated() {
            switch segment.kind {
            case .frontMatter, .output: break
            case .prose:
                let text = trimmed(input.document.text(of: segment).replacing("\r\n", with: "\n"))
                if !text.isEmpty { result.append(markdown(text, id: "prose-\(index)")) }
            case .cell(let index): result.append(code(input.document.cells[index]))
            }
        }
        return result
    }

    private mutating func markdown(_ text: String, id: String) -> JSONValue {
        .object([
            ("cell_type", .string("markdown")), ("id", .string(unique(id))),
            ("metadata", .object([])), ("source", lines(text)),
        ])
    }

    private mutating func code(_ cell: Cell) -> JSONValue {
        let result = input.results[cell.position]
        let hasRun = result.map { $0.status != .skipped } ?? false
        var metadata: [(key: String, value: JSONValue)] = []
        if cell.attributes.hidesCode {
            metadata.append(("jupyter", .object([("source_hidden", .bool(true))])))
        }
        if let name = cell.name { metadata.append(("name", .string(name))) }
        return .object([
            ("cell_type", .string("code")),
            ("execution_count", hasRun ? .int(cell.position) : .null),
            ("id", .string(unique(cell.fileStem))),
            ("metadata", .object(metadata)),
            ("outputs", .array(result.map { outputs($0) } ?? [])),
            ("source", lines(cell.source.text)),
        ])
    }

    /// An identifier of at most 64 ASCII letters, digits, `-` and `_`, not used before.
    private mutating func unique(_ text: String) -> String {
        let kept = text.map { character in
            character.isASCII && (character.isLetter || character.isNumber || character == "_")
                ? character : "-"
        }
        let base = String(kept.prefix(56))
        var id = base
        var number = 2
        while !ids.insert(id).inserted {
            id = "\(base)-\(number)"
            number += 1
        }
        return id
    }

    // MARK: Outputs

    private func outputs(_ result: CellResult) -> [JSONValue] {
        var outputs: [JSONValue] = []
        if !result.printed.isEmpty {
            outputs.append(
                .object([
                    ("name", .string("stdout")), ("output_type", .string("stream")),
                    ("text", lines(result.printed)),
                ]))
        }
        if let value = result.value {
            outputs.append(
                .object([
                    ("data", .object([("text/plain", lines(value))])),
                    ("execution_count", .int(result.position)), ("metadata", .object([])),
                    ("output_type", .string("execute_result")),
                ]))
        }
        outputs += result.figures.compactMap(figure)
        if let error = result.error {
            let lines = error.text.split(separator: "\n", omittingEmptySubsequences: false)
            outputs.append(
                .object([
                    ("ename", .string("error")), ("evalue", .string(error.message)),
                    ("output_type", .string("error")),
                    ("traceback", .array(lines.map { .string(String($0)) })),
                ]))
        }
        return outputs
    }

    private func figure(_ figure: CellFigure) -> JSONValue? {
        guard let type = ImageType(figure.bytes) else { return nil }
        let data: JSONValue =
            type == .svg
            ? lines(String(decoding: figure.bytes, as: UTF8.self)) : .string(base64(figure.bytes))
        var size: [(key: String, value: JSONValue)] = []
        if let height = figure.height { size.append(("height", .int(height))) }
        if let width = figure.width { size.append(("width", .int(width))) }
        let metadata: [(key: String, value: JSONValue)] =
            size.isEmpty ? [] : [(type.rawValue, .object(size))]
        return .object([
            ("data", .object([(type.rawValue, data)])), ("metadata", .object(metadata)),
            ("output_type", .string("display_data")),
        ])
    }

    /// A text as Jupyter keeps it: a list of lines with their ends.
    private func lines(_ text: String) -> JSONValue {
        guard !text.isEmpty else { return .array([]) }
        var result: [JSONValue] = []
        var rest = text.utf8[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0a).map { rest.index(after: $0) } ?? rest.endIndex
            result.append(.string(String(decoding: rest[..<end], as: UTF8.self)))
            rest = rest[end...]
        }
        return .array(result)
    }
}
