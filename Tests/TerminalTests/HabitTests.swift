import Foundation
import RuntimeTesting
import Testing

@testable import Terminal

/// What hands do that learned at other prompts.
@Suite("Habits at the prompt", .serialized)
struct HabitTests {
    @Test("`name?`, `name??`, `help(name)` and `?:command` ask", arguments: [
        ("x?", "x: Int = 3"), ("Dense??", "param W"), ("help(x)", "x: Int = 3"),
        ("?:undo", "back to before"), ("x.shap?", "there is no `x.shap`"), ("?let", "a word of the language"),
        ("%timeit x", "`:time EXPR`"),
    ])
    func questions(entry: String, answer: String) throws {
        try atPrompt { terminal, _ in
            try terminal.ask("let x = 3", "dl 2> ")
            try terminal.ask(entry, answer)
            try terminal.ask("x + 1", "\n4\n")
        }
    }

    @Test("of a long list the prompt shows the beginning, `print` all of it")
    func longValue() throws {
        try atPrompt { terminal, _ in
            terminal.enter("list(0..<2000)")
            let shown = try terminal.expect("(2000 elements; `print` writes all)")
            #expect(shown.contains("1, 2, 3") && !shown.contains("1999"))
            try terminal.ask("list(0..<50000)", "(50000 elements; `print` writes all)")
            try terminal.ask("print(list(0..<2000))", "1999]")
        }
    }

    @Test("lines of Windows that are pasted are no double lines")
    func windowsLines() throws {
        try atPrompt { terminal, _ in
            terminal.paste("let s = \"\"\"\r\n  a\r\n  b\r\n  \"\"\"\r\n\r\nprint([s])\r\n")
            try terminal.expect("[\"a\\nb\\n\"]")
            try terminal.expect("dl 2> ")
        }
    }

    @Test("the same entry again is kept once")
    func duplicates() throws {
        try atPrompt { terminal, folder in
            try terminal.ask("11", "\n11\ndl 2> ")
            for number in 3...5 { try terminal.ask("22", "\n22\ndl \(number)> ") }
            terminal.type(PseudoTerminal.up + PseudoTerminal.up + "\r")
            try terminal.expect("\n11\ndl 6> ")
            let path = folder.appending(path: "state/dlrepl/history").path
            #expect(History(path: path).load().entries == ["11", "22", "11"])
        }
    }

    @Test("Tab inside a word does not double its end, and knows the names above")
    func tab() throws {
        try atPrompt { terminal, _ in
            terminal.type("crossEntropy")
            terminal.type(String(repeating: "\u{2}", count: 6) + "\t\u{5}?\r")
            try terminal.expect("crossEntropy(logits")
            try terminal.ask("func f(alphabet) {", "..... ")
            terminal.type("alphab\t * 2\r}\r")
            try terminal.expect("dl 2> ")
            try terminal.ask("f(21)", "\n42\n")
        }
    }

    @Test("after a stop in the shell and `fg` the terminal is the prompt's again")
    func stop() throws {
        try atPrompt { terminal, _ in
            terminal.type("20 + 2")
            try terminal.expect("20 + 2")
            terminal.signal(SIGSTOP)
            try terminal.cook()
            terminal.signal(SIGCONT)
            try terminal.expect("dl 1> 20 + 2")
            // A key that only the prompt's mode knows: to the beginning of the line.
            terminal.type("\u{1}1 + \r")
            try terminal.expect("\n23\n")
        }
    }

    @Test("a dumb terminal gets no sequences, a script no commands of the prompt")
    func plain() throws {
        try withTemporaryFolder { folder in
            let module = try Program.run(["doc", "nlp"], input: "", folder: folder)
            #expect(module.code == 0 && module.output.contains("nlp.Bert"), "\(module)")
            for code in [":help", "?fit"] {
                let result = try Program.run(["-e", code], input: "", folder: folder)
                #expect(result.code == 1 && result.errors.contains("the prompt"), "\(result)")
            }
        }
        #expect(ProgressBar.text("epoch 1/2", 1, 2, "loss 0.5", width: 30).hasSuffix("50 %  loss 0.5"))
        #expect(ProgressBar.text("训练训练 1/2", 1, 2, "loss 0.5", width: 20) == "训练训练 1/2   50 %")
    }
}
