import Diagnostics
import Foundation
import Runtime
import Tensors
import Testing

/// The folder of this file; `cases` and `files` stand in it.
private let folder = URL(filePath: #filePath).deletingLastPathComponent()

private let checkout = folder.deletingLastPathComponent().deletingLastPathComponent()

/// A wrong program of `cases/` and the picture of its errors beside it.
struct ErrorCase: CustomTestStringConvertible {
    let name: String

    var testDescription: String { name }
    private var program: URL { folder.appending(path: "cases/\(name).dl") }
    var picture: URL { folder.appending(path: "cases/\(name).txt") }

    static let all: [ErrorCase] = {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: folder.appending(path: "cases").path)
        return (names ?? []).filter { $0.hasSuffix(".dl") }.sorted()
            .map { ErrorCase(name: String($0.dropLast(3))) }
    }()

    /// What a session says of the program: every diagnostic, in its order.
    func diagnostics() throws -> [Diagnostic] {
        var configuration = SessionConfiguration(
            standardLibrary: checkout.appending(path: "stdlib").path,
            data: checkout.appending(path: "data").path,
            folder: folder.appending(path: "files").path)
        configuration.environment = [:]
        let text = try String(contentsOf: program, encoding: .utf8)
        let session = Session(configuration)
        return MemoryBudget(limit: name == "memory-budget" ? 4 << 30 : .max).run {
            session.run(SourceText(name: "cell 1", text: text), stream: name).diagnostics
        }
    }
}

/// Runs `body` on a thread with the stack that the tool gives to sessions.
private func onLargeStack<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Swift.Result { try body() }) }
        thread.stackSize = 1 << 28
        thread.start()
    }
}

@Suite("Pictures of errors", .serialized)
struct ErrorPictureTests {
    @Test("A wrong program gives the recorded picture", arguments: ErrorCase.all)
    func picture(_ wrong: ErrorCase) async throws {
        let text = try await onLargeStack {
            try wrong.diagnostics().map { render($0, as: .plain) + "\n" }.joined()
        }
        #expect(text.hasPrefix("error: ") || text.contains("\nerror: "), "no error: \(text)")
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
            try Data(text.utf8).write(to: wrong.picture)
        } else {
            let recorded = try? String(contentsOf: wrong.picture, encoding: .utf8)
            #expect(text == recorded ?? "(not recorded)")
        }
    }

    @Test("Messages have a place, begin in lower case and end without a full stop")
    func style() async throws {
        let all = try await onLargeStack {
            try ErrorCase.all.map { (name: $0.name, diagnostics: try $0.diagnostics()) }
        }
        #expect(all.count >= 90)
        for (name, diagnostics) in all {
            for diagnostic in diagnostics where diagnostic.id != "error" {
                let message = diagnostic.message
                #expect(diagnostic.span != nil, "\(name) has no place")
                #expect(!message.hasSuffix("."), "\(name): \(message)")
                let first = message.unicodeScalars.first
                #expect(first?.properties.isUppercase == false || ["Int ", "Float ", "String "].contains { message.hasPrefix($0) }
                        || message.hasPrefix("Bool ") || message.dropFirst().hasPrefix(" is "),
                    "\(name): \(message)")
                for word in ["node", "receiver", "prototype", "register", "1000003"] {
                    #expect(!message.contains(word), "\(name) says \(word): \(message)")
                }
            }
        }
    }

    @Test("Every picture belongs to a program")
    func noOrphans() throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: folder.appending(path: "cases").path)
        let programs = Set(ErrorCase.all.map(\.name))
        for file in files where file.hasSuffix(".txt") {
            #expect(programs.contains(String(file.dropLast(4))), "\(file) has no program")
        }
    }
}
