import Testing

@testable import Terminal

@Suite("What Tab completes")
struct CompletionContextTests {
    static let cases: [(String, CompletionContext.Kind, String)] = [
        ("cro", .name(call: nil, given: []), "cro"),
        ("let y = cro", .name(call: nil, given: []), "cro"),
        ("学", .name(call: nil, given: []), "学"),
        ("fit(", .name(call: ["fit"], given: []), ""),
        ("fit(net, data, lo", .name(call: ["fit"], given: []), "lo"),
        ("fit(net, loss: mse, ", .name(call: ["fit"], given: ["loss"]), ""),
        ("fit(net, loss: ms", .name(call: nil, given: []), "ms"),
        ("f(g(1, 2), ", .name(call: ["f"], given: []), ""),
        ("f([1, ", .name(call: nil, given: []), ""),
        ("net.build(", .name(call: ["net", "build"], given: []), ""),
        ("f({ ", .name(call: nil, given: []), ""),
        ("x.", .member(of: ["x"]), ""),
        ("x.me", .member(of: ["x"]), "me"),
        ("a.b.c", .member(of: ["a", "b"]), "c"),
        ("f(x).su", .member(of: nil), "su"),
        ("xs[i].su", .member(of: nil), "su"),
        ("xs[0].su", .member(of: ["xs", "[0]"]), "su"),
        ("f(xs[0][12].s.su", .member(of: ["xs", "[0]", "[12]", "s"]), "su"),
        ("f(x)[0].su", .member(of: nil), "su"),
        ("\"text\".up", .memberOfLiteral(type: "String"), "up"),
        ("\"a {b} c\".up", .memberOfLiteral(type: "String"), "up"),
        ("f([1, (2)].so", .memberOfLiteral(type: "List"), "so"),
        ("[\"a\": [1]].ke", .memberOfLiteral(type: "Dict"), "ke"),
        ("return [0].so", .memberOfLiteral(type: "List"), "so"),
        ("readText(\"dir/no", .file, "dir/no"),
        ("save(net, \"out/", .file, "out/"),
        ("import \"lib/", .file, "lib/"),
        ("dataset(\"di", .dataset, "di"),
        ("print(\"di", .nothing, "di"),
        ("d[\"le", .key(of: ["d"]), "le"),
        ("\"{x.sh", .member(of: ["x"]), "sh"),
        ("import nl", .module, "nl"),
        (":he", .command, "he"),
        (":load lib/a", .argument(command: "load"), "lib/a"),
        (":shape x.T", .member(of: ["x"]), "T"),
        (":time fit(net, ep", .name(call: ["fit"], given: []), "ep"),
        ("?Den", .question, "Den"),
        ("??nlp.tok", .member(of: ["nlp"]), "tok"),
        ("# a comm", .nothing, ""),
        ("3", .nothing, ""),
        ("", .name(call: nil, given: []), ""),
    ]

    @Test("the place before the cursor is understood", arguments: cases)
    func place(text: String, kind: CompletionContext.Kind, word: String) {
        let context = CompletionContext(text)
        #expect(context.kind == kind)
        #expect(context.word == word)
    }

    @Test("no beginning of a program makes trouble")
    func prefixes() {
        let text = """
            ## doc
            model M(u) { param W: [D, u] = zeros(); forward(x: [N, D]) { x @ W } }
            let s = "a {f(x, y: "b {z:.2f}")} c" + \"\"\"d\n{e}\"\"\"
            xs |> map(x => x.y[0:3, ...].z(a: 1)); import "p/q.dl" as r
            """
        for end in text.indices { _ = CompletionContext(String(text[..<end])) }
    }
}
