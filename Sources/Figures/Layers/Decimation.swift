/// Leaving out points that no eye could tell: a million points become a few thousand.
enum Decimation {
    /// A line through fewer points that covers the same pixels.
    ///
    /// Where many points in a row fall on one half-pixel column, the first, the lowest, the
    /// highest and the last of them are kept, in their order: the stroke between them covers what
    /// the stroke through all of them covers.
    /// - Complexity: O(n).
    static func line(_ points: [Point]) -> [Point] {
        guard points.count > 2000 else { return points }
        var result: [Point] = []
        var start = 0
        while start < points.count {
            let column = (points[start].x * 2).rounded(.down)
            var end = start + 1
            while end < points.count, (points[end].x * 2).rounded(.down) == column { end += 1 }
            result += extremes(points, start, end)
            start = end
        }
        return result
    }

    private static func extremes(_ points: [Point], _ start: Int, _ end: Int) -> [Point] {
        guard end - start > 4 else { return Array(points[start..<end]) }
        var (low, high) = (start, start)
        for index in start..<end {
            if points[index].y < points[low].y { low = index }
            if points[index].y > points[high].y { high = index }
        }
        let kept = [start, min(low, high), max(low, high), end - 1]
        return kept.enumerated().filter { $0.offset == 0 || kept[$0.offset - 1] != $0.element }
            .map { points[$0.element] }
    }

    /// At most `limit` of the elements, evenly spread.
    static func sample<Element>(_ elements: [Element], limit: Int) -> [Element] {
        guard elements.count > limit, limit > 0 else { return elements }
        return (0..<limit).map { elements[$0 * elements.count / limit] }
    }
}
