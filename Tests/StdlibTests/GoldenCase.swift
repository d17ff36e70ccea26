import Foundation
import RuntimeTesting
import Testing

/// A case of a file `Tests/Golden/values/*.json`; the README of `Tests/Golden` says what its keys mean.
struct GoldenCase: Decodable, CustomTestStringConvertible, Sendable {
    var name: String
    var kind: String
    /// The file with its tensors, which the manifest names.
    var file: String?
    var make: String?
    var net: String?
    var call: String?
    var step: String?
    var inputs: [String]?
    var params: [String]?
    var states: [String]?
    var mode: String?
    var inputGradients: [String]?
    var paramGradients: [String]?
    var tolerance: String?
    var problem: String?
    var steps: Steps?
    var values: [Double]?
    var shape: [Int]?
    var mean: Double?
    var std: Double?
    var low: Double?
    var high: Double?
    var orthogonal: Bool?

    /// How many steps to train, or at which steps to ask a schedule.
    enum Steps: Decodable, Sendable {
        case count(Int)
        case list([Int])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let count = try? container.decode(Int.self) {
                self = .count(count)
            } else {
                self = .list(try container.decode([Int].self))
            }
        }
    }

    var testDescription: String { name }

    /// What README.md of the folder says belongs to the case.
    var tensors: [String] {
        var names = (inputs ?? []).map { "input/\($0)" }
        names += (params ?? []).map { "param/\($0)" }
        names += (states ?? []).flatMap { ["state/\($0)", "after/\($0)"] }
        names += (inputGradients ?? []).map { "gradient/input/\($0)" }
        names += (paramGradients ?? []).map { "gradient/param/\($0)" }
        if kind == "call" { names.append("output") }
        if inputGradients != nil || paramGradients != nil { names.append("head") }
        if kind == "optimizer" { names += ["W", "b"] }
        return names.map { "\(name)/\($0)" }
    }
}

struct GoldenManifest: Decodable, Sendable {
    struct Tolerance: Decodable, Sendable {
        var atol: Double
        var rtol: Double
    }

    var tensors: String
    var tolerances: [String: Tolerance]
    var cases: [GoldenCase]

    static let folder = repository.appending(path: "Tests/Golden/values")

    /// The manifests of all families as one, or what was wrong with one of them.
    static let read = Result {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let manifests = try files.filter { $0.hasSuffix(".json") }.sorted().map { name in
            try JSONDecoder().decode(
                GoldenManifest.self, from: Data(contentsOf: folder.appending(path: name)))
        }
        return GoldenManifest(
            tensors: manifests.map(\.tensors).joined(separator: " "),
            tolerances: manifests.first?.tolerances ?? [:],
            cases: manifests.flatMap { manifest in
                manifest.cases.map { known in
                    var known = known
                    known.file = manifest.tensors
                    return known
                }
            })
    }

    static func cases(_ kind: String) -> [GoldenCase] {
        ((try? read.get())?.cases ?? []).filter { $0.kind == kind }
    }
}
