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

    @Test("the closest wins, never the name itself")
    func order() {
        #expect(nearest("man", in: ["men", "mean", "Man"]) == "Man")
        #expect(nearest("mean", in: ["mean", "meen"]) == "meen")
        #expect(nearest("abcd", in: [String]()) == nil)
    }

    @Test(
        "of equally close candidates a rule chooses: the case of the first letter, the length, the alphabet",
        arguments: [
            ("Conv2d", ["conv2d", "Conv2D"], "Conv2D"), ("conv2D", ["Conv2D", "conv2d"], "conv2d"),
            ("man", ["mean", "men"], "men"), ("las", ["lax", "lag"], "lag"), ("mess", ["mesa", "mass"], "mass"),
        ])
    func ties(_ name: String, _ candidates: [String], _ expected: String) {
        #expect(nearest(name, in: candidates) == expected)
        #expect(nearest(name, in: candidates.reversed()) == expected)
    }

    @Test("no order of the candidates changes the answer")
    func anyOrder() {
        let candidates = ["a", "b", "c"].flatMap { x in
            ["a", "b", "c", ""].flatMap { y in ["a", "b", "c", "A", ""].map { x + y + $0 } }
        }
        for name in candidates.map({ $0 + "d" }) + candidates.map({ $0.uppercased() + "b" }) {
            let answer = nearest(name, in: candidates)
            #expect(answer == nearest(name, in: candidates.reversed()), "\(name)")
            #expect(answer == nearest(name, in: candidates.sorted { $0.dropFirst() < $1.dropFirst() }), "\(name)")
        }
    }

    @Test(
        "another short word is no slip of the keys",
        arguments: [("set", "get"), ("net", "get"), ("last", "cast"), ("format", "normal"), ("ls", "l1")])
    func anotherWord(_ name: String, _ candidate: String) {
        #expect(nearest(name, in: [candidate]) == nil)
    }
}
