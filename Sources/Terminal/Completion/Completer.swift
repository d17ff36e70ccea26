import Foundation
import Runtime
import Syntax

/// Finds what Tab offers: reads names and values, and runs nothing.
struct Completer {
    let session: Session
    let folder: String
    let library: String?
    /// The cells of the open notebook.
    let cells: [String]

    func answer(_ context: CompletionContext) -> CompletionAnswer {
        switch context.kind {
        case .nothing: return .nothing
        case .command:
            return CompletionAnswer(candidates: ColonCommand.all.map(\.name), suffix: space)
        case .argument(let command): return argument(of: command, context.word)
        case .question: return chosen(names, context.word)
        case .file: return files(context.word, words: .paths)
        case .dataset:
            return CompletionAnswer(
                candidates: datasets, words: .paths, suffix: UInt8(ascii: "\""))
        case .dataFile:
            return CompletionAnswer(
                candidates: session.dataFileNames, words: .paths, suffix: UInt8(ascii: "\""))
        case .module: return chosen(modules, context.word)
        case .member(let path):
            guard let path else { return chosen(session.functions(taking: nil), context.word) }
            guard let found = session.members(of: path) else { return .nothing }
            return chosen(found.members + found.functions, context.word)
        case .memberOfLiteral(let type):
            return chosen(session.functions(taking: type), context.word)
        case .key(let path):
            return CompletionAnswer(
                candidates: session.keys(of: path), words: .paths, suffix: UInt8(ascii: "\""))
        case .name(let call, let given): return names(context, call, given)
        }
    }

    private var space: UInt8 { UInt8(ascii: " ") }

    private func names(
        _ context: CompletionContext, _ call: [String]?, _ given: [String]
    ) -> CompletionAnswer {
        let word = context.word
        let labels = call.flatMap { session.labels(of: $0) } ?? []
        let open = labels.filter { !given.contains($0) && $0.hasPrefix(word) }.map { $0 + ":" }
        // With nothing typed the labels are the question; names would bury them.
        if word.isEmpty, !open.isEmpty { return CompletionAnswer(candidates: open, suffix: space) }
        var answer = chosen(open + context.written + names, word)
        if answer.candidates.allSatisfy({ $0.hasSuffix(":") }) { answer.suffix = space }
        return answer
    }

    private var names: [String] {
        session.userNames + session.libraryNames + Keyword.allCases.map(\.rawValue)
            + ["model", "optimizer", "param", "state", "slot", "forward", "update", "dims"]
    }

    /// The candidates that fit, each once; those with `_` only for who asks for them.
    private func chosen(_ all: [String], _ word: String) -> CompletionAnswer {
        var seen: Set<String> = []
        let fitting = all.filter { name in
            name.hasPrefix(word) && (word.hasPrefix("_") || !name.hasPrefix("_"))
                && seen.insert(name).inserted
        }
        return CompletionAnswer(candidates: fitting)
    }

    private func argument(of command: String, _ word: String) -> CompletionAnswer {
        switch ColonCommand.named(command)?.argument {
        case .file: return files(word, words: .bare)
        case .name: return CompletionAnswer(candidates: ColonCommand.all.map(\.name))
        case .cell: return CompletionAnswer(candidates: cells, words: .bare)
        case .expression, .number, nil: return .nothing
        }
    }

    // MARK: Files

    /// Paths that begin like the word, folders with a slash at their end.
    private func files(_ word: String, words: CompletionAnswer.Words) -> CompletionAnswer {
        let slash = word.lastIndex(of: "/")
        let written = slash.map { String(word[...$0]) } ?? ""
        let start = slash.map { word[word.index(after: $0)...] } ?? word[...]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: absolute(written))) ?? []
        let fitting = names.sorted().filter {
            $0.hasPrefix(start) && (start.hasPrefix(".") || !$0.hasPrefix("."))
        }
        return CompletionAnswer(
            candidates: fitting.prefix(500).map { written + $0 }, words: words,
            suffix: words == .paths ? UInt8(ascii: "\"") : nil, arePaths: true)
    }

    private func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        return path.isEmpty ? folder : folder + "/" + path
    }

    private var modules: [String] {
        [library, folder].compactMap(\.self).flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
                .filter { $0.hasSuffix(".dl") }.map { String($0.dropLast(3)) }
        }.sorted()
    }

    private var datasets: [String] { session.datasetNames }
}
