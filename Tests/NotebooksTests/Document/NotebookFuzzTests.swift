import Diagnostics
import Foundation
import Notebooks
import Testing

/// Any bytes are a notebook: the segments tile them, what was not edited is written back as it was, and each remark has a
/// place in the file. `DLREPL_FUZZ=1000000 DLREPL_FUZZ_SEED=7 scripts/test --filter NotebookFuzzTests` damages more.
@Suite("Damaged notebooks")
struct NotebookFuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let rounds = environment["DLREPL_FUZZ"].flatMap(UInt64.init) ?? 2_000
    private static let seed = environment["DLREPL_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

    @Test("are read to the end, and keep their bytes")
    func damaged() throws {
        let gallery = try fixture("gallery.dln")
        var generator = SeededGenerator(seed: Self.seed)
        var withCells: UInt64 = 0
        for round in 0..<Self.rounds {
            var bytes = round % 4 == 0 ? generator.notebook() : gallery
            for _ in 0..<Int.random(in: 1...3, using: &generator) { bytes = generator.mutate(bytes) }
            let document = NotebookDocument(bytes: bytes, name: "fuzz.dln")
            if !document.cells.isEmpty { withCells += 1 }
            for problem in Self.problems(of: document, bytes) {
                Issue.record("seed \(Self.seed), round \(round): \(problem)")
            }
        }
        // A mutator that breaks everything tests nothing.
        #expect(withCells > Self.rounds / 4)
        if Self.rounds > 2_000 {
            print("notebooks: seed \(Self.seed), \(Self.rounds) mutations, \(withCells) with cells")
        }
    }

    private static func problems(of document: NotebookDocument, _ bytes: [UInt8]) -> [String] {
        var problems: [String] = []
        var offset = 0
        for segment in document.segments {
            if segment.range.lowerBound != offset || segment.range.isEmpty { problems.append("a gap") }
            offset = segment.range.upperBound
        }
        if offset != bytes.count { problems.append("segments end early") }
        if let cell = document.cells.last {
            let edited = document.settingCode("let x = \"```\"", ofCell: cell.position)
            if edited.bytes.isEmpty { problems.append("an edit that leaves nothing") }
        }
        _ = document.removingOutputs()
        if document.bytes != bytes { problems.append("other bytes") }
        let names = document.cells.compactMap(\.name)
        if Set(names).count != names.count { problems.append("a repeated name") }
        for cell in document.cells
        where cell.lines.upperBound > document.source.lineStarts.count {
            problems.append("a cell beyond the end")
        }
        for diagnostic in document.diagnostics {
            if diagnostic.message.isEmpty { problems.append("a remark without words") }
            if render(diagnostic, as: .plain).isEmpty { problems.append("no picture") }
        }
        return problems
    }
}
