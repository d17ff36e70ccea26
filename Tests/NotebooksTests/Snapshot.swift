import Foundation
import Testing

/// The folder of recorded texts beside this file.
private let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Snapshots")

/// Compares a text with the recorded one. With UPDATE_SNAPSHOTS=1 in the environment it is recorded
/// instead.
func expectSnapshot(
    _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let file = folder.appending(path: name)
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
        try Data(text.utf8).write(to: file)
        return
    }
    guard let recorded = try? String(contentsOf: file, encoding: .utf8) else {
        Issue.record("\(name) is not recorded", sourceLocation: sourceLocation)
        return
    }
    guard text != recorded else { return }
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    let old = recorded.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(new, old).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let at = line ?? min(new.count, old.count)
    Issue.record(
        """
        \(name), line \(at + 1), differs
        recorded: \(old.indices.contains(at) ? old[at] : "(end)")
        now:      \(new.indices.contains(at) ? new[at] : "(end)")
        """, sourceLocation: sourceLocation)
}

/// A file that is the input of several tests.
func fixture(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// Pieces that a notebook is made of, right and wrong, to be thrown together.
private let pieces = [
    "---\n", "dln: 1\n", "title: A\n", "params: {lr: 0.1, n: 3}\n", "params: {\n", "}\n",
    "```dl\n", "```dl {#a}\n", "```dl {#b hide timeout=5m}\n", "~~~dl {skip}\n", "````dl\n",
    "```\n", "````\n", "~~~\n", "   ```dl\n", "    ```dl\n", "```python\n", "let x = 1\n", "\n",
    "text $a_b$ and $$c*d$$\n", "- item\n", "  ```dl\n", "> quote\n", "> ```dl\n", "# Head\n",
    "<!-- dln:out a k1 -->\n", "<!-- dln:end -->\n", "<!-- ", "-->\n", "<<<<<<< HEAD\n",
    "=======\n", ">>>>>>> b\n", "```text\n", "<details>\n", "\r\n", "\r", "\t", "\u{feff}",
    "| a | b |\n|---|---|\n", "[^1]: note\n\n    ```dl\n", "学习率 $学$\n", "{", "}", "#", "\\", "$",
    "`", "``", "\0", "<script>", "[x](javascript:1)", "![i](a.png)", "&#113;",
]

extension SeededGenerator {
    /// A random text of such pieces, perhaps with random bytes in between.
    mutating func notebook() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...24, using: &self) {
            bytes += Array(pieces[Int.random(in: 0..<pieces.count, using: &self)].utf8)
            if Int.random(in: 0..<12, using: &self) == 0 {
                bytes.append(UInt8.random(in: 0...255, using: &self))
            }
        }
        return bytes
    }

    /// The bytes with some of them changed, removed or repeated.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...6, using: &self) where !result.isEmpty {
            let at = Int.random(in: 0..<result.count, using: &self)
            let end = min(result.count, at + Int.random(in: 0...20, using: &self))
            switch Int.random(in: 0..<4, using: &self) {
            case 0: result[at] = UInt8.random(in: 0...255, using: &self)
            case 1: result.removeSubrange(at..<end)
            case 2: result.insert(contentsOf: result[at..<end], at: at)
            default:
                let piece = pieces[Int.random(in: 0..<pieces.count, using: &self)]
                result.insert(contentsOf: Array(piece.utf8), at: at)
            }
        }
        return result
    }
}
