import Foundation
import Tensors

/// Functions of texts, conversions, and what talks to the world.
enum TextBuiltins {
    static let all: [Builtin] = [
        Builtin("split(s, separator = nil)", "The parts of a text between separators; of a data set, see `Dataset`.")
        { m, a in
            if case .dataset(let dataset) = a[0] { return try dataset.split(a[1], .none, m) }
            let text = try m.text(a[0], "split", "s")
            if a[1].isNone {
                return try m.stoppableList(text.utf8.count) { words in
                    try text.eachWord {
                        try m.poll()
                        words.append(.string(String($0)))
                    }
                }
            }
            let separator = try m.text(a[1], "split", "separator")
            guard !separator.isEmpty else {
                throw Failure("text.separator", "`split` needs a separator that is not empty",
                    help: "`chars(s)` gives the characters")
            }
            return try m.stoppableList(text.utf8.count) { parts in
                try TextSearch(separator).split(text, into: &parts) {
                    try m.requireMemory($0, elementsOf: StringObject.byteCount)
                }
            }
        },
        Builtin("join(xs, separator = \"\")", "The texts one after the other.") { m, a in
            if case .string(let text) = a[0], case .list = a[1] {
                throw CallFailures.argument(
                    "join", "separator", wants: "a String", got: a[1],
                    help: "the list comes first: `xs.join(\(Printer.quoted(text.text)))`")
            }
            let separator = try m.text(a[1], "join", "separator")
            return .string(try m.join(try m.elements(a[0], "join"), separator))
        },
        Builtin("replace(s, old, new)", "The text with every `old` replaced.") { m, a in
            let old = try m.text(a[1], "replace", "old")
            guard !old.isEmpty else { return a[0] }
            let text = try m.text(a[0], "replace", "s")
            let new = try m.text(a[2], "replace", "new")
            return .string(
                try m.stoppable(text.utf8.count) {
                    try TextSearch(old).replace(in: text, by: new) {
                        try m.requireMemory($0, elementsOf: 3)
                    }
                })
        },
        Builtin("lower(s)", "The text in lower case.") { m, a in
            .string(try m.changed(m.text(a[0], "lower", "s")) { $0.lowercased() })
        },
        Builtin("upper(s)", "The text in upper case.") { m, a in
            .string(try m.changed(m.text(a[0], "upper", "s")) { $0.uppercased() })
        },
        Builtin("trim(s)", "The text without white space at its ends.") { m, a in
            let text = try m.text(a[0], "trim", "s")
            return .string(try m.stoppable(text.utf8.count) { String(text.trimmedSpace) })
        },
        Builtin("startsWith(s, prefix)", "Whether the text starts so.") { m, a in
            let text = try m.text(a[0], "startsWith", "s")
            return .bool(text.startsWithCodePoints(of: try m.text(a[1], "startsWith", "prefix")))
        },
        Builtin("endsWith(s, suffix)", "Whether the text ends so.") { m, a in
            let text = try m.text(a[0], "endsWith", "s").utf8.reversed()
            return .bool(text.starts(with: try m.text(a[1], "endsWith", "suffix").utf8.reversed()))
        },
        Builtin("find(s, part)", "The index of the first occurrence, or -1.") { m, a in
            .int(try m.find(a[0], a[1]))
        },
        Builtin("chars(s)", "The characters (Unicode code points) as a list.") { m, a in
            let text = try m.text(a[0], "chars", "s")
            try m.requireMemory(text.utf8.count, elementsOf: StringObject.byteCount)
            return try m.stoppableList(text.utf8.count) { characters in
                for scalar in text.unicodeScalars {
                    try m.poll()
                    characters.append(m.character(scalar))
                }
            }
        },
        Builtin("str(x)", "The text that `print` would write.") { m, a in
            .string(try m.text(of: a[0]))
        },
        Builtin("toInt(x)", "A number without its fraction, or the Int that a text names.") { m, a in
            try m.openNumber(a[0], isInt: true) ?? m.toInt(a[0])
        },
        Builtin("toFloat(x)", "The number as a Float, or the Float that a text names.") { m, a in
            try m.openNumber(a[0], isInt: false) ?? m.toFloat(a[0])
        },
        Builtin("typeOf(x)", "The name of the value's type.") { _, a in .string(a[0].typeName) },
        Builtin("nameOf(f)", "The name of a function, model or optimizer definition.") { _, a in
            .string(Machine.name(of: a[0]))
        },
        Builtin("named(name, f)", "The same function under another name, as a history shows it.")
        { m, a in
            let name = try m.text(a[0], "named", "name")
            guard case .function(let closure) = a[1] else {
                throw CallFailures.argument(
                    "named", "f", wants: "a function that is written in the language", got: a[1],
                    help: "a lambda around it is one: `(p, y) => …`")
            }
            return .function(closure.renamed(name))
        },
        Builtin("error(message)", "Ends what runs with an error; `try` catches it.") { m, a in
            throw Failure("error", try m.message(of: a[0]))
        },
        Builtin("print(values...)", "Writes the values, joined by spaces, and ends the line.", isPure: false)
        { m, a in
            var line = ""
            for (index, value) in a.enumerated() {
                if index > 0 { line += " " }
                try Printer(machine: m).write(value, to: &line)
            }
            line += "\n"
            m.session.write(line)
            // A long line may have been cut by ^C.
            if line.utf8.count > 1 << 16 { try m.pollNow() }
            return .none
        },
        Builtin("clock()", "Seconds of a clock that only goes forward.", isPure: false) { _, _ in
            .float(Double(DispatchTime.now().uptimeNanoseconds) * 1e-9)
        },
        Builtin("lastError()", "The message of the error that the last `try` caught.", isPure: false)
        { m, _ in .string(m.lastError) },
    ]
}

