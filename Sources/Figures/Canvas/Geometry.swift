/// A place on the page in CSS pixels (1/96 inch), `y` downwards.
public struct Point: Hashable, Sendable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

/// A width and a height in CSS pixels (1/96 inch).
public struct Size: Hashable, Sendable {
    public var width: Double
    public var height: Double

    public init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }
}

/// A rectangle on the page in CSS pixels, from its top left corner.
public struct Rect: Hashable, Sendable {
    public var x: Double
    public var y: Double
    public var width: Double
    public var height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    public var right: Double { x + width }
    public var bottom: Double { y + height }
    public var center: Point { Point(x + width / 2, y + height / 2) }

    /// This rectangle without a margin; sides never become negative.
    func inset(by margin: Insets) -> Rect {
        Rect(
            x: x + margin.left, y: y + margin.top,
            width: max(0, width - margin.left - margin.right),
            height: max(0, height - margin.top - margin.bottom))
    }

    /// This rectangle, larger by `amount` on each side.
    func grown(by amount: Double) -> Rect {
        Rect(
            x: x - amount, y: y - amount, width: width + 2 * amount, height: height + 2 * amount)
    }

    func contains(_ point: Point) -> Bool {
        point.x >= x && point.x <= right && point.y >= y && point.y <= bottom
    }
}

/// Distances from the four sides of a rectangle, in CSS pixels.
struct Insets: Hashable, Sendable {
    var top = 0.0
    var left = 0.0
    var bottom = 0.0
    var right = 0.0

    /// The larger of two margins on each side.
    func union(_ other: Insets) -> Insets {
        Insets(
            top: max(top, other.top), left: max(left, other.left),
            bottom: max(bottom, other.bottom), right: max(right, other.right))
    }
}

/// Straight lines through points, in several pieces.
public struct Path: Hashable, Sendable {
    /// One run of points; a closed one returns to its start.
    public struct Piece: Hashable, Sendable {
        public var points: [Point]
        public var isClosed: Bool

        public init(_ points: [Point], isClosed: Bool) {
            self.points = points
            self.isClosed = isClosed
        }
    }

    public var pieces: [Piece]

    public init(_ pieces: [Piece] = []) {
        self.pieces = pieces
    }

    /// An open line through points.
    public static func line(_ points: [Point]) -> Path {
        Path([Piece(points, isClosed: false)])
    }

    /// A closed outline through points.
    public static func polygon(_ points: [Point]) -> Path {
        Path([Piece(points, isClosed: true)])
    }

    /// The outline of a rectangle.
    public static func rectangle(_ rect: Rect) -> Path {
        polygon([
            Point(rect.x, rect.y), Point(rect.right, rect.y), Point(rect.right, rect.bottom),
            Point(rect.x, rect.bottom),
        ])
    }
}
