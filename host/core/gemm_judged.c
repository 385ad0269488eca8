/* SPDX-License-Identifier: Apache-2.0 */
/* The bar of one measurement; see gemm_judged.h. */
#include "core/gemm_judged.h"

#include "core/class_bars.h"

/* With four full rounds of tiles at most a fifth of the time is lost to a last round that is not
 * full. */
#define ROUNDS_LEAST 4

bool gst_gemm_fills(int side, unsigned sms)
{
    const double tiles = (double)side / GST_GEMM_TILE * ((double)side / GST_GEMM_TILE);

    return tiles >= (double)ROUNDS_LEAST * sms;
}

struct gst_bar gst_gemm_bar_of_measured(const struct gst_gemm_measured *measured,
                                        const struct gst_gemm_gpu *gpu)
{
    const struct gst_bar bar = gst_gemm_bar(measured->type, gpu);

    if (measured->is_part || measured->is_emulated)
        return gst_bar_none();
    return measured->is_pedantic || !gst_gemm_fills(measured->side, gpu->sms)
               ? gst_bar_without_floor(bar)
               : bar;
}
