import Foundation
import RuntimeTesting
import Testing

/// Something that takes long, and what is true after it was interrupted.
struct Work: Sendable, CustomTestStringConvertible {
    var what: String
    /// An entry before it.
    var given: String
    /// What never ends.
    var work: String
    /// Holds before and after.
    var kept: String
    var testDescription: String { what }
}

@Suite("^C, signals and a terminal that goes away", .serialized)
struct InterruptTests {
    /// 200 ms are promised on a machine that does nothing else; what is not interrupted at all takes
    /// far longer than this.
    private static let limit = 5.0

    static let works: [Work] = [
        Work(what: "a loop of the interpreter", given: "var n = 5", work: "n += 1", kept: "n >= 5"),
        Work(
            what: "a product", given: "let a = ones([3000, 3000])",
            work: "(a @ a @ a @ a @ a @ a)[0, 0].item()", kept: "a.shape == [3000, 3000]"),
        Work(
            what: "a product in float64", given: "let a = ones([2000, 2000]).cast(float64)",
            work: "(a @ a @ a @ a @ a @ a)[0, 0].item()", kept: "a.shape == [2000, 2000]"),
        Work(
            what: "an elementwise kernel", given: "let a = ones([20000000]).cast(float64)",
            work: "(a ^ 1.5)[0].item()", kept: "a[7].item() == 1.0"),
        Work(
            what: "a sort", given: "let a = rand([20000000])", work: "a.sort()[0].item()",
            kept: "a.size == 20000000"),
        Work(
            what: "a reduction", given: "let a = ones([20000000]).cast(float64)",
            work: "a.prod().item() + a.std().item()", kept: "a[7].item() == 1.0"),
        Work(
            what: "a long chain that is computed at once",
            given: "func chain() { var z = ones([1000])\nfor i in 0..<50000 { z = z * 0.99 }\nz }",
            work: "chain().sum().item()", kept: "len([1]) == 1"),
        Work(
            what: "training steps",
            given: "let x = ones([256, 512]); let net = Dense(512); net(x); let opt = Adam(net)",
            work: "step(opt) { mse(net(x), x) }", kept: "net.W.shape == [512, 512]"),
        Work(
            what: "the reading of files",
            given: "writeText(\"a.csv\", join(map(0..<200000, i => \"{i},2,3\"), \"\\n\"))",
            work: "readCSV(\"a.csv\")", kept: "len(listFiles(\".\", \"*.csv\")) == 1"),
        Work(
            what: "a builtin over a list", given: "let xs = map(0..<300000, i => -i)",
            work: "sorted(xs, by: x => -x)", kept: "xs[1] == -1"),
    ]

    @Test("work is ended soon, and everything is as it was", arguments: works)
    func ended(_ work: Work) throws {
        try atPrompt { terminal, _ in
            terminal.paste(work.given + ";")
            try terminal.expect("dl 2> ")
            try terminal.ask("print(\"go\"); while true { \(work.work) }", "\ngo\n")
            let start = Date()
            terminal.type(PseudoTerminal.interrupt)
            try terminal.expect("interrupted")
            try terminal.expect("dl 3> ")
            #expect(Date().timeIntervalSince(start) < Self.limit)
            try terminal.ask(work.kept, "\ntrue\ndl 4> ")
        }
    }

    @Test("`fit` keeps the model and gives the history so far")
    func fit() throws {
        try atPrompt { terminal, _ in
            try terminal.ask("let x = randn([64, 8]); let net = Dense(8)", "dl 2> ")
            try terminal.ask("let h = fit(net, (x, x), loss: mse, epochs: 1000000)", "epoch 3/")
            terminal.type(PseudoTerminal.interrupt)
            try terminal.expect("dl 3> ")
            try terminal.ask("len(h.loss) > 1 and net.W.shape == [8, 8]", "\ntrue\n")
        }
    }

    @Test("many ^C at the prompt drop lines and nothing else")
    func atThePrompt() throws {
        try atPrompt { terminal, _ in
            try terminal.ask("let kept = 7", "dl 2> ")
            for _ in 0..<5 {
                terminal.type("1 + (")
                try terminal.expect("1 + (")
                terminal.type(PseudoTerminal.interrupt)
                try terminal.expect("^C\ndl 2> ")
            }
            try terminal.ask("kept", "\n7\n")
        }
    }

    @Test(
        "a signal to leave ends the session, idle or busy, and the history has every entry",
        arguments: [SIGTERM, SIGHUP], [false, true])
    func leaving(signal: Int32, isBusy: Bool) throws {
        try atPrompt { terminal, folder in
            try terminal.ask("let first = 1", "dl 2> ")
            if isBusy {
                try terminal.ask("print(\"go\"); while true { }", "\ngo\n")
            }
            terminal.signal(signal)
            #expect(try terminal.exitCode() == 128 + signal)
            let history = try String(
                contentsOf: folder.appending(path: "state/dlrepl/history"), encoding: .utf8)
            #expect(history.hasPrefix("let first = 1\n"))
            #expect(history.contains("while true") == isBusy)
        }
    }

    @Test("a terminal that is closed while something runs ends the session", arguments: [false, true])
    func closed(isBusy: Bool) throws {
        try withTemporaryFolder { folder in
            var terminal: PseudoTerminal? = try PseudoTerminal(folder: folder)
            try terminal?.expect("dl 1> ")
            terminal?.enter("let first = 1")
            try terminal?.expect("dl 2> ")
            if isBusy {
                terminal?.enter("print(\"go\"); while true { print(1) }")
                try terminal?.expect("\ngo\n")
            }
            #expect(try terminal?.closedExit() != nil)
            terminal = nil
            let history = try String(
                contentsOf: folder.appending(path: "state/dlrepl/history"), encoding: .utf8)
            #expect(history.hasPrefix("let first = 1\n"))
        }
    }
}
