import Autodiff
import Figures
import Foundation
import RuntimeTesting
import Tensors

@testable import Runtime

/// Everything that can be called by name, read from the lists of the engine, the runtime and the library: what is
/// added there is tried here.
enum Catalogue {
    struct Parameter: Sendable {
        var name: String
        var isOptional: Bool
        /// Nil where anything may be meant.
        var sort: Sort?
    }

    struct Callable: Sendable {
        var name: String
        var parameters: [Parameter]
        /// What it gives, if that is known.
        var result: Sort?
    }

    static let operations: [Callable] = Operation.all.map { operation in
        Callable(
            name: operation.name,
            parameters: operation.parameters.map {
                Parameter(name: $0.name, isOptional: $0.defaultValue != nil, sort: sort($0.kind))
            }, result: .tensor)
    }

    static let builtins: [Callable] = BuiltinCatalog.builtins.map { builtin in
        Callable(
            name: builtin.name,
            parameters: builtin.parameters.map {
                Parameter(name: $0.name, isOptional: $0.isOptional, sort: Sort(parameter: $0.name))
            }, result: nil)
    }

    static let marks: [Callable] = Mark.all.map { mark in
        Callable(
            name: mark.name,
            parameters: mark.parameters.map {
                Parameter(
                    name: $0.name, isOptional: !$0.isRequired,
                    sort: $0.isRequired ? .tensor : Sort(parameter: $0.name))
            }, result: .figure)
    }

    /// The definitions of `stdlib/prelude`.
    static let library: [Callable] = {
        let catalog = PreludeCatalog(folder: repository.appending(path: "stdlib").path)
        return catalog.names.compactMap { name in
            guard let definition = catalog.definition(of: name) else { return nil }
            let signature = definition.signatures.first ?? ""
            let result: Sort? =
                definition.kind == "model"
                ? .model : definition.kind == "optimizer" ? .optimizer : nil
            return Callable(
                name: name,
                parameters: definition.parameters.map {
                    Parameter(
                        name: $0, isOptional: signature.contains("\($0) ="),
                        sort: Sort(parameter: $0))
                }, result: result)
        }
    }()

    static let all = operations + builtins + marks + library
    static let models = library.filter { $0.result == .model }
    static let optimizers = library.filter { $0.result == .optimizer }
    static let dtypes = DType.allCases.map(\.name)

    private static func sort(_ kind: OperationParameter.Kind) -> Sort {
        switch kind {
        case .tensor, .optionalTensor, .operand, .variadicTensors: .tensor
        case .tensors, .shape, .ints: .list
        case .int, .optionalInt, .axis, .axes, .sizes, .extent, .padding: .int
        case .float, .number: .float
        case .bool: .bool
        case .string: .text
        case .dtype: .dtype
        case .operation: .function
        }
    }
}
