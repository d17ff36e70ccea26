import Foundation
import RuntimeTesting
import Testing

/// A case of `Tests/Golden/manifest.json`; the README of that folder says what its keys mean.
struct GoldenCase: Decodable, CustomTestStringConvertible, Sendable {
    var name: String
    var kind: String
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

    static let folder = repository.appending(path: "Tests/Golden")

    /// The manifest, or what was wrong with it.
    static let read = Result {
        try JSONDecoder().decode(
            GoldenManifest.self, from: Data(contentsOf: folder.appending(path: "manifest.json")))
    }

    static func cases(_ kind: String) -> [GoldenCase] {
        ((try? read.get())?.cases ?? []).filter { $0.kind == kind }
    }
}
