import Autodiff
import CSupport
public import Diagnostics
public import Figures
import Formats
import Syntax
import Tensors

/// A running program: the prelude, the names that were defined, and the machine that runs cells.
///
/// A session belongs to one thread, which should have a large stack.
public final class Session {
    let configuration: SessionConfiguration
    /// Whether any file may be read and written: what is typed may more than the cells of a notebook.
    public var isUnrestricted: Bool
    let prelude = ModuleObject(name: "prelude", isLibrary: true)
    /// The names of the notebook or of the prompt.
    var module: ModuleObject
    private(set) var machine: Machine!
    let catalog: PreludeCatalog
    /// The imported modules by path.
    var modules: [String: ModuleObject] = [:]
    private var loading: [String] = []
    lazy var datasets = DatasetCatalog(
        directories: DatasetCatalog.directories(
            shipped: configuration.data, environment: configuration.environment))
    private var loadedDatasets: [String: DatasetObject] = [:]
    let tracker = Tracker()
    /// The seed that streams are derived from.
    var seed: Int
    /// When the running cell must end, in seconds of the monotonic clock.
    public var deadline: Double? {
        get { limit.deadline }
        set { limit.deadline = newValue }
    }
    private let limit = TimeLimit()
    /// The folder of the script that is run: what it imports may lie there.
    public var scriptFolder: String?
    /// Whether nothing may be trained or written: see `shape(of:stream:)`.
    var onlyRecords = false
    /// The most bytes that are shown of a cell's value, unless it is a tensor or a table.
    public var longestValue = Printer.longestShown
    /// Called with what is printed.
    public var output: (String) -> Void = { _ in }
    /// Called with the state of a long run: what it does, how far it is, and a line of values.
    public var progressChanged: (_ label: String, _ done: Int, _ total: Int, _ values: String) -> Void = {
        _, _, _, _ in
    }
    /// Called with the line that remains when a long run, or an epoch of one, is over.
    public var progressEnded: (String) -> Void = { _ in }
    /// Called with a figure that is drawn while a cell runs, every few seconds at most.
    public var figureDrawn: (Figure) -> Void = { _ in }
    /// The last of them in this cell.
    private var drawing: Figure?
    private var lastProgress = 0.0
    private var lastDrawing = 0.0
    private var loadingPrelude: Set<String> = []
    /// Warnings of the running cell.
    var notices: [Diagnostic] = []
    /// Whether the running cell has answered ^C itself, as `fit` does, and gone on.
    var hasAnsweredInterrupt = false

    public init(_ configuration: SessionConfiguration) {
        self.configuration = configuration
        self.isUnrestricted = configuration.isUnrestricted
        self.seed = configuration.seed
        self.module = ModuleObject(name: "notebook")
        self.catalog = PreludeCatalog(folder: configuration.standardLibrary)
        let recorder = Recorder(random: RandomStream(key: 0))
        recorder.isInterrupted = { [limit] in
            support_interrupt_pending() != 0 || limit.isPassed
        }
        self.machine = Machine(session: self, recorder: recorder)
        if configuration.checksShapes { machine.check = ShapeCheck() }
    }

    /// What became of the last `step` that was recorded: the passes of its program, or why it is not replayed.
    public var stepExplanation: String { machine.stepNote }

    // MARK: Running

    /// Checks and runs a cell, a script or a line.
    ///
    /// - Parameters:
    ///   - source: Its text.
    ///   - stream: What names its random stream: the cell's name or position.
    public func run(_ source: SourceText, stream: String) -> CellOutcome {
        run(source, stream: stream) { value, outcome in try show(value, in: &outcome) }
    }

    /// As above; `present` is given the value of the last expression, if it is to be shown.
    func run(
        _ source: SourceText, stream: String,
        present: (Value, inout CellOutcome) throws -> Void
    ) -> CellOutcome {
        var outcome = CellOutcome()
        let (program, problems) = Parser.parse(source)
        outcome.diagnostics = problems
        guard !problems.contains(where: { $0.severity == .error }) else { return outcome }
        let (compiled, diagnostics) = compile(program)
        outcome.diagnostics += diagnostics
        guard let compiled else { return outcome }
        tracker.isStale = true
        hasAnsweredInterrupt = false
        machine.stepPrograms.begin(compiled.prototype)
        drawing = nil
        notices = []
        machine.recorder.random = RandomStream(
            key: Machine.mix(UInt64(bitPattern: Int64(seed)), stream))
        do {
            let closure = Closure(compiled.prototype, captures: [], receiver: nil)
            let value = try machine.run(closure)
            outcome.ending = .succeeded
            if compiled.showsValue { try present(value, &outcome) }
            if outcome.figure == nil { outcome.figure = drawing }
        } catch {
            machine.reset()
            fail(error, program, &outcome)
        }
        machine.stepPrograms.sweep(machine.modelVersion)
        outcome.notices = notices
        outcome.wasInterrupted = hasAnsweredInterrupt || outcome.ending == .interrupted
        return outcome
    }

