#include "CDrawing.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// One pointer for each function of the table.
#define DRAW_POINTER(library, result, name, parameters, arguments)                                \
    static result(*pointer_##name) parameters;
DRAW_FUNCTIONS(DRAW_POINTER)

#define DRAW_DEFINE(library, result, name, parameters, arguments)                                 \
    result draw_##name parameters { return pointer_##name arguments; }
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpedantic"
#endif
DRAW_FUNCTIONS(DRAW_DEFINE)
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#if defined(__APPLE__)
#define LIBRARY(name, version) "lib" name "." version ".dylib"
#else
#define LIBRARY(name, version) "lib" name ".so." version
#endif

static char message[512];
static int failed;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *load(const char *file, const char *package) {
    if (failed) return NULL;
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        failed = 1;
        snprintf(message, sizeof message,
                 "cannot draw figures: %s is missing; on Debian and Ubuntu it comes with the "
                 "package %s (apt install %s)",
                 file, package, package);
    }
    return handle;
}

static void *find(void *handle, const char *name) {
    if (failed) return NULL;
    void *function = dlsym(handle, name);
    if (function == NULL) {
        failed = 1;
        snprintf(message, sizeof message, "cannot draw figures: the installed library lacks %s",
                 name);
    }
    return function;
}

static void open_all(void) {
    void *cairo = load(LIBRARY("cairo", "2"), "libcairo2");
    void *pango = load(LIBRARY("pango-1.0", "0"), "libpango-1.0-0");
    void *pangocairo = load(LIBRARY("pangocairo-1.0", "0"), "libpangocairo-1.0-0");
    void *gobject = load(LIBRARY("gobject-2.0", "0"), "libglib2.0-0");
    // Through a pointer to the pointer: ISO C has no cast from an object to a function pointer.
#define DRAW_FIND(library, result, name, parameters, arguments)                                   \
    *(void **)&pointer_##name = find(library, #name);
    DRAW_FUNCTIONS(DRAW_FIND)
}

const char *draw_open(void) {
    pthread_once(&once, open_all);
    return failed ? message : NULL;
}
