import Formats
import Tensors
import Testing

@Suite("errors")
struct FormatErrorTests {
    static let problems: [(FormatError.Problem, String)] = [
        (.notFound, "there is no such file"), (.notPermitted, "not permitted"),
        (.isFolder, "folder"),
        (.notAFile, "regular file"), (.system(operation: "fsync", code: 28), "No space left"),
        (.tooBig(what: "x", size: 7, limit: 5), "x takes 7, more than the 5"),
        (.notThisFormat(expected: "RIFF"), "begin with RIFF"),
        (.truncated(needed: 4, available: 3), "4 more bytes are needed, 3 are there"),
        (.excess(bytes: 9), "9 bytes follow"), (.malformed("a rule"), "a rule"),
        (.unsupported("an array of x"), "an array of x cannot be read"),
        (.disagree(what: "n", declared: 1, found: 2), "n should be 1 but is 2"),
        (.duplicate("w"), "'w' is there twice"), (.checksum(of: "x"), "the check sum of x"),
        (.notText(encoding: "UTF-8"), "not UTF-8 text"), (.cannotWrite("because"), "because"),
        (.tensor(.outOfMemory(bytes: 8, budget: 4)), "8 bytes more would pass the memory budget"),
        (.tensor(.unknownValue), "unknownValue"),
        (.inEntry("w", of: .excess(bytes: 9)), "the array 'w': 9 bytes follow"),
        (.wrongFieldCount(expected: 2, found: 3), "has 3 fields, the first one has 2"),
        (.notANumber("x"), "'x' is not a number"), (.missingValue, "missing"),
        (.unknownColumn("a", known: ["b", "c"], nearest: nil), "the columns are b, c"),
        (.unknownDataset("a", known: ["ab"], nearest: "ab"), "did you mean 'ab'?"),
        (
            .notInstalled("a", command: "apt-get install p", looked: ["/x", "/y"]),
            "'a' is not installed; looked in /x, /y"
        ),
        (.noSamples("a", files: ["a/b", "a/c"]), "not of samples"),
        (.unknownDataFile("x", of: "a", known: ["a/b"], nearest: nil), "'a' has no file 'x'"),
        (.unknownDataFile("", of: "a", known: ["a/b"], nearest: nil), "'a' has several files"),
    ]

    @Test("each problem is a sentence with its facts", arguments: problems)
    func sentences(problem: FormatError.Problem, part: String) {
        let message = FormatError(format: "npy", problem).message
        #expect(message.hasPrefix("npy file: ") && message.contains(part), "\(message)")
        #expect(!message.hasSuffix("."))
    }

    @Test("what to do about a data set is said as well")
    func help() {
        let helps: [(FormatError.Problem, String?)] = [
            (.notInstalled("a", command: "apt-get install p", looked: []), "run `apt-get install p`"),
            (.notInstalled("a", command: nil, looked: []), nil),
            (
                .noSamples("a", files: ["a/b", "a/c"]),
                "open dataFile(\"a/b\") or dataFile(\"a/c\")"
            ),
            (.unknownDataFile("x", of: "a", known: ["a/b"], nearest: nil), "open dataFile(\"a/b\")"),
            (
                .unknownDataFile("x", of: "a", known: ["a/xy"], nearest: "a/xy"),
                "did you mean 'a/xy'?"
            ),
            (.missingValue, nil),
        ]
        for (problem, help) in helps {
            #expect(FormatError(format: "data set", problem).help == help)
        }
    }

    @Test("the way out of what own files do")
    func helpWithFiles() {
        let helps: [(String, FormatError.Problem, String)] = [
            ("csv", .notText(encoding: "UTF-8"), "readCSV(…, encoding: \"latin-1\")"),
            ("text", .notText(encoding: "UTF-8"), "readText(…, encoding: \"latin-1\")"),
            ("csv", .notANumber("1,5"), "decimal: \",\""), ("csv", .notANumber("red"), "without `target`"),
            ("csv", .missingValue, "without `target`"), ("csv", .wrongFieldCount(expected: 1, found: 2), "skip: 1"),
            ("npy", .unsupported("an array of records"), "astype"),
            ("npy", .inEntry("w", of: .unsupported("an array of records")), "leave it out"),
            ("picture", .notThisFormat(expected: "x"), "Pillow"),
        ]
        for (format, problem, part) in helps {
            let help = FormatError(format: format, problem).help
            #expect(help?.contains(part) == true, "\(problem): \(help ?? "none")")
        }
    }

    @Test("the place and the file are part of it")
    func places() {
        let facts: [(FormatError.Place, String)] = [
            (.whole, ""), (.byte(7), " (at byte 7)"), (.line(2, column: 3), " (line 2, column 3)"),
            (.cell(line: 4, column: "age"), " (line 4, column 'age')"),
        ]
        for (place, text) in facts {
            let error = FormatError(format: "file", file: "a.npy", place: place, .notFound)
            #expect(error.description == "a.npy: file: there is no such file" + text)
        }
    }
}
