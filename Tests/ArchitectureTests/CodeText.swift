/// Swift text without comments and without what stands in strings.
///
/// A few states suffice for the sources of this project: line and nested block comments, strings of one or
/// three quotes, with or without `#`. Interpolations vanish with their string.
enum CodeText {
    static func lines(of text: String) -> [String] {
        var result: [String] = []
        var scanner = Scanner()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            result.append(scanner.code(in: Array(line.utf8)))
        }
        return result
    }

    private struct Scanner {
        var commentDepth = 0
        /// The hashes of the multi-line string that is open.
        var openHashes: Int?

        mutating func code(in line: [UInt8]) -> String {
            var kept: [UInt8] = []
            var at = 0
            while at < line.count {
                if commentDepth > 0 {
                    at += skipComment(line, at)
                } else if let hashes = openHashes {
                    at += skipMultiline(line, at, hashes)
                } else if starts(line, at, "//") {
                    break
                } else if starts(line, at, "/*") {
                    commentDepth = 1
                    at += 2
                } else if let length = openString(line, at) {
                    kept += Array("\"\"".utf8)
                    at += length
                } else {
                    kept.append(line[at])
                    at += 1
                }
            }
            return String(decoding: kept, as: UTF8.self)
        }

        private mutating func skipComment(_ line: [UInt8], _ at: Int) -> Int {
            if starts(line, at, "*/") {
                commentDepth -= 1
                return 2
            }
            if starts(line, at, "/*") {
                commentDepth += 1
                return 2
            }
            return 1
        }

        private mutating func skipMultiline(_ line: [UInt8], _ at: Int, _ hashes: Int) -> Int {
            let end = "\"\"\"" + String(repeating: "#", count: hashes)
            guard starts(line, at, end) else { return hashes == 0 && line[at] == 0x5C ? 2 : 1 }
            openHashes = nil
            return end.utf8.count
        }

        /// The length of the string that begins at `at` and ends on this line, or of the opening of a longer one.
        private mutating func openString(_ line: [UInt8], _ at: Int) -> Int? {
            var hashes = 0
            while at + hashes < line.count, line[at + hashes] == 0x23 { hashes += 1 }
            let quote = at + hashes
            guard starts(line, quote, "\"") else { return nil }
            if starts(line, quote, "\"\"\"") {
                openHashes = hashes
                return hashes + 3
            }
            let end = "\"" + String(repeating: "#", count: hashes)
            var here = quote + 1
            var depth = 0
            while here < line.count {
                // An interpolation may hold strings of its own: count its brackets.
                if depth == 0, starts(line, here, end) { return here + end.utf8.count - at }
                if starts(line, here, "\\" + String(repeating: "#", count: hashes) + "(") {
                    depth += 1
                    here += hashes + 2
                    continue
                }
                if depth > 0 {
                    if line[here] == 0x28 { depth += 1 }
                    if line[here] == 0x29 { depth -= 1 }
                    here += 1
                } else {
                    here += hashes == 0 && line[here] == 0x5C ? 2 : 1
                }
            }
            return line.count - at
        }

        private func starts(_ line: [UInt8], _ at: Int, _ text: String) -> Bool {
            at < line.count && line[at...].starts(with: text.utf8)
        }
    }
}
