public import Tensors

/// What is wrong with a file or its bytes, as facts: which format, where, and what.
///
/// The sentence for users is `description` (`FormatError+Message.swift`).
public struct FormatError: Error, Equatable, Sendable {
    /// Where in the input the problem lies.
    public enum Place: Equatable, Sendable {
        /// The input as a whole.
        case whole
        /// At this byte, counted from 0.
        case byte(Int)
        /// At this line and character, both counted from 1.
        case line(Int, column: Int)
        /// In the cell of a table: the line counted from 1, and the name of the column.
        case cell(line: Int, column: String)
    }

    /// The problem itself. Texts are phrases that fit into a sentence, not sentences.
    public indirect enum Problem: Equatable, Sendable {
        // Files
        case notFound
        case notPermitted
        case isFolder
        /// A device, pipe or socket.
        case notAFile
        /// The system call `operation` failed with `errno` = `code`.
        case system(operation: String, code: Int32)
        /// `what` has `size` bytes (or pixels, where it says so), and at most `limit` are accepted.
        case tooBig(what: String, size: Int, limit: Int)

        // Contents
        /// The first bytes are not those of the format: `expected` says which are.
        case notThisFormat(expected: String)
        /// `needed` bytes must follow, `available` do.
        case truncated(needed: Int, available: Int)
        /// `bytes` bytes follow the end.
        case excess(bytes: Int)
        /// The format's rule that `what` breaks.
        case malformed(String)
        /// Allowed by the format, but not read here.
        case unsupported(String)
        /// Two statements of the input about `what`.
        case disagree(what: String, declared: Int, found: Int)
        /// The same name twice.
        case duplicate(String)
        /// The stored check sum of `of` is not that of the bytes.
        case checksum(of: String)
        /// The bytes are not text in this encoding.
        case notText(encoding: String)
        /// A value that cannot be written in this format.
        case cannotWrite(String)
        case tensor(TensorError)
        /// The problem of an archive's entry; the place is one in the entry.
        case inEntry(String, of: Problem)

        // Tables
        case wrongFieldCount(expected: Int, found: Int)
        /// A number is needed in this cell.
        case notANumber(String)
        case missingValue
        case unknownColumn(String, known: [String], nearest: String?)

        // Data sets
        case unknownDataset(String, known: [String], nearest: String?)
        /// The data set's files are in none of the places looked at; `command` gets them.
        case notInstalled(String, command: String?, looked: [String])
        /// A set of files, not of samples.
        case noSamples(String, files: [String])
        /// The data set `of` has no such file; `known` are its files, with the set's name.
        case unknownDataFile(String, of: String, known: [String], nearest: String?)
    }

    /// The name of the format as in `DataFormat.name`, `"file"` or `"data set"`.
    public let format: String
    /// The file's path, where one is known.
    public var file: String?
    public let place: Place
    public let problem: Problem
    /// What the bytes look like instead, where they are not of the format: `"a GIF picture"`.
    public var resemblance: FileKind?

    public init(
        format: String, file: String? = nil, place: Place = .whole, _ problem: Problem
    ) {
        self.format = format
        self.file = file
        self.place = place
        self.problem = problem
    }

    /// The same error with the file that it is about.
    func inFile(_ path: String) -> FormatError {
        var named = self
        named.file = path
        return named
    }
}
