import Kernels
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The only place that touches the disk: whole files in, whole files out.
///
/// What is read within a `WorkScope` that is to stop ends early, here and in the formats: whoever
/// opened the scope throws it away. What is written then is an error, and the old file stays.
public enum FileAccess {
    /// The most bytes of a file unless the caller says otherwise: 8 GiB, or what the memory budget
    /// leaves.
    public static let defaultLimit = 8 << 30

    /// The bytes of a regular file (links are followed).
    /// - Throws: `notFound`, `notPermitted`, `isFolder`, `notAFile`, `tooBig`, `system`.
    public static func read(
        _ path: String, limit: Int = defaultLimit
    ) throws(FormatError) -> [UInt8] {
        // Not blocking, so that opening a pipe returns and can be refused.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw failure(path, "open") }
        defer { close(file) }
        let size = try sizeOfRegular(file, path)
        let allowed = min(limit, Deflate.memoryLeft)
        guard size <= allowed else {
            throw FormatError(
                format: "file", file: path, .tooBig(what: "the file", size: size, limit: allowed))
        }
        var failed: FormatError?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size, !WorkScope.shouldStop {
                // In pieces, since a slow disk keeps a read that has begun.
                let got = systemRead(
                    file, buffer.baseAddress.map { $0 + count }, min(1 << 22, size - count))
                if got > 0 {
                    count += got
                } else if got == 0 {
                    break
                } else if errno != EINTR {
                    failed = failure(path, "read")
                    break
                }
            }
        }
        if let failed { throw failed }
        return bytes
    }

    /// Replaces a file by these bytes, wholly or not at all: they go to a new file beside it, to
    /// the disk, and then take its name. A link keeps pointing where it did.
    /// - Throws: `notFound` (the folder), `notPermitted`, `isFolder`, `notAFile`, `system`.
    public static func write(_ bytes: [UInt8], to path: String) throws(FormatError) {
        let target = resolved(path)
        var facts = stat()
        let exists = stat(target, &facts) == 0
        if exists { try checkRegular(facts, path) }
        let (file, temporary) = try createBeside(
            target, path, mode: exists ? facts.st_mode & 0o777 : nil)
        var isDone = false
        defer { if !isDone { unlink(temporary) } }
        do {
            defer { close(file) }
            try writeAll(bytes, file, path)
            // What is half written, or was half made, must not take the name.
            guard !WorkScope.shouldStop else {
                throw FormatError(format: "file", file: path, .system(operation: "write", code: EINTR))
            }
            guard fsync(file) == 0 else { throw failure(path, "fsync") }
        }
        guard rename(temporary, target) == 0 else { throw failure(path, "rename") }
        isDone = true
        // Makes the new name durable. Some file systems cannot; the file itself is safe all the
        // same.
        let folder = open(parent(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    /// The size of a regular file, nil if there is none.
    public static func size(of path: String) -> Int? {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(facts.st_size)
    }

    /// Whether there is a folder of this path.
    public static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// The path with links followed; itself if there is nothing.
    static func real(_ path: String) -> String { resolved(path) }

    /// The names in a folder, sorted, without those that begin with a dot. Empty if it cannot be
    /// read.
    public static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func sizeOfRegular(_ file: Int32, _ path: String) throws(FormatError) -> Int {
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw failure(path, "stat") }
        try checkRegular(facts, path)
        return Int(facts.st_size)
    }

    private static func checkRegular(_ facts: stat, _ path: String) throws(FormatError) {
        switch facts.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw FormatError(format: "file", file: path, .isFolder)
        default: throw FormatError(format: "file", file: path, .notAFile)
        }
    }

    private static func writeAll(_ bytes: [UInt8], _ file: Int32, _ path: String)
        throws(FormatError)
    {
        var done = 0
        while done < bytes.count, !WorkScope.shouldStop {
            let put = bytes.withUnsafeBytes {
                systemWrite(file, $0.baseAddress.map { $0 + done }, min(1 << 22, $0.count - done))
            }
            if put >= 0 {
                done += put
            } else if errno != EINTR {
                throw failure(path, "write")
            }
        }
    }

    /// A new file in the same folder, with the mode of the old one or the process's default.
    private static func createBeside(
        _ target: String, _ path: String, mode: mode_t?
    ) throws(FormatError) -> (file: Int32, name: String) {
        for _ in 0..<100 {
            let name = target + ".\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
            let file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if file >= 0 {
                if let mode { fchmod(file, mode) }
                return (file, name)
            }
            if errno != EEXIST { break }
        }
        throw failure(path, "open")
    }

    /// The path with links followed; itself if there is nothing yet.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func failure(_ path: String, _ operation: String) -> FormatError {
        let code = errno
        let problem: FormatError.Problem =
            switch code {
            case ENOENT, ENOTDIR: .notFound
            case EACCES, EPERM, EROFS: .notPermitted
            case EISDIR: .isFolder
            default: .system(operation: operation, code: code)
            }
        return FormatError(format: "file", file: path, problem)
    }
}

// `read` and `write` are also the names of the functions above.
private func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    buffer.map { read(file, $0, count) } ?? 0
}

private func systemWrite(_ file: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    buffer.map { write(file, $0, count) } ?? 0
}
