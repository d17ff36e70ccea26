import Testing

/// What a module may import: modules of the package, C modules and packages.
private let allowedImports: [String: Set<String>] = [
    // Level 0
    "Diagnostics": [],
    "KernelsBaseline": [],
    "Kernels": ["KernelsBaseline", "KernelsAVX2", "COpenBLAS", "CSupport"],
    "Figures": [],
    // Level 1
    "Syntax": ["Diagnostics"],
    "Tensors": ["Kernels", "CSupport"],
    // Level 2
    "Checker": ["Syntax", "Diagnostics"],
    "Autodiff": ["Tensors", "Kernels"],
    "Formats": ["Tensors", "Kernels", "CPNG", "CTurboJPEG", "CZlib"],
    // Level 3
    "Runtime": [
        "Checker", "Syntax", "Diagnostics", "Autodiff", "Tensors", "Formats", "Figures", "Kernels",
        "CSupport", "OrderedCollections",
    ],
    // Level 4
    "Notebooks": [
        "Runtime", "Checker", "Syntax", "Formats", "Figures", "Diagnostics", "CCMark",
        "OrderedCollections",
    ],
    // Level 5
    "Drawing": ["Figures", "CDrawing", "CZlib"],
    "Terminal": [
        "Notebooks", "Runtime", "Syntax", "Figures", "Diagnostics", "CReadline", "CSupport",
    ],
    // Level 6
    "dlrepl": [
        "Terminal", "Drawing", "Notebooks", "Runtime", "Checker", "Syntax", "Figures",
        "Diagnostics", "CSupport", "Kernels", "Tensors", "ArgumentParser",
    ],
]

/// The modules in order of their levels: one imports only what stands before it.
private let order = [
    "Diagnostics", "KernelsBaseline", "KernelsAVX2", "Kernels", "Figures", "Syntax", "Tensors",
    "Checker", "Autodiff", "Formats", "Runtime", "Notebooks", "Drawing", "Terminal", "dlrepl",
]

/// The standard library of C, for a handful of functions of mathematics and for files. Foundation has it in it.
private let systemModules: Set<String> = ["Glibc", "Musl", "Darwin", "Synchronization"]

private let foundationModules: Set<String> = ["Runtime", "Notebooks", "Terminal", "dlrepl"]

@Suite("Who imports whom")
struct ImportTests {
    @Test("a module imports only what its row allows", arguments: SourceFile.all)
    func rows(file: SourceFile) throws {
        let allowed = try #require(
            allowedImports[file.module], "the module \(file.module) has no row here")
        var others = file.imports.subtracting(allowed).subtracting(systemModules)
        if foundationModules.contains(file.module) {
            others.subtract(["Foundation", "FoundationEssentials", "Dispatch"])
        }
        #expect(others == [], "\(file.path) imports \(others.sorted())")
    }

    @Test("imports go downwards")
    func levels() {
        for (module, imports) in allowedImports {
            guard let place = order.firstIndex(of: module) else {
                Issue.record("\(module) has no level")
                continue
            }
            for other in imports where swiftModules.contains(other) {
                #expect(order[..<place].contains(other), "\(module) imports \(other) upwards")
            }
        }
    }

    @Test("a C module has one user, or is small and without state")
    func edge() {
        let modules = names(in: "Sources").filter { $0.hasPrefix("C") && $0 != "Checker" }
        for module in modules where !["CSupport", "CZlib"].contains(module) {
            let users = Set(SourceFile.all.filter { $0.imports.contains(module) }.map(\.module))
            #expect(users.count <= 1, "\(module) is imported by \(users.sorted())")
        }
    }

    @Test("no row of the table is for a module that is gone")
    func complete() {
        #expect(Set(allowedImports.keys) == Set(swiftModules))
    }
}
