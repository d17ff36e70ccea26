import Foundation
import RuntimeTesting
import Testing

/// Commands of the tool on files in a folder of the test's own.
@Suite("Commands on notebooks")
struct ToolTests: FolderSuite {
    private static let notebook = """
        ---
        dln: 1
        seed: 3
        ---

        ```dl {#make}
        let x = randn([4])
        x.sum()
        ```

        ```dl {#show}
        print("{x.mean():.4f}")
        plot(x)
        ```

        """

    @Test("`run --write` stores outputs, `status` sees what is stale, `verify` what differs")
    func outputs() throws {
        try withTemporaryFolder { folder in
            func run(_ arguments: String...) throws -> (output: String, errors: String, code: Int32) {
                try Program.run(arguments, input: "", folder: folder)
            }
            try write(Self.notebook, "n.dln", folder)
            #expect(try run("status", "n.dln").output == "n.dln: 2 without output\n")
            #expect(try run("verify", "n.dln").code == 3)
            #expect(try run("run", "--write", "n.dln").code == 0)
            let stored = try read("n.dln", folder)
            #expect(stored.contains("![show](figures/n/show.png)"))
            #expect(try run("status", "n.dln").output == "n.dln: 2 fresh\n")
            let same = try run("verify", "n.dln")
            #expect(same.code == 0 && same.output == "n.dln: 2 cells, the same\n", "\(same)")
            #expect(try run("run", "--write", "n.dln").code == 0)
            #expect(try read("n.dln", folder) == stored)
            try write(stored.replacing("x.mean()", with: "x.max()"), "n.dln", folder)
            let stale = try run("status", "n.dln")
            #expect(stale.code == 3)
            #expect(stale.output == "n.dln: 1 fresh, 1 stale\n  stale   cell show\n")
            let differs = try run("verify", "n.dln")
            #expect(differs.code == 3)
            #expect(differs.output.contains("n.dln, cell show: `"), "\(differs)")
            #expect(differs.output.hasSuffix("n.dln: 2 cells, 1 differ\n"))
            try write(stored.replacing("x.sum()", with: "nosuch"), "n.dln", folder)
            #expect(try run("verify", "n.dln").code == 1)
            #expect(try run("status", "none.dln").code == 2)
        }
    }

    @Test(
        "every kind of export is written, and the script and the notebook give the same",
        arguments: ["html", "md", "ipynb", "dl"])
    func export(kind: String) throws {
        try withTemporaryFolder { folder in
            try write(Self.notebook, "n.dln", folder)
            let result = try Program.run(["export", kind, "n.dln"], input: "", folder: folder)
            #expect(result.code == 0 && result.output.hasSuffix("n.\(kind)\n"), "\(result)")
            let text = try read("n.\(kind)", folder)
            // The page marks words of the code.
            #expect(text.contains(kind == "html" ? "randn" : "randn([4])"))
            if kind == "dl" {
                #expect(try Program.run(["run", "n.dl"], input: "", folder: folder).code == 0)
            }
        }
    }

    @Test("an export of what does not run says so: 1 for a failed cell, 4 for time")
    func exportFails() throws {
        try withTemporaryFolder { folder in
            try write("```dl\nnosuch\n```\n", "bad.dln", folder)
            try write("```dl {timeout=100ms}\nwhile true { }\n```\n", "slow.dln", folder)
            func code(_ name: String) throws -> Int32 {
                try Program.run(["export", "md", name], input: "", folder: folder).code
            }
            #expect(try code("bad.dln") == 1)
            #expect(try code("slow.dln") == 4)
        }
    }

