import Foundation
import Testing

/// Compares a text with `Snapshots/<name>.txt`. With UPDATE_SNAPSHOTS=1 in the environment the file
/// is written instead; read the difference before committing it.
func expectSnapshot(
    _ text: String, named name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Snapshots/\(name).txt")
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
        try text.write(to: file, atomically: true, encoding: .utf8)
        return
    }
    let recorded = try? String(contentsOf: file, encoding: .utf8)
    guard let recorded else {
        Issue.record("there is no snapshot \(name)", sourceLocation: sourceLocation)
        return
    }
    if recorded == text { return }
    let old = recorded.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(old, new).prefix { $0 == $1 }.count
    Issue.record(
        """
        snapshot \(name) differs from line \(line + 1):
        - \(old.dropFirst(line).prefix(6).joined(separator: "\n- "))
        + \(new.dropFirst(line).prefix(6).joined(separator: "\n+ "))
        """, sourceLocation: sourceLocation)
}
