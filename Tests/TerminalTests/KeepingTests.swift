import Foundation
import RuntimeTesting
import Testing

/// Whatever a user has made stays: files that are there, results of a run, what was trained.
@Suite("Nothing is lost")
struct KeepingTests: FolderSuite {
    @Test("a script is exported as a script, and no export writes over what it reads")
    func scripts() throws {
        try withTemporaryFolder { folder in
            let script = "# Squares\nlet xs = map(0..<3, x => x * x)\nprint(xs)\nplot(xs)\n"
            try write(script, "s.dl", folder)
            let refused = try run(folder, "export", "dl", "s.dl")
            #expect(refused.code == 2 && refused.errors.contains("a script already"), "\(refused)")
            for kind in ["md", "html", "ipynb"] {
                let made = try run(folder, "export", kind, "s.dl")
                #expect(made.code == 0, "\(made)")
                #expect(try read("s.\(kind)", folder).contains("[0, 1, 4]"))
            }
            #expect(try run(folder, "export", "figures", "s.dl", "--to", "f").code == 0)
            #expect(exists("f/cell-01.png", folder))
            // A name of one letter, in this folder.
            try write("```dl\n1 + 1\n```\n", "n", folder)
            #expect(try run(folder, "export", "md", "n").code == 0 && read("n.md", folder).contains("2"))
            let page = try run(folder, "run", "s.dl", "--out", "page.html")
            #expect(page.code == 0 && page.output.contains("[0, 1, 4]"), "\(page)")
            #expect(try read("page.html", folder).contains("[0, 1, 4]"))
            #expect(try read("s.dl", folder) == script)
            try write("let a = 1\nnosuch\n", "bad.dl", folder)
            #expect(try run(folder, "export", "md", "bad.dl").code == 1)
            let told = try run(folder, "run", "bad.dl", "--out", "bad.md")
            #expect(told.code == 1 && told.errors.contains("bad.dl:2:1"), "\(told)")
            for arguments in [["run", "s.dl", "--write"], ["run", "s.dl", "-p", "a=1"], ["verify", "s.dl"],
                ["status", "s.dl"], ["run", "s.dl", "--out", "s.dl"]]
            {
                let result = try Program.run(arguments, input: "", folder: folder)
                #expect(result.code == 2 && !result.errors.isEmpty, "\(arguments): \(result)")
            }
            #expect(try read("s.dl", folder) == script)
        }
    }

