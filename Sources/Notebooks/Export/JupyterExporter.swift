import Diagnostics
import Formats

extension Exporter {
    /// A Jupyter notebook with outputs.
    ///
    /// - Source: the nbformat 4.5 schema.
    static let jupyter = Exporter(
        name: "ipynb", fileExtension: "ipynb", summary: "a Jupyter notebook with outputs",
        linksFigures: false
    ) { input in
        var writer = JupyterWriter(input: input)
        return Array((writer.notebook().indentedText() + "\n").utf8)
    }
}

/// Builds the JSON of a Jupyter notebook. Keys stand in alphabetical order, as Jupyter saves them.
private struct JupyterWriter {
    let input: ExportInput
    private var ids: Set<String> = []

    init(input: ExportInput) { self.input = input }

    mutating func notebook() -> JSON {
        let language: JSON = .object([
            .init("file_extension", .string(".dl")), .init("mimetype", .string("text/x-dl")),
            .init("name", .string("dl")),
        ])
        let kernel: JSON = .object([
            .init("display_name", .string("dl")), .init("language", .string("dl")), .init("name", .string("dl")),
        ])
        return .object([
            .init("cells", .array(cells())),
            .init(
                "metadata",
                .object([
                    .init("dln", settings()), .init("kernelspec", kernel), .init("language_info", language),
                    .init("title", .string(input.title)),
                ])
            ),
            .init("nbformat", .integer(4)),
            .init("nbformat_minor", .integer(5)),
        ])
    }

    private func settings() -> JSON {
        let parameters = input.parameters.map { parameter -> JSON.Member in
            let value: JSON =
                switch parameter.value {
                case .int(let value): .integer(value)
                case .float(let value): .number(value)
                case .string(let value): .string(value)
                case .bool(let value): .bool(value)
                }
            return .init(parameter.name, value)
        }
        return .object([
            .init("params", .object(parameters)), .init("seed", .integer(input.document.frontMatter.seed)),
            .init("version", .integer(input.document.frontMatter.version)),
        ])
    }

    // MARK: Cells

    private mutating func cells() -> [JSON] {
        var result: [JSON] = []
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

    private mutating func markdown(_ text: String, id: String) -> JSON {
        .object([
            .init("cell_type", .string("markdown")), .init("id", .string(unique(id))),
            .init("metadata", .object([])), .init("source", lines(text)),
        ])
    }

    private mutating func code(_ cell: Cell) -> JSON {
        let result = input.results[cell.position]
        let hasRun = result.map { $0.status != .skipped } ?? false
        var metadata: [JSON.Member] = []
        if cell.attributes.hidesCode {
            metadata.append(.init("jupyter", .object([.init("source_hidden", .bool(true))])))
        }
        if let name = cell.name { metadata.append(.init("name", .string(name))) }
        return .object([
            .init("cell_type", .string("code")),
            .init("execution_count", hasRun ? .integer(cell.position) : .null),
            .init("id", .string(unique(cell.fileStem))),
            .init("metadata", .object(metadata)),
            .init("outputs", .array(result.map { outputs($0) } ?? [])),
            .init("source", lines(cell.source.text)),
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

    private func outputs(_ result: CellResult) -> [JSON] {
        var outputs: [JSON] = []
        if !result.printed.isEmpty {
            outputs.append(
                .object([
                    .init("name", .string("stdout")), .init("output_type", .string("stream")),
                    .init("text", lines(result.printed)),
                ]))
        }
        if let value = result.value {
            outputs.append(
                .object([
                    .init("data", .object([.init("text/plain", lines(value))])),
                    .init("execution_count", .integer(result.position)), .init("metadata", .object([])),
                    .init("output_type", .string("execute_result")),
                ]))
        }
        outputs += result.figures.compactMap(figure)
        if let error = result.error {
            let lines = error.text.split(separator: "\n", omittingEmptySubsequences: false)
            outputs.append(
                .object([
                    .init("ename", .string("error")), .init("evalue", .string(error.message)),
                    .init("output_type", .string("error")),
                    .init("traceback", .array(lines.map { .string(String($0)) })),
                ]))
        }
        return outputs
    }

    private func figure(_ figure: CellFigure) -> JSON? {
        guard let type = ImageType(figure.bytes) else { return nil }
        let data: JSON =
            type == .svg
            ? lines(String(decoding: figure.bytes, as: UTF8.self)) : .string(base64(figure.bytes))
        var size: [JSON.Member] = []
        if let height = figure.height { size.append(.init("height", .integer(height))) }
        if let width = figure.width { size.append(.init("width", .integer(width))) }
        let metadata: [JSON.Member] =
            size.isEmpty ? [] : [.init(type.rawValue, .object(size))]
        return .object([
            .init("data", .object([.init(type.rawValue, data)])), .init("metadata", .object(metadata)),
            .init("output_type", .string("display_data")),
        ])
    }

    /// A text as Jupyter keeps it: a list of lines with their ends.
    private func lines(_ text: String) -> JSON {
        guard !text.isEmpty else { return .array([]) }
        var result: [JSON] = []
        var rest = text.utf8[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0a).map { rest.index(after: $0) } ?? rest.endIndex
            result.append(.string(String(decoding: rest[..<end], as: UTF8.self)))
            rest = rest[end...]
        }
        return .array(result)
    }
}
