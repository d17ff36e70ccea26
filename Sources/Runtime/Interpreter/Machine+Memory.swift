import CSupport
import Foundation
import Tensors

// Tensors are counted by `MemoryBudget`. Lists and texts are not; what keeps them in bounds is the
// memory of the process, asked before anything large is made and now and then in between.
extension Machine {
    /// Sizes below this are not worth a question.
    private static let smallBytes = 1 << 20

    /// - Throws: `TensorError.outOfMemory` if `count` elements of `size` bytes would not fit.
    func requireMemory(_ count: Int, elementsOf size: Int = MemoryLayout<Value>.stride) throws {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
        if !overflow, bytes < Self.smallBytes { return }
        try requireBytes(overflow ? Int.max : bytes)
    }

    private func requireBytes(_ bytes: Int) throws {
        let budget = MemoryBudget.current
        let limit = min(budget.limit, Self.physicalBytes)
        func fits() -> Bool {
            bytes <= limit - budget.residentBytes
                && bytes <= Self.physicalBytes - MemoryBudget.process.residentBytes
        }
        if fits() { return }
        // What was freed may still be counted.
        support_release_freed_memory()
        guard fits() else { throw TensorError.outOfMemory(bytes: bytes, budget: limit) }
    }

    private static var physicalBytes: Int {
        Int(truncatingIfNeeded: ProcessInfo.processInfo.physicalMemory)
    }

    /// Asked now and then while a program runs: many small values fill the memory, too.
    func pollMemory() throws {
        guard MemoryBudget.current.limit != Int.max else { return }
        try requireBytes(0)
    }

    /// The elements of a range as Ints.
    func ints(of range: RangeObject) throws -> [Int] {
        try requireMemory(range.count, elementsOf: MemoryLayout<Int>.stride)
        return try (0..<range.count).map {
            try poll()
            return range.element($0)
        }
    }
}

extension RangeObject {
    /// The range as the bounds of a slice: negative elements count from the end, those beyond an
    /// end are clipped.
    var sliceBounds: (start: Int?, stop: Int?, step: Int?) {
        guard count > 0 else { return (0, 0, nil) }
        let first = element(0)
        let last = element(count - 1)
        if step > 0 { return (first, last == -1 || last == Int.max ? nil : last + 1, step) }
        return (first, last == 0 || last == Int.min ? nil : last - 1, step)
    }
}
