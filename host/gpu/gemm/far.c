/* SPDX-License-Identifier: Apache-2.0 */
/* Values held against a bound; see far.h. */
#include "gpu/gemm/far.h"

#include <math.h>
#include <stdio.h>

void gst_gemm_far_note(struct gst_gemm_far *far, int row, int column_first, int column_last,
                       double expected, double observed, double bound)
{
    const double share = fabs(observed - expected) / bound;

    if (share <= 1) {
        far->worst = share > far->worst ? share : far->worst;
        return;
    }
    if (far->wrong++ == 0) {
        far->row = row;
        far->column_first = column_first;
        far->column_last = column_last;
        far->expected = expected;
        far->observed = observed;
        far->bound = bound;
    }
    far->not_finite += isfinite(observed) ? 0 : 1;
}

const char *gst_gemm_far_describe(const struct gst_gemm_far *far, char *text, size_t size)
{
    char columns[64];

    if (far->column_first == far->column_last)
        snprintf(columns, sizeof(columns), "column %d", far->column_first);
    else
        snprintf(columns, sizeof(columns), "the sum over columns %d to %d with random signs",
                 far->column_first, far->column_last);
    snprintf(text, size,
             "%zu too far off, the first in row %d, %s: %.9g, expected %.9g within %.2g",
             far->wrong, far->row, columns, far->observed, far->expected, far->bound);
    return text;
}
