import Diagnostics
import Foundation
import Runtime
import RuntimeTesting
import Testing

@testable import Terminal

@Suite("What Tab offers")
struct CompleterTests {
    private static let program = """
        var counter = 0
        func touch() { counter += 1; 5 }
        let r = (loss: 0.5, other: (inner: 3, list: [1]))
        let net = Dense(3, relu)
        let chain = Dense(3) >> Dense(2)
        func twice(x, factor = 2) { x * factor }
        let t = ones([2, 3])
        let d = ["left": 1, "right": 2, 3: 4]
        """

    private func offers(_ text: String) async throws -> [String] {
        try await LargeStack.run {
            try withTemporaryFolder { folder in
                let session = Session(.testing(folder: folder))
                let program = SourceText(name: "test", text: Self.program)
                #expect(session.run(program, stream: "0").ending == .succeeded)
                let context = CompletionContext(text)
                let completer = Completer(
                    session: session, folder: folder.path, library: nil, cells: [])
                let offers = completer.answer(context).candidates
                let counter = SourceText(name: "test", text: "counter")
                #expect(session.run(counter, stream: "1").value == "0")
                return offers
            }
        }
    }

    @Test(
        "names are found, and only those that begin so",
        arguments: [
            ("twi", ["twice"]), ("r.", ["loss", "other"]), ("r.other.in", ["inner"]),
            ("net.un", ["units", "unfreeze"]), ("twice(", ["x:", "factor:"]),
            ("twice(1, fac", ["factor:"]), ("Adam(net, bet", ["beta1:", "beta2:"]),
            ("net.bu", ["build"]), ("net.sav", ["save"]), ("net.params[\"", ["W", "b"]),
            ("chain[0].unit", ["units"]), ("\"a\".upp", ["upper"]), ("\"a\".zi", ["zip"]),
            ("net.forward(", ["x:"]), ("whi", ["while"]), ("t.sha", ["shape"]),
            ("plot(t, tit", ["title:"]), ("touch().", []), ("d[\"", ["left", "right"]),
            ("func f(alphabet) {\nalphab", ["alphabet"]), ("_red", ["_reduce"]),
        ])
    func found(text: String, expected: [String]) async throws {
        let offers = try await offers(text)
        if text == "touch()." {
            // Nobody knows the type before it runs: functions are offered, members are not.
            #expect(offers.contains("len") && !offers.contains("shape"))
        } else if text == "r." {
            #expect(Array(offers.prefix(2)) == expected)
        } else if text == "_red" {
            #expect(offers.allSatisfy { $0.hasPrefix("_") })
        } else {
            #expect(offers == expected)
        }
    }

    @Test("functions of tensors are offered after a tensor, those of models after a model")
    func methods() async throws {
        let tensor = try await offers("t.")
        #expect(tensor.contains("mean") && tensor.contains("softmax") && tensor.contains("accuracy"))
        #expect(!tensor.contains("fit") && !tensor.contains("upper"))
        let model = try await offers("net.")
        #expect(model.contains("summary") && model.contains("W") && !model.contains("softmax"))
    }
}
