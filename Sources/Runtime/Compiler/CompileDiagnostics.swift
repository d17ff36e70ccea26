import Diagnostics
import Syntax

/// What the compiler has to say about names.
enum CompileDiagnostics {
    static func unknownName(_ name: Name, visible: Set<String>) -> Diagnostic {
        if let habit = pythonName(name) ?? unknownCharacters(name, visible: visible) { return habit }
        let camel = Habits.camelCase(name.text)
        let suggestion = visible.contains(camel) ? camel : nearest(name.text, in: visible)
        return Diagnostic(
            id: "name.unknown", "unknown name `\(name.text)`", at: name.span,
            help: suggestion.map { "did you mean `\($0)`?" })
    }

    /// A table or figure whose value is dropped.
    static func unshown(_ name: Name, help: String) -> Diagnostic {
        Diagnostic(
            .warning, id: "cell.unshown", "what `\(name.text)` gives is not shown here: a cell shows its last expression",
            at: name.span, help: help)
    }

    /// An unknown name in a shape: often a dimension variable in lower case, or in parentheses before it is bound.
    static func unknownSize(_ name: Name, visible: Set<String>) -> Diagnostic {
        let close = nearest(name.text, in: visible).map { ", or did you mean `\($0)`?" } ?? ""
        let isLower = name.text.first?.isLowercase == true
        let upper = name.text.prefix(1).uppercased() + name.text.dropFirst()
        return Diagnostic(
            id: "name.unknown", "unknown name `\(name.text)`", at: name.span,
            notes: [
                isLower
                    ? "in a shape, a lower-case name is a value; a dimension variable begins with an upper-case letter"
                    : "in parentheses stands a value, and no shape before this one has `\(name.text)`"
            ],
            help: isLower
                ? "write `\(upper)` for a size that the call tells\(close)"
                : "write `\(name.text)` alone where it is first seen, or make the size a parameter")
    }

    /// Names that a Python user expects.
    private static func pythonName(_ name: Name) -> Diagnostic? {
        let replacements = [
            "self": "in a model's body its members are plain names: write `W`, not `self.W`",
            "range": "write a range: `0..<n`",
            "np": "tensors are built in: `zeros([2, 3])`, `x.mean(axis: 0)`",
            "torch": "tensors and models are built in: `randn([2, 3])`, `Dense(10)`",
            "tf": "tensors and models are built in: `randn([2, 3])`, `Dense(10)`",
            "nn": "layers are plain names: `Dense(10)`, `Conv2D(32, kernel: 3)`",
            "plt": "figures are values: `plot(xs, ys)` as the last line of a cell shows it",
            "True": "write `true`", "False": "write `false`", "None": "write `nil`",
            "isinstance": "compare `typeOf(x)` with a name such as \"Tensor\"",
            "type": "write `typeOf(x)`", "Linear": "write `Dense(units)`",
            "Sequential": "compose with `>>`: `Dense(50, relu) >> Dense(10)`",
            "this": "in a model's body its members are plain names: write `W`, not `this.W`",
            "Input": "leave it out: the first call tells the size, or `net.build([N, 784])`",
            "Activation": "activations are functions: `Dense(50) >> relu`",
            "DataLoader": "data sets give batches: `data.batches(32, shuffle: true)`",
            "TensorDataset": "write `Dataset(x, y)`", "to_categorical": "write `oneHot(labels, classes)`",
            "train_test_split": "write `let (train, test) = Dataset(x, y).split(0.8)`",
            "CrossEntropyLoss": "losses are functions: `crossEntropy(logits, labels)`",
            "NLLLoss": "losses are functions: `nll(logP, labels)`",
            "MSELoss": "losses are functions: `mse(prediction, target)`",
            "L1Loss": "losses are functions: `mae(prediction, target)`",
            "BCEWithLogitsLoss": "losses are functions: `binaryCrossEntropy(logits, target)`",
            "BCELoss": "write `binaryCrossEntropy(logits, target)`, before the sigmoid",
            "categoricalCrossentropy": "write `crossEntropy(logits, target)`, before the softmax",
            "sparseCategoricalCrossentropy": "write `crossEntropy(logits, labels)`, before the softmax",
            "categorical_crossentropy": "write `crossEntropy(logits, target)`, before the softmax",
            "binary_crossentropy": "write `binaryCrossEntropy(logits, target)`, before the sigmoid",
            "show": "leave it out: a figure as the last line of a cell is shown",
            "figsize": "figures take `width:` and `height:`", "F": "functions are plain names: `relu(x)`",
            "pd": "tables are read by `readCSV(\"file.csv\")`", "keras": "layers are plain names: `Dense(10)`",
            "device": "leave it out: everything runs on the processor", "input": "programs ask nothing while they run",
            "open": "write `readText(\"a.txt\")` or `writeText(\"a.txt\", text)`",
            "pass": "leave it out: an empty body is `{ }`", "dict": "a dict is written `[\"a\": 1]`, an empty one `[:]`",
            "math": "the functions are plain names: `sqrt(x)`, `pi`", "Math": "the functions are plain names: `sqrt(x)`, `pi`",
            "random": "random numbers are tensors: `rand([3])`, `randint(0, 10, [3])`",
            "enum": "write a list of Strings", "float": "write `toFloat(x)`, or `x.cast(float32)` of a tensor",
            "null": "write `nil`", "int": "write `toInt(x)`, or `x.cast(int64)` of a tensor",
        ]
        guard let help = replacements[name.text] ?? Habits.functions[name.text] else { return nil }
        return Diagnostic(
            id: "name.python", "unknown name `\(name.text)`", at: name.span, help: help)
    }

