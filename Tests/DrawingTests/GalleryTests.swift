import Drawing
import Figures
import Foundation
import Testing
@Suite("gallery") struct GalleryTests {
    @Test("draws") func draws() throws {
        for theme in Theme.all { for mark in Mark.all {
            let f = try mark.sampleFigure().themed(theme)
            let b = try CairoRenderer().render(f, format: .png, dpi: 120, metadata: [])
            try Data(b).write(to: URL(fileURLWithPath: "/tmp/figs/\(mark.name)-\(theme.name).png"))
        } }
    }
}
