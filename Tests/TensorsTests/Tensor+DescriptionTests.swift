import Tensors
import Testing

@Suite struct TensorDescriptionTests {
    private func text(
        _ values: [Double], _ shape: [Int], _ dtype: DType = .float32
    ) throws -> String {
        try Tensor(values, shape: Shape(shape), dtype: dtype).description
    }

    @Test("the picture of the contract")
    func contract() throws {
        let printed = try text([1, 0.5, -2, 0.001, .nan, 3], [2, 3])
        #expect(
            printed == """
                float32 [2, 3]
                [[ 1.0000,  0.5000, -2.0000],
                 [ 0.0010,     nan,  3.0000]]
                """)
    }

    @Test(
        "a 0-d tensor is its number, shortest for its dtype",
        arguments: [
            (0.4312, DType.float32, "0.4312"), (3, .float32, "3.0"), (1e-5, .float32, "1e-05"),
            (0.1, .float64, "0.1"), (7, .int64, "7"), (1, .bool, "true"), (0, .bool, "false"),
            (-3, .int32, "-3"), (255, .uint8, "255"), (.infinity, .float32, "inf"),
        ])
    func scalars(_ value: Double, _ dtype: DType, _ expected: String) throws {
        #expect(try text([value], [], dtype) == expected)
    }

    @Test("one style for all floats: exponent, whole or four digits")
    func styles() throws {
        #expect(try text([1, 2, 3], [3]) == "float32 [3]\n[1.0, 2.0, 3.0]")
        #expect(try text([1, -20, .infinity], [3]) == "float32 [3]\n[  1.0, -20.0,   inf]")
        #expect(try text([99999, 1], [2]) == "float32 [2]\n[99999.0,     1.0]")
        #expect(try text([100_000, 1], [2]) == "float32 [2]\n[1.0000e+05, 1.0000e+00]")
        #expect(
            try text([0.000012345678, 0], [2]) == "float32 [2]\n[1.2346e-05, 0.0000e+00]")
        #expect(try text([0.001, 0], [2], .float64) == "float64 [2]\n[0.0010, 0.0000]")
        #expect(try text([0, 0], [2]) == "float32 [2]\n[0.0, 0.0]")
        #expect(try text([.nan, .infinity], [2]) == "float32 [2]\n[nan, inf]")
        #expect(try text([1, -200, 30], [3], .int64) == "int64 [3]\n[   1, -200,   30]")
        #expect(try text([1, 0], [2], .bool) == "bool [2]\n[ true, false]")
    }

    @Test("blank lines part the blocks of rank 3")
    func blocks() throws {
        let printed = try text((0..<8).map(Double.init), [2, 2, 2], .int64)
        #expect(
            printed == """
                int64 [2, 2, 2]
                [[[0, 1],
                  [2, 3]],

                 [[4, 5],
                  [6, 7]]]
                """)
    }

    @Test("empty tensors have their header and empty brackets")
    func empty() throws {
        #expect(try text([], [0]) == "float32 [0]\n[]")
        #expect(try text([], [2, 0], .int32) == "int32 [2, 0]\n[]")
    }

    @Test("rows over 80 columns go on under their first entry")
    func wrapping() throws {
        let printed = try text((0..<30).map(Double.init), [1, 30], .float32)
        let lines = printed.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[1].hasPrefix("[[ 0.0,  1.0,"))
        #expect(lines[2].hasPrefix("  13.0,") || lines[2].hasPrefix("  12.0,"))
        #expect(lines.allSatisfy { $0.count <= 80 })
        // A row that just fits stays whole: 11 entries of 6 with ", " between and brackets are 80
        // columns.
        let exact = try text([Double](repeating: 123456, count: 10), [10], .int64)
        #expect(exact.split(separator: "\n").count == 2)
    }

    @Test("over 1000 elements long axes show three, dots, three")
    func summary() throws {
        let vector = try text((0...1000).map(Double.init), [1001], .int64)
        #expect(vector == "int64 [1001]\n[   0,    1,    2, ...,  998,  999, 1000]")
        let whole = try text((0..<1000).map(Double.init), [1000], .int64)
        #expect(!whole.contains("..."))
        let matrix = try text([Double](repeating: 1, count: 2100), [300, 7], .int64)
        #expect(
            matrix == """
                int64 [300, 7]
                [[1, 1, 1, ..., 1, 1, 1],
                 [1, 1, 1, ..., 1, 1, 1],
                 [1, 1, 1, ..., 1, 1, 1],
                 ...,
                 [1, 1, 1, ..., 1, 1, 1],
                 [1, 1, 1, ..., 1, 1, 1],
                 [1, 1, 1, ..., 1, 1, 1]]
                """)
        let narrow = try text([Double](repeating: 1, count: 1200), [200, 6], .int64)
        #expect(narrow.contains("[1, 1, 1, 1, 1, 1]"))
    }

    @Test("in a container a tensor is named, not shown")
    func inContainer() throws {
        let tensor = try Tensor([1.0, 2], shape: Shape([2]))
        #expect(tensor.summary == "Tensor(float32, [2])")
    }
}
