/// What an expression of a random program is meant to give. One in ten gives something else.
enum Sort: CaseIterable {
    case int, float, bool, text, tensor, list, dict, record, tuple, range, function, model
    case optimizer, dataset, figure, dtype, none

    /// What a parameter of this name wants in the library, as far as names say it.
    init?(parameter name: String) {
        guard let sort = Self.byName[name] else { return nil }
        self = sort
    }

    private static let byName: [String: Sort] = {
        let names: [Sort: String] = [
            .tensor:
                "x y a b q k v g p input prediction predictions target targets logits mask weight bias",
            .list:
                "xs ys values items shape shapes sizes figures metrics callbacks widths names titles",
            .int:
                "units filters kernel size stride steps n count heads axis epochs batch hidden padding "
                + "groups length index rows columns dim low high num classes bins levels every patience t",
            .float:
                "lr rate eps beta1 beta2 momentum decay alpha fraction tolerance start scale factor",
            .function: "f loss activation metric by initializer block schedule fn function",
            .model: "net model inner",
            .text:
                "s text path name separator old new pattern part prefix suffix message title label reduction",
            .bool: "causal keepDims shuffle reverse sequences nesterov dropLast",
            .dict: "d", .dataset: "data train dataset validation test", .optimizer: "optimizer opt",
            .dtype: "dtype",
        ]
        var result: [String: Sort] = [:]
        for (sort, words) in names {
            for word in words.split(separator: " ") { result[String(word)] = sort }
        }
        return result
    }()
}
