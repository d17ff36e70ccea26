#ifndef C_DRAWING_H
#define C_DRAWING_H

// Cairo and Pango, opened when the first figure is drawn instead of when the program starts:
// linking them would load some fifty shared objects into every session.
//
// Every function of the table becomes `draw_<name>`, with the meaning and types of the library's
// own `<name>`. `draw_open` must have succeeded before any of them is called.

// Opaque types of the libraries.
typedef struct draw_cairo_t draw_cairo_t;
typedef struct draw_surface_t draw_surface_t;
typedef struct draw_pattern_t draw_pattern_t;
typedef struct draw_options_t draw_options_t;
typedef struct draw_layout_t draw_layout_t;
typedef struct draw_font_t draw_font_t;
typedef struct draw_context_t draw_context_t;

typedef struct {
    double xx, yx, xy, yy, x0, y0;
} draw_matrix_t;

/// Receives bytes of a file; gives 0 for success.
typedef int (*draw_write_t)(void *closure, const unsigned char *data, unsigned int length);

// Numbers of the libraries' enumerations that are used.
enum {
    DRAW_STATUS_SUCCESS = 0,
    DRAW_FORMAT_ARGB32 = 0,
    DRAW_LINE_CAP_ROUND = 1,
    DRAW_LINE_CAP_BUTT = 0,
    DRAW_LINE_JOIN_ROUND = 1,
    DRAW_LINE_JOIN_MITER = 0,
    DRAW_FILTER_GOOD = 1,
    DRAW_FILTER_NEAREST = 3,
    DRAW_FILTER_BILINEAR = 4,
    DRAW_EXTEND_PAD = 3,
    DRAW_HINT_STYLE_NONE = 1,
    DRAW_HINT_METRICS_OFF = 1,
    DRAW_ANTIALIAS_GRAY = 2,
    DRAW_PDF_TITLE = 0,
    DRAW_PDF_SUBJECT = 2,
    DRAW_PDF_CREATOR = 4,
    DRAW_PDF_CREATE_DATE = 5,
    DRAW_SVG_UNIT_PX = 3,
    DRAW_PANGO_SCALE = 1024,
    DRAW_WEIGHT_NORMAL = 400,
    DRAW_WEIGHT_BOLD = 700,
};

