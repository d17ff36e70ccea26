import Figures
import Foundation
import Testing

/// Compares text with the recorded one in `Snapshots/`. A missing or different recording fails;
/// with UPDATE_SNAPSHOTS=1 in the environment it is written.
func expectSnapshot(
    _ text: String, named name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Snapshots")
    let file = folder.appendingPathComponent(name + ".txt")
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return
    }
    guard let data = FileManager.default.contents(atPath: file.path) else {
        Issue.record("no recording of \(name)", sourceLocation: sourceLocation)
        return
    }
    let recorded = String(decoding: data, as: UTF8.self)
    guard recorded != text else { return }
    let old = recorded.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    let first = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let line = first ?? min(old.count, new.count)
    let (was, isNow) = (
        old.indices.contains(line) ? old[line] : "(end)",
        new.indices.contains(line) ? new[line] : "(end)"
    )
    Issue.record(
        "\(name) changed in line \(line + 1)\n  was \(was)\n  now \(isNow)",
        sourceLocation: sourceLocation)
}

/// What a figure draws, as text.
func displayList(_ figure: Figure) -> String {
    var canvas = TextCanvas()
    figure.draw(on: &canvas)
    return canvas.text
}

/// Coordinates and lengths that a figure draws with: no texts, colours and digests of pixels.
func drawnNumbers(_ figure: Figure) -> [Double] {
    var result: [Double] = []
    for line in displayList(figure).split(separator: "\n") {
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
        let words = (parts.count > 2 ? [parts[0], parts[parts.count - 1]] : [line])
            .flatMap { $0.split { " (),|x".contains($0) } }
        for (index, word) in words.enumerated() where index == 0 || words[index - 1] != "pixels" {
            if let number = Double(word) { result.append(number) }
        }
    }
    return result
}

/// A figure of a mark that the test knows to exist.
func figure(_ mark: String, _ arguments: [String: FigureValue]) throws -> Figure {
    try #require(Mark.named(mark)).figure(arguments)
}
