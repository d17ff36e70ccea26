import Kernels

/// The check sum of data files. - Source: FIPS 180-4, section 6.2.
public enum SHA256 {
    /// 64 hexadecimal digits.
    public static func hexDigest(_ bytes: [UInt8]) -> String {
        var state: [UInt32] = [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ]
        var schedule = [UInt32](repeating: 0, count: 64)
        let whole = bytes.count / 64 * 64
        bytes.withUnsafeBytes { all in
            var work = WorkPoll()
            for block in stride(from: 0, to: whole, by: 64) where !work.shouldStop {
                compress(
                    &state, &schedule, UnsafeRawBufferPointer(rebasing: all[block..<(block + 64)]))
            }
        }
        // The rest, a 1 bit, zeros, and the length in bits: one or two blocks.
        var tail = Array(bytes[whole...]) + [0x80]
        while tail.count % 64 != 56 { tail.append(0) }
        for shift in stride(from: 56, through: 0, by: -8) {
            tail.append(UInt8(truncatingIfNeeded: (bytes.count << 3) >> shift))
        }
        tail.withUnsafeBytes { all in
            for block in stride(from: 0, to: all.count, by: 64) {
                compress(
                    &state, &schedule, UnsafeRawBufferPointer(rebasing: all[block..<(block + 64)]))
            }
        }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private static func compress(
        _ state: inout [UInt32], _ schedule: inout [UInt32], _ block: UnsafeRawBufferPointer
    ) {
        for index in 0..<16 {
            schedule[index] = UInt32(
                bigEndian: block.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
        }
        for index in 16..<64 {
            let early = schedule[index - 15]
            let late = schedule[index - 2]
            let first = rotate(early, 7) ^ rotate(early, 18) ^ early >> 3
            let second = rotate(late, 17) ^ rotate(late, 19) ^ late >> 10
            schedule[index] = schedule[index - 16] &+ first &+ schedule[index - 7] &+ second
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let choice = (e & f) ^ (~e & g)
            let first = h &+ sum1 &+ choice &+ constants[index] &+ schedule[index]
            let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            let majority = (a & b) ^ (a & c) ^ (b & c)
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
        }
        for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= value }
    }

    @inline(__always)
    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = {
        let primes = (2...311).filter { candidate in
            (2..<candidate).allSatisfy { candidate % $0 != 0 }
        }
        return primes.map { fractionOfCubeRoot($0) }
    }()

    /// floor(2^32 · cbrt(prime)) mod 2^32, by bisection in integers: exact, unlike a double's cube
    /// root.
    private static func fractionOfCubeRoot(_ prime: Int) -> UInt32 {
        let target = UInt128(prime) << 96
        var low: UInt128 = 0
        var high: UInt128 = 8 << 32
        while high - low > 1 {
            let middle = (low + high) / 2
            if middle * middle * middle <= target { low = middle } else { high = middle }
        }
        return UInt32(truncatingIfNeeded: low)
    }
}
