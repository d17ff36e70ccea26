import Foundation

/// What was typed in all sessions, kept in one file: an entry per line, in which `\n` and `\\`
/// stand for a newline and a backslash, so that entries of several lines stay whole.
///
/// Every change happens under a lock, and entries are only appended, so two sessions at once lose
/// nothing. What cannot be read is set aside, never overwritten.
struct History: Sendable {
    /// When the file holds more than `most`, it is cut down to the newest `kept`: the first prompt
    /// waits for them all.
    static let most = 4_000
    static let kept = 2_000

    let path: String

    init(path: String) { self.path = path }

    /// The entries, oldest first.
    ///
    /// - Returns: also where a damaged file was moved to, if there was one.
    func load() -> (entries: [String], setAside: String?) {
        withLock {
            guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else {
                return ([], nil)
            }
            guard let entries = Self.entries(in: data) else { return ([], moveAside()) }
            if entries.count > Self.most {
                let kept = Array(entries.suffix(Self.kept))
                let text = kept.map { Self.line($0) }.joined()
                try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
                return (kept, nil)
            }
            return (entries, nil)
        } ?? ([], nil)
    }

    /// Adds an entry at the end. Fails silently: a read-only home is no reason not to compute.
    func append(_ entry: String) {
        withLock {
            let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard file >= 0 else { return }
            defer { close(file) }
            // A line that a crash cut off must not swallow this one.
            var last: UInt8 = 10
            let end = lseek(file, 0, SEEK_END)
            if end > 0 { _ = pread(file, &last, 1, end - 1) }
            let bytes = Array(((last == 10 ? "" : "\n") + Self.line(entry)).utf8)
            _ = write(file, bytes, bytes.count)
        }
    }

    // MARK: Lines

    static func line(_ entry: String) -> String {
        var line = ""
        for scalar in entry.unicodeScalars {
            switch scalar {
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line + "\n"
    }

    /// `nil` if the bytes are no such file.
    static func entries(in data: Data) -> [String]? {
        guard !data.contains(0), String(validating: data, as: UTF8.self) != nil else { return nil }
        var entries: [String] = []
        for line in Array(data).split(separator: UInt8(ascii: "\n")) {
            guard let entry = entry(line) else { return nil }
            entries.append(entry)
        }
        return entries
    }

    /// Bytes, not characters: the prompt waits for all of them.
    private static func entry(_ line: ArraySlice<UInt8>) -> String? {
        let backslash = UInt8(ascii: "\\")
        guard line.contains(backslash) else { return String(decoding: line, as: UTF8.self) }
        var result: [UInt8] = []
        var isEscaped = false
        for byte in line {
            if isEscaped {
                switch byte {
                case backslash: result.append(byte)
                case UInt8(ascii: "n"): result.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "r"): result.append(UInt8(ascii: "\r"))
                default: return nil
                }
                isEscaped = false
            } else if byte == backslash {
                isEscaped = true
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    // MARK: Files

    private func moveAside() -> String? {
        for number in 1...1000 {
            let target = "\(path).damaged-\(number)"
            if link(path, target) == 0 {
                unlink(path)
                return target
            }
            if errno != EEXIST { break }
        }
        return nil
    }

    /// Runs `body` while no other session touches the file; `nil` if its folder cannot be written.
    @discardableResult
    private func withLock<Result>(_ body: () -> Result) -> Result? {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        defer { close(file) }
        while flock(file, LOCK_EX) != 0 { if errno != EINTR { return nil } }
        return body()
    }
}
