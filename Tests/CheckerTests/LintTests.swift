import Checker
import Diagnostics
import Syntax
import Testing

@Suite("Lints speak when they are right, and only then")
struct LintTests {
    private func ids(_ text: String) -> [String] {
        Lint.warnings(in: Parser.parse(SourceText(name: "cell", text: text)).program).map(\.id)
    }

    @Test(
        "softmax before a loss that takes logits",
        arguments: [
            "crossEntropy(softmax(net(x)), y)", "crossEntropy(net(x).softmax(), y)",
            "let l = softmax(z).crossEntropy(y)", "binaryCrossEntropy(z |> sigmoid, y)",
            "step(opt) { crossEntropy(softmax(net(x)), y) }",
        ])
    func doubled(_ text: String) { #expect(ids(text) == ["lint.doubleActivation"]) }

    @Test(
        "what is right stays without remark",
        arguments: [
            "crossEntropy(net(x), y)", "nll(logSoftmax(z), y)", "binaryCrossEntropyOf(sigmoid(z), y)",
            "crossEntropy(z, softmax(t))", "func softmax(x) { x }\ncrossEntropy(softmax(z), y)",
            "func f(x: [N, D], n) { x }", "typeOf(x) == \"Int\"", "typeOf(x) in [\"Tensor\", \"List\"]",
            "typeOf(x) == name", "func typeOf(x) { \"int\" }\ntypeOf(3) == \"int\"", "nameOf(x) == \"int\"",
        ])
    func silent(_ text: String) { #expect(ids(text).isEmpty) }

    @Test(
        "a text that `typeOf` never gives",
        arguments: [
            "typeOf(3) == \"int\"", "if typeOf(x) != \"str\" { 1 }", "let b = typeOf(x) in [\"Int\", \"float\"]",
            "x.typeOf() == \"tensor\"",
        ])
    func typeName(_ text: String) { #expect(ids(text) == ["lint.typeName"]) }

    @Test("a parameter named like a dimension")
    func dimension() {
        #expect(ids("func f(N, x: [N, 3]) { x }") == ["lint.dimension"])
    }
}
