import CDrawing
import Figures

/// Lines of text by Pango, without hinting: they are as wide at every magnification.
final class PangoText {
    private let context: OpaquePointer
    private let layout: OpaquePointer
    private let font: OpaquePointer
    /// What the layout holds now, so that drawing after measuring does no work twice.
    private var current: (text: String, size: Double, weight: FontWeight)?

    /// DejaVu first, because layouts assume its heights; then fonts with East Asian characters.
    private static let families =
        "DejaVu Sans,WenQuanYi Micro Hei,Noto Sans CJK SC,WenQuanYi Zen Hei,sans-serif"

    /// Text on a Cairo context, which must outlive it; nil if Pango cannot.
    init?(_ context: OpaquePointer) {
        guard let layout = draw_pango_cairo_create_layout(context),
            let font = draw_pango_font_description_new(),
            let options = draw_cairo_font_options_create()
        else { return nil }
        self.context = context
        self.layout = layout
        self.font = font
        draw_cairo_font_options_set_hint_style(options, Int32(DRAW_HINT_STYLE_NONE))
        draw_cairo_font_options_set_hint_metrics(options, Int32(DRAW_HINT_METRICS_OFF))
        draw_cairo_font_options_set_antialias(options, Int32(DRAW_ANTIALIAS_GRAY))
        draw_pango_cairo_context_set_font_options(draw_pango_layout_get_context(layout), options)
        draw_pango_layout_context_changed(layout)
        draw_cairo_font_options_destroy(options)
        draw_pango_font_description_set_family(font, PangoText.families)
        draw_pango_layout_set_single_paragraph_mode(layout, 1)
    }

    /// Gives everything back; to be called once, before the context goes.
    func close() {
        draw_pango_font_description_free(font)
        draw_g_object_unref(UnsafeMutableRawPointer(layout))
    }

    /// The width of a line in CSS pixels.
    func width(of text: String, size: Double, weight: FontWeight) -> Double {
        set(text, size: size, weight: weight)
        var (width, height): (Int32, Int32) = (0, 0)
        draw_pango_layout_get_size(layout, &width, &height)
        return Double(width) / Double(DRAW_PANGO_SCALE)
    }

    /// Draws a line, its baseline starting at the current point of the context.
    func show(_ text: String, size: Double, weight: FontWeight) {
        set(text, size: size, weight: weight)
        draw_pango_cairo_update_layout(context, layout)
        guard let line = draw_pango_layout_get_line_readonly(layout, 0) else { return }
        draw_pango_cairo_show_layout_line(context, line)
    }

    private func set(_ text: String, size: Double, weight: FontWeight) {
        if let current, current == (text, size, weight) { return }
        current = (text, size, weight)
        draw_pango_font_description_set_absolute_size(
            font, min(max(size, 0.1), 2000) * Double(DRAW_PANGO_SCALE))
        draw_pango_font_description_set_weight(
            font, Int32(weight == .bold ? DRAW_WEIGHT_BOLD : DRAW_WEIGHT_NORMAL))
        draw_pango_layout_set_font_description(layout, font)
        let shown = PrintableText.cleaned(String(text.prefix(4000)))
        draw_pango_layout_set_text(layout, shown, Int32(shown.utf8.count))
    }
}
