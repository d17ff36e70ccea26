import Autodiff
import CSupport
import Diagnostics

/// The register machine: runs compiled functions with a stack of frames of its own, so that deep
/// recursion, ^C and errors are answers and not the end of the process.
///
/// One machine belongs to one thread. Registers above the top frame are always `.unset`.
final class Machine {
    /// The most calls that may be open at once, and how deep the host may re-enter.
    static let maximumDepth = 10_000
    static let maximumReentry = 1_500
    private static let registerCapacity = 1 << 21

    let registers: UnsafeMutablePointer<Value>
    private var initialized = 0
    var frames: [Frame] = []
    private var reentry = 0
    let recorder: Recorder
    unowned let session: Session
    /// The recording of a `step` or `predict` that is under way.
    var recording: Recording?
    /// Whether models train: `nil` outside of `training`, `inference`, `step`.
    var isTraining = false
    /// The programs of blocks that were recorded.
    var stepPrograms = StepPrograms()
    /// Optimizers that hold models, and the step blocks that a warning may have been given of.
    var knownOptimizers: [KnownOptimizer] = []
    var noticedBlocks: Set<ObjectIdentifier> = []
    /// The places, by their origins, that were warned of.
    var noticedPlaces: Set<Int32> = []
    /// Whether a step ends with an error at a loss that is not finite.
    var requiresFiniteLoss = false
    /// Counts `freeze` and `unfreeze`, and names of the prelude that are given another meaning.
    var modelVersion = 0
    /// What became of the last step that was recorded: its program, or why there is none.
    var stepNote = ""
    /// The step blocks that ran, while `:explain` watches.
    var watchedSteps: WatchedSteps?
    /// Set while a program is run on shapes alone.
    var check: ShapeCheck?
    /// Remembers states that are put back after a derivative.
    var stateKeeper: Recording?
    /// Remembers states that are put back if the block that runs fails.
    var blockKeeper: Recording?
    /// Told what every model gives, while a summary is made.
    var observer: ((ModelInstance, Value) -> Void)?
    /// The texts of one ASCII character, which loops over texts ask for again and again.
    private lazy var characters = (UInt8(0)..<128).map { Value.string(String(UnicodeScalar($0))) }
    /// The text of the error that the last `try` caught.
    var lastError = ""
    private var origins: [(base: Int32, prototype: Prototype)] = []
    private var nextOrigin: Int32 = 0
    private var ticks = 0
    /// What `check` does beside, in ticks.
    var checkTicks = 0
    /// The ticks after which work ends as if its time were over; who counts work instead of time is as far on any
    /// machine, busy or not.
    private var lastTick = Int.max
    private var lastMemoryPoll = 0.0
    /// The last number given to a recording.
    var nextRecording: Int32 = 0

    init(session: Session, recorder: Recorder) {
        self.session = session
        self.recorder = recorder
        self.registers = .allocate(capacity: Self.registerCapacity)
    }

    deinit {
        registers.deinitialize(count: initialized)
        registers.deallocate()
    }

    /// The text of one character.
    func character(_ scalar: Unicode.Scalar) -> Value {
        scalar.value < 128 ? characters[Int(scalar.value)] : .string(String(scalar))
    }

    // MARK: Origins

    func registerOrigins(of prototype: Prototype) {
        prototype.originBase = nextOrigin
        origins.append((nextOrigin, prototype))
        nextOrigin += Int32(truncatingIfNeeded: prototype.code.count)
        prototype.seal()
    }

