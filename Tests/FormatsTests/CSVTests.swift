import Formats
import Tensors
import Testing

@Suite("csv")
struct CSVTests {
    private func read(_ text: String, _ change: (inout CSV.Options) -> Void = { _ in })
        throws(FormatError) -> Table
    {
        var options = CSV.Options()
        change(&options)
        return try CSV.read(Array(text.utf8), options)
    }

    @Test("a header, numbers, texts and missing values")
    func typical() throws {
        let table = try read("name,age,height\nAnn,31,1.7\nBob,,1.82e0\n\nCy,NA,-.5\n")
        #expect(table.rowCount == 3 && table.columns.map(\.name) == ["name", "age", "height"])
        #expect(try table.column("name").values == .strings(["Ann", "Bob", "Cy"]))
        #expect(try table.column("height").values == .numbers([1.7, 1.82, -0.5]))
        guard case .numbers(let ages) = try table.column("age").values else { throw Wrong() }
        #expect(ages[0] == 31 && ages[1].isNaN && ages[2].isNaN)
    }

    private struct Wrong: Error {}

    @Test(
        "separators and line ends are found",
        arguments: [
            "a,b\n1,2\n3,4", "a;b\r\n1;2\r\n3;4\r\n", "a\tb\n1\t2\n3\t4\n",
            " a   b\n1 2 \n 3  4\n\n", "a,b\r1,2\r3,4\r",
            "\u{FEFF}a,b\n1,2\n3,4\n", "\"a\" , \"b\"\n\"1\",\"2\"\n3 , 4",
        ])
    func separators(text: String) throws {
        let table = try read(text)
        #expect(table.columns.map(\.name) == ["a", "b"])
        #expect(table.columns.map(\.values) == [.numbers([1, 3]), .numbers([2, 4])])
    }

