/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which bar a measured product is held against, whoever measured it. What holds for large products
 * of a whole GPU (gemm_bars.h) does not for all that can be measured. Pure.
 */
#ifndef GST_CORE_GEMM_JUDGED_H
#define GST_CORE_GEMM_JUDGED_H

#include "core/gemm_bars.h"

/* Rows and columns of C that a thread block makes in most kernels of cuBLAS (NVIDIA, "Matrix
 * Multiplication Background User's Guide": 256 x 128, 128 x 256 and 128 x 128 are its most
 * efficient tiles). */
#define GST_GEMM_TILE 128

/* A square that was measured. */
struct gst_gemm_measured {
    enum gst_gemm_type type;
    int side;
    bool is_pedantic; /* by the mode that promises numbers, and not speed */
    bool is_emulated; /* by other units than its own */
    bool is_part;     /* on a part of a GPU: an instance, or what MPS gives a client */
};

/* None where the bound does not hold: a part shares the GPU's power and clock, and an emulated
 * product is made by other units. No floor for the pedantic mode (cuBLAS documentation,
 * cublasMath_t), and for a product that does not fill the GPU: reports are of large ones. */
struct gst_bar gst_gemm_bar_of_measured(const struct gst_gemm_measured *measured,
                                        const struct gst_gemm_gpu *gpu);

/* Are there so many tiles of C that no multiprocessor waits long for the last? */
bool gst_gemm_fills(int side, unsigned sms);

#endif