    @Test("the figure that a script ends with is a file, as that of a cell")
    func figureOfScript() throws {
        try withTemporaryFolder { folder in
            try write("let y = [1, 2]\nplot(y)\n", "s.dl", folder)
            func run(_ options: [String]) throws -> Bool {
                let result = try Program.run(["run", "s.dl"] + options, input: "", folder: folder)
                #expect(result.code == 0, "\(result)")
                return result.output.contains("figures/s/ (1)")
            }
            #expect(try !run(["--figures", "none"]))
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "figures").path))
            #expect(try run([]))
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "figures/s/cell-01.png").path))
        }
    }

    @Test("a cell that runs out of its own time ends the run only where an error would")
    func cellTimeout() throws {
        try withTemporaryFolder { folder in
            try write(
                "```dl {timeout=1100ms}\nwhile true { }\n```\n\n```dl\nprint(6 * 7)\n```\n", "slow.dln", folder)
            let cases: [([String], Bool)] = [
                ([], false), (["--on-error", "continue"], true),
                (["--on-error", "continue", "--timeout", "1s"], false),
            ]
            for (options, goesOn) in cases {
                let result = try Program.run(["run", "slow.dln"] + options, input: "", folder: folder)
                #expect(result.code == 4 && result.output.contains("42") == goesOn, "\(options): \(result)")
            }
        }
    }

    @Test("a program may say that it is at any step of any number")
    func progress() throws {
        try withTemporaryFolder { folder in
            let numbers = ["-5, 10", "9223372036854775807, 10", "3, -9223372036854775808", "7, 0"]
            let cells = numbers.map {
                "```dl\nlet start = clock()\nwhile clock() - start < 0.15 { }\n"
                    + "showProgress(\"x\", \($0), nil)\n```\n"
            }
            try write(cells.joined(separator: "\n"), "n.dln", folder)
            let result = try Program.run(["run", "n.dln"], input: "", folder: folder)
            #expect(result.code == 0, "\(result)")
        }
    }

    @Test("`data add` unpacks archives and copies folders, and refuses what is neither")
    func data() throws {
        try withTemporaryFolder { folder in
            let source = folder.appending(path: "flowers/sub")
            try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
            try write("a,b\n1,2\n", "flowers/sub/t.csv", folder)
            let made = try Program.run(["data", "add", "flowers"], input: "", folder: folder)
            #expect(made.code == 0 && made.output.contains("data/flowers: 1 file, 1 kB"), "\(made)")
            let home = ".local/share/dlrepl/data"
            #expect(try read("\(home)/flowers/sub/t.csv", folder) == "a,b\n1,2\n")
            let program = try Program.run(
                ["-e", "save([\"w\": ones([2])], \"w.npz\")"], input: "", folder: folder)
            #expect(program.code == 0)
            // An npz file is a zip archive.
            let zip = folder.appending(path: "pack-1.0-py3-none-any.whl")
            try FileManager.default.copyItem(at: folder.appending(path: "w.npz"), to: zip)
            let wheel = try Program.run(["data", "add", zip.path], input: "", folder: folder)
            #expect(wheel.code == 0 && wheel.output.contains("data/pack: 1 file"), "\(wheel)")
            for name in ["none.zip", "flowers/sub/t.csv"] {
                let refused = try Program.run(["data", "add", name], input: "", folder: folder)
                #expect(refused.code == 2 && refused.errors.contains(name), "\(refused)")
            }
            let left = try FileManager.default.contentsOfDirectory(
                atPath: folder.appending(path: home).path)
            #expect(left.sorted() == ["flowers", "pack"])
        }
    }

    @Test("`fmt` leaves what is not UTF-8, or does not parse, as it is, and says so")
    func formatRefuses() throws {
        try withTemporaryFolder { folder in
            func run(_ name: String) throws -> (output: String, errors: String, code: Int32) {
                try Program.run(["fmt", name], input: "", folder: folder)
            }
            let bytes = Data("```dl\nlet  s = \"".utf8) + [0xff] + Data("\"\n```\n".utf8)
            try bytes.write(to: folder.appending(path: "bytes.dln"))
            let refused = try run("bytes.dln")
            #expect(refused.code == 2 && refused.errors.contains("not UTF-8"), "\(refused)")
            #expect(try Data(contentsOf: folder.appending(path: "bytes.dln")) == bytes)
            try write("```dl\nlet  x=1\n```\n```dl {#b}\nlet  y=(\n```\n", "n.dln", folder)
            let broken = try run("n.dln")
            #expect(broken.code == 1 && broken.errors.contains("n.dln:5:"), "\(broken)")
            #expect(try read("n.dln", folder) == "```dl\nlet x = 1\n```\n```dl {#b}\nlet  y=(\n```\n")
            #expect(try run("n.dln").output == "")
            // A link stays a link, and the file keeps its permissions.
            try write("let  x=1\n", "s.dl", folder)
            let (path, files) = (folder.appending(path: "s.dl").path, FileManager.default)
            try files.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            let link = folder.appending(path: "l.dl").path
            try files.createSymbolicLink(atPath: link, withDestinationPath: "s.dl")
            #expect(try run("l.dl").code == 0)
            #expect(try files.destinationOfSymbolicLink(atPath: link) == "s.dl")
            #expect(try read("s.dl", folder) == "let x = 1\n")
            #expect(try files.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
        }
    }

    @Test("`fmt` of thousands of cells takes seconds, not hours", .timeLimit(.minutes(1)))
    func formatMany() throws {
        try withTemporaryFolder { folder in
            let text = (0..<3000).map { "# \($0)\n\n```dl\nlet x\($0)=\($0)\n```\n" }.joined(separator: "\n")
            try write(text, "n.dln", folder)
            #expect(try Program.run(["fmt", "n.dln"], input: "", folder: folder).code == 0)
            #expect(try read("n.dln", folder).contains("let x2999 = 2999\n"))
        }
    }

    @Test("what cannot end well is refused before anything runs")
    func refusedEarly() throws {
        try withTemporaryFolder { folder in
            try write("```dl\nwriteText(\"ran.txt\", \"yes\")\nplot([1, 2])\n```\n", "n.dln", folder)
            try write("print(1)\n", "train.py", folder)
            let calls = [
                ["run", "n.dln", "--out", "page.pdf"], ["run", "train.py"], ["run", "."],
                ["run", "n.dln", "n.dln", "--out", "n.html"],
                ["export", "figures", "n.dln", "--dpi", "0"], ["run", "n.dln", "-p", "=3"],
            ]
            for arguments in calls {
                let result = try Program.run(arguments, input: "", folder: folder)
                #expect(result.code == 2 && !result.errors.isEmpty, "\(arguments): \(result)")
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!names.contains("ran.txt") && !names.contains("figures"))
        }
    }

    @Test("two notebooks never write to one place, and a place that takes no files is refused first")
    func places() throws {
        try withTemporaryFolder { folder in
            func run(_ arguments: String...) throws -> (output: String, errors: String, code: Int32) {
                try Program.run(arguments, input: "", folder: folder)
            }
            try FileManager.default.createDirectory(
                at: folder.appending(path: "other"), withIntermediateDirectories: true)
            for name in ["n.dln", "m.dln", "other/n.dln"] { try write(Self.notebook, name, folder) }
            let clash = try run("run", "n.dln", "other/n.dln")
            #expect(clash.code == 2 && clash.output.isEmpty && clash.errors.contains("figures/n"), "\(clash)")
            #expect(try run("export", "html", "n.dln", "other/n.dln", "--to", "pages").code == 2)
            #expect(try run("run", "--quiet", "n.dln", "m.dln", "--figures", "all").code == 0)
            #expect(try !read("all/n/show.png", folder, .isoLatin1).isEmpty)
            #expect(try !read("all/m/show.png", folder, .isoLatin1).isEmpty)
            let nowhere = try run("run", "n.dln", "--out", "m.dln/page.html")
            #expect(nowhere.code == 2 && nowhere.output.isEmpty, "\(nowhere)")
        }
    }

    @Test("stored errors count lines in their cell; a name that another cell defines is found there")
    func misplacedNames() throws {
        try withTemporaryFolder { folder in
            let cells = [
                "```dl {#early expect-error}\nlet a = 1\nhelper(a)\n```",
                "```dl {#text}\nprint(\"one\\ntwo\\nthree\")\n```",
                "```dl {#lost expect-error}\nlet b = 1\ntool(b)\n```",
                "```dl {#left skip}\nfunc tool(x) { x }\n```", "```dl {#late}\nfunc helper(x) { x }\n```",
            ]
            try write("# Names\n\n" + cells.joined(separator: "\n\n") + "\n", "n.dln", folder)
            for _ in 0..<2 {
                let result = try Program.run(["run", "--write", "n.dln"], input: "", folder: folder)
                #expect(result.code == 0, "\(result)")
            }
            let once = try read("n.dln", folder)
            #expect(once.contains("cell early, line 2") && once.contains("cell late defines it, which is below"))
            #expect(once.contains("cell lost, line 2") && once.contains("cell left defines it, but is skipped"))
            _ = try Program.run(["run", "--write", "n.dln"], input: "", folder: folder)
            #expect(try read("n.dln", folder) == once)
        }
    }

    @Test("SIGTERM ends a run as ^C does: what ran is saved; a full disk is said once")
    func leaves() throws {
        try withTemporaryFolder { folder in
            try write("```dl\n1 + 1\n```\n```dl\nprint(\"go\")\nwhile true { }\n```\n", "n.dln", folder)
            let terminal = try PseudoTerminal(folder: folder, arguments: ["run", "--write", "n.dln"])
            try terminal.expect("go")
            terminal.signal(SIGTERM)
            #expect(try terminal.exitCode() == 143)
            #expect(try read("n.dln", folder).contains("```text\n2\n```"))
            let long = "fit(Dense(1), (ones([8, 2]), ones([8, 1])), loss: mse, epochs: 1000000)"
            try write("```dl\nprint(\"go\")\n\(long)\n```\n", "f.dln", folder)
            for command in [["run", "--write", "f.dln"], ["test", "f.dln"]] {
                let training = try PseudoTerminal(folder: folder, arguments: command)
                try training.expect("epoch 2")
                training.type(PseudoTerminal.interrupt)
                try training.expect("cell 1 was interrupted")
                #expect(try training.exitCode() == 130)
            }
            // What is not whole is not stored as the cell's output.
            #expect(try !read("f.dln", folder).contains("dln:out"))
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-c", "\"$0\" doc fit >/dev/full 2>said", Program.path]
            shell.environment = Program.environment(folder)
            shell.currentDirectoryURL = folder
            try shell.run()
            shell.waitUntilExit()
            #expect(shell.terminationStatus == 1)
            #expect(try read("said", folder).split(separator: "\n").count == 1)
        }
    }
}
