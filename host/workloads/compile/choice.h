/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For which architecture a compiler is to make code: that of the GPU, if the compiler knows it, or
 * the nearest below it, which the driver then compiles further. Pure.
 */
#ifndef GST_WORKLOADS_COMPILE_CHOICE_H
#define GST_WORKLOADS_COMPILE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#define GST_CHOICE_MOST 64

/* What a compiler makes code for: 75, 80, 86. */
struct gst_architectures {
    int numbers[GST_CHOICE_MOST];
    size_t count;
};

/* From what `nvcc --list-gpu-code` prints: the numbers of its sm_ words. Variants with a letter,
 * which run on one product alone, are left out. */
void gst_architectures_read(struct gst_architectures *known, const char *text);

/* The architecture to ask for on a GPU of compute capability `cc` (90 for 9.0): its own, or the
 * highest below it that is no Tegra's, as PTX; 0 if all that are known are above it. */
int gst_architectures_choose(const struct gst_architectures *known, int cc);

/* The lowest that is known, 0 if none is. */
int gst_architectures_lowest(const struct gst_architectures *known);

#endif
