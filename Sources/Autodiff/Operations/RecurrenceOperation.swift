import Kernels
import Tensors

extension Operation {
    /// The chain of a recurrent layer.
    static let recurrent: [Operation] = [
        Operation(
            "recurrence",
            [
                .init("kind", .string), .init("x", .tensor), .init("Wh", .tensor),
                .init("b", .optionalTensor, default: OperationArgument.none),
                .init("bh", .optionalTensor, default: OperationArgument.none),
                .init("h", .optionalTensor, default: OperationArgument.none),
                .init("c", .optionalTensor, default: OperationArgument.none),
                .init("lengths", .optionalTensor, default: OperationArgument.none),
                .init("reverse", .bool, default: .bool(false)),
            ],
            doc: """
                A recurrent layer over all time steps: what `RNN`, `LSTM` and `GRU` are made of.

                `kind` is `"rnn"`, `"lstm"` or `"gru"`; `x [N, T, gates*units]` holds the products
                of the inputs with their weights, `Wh [units, gates*units]` are the recurrent
                weights, `b` a bias beside them, `bh [units]` that of n in a GRU. `h`, and `c` of an
                LSTM, are the state to begin with, `lengths [N]` how many steps of each sample
                count. Gives the outputs `[N, T, units]` and the last state: `(outputs, h)`, of an
                LSTM `(outputs, h, c)`.
                """,
            example: "recurrence(\"rnn\", ones([1, 2, 3]), eye(3))",
            samples: samples
        ) { arguments, r throws(TensorError) in
            let cell = try cell(try arguments.string(0))
            let states = [
                try arguments.optionalTensor(5),
                cell == .lstm ? try arguments.optionalTensor(6) : nil,
            ]
            let (outputs, last) = try r.recurrence(
                cell, try arguments.tensor(1), weights: try arguments.tensor(2),
                bias: try arguments.optionalTensor(3),
                innerBias: try arguments.optionalTensor(4), states: states.compactMap(\.self),
                lengths: try arguments.optionalTensor(7), isReversed: try arguments.bool(8))
            return .several([outputs] + last)
        }
    ]

    private static func cell(_ kind: String) throws(TensorError) -> Recurrence.Cell {
        switch kind {
        case "rnn": return .plain
        case "lstm": return .lstm
        case "gru": return .gru
        default:
            throw .badArgument(
                operation: "recurrence",
                rule: "the kind \"rnn\", \"lstm\" or \"gru\", not \"\(kind)\"")
        }
    }

    private static let samples: [OperationSample] = [
        [.value(.string("rnn")), .tensor([2, 3, 2]), .tensor([2, 2])],
        [
            .value(.string("rnn")), .tensor([1, 2, 3]), .tensor([3, 3]), .tensor([3]),
            .value(.none), .tensor([1, 3]), .value(.none), .value(.none), .value(.bool(true)),
        ],
        [.value(.string("lstm")), .tensor([1, 2, 4]), .tensor([1, 4]), .tensor([4])],
        [
            .value(.string("lstm")), .tensor([2, 2, 8]), .tensor([2, 8]), .value(.none),
            .value(.none), .tensor([2, 2]), .tensor([2, 2]),
        ],
        [
            .value(.string("gru")), .tensor([2, 2, 6]), .tensor([2, 6]), .tensor([6]),
            .tensor([2]), .tensor([2, 2]),
        ],
        [.value(.string("gru")), .tensor([1, 3, 3]), .tensor([1, 3])],
        [.value(.string("rnn")), .tensor([0, 2, 2]), .tensor([2, 2])],
    ]
}
