import Syntax

extension Keyword {
    /// A line of code that shows what the word is for.
    var example: String {
        switch self {
        case .let: "let x = 3"
        case .var: "var n = 0"
        case .func: "func twice(x) { x * 2 }"
        case .return: "func sign(x) { if x < 0 { return -1 }; 1 }"
        case .if, .else: "if a > b { a } else { b }"
        case .for, .in: "for x in xs { print(x) }"
        case .while: "while n < 3 { n += 1 }"
        case .break: "for x in xs { if x > 9 { break } }"
        case .continue: "for x in xs { if x < 0 { continue }; print(x) }"
        case .assert: "assert n > 0, \"n is {n}\""
        case .try: "try { readText(\"a.txt\") } else { \"\" }"
        case .import: "import nlp"
        case .and, .or, .not: "a > 0 and not b or c"
        case .true: "let flag = true"
        case .false: "let flag = false"
        case .nil: "let best = nil"
        }
    }
}
