// swift-tools-version: 6.2
import PackageDescription

/// Settings that every target shares. Warnings are errors; layering leaks are compile errors.
let shared: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Modules in which unsafe expressions must be marked.
let safe: [SwiftSetting] = [.strictMemorySafety()]

/// Arithmetic and interpretation are unusable unoptimised, so these are optimised in debug builds too. Overlapping
/// access is a compile-time matter there: the checks at run time cost the interpreter a tenth of its time.
let optimised: [SwiftSetting] = [
    .unsafeFlags(["-O", "-enforce-exclusivity=unchecked", "-Xcc", "-fno-math-errno"])
]

#if arch(x86_64)
let avx2: [SwiftSetting] = [
    .unsafeFlags(["-O", "-DFMA", "-Xcc", "-march=x86-64-v3", "-Xcc", "-fno-math-errno"])
]
#else
let avx2: [SwiftSetting] = [.unsafeFlags(["-O", "-DFMA", "-Xcc", "-fno-math-errno"])]
#endif

func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], _ settings: [SwiftSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: ["README.md"],
        swiftSettings: shared + settings)
}

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let orderedCollections = Target.Dependency.product(
    name: "OrderedCollections", package: "swift-collections")

/// The C edge: system libraries, and what is written in C.
let edge: [Target] = [
    .systemLibrary(
        name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
        name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
        name: "CCMark", pkgConfig: "libcmark-gfm",
        providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]),
    .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
    .target(name: "CSupport"),
]

/// In order of dependency: a module imports only modules above it.
let modules: [Target] = [
    // Level 0
    module("Diagnostics", [], safe),
    .target(name: "KernelsBaseline", swiftSettings: shared + optimised),
    .target(name: "KernelsAVX2", swiftSettings: shared + avx2),
    module("Kernels", ["KernelsBaseline", "KernelsAVX2", "COpenBLAS", "CSupport"], optimised),
    module("Figures", [], safe + optimised),

    // Level 1
    .target(
        name: "Syntax", dependencies: ["Diagnostics"], exclude: ["README.md", "Grammar.txt"],
        swiftSettings: shared + safe + optimised),
    module("Tensors", ["Kernels", "CSupport"], optimised),

    // Level 2
    module("Checker", ["Syntax", "Diagnostics"], safe),
    module("Autodiff", ["Tensors", "Kernels"], optimised),
    module("Formats", ["Tensors", "Kernels", "CPNG", "CTurboJPEG", "CZlib"], optimised),

    // Level 3
    module(
        "Runtime",
        [
            "Checker", "Syntax", "Diagnostics", "Autodiff", "Tensors", "Formats", "Figures",
            "Kernels", "CSupport", orderedCollections,
        ], optimised),

    // Level 4
    module(
        "Notebooks",
        ["Runtime", "Checker", "Syntax", "Formats", "Figures", "Diagnostics", "CCMark"]),

    // Level 5
    module("Drawing", ["Figures", "CDrawing", "CZlib"]),
    .target(name: "CDrawing", cSettings: [.unsafeFlags(["-O2"])]),
    module(
        "Terminal",
        ["Notebooks", "Runtime", "Syntax", "Figures", "Diagnostics", "CReadline", "CSupport"]),

    // Level 6
    .executableTarget(
        name: "dlrepl",
        dependencies: [
            "Terminal", "Drawing", "Notebooks", "Runtime", "Checker", "Syntax", "Figures",
            "Diagnostics", "CSupport", "Kernels", "Tensors", argumentParser,
        ],
        exclude: ["README.md"], swiftSettings: shared),
]

func tests(
    _ module: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: module + "Tests", dependencies: [.byName(name: module)] + dependencies,
        exclude: exclude, swiftSettings: shared)
}

let testTargets: [Target] = [
    tests("Diagnostics"),
    tests("Kernels"),
    tests("Syntax", ["Diagnostics"], exclude: ["Snapshots"]),
    tests("Tensors"),
    tests(
        "Checker", ["Notebooks", "Runtime", "RuntimeTesting", "Syntax", "Diagnostics"],
        exclude: ["programs"]),
    tests("Autodiff", ["Tensors", "Kernels"]),
    tests("Formats", ["Tensors"], exclude: ["Files"]),
    tests("Notebooks", ["Syntax", "Diagnostics"], exclude: ["Snapshots"]),
    tests("Figures", exclude: ["Snapshots"]),
    tests("Drawing", ["Figures"]),
    .target(name: "CPseudoTerminal", path: "Tests/CPseudoTerminal"),
    .testTarget(
        name: "TerminalTests",
        dependencies: [
            "Terminal", "Notebooks", "Runtime", "RuntimeTesting", "Diagnostics", "CPseudoTerminal",
        ],
        exclude: ["README.md"], swiftSettings: shared),
    .target(
        name: "RuntimeTesting", dependencies: ["Runtime", "Tensors"], path: "Tests/RuntimeTesting",
        exclude: ["README.md"], swiftSettings: shared),
    .testTarget(
        name: "RuntimeTests",
        dependencies: [
            "RuntimeTesting", "Runtime", "Diagnostics", "Syntax", "Autodiff", "Tensors", "Figures",
            "Formats",
        ],
        exclude: ["README.md"], swiftSettings: shared),
    .testTarget(
        name: "LanguageTests", dependencies: ["RuntimeTesting", "Runtime", "Diagnostics"],
        exclude: ["README.md", "cases"], swiftSettings: shared),
    .testTarget(
        name: "ErrorTests", dependencies: ["Runtime", "Diagnostics", "Tensors"],
        exclude: ["README.md", "cases", "files"], swiftSettings: shared),
    .testTarget(
        name: "StdlibTests",
        dependencies: ["RuntimeTesting", "Runtime", "Syntax", "Diagnostics", "Formats", "Tensors"],
        exclude: ["README.md"],
        swiftSettings: shared),
    .testTarget(
        name: "CourseTests",
        dependencies: ["RuntimeTesting", "Runtime", "Notebooks", "Drawing", "Diagnostics"],
        exclude: ["README.md"], swiftSettings: shared),
    .testTarget(
        name: "ArchitectureTests",
        dependencies: [
            "RuntimeTesting", "Runtime", "Notebooks", "Autodiff", "Figures", "Formats", "Syntax",
            "Diagnostics",
        ],
        exclude: ["README.md"], swiftSettings: shared),
]

let package = Package(
    name: "dlrepl",
    products: [.executable(name: "dlrepl", targets: ["dlrepl"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
    targets: edge + modules + testTargets,
    swiftLanguageModes: [.v6]
)
