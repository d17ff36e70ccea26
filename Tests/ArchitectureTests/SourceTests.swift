import Testing

/// Where raw memory may be touched: whole modules, and single files of the others.
private let unsafeModules: Set<String> = ["Kernels", "KernelsBaseline", "Drawing"]
private let unsafeFiles: Set<String> = [
    // Registers of branches that are tried in turn.
    "Runtime/Checking/Machine+Forks.swift", "Runtime/Checking/Machine+Unknown.swift",
    // A tensor's bytes, and how they are handed to kernels.
    "Tensors/Storage.swift", "Tensors/Tensor.swift",
    // snprintf into a buffer.
    "Tensors/FloatText.swift",
    // Where tensors become the buffers that kernels take.
    "Autodiff/Primitives/KernelCalls.swift", "Autodiff/Primitives/MatMul.swift",
    // Replay: instructions over one arena.
    "Autodiff/Graph/ProgramFrame.swift", "Autodiff/Graph/ProgramInstruction.swift",
    // Bytes of files, libpng, zlib.
    "Formats/ByteReader.swift", "Formats/Deflate.swift", "Formats/Elements.swift",
    "Formats/FileAccess.swift", "Formats/PNGImage.swift", "Formats/SHA256.swift",
    "Formats/Wav.swift",
    // The registers of the interpreter.
    "Runtime/Interpreter/Machine.swift", "Runtime/Interpreter/Machine+Assignment.swift",
    "Runtime/Interpreter/Machine+Modification.swift",
    "Runtime/Interpreter/Machine+Calls.swift", "Runtime/Interpreter/Machine+Loop.swift",
    "Runtime/Interpreter/Machine+Members.swift", "Runtime/Interpreter/Machine+Appending.swift",
    "Runtime/Interpreter/Machine+Shapes.swift", "Runtime/Interpreter/Machine+Values.swift",
    "Runtime/Interpreter/Machine+Variables.swift", "Runtime/Values/Callables.swift",
    // Bytes of texts.
    "Runtime/Values/CodePoints.swift",
    // cmark-gfm.
    "Notebooks/Markdown/MarkdownTree.swift",
]

/// Promises inside a module that a trap guards; who promised stands in the message.
private let preconditions: [String: Int] = [
    "Tensors/Tensor+Elements.swift": 4, "Tensors/Tensor+Construction.swift": 1,
    "Autodiff/Primitives/KernelCalls.swift": 1,
]

/// Types that are `@unchecked Sendable` or `nonisolated(unsafe)`, each with the reason beside it in the source.
private let uncheckedFiles: Set<String> = [
    "Tensors/Storage.swift", "Autodiff/Operations/Operation.swift", "dlrepl/Console.swift",
    "Kernels/ThreadPool.swift",
]

@Suite("Words in the sources")
struct SourceTests {
    @Test(
        "a user's input cannot reach a trap that was written down", arguments: SourceFile.all)
    func traps(file: SourceFile) {
        for word in ["try!", "as!", "fatalError(", "preconditionFailure(", "assertionFailure("] {
            #expect(file.places(of: word) == [], "\(word) ends the process")
        }
        let count = file.places(of: "precondition(").count
        #expect(
            count <= preconditions[file.path, default: 0],
            "\(file.path): throw an error, or enter the promise in the table")
    }

    @Test("nothing is unwrapped by force", arguments: SourceFile.all)
    func unwraps(file: SourceFile) {
        // Session and Machine refer to each other; the machine is set at the end of the only initializer.
        let exceptions = ["private(set) var machine: Machine!"]
        let force = #/[A-Za-z0-9_)\]]!(?:[^=]|$)/#
        let found = file.code.filter { line in
            line.firstMatch(of: force) != nil && !exceptions.contains { line.contains($0) }
        }
        #expect(found == [], "\(file.path)")
    }

    @Test("what is left to do has an issue", arguments: SourceFile.all)
    func remarks(file: SourceFile) {
        let marked = file.lines.filter { line in
            (line.contains("TODO") || line.contains("FIXME") || line.contains("XXX"))
                && line.firstMatch(of: #/#\d+/#) == nil
        }
        #expect(marked == [])
    }

    @Test("only the terminal and the tool print", arguments: SourceFile.all)
    func printing(file: SourceFile) {
        guard file.module != "Terminal", file.module != "dlrepl" else { return }
        let calls = file.code.filter { line in
            line.firstMatch(of: #/(?:^|[^A-Za-z0-9_.])(?:debugPrint|print|dump)\(/#) != nil
                && !line.contains("func ")
        }
        #expect(calls == [])
    }

    @Test("raw memory is touched only where ARCHITECTURE.md says", arguments: SourceFile.all)
    func unsafe(file: SourceFile) {
        guard !unsafeModules.contains(file.module), file.module != "Terminal" else { return }
        let isUnsafe = file.code.contains {
            $0.contains("Unsafe") || $0.contains("withUnsafe") || $0.contains("Unmanaged")
        }
        #expect(isUnsafe == unsafeFiles.contains(file.path), "\(file.path)")
        let isUnchecked = file.code.contains {
            $0.contains("@unchecked") || $0.contains("nonisolated(unsafe)")
        }
        #expect(isUnchecked == uncheckedFiles.contains(file.path) || file.module == "Kernels")
    }

    @Test("no machine's paths and no registry's address", arguments: SourceFile.all)
    func places(file: SourceFile) {
        let paths = #/"\/(?:home|root|work|Users|tmp|opt|mnt|var)\//#
        #expect(file.lines.filter { $0.firstMatch(of: paths) != nil } == [])
        let hosts =
            #/(?:pypi|pythonhosted|npmjs|crates|rubygems|anaconda|huggingface)\.(?:org|com|io|co)/#
        #expect(file.lines.filter { $0.firstMatch(of: hosts) != nil } == [])
    }
}
