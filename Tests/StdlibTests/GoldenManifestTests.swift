import Foundation
import Testing

@Suite("The manifest of the reference values")
struct GoldenManifestTests {
    /// The names in the header of the safetensors file.
    private func storedNames(_ file: String) throws -> Set<String> {
        let data = try Data(contentsOf: GoldenManifest.folder.appending(path: file))
        let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(length))
        return Set(try #require(header as? [String: Any]).keys)
    }

    @Test("names every stored tensor and no other")
    func tensors() throws {
        let manifest = try GoldenManifest.read.get()
        var named = manifest.cases.flatMap(\.tensors)
        for problem in Set(manifest.cases.compactMap(\.problem)) {
            named += ["x", "y", "W", "b"].map { "\(problem)/\($0)" }
        }
        #expect(Set(named).count == named.count)
        let stored = try manifest.tensors.split(separator: " ").map { try storedNames(String($0)) }
        #expect(Set(named) == stored.reduce(into: []) { $0.formUnion($1) })
        #expect(Set(named).count == stored.reduce(0) { $0 + $1.count })
    }

    @Test("its cases have known kinds and tolerances, and program text that parses")
    func cases() throws {
        let manifest = try GoldenManifest.read.get()
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
