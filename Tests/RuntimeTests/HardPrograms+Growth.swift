/// Collections that are written one element at a time. Each write is O(1): with a copy each time these programs
/// would take minutes.
extension HardProgram {
    static let growth: [HardProgram] = [
        HardProgram(
            "a list that grows", "var xs = []\nfor i in 0..<300000 { xs += [i] }\nlen(xs)", value: "300000"),
        HardProgram(
            "the elements of a list",
            "var xs = list(0..<100000)\nfor i in 0..<100000 { xs[i] = 2 * i; xs[i] += 1 }\nsum(xs)",
            value: "10000000000"),
        HardProgram(
            "in a function",
            "func f() { var xs = list(0..<100000)\nfor i in 0..<100000 { xs[i] = 1 }\nsum(xs) }\nf()", value: "100000"),
        HardProgram(
            "a captured list",
            "var xs = list(0..<100000)\nlet set = i => { xs[i] = 1 }\nfor i in 0..<100000 { set(i) }\nsum(xs)",
            value: "100000"),
        HardProgram(
            "the entries of a dict",
            "var d = [:]\nfor i in 0..<100000 { d[i] = i; d[i] += 1 }\nvalues(d).sum()", value: "5000050000"),
        HardProgram(
            "lists in a dict",
            "var d = [\"a\": [], \"b\": []]\nfor i in 0..<100000 { d[\"a\"] += [i]; d[\"b\"] += [i] }\nlen(d[\"a\"])",
            value: "100000"),
        HardProgram(
            "lists in a list",
            "var g = [list(0..<100000), []]\nfor i in 0..<100000 { g[0][i] = 0; g[1] += [i] }\ng[0].sum() + len(g[1])",
            value: "100000"),
        HardProgram(
            "a list in a record",
            "var r = (n: 0, xs: list(0..<100000))\nfor i in 0..<100000 { r.xs[i] = 1; r.n += 1 }\nr.xs.sum() + r.n",
            value: "200000"),
        HardProgram(
            "the rows of a tensor",
            "var x = zeros([20000, 200])\nfor i in 0..<20000 { x[i] = full([200], i % 2) }\nx.sum().item()",
            value: "2000000.0"),
        HardProgram(
            "the elements of a tensor that is looked at",
            "var x = zeros([200000])\nfor i in 0..<20000 { x[i] = 1; if x[i] != 1 { error(\"no\") } }\nx.sum().item()",
            value: "20000.0"),
        HardProgram(
            "a copy keeps its values",
            "var xs = [[1], [2]]\nlet ys = xs\nvar x = zeros([3])\nlet y = x\nxs[0][0] = 9\nx[0] = 9\n"
                + "x[1] = 8\n(ys, y.toList(), xs, x.toList())",
            value: "([[1], [2]], [0.0, 0.0, 0.0], [[9], [2]], [9.0, 8.0, 0.0])"),
    ]
}
