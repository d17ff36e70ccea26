#include <png.h>
/* Composite macros do not import into Swift. */
static const png_uint_32 dl_PNG_FORMAT_GRAY = PNG_FORMAT_GRAY;
static const png_uint_32 dl_PNG_FORMAT_RGB = PNG_FORMAT_RGB;
static const png_uint_32 dl_PNG_FORMAT_RGBA = PNG_FORMAT_RGBA;
static const png_uint_32 dl_PNG_FORMAT_LINEAR_Y = PNG_FORMAT_LINEAR_Y;
static const png_uint_32 dl_PNG_FORMAT_LINEAR_RGB = PNG_FORMAT_LINEAR_RGB;
static const png_uint_32 dl_PNG_FORMAT_FLAG_COLOR = PNG_FORMAT_FLAG_COLOR;
static const png_uint_32 dl_PNG_FORMAT_FLAG_ALPHA = PNG_FORMAT_FLAG_ALPHA;
