import Tensors
import Testing

@Suite struct SliceRangeTests {
    /// Python's definition, step by step: walk from the start while the stop is not passed.
    private func naive(_ start: Int?, _ stop: Int?, _ step: Int, _ size: Int) -> [Int] {
        func wrapped(_ bound: Int) -> Int { bound < 0 ? bound + size : bound }
        var index = start.map(wrapped) ?? (step > 0 ? 0 : size - 1)
        index = step > 0 ? max(index, 0) : min(index, size - 1)
        let end = stop.map(wrapped)
        var result: [Int] = []
        while step > 0 ? index < min(end ?? size, size) : index > max(end ?? -1, -1) {
            if index >= 0, index < size { result.append(index) }
            index += step
        }
        return result
    }

    @Test("slices select what Python's do", arguments: 0...4)
    func python(size: Int) throws {
        let bounds: [Int?] = [nil] + (-6...6).map { $0 }
        for start in bounds {
            for stop in bounds {
                for step in [-7, -2, -1, 1, 2, 3] {
                    let range = try SliceRange(start: start, stop: stop, step: step, size: size)
                    let indices = (0..<range.count).map { range.start + $0 * range.step }
                    #expect(
                        indices == naive(start, stop, step, size),
                        "\([start, stop, step]) of \(size)"
                    )
                }
            }
        }
    }

    @Test("extreme bounds and steps do not overflow")
    func extremes() throws {
        for step in [Int.min, Int.max] {
            for bound in [Int.min, Int.max] {
                let range = try SliceRange(start: bound, stop: nil, step: step, size: 5)
                #expect(range.count <= 1)
            }
        }
        #expect(throws: TensorError.self) { try SliceRange(start: 0, stop: 1, step: 0, size: 5) }
    }
}