    @Test("an export in the place of its own input is refused, under whatever name", arguments: [false, true])
    func ownInput(isLink: Bool) throws {
        try withTemporaryFolder { folder in
            let notes = "# Notes\n\n```dl\n1 + 1\n```\n"
            try write(notes, "notes.md", folder)
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "link.md").path, withDestinationPath: "notes.md")
            let name = isLink ? "link.md" : "notes.md"
            for arguments in [["export", "md", name], ["run", "notes.md", "--out", name]] {
                let result = try Program.run(arguments, input: "", folder: folder)
                #expect(result.code == 2 && result.errors.contains("which is read"), "\(result)")
            }
            #expect(try run(folder, "export", "md", name, "--to", "made").code == 0)
            #expect(try read("notes.md", folder) == notes)
            #expect(try read("made/\(name)", folder).contains("2"))
        }
    }

    @Test("what is edited while `run --write` runs is kept, and the outputs of what did not change are stored")
    func edited() throws {
        try withTemporaryFolder { folder in
            // The third cell waits for a file.
            let wait = "while len(listFiles(\".\", \"go\")) == 0 { }\n\"gone\""
            let cells = ["```dl {#a}\n1 + 1\n```\n", "```dl {#b}\n2 + 2\n```\n", "```dl {#c}\n\(wait)\n```\n"]
            try write(cells.joined(separator: "\n"), "n.dln", folder)
            let terminal = try PseudoTerminal(folder: folder, arguments: ["run", "--write", "n.dln"])
            try terminal.expect("4\n")
            let edits = "# New words\n\n" + cells[0] + "\n```dl {#b}\n3 + 3\n```\n\n" + cells[2]
            try write(edits, "n.dln", folder)
            try write("", "go", folder)
            try terminal.expect("n.dln has changed while it ran")
            #expect(try terminal.exitCode() == 0)
            let after = try read("n.dln", folder)
            #expect(after.hasPrefix("# New words\n\n") && after.contains("3 + 3\n```\n\n```dl {#c}"), "\(after)")
            #expect(after.contains("```text\n2\n```") && !after.contains("```text\n4\n```"))
        }
    }

    @Test("where figures cannot be written, the page and the stored outputs are")
    func blockedFigures() throws {
        try withTemporaryFolder { folder in
            try write("no folder", "figures", folder)
            try write("```dl {#a}\nprint(\"ran\")\nplot([1, 2])\n```\n```dl {#b}\n1 + 1\n```\n", "n.dln", folder)
            for out in ["page.html", "page.md"] {
                let result = try run(folder, "run", "n.dln", "--out", out)
                #expect(result.code == 2 && result.output.contains("ran"), "\(result)")
                #expect(result.errors.contains("figures/n/a.png cannot be written: "), "\(result)")
                #expect(try read(out, folder).contains("ran"))
            }
            #expect(try run(folder, "run", "n.dln", "--write").code == 2)
            let stored = try read("n.dln", folder)
            #expect(stored.contains("```text\nran\n```") && !stored.contains("!["))
            #expect(try run(folder, "status", "n.dln").output == "n.dln: 1 fresh, 1 stale\n  stale   cell a\n")
            #expect(try run(folder, "export", "md", "n.dln").code == 2)
            #expect(try read("n.md", folder).contains("ran"))
        }
    }

    @Test("a place without room is told with the reason")
    func noRoom() throws {
        try withTemporaryFolder { folder in
            try write("```dl\nprint(\"ran\")\n```\n", "n.dln", folder)
            let command = "ulimit -f 0; trap '' XFSZ; \"$0\" \"$@\" 2>&1 | cat"
            for arguments in [["new", "fresh"], ["run", "n.dln", "--out", "n.html"], ["export", "md", "n.dln"]] {
                let shell = Process()
                shell.executableURL = URL(fileURLWithPath: "/bin/sh")
                shell.arguments = ["-c", command, Program.path] + arguments
                shell.environment = Program.environment(folder)
                shell.currentDirectoryURL = folder
                let output = Pipe()
                shell.standardOutput = output
                try shell.run()
                let shown = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                shell.waitUntilExit()
                #expect(shown.contains("cannot be written: File too large"), "\(shown)")
            }
            #expect(!exists("fresh.dln", folder) && !exists("n.html", folder))
        }
    }

    @Test("figures of another notebook of the same name are not replaced without a word")
    func sameName() throws {
        try withTemporaryFolder { folder in
            for name in ["a/n.dln", "b/n.dln"] { try write("```dl {#p}\nplot([1, 2])\n```\n", name, folder) }
            for _ in 0..<2 { #expect(try run(folder, "run", "a/n.dln").errors.isEmpty) }
            let other = try run(folder, "run", "b/n.dln")
            #expect(other.code == 0 && other.errors.contains("1 figure of another notebook called n"), "\(other)")
            #expect(try run(folder, "run", "b/n.dln").errors.isEmpty)
        }
    }

    @Test("`:save` stays off files that this session has not written, and those changed since")
    func save() throws {
        try atPrompt { terminal, folder in
            try write("# By hand\n", "nb.dln", folder)
            try terminal.ask("1 + 1", "dl 2> ")
            try terminal.ask(":save nb.dln", "this session has not written it")
            try terminal.expect("`:save! nb.dln` replaces it")
            #expect(try read("nb.dln", folder) == "# By hand\n")
            try terminal.ask(":save new", "new.dln: 1 cell\n")
            try terminal.ask(":save ./new.dln", "new.dln: 1 cell\n")
            try write("# Edited\n", "new.dln", folder)
            try terminal.ask(":save new", "has changed since this session read or wrote it")
            try terminal.ask(":save! new", "new.dln: 1 cell\n")
            try terminal.ask(":save \"two words.dln\"", "two words.dln: 1 cell\n")
            #expect(exists("two words.dln", folder))
            try terminal.ask(":save page.ipynb", "`:save page.dln`")
            try terminal.ask(":save old.v1.txt", "those end in .dln")
            // A link stays one.
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "link.dln").path, withDestinationPath: "nb.dln")
            try terminal.ask(":save! link.dln", "link.dln: 1 cell\n")
            #expect(
                try FileManager.default.destinationOfSymbolicLink(
                    atPath: folder.appending(path: "link.dln").path) == "nb.dln")
            #expect(try read("nb.dln", folder).contains("1 + 1"))
            try terminal.ask(":run new.dln", "dl 2> ")
            try terminal.ask("3 + 4", "dl 3> ")
            try terminal.ask(":save new.dln", "new.dln: 2 cells\n")
            try write(try read("new.dln", folder) + "\nMore.\n", "new.dln", folder)
            try terminal.ask(":save new.dln", "has changed since")
            #expect(try read("new.dln", folder).hasSuffix("\nMore.\n"))
        }
    }

    private static let training = """
        ```dl {#data}
        let x = randn([64, 8])
        let net = Dense(8)
        ```

        ```dl {#train}
        let h = fit(net, (x, x), loss: mse, epochs: 1000000)
        ```

        ```dl {#look}
        print("epochs: {len(h.loss) > 1}")
        ```

        ```dl {skip}
        never()
        ```

        """

    @Test("^C in a cell of `:run` that trains: what it gave is kept, and `:rerun` goes on below")
    func interruptedRun() throws {
        try atPrompt { terminal, folder in
            try write(Self.training, "n.dln", folder)
            try terminal.ask(":run n.dln", "epoch 3/")
            terminal.type(PseudoTerminal.interrupt)
            try terminal.expect("1 cell below has not run; `:rerun` runs what is left")
            try terminal.expect("dl 1> ")
            try terminal.ask("let kept = net.W.sum().item();", "dl 2> ")
            terminal.enter(":rerun")
            let rest = try terminal.expect("dl 2> ")
            #expect(rest.contains("cell look") && rest.contains("epochs: true"), "\(rest)")
            #expect(!rest.contains("cell train"))
            try terminal.ask("net.W.sum().item() != 0.0 and len(h.loss) > 1", "\ntrue\n")
        }
    }

    @Test("a cell that ^C broke off starts anew with `:rerun`, and `:undo` takes that back")
    func brokenOff() throws {
        try atPrompt { terminal, folder in
            let cells = "```dl {#loop}\nvar n = 0\nprint(\"go\")\nwhile true { n += 1 }\n```\n\n```dl\nn\n```\n"
            try write(cells, "n.dln", folder)
            try terminal.ask(":run n.dln", "\ngo\n")
            terminal.type(PseudoTerminal.interrupt)
            try terminal.expect("1 cell below has not run; `:rerun` starts cell loop anew, `:undo` then")
            try terminal.expect("dl 1> ")
            try terminal.ask("let kept = n; kept > 0", "\ntrue\ndl 2> ")
            try write(cells.replacing("while true", with: "while n < 3"), "n.dln", folder)
            try terminal.ask(":rerun", "\n3\n")
            try terminal.expect("dl 2> ")
            try terminal.ask("kept", "unknown name `kept`")
            try terminal.expect("dl 3> ")
            try terminal.ask(":undo", "back to before: :rerun")
            try terminal.expect("dl 3> ")
            try terminal.ask("n == kept", "\ntrue\n")
        }
    }
}
