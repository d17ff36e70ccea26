import Foundation
import Tensors
import Testing

@testable import Formats

/// A reader, valid files for it, and what must hold for whatever it accepts.
struct FuzzTarget: Sendable, CustomTestStringConvertible {
    let name: String
    let corpus: @Sendable () throws -> [[UInt8]]
    /// Reads bytes; checks what was read; gives the bytes of all tensors and texts in it.
    let read: @Sendable ([UInt8]) throws -> Int
    /// Makes check sums right again, so that damage gets past them.
    var repair: (@Sendable ([UInt8]) -> [UInt8])?
    /// The most bytes of a result for a byte of input. Deflate alone makes 1032 of one.
    var growth = 16

    var testDescription: String { name }
}

@Suite("damaged files", .tags(.slow))
struct FuzzTests {
    /// Mutations of each reader's files: `DLREPL_FUZZ`, by default 20,000.
    static let count =
        ProcessInfo.processInfo.environment["DLREPL_FUZZ"].flatMap(Int.init) ?? 20_000
    /// `DLREPL_FUZZ_SEED`, by default 1.
    static let seed =
        ProcessInfo.processInfo.environment["DLREPL_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

    /// The readers named in `DLREPL_FUZZ_ONLY` (separated by commas), by default all.
    static let targets: [FuzzTarget] = {
        guard let names = ProcessInfo.processInfo.environment["DLREPL_FUZZ_ONLY"] else {
            return FuzzTarget.all
        }
        return FuzzTarget.all.filter { names.split(separator: ",").contains(Substring($0.name)) }
    }()

    @Test(
        "a reader gives a value or a FormatError, and nothing larger than its input justifies",
        arguments: targets)
    func fuzz(target: FuzzTarget) throws {
        let corpus = try target.corpus()
        for file in corpus { _ = try target.read(file) }
        var mutator = Mutator(random: SeededGenerator(seed: Self.seed))
        var accepted = 0
        for round in 0..<Self.count {
            var bytes = mutator.mutate(corpus)
            if let repair = target.repair, round % 4 != 0 { bytes = repair(bytes) }
            do {
                let size = try target.read(bytes)
                accepted += 1
                #expect(
                    size <= target.growth * bytes.count + 4096,
                    "seed \(Self.seed), round \(round): \(size) bytes")
            } catch let error as FormatError {
                if case .byte(let offset) = error.place, target.growth <= 16,
                    offset < 0 || offset > bytes.count
                {
                    Issue.record(
                        "seed \(Self.seed), round \(round): place \(offset) of \(bytes.count)")
                }
                #expect(!error.message.isEmpty)
            }
        }
        // A mutator that breaks everything, or nothing, tests nothing.
        #expect(accepted > 0 && accepted < Self.count)
        if Self.count > 20_000 {
            print(
                "\(target.name): seed \(Self.seed), \(Self.count) mutations, \(accepted) accepted")
        }
    }
}

extension Tag {
    @Tag static var slow: Self
}