    private func compile(_ program: Syntax.Program) -> (cell: CompiledCell?, diagnostics: [Diagnostic]) {
        do {
            return try withLoadErrors {
                CellCompiler.compile(
                    program, named: program.source.name, module: module, prelude: self)
            }
        } catch {
            let failure = EngineDiagnostics.failure(error)
            return (nil, [failure.diagnostic])
        }
    }

    private func fail(_ error: any Error, _ program: Syntax.Program, _ outcome: inout CellOutcome) {
        switch Interruption(error, machine) ?? error {
        case is UnknownValue, is DeadEnd: outcome.ending = .interrupted
        case let interruption as Interruption:
            outcome.ending = interruption.reason == .time ? .timedOut : .interrupted
            outcome.place = interruption.place
        default:
            // A value that is computed only when it is shown fails outside of all frames.
            var diagnostic = machine.located(error).diagnostic
            if diagnostic.span == nil { diagnostic.span = program.items.last?.span }
            outcome.diagnostics.append(diagnostic)
            outcome.ending = diagnostic.id == Failure.memoryBudget ? .outOfMemory : .failed
        }
    }

    func show(_ value: Value, in outcome: inout CellOutcome) throws {
        guard machine.check == nil else { return }
        switch value {
        case .none, .unset: break
        case .figure(let figure): outcome.figure = figure.figure
        default: outcome.value = try Printer(machine: machine).shown(value, limit: longestValue)
        }
    }

    // MARK: Names

    /// A function of the prelude, for suggestions and methods.
    func functionValue(_ name: String) -> Value? {
        if let value = module.value(name), value.isCallable { return value }
        guard let slot = slot(ofPreludeName: name) else { return nil }
        return prelude.slots[slot]
    }

    var functionNames: [String] {
        preludeNames.filter { !$0.hasPrefix("_") } + module.definedNames
    }

    func operation(_ name: String) -> Operation? { BuiltinCatalog.operations[name] }

    // MARK: Importing

    func importModule(_ declaration: Import, from prototype: Prototype) throws -> ModuleObject {
        let path = try modulePath(declaration, from: prototype)
        if let module = modules[path] { return module }
        guard !loading.contains(path) else {
            throw Failure("import.cycle", "`\(path)` imports itself")
        }
        loading.append(path)
        defer { loading.removeLast() }
        let name = path.split(separator: "/").last.map { String($0.dropLast(3)) } ?? path
        let isLibrary = path.hasPrefix(configuration.standardLibrary)
        let module = ModuleObject(name: name, isLibrary: isLibrary)
        let bytes = try FileAccess.read(path)
        let shown = isLibrary ? "stdlib/\(name).dl" : path
        let source = SourceText(
            name: shown, text: String(decoding: bytes, as: UTF8.self), file: shown)
        try execute(source, in: module)
        modules[path] = module
        return module
    }

    private func modulePath(_ declaration: Import, from prototype: Prototype) throws -> String {
        switch declaration.source {
        case .name(let name):
            let library = "\(configuration.standardLibrary)/\(name).dl"
            if FileAccess.size(of: library) != nil { return library }
            if let beside = beside("\(name).dl") { return beside }
            throw Failure(
                "import.missing", "there is no module `\(name)`",
                help: Habits.modules[name]
                    ?? "importable are stdlib/\(name).dl and \(name).dl beside the file that imports it or the notebook")
        case .path(let path): return try readablePath(beside(path) ?? path)
        }
    }

