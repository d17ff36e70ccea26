import Autodiff
import Figures
import Foundation
import Tensors

/// Every name of the prelude that is made in Swift.
enum BuiltinCatalog {
    static let builtins: [Builtin] =
        CollectionBuiltins.all + TextBuiltins.all + NumberBuiltins.all + TensorBuiltins.all
        + ModelBuiltins.all + GradientBuiltins.all + TrainingBuiltins.all + DataBuiltins.all
        + FileBuiltins.all + TokenizerBuiltins.all

    static let operations = Dictionary(
        Operation.all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    private static let byName = Dictionary(
        builtins.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    private static let marks = Dictionary(
        Mark.all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// Builtins that take the place of the operation of their name altogether.
    private static let replacing: Set<String> = [
        "Tensor", "zeros", "ones", "eye", "zerosLike", "onesLike",
    ]

    static let names: [String] =
        Array(Set(byName.keys).union(operations.keys).union(marks.keys).union(constants.keys))
        .sorted() + ["track", "figure"]

    private enum Constant { case float(Double), dtype(DType), none }

    private static let constants: [String: Constant] = {
        var result: [String: Constant] = [
            "pi": .float(Double.pi), "e": .float(M_E), "inf": .float(.infinity),
            "nan": .float(.nan), "newaxis": .none,
        ]
        for dtype in DType.allCases { result[dtype.name] = .dtype(dtype) }
        return result
    }()

    /// The value of a name; a new object at each call, so that sessions share nothing.
    static func value(_ name: String) -> Value? {
        switch constants[name] {
        case .float(let number): return .float(number)
        case .dtype(let dtype): return .dtype(dtype)
        case .some(.none): return Value.none
        case nil: break
        }
        if name == "track" { return .builtin(track) }
        if name == "figure" { return .builtin(figure) }
        let builtin = byName[name]
        if let operation = operations[name], !replacing.contains(name) {
            return .builtin(BuiltinObject(operation, overloading: builtin))
        }
        if let builtin { return .builtin(BuiltinObject(builtin)) }
        return marks[name].map { .builtin(FigureCalls.builtin($0)) }
    }

    private static var track: BuiltinObject {
        BuiltinObject(
            labelled: "track", "Notes values for `tracked()`, without computing them."
        ) { machine, arguments in
            for (label, value) in arguments {
                if let label {
                    machine.session.tracker.add(label, value)
                } else if case .record(let record) = value {
                    for (label, value) in zip(record.layout.labels, record.values) {
                        machine.session.tracker.add(label, value)
                    }
                } else {
                    throw Failure(
                        "track.label", "`track` needs labels", help: "write `track(loss: loss)`")
                }
            }
            return .none
        }
    }

    private static var figure: BuiltinObject {
        BuiltinObject("figure", ["rows", "columns", "figures"]) { machine, arguments in
            guard let rows = try machine.int(arguments[0]), let columns = try machine.int(arguments[1])
            else {
                throw CallFailures.argument("figure", "rows", wants: "Ints", got: arguments[0])
            }
            let figures = try machine.elements(arguments[2], "figure").map { value -> Figure in
                guard case .figure(let figure) = value else {
                    throw CallFailures.argument(
                        "figure", "figures", wants: "a list of figures", got: value)
                }
                return figure.figure
            }
            return .figure(
                FigureObject(try Figure.grid(rows: rows, columns: columns, figures: figures)))
        }
    }
}
