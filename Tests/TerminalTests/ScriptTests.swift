import Foundation
import RuntimeTesting
import Testing

@Suite("Without a terminal")
struct ScriptTests {
    @Test("piped input is one cell; values go to the output, messages to the errors")
    func piped() throws {
        try withTemporaryFolder { folder in
            let good = try Program.run([], input: "let x = 3\nprint(x)\nx * 2\n", folder: folder)
            #expect(good.output == "3\n6\n" && good.errors == "" && good.code == 0)
            let bad = try Program.run([], input: "let x = 3\nx + y", folder: folder)
            #expect(bad.output == "" && bad.errors.contains("unknown name `y`") && bad.code == 1)
        }
    }

    @Test("each `-e` is a cell that sees those before; the first error ends it")
    func expressions() throws {
        try withTemporaryFolder { folder in
            let arguments = ["-e", "let a = 1", "-e", "a + 1", "-e", "nosuch", "-e", "print(9)"]
            let result = try Program.run(arguments, input: "", folder: folder)
            #expect(result.output == "2\n" && result.code == 1)
        }
    }

    @Test("where nobody watches, the lines of a training run collapse to the last")
    func progress() throws {
        try withTemporaryFolder { folder in
            let program = """
                let x = ones([4, 2])
                let net = Dense(2)
                fit(net, (x, x), loss: mse, epochs: 3);
                fit(net, (x, x), loss: mse, epochs: 2);
                """
            let lines = try Program.run([], input: program, folder: folder).output
                .split(separator: "\n")
            #expect(lines.map { $0.prefix(9) } == ["epoch 3/3", "epoch 2/2"])
        }
    }
}
