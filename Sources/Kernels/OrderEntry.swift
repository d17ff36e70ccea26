/// An element that is sorted: where it stood, and a number that orders as it does.
struct OrderEntry {
    var key: UInt64
    var index: Int

    typealias Entries = UnsafeMutablePointer<OrderEntry>

    /// Below so many, passes over the counts of digits cost more than comparisons.
    private static let radixCount = 1024
    private static let digitBits = 11
    private static let digitValues = 1 << digitBits
    private static let digitCount = 6

    /// Orders `count` entries, equal keys as they stand, in one of the two buffers; returns that one. Only the `first`
    /// of the order need to be there. Left early, where the work is to stop, the result is in no order.
    static func order(
        _ entries: Entries, _ other: Entries, _ count: Int, first: Int
    ) -> Entries {
        if count >= radixCount, first <= count / 8 {
            keepSmallest(first, of: entries, count, in: other)
            return sort(other, entries, first)
        }
        return sort(entries, other, count)
    }

    private static func sort(_ source: Entries, _ target: Entries, _ count: Int) -> Entries {
        count < radixCount ? mergeSort(source, target, count) : radixSort(source, target, count)
    }

    /// Digit by digit from the lowest.
    /// - Source: D. Knuth, "The Art of Computer Programming", volume 3, 5.2.5.
    private static func radixSort(_ first: Entries, _ second: Entries, _ count: Int) -> Entries {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: digitCount * digitValues) { memory in
            // Never nil: the capacity is positive.
            let counts = memory.baseAddress.unsafelyUnwrapped
            counts.update(repeating: 0, count: digitCount * digitValues)
            inPieces(count) { start, end in
                for position in start..<end {
                    var key = first[position].key
                    for digit in 0..<digitCount {
                        counts[digit * digitValues + Int(key & UInt64(digitValues - 1))] &+= 1
                        key >>= UInt64(digitBits)
                    }
                }
            }
            var (source, target) = (first, second)
            for digit in 0..<digitCount {
                if WorkScope.shouldStop { return source }
                let places = counts + digit * digitValues
                let shift = UInt64(digit * digitBits)
                // All have the same digit: the case of the low bits of a float32, the high ones of a label.
                if places[Int(source[0].key >> shift & UInt64(digitValues - 1))] == count { continue }
                var place = 0
                for value in 0..<digitValues {
                    (places[value], place) = (place, place + places[value])
                }
                inPieces(count) { start, end in
                    for position in start..<end {
                        let value = Int(source[position].key >> shift & UInt64(digitValues - 1))
                        target[places[value]] = source[position]
                        places[value] &+= 1
                    }
                }
                (source, target) = (target, source)
            }
            return source
        }
    }

    /// Copies the `wanted` smallest entries, as they stand: the key of the last of them is found digit by digit from
    /// the highest.
    private static func keepSmallest(
        _ wanted: Int, of entries: Entries, _ count: Int, in target: Entries
    ) {
        guard wanted > 0 else { return }
        var (prefix, mask) = (UInt64(0), UInt64(0))
        // How many are missing of those with the prefix.
        var missing = wanted
        withUnsafeTemporaryAllocation(of: Int.self, capacity: digitValues) { counts in
            for digit in (0..<digitCount).reversed() {
                counts.update(repeating: 0)
                let shift = UInt64(digit * digitBits)
                inPieces(count) { start, end in
                    for position in start..<end where entries[position].key & mask == prefix {
                        counts[Int(entries[position].key >> shift & UInt64(digitValues - 1))] &+= 1
                    }
                }
                if WorkScope.shouldStop { return }
                var value = 0
                while counts[value] < missing {
                    missing -= counts[value]
                    value += 1
                }
                prefix |= UInt64(value) << shift
                mask |= UInt64(digitValues - 1) << shift
                if counts[value] == missing { return }
            }
        }
        var kept = 0
        inPieces(count) { start, end in
            for position in start..<end {
                let part = entries[position].key & mask
                guard part < prefix || (part == prefix && missing > 0) else { continue }
                if part == prefix { missing -= 1 }
                target[kept] = entries[position]
                kept += 1
            }
        }
    }

    /// Stable bottom-up merge sort between two buffers; returns the one that holds the result.
    private static func mergeSort(_ first: Entries, _ second: Entries, _ count: Int) -> Entries {
        var (source, target) = (first, second)
        var width = 1
        while width < count {
            var start = 0
            while start < count {
                let middle = min(start + width, count)
                let end = min(middle + width, count)
                merge(source, target, start, middle, end)
                start = end
            }
            (source, target) = (target, source)
            width *= 2
        }
        return source
    }

    private static func merge(
        _ source: Entries, _ target: Entries, _ start: Int, _ middle: Int, _ end: Int
    ) {
        var left = start
        var right = middle
        for position in start..<end {
            let takesLeft =
                left < middle && (right >= end || source[left].key <= source[right].key)
            target[position] = takesLeft ? source[left] : source[right]
            left += takesLeft ? 1 : 0
            right += takesLeft ? 0 : 1
        }
    }
}
