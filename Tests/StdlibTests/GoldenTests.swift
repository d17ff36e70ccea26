import Diagnostics
import Formats
import Foundation
import Runtime
import RuntimeTesting
import Tensors
import Testing

@Suite("The library beside PyTorch")
struct GoldenTests {
    @Test("values and gradients", arguments: GoldenManifest.cases("call"))
    func calls(known: GoldenCase) async throws {
        try await compare(known, GoldenProgram.call(known))
    }

    @Test(
        "ten steps of training, recorded and replayed", arguments: GoldenManifest.cases("optimizer"),
        [true, false])
    func optimizers(known: GoldenCase, replays: Bool) async throws {
        try await compare(known, GoldenProgram.optimizer(known), replays: replays)
    }

    @Test("schedules", arguments: GoldenManifest.cases("schedule"))
    func schedules(known: GoldenCase) async throws {
        let found = try await results(of: GoldenProgram.schedule(known))
        let values = try #require(found["values"])
        try expectClose(values, try #require(known.values), known, "values")
    }

    @Test("initializers have the mean, the deviation and the bounds that they promise",
        arguments: GoldenManifest.cases("initializer"))
    func initializers(known: GoldenCase) async throws {
        let found = try await results(of: GoldenProgram.initializer(known))
        let values = try #require(found["values"])
        #expect(values.shape.dimensions == known.shape)
        let statistics = Statistics(values.doubles)
        let count = Double(values.count)
        let std = try #require(known.std)
        #expect(abs(statistics.mean - (try #require(known.mean))) <= 5 * std / count.squareRoot())
        // The standard error of a deviation: σ √((κ - 1) / 4n) with kurtosis κ = 3 of a normal
        // sample, its greatest here.
        #expect(abs(statistics.std - std) <= 5 * std / (2 * count).squareRoot())
        if let low = known.low { #expect(statistics.least >= low - 1e-6) }
        if let high = known.high { #expect(statistics.greatest <= high + 1e-6) }
        if known.orthogonal == true { expectOrthonormal(values) }
    }

    // MARK: Running

    /// Runs a program that saves `out.safetensors` and reads it.
    private func results(
        of program: String, replays: Bool = true
    ) async throws -> [String: Tensor] {
        try await LargeStack.run {
            try withTemporaryFolder { folder in
                var configuration = SessionConfiguration.testing(folder: folder)
                configuration.readable = [GoldenManifest.folder.path]
                configuration.replaysSteps = replays
                let session = Session(configuration)
                for (index, cell) in program.components(separatedBy: "\n#---\n").enumerated() {
                    let outcome = session.run(
                        SourceText(name: "cell \(index)", text: cell), stream: "\(index)")
                    let errors = outcome.diagnostics.map { render($0, as: .plain) }
                    if !errors.isEmpty { Issue.record("\(errors.joined(separator: "\n"))") }
                }
                let file = folder.appending(path: "out.safetensors")
                let bytes = [UInt8](try Data(contentsOf: file))
                let stored = try Safetensors.read(bytes).tensors
                return Dictionary(uniqueKeysWithValues: stored.map { ($0.name, $0.tensor) })
            }
        }
    }

    private func compare(
        _ known: GoldenCase, _ program: String, replays: Bool = true
    ) async throws {
        let found = try await results(of: program, replays: replays)
        let golden = try Self.golden.get()
        for (name, value) in found.sorted(by: { $0.key < $1.key }) {
            let wanted = try #require(golden["\(known.name)/\(name)"])
            #expect(value.shape == wanted.shape, "\(name)")
            try expectClose(value, wanted.doubles, known, name)
        }
        let compared = known.tensors.filter {
            !["/input/", "/param/", "/state/", "/head"].contains(where: $0.contains)
                || $0.contains("/gradient/")
        }
        #expect(Set(found.keys.map { "\(known.name)/\($0)" }) == Set(compared))
    }

    private static let golden = Result {
        let files = try GoldenManifest.read.get().tensors.split(separator: " ")
        let stored = try files.flatMap { file in
            let file = GoldenManifest.folder.appending(path: String(file))
            return try Safetensors.read([UInt8](Data(contentsOf: file))).tensors
        }
        return Dictionary(stored.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: Comparing

    private func expectClose(
        _ found: Tensor, _ wanted: [Double], _ known: GoldenCase, _ name: String
    ) throws {
        let manifest = try GoldenManifest.read.get()
        let tolerance = try #require(manifest.tolerances[known.tolerance ?? "tight"])
        let pairs = Array(zip(found.doubles, wanted))
        #expect(found.count == wanted.count, "\(name)")
        let wrong = pairs.indices.filter { index in
            let (x, y) = pairs[index]
            if x == y || (x.isNaN && y.isNaN) { return false }
            return !(abs(x - y) <= tolerance.atol + tolerance.rtol * abs(y))
        }
        guard let first = wrong.first else { return }
        Issue.record(
            """
            \(name): \(wrong.count) of \(pairs.count) differ, the first at \(first): \
            \(pairs[first].0), not \(pairs[first].1)
            """)
    }

    /// Rows or columns, whichever are fewer, have length 1 and right angles.
    private func expectOrthonormal(_ tensor: Tensor) {
        let rows = tensor.shape[0]
        let columns = rows == 0 ? 0 : tensor.count / rows
        let values = tensor.doubles
        func entry(_ vector: Int, _ index: Int) -> Double {
            rows <= columns ? values[vector * columns + index] : values[index * columns + vector]
        }
        for i in 0..<min(rows, columns) {
            for j in 0...i {
                var product = 0.0
                for k in 0..<max(rows, columns) { product += entry(i, k) * entry(j, k) }
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-5)
            }
        }
    }
}

private struct Statistics {
    var mean: Double
    var std: Double
    var least: Double
    var greatest: Double

    init(_ values: [Double]) {
        let count = Double(max(values.count, 1))
        let mean = values.reduce(0, +) / count
        self.mean = mean
        self.std = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        self.least = values.min() ?? .nan
        self.greatest = values.max() ?? .nan
    }
}
