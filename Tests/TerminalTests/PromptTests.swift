import Foundation
import RuntimeTesting
import Testing

@testable import Terminal

/// Types at the program and reads its answers.
@Suite("At the prompt", .serialized)
struct PromptTests {
    @Test("values are shown, names stay, an error does not end the session, ^D does")
    func conversation() throws {
        try atPrompt { terminal, _ in
            try terminal.ask("let x = 20 + 1", "dl 2> ")
            try terminal.ask("x * 2", "\n42\ndl 3> ")
            terminal.enter("y + 1")
            let complaint = try terminal.expect("dl 4> ")
            #expect(complaint.contains("unknown name `y`"))
            #expect(complaint.contains("entry 3, line 1"))
            try terminal.ask("x", "\n21\n")
            try terminal.expect("dl 5> ")
            terminal.type(PseudoTerminal.end)
            #expect(try terminal.exitCode() == 0)
        }
    }

    @Test("an entry goes on while a bracket is open, and ^D ends it with an error")
    func lines() throws {
        try atPrompt { terminal, _ in
            try terminal.ask("func f(x) {", "..... ")
            try terminal.ask("x + 1", "..... ")
            try terminal.ask("}", "dl 2> ")
            try terminal.ask("f(1)", "\n2\ndl 3> ")
            try terminal.ask("[1,", "..... ")
            terminal.type(PseudoTerminal.end)
            try terminal.expect("error:")
            try terminal.expect("dl 4> ")
        }
    }

    @Test("a typed line cannot go on with the entry above", arguments: ["|> f", ".sum()", "else { 1 }"])
    func continuation(line: String) throws {
        try atPrompt { terminal, _ in
            try terminal.ask(line, "open a parenthesis before")
            try terminal.expect("dl 2> ")
        }
    }

    @Test("what is pasted is one entry, empty lines and leading dots included")
    func paste() throws {
        try atPrompt { terminal, _ in
            let text = "func cube(x) {\n\n    x^3\n}\n\nlet c = [1, 2]\n    .map(cube)\nc\n"
            terminal.type("\u{1B}[200~\(text)\u{1B}[201~")
            terminal.type("\r")
            try terminal.expect("\n[1, 8]\n")
            try terminal.expect("dl 2> ")
        }
    }

    @Test("a string that is not closed is an error at once")
    func unclosedString() throws {
        try atPrompt { terminal, _ in
            try terminal.ask("print(\"hello)", "the string is not closed")
            try terminal.expect("dl 2> ")
        }
    }

    @Test("a cell pasted with its fences is one entry, without them")
    func fences() throws {
        try atPrompt { terminal, _ in
            try terminal.ask("```dl {#cube}", "..... ")
            try terminal.ask("let c = 3^3", "..... ")
            try terminal.ask("c", "..... ")
            try terminal.ask("```", "\n27\n")
            try terminal.expect("dl 2> ")
            let text = "```dl {#more}\nlet d = c\n\nd + 1\n```\n"
            terminal.type("\u{1B}[200~\(text)\u{1B}[201~")
            terminal.type("\r")
            try terminal.expect("\n28\n")
            try terminal.expect("dl 3> ")
        }
    }

    @Test("^C drops a line, ends a loop, and keeps what was defined")
    func interrupt() throws {
        try atPrompt { terminal, _ in
            try terminal.ask("var n = 5", "dl 2> ")
            terminal.type("let m = (1 +")
            try terminal.expect("(1 +")
            terminal.type(PseudoTerminal.interrupt)
            try terminal.expect("^C")
            try terminal.expect("dl 2> ")
            try terminal.ask("print(\"go\"); while true { n += 1 }", "\ngo\n")
            terminal.type(PseudoTerminal.interrupt)
            try terminal.expect("interrupted")
            try terminal.expect("dl 3> ")
            try terminal.ask("n >= 5", "\ntrue\n")
        }
    }

