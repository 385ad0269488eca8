/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the memory's error correction has counted so far, to be read before a load and after it. An
 * instance of a GPU answers with the counters of its GPU.
 */
#ifndef GST_GPU_ECC_H
#define GST_GPU_ECC_H

#include <stdbool.h>

#include "gpu/env.h"

/* Since the driver was loaded, and since the board was made. */
enum gst_ecc_span { GST_ECC_VOLATILE, GST_ECC_AGGREGATE, GST_ECC_SPANS };

struct gst_ecc {
    unsigned long long corrected[GST_ECC_SPANS];
    unsigned long long uncorrected[GST_ECC_SPANS];
    bool has_rows; /* the board remaps rows: Ampere and later, with HBM */
    unsigned int rows_corrected, rows_uncorrected;
    unsigned int rows_pending, rows_failed; /* wait for a reset; could not be remapped */
    bool has_pages;                         /* the board retires pages: before Ampere */
    bool is_page_pending;
};

/* False where nothing is counted: no NVML, no ECC, or ECC switched off. */
bool gst_ecc_read(struct gst_env *env, const struct gst_gpu *gpu, struct gst_ecc *ecc);

/* By how much the larger of both spans has grown; a counter that was reset meanwhile has not. Pure.
 */
unsigned long long gst_ecc_rise(const unsigned long long before[GST_ECC_SPANS],
                                const unsigned long long after[GST_ECC_SPANS]);

/* Facts on rows that were remapped and pages that are to be retired, where the board does so. */
void gst_ecc_note_repairs(struct gst_report *report, int gpu, const char *source,
                          const struct gst_ecc *ecc);

#endif