// library, result, name, parameters, arguments
#define DRAW_FUNCTIONS(F)                                                                         \
    F(cairo, draw_surface_t *, cairo_image_surface_create, (int format, int width, int height),   \
      (format, width, height))                                                                    \
    F(cairo, draw_surface_t *, cairo_image_surface_create_for_data,                               \
      (unsigned char *data, int format, int width, int height, int stride),                       \
      (data, format, width, height, stride))                                                      \
    F(cairo, unsigned char *, cairo_image_surface_get_data, (draw_surface_t * surface), (surface))\
    F(cairo, int, cairo_image_surface_get_stride, (draw_surface_t * surface), (surface))          \
    F(cairo, draw_surface_t *, cairo_svg_surface_create_for_stream,                               \
      (draw_write_t write, void *closure, double width, double height),                           \
      (write, closure, width, height))                                                            \
    F(cairo, void, cairo_svg_surface_set_document_unit, (draw_surface_t * surface, int unit),     \
      (surface, unit))                                                                            \
    F(cairo, draw_surface_t *, cairo_pdf_surface_create_for_stream,                               \
      (draw_write_t write, void *closure, double width, double height),                           \
      (write, closure, width, height))                                                            \
    F(cairo, void, cairo_pdf_surface_set_metadata,                                                \
      (draw_surface_t * surface, int key, const char *value), (surface, key, value))              \
    F(cairo, int, cairo_surface_write_to_png_stream,                                              \
      (draw_surface_t * surface, draw_write_t write, void *closure), (surface, write, closure))   \
    F(cairo, int, cairo_surface_status, (draw_surface_t * surface), (surface))                    \
    F(cairo, void, cairo_surface_flush, (draw_surface_t * surface), (surface))                    \
    F(cairo, void, cairo_surface_mark_dirty, (draw_surface_t * surface), (surface))               \
    F(cairo, void, cairo_surface_finish, (draw_surface_t * surface), (surface))                   \
    F(cairo, void, cairo_surface_destroy, (draw_surface_t * surface), (surface))                  \
    F(cairo, draw_cairo_t *, cairo_create, (draw_surface_t * surface), (surface))                 \
    F(cairo, void, cairo_destroy, (draw_cairo_t * cr), (cr))                                      \
    F(cairo, int, cairo_status, (draw_cairo_t * cr), (cr))                                        \
    F(cairo, const char *, cairo_status_to_string, (int status), (status))                        \
    F(cairo, void, cairo_save, (draw_cairo_t * cr), (cr))                                         \
    F(cairo, void, cairo_restore, (draw_cairo_t * cr), (cr))                                      \
    F(cairo, void, cairo_scale, (draw_cairo_t * cr, double x, double y), (cr, x, y))              \
    F(cairo, void, cairo_translate, (draw_cairo_t * cr, double x, double y), (cr, x, y))          \
    F(cairo, void, cairo_rotate, (draw_cairo_t * cr, double angle), (cr, angle))                  \
    F(cairo, void, cairo_set_source_rgba,                                                         \
      (draw_cairo_t * cr, double r, double g, double b, double a), (cr, r, g, b, a))              \
    F(cairo, void, cairo_set_source_surface,                                                      \
      (draw_cairo_t * cr, draw_surface_t * surface, double x, double y), (cr, surface, x, y))     \
    F(cairo, draw_pattern_t *, cairo_get_source, (draw_cairo_t * cr), (cr))                       \
    F(cairo, void, cairo_pattern_set_filter, (draw_pattern_t * pattern, int filter),              \
      (pattern, filter))                                                                          \
    F(cairo, void, cairo_pattern_set_extend, (draw_pattern_t * pattern, int extend),              \
      (pattern, extend))                                                                          \
    F(cairo, void, cairo_set_line_width, (draw_cairo_t * cr, double width), (cr, width))          \
    F(cairo, void, cairo_set_line_cap, (draw_cairo_t * cr, int cap), (cr, cap))                   \
    F(cairo, void, cairo_set_line_join, (draw_cairo_t * cr, int join), (cr, join))                \
    F(cairo, void, cairo_set_dash,                                                                \
      (draw_cairo_t * cr, const double *dashes, int count, double offset),                        \
      (cr, dashes, count, offset))                                                                \
    F(cairo, void, cairo_new_path, (draw_cairo_t * cr), (cr))                                     \
    F(cairo, void, cairo_new_sub_path, (draw_cairo_t * cr), (cr))                                 \
    F(cairo, void, cairo_move_to, (draw_cairo_t * cr, double x, double y), (cr, x, y))            \
    F(cairo, void, cairo_line_to, (draw_cairo_t * cr, double x, double y), (cr, x, y))            \
    F(cairo, void, cairo_close_path, (draw_cairo_t * cr), (cr))                                   \
    F(cairo, void, cairo_rectangle,                                                               \
      (draw_cairo_t * cr, double x, double y, double width, double height),                       \
      (cr, x, y, width, height))                                                                  \
    F(cairo, void, cairo_arc,                                                                     \
      (draw_cairo_t * cr, double x, double y, double radius, double start, double end),           \
      (cr, x, y, radius, start, end))                                                             \
    F(cairo, void, cairo_fill, (draw_cairo_t * cr), (cr))                                         \
    F(cairo, void, cairo_fill_preserve, (draw_cairo_t * cr), (cr))                                \
    F(cairo, void, cairo_stroke, (draw_cairo_t * cr), (cr))                                       \
    F(cairo, void, cairo_clip, (draw_cairo_t * cr), (cr))                                         \
    F(cairo, draw_options_t *, cairo_font_options_create, (void), ())                             \
    F(cairo, void, cairo_font_options_set_hint_style, (draw_options_t * options, int style),      \
      (options, style))                                                                           \
    F(cairo, void, cairo_font_options_set_hint_metrics, (draw_options_t * options, int metrics),  \
      (options, metrics))                                                                         \
    F(cairo, void, cairo_font_options_set_antialias, (draw_options_t * options, int antialias),   \
      (options, antialias))                                                                       \
    F(cairo, void, cairo_font_options_destroy, (draw_options_t * options), (options))             \
    F(pangocairo, draw_layout_t *, pango_cairo_create_layout, (draw_cairo_t * cr), (cr))          \
    F(pangocairo, void, pango_cairo_context_set_font_options,                                     \
      (draw_context_t * context, const draw_options_t *options), (context, options))              \
    F(pangocairo, void, pango_cairo_update_layout, (draw_cairo_t * cr, draw_layout_t * layout),   \
      (cr, layout))                                                                               \
    F(pangocairo, void, pango_cairo_show_layout_line, (draw_cairo_t * cr, void *line),            \
      (cr, line))                                                                                 \
    F(pango, draw_context_t *, pango_layout_get_context, (draw_layout_t * layout), (layout))      \
    F(pango, void, pango_layout_context_changed, (draw_layout_t * layout), (layout))              \
    F(pango, void, pango_layout_set_text,                                                         \
      (draw_layout_t * layout, const char *text, int length), (layout, text, length))             \
    F(pango, void, pango_layout_set_font_description,                                             \
      (draw_layout_t * layout, const draw_font_t *font), (layout, font))                          \
    F(pango, void, pango_layout_set_single_paragraph_mode,                                        \
      (draw_layout_t * layout, int isSingle), (layout, isSingle))                                 \
    F(pango, void, pango_layout_get_size, (draw_layout_t * layout, int *width, int *height),      \
      (layout, width, height))                                                                    \
    F(pango, void *, pango_layout_get_line_readonly, (draw_layout_t * layout, int line),          \
      (layout, line))                                                                             \
    F(pango, draw_font_t *, pango_font_description_new, (void), ())                               \
    F(pango, void, pango_font_description_set_family, (draw_font_t * font, const char *family),   \
      (font, family))                                                                             \
    F(pango, void, pango_font_description_set_absolute_size, (draw_font_t * font, double size),   \
      (font, size))                                                                               \
    F(pango, void, pango_font_description_set_weight, (draw_font_t * font, int weight),           \
      (font, weight))                                                                             \
    F(pango, void, pango_font_description_free, (draw_font_t * font), (font))                     \
    F(gobject, void, g_object_unref, (void *object), (object))

#define DRAW_DECLARE(library, result, name, parameters, arguments) result draw_##name parameters;
DRAW_FUNCTIONS(DRAW_DECLARE)
#undef DRAW_DECLARE

/// Opens the libraries, once. Gives null for success, else a sentence that names what is missing;
/// the text lives as long as the program. May be called from any thread.
const char *draw_open(void);

#endif
