import Foundation
import Testing

/// The keys of a case that name tensors or hold program text.
private struct GoldenCase: Decodable {
    var name: String
    var kind: String
    var make: String?
    var call: String?
    var step: String?
    var inputs: [String]?
    var params: [String]?
    var states: [String]?
    var inputGradients: [String]?
    var paramGradients: [String]?
    var tolerance: String?
    var problem: String?

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

private struct GoldenManifest: Decodable {
    var tensors: String
    var tolerances: [String: [String: Double]]
    var cases: [GoldenCase]
}

@Suite("The manifest of the reference values")
struct GoldenManifestTests {
    private let folder = repository.appending(path: "Tests/Golden")

    private func manifest() throws -> GoldenManifest {
        let data = try Data(contentsOf: folder.appending(path: "manifest.json"))
        return try JSONDecoder().decode(GoldenManifest.self, from: data)
    }

    /// The names in the header of the safetensors file.
    private func storedNames(_ file: String) throws -> Set<String> {
        let data = try Data(contentsOf: folder.appending(path: file))
        let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(length))
        return Set(try #require(header as? [String: Any]).keys)
    }

    @Test("names every stored tensor and no other")
    func tensors() throws {
        let manifest = try manifest()
        var named = manifest.cases.flatMap(\.tensors)
        for problem in Set(manifest.cases.compactMap(\.problem)) {
            named += ["x", "y", "W", "b"].map { "\(problem)/\($0)" }
        }
        #expect(Set(named).count == named.count)
        #expect(Set(named) == (try storedNames(manifest.tensors)))
    }

    @Test("its cases have known kinds and tolerances, and program text that parses")
    func cases() throws {
        let manifest = try manifest()
        #expect(manifest.cases.count > 200)
        #expect(Set(manifest.cases.map(\.name)).count == manifest.cases.count)
        for known in manifest.cases {
            #expect(["call", "optimizer", "schedule", "initializer"].contains(known.kind))
            #expect(known.tolerance.map { manifest.tolerances[$0] != nil } ?? true)
            for text in [known.make, known.call, known.step].compactMap(\.self) {
                #expect(messages(of: text, in: known.name) == [])
            }
        }
    }
}
