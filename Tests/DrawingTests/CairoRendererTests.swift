import Drawing
import Figures
import Testing

private let metadata = [("notebook", "数字 <1>.dln"), ("cell", "train"), ("seed", "42")]

@Suite("Files of figures")
struct CairoRendererTests {
    private func render(
        _ name: String, _ format: FigureFormat, dpi: Double = 96
    ) throws -> [UInt8] {
        let mark = try #require(Mark.named(name))
        return try CairoRenderer().render(
            try mark.sampleFigure(), format: format, dpi: dpi,
            metadata: metadata.map { (key: $0.0, value: $0.1) })
    }

    @Test("two runs give the same bytes", arguments: Mark.all.map(\.name), FigureFormat.allCases)
    func equality(name: String, format: FigureFormat) throws {
        #expect(try render(name, format) == render(name, format))
    }

    @Test("formats start as they should")
    func signatures() throws {
        #expect(try render("plot", .png).starts(with: [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]))
        #expect(try render("plot", .pdf).starts(with: "%PDF-1.".utf8))
        #expect(try render("plot", .svg).starts(with: "<?xml".utf8))
    }

    @Test("metadata is found again")
    func metadataTexts() throws {
        let texts = PNGChunks.texts(of: try render("plot", .png))
        #expect(texts.map(\.key) == metadata.map(\.0))
        #expect(texts.map(\.value) == metadata.map(\.1))
        let svg = String(decoding: try render("plot", .svg), as: UTF8.self)
        #expect(svg.contains("notebook: 数字 &lt;1&gt;.dln\ncell: train\nseed: 42"))
        #expect(PNGChunks.texts(of: [1, 2, 3]).isEmpty)
        #expect(PNGChunks.texts(of: Array(repeating: 255, count: 99)).isEmpty)
    }

    @Test("dpi scales the pixels and is stored; the SVG is as large as the figure in pixels")
    func resolution() throws {
        for (dpi, width, height) in [(96.0, 560, 380), (150, 875, 594), (48, 280, 190)] {
            let png = try render("plot", .png, dpi: dpi)
            func number(_ start: Int) -> Int {
                png[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            }
            #expect(number(16) == width && number(20) == height)
            let place = try #require(
                png.indices.first { png[$0...].starts(with: "pHYs".utf8) })
            #expect((Double(number(place + 4)) * 0.0254 - dpi).magnitude < 0.02)
        }
        let svg = String(decoding: try render("plot", .svg), as: UTF8.self)
        #expect(svg.contains("width=\"560px\" height=\"380px\" viewBox=\"0 0 560 380\""))
    }

    @Test("the ground has the theme's colour, the bars theirs")
    func pixels() throws {
        let bars = try #require(Mark.named("bar")).figure([
            "names": .texts(["a"]), "values": .numbers([1]), "color": "#ff0000", "width": 100,
            "height": 100,
        ])
        for (theme, ground) in [(Theme.light, [255, 255, 255]), (.dark, [0x16, 0x18, 0x1C])] {
            let image = try CairoRenderer().pixels(bars.themed(theme), dpi: 96)
            #expect(image.width == 100 && image.height == 100)
            #expect(image.bytes[..<3].map(Int.init) == ground)
            let middle = 4 * (50 * 100 + 60)
            #expect(image.bytes[middle..<middle + 4].map(Int.init) == [255, 0, 0, 255])
        }
    }

    @Test("every pixel is covered, whatever the size and resolution")
    func edges() throws {
        let figure = try #require(Mark.named("plot")).sampleFigure().themed(.dark)
        for (width, dpi) in [(101.0, 120.0), (333, 77), (250, 150)] {
            let image = try CairoRenderer().pixels(
                figure.sized(width: width, height: 99), dpi: dpi)
            let corner = image.bytes.suffix(4).map(Int.init)
            #expect(corner == [0x16, 0x18, 0x1C, 255])
        }
    }

    @Test("Chinese text has glyphs of its own")
    func chinese() throws {
        func picture(_ title: String) throws -> [UInt8] {
            let mark = try #require(Mark.named("plot"))
            let figure = try mark.figure(["xs": .numbers([1, 2]), "title": .text(title)])
            return try CairoRenderer().pixels(figure, dpi: 96).bytes
        }
        // A font without them would show the same box for both.
        #expect(try picture("学习") != picture("损失"))
    }

    @Test("impossible resolutions and sizes are errors")
    func limits() throws {
        let figure = try #require(Mark.named("plot")).sampleFigure()
        for dpi in [0, -1, Double.nan, .infinity, 1e9] {
            #expect(throws: DrawingError.self) {
                try CairoRenderer().render(figure, format: .png, dpi: dpi, metadata: [])
            }
        }
        let wide = figure.sized(width: 20_000, height: 20_000)
        #expect(throws: DrawingError.tooLarge(width: 20_000, height: 20_000)) {
            try CairoRenderer().render(wide, format: .png, dpi: 96, metadata: [])
        }
    }

    @Test("control characters in titles and metadata do no harm")
    func controlCharacters() throws {
        let figure = try #require(Mark.named("plot")).figure([
            "xs": .numbers([1, 2]), "title": "a\0b\nc\u{7}\u{FFFE}",
        ])
        for format in FigureFormat.allCases {
            let bytes = try CairoRenderer().render(
                figure, format: format, dpi: 96, metadata: [("k\0é", "v\0\u{1}"), ("", "")])
            #expect(bytes.count > 100)
        }
    }

    @Test("drawing from several threads at once gives the same bytes")
    func threads() async throws {
        let expected = try render("scatter", .png)
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<4 { group.addTask { try self.render("scatter", .png) } }
            for try await bytes in group { #expect(bytes == expected) }
        }
    }
}
