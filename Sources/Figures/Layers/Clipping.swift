/// Cutting geometry at a rectangle. Drawing libraries count in fixed point: a place millions of
/// pixels away would wrap around, so what lies outside is cut off before it is drawn.
enum Clipping {
    /// The parts of a line inside a rectangle.
    static func line(_ points: [Point], to rect: Rect) -> [[Point]] {
        var result: [[Point]] = []
        var current: [Point] = []
        for (from, to) in zip(points, points.dropFirst()) {
            guard let (a, b) = segment(from, to, rect) else {
                if current.count > 1 { result.append(current) }
                current = []
                continue
            }
            if current.last != a {
                if current.count > 1 { result.append(current) }
                current = [a]
            }
            current.append(b)
        }
        if current.count > 1 { result.append(current) }
        return result
    }

    /// The part of a segment inside a rectangle, or nil.
    /// - Source: Y.-D. Liang, B. Barsky, "A new concept and method for line clipping", 1984.
    private static func segment(_ a: Point, _ b: Point, _ rect: Rect) -> (Point, Point)? {
        if rect.contains(a), rect.contains(b) { return (a, b) }
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        var (start, end) = (0.0, 1.0)
        for (p, q) in [
            (-dx, a.x - rect.x), (dx, rect.right - a.x), (-dy, a.y - rect.y),
            (dy, rect.bottom - a.y),
        ] {
            if p == 0 {
                if q < 0 { return nil }
            } else if p < 0 {
                start = max(start, q / p)
            } else {
                end = min(end, q / p)
            }
        }
        guard start <= end else { return nil }
        let first = start == 0 ? a : Point(a.x + start * dx, a.y + start * dy)
        let last = end == 1 ? b : Point(a.x + end * dx, a.y + end * dy)
        return (first, last)
    }

    /// A polygon cut at the four sides of a rectangle.
    /// - Source: I. Sutherland, G. Hodgman, "Reentrant polygon clipping", 1974.
    static func polygon(_ points: [Point], to rect: Rect) -> [Point] {
        var result = points
        result = cut(result) { $0.x - rect.x }
        result = cut(result) { rect.right - $0.x }
        result = cut(result) { $0.y - rect.y }
        return cut(result) { rect.bottom - $0.y }
    }

    /// The part of a polygon where a linear function is not negative.
    private static func cut(_ points: [Point], _ inside: (Point) -> Double) -> [Point] {
        guard var previous = points.last else { return [] }
        var result: [Point] = []
        for point in points {
            let (before, after) = (inside(previous), inside(point))
            if (before < 0) != (after < 0) {
                let part = before / (before - after)
                result.append(
                    Point(
                        previous.x + part * (point.x - previous.x),
                        previous.y + part * (point.y - previous.y)))
            }
            if after >= 0 { result.append(point) }
            previous = point
        }
        return result
    }
}