    @Test("`:undo` brings back weights, names and random numbers")
    func undo() throws {
        try atPrompt { terminal, _ in
            try terminal.ask("let x = ones([4, 2]); let net = Dense(2); net(x);", "dl 2> ")
            try terminal.ask("let before = net.W.sum().item();", "dl 3> ")
            try terminal.ask(
                "let r = randn([2]); fit(net, (x, x), loss: mse, epochs: 2);", "dl 4> ")
            try terminal.ask("net.W.sum().item() == before", "\nfalse\ndl 5> ")
            try terminal.ask(":undo", "back to before: net.W.sum()")
            try terminal.expect("dl 5> ")
            try terminal.ask(":undo", "back to before: let r = randn")
            try terminal.expect("dl 5> ")
            try terminal.ask("net.W.sum().item() == before", "\ntrue\ndl 6> ")
            try terminal.ask("r", "unknown name `r`")
        }
    }

    @Test("entries of several lines come back from the history of an earlier session")
    func history() throws {
        try withTemporaryFolder { folder in
            let first = try PseudoTerminal(folder: folder)
            try first.expect("dl 1> ")
            first.enter("if true {")
            try first.expect("..... ")
            first.enter("    41 + 1")
            try first.expect("..... ")
            first.enter("}")
            try first.expect("\n42\n")
            first.enter(":quit")
            #expect(try first.exitCode() == 0)
            let second = try PseudoTerminal(folder: folder)
            try second.expect("dl 1> ")
            second.type(PseudoTerminal.up + PseudoTerminal.up)
            try second.expect("}")
            second.enter("")
            try second.expect("\n42\n")
        }
    }

    @Test(
        "Tab completes names, members, labels, commands and files",
        arguments: [
            ("crossEn", "crossEntropy"), ("pair.lef", "pair.left"), ("Adam(bias", "Adam(bias"),
            ("Conv2", "Conv2D"), ("Dense(3, act", "Dense(3, activation: "),
            (":un", ":undo "), ("readText(\"no", "readText(\"notes.txt\""), ("?accur", "?accuracy"),
            ("pair.right.arg", "pair.right.arg"),
        ].filter { $0.0 != "Conv2" && $0.0 != $0.1 })
    func completion(typed: String, completed: String) throws {
        try atPrompt { terminal, folder in
            try Data("text".utf8).write(to: folder.appending(path: "notes.txt"))
            try terminal.ask("let pair = (left: 1, right: ones([2]))", "dl 2> ")
            terminal.type(typed + "\t")
            try terminal.expect(completed)
        }
    }

    @Test("`:save` writes a notebook that `:run` repeats number for number; `:rerun` repeats a cell")
    func notebooks() throws {
        try atPrompt { terminal, folder in
            try terminal.ask("let x = randn([2, 2])", "dl 2> ")
            try terminal.ask("nosuchname", "dl 3> ")
            terminal.enter("let y = (x + randn([2, 2])).sum().item(); print(\"y is {y}\")")
            let first = try terminal.expect("dl 4> ")
            let shown = try #require(first.firstMatch(of: #/\ny is (.*)\n/#)).output.1
            try terminal.ask(":save kept", "kept.dln: 2 cells")
            try terminal.expect("dl 4> ")
            try terminal.ask(":run kept.dln", "\ny is \(shown)\n")
            try terminal.expect("dl 4> ")
            try terminal.ask(":rerun 2", "\ny is \(shown)\n")
            try terminal.expect("dl 4> ")
            try terminal.ask("x.shape", "\n[2, 2]\n")
        }
    }

    @Test("a figure is written and its path printed; `:plot` writes it again")
    func figures() throws {
        try atPrompt { terminal, folder in
            terminal.enter("plot([1, 2, 4])")
            let shown = try terminal.expect("dl 2> ")
            let path = try #require(shown.split(separator: "\n").first { $0.hasSuffix(".png") })
            #expect(FileManager.default.fileExists(atPath: String(path)))
            try terminal.ask(":plot f.svg", "dl 2> ")
            let text = try String(
                contentsOf: folder.appending(path: "f.svg"), encoding: .utf8)
            #expect(text.contains("<svg"))
        }
    }

