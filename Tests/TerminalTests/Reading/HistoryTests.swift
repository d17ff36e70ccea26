import Foundation
import RuntimeTesting
import Testing

@testable import Terminal

@Suite("The history file")
struct HistoryTests {
    @Test(
        "an entry comes back as it was",
        arguments: ["1 + 1", "a\nb\n\nc", #"print("\n\\")"#, "let 学习率 = 1", "\\", "x\\n", "\r\n"])
    func entry(text: String) throws {
        try withTemporaryFolder { folder in
            let history = History(path: folder.appending(path: "state/history").path)
            history.append("before")
            history.append(text)
            #expect(history.load().entries == ["before", text])
        }
    }

    @Test("sessions at the same time lose nothing")
    func concurrent() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "history").path
        await withTaskGroup { group in
            for session in 0..<4 {
                group.addTask {
                    for entry in 0..<100 { History(path: path).append("\(session) \(entry)") }
                }
            }
        }
        let entries = History(path: path).load().entries
        #expect(entries.count == 400)
        for session in 0..<4 {
            let own = entries.filter { $0.hasPrefix("\(session) ") }
            #expect(own == (0..<100).map { "\(session) \($0)" })
        }
    }

    @Test(
        "a damaged file is set aside and kept",
        arguments: [[0x61, 0x00, 0x0A], [0xFF, 0xFE, 0x0A], Array("a\\q\n".utf8)] as [[UInt8]])
    func damaged(bytes: [UInt8]) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "history")
            try Data(bytes).write(to: file)
            let history = History(path: file.path)
            let (entries, setAside) = history.load()
            #expect(entries == [])
            #expect(try Data(contentsOf: URL(filePath: #require(setAside))) == Data(bytes))
            history.append("new")
            #expect(history.load().entries == ["new"])
        }
    }

    @Test("a last line that was cut off does not swallow the next entry")
    func cutOff() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "history")
            try Data("first\nsec".utf8).write(to: file)
            let history = History(path: file.path)
            history.append("third")
            #expect(history.load().entries == ["first", "sec", "third"])
        }
    }

    @Test("a long file is cut down to its newest entries")
    func long() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "history")
            let count = History.most + 1
            try Data((0..<count).map { "\($0)\n" }.joined().utf8).write(to: file)
            let history = History(path: file.path)
            let entries = history.load().entries
            #expect(entries.count == History.kept && entries.last == "\(count - 1)")
            #expect(history.load().entries == entries)
        }
    }
}