extension Machine {
    func text(_ value: Value, _ function: String, _ parameter: String) throws -> String {
        guard case .string(let text) = value else {
            throw CallFailures.argument(function, parameter, wants: "a String", got: value)
        }
        return text.text
    }

    fileprivate func find(_ value: Value, _ part: Value) throws -> Int {
        if case .list(let list) = value {
            return try list.items.firstIndex { try equals($0, part) } ?? -1
        }
        let text = try text(value, "find", "s")
        let wanted = try self.text(part, "find", "part")
        if wanted.isEmpty { return 0 }
        return try stoppable(text.utf8.count) {
            let bytes = Array(text.utf8)
            guard let offset = TextSearch(wanted).offsets(in: bytes, limit: 1).first else { return -1 }
            // Bytes 10xxxxxx continue a code point.
            return bytes[..<offset].count { $0 & 0xC0 != 0x80 }
        }
    }

    fileprivate func join(_ values: [Value], _ separator: String) throws -> String {
        var result = ""
        var known = 0
        for (index, value) in values.enumerated() {
            try poll()
            if index > 0 { result += separator }
            try Printer(machine: self).write(value, to: &result)
            // A text that grows takes twice its size and is copied.
            if result.utf8.count > 2 * known + (1 << 20) {
                known = result.utf8.count
                try requireMemory(known, elementsOf: 3)
            }
        }
        return result
    }

    /// A text changed character by character, whatever stands beside them.
    fileprivate func changed(_ text: String, _ change: (Substring) -> String) throws -> String {
        try stoppable(text.utf8.count) {
            var result = String()
            text.eachPiece { result += change($0) }
            return result
        }
    }

    /// What an error says in a program's words; of a very long text the beginning.
    func message(of value: Value) throws -> String {
        if value.isOpen { return unknownDescription }
        return try Printer(machine: self, limit: Printer.longestShown).text(value)
    }

    /// No text of more bytes is read as a number.
    private static let longestNumber = 1 << 16

    fileprivate func toInt(_ value: Value) throws -> Value {
        switch try number(value) {
        case .int(let number): return .int(number)
        case .bool(let flag): return .int(flag ? 1 : 0)
        case .float(let number):
            guard let whole = Int(exactly: number.rounded(.towardZero)) else {
                throw Failure("number.toInt", "\(pythonFloat(number)) does not fit an Int")
            }
            return .int(whole)
        case .string(let text):
            guard text.text.utf8.count < Self.longestNumber, let number = Int(text.text.trimmedSpace)
            else {
                throw Failure("number.toInt", "\(Printer.excerpt(text.text)) is not an Int")
            }
            return .int(number)
        default: throw CallFailures.argument("toInt", "x", wants: "a number or text", got: value)
        }
    }

    fileprivate func toFloat(_ value: Value) throws -> Value {
        switch try number(value) {
        case .int(let number): return .float(Double(number))
        case .bool(let flag): return .float(flag ? 1 : 0)
        case .float(let number): return .float(number)
        case .string(let text):
            guard text.text.utf8.count < Self.longestNumber, let number = Double(text.text.trimmedSpace)
            else {
                throw Failure("number.toFloat", "\(Printer.excerpt(text.text)) is not a Float")
            }
            return .float(number)
        default: throw CallFailures.argument("toFloat", "x", wants: "a number or text", got: value)
        }
    }

    static func name(of value: Value) -> String {
        switch value {
        case .function(let closure): closure.name
        case .builtin(let builtin): builtin.signature.name
        case .modelType(let definition): definition.name
        case .optimizerType(let definition): definition.name
        case .model(let model): model.definitionName
        case .optimizer(let optimizer): optimizer.definition.name
        default: value.typeName
        }
    }
}
