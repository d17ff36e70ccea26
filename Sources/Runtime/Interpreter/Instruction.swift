/// One step of the register machine. `a` is usually the register written; `b` and `c` are registers,
/// indices into tables of the prototype, or jump targets, as the comment of each case says.
struct Instruction {
    var operation: Opcode
    var a: Int32
    var b: Int32
    var c: Int32

    init(_ operation: Opcode, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) {
        self.operation = operation
        self.a = Int32(truncatingIfNeeded: a)
        self.b = Int32(truncatingIfNeeded: b)
        self.c = Int32(truncatingIfNeeded: c)
    }
}

enum Opcode: UInt8 {
    // Moving values
    case loadConstant  // R[a] = constants[b]
    case loadNone  // R[a] = nil
    case move  // R[a] = R[b]
    case take  // R[a] = R[b], which is unset then
    case append  // R[a] += [R[b]]
    case compute  // the tensors in R[a], outside of recordings: what fails in them fails here
    case box  // R[a] = a new cell that holds R[a]
    case newCell  // R[a] = a new cell, unset
    case getCell  // R[a] = content of the cell R[b]; c: constant, the variable's name
    case setCell  // content of the cell R[a] = R[b]
    case getCapture  // R[a] = captures[b]; c: constant, the name
    case setCapture  // captures[a] = R[b]
    case getGlobal  // R[a] = slot b of the module, else slot c of the prelude
    case tryGlobal  // the same if it is a function, else the prelude's or unset
    case setGlobal  // slot a = R[b]
    case getField  // R[a] = field b of the receiver
    case setField  // field a of the receiver = R[b] (a state, a part, a slot)
    case getMethod  // R[a] = method b of the receiver

    // Operators: R[a] = R[b] op R[c]
    case add, subtract, multiply, divide, floorDivide, remainder, power, matmul
    case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
    case contained, notContained, beside, compose
    case negate, not  // R[a] = op R[b]
    case combineAnd, combineOr  // R[a] = R[a] op R[b], after both were evaluated

    // Control
    case jump  // to a
    case jumpIfFalse, jumpIfTrue  // R[a] must be a truth value; to b
    case jumpIfGiven  // to b unless R[a] is unset
    case testAnd, testOr  // decided by R[a] alone: to b
    case iterate  // R[a] = an iterator over R[b]; c: the loop's join, see below
    case next  // R[b] = the next element of the iterator R[a], or jump to c
    // Both: for a range by 1, R[a+1] is the next element and R[a+2] how many are left
    case call  // R[a] = call of R[b] with site c
    case callMethod  // R[a] = R[b].method(…) with site c
    case returnValue  // R[a]
    case returnReceiver
    case fail  // with the message R[a]: a failed assert

    // Only in programs that are run on shapes alone
    case join  // ways that parted meet here
    case leave  // before a return (b 0) of R[a], a break (1) or continue (2) of the loop that starts at c
    case openLoop  // a `while` whose join is a
    case turn  // its head

    // Making values
    case list, tuple  // R[a] from c registers from b on
    case record  // R[a] from registers from b on, with layout c
    case dictionary  // R[a] from c pairs of registers from b on
    case range  // R[a] from R[b], R[b+1], R[b+2]; c: 1 closed, 2 with step
    case closure  // R[a] = nested[b]
    case format  // R[a] = text of R[b] by formats[c], or plainly if c < 0
    case joinText  // R[a] = concatenation of c texts from b on
    case makeModel, makeOptimizer  // R[a] from template b
    case importModule  // R[a] from imports[b]

    // Places
    case member  // R[a] = R[b].constants[c]
    case index  // R[a] = R[b][subscripts[c]]
    case assign  // places[a]
    case unpack  // R[b], R[b+1], … = the c parts of the tuple R[a]

    // Signatures and models
    case matchShape  // R[a] against shapes[b], from element c on
    case declareParameter  // member a of the receiver's template; R[b] is the condition, or b < 0
    case buildParameters  // of the receiver, those whose dimensions are known
}
