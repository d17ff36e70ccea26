import Diagnostics
import Foundation
import RuntimeTesting
import Tensors
import Testing

@testable import Runtime

/// All that the library and the lists hold, given what nobody gives on purpose: axes of size 0, NaN and infinity,
/// files that are none. The answer is a value or an error with a place.
@Suite("Edges", .serialized)
struct EdgeTests {
    /// Tensors at the edges, as programs write them.
    static let tensors = [
        "zeros([0])", "zeros([0, 3])", "zeros([3, 0])", "zeros([0, 0])", "zeros([0, 4, 3])", "zeros([2, 0, 3])",
        "zeros([0, 2, 4, 4])", "zeros([2, 0, 4, 4])", "zeros([2, 2, 0, 4])", "zeros([0], dtype: int64)",
        "zeros([2, 0], dtype: int64)", "full([4], nan)", "full([4, 3], nan)", "full([4], inf)",
        "full([4, 3], -inf)", "Tensor([nan, inf, -inf, 0])", "full([2, 2, 4, 4], nan)", "zeros([4], dtype: int64)",
        "full([4], 9223372036854775807, dtype: int64)", "full([4], -9223372036854775808, dtype: int64)",
        "full([4, 3], 1e38)", "1", "nan",
    ]

    @Test("every function of the library takes empty and not finite tensors, or says why not")
    func functions() async throws {
        try await Self.expectAnswers(
            Catalogue.library.filter { $0.result == nil }.flatMap { function -> [String] in
                let count = function.parameters.filter { !$0.isOptional }.count
                guard count > 0 else { return ["\(function.name)()"] }
                return Self.tensors.flatMap { first in
                    Self.pairs(first, count).map { "\(function.name)(\($0.joined(separator: ", ")))" }
                }
            })
    }

    /// An edge with others of it, or one of another kind, beside it.
    private static func pairs(_ first: String, _ count: Int) -> [[String]] {
        guard count > 1 else { return [[first]] }
        let rest = ["zeros([0], dtype: int64)", "zeros([4], dtype: int64)", "full([4, 3], nan)"]
        return [Array(repeating: first, count: count)]
            + rest.map { [first] + Array(repeating: $0, count: count - 1) }
    }

    @Test("every layer takes empty and not finite tensors, or says why not, also in training")
    func layers() async throws {
        let programs = Catalogue.models.flatMap { model -> [String] in
            let needed = model.parameters.filter { !$0.isOptional }.map { parameter -> String in
                switch parameter.name {
                case "inner", "layer", "a", "b": "Dense(3)"
                case "layers": "[Dense(3), Dense(3)]"
                case "f": "abs"
                case "shape", "size": "2"
                default: "2"
                }
            }
            let made = "\(model.name)(\(needed.joined(separator: ", ")))"
            return Self.tensors.flatMap { x in
                [
                    "let net = \(made)\nnet(\(x))",
                    """
                    let net = Dense(3) >> \(made)
                    let x = \(x)
                    net(x)
                    let opt = SGD(net, lr: 0.1)
                    for i in 0..<3 { step(opt) { net(x).sum() } }
                    """,
                ]
            }
        }
        try await Self.expectAnswers(programs)
    }

    @Test("every optimizer takes steps with empty and not finite gradients")
    func optimizers() async throws {
        let programs = Catalogue.optimizers.flatMap { optimizer in
            ["zeros([0, 3])", "zeros([3, 0])", "full([4, 3], nan)", "full([4, 3], inf)"].flatMap { x in
                ["", ", clip: 1.0", ", decay: 0.1, ema: 0.9"].map { options in
                    """
                    let net = Dense(2)
                    let x = \(x)
                    net(x)
                    let opt = \(optimizer.name)(net\(options))
                    for i in 0..<4 { step(opt) { net(x).sum() } }
                    """
                }
            }
        }
        try await Self.expectAnswers(programs)
    }

    @Test("every plot takes empty and not finite numbers, or says why not")
    func plots() async throws {
        let programs = Catalogue.marks.flatMap { mark -> [String] in
            let count = max(1, mark.parameters.filter { !$0.isOptional }.count)
            return (Self.tensors + ["[]", "[nan]", "[1e308, -1e308]", "[0, 5e-324]", "[1e300]"]).map { x in
                "\(mark.name)(\(Array(repeating: x, count: count).joined(separator: ", ")))"
            }
        }
        try await Self.expectAnswers(programs)
    }

