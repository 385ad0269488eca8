/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper gpu-selftest-audit-probe: it loads the driver's libraries with the image's own loader,
 * asks them, and says each answer in a line of its own; README.md has the grammar. It needs nothing
 * newer than glibc 2.17 and shares no code with the suite but the ABI rows of host/api.
 */
#ifndef GST_PROBE_PROBE_H
#define GST_PROBE_PROBE_H

#include <stdbool.h>
#include <stddef.h>

struct gst_probe {
    int lines; /* where the lines go: a descriptor that vendor code does not know of */
    int gpu;   /* which GPU is being asked, -1: none in particular */
};

/* Keeps standard output for the lines; what vendor code prints goes to standard error. False if
 * there is no descriptor to be had. */
bool gst_probe_start(struct gst_probe *probe);

/* One line, written at once: a crash or hang in vendor code leaves everything that was said before
 * it. Control characters become '?'. */
void gst_probe_say(const struct gst_probe *probe, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "enter NAME", before vendor code runs. */
void gst_probe_enter(const struct gst_probe *probe, const char *name);
/* "call NAME missing"; returns false. */
bool gst_probe_lacks(const struct gst_probe *probe, const char *name);
/* True for 0. Otherwise says "call NAME CODE", and which GPU it was. */
bool gst_probe_is_ok(const struct gst_probe *probe, const char *name, int code);

/* Says "library NAME ..." and returns the handle, NULL if it does not load. With `is_optional`,
 * nothing is said of one that is not there. `path` may be NULL, or gets the file behind the links.
 * Libraries stay loaded: vendor code can hang or crash where it is unloaded. */
void *gst_probe_open(const struct gst_probe *probe, const char *name, bool is_optional, char *path,
                     size_t size);
/* Puts the address of a symbol, or NULL, where `function` points. */
void gst_probe_bind(void *handle, const char *symbol, void *function);

/* For the files that call a library: a table of functions and one of their versioned symbols, both
 * made from the rows, so that a row says each name once. */
#define GST_PROBE_SYMBOL_MEMBER(result, name, version, arguments, needed) const char *name;
#define GST_PROBE_SYMBOL(result, name, version, arguments, needed)        .name = #name #version,

/* Calls table->name(arguments) after its "enter"; true if it is there and returns 0. */
#define GST_PROBE_CALL(probe, table, symbols, name, arguments)                                     \
    ((table)->name == NULL                                                                         \
         ? gst_probe_lacks(probe, (symbols)->name)                                                 \
         : (gst_probe_enter(probe, (symbols)->name),                                               \
            gst_probe_is_ok(probe, (symbols)->name, (int)(table)->name arguments)))

/* Asks the kernel what vendor code will meet. */
void gst_probe_kernel(struct gst_probe *probe);

/* Ask a library that is open, each in a file of its own. */
void gst_probe_nvml(struct gst_probe *probe, void *handle);
void gst_probe_cuda(struct gst_probe *probe, void *handle);
void gst_probe_cudart(struct gst_probe *probe, void *handle);

#endif