    /// The file of that name beside the module that is being loaded, else in the notebook's folder.
    private func beside(_ name: String) -> String? {
        guard !name.hasPrefix("/") else { return nil }
        let importer = loading.last.flatMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } }
        return [importer ?? scriptFolder, configuration.folder].compactMap { $0.map { "\($0)/\(name)" } }
            .first { FileAccess.size(of: $0) != nil }
    }

    /// Parses, compiles and runs a file in a module of its own.
    func execute(_ source: SourceText, in target: ModuleObject) throws {
        let (program, problems) = Parser.parse(source)
        if let error = problems.first(where: { $0.severity == .error }) { throw Failure(error) }
        let (compiled, diagnostics) = CellCompiler.compile(
            program, named: source.name, module: target, prelude: self)
        if let error = diagnostics.first(where: { $0.severity == .error }) { throw Failure(error) }
        guard let compiled else { return }
        // A file draws from a stream of its own, wherever it is imported.
        let stream = machine.recorder.random
        let outer = machine.recording
        machine.recording = nil
        machine.recorder.random = RandomStream(key: Machine.mix(0, source.name))
        defer {
            machine.recorder.random = stream
            machine.recording = outer
        }
        _ = try machine.run(Closure(compiled.prototype, captures: [], receiver: nil))
    }

    // MARK: Data

    func dataset(_ name: String) throws -> DatasetObject {
        if let known = loadedDatasets[name] { return known }
        let loaded = DatasetObject(try interruptible { try datasets.load(name) })
        loadedDatasets[name] = loaded
        return loaded
    }

    // MARK: Output

    func write(_ text: String) { output(text) }

    func progress(_ label: String, _ done: Int, _ total: Int, _ values: Value) {
        // At most ten updates a second: the display must not slow the work down.
        let now = Self.now
        guard now - lastProgress > 0.1 || done == total else { return }
        lastProgress = now
        var text = (try? machine.progressText(values)) ?? ""
        // The record of an epoch begins with what the label says.
        if text.hasPrefix(label) { text = String(text.dropFirst(label.count).drop { $0 == " " }) }
        progressChanged(label, done, total, text)
    }

    func finishProgress(_ text: String) { progressEnded(text) }

    /// Draws a figure that will change: where nobody watches, and at the end, it is the cell's.
    func draw(_ figure: Figure) {
        drawing = figure
        let now = Self.now
        guard now - lastDrawing > 3 else { return }
        lastDrawing = now
        figureDrawn(figure)
    }

    var isOutOfTime: Bool { limit.isPassed }

    /// Seconds of the monotonic clock.
    public static var now: Double {
        let now = ContinuousClock.now
        let elapsed = now - start
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    }

    private static let start = ContinuousClock.now

    // MARK: The prelude

    private var loadError: (any Error)?

    /// Runs `body`; an error while a prelude file was loaded on the way is thrown after it.
    private func withLoadErrors<Result>(_ body: () throws -> Result) throws -> Result {
        loadError = nil
        let result = try body()
        if let error = loadError { throw error }
        return result
    }
}

extension Session: PreludeResolver {
    func slot(ofPreludeName name: String) -> Int? {
        if let slot = prelude.index[name], !prelude.slots[slot].isUnset || isLoading(name) {
            return slot
        }
        if let value = BuiltinCatalog.value(name) {
            let slot = prelude.slot(name)
            prelude.slots[slot] = value
            return slot
        }
        guard let path = catalog.path(of: name) else { return nil }
        let slot = prelude.slot(name)
        loadingPrelude.insert(name)
        defer { loadingPrelude.remove(name) }
        do {
            let bytes = try FileAccess.read(path)
            let shown = "stdlib/prelude/" + path.dropFirst(catalog.folder.count + 1)
            let source = SourceText(
                name: shown, text: String(decoding: bytes, as: UTF8.self), file: shown)
            try execute(source, in: prelude)
        } catch {
            if loadError == nil { loadError = error }
        }
        return slot
    }

    private func isLoading(_ name: String) -> Bool { loadingPrelude.contains(name) }

    var marksJoins: Bool { configuration.checksShapes }

    var preludeNames: [String] { BuiltinCatalog.names + catalog.names }

    func registerOrigins(of prototype: Prototype) { machine.registerOrigins(of: prototype) }
}

/// What came of a cell.
public struct CellOutcome {
    public enum Ending: Sendable, Equatable {
        /// Checked and found wrong; nothing ran.
        case rejected
        case succeeded, failed, interrupted, timedOut
        /// Failed because the memory budget was reached.
        case outOfMemory
    }

    public var ending = Ending.rejected
    /// Whether ^C came, even if the cell went on after it: `fit` ends its training and gives what it has.
    public var wasInterrupted = false
    /// The text of the last expression's value, if there is one to show.
    public var value: String?
    /// The last expression's value, if it is a figure; else what was drawn last while the cell ran.
    public var figure: Figure?
    /// Errors and warnings.
    public var diagnostics: [Diagnostic] = []
    /// Warnings that came up while the cell ran.
    public var notices: [Diagnostic] = []
    /// Where the user's code was when it was stopped.
    public var place: Span?
}

extension Machine {
    /// Lets go of everything that an error left behind.
    func reset() {
        while !frames.isEmpty { pop() }
        recording = nil
        isTraining = false
        observer = nil
        stateKeeper = nil
        blockKeeper = nil
        recorder.gradientDepth = 0
        recorder.isAbstract = false
    }
}
