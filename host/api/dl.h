/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a vendor library by its SONAME and filling a table of functions from rows. A library that
 * is absent is an answer, not an error: the caller knows what its absence means.
 */
#ifndef GST_API_DL_H
#define GST_API_DL_H

#include <stdbool.h>
#include <stddef.h>

/* Exported by each library of tests/sim and by nothing else. */
#define GST_DOUBLE_MARKER "gpu_selftest_double"

/* One row: where the address of a symbol goes, and whether the library is of use without it. */
struct gst_symbol {
    const char *name;
    size_t offset;
    bool is_needed;
};

struct gst_library {
    void *handle;      /* NULL: not open */
    bool is_double;    /* one of tests/sim: it carries their marker */
    bool is_found;     /* some file of that name was there, even if it could not be used */
    char soname[32];   /* the name that was opened, or the last one tried */
    char path[256];    /* the file that the loader took, links resolved */
    char problem[256]; /* why it is not open: the loader's words, or the missing symbol */
};

/* Opens the first of `sonames` (NULL-terminated) that loads and has every needed symbol, and fills
 * `table`; symbols that are not there stay NULL. False with `problem` set; nothing stays open. */
bool gst_library_open(struct gst_library *library, const char *const *sonames,
                      const struct gst_symbol *symbols, size_t count, void *table);

/* Unloads; the table's functions must not be called any more. */
void gst_library_close(struct gst_library *library);

#endif
