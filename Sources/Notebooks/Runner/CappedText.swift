/// Output that may be endless: its head and its tail are kept, with a line that says what is missing.
final class CappedText {
    /// Bytes kept at each end.
    static let limit = 32 << 10

    private var head = ""
    private var tail: [UInt8] = []
    private var droppedBytes = 0

    func append(_ piece: String) {
        if tail.isEmpty, head.utf8.count + piece.utf8.count <= Self.limit {
            head += piece
            return
        }
        tail.append(contentsOf: piece.utf8)
        if tail.count > 4 * Self.limit { trim() }
    }

    private func trim() {
        guard tail.count > Self.limit else { return }
        droppedBytes += tail.count - Self.limit
        tail.removeFirst(tail.count - Self.limit)
    }

    /// What was printed, or its two ends.
    var text: String {
        trim()
        guard droppedBytes > 0 else { return head + String(decoding: tail, as: UTF8.self) }
        // The tail starts with a whole line.
        let start = tail.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let end = String(decoding: tail[start...], as: UTF8.self)
        return head + "\n… \(droppedBytes + start) bytes of output are left out …\n" + end
    }
}
