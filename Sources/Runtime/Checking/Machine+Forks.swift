import Autodiff
import Diagnostics
import Tensors

// Branches and loops of a program that is run on shapes alone.

extension Machine {
    var topRegisters: [Value] {
        guard let frame = frames.last else { return [] }
        return Array(
            UnsafeBufferPointer(
                start: registers + frame.base, count: frame.closure.prototype.registerCount))
    }

    func restore(_ values: [Value], _ fork: Fork) {
        for (index, value) in values.enumerated() { registers[fork.base + index] = value }
    }

    /// Opens a fork at the instruction that is running.
    @discardableResult
    func openFork(_ kind: Fork.Kind, join: Int, other: Int? = nil) -> Fork? {
        guard let check, let frame = frames.last else { return nil }
        let fork = Fork(
            kind, moment: check.nextMoment(), depth: frames.count, base: frame.base,
            site: frame.counter - 1, join: join, registers: topRegisters)
        fork.other = other
        check.forks.append(fork)
        checkTicks += ShapeCheck.forkTicks
        return fork
    }

    // MARK: Joining

    /// The ways of the top forks meet at the instruction that has just been read.
    ///
    /// - Returns: whether the frame goes on elsewhere: with the other branch.
    func joinForks() -> Bool {
        guard let check else { return false }
        let here = frames[frames.count - 1].counter - 1
        while let fork = check.forks.last, fork.depth == frames.count, fork.join == here {
            if fork.kind == .loop {
                closeLoop(fork, check)
                continue
            }
            if let other = fork.other {
                fork.arrived.append(fork.state(topRegisters))
                startOther(fork, other)
                return true
            }
            check.forks.removeLast()
            mergeStates(of: fork)
            fork.passChanges(to: check.forks.last)
        }
        return false
    }

    private func startOther(_ fork: Fork, _ other: Int) {
        fork.undo()
        restore(fork.registers, fork)
        fork.other = nil
        frames[frames.count - 1].counter = other
    }

    /// Merges what the branches left with what the running one has made.
    private func mergeStates(of fork: Fork) {
        for state in fork.arrived + fork.left {
            let now = topRegisters
            restore(zip(now, state.registers).map { merged($0, $1) }, fork)
            let mine = fork.state([]).changes
            for (key, change) in mine {
                join(change.place, change.new, state.changes[key]?.new ?? change.old)
            }
            for (key, change) in state.changes where mine[key] == nil {
                let value = change.place.value
                fork.note(change.place, change.old)
                join(change.place, value, change.new)
            }
        }
    }

    /// What is certain of a place that two ways left differently.
    func join(_ place: OuterPlace, _ left: Value, _ right: Value) {
        if place.isPartOfModel, left.isUnset != right.isUnset { check?.hasOpenModels = true }
        // A part of a model that one way has made counts as not made.
        if case .unset = right, place.isPartOfModel {
            place.value = .unset
        } else {
            let value = merged(left, right)
            if place.isPartOfModel, value.isOpen { check?.hasOpenModels = true }
            place.value = value
        }
    }

    // MARK: Leaving

    /// A `return`, `break` or `continue` in a branch that may not be taken: the other one goes on.
    ///
    /// - Returns: whether the frame goes on elsewhere.
    func leave(_ kind: LeaveKind, register: Int, loopStart: Int) throws -> Bool {
        guard let check, let frame = frames.last else { return false }
        let depth = frames.count
        let first = kind == .returned ? 0 : loopStart
        let fork = check.forks.last { $0.depth == depth && $0.kind == .branch && $0.site >= first }
        guard fork != nil else {
            if kind == .returned { finishReturn(frame, register, check) }
            return false
        }
        if kind == .returned {
            check.returned[depth, default: []].append(registers[frame.base + register])
        }
        if kind != .continued {
            // The loop around may end here: what it would have done later is not certain.
            for loop in check.forks where loop.depth == depth && loop.kind == .loop {
                if kind == .returned || loop.site >= first - 2 {
                    loop.isCut = true
                    loop.mustLeave = true
                }
            }
        }
        return try abandonBranch(from: first)
    }

    /// The value of a call is that of any `return` that may have been taken.
    private func finishReturn(_ frame: Frame, _ register: Int, _ check: ShapeCheck) {
        let depth = frames.count
        dropForks { $0.depth >= depth }
        for value in check.returned.removeValue(forKey: depth) ?? [] {
            registers[frame.base + register] = merged(registers[frame.base + register], value)
        }
    }

    func dropForks(where isDropped: (Fork) -> Bool) {
        guard let check else { return }
        while let fork = check.forks.last, isDropped(fork) {
            check.forks.removeLast()
            mergeStates(of: fork)
            fork.passChanges(to: check.forks.last)
        }
    }

    /// Ends the innermost open branch of the top frame without reaching its join.
    ///
    /// - Throws: `DeadEnd` if no way through the frame is left.
    private func abandonBranch(from first: Int) throws -> Bool {
        guard let check else { return false }
        let depth = frames.count
        while let index = check.forks.lastIndex(where: {
            $0.depth == depth && $0.kind == .branch && $0.site >= first
        }) {
            while check.forks.count > index + 1 {
                let inner = check.forks.removeLast()
                inner.passChanges(to: check.forks.last)
            }
            let fork = check.forks[index]
            let state = fork.state(topRegisters)
            fork.left.append(state)
            if let other = fork.other {
                startOther(fork, other)
                return true
            }
            if let arrived = fork.arrived.popLast() {
                fork.undo()
                restore(arrived.registers, fork)
                for change in arrived.changes.values {
                    fork.note(change.place, change.old)
                    change.place.value = change.new
                }
                check.forks.removeLast()
                mergeStates(of: fork)
                fork.passChanges(to: check.forks.last)
                frames[frames.count - 1].counter = fork.join
                return true
            }
            check.forks.removeLast()
            fork.passChanges(to: check.forks.last)
        }
        return try resumeAfterDeadBranches(check, depth)
    }

    /// Every branch has gone elsewhere: out of the loop, or back to the caller.
    private func resumeAfterDeadBranches(_ check: ShapeCheck, _ depth: Int) throws -> Bool {
        let last = frames.count - 1
        if let loop = check.forks.last, loop.depth == depth, loop.kind == .loop, loop.mustLeave {
            frames[last].counter = loop.join
            return true
        }
        let prototype = frames[last].closure.prototype
        guard let values = check.returned[depth], let value = values.first,
            let end = prototype.code.last, end.operation == .returnValue
        else { throw DeadEnd() }
        registers[frames[last].base + Int(end.a)] = values.dropFirst().reduce(value) {
            merged($0, $1)
        }
        check.returned[depth] = nil
        dropForks { $0.depth >= depth }
        frames[last].counter = prototype.code.count - 1
        return true
    }

    /// A branch has failed: its error counts if it is certain, and the other branch goes on.
    func failBranch(_ error: any Error, in fork: Fork) throws -> Bool {
        if let failure = error as? Failure {
            let isOfLibrary = frames.last?.closure.prototype.module.isLibrary ?? false
            check?.report(failure.diagnostic, isOfLibrary: isOfLibrary)
        }
        while frames.count > fork.depth {
            check?.returned[frames.count] = nil
            dropForks { $0.depth >= frames.count }
            pop()
        }
        return try abandonBranch(from: 0)
    }
}

enum LeaveKind: Int { case returned, broke, continued }
