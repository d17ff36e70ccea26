import Diagnostics
import Testing

@Suite struct NearestTests {
    private let names = [
        "relu", "leakyRelu", "crossEntropy", "Dense", "x", "lr", "Conv2D", "mean", "学习率",
    ]

    @Test(
        "a slip of the keys finds the name",
        arguments: [
            ("rleu", "relu"), ("rel", "relu"), ("RELU", "relu"), ("dense", "Dense"),
            ("crossEntorpy", "crossEntropy"), ("crossentropy", "crossEntropy"),
            ("leakyrelu", "leakyRelu"), ("X", "x"), ("conv2d", "Conv2D"), ("mena", "mean"),
            ("学习律", "学习率"), ("Lr", "lr"),
        ])
    func found(_ name: String, _ expected: String) {
        #expect(nearest(name, in: names) == expected)
    }

    @Test(
        "what is far from everything finds nothing",
        arguments: [
            "", "y", "banana", "ab", "softmax", "entropyCross",
            String(repeating: "relu", count: 500),
        ])
    func notFound(_ name: String) {
        #expect(nearest(name, in: names) == nil)
    }

    @Test("the closest wins, and of equals the first; never the name itself")
    func order() {
        #expect(nearest("man", in: ["men", "mean", "Man"]) == "Man")
        #expect(nearest("man", in: ["men", "mean"]) == "men")
        #expect(nearest("mean", in: ["mean", "meen"]) == "meen")
        #expect(nearest("abcd", in: [String]()) == nil)
    }
}
