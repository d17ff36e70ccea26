import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension FormatError: CustomStringConvertible {
    /// One sentence without the file's name: lower case, no full stop.
    public var message: String {
        let subject = format == "file" || format == "data set" ? format : "\(format) file"
        let instead = resemblance.map { "; it looks like \($0.description)" } ?? ""
        let text = "\(subject): \(problem.text)\(instead)"
        return switch place {
        case .whole: text
        case .byte(let offset): "\(text) (at byte \(offset))"
        case .line(let line, let column): "\(text) (line \(line), column \(column))"
        case .cell(let line, let column): "\(text) (line \(line), column '\(column)')"
        }
    }

    /// What to do about it, where that is known.
    public var help: String? {
        if let reader = resemblance?.reader { return "`\(reader)` reads it" }
        if resemblance != nil, case .notText = problem { return nil }
        return switch problem {
        case .notInstalled(_, let command, _): command.map { "run `\($0)`" }
        case .noSamples(_, let files): "open \(choice(files))"
        case .unknownDataFile(_, _, let known, let nearest):
            nearest.map { "did you mean '\($0)'?" } ?? "open \(choice(known))"
        case .notText(encoding: "UTF-8") where format == "csv":
            "say how its characters are stored: `readCSV(…, encoding: \"latin-1\")`"
        case .notText(encoding: "UTF-8") where format == "text":
            "say how its characters are stored: `readText(…, encoding: \"latin-1\")`"
        case .notANumber(let text)
        where format == "csv" && text.contains(",") && DecimalNumber.parse(text, point: UInt8(ascii: ",")) != nil:
            "do commas begin fractions? `readCSV(…, decimal: \",\")`"
        case .notANumber where format == "csv", .missingValue where format == "csv":
            "without `target`, `readCSV` gives all columns: texts as lists, missing numbers as nan"
        case .wrongFieldCount where format == "csv":
            "`skip: 1` leaves out a line above the table, `separator` says what is between values"
        case .malformed("text follows the value") where format == "json":
            "one value in each line? `readJSON(…, lines: true)` gives a list of them"
        case .unsupported(let what) where format == "torch" && what.hasSuffix(TorchFile.noTensor):
            "save the tensors alone: `torch.save(net.state_dict(), \"net.pt\")`"
        case .unsupported where format == "npy":
            "save numbers: `numpy.save(\"x.npy\", x.astype(\"float32\"))`"
        case .inEntry(_, of: .unsupported) where format == "npy":
            "leave it out, or save numbers: `numpy.savez(\"x.npz\", a=a, b=b.astype(\"float32\"))`"
        case .unsupported where format == "jpeg", .notThisFormat where format == "picture":
            "save it as a PNG picture in colours: `image.convert(\"RGB\").save(\"x.png\")` with Pillow"
        default: nil
        }
    }

    public var description: String { file.map { "\($0): \(message)" } ?? message }
}

extension FormatError.Problem {
    fileprivate var text: String {
        switch self {
        case .notFound: "there is no such file"
        case .notPermitted: "access is not permitted"
        case .isFolder: "this is a folder"
        case .notAFile: "this is not a regular file"
        case .system(let operation, let code): "\(operation) failed: \(systemMessage(code))"
        case .tooBig(let what, let size, let limit):
            "\(what) takes \(size), more than the \(limit) that are accepted"
        case .notThisFormat(let expected): "it does not begin with \(expected)"
        case .truncated(let needed, let available):
            "it ends too early: \(needed) more bytes are needed, \(available) are there"
        case .excess(let bytes): "\(bytes) bytes follow the end"
        case .malformed(let fact): fact
        case .unsupported(let feature): "\(feature) cannot be read"
        case .disagree(let what, let declared, let found):
            "\(what) should be \(declared) but is \(found)"
        case .duplicate(let name): "'\(name)' is there twice"
        case .checksum(let part):
            "the check sum of \(part) is wrong: the file is damaged or was changed"
        case .notText(let encoding): "it is not \(encoding) text"
        case .cannotWrite(let reason): "it cannot be written: \(reason)"
        case .tensor(let error): error.reason
        case .inEntry(let name, let problem): "the array '\(name)': \(problem.text)"
        case .wrongFieldCount(let expected, let found):
            "this row has \(found) fields, the first one has \(expected)"
        case .notANumber(let text): "'\(text)' is not a number"
        case .missingValue: "the value is missing"
        case .unknownColumn(let name, let known, let nearest):
            "there is no column '\(name)'; " + suggestion(nearest, known, "columns")
        case .unknownDataset(let name, let known, let nearest):
            "there is no data set '\(name)'; " + suggestion(nearest, known, "data sets")
        case .notInstalled(let name, _, let looked):
            "'\(name)' is not installed; looked in \(looked.joined(separator: ", "))"
        case .noSamples(let name, _): "'\(name)' is a set of files, not of samples"
        case .unknownDataFile(let file, let set, _, _):
            file.isEmpty ? "'\(set)' has several files" : "'\(set)' has no file '\(file)'"
        }
    }
}

extension TensorError {
    /// The cases that making a tensor from a file can meet, in words.
    fileprivate var reason: String {
        switch self {
        case .tooLarge(let sizes): "an array of shape \(sizes) has too many elements"
        case .negativeSize(let sizes): "the shape \(sizes) has a negative size"
        case .outOfMemory(let bytes, let budget):
            "\(bytes) bytes more would pass the memory budget of \(budget)"
        case .shapesDisagree, .badShape, .axisOutOfRange, .indexOutOfRange, .badDType, .badArgument,
            .divisionByZero, .notFinite, .interrupted, .unknownValue:
            "the tensor cannot be made: \(self)"
        }
    }
}

/// How to open one of some files.
private func choice(_ files: [String]) -> String {
    let calls = files.prefix(8).map { "dataFile(\"\($0)\")" }
    return calls.joined(separator: " or ") + (files.count > 8 ? " …" : "")
}

private func suggestion(_ nearest: String?, _ known: [String], _ what: String) -> String {
    nearest.map { "did you mean '\($0)'?" }
        ?? "the \(what) are \(known.joined(separator: ", "))"
}

/// The system's words for an error number ("No space left on device").
private func systemMessage(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}