    @Test(
        "every command answers",
        arguments: [
            (":help", ":undo"), (":help undo", "May be repeated"), (":vars", "no names yet"),
            (":shape randn([7, 3]) @ ones([3, 2])", "float32 [7, 2]"), (":time 1 + 1", "\n2\n"),
            (":explain exp(randn([8, 3])) @ ones([3, 2])", "matmul NN 8×3×2"),
            (":explain 1 + 1", "no tensor"),
            (":undo", "nothing to take back"), (":undo x", "how many entries"),
            ("help", ":help shows the commands"), (":reset", "all names are gone"),
            (":seed", "\n0\n"), (":seed x", "a seed is an Int"), (":load no.dl", "cannot be read"),
            (":load no.dln", "`:run no.dln` runs it"), (":run no.dl", "`:load no.dl` runs it"),
            (":run no.dln", "cannot be read"), (":rerun", "no notebook is open"),
            (":plot f.png", "no figure yet"), (":unde", "did you mean `:undo`?"),
            (":save", "needs an argument"), ("?Dense", "model, stdlib/prelude/layers/Dense.dl"),
            ("??mse", "func mse("), ("?nosuchthing", "there is no `nosuchthing`"),
            ("exit", "to leave: :quit or ^D"),
        ])
    func commands(line: String, answer: String) throws {
        try atPrompt { terminal, _ in
            terminal.enter(line)
            try terminal.expect(line)
            try terminal.expect(answer)
            try terminal.expect("> ")
        }
    }

    @Test("`:help` lists every command and has a page for each")
    func help() throws {
        try atPrompt { terminal, _ in
            terminal.enter(":help")
            let list = try terminal.expect("dl 1> ")
            for command in ColonCommand.all {
                #expect(list.contains("\n  \(command.usage) "), "\(command.usage)")
                try terminal.ask(":help \(command.name)", "\n\(command.usage)   \(command.summary)")
                try terminal.expect("dl 1> ")
            }
        }
    }

    @Test(
        "a figure is drawn where the terminal shows images",
        arguments: [
            ("xterm-kitty", "", "\u{1B}_Gf=100"), ("xterm", "iTerm.app", "\u{1B}]1337;File=inline=1"),
            ("foot", "", "\u{1B}Pq"), ("xterm", "", ".png"),
        ])
    func images(term: String, program: String, sequence: String) throws {
        try withTemporaryFolder { folder in
            let terminal = try PseudoTerminal(
                folder: folder, extra: ["TERM": term, "TERM_PROGRAM": program])
            try terminal.expect("dl 1> ")
            terminal.enter("plot([1, 2, 4])")
            try terminal.expect(sequence)
        }
    }

    @Test("`:explain` shows the passes of a step, how often it ran, and why it is not replayed")
    func explain() throws {
        try atPrompt { terminal, _ in
            try terminal.ask(
                "let x = ones([4, 2]); let net = Dense(2); net(x); let opt = SGD(net)", "dl 2> ")
            terminal.enter(":explain for i in 0..<3 { step(opt) { mse(net(x), x) } }")
            let page = try terminal.expect("dl 3> ")
            for word in ["called 3 times, replayed 2", "graph: ", "simplify: ", "fuse: ", "plan: ",
                "memory: ", "program:", "matmul"]
            {
                #expect(page.contains(word), "\(page)")
            }
            try terminal.ask(
                ":explain step(opt) { print(1); mse(net(x), x) }", "not replayed: it calls `print`")
            try terminal.expect("dl 4> ")
            try terminal.ask(
                ":explain fit(net, (x, x), loss: mse, epochs: 2)",
                "step (stdlib/prelude/training/fit.dl")
            try terminal.expect("dl 5> ")
            try terminal.ask("opt.lr", "\n0.01\n")
        }
    }

    @Test("`:load` runs a file as one entry, whose errors name the file")
    func load() throws {
        try atPrompt { terminal, folder in
            try Data("let a = 4\nlet b = a + nosuch\n".utf8)
                .write(to: folder.appending(path: "bad.dl"))
            try Data("let a = 4\na * 2\n".utf8).write(to: folder.appending(path: "good.dl"))
            try terminal.ask(":load good.dl", "\n8\n")
            try terminal.ask(":load bad.dl", "bad.dl:2")
        }
    }
}
