import Testing

@testable import Figures

@Suite("Scales and colours")
struct ScaleTests {
    @Test(
        "sequential maps become lighter or darker all the way",
        arguments: ["sequential", "heat", "gray", "blues"])
    func monotone(name: String) throws {
        let map = try #require(ColorMap.named(name))
        let light = stride(from: 0.0, through: 1, by: 1 / 64).map { map.color(at: $0).luminance }
        let steps = zip(light, light.dropFirst()).map { $1 - $0 }
        #expect(steps.allSatisfy { $0 > 0 } || steps.allSatisfy { $0 < 0 })
    }

    @Test("the diverging map is white in the middle and as dark on both sides")
    func diverging() {
        let map = ColorMap.diverging
        #expect(map.color(at: 0.5).luminance > 0.9)
        #expect((map.color(at: 0).luminance - map.color(at: 1).luminance).magnitude < 0.03)
        let scale = ColorScale.covering([-1, 4], map: map)
        #expect(scale.lower == -4 && scale.upper == 4)
    }

    @Test("colours are read as names and hexadecimal digits, or not at all")
    func parsing() {
        #expect(Color("#ff0080")?.hexText == "#ff0080")
        #expect(Color("#F08") == Color("#ff0088"))
        #expect(Color("Blue") == Theme.light.series(0))
        for text in ["", "#", "#12", "#ggg", "#-12", "#+1234a", "bluish", "#1234567"] {
            #expect(Color(text) == nil, "\(text)")
        }
    }

    @Test("text on a cell has a contrast of at least 4.5 to 1")
    func contrast() {
        for map in ColorMap.all {
            for step in 0...20 {
                let cell = map.color(at: Double(step) / 20)
                let (a, b) = (cell.luminance, cell.readableInk.luminance)
                #expect((max(a, b) + 0.05) / (min(a, b) + 0.05) >= 4.5)
            }
        }
    }

    @Test("series colours differ, and stand out from the ground")
    func palette() {
        for theme in Theme.all {
            #expect(Set(theme.palette).count == theme.palette.count)
            for color in theme.palette {
                let (a, b) = (color.luminance, theme.background.luminance)
                #expect((max(a, b) + 0.05) / (min(a, b) + 0.05) >= 1.9, "\(color.hexText)")
            }
            #expect(theme.series(theme.palette.count) == theme.series(0))
        }
    }

    @Test("a scale maps its ends to 0 and 1 and refuses what has no place")
    func fractions() throws {
        let linear = Scale(.linear, -2, 2)
        #expect(linear.fraction(-2) == 0 && linear.fraction(0) == 0.5 && linear.fraction(2) == 1)
        #expect(linear.fraction(.nan) == nil && linear.fraction(.infinity) == nil)
        let log = Scale(.logarithmic, 1, 100)
        #expect(try #require(log.fraction(10)) == 0.5)
        #expect(log.fraction(0) == nil && log.fraction(-1) == nil)
    }
}
