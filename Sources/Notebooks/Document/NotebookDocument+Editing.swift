import Diagnostics

extension NotebookDocument {
    /// The notebook with other code in a cell, its fences and all else untouched. The fence grows
    /// if the code holds one itself.
    ///
    /// A cell that is not there, or that is not closed, changes nothing.
    public func settingCode(_ code: String, ofCell position: Int) -> NotebookDocument {
        settingCode([position: code])
    }

    /// The notebook with other code in some cells, by their positions, all replaced at once.
    public func settingCode(_ codes: [Int: String]) -> NotebookDocument {
        replacingSegments { segment in
            guard case .cell(let index) = segment.kind, cells[index].isClosed,
                let code = codes[cells[index].position]
            else { return nil }
            return rewritten(segment, code)
        }
    }

    /// The notebook with the outputs of a run under its cells.
    ///
    /// - Parameter outputs: what to store, by the position of the cell. A cell without an entry
    ///   keeps what it has; with `nil` as its entry it loses it. What stood above the first cell
    ///   belongs to none and goes.
    public func storingOutputs(_ outputs: [Int: StoredOutput?]) -> NotebookDocument {
        replacingSegments { segment in
            switch segment.kind {
            case .frontMatter, .prose: return nil
            case .output(let index):
                guard let position = self.outputs[index].cellPosition else { return [] }
                return outputs.keys.contains(position) ? [] : nil
            case .cell(let index):
                let cell = cells[index]
                guard cell.isClosed, let entry = outputs[cell.position], let output = entry else {
                    return nil
                }
                let old = Array(bytes[segment.range])
                let lineEnd = lineEnd(of: old)
                let separator = old.last == 0x0a ? [] : lineEnd
                return old + separator + Self.written(output, lineEnd: lineEnd)
            }
        }
    }

    /// The notebook without any stored output.
    public func removingOutputs() -> NotebookDocument {
        replacingSegments { segment in
            if case .output = segment.kind { return [] }
            return nil
        }
    }

    private func replacingSegments(_ replacement: (Segment) -> [UInt8]?) -> NotebookDocument {
        var result: [UInt8] = []
        for segment in segments { result += replacement(segment) ?? Array(bytes[segment.range]) }
        return NotebookDocument(bytes: result, name: name)
    }

    private func rewritten(_ segment: Segment, _ code: String) -> [UInt8] {
        let old = Array(bytes[segment.range])
        let lineEnd = lineEnd(of: old)
        guard let firstEnd = old.firstIndex(of: 0x0a) else { return old }
        var opening = Array(old[...firstEnd])
        var closing = Array(old[lastLineStart(old)...])
        let mark = closing.first { $0 == 0x60 || $0 == 0x7e } ?? 0x60
        if let at = opening.firstIndex(of: mark), let below = closing.firstIndex(of: mark) {
            let length = opening[at...].prefix { $0 == mark }.count
            let missing = repeatElement(mark, count: max(0, Fence.length(for: code, mark) - length))
            opening.insert(contentsOf: missing, at: at)
            closing.insert(contentsOf: missing, at: below)
        }
        var lines = code.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return opening + lines.flatMap { Array($0.utf8) + lineEnd } + closing
    }

    /// Where the last line that is not empty starts.
    private func lastLineStart(_ text: [UInt8]) -> Int {
        let end = text.last == 0x0a ? text.count - 1 : text.count
        return text[..<end].lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    }

    /// `\r\n` if the first line ends so.
    private func lineEnd(of text: [UInt8]) -> [UInt8] {
        guard let first = text.firstIndex(of: 0x0a), first > 0, text[first - 1] == 0x0d else {
            return [0x0a]
        }
        return [0x0d, 0x0a]
    }

    private static func written(_ output: StoredOutput, lineEnd: [UInt8]) -> [UInt8] {
        var lines = ["<!-- dln:out \(word(output.name)) \(word(output.key)) -->"]
        if !output.text.isEmpty {
            let fence = Fence.around(output.text)
            lines.append(fence + "text")
            lines += output.text.split(separator: "\n", omittingEmptySubsequences: false)
                .map(String.init)
            lines.append(fence)
        }
        lines += output.figures.map { "![\(word(output.name))](\($0))" }
        lines.append("<!-- dln:end -->")
        return lines.flatMap { Array($0.utf8) + lineEnd }
    }

    /// A word that cannot end the comment it stands in.
    private static func word(_ text: String) -> String {
        let kept = text.unicodeScalars.filter {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
                || "-_.:=".unicodeScalars.contains($0)
        }
        let word = String(String.UnicodeScalarView(kept))
        return word.isEmpty ? "-" : word.replacing("--", with: "-")
    }
}
