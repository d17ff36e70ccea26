import Glibc

/// Texts as sequences of code points. Swift's own `==` takes "é" and "e\u{301}" for one text; here they are two, as
/// their characters differ.
extension String {
    func hasCodePoints(of other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let isSame = utf8.withContiguousStorageIfAvailable { one in
            other.utf8.withContiguousStorageIfAvailable { Self.areSame(one, $0) }
        }
        return (isSame ?? nil) ?? unicodeScalars.elementsEqual(other.unicodeScalars)
    }

    func hashCodePoints(into hasher: inout Hasher) {
        var text = self
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    func startsWithCodePoints(of prefix: String) -> Bool {
        let isSame = utf8.withContiguousStorageIfAvailable { one in
            prefix.utf8.withContiguousStorageIfAvailable { other in
                one.count >= other.count && Self.areSame(UnsafeBufferPointer(rebasing: one[..<other.count]), other)
            }
        }
        return (isSame ?? nil) ?? utf8.starts(with: prefix.utf8)
    }

    private static func areSame(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard one.count == other.count, let first = one.baseAddress, let second = other.baseAddress else {
            return one.count == other.count
        }
        return memcmp(first, second, one.count) == 0
    }

    /// The order of code points, which is that of the bytes in UTF-8.
    func precedes(_ other: String) -> Bool {
        let isBefore = utf8.withContiguousStorageIfAvailable { one in
            other.utf8.withContiguousStorageIfAvailable { one.lexicographicallyPrecedes($0) }
        }
        return (isBefore ?? nil)
            ?? unicodeScalars.lexicographicallyPrecedes(other.unicodeScalars)
    }
}
