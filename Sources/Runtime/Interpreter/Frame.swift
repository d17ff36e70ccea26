/// A running call.
struct Frame {
    let closure: Closure
    /// The register that is R[0] here.
    let base: Int
    /// The first register that is free.
    let top: Int
    /// The next instruction.
    var counter: Int
    /// Where the caller wants the result, as a register of the stack; unused if `isEntry`.
    let result: Int
    /// The call came from the machine's host: `run` gives its value back.
    let isEntry: Bool
    /// Of a frame of the library: the origin of the call in the user's code that led here; else -1.
    let caller: Int32
}
