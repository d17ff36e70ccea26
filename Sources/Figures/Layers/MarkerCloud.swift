/// Markers of one colour. Many of them become a picture, so that a file of a million points stays
/// small and quick to show.
struct MarkerCloud {
    let points: [Point]
    let shape: MarkerShape
    let size: Double
    let color: Color
    var outline: Stroke?

    /// From this many points on, a picture is drawn.
    static let pictureThreshold = 20_000
    /// Pixels of the picture for each CSS pixel.
    private static let density = 2.0

    func draw(in rect: Rect, on canvas: inout some Canvas) {
        guard points.count >= MarkerCloud.pictureThreshold else {
            canvas.draw(
                Markers(points, shape: shape, size: size, color: color, outline: outline))
            return
        }
        let density = MarkerCloud.density
        let width = clampedInt((rect.width * density).rounded(.up), 1...8000)
        let height = clampedInt((rect.height * density).rounded(.up), 1...8000)
        let image = picture(width: width, height: height, origin: Point(rect.x, rect.y))
        let target = Rect(
            x: rect.x, y: rect.y, width: Double(width) / density, height: Double(height) / density)
        canvas.draw(image, in: target, interpolation: .smooth)
    }

    /// How much of each pixel is covered, in one colour.
    ///
    /// Points of the same pixel count once for each repetition: n layers of opacity a cover
    /// 1 - (1 - a)ⁿ.
    private func picture(width: Int, height: Int, origin: Point) -> PixelImage {
        var counts = [UInt32](repeating: 0, count: width * height)
        for point in points {
            let column = clampedInt((point.x - origin.x) * MarkerCloud.density, -1...width)
            let row = clampedInt((point.y - origin.y) * MarkerCloud.density, -1...height)
            guard column >= 0, column < width, row >= 0, row < height else { continue }
            counts[row * width + column] &+= 1
        }
        let mask = discMask()
        let reach = mask.count / 2
        var clear = [Float](repeating: 1, count: width * height)
        for row in 0..<height {
            for column in 0..<width where counts[row * width + column] > 0 {
                let repeats = Double(counts[row * width + column])
                for (dy, line) in mask.enumerated() {
                    let y = row + dy - reach
                    guard y >= 0, y < height else { continue }
                    for (dx, cover) in line.enumerated() where cover > 0 {
                        let x = column + dx - reach
                        guard x >= 0, x < width else { continue }
                        clear[y * width + x] *= Float(power(1 - cover * color.alpha, repeats))
                    }
                }
            }
        }
        return filled(width: width, height: height, clear)
    }

    private func filled(width: Int, height: Int, _ clear: [Float]) -> PixelImage {
        let ink = color.bytes
        var bytes = [UInt8](repeating: 0, count: 4 * width * height)
        for index in clear.indices where clear[index] < 1 {
            bytes[4 * index] = ink[0]
            bytes[4 * index + 1] = ink[1]
            bytes[4 * index + 2] = ink[2]
            bytes[4 * index + 3] = UInt8(clampedInt(Double(1 - clear[index]) * 255, 0...255))
        }
        return PixelImage(width: width, height: height, bytes: bytes)
            ?? PixelImage(width: 1, height: 1)
    }

    /// Coverage of the pixels around a disc of the marker's size.
    private func discMask() -> [[Double]] {
        let radius = size * MarkerCloud.density / 2
        let reach = clampedInt(radius.rounded(.up), 0...40)
        return (-reach...reach).map { dy in
            (-reach...reach).map { dx in
                let distance = Double(dx * dx + dy * dy).squareRoot()
                return min(max(radius + 0.5 - distance, 0), 1)
            }
        }
    }
}