    @Test("Ints at the edges are divided in replayed steps as anywhere")
    func division() async throws {
        let divisions = ["//", "%"].flatMap { operation in
            [("int64", "-9223372036854775808"), ("int32", "-2147483648"), ("uint8", "255")].flatMap { dtype, edge in
                ["0", dtype == "uint8" ? "1" : "-1"].map { divisor in
                    """
                    let a = full([3], \(edge), dtype: \(dtype))
                    var b = full([3], 1, dtype: \(dtype))
                    let net = Dense(1)
                    net(ones([3, 2]))
                    let opt = SGD(net, lr: 0.1)
                    for i in 0..<4 {
                        if i == 3 { b = full([3], \(divisor), dtype: \(dtype)) }
                        step(opt) { (net(ones([3, 2])).squeeze(-1) * (a \(operation) b).cast(float32)).sum() }
                    }
                    """
                }
            }
        }
        let answers = try await Self.answers(divisions)
        for (program, answer) in zip(divisions, answers) {
            #expect(answer.contains("division by zero") == program.contains("full([3], 0,"), "\(program)\n\(answer)")
        }
    }

    @Test("whatever reads or writes a file refuses what is no file")
    func specialFiles() async throws {
        let readers = (Catalogue.builtins + Catalogue.library).filter { callable in
            callable.parameters.contains { ["path", "file", "source", "folder"].contains($0.name) }
        }
        #expect(readers.count >= 10)
        let programs = readers.flatMap { reader -> [String] in
            let files = ["zero", "full", "fifo", "folder", "loop", "missing", "memory", "empty"].flatMap { name in
                ["", ".csv", ".npy", ".npz", ".safetensors", ".png", ".jpg", ".wav", ".txt", ".json", ".pt", ".gz"]
                    .map { name + $0 }
            }
            return files.map { file in
                let arguments = reader.parameters.filter { parameter in
                    !parameter.isOptional || ["path", "file"].contains(parameter.name)
                }.map { parameter in
                    switch parameter.name {
                    case "path", "file", "source", "folder": "\"\(file)\""
                    case "net": "Dense(2).build([N, 2])"
                    case "text", "s", "pattern": "\"a\""
                    default: "ones([2, 2])"
                    }
                }
                return "\(reader.name)(\(arguments.joined(separator: ", ")))"
            }
        }
        try await Self.expectAnswers(programs, prepare: Self.makeSpecialFiles)
    }

    /// Links to devices, a pipe, a folder and themselves, by every ending that a reader knows.
    private static func makeSpecialFiles(_ folder: URL) throws {
        let files = FileManager.default
        #expect(mkfifo(folder.appending(path: "pipe").path, 0o600) == 0)
        try files.createDirectory(at: folder.appending(path: "inner"), withIntermediateDirectories: true)
        let targets = [
            "zero": "/dev/zero", "full": "/dev/full", "fifo": "pipe", "folder": "inner", "memory": "/proc/self/mem",
        ]
        for ending in ["", ".csv", ".npy", ".npz", ".safetensors", ".png", ".jpg", ".wav", ".txt", ".json", ".pt", ".gz"] {
            for (name, target) in targets {
                try files.createSymbolicLink(
                    atPath: folder.appending(path: name + ending).path, withDestinationPath: target)
            }
            try files.createSymbolicLink(
                atPath: folder.appending(path: "loop" + ending).path, withDestinationPath: "loop" + ending)
            try Data().write(to: folder.appending(path: "empty" + ending))
        }
    }

    // MARK: Running

    private static func expectAnswers(
        _ programs: [String], prepare: @escaping @Sendable (URL) throws -> Void = { _ in }
    ) async throws {
        #expect(!programs.isEmpty)
        let problems = try await LargeStack.run(memory: 1 << 30) { try run(programs, prepare).map(\.problem) }
        for case let problem? in problems { Issue.record("\(problem)") }
    }

    private static func answers(_ programs: [String]) async throws -> [String] {
        try await LargeStack.run { try run(programs) { _ in }.map(\.messages) }
    }

    private static func run(
        _ programs: [String], _ prepare: (URL) throws -> Void
    ) throws -> [(messages: String, problem: String?)] {
        return try withTemporaryFolder { folder in
            try prepare(folder)
            var configuration = SessionConfiguration.testing(folder: folder)
            configuration.isUnrestricted = true
            var session = Session(configuration)
            return programs.enumerated().map { index, program in
                if index % 50 == 0 { session = Session(configuration) }
                session.deadline = Session.now + 20
                let outcome = session.run(SourceText(name: "edge", text: program), stream: "\(index)")
                let messages = outcome.diagnostics.map(\.message).joined(separator: "\n")
                var problem: String?
                if outcome.ending == .timedOut { problem = "took more than 20 s:\n\(program)" }
                if outcome.diagnostics.contains(where: { $0.span == nil || $0.id == "internal" }) {
                    problem = "\(messages)\n\(program)"
                }
                return (messages, problem)
            }
        }
    }
}
