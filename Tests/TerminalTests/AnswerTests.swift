import Foundation
import RuntimeTesting
import Testing

/// What the tool says, and does not do, where a user asks for something unusual.
@Suite("Answers of the tool and the prompt")
struct AnswerTests: FolderSuite {
    @Test("who runs out of time is told where, after how long, and whose limit it was")
    func outOfTime() throws {
        try withTemporaryFolder { folder in
            let loop = "let a = 1\nfunc spin() { while true { } }\nspin()\n"
            try write("```dl {#slow timeout=200ms}\n\(loop)```\n", "own.dln", folder)
            try write("```dl {#slow timeout=5m}\n\(loop)```\n", "run.dln", folder)
            try write(loop, "s.dl", folder)
            let own = try run(folder, "run", "own.dln")
            #expect(own.code == 4 && own.errors.contains("cell slow is not done after 200ms, its own limit"), "\(own)")
            #expect(own.errors.contains("own.dln:3:") && own.errors.contains("`timeout=`"))
            let whole = try run(folder, "run", "run.dln", "--timeout", "300ms")
            #expect(whole.code == 4 && whole.errors.contains("after 300ms, the limit of the whole run"), "\(whole)")
            #expect(whole.errors.contains("run.dln:3:"))
            let script = try run(folder, "run", "s.dl", "--timeout", "0.3s")
            #expect(script.code == 4 && script.errors.contains("s.dl is not done after 300ms"), "\(script)")
            #expect(script.errors.contains("s.dl:2:"))
            for text in ["0", "-1s", "soon", "1d"] {
                let refused = try run(folder, "run", "own.dln", "--timeout=\(text)")
                #expect(refused.code == 2 && refused.errors.contains("not \(text)"), "\(refused)")
            }
            let terminal = try PseudoTerminal(folder: folder)
            try terminal.expect("dl 1> ")
            try terminal.ask(":run own.dln", "cell slow is not done after 200ms, its own limit")
            try terminal.expect("own.dln:3:")
            try terminal.expect("`:rerun` starts cell slow anew")
        }
    }

    @Test("a notebook that shows nothing needs no outputs to be verified")
    func nothingStored() throws {
        try withTemporaryFolder { folder in
            try write("# Prose\n\n```dl\nlet x = 1\n```\n", "n.dln", folder)
            let quiet = try run(folder, "verify", "n.dln")
            #expect(quiet.code == 0 && quiet.output == "n.dln: 1 cell, the same\n", "\(quiet)")
            try write("# Prose\n\n```dl\nlet x = 1\nx\n```\n", "n.dln", folder)
            let shows = try run(folder, "verify", "n.dln")
            #expect(shows.code == 3 && shows.output.contains("no outputs are stored"), "\(shows)")
        }
    }

    @Test("`fmt` passes over cells that do not run or are meant to fail, if they are no code")
    func formatSkipped() throws {
        try withTemporaryFolder { folder in
            let text = "```dl {skip}\nlet x = (1 +\n```\n\n```dl {expect-error}\nlet y = (\n```\n"
            try write(text + "\n```dl\nlet  z=1\n```\n", "n.dln", folder)
            let result = try run(folder, "fmt", "n.dln")
            #expect(result.code == 0 && result.errors.isEmpty, "\(result)")
            #expect(try run(folder, "fmt", "--check", "n.dln").code == 0)
            let after = try String(contentsOf: folder.appending(path: "n.dln"), encoding: .utf8)
            #expect(after == text + "\n```dl\nlet z = 1\n```\n")
        }
    }

    @Test("the script of a notebook whose cells define names again runs and gives the same")
    func scriptOfRedefinitions() throws {
        try withTemporaryFolder { folder in
            let cells = [
                "let x = 1\nlet (a, b) = (2, 3)\nfunc f() { x + a }", "let x = x + lr\nvar   a = b\nf()",
                "let lr = lr * 2\nlet y = x\nprint(x, a, f(), lr)",
            ]
            let text = "---\nseed: 4\nparams: {lr: 5}\n---\n" + cells.map { "```dl\n\($0)\n```\n" }.joined(separator: "\n")
            try write(text, "n.dln", folder)
            #expect(try run(folder, "run", "n.dln").output.hasSuffix("\n6 3 9 10\n"))
            #expect(try run(folder, "export", "dl", "n.dln").code == 0)
            let script = try String(contentsOf: folder.appending(path: "n.dl"), encoding: .utf8)
            #expect(script.hasPrefix("# The notebook has the seed 4"))
            #expect(try run(folder, "check", "n.dl").code == 0, "\(script)")
            let result = try run(folder, "run", "n.dl")
            #expect(result.code == 0 && result.output == "6 3 9 10\n", "\(result)")
            try write("```dl\nfunc f() { 1 }\n```\n\n```dl\nfunc f() { 2 }\n```\n", "f.dln", folder)
            #expect(try run(folder, "export", "dl", "f.dln").code == 0)
            let clash = try String(contentsOf: folder.appending(path: "f.dl"), encoding: .utf8)
            #expect(clash.contains("# cell 2\n# `f` has a meaning above already"), "\(clash)")
        }
    }

    @Test("`:shape` writes no file and trains nothing")
    func shapeOnly() throws {
        try atPrompt { terminal, folder in
            try terminal.ask("let x = ones([4, 2]); let net = Dense(3)", "dl 2> ")
            try terminal.ask(":shape writeText(\"f.txt\", \"a\")", "this would write `f.txt`")
            try terminal.ask(":shape save([\"x\": x], \"f.npz\")", "this would write `f.npz`")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!names.contains { $0.hasPrefix("f.") })
            try terminal.ask(":shape fit(net, (x, x), loss: mse, epochs: 1000000).loss[-1]", "this trains, and")
            try terminal.ask(":shape net(x)", "float32 [4, 3]")
            try terminal.ask("writeText(\"g.txt\", \"a\")", "dl 3> ")
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "g.txt").path))
        }
    }

    @Test(
        "commands and questions that are not clear",
        arguments: [
            (":s", "`:s` may be `:save`, `:shape` or `:seed`"), (": help", ":undo"), (":", ":undo"),
            (": undo", "nothing to take back"), ("?let", "is a word of the language"),
            ("?for", "it is used as in `for x in xs"), (":load .", "`.` is a folder"),
        ])
    func unclear(line: String, answer: String) throws {
        try atPrompt { terminal, _ in
            terminal.enter(line)
            try terminal.expect(answer)
            try terminal.expect("dl 1> ")
        }
    }

    @Test("the source of a variable is asked for: it has none, whatever else has its name")
    func sourceOfVariable() throws {
        try atPrompt { terminal, _ in
            try terminal.ask("let fit = 1", "dl 2> ")
            try terminal.ask("??fit", "`fit` is a variable, which has no source: Int = 1")
        }
    }

    @Test("`:load` finds what a script imports beside it, and takes a path in quotes or from `~`")
    func loadElsewhere() throws {
        try atPrompt { terminal, folder in
            try write("let deep = 7\n", "nbs/parts/mine.dl", folder)
            try write("import mine\nlet seven = mine.deep\n", "nbs/parts/two words.dl", folder)
            try terminal.ask(":load \"nbs/parts/two words.dl\"", "dl 2> ")
            try terminal.ask("seven", "\n7\n")
            try terminal.ask(":load ~/nbs/parts/two words.dl", "dl 4> ")
            try terminal.ask(":load '~/nbs/parts/two words.dl'", "dl 5> ")
            try terminal.ask("import mine", "there is no module `mine`")
        }
    }
}