    static func usedBeforeDefinition(_ name: Name) -> Diagnostic {
        Diagnostic(
            id: "name.early", "`\(name.text)` is used before it is defined", at: name.span,
            help: "move its definition above this line")
    }

    static func repeatedDefinition(
        _ name: Name, earlier: Span?, where place: String
    ) -> Diagnostic {
        Diagnostic(
            id: "name.repeated", "`\(name.text)` is defined twice in one \(place)", at: name.span,
            secondary: earlier.map { [Diagnostic.Label($0, "first defined here")] } ?? [],
            help: "choose another name, or make it a `var` and assign to it")
    }

    static func assignToLet(_ name: Name, defined: Span?, isParameter: Bool = false) -> Diagnostic {
        let help =
            isParameter
            ? "parameters and loop variables stay; give the new value a name, or copy it: `var next = \(name.text)`"
            : "define it with `var \(name.text) = …` to assign to it later"
        return Diagnostic(
            id: "name.assignLet", "`\(name.text)` is a `let` and cannot be assigned",
            at: name.span,
            secondary: defined.map { [Diagnostic.Label($0, "defined here")] } ?? [],
            help: help)
    }

    static func assignToUnknown(_ name: Name, visible: Set<String>) -> Diagnostic {
        let close = nearest(name.text, in: visible).map { ", or did you mean `\($0)`?" } ?? ""
        return Diagnostic(
            id: "name.assignUnknown", "no variable `\(name.text)` to assign to", at: name.span,
            help: "write `let \(name.text) = …` for a new name (`var` if it will change)\(close)")
    }

    static func assignToMember(_ name: Name) -> Diagnostic {
        Diagnostic(
            id: "name.assignMember",
            "`\(name.text)` cannot be assigned here: only a `state` is assigned in a model's body",
            at: name.span,
            help: "declare it `state \(name.text): […] = …`; training alone changes a `param`")
    }

    static func compoundTuple(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "assign.compoundTuple", "a tuple is assigned with `=` only", at: span)
    }

    static func outsideLoop(_ word: String, _ span: Span, inBlock: Bool) -> Diagnostic {
        Diagnostic(
            id: "loop.outside", "`\(word)` stands outside of a loop", at: span,
            help: inBlock ? "`\(word)` may not leave a block given to a function" : nil)
    }

    static func returnAtTopLevel(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "return.outside", "`return` stands outside of a function", at: span)
    }

    static func importInside(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "import.inside", "`import` stands at the top level of a cell", at: span)
    }

    static func restInParameter(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "shape.restInParameter",
            "the shape of a param or state names every axis: no `...`, no `_`", at: span)
    }

    static func positionalAfterLabel(_ span: Span, _ label: Name) -> Diagnostic {
        Diagnostic(
            id: "call.order", "a positional argument follows the labelled `\(label.text)`",
            at: span, secondary: [Diagnostic.Label(label.span, "labelled")],
            help: "put positional arguments first, or label this one too")
    }
}