    @Test("quotes hold separators, line ends and quotes")
    func quotes() throws {
        let table = try read("text,label\n\"a, \"\"b\"\"\nc\",1\n5\" disk,0\n\"\",1\n\" x \",0")
        #expect(
            try table.column("text").values == .strings(["a, \"b\"\nc", "5\" disk", "", " x "]))
        #expect(try table.column("label").values == .numbers([1, 0, 1, 0]))
    }

    @Test("without a header columns are numbered; a header can be forced or denied")
    func headers() throws {
        #expect(try read("1,x\n2,y").columns.map(\.name) == ["column1", "column2"])
        #expect(try read("1,x\n2,y") { $0.hasHeader = true }.columns.map(\.name) == ["1", "x"])
        #expect(try read("a,b\nc,d") { $0.hasHeader = false }.rowCount == 2)
        // Years above values are names, years above years are data, and so is all else that is a number.
        let years = try read("country,2018,2019\nFrance,1.5,2.5\nPeru,3.5,4.5")
        #expect(years.rowCount == 2 && years.columns.map(\.name) == ["country", "2018", "2019"])
        #expect(try years.column("2019").values == .numbers([2.5, 4.5]))
        #expect(try read("Bach,1685,1750\nHaydn,1732,1809").rowCount == 2)
        #expect(try read("2018,2019\n1,2").rowCount == 2)
        #expect(try read("a,2018\nb,1").rowCount == 2)
        #expect(try read("a,12,13\nb,1,2").rowCount == 2)
        #expect(try read("a,2018,2018\nb,1,2").rowCount == 2)
        #expect(try read(",b\n1,2").columns.map(\.name) == ["column1", "b"])
        #expect(try read("a,b\n").rowCount == 0)
        #expect(try read("").columns.isEmpty)
    }

    @Test("lines before the table are skipped, and still count in errors")
    func skipped() throws {
        #expect(
            try read("150,4\n1;2\n3;4") { $0.skippedLines = 1 }.columns.map(\.values) == [
                .numbers([1, 3]), .numbers([2, 4]),
            ])
        let failure = error { () throws(FormatError) in
            try read("note\n1,2\n3") {
                $0.skippedLines = 1
                $0.separator = .comma
            }
        }
        #expect(failure?.place == .line(3, column: 1))
    }

    @Test("Latin-1 and UTF-16 tables")
    func encodings() throws {
        var options = CSV.Options()
        options.encoding = .latin1
        #expect(try CSV.read(hex("e4 0a 31"), options).columns[0].name == "ä")
        #expect(try CSV.read(hex("fffe e400 0a00 3100")).columns[0].name == "ä")
    }

    @Test(
        "errors name line and column",
        arguments: [
            ("a,b\n1,2\n3,4,5", 3, 1, "has 3 fields, the first one has 2"),
            ("a,b\n\"x,1\n", 2, 1, "a quote is not closed"),
            ("a,b\n\"x\"y,1", 2, 4, "text follows a closing quote"),
            ("a,a\n1,2", 1, 3, "'a' is there twice"),
            ("a,b\n\"x\ny\",1\n1", 4, 1, "has 1 fields"),
        ])
    func errors(text: String, line: Int, column: Int, reason: String) {
        let failure = error { () throws(FormatError) in try read(text) { $0.separator = .comma } }
        #expect(failure?.place == .line(line, column: column))
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "was read")")
    }

    @Test(
        "numbers are those that the digits say, to the last bit",
        arguments: [
            "0", "-0", "1", "+7", "3.14", ".5", "5.", "1e5", "1E-5", "123456789012345",
            "1234567890123456789", "0.1", "1e22",
            "1e23", "-2.2250738585072014e-308", "1.7976931348623157e308", "1e999", "0.000001",
            "9007199254740993", "1e-400",
        ])
    func decimals(text: String) throws {
        let expected = try #require(Double(text.hasSuffix(".") ? text + "0" : text))
        let column = try #require(try read("x\n\(text)\n").columns.first)
        #expect(column.values == .numbers([expected]))
    }

    @Test(
        "what looks like a number in other languages is text",
        arguments: ["0x10", "1_000", "1,5", "infi", "1e", "--1", "1e5.5", "e5", "."])
    func notDecimals(text: String) throws {
        #expect(
            try read("x\n\"\(text)\"\n") { $0.separator = .comma }.columns.first?.values
                == .strings([text]))
    }

    @Test("a data set of a table: texts are classes, whole numbers labels, others targets")
    func datasets() throws {
        let table = try read("a,kind,n,b\n1,dog,3,0.5\n2,cat,4,1.5\n3,dog,5,2.5")
        let numbers = try Table(table.columns.filter { $0.name != "kind" })
        let kinds = try read("a,kind\n1,dog\n2,cat\n3,dog").dataset(target: "kind", called: "pets")
        #expect(
            kinds.classes == ["cat", "dog"] && kinds.y.dtype == .int64 && kinds.y.ints == [1, 0, 1])
        #expect(kinds.x.shape.dimensions == [3, 1] && kinds.x.floats == [1, 2, 3])
        let counts = try numbers.dataset(target: "n", called: "t")
        #expect(
            counts.y.dtype == .int64 && counts.y.ints == [3, 4, 5] && counts.features == ["a", "b"])
        #expect(counts.x.floats == [1, 0.5, 2, 1.5, 3, 2.5])
        #expect(try numbers.dataset(target: "b", called: "t").y.floats == [0.5, 1.5, 2.5])
    }

    @Test("cells that cannot be used are named by line and column")
    func cells() throws {
        let table = try read("a,b,y\n1,2,0\n\n3,x,1\n4,?,")
        let text = error { () throws(FormatError) in try table.dataset(target: "a", called: "t") }
        #expect(
            text == FormatError(format: "csv", place: .cell(line: 4, column: "b"), .notANumber("x"))
        )
        let missing = error { () throws(FormatError) in try table.dataset(target: "y", called: "t")
        }
        #expect(
            missing == FormatError(format: "csv", place: .cell(line: 5, column: "y"), .missingValue)
        )
        let unknown = error { () throws(FormatError) in try table.column("Y ") }
        #expect(unknown?.problem == .unknownColumn("Y ", known: ["a", "b", "y"], nearest: "y"))
    }

    private func doubles(_ text: String, _ change: (inout CSV.Options) -> Void = { _ in }) throws -> [Double] {
        guard case .numbers(let numbers)? = try read(text, change).columns.first?.values else { throw Wrong() }
        return numbers
    }

    @Test("infinite numbers are numbers, but no features")
    func infinite() throws {
        #expect(try doubles("x\ninf\n-Infinity\n+INF\n1") == [.infinity, -.infinity, .infinity, 1])
        // A name is not a number, so this first line names the columns.
        #expect(try read("inf,b\n1,2").columns.map(\.name) == ["inf", "b"])
        let table = try read("a,y\n1,0\ninf,1")
        let failure = error { () throws(FormatError) in try table.dataset(target: "y", called: "t") }
        #expect(failure?.place == .cell(line: 3, column: "a"))
        #expect(failure?.message.contains("infinite") == true)
    }

    @Test("texts that stand for no value may be numbers, and long")
    func missingTexts() throws {
        let read = try doubles("x\n1\n-999\n3\nnot available") { $0.missing = ["-999", "not available"] }
        #expect(read[0] == 1 && read[1].isNaN && read[2] == 3 && read[3].isNaN)
        let table = try self.read("a,y\n1,None\n2,-") { $0.missing = ["-"] }
        let failure = error { () throws(FormatError) in try table.dataset(target: "y", called: "t") }
        #expect(failure?.place == .cell(line: 3, column: "y") && failure?.problem == .missingValue)
    }

    @Test("fractions behind a comma, when that is said")
    func decimalComma() throws {
        let table = try read("x;y\n1,5;2\n-,25;3e1\n123456789,0123456789;0") { $0.hasDecimalComma = true }
        #expect(table.columns.map(\.name) == ["x", "y"])
        #expect(table.columns[0].values == .numbers([1.5, -0.25, 123456789.0123456789]))
        #expect(table.columns[1].values == .numbers([2, 30, 0]))
        #expect(try doubles("x\n1,5\n2,5") { $0.hasDecimalComma = true } == [1.5, 2.5])
        // A point is not the one of these numbers.
        #expect(try read("x\n1.5") { $0.hasDecimalComma = true }.columns[0].values == .strings(["1.5"]))
    }

    @Test("bars separate")
    func bars() throws {
        let table = try read("a|b c\n1|x, y\n2|z, z")
        #expect(table.columns.map(\.name) == ["a", "b c"])
        #expect(table.columns[1].values == .strings(["x, y", "z, z"]))
    }

    @Test("whole numbers keep their digits")
    func wholeNumbers() throws {
        let table = try read("a,b,c,d\n1700000000,16777216,123456789,12345678.5\n1,2,,3")
        #expect(table.rowCount == 2)
        let times = try table.tensor("a")
        #expect(times.dtype == .int64 && times.ints == [1_700_000_000, 1])
        #expect(try table.tensor("b").dtype == .float32)
        let missing = try table.tensor("c")
        #expect(missing.dtype == .float64 && missing.double(at: 0) == 123_456_789)
        #expect(try table.tensor("d").dtype == .float32)
        let identities = try read("x\n1445678901234567891\n1445678901234567892").tensor("x")
        #expect(identities.dtype == .int64 && identities.ints == [1_445_678_901_234_567_891, 1_445_678_901_234_567_892])
        #expect(try read("x\n9223372036854775808\n1").tensor("x").dtype == .float64)
        #expect(try read("x,y\n9007199254740993,1\n,2").tensor("x").dtype == .float64)
    }

    @Test("spaces separate only where nothing else does")
    func spacesInTexts() throws {
        let table = try read("name\tcity pop\nAda B\t1\nAlan T\t2\n")
        #expect(table.columns.map(\.name) == ["name", "city pop"])
        #expect(try read("a b;c d\n1 2;3 4\n").columns.map(\.name) == ["a b", "c d"])
        #expect(try read("a b\n1 2\n").columns.map(\.name) == ["a", "b"])
    }

    @Test("what was written is read")
    func roundTrip() throws {
        let table = try Table([
            .init(name: "n, m", values: .numbers([1, -2.5, 1e300, .infinity])),
            .init(name: "s", values: .strings(["", "a\"b", "c\nd", " e;f\t"])),
        ])
        let read = try CSV.read(CSV.write(table))
        #expect(
            read.columns.map(\.name) == ["n, m", "s"]
                && read.columns.map(\.values) == table.columns.map(\.values))
    }
}
