import Diagnostics
import Foundation
import RuntimeTesting
import Testing

/// How often `check` finds what fails, and how often it speaks of what runs.
///
/// A sample runs with the tests. All of it, by hand:
/// `DLREPL_MUTANTS=all scripts/test --filter MutantTests`; `DLREPL_MUTANTS=40` takes that many of each program,
/// `DLREPL_MUTANT_ONLY=notebook` those programs whose names hold the text, `DLREPL_MUTANT_SEED=2` others;
/// `DLREPL_MUTANT_LIST=1` shows each that is missed or falsely reported.
@Suite("Mistakes put into programs")
struct MutantTests {
    struct Row {
        var counts: [MutantTrial.Verdict: Int] = [:]
        var same = 0

        subscript(verdict: MutantTrial.Verdict) -> Int { counts[verdict, default: 0] }
    }

    struct Report: Sendable {
        var rows: [MutantKind: Row] = [:]
        var notes: [String] = []
        var falseOnPrograms: [String] = []

        func sum(_ verdict: MutantTrial.Verdict) -> Int { rows.values.reduce(0) { $0 + $1[verdict] } }
    }

    private static let environment = ProcessInfo.processInfo.environment
    private static let seed = UInt64(environment["DLREPL_MUTANT_SEED"] ?? "") ?? 1
    private static let isLong = environment["DLREPL_MUTANTS"] != nil

    /// What mistakes are put into. Notebooks take long to run, so that their sample is small.
    enum Group: CaseIterable {
        case programs, notebooks

        var all: [MutantProgram] {
            switch self {
            case .notebooks: MutantProgram.notebooks()
            case .programs:
                MutantProgram.ownCases() + MutantProgram.languageCases()
                    + MutantProgram.libraryExamples() + MutantProgram.documents()
            }
        }
    }

    @Test("check finds nearly all that fails and says nothing of what runs", arguments: Group.allCases)
    func mutants(of group: Group) async throws {
        let report = await Self.report(of: group)
        let (found, missed) = (report.sum(.found), report.sum(.missed))
        if Self.isLong { print("\(group)\n" + Self.table(report)) }
        #expect(report.falseOnPrograms == [])
        #expect(found >= 20 || Self.isLong)
        #expect(Double(found) >= 0.95 * Double(found + missed), "\(report.notes.joined(separator: "\n"))")
        #expect(report.sum(.alarm) == 0, "\(report.notes.joined(separator: "\n"))")
    }

    private static func report(of group: Group) async -> Report {
        var report = Report()
        for program in chosenPrograms(of: group) {
            let part = try? await LargeStack.run { try Self.report(of: program) }
            guard let part else { continue }
            report.falseOnPrograms += part.falseOnPrograms
            report.notes += part.notes
            for (kind, row) in part.rows {
                report.rows[kind, default: Row()].counts.merge(row.counts, uniquingKeysWith: +)
                report.rows[kind, default: Row()].same += row.same
            }
        }
        return report
    }

    private static func chosenPrograms(of group: Group) -> [MutantProgram] {
        var programs = group.all
        if let part = environment["DLREPL_MUTANT_ONLY"] {
            return programs.filter { $0.name.contains(part) }
        }
        if isLong { return programs }
        var random = MutantRandom(seed: seed)
        programs.shuffle(using: &random)
        return Array(programs.prefix(40))
    }

    private static func report(of program: MutantProgram) throws -> Report {
        try withTemporaryFolder { folder in
            if let files = program.folder {
                let names = try? FileManager.default.contentsOfDirectory(atPath: files.path)
                for name in names ?? [] {
                    try? FileManager.default.copyItem(
                        at: files.appending(path: name), to: folder.appending(path: name))
                }
            }
            var report = Report()
            guard let trial = MutantTrial(program, folder: folder, seconds: 100) else { return report }
            report.falseOnPrograms = trial.alarms.map {
                "\(program.name)\n\(render($0, as: .plain))"
            }
            guard trial.alarms.isEmpty else { return report }
            if isLong {
                print("\(program.name): check \(Int(trial.checkSeconds * 1000)) ms")
            }
            for mutant in sample(trial.mutants(seed: seed), program) {
                note(trial.result(of: mutant, seconds: isLong ? 90 : 30), mutant, trial, &report)
            }
            return report
        }
    }

    /// Of each program a number of mutants, of each kind alike.
    private static func sample(_ mutants: [Mutant], _ program: MutantProgram) -> [Mutant] {
        let wish = environment["DLREPL_MUTANTS"] ?? (program.runsShortened ? "5" : "8")
        guard wish != "all", let count = Int(wish) else { return mutants }
        var random = MutantRandom(seed: program.name.utf8.reduce(seed) { $0 &* 31 &+ UInt64($1) })
        let groups = Dictionary(grouping: mutants.shuffled(using: &random), by: \.kind)
        var chosen: [Mutant] = []
        for turn in 0..<count {
            for kind in MutantKind.allCases {
                if let group = groups[kind], turn < group.count { chosen.append(group[turn]) }
            }
            if chosen.count >= count { break }
        }
        return Array(chosen.prefix(count))
    }

    private static func note(
        _ result: MutantTrial.Result, _ mutant: Mutant, _ trial: MutantTrial, _ report: inout Report
    ) {
        report.rows[mutant.kind, default: Row()].counts[result.verdict, default: 0] += 1
        if result.isSame { report.rows[mutant.kind, default: Row()].same += 1 }
        let isOdd = result.verdict == .missed || result.verdict == .alarm
        let isUnlike = result.verdict == .found && !result.isSame && environment["DLREPL_MUTANT_LIST"] == "2"
        guard isOdd || isUnlike else { return }
        let cell = trial.program.cells[mutant.cell].source
        let edits = mutant.edits.map {
            "line \(cell.line(at: $0.start) + 1) `\(cell.text(of: Span(cell, $0.start, $0.end)))`"
                + " -> `\($0.text)` in: \(cell.lineText(cell.line(at: $0.start)))"
        }
        var lines = ["\(result.verdict) \(mutant.kind) in \(trial.program.name), \(cell.name), \(edits.joined(separator: "; "))"]
        if let run = result.run { lines.append("run: [\(run.id)] \(render(run, as: .plain))") }
        lines += result.check.map { "check: [\($0.id)] \(render($0, as: .plain))" }
        let text = lines.joined(separator: "\n")
        report.notes.append(text)
        if environment["DLREPL_MUTANT_LIST"] != nil { print("----\n" + text) }
    }

    private static func table(_ report: Report) -> String {
        let verdicts = MutantTrial.Verdict.allCases
        var lines = ["| kind | " + verdicts.map(\.rawValue).joined(separator: " | ") + " | found % | same error |"]
        func line(_ name: String, _ row: Row) {
            let failing = row[.found] + row[.missed]
            let percent = failing == 0 ? "" : String(format: "%.1f", 100 * Double(row[.found]) / Double(failing))
            lines.append(
                "| \(name) | " + verdicts.map { String(row[$0]) }.joined(separator: " | ")
                    + " | \(percent) | \(row.same) |")
        }
        var all = Row()
        for kind in MutantKind.allCases {
            let row = report.rows[kind, default: Row()]
            line(kind.rawValue, row)
            all.counts.merge(row.counts, uniquingKeysWith: +)
            all.same += row.same
        }
        line("all", all)
        return lines.joined(separator: "\n")
    }
}