    /// The function and place where a node was recorded.
    func place(of number: Int32) -> (prototype: Prototype, counter: Int)? {
        guard number >= 0, !origins.isEmpty else { return nil }
        var low = 0
        var high = origins.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if origins[middle].base <= number { low = middle } else { high = middle }
        }
        let prototype = origins[low].prototype
        let counter = Int(number - origins[low].base)
        return prototype.code.indices.contains(counter) ? (prototype, counter) : nil
    }

    // MARK: Frames

    /// Opens a frame for `closure` with its arguments already in the registers from `base` on.
    func push(_ closure: Closure, base: Int, result: Int, isEntry: Bool) throws {
        let top = base + closure.prototype.registerCount
        guard frames.count < Self.maximumDepth, top < Self.registerCapacity else {
            throw Failure(
                "limit.recursion", "recursion too deep: \(frames.count) calls are open",
                help: "does `\(closure.prototype.name)` call itself without an end?")
        }
        if top > initialized {
            (registers + initialized).initialize(repeating: .unset, count: top - initialized)
            initialized = top
        }
        frames.append(
            Frame(
                closure: closure, base: base, top: top, counter: 0, result: result,
                isEntry: isEntry, caller: closure.prototype.isLibrary ? userOrigin : -1))
    }

    /// The origin of the innermost call in the user's code.
    private var userOrigin: Int32 {
        guard let frame = frames.last else { return -1 }
        let prototype = frame.closure.prototype
        if prototype.isLibrary { return frame.caller }
        return prototype.originBase &+ Int32(truncatingIfNeeded: frame.counter - 1)
    }

    /// Makes sure that registers below `top` may be written.
    func reserve(_ top: Int) throws {
        guard top < Self.registerCapacity else {
            throw Failure("limit.recursion", "recursion too deep: \(frames.count) calls are open")
        }
        if top > initialized {
            (registers + initialized).initialize(repeating: .unset, count: top - initialized)
            initialized = top
        }
    }

    /// Closes the top frame and lets go of its registers.
    func pop() {
        guard let frame = frames.popLast() else { return }
        for index in frame.base..<frame.top { registers[index] = .unset }
    }

    /// The first free register.
    var top: Int { frames.isEmpty ? 0 : frames[frames.count - 1].top }

    // MARK: Running from the host

    /// Calls any callable value.
    func call(
        _ callee: Value, _ given: some Collection<Value>, labels: [String?] = []
    ) throws -> Value {
        if case .function(let closure) = callee { return try run(closure, given, labels) }
        let arguments = Array(given)
        switch callee {
        case .builtin(let builtin): return try call(builtin, arguments, labels)
        case .model(let model): return try call(model, arguments, labels)
        case .modelType(let definition): return try construct(definition, arguments, labels)
        case .optimizerType(let definition): return try construct(definition, arguments, labels)
        default: throw CallFailures.notCallable(callee)
        }
    }

    /// Runs a function to its end in a nested loop.
    func run(
        _ closure: Closure, _ arguments: some Collection<Value> = [], _ labels: [String?] = []
    ) throws -> Value {
        try poll()
        reentry += 1
        defer { reentry -= 1 }
        guard reentry < Self.maximumReentry else {
            throw Failure(
                "limit.recursion", "recursion too deep: \(frames.count) calls are open")
        }
        try check?.enter(closure.prototype, frames)
        let base = top
        try reserve(base + max(arguments.count, closure.prototype.registerCount))
        try place(arguments, labels, for: closure.prototype, at: base)
        if check != nil { warnOfProbabilities(closure.prototype, base) }
        do {
            try push(closure, base: base, result: 0, isEntry: true)
        } catch {
            for index in base..<(base + max(arguments.count, closure.prototype.parameters.count)) {
                registers[index] = .unset
            }
            throw error
        }
        return try loop()
    }

    /// Answers ^C and limits; called at every backward jump and call, and cheap.
    @inline(__always)
    func poll() throws {
        ticks &+= 1
        if ticks & 63 == 0 { try pollNow() }
    }

    /// Lets loops turn and functions be called so often together; `nil` for as often as they like.
    func limitWork(to count: Int?) { lastTick = count.map { ticks &+ checkTicks &+ $0 } ?? .max }

    var isOutOfWork: Bool { ticks &+ checkTicks > lastTick }

    func pollNow() throws {
        if support_interrupt_pending() != 0 { throw Interruption(reason: .user) }
        if session.isOutOfTime || isOutOfWork { throw Interruption(reason: .time) }
        let now = Session.now
        guard now - lastMemoryPoll > 0.05 else { return }
        lastMemoryPoll = now
        try pollMemory()
    }

    // MARK: Errors

    /// Adds the place to an error and unwinds to the frame of the nearest `try` above `depth`.
    ///
    /// - Returns: whether the program goes on there; otherwise the frames down to `depth` are gone.
    func unwind(_ error: inout any Error, to depth: Int) -> Bool {
        if let interruption = Interruption(error, self) { error = interruption }
        if var interruption = error as? Interruption, interruption.place == nil {
            let running = frames.last { !$0.closure.prototype.isLibrary }
            interruption.place = running.map { $0.closure.prototype.span(max(0, $0.counter - 1)) }
            error = interruption
        }
        if !(error is Interruption), !(error is UnknownValue), !(error is DeadEnd) {
            error = located(error)
        }
        while frames.count > depth {
            let frame = frames[frames.count - 1]
            let counter = frame.counter - 1
            if let failure = error as? Failure, !failure.isLimit,
                // An inner `try` ends, and so stands there, before the one around it.
                let handler = frame.closure.prototype.handlers.first(where: {
                    counter >= $0.start && counter < $0.end
                })
            {
                lastError = failure.diagnostic.message
                frames[frames.count - 1].counter = handler.target
                return true
            }
            addCall(frame, counter, to: &error)
            pop()
        }
        return false
    }

    /// Records in the trace that the error passed through a call.
    private func addCall(_ frame: Frame, _ counter: Int, to error: inout any Error) {
        guard var failure = error as? Failure, frames.count > 1, frame.closure.receiver != nil
            || !frame.closure.prototype.isAnonymous
        else { return }
        let caller = frames[frames.count - 2]
        guard !caller.closure.prototype.isLibrary, failure.diagnostic.trace.count < 20
        else { return }
        let span = caller.closure.prototype.span(caller.counter - 1)
        // The picture shows that call already.
        if failure.blamesCaller || frame.closure.prototype.isLibrary,
            let blamed = failure.diagnostic.span, blamed.source === span.source,
            blamed.start >= span.start, blamed.end <= span.end
        {
            return
        }
        let model = (frame.closure.receiver as? ModelInstance)?.definitionName
        let name = frame.closure.prototype.name
        // Initializers and the making of parts are called after their model already.
        let isNamed = model.map { name == $0 || name.hasPrefix($0 + ".") } ?? true
        failure.diagnostic.trace.append(
            Diagnostic.Call(function: isNamed ? name : "\(model ?? "").\(name)", span: span))
        error = failure
    }
}

extension Prototype {
    /// Called once, when the code is complete.
    func seal() {
        code.withUnsafeBufferPointer { source in
            let copy = UnsafeMutablePointer<Instruction>.allocate(capacity: max(source.count, 1))
            if let start = source.baseAddress {
                copy.initialize(from: start, count: source.count)
            }
            sealed = UnsafePointer(copy)
        }
    }
}
