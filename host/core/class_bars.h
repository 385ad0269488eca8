/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bars of a transport class: the ceiling is physics from what the hardware says of itself, the
 * floor is what every healthy member of the class reached, less a tenth. Nothing here knows a
 * product, so a GPU that came out yesterday is judged, too.
 *
 * Floors are of copies by a copy engine between pinned host memory or GPU memory, of
 * GST_BARS_FROM_BYTES and more, one direction at a time. A kernel's copy, both directions at once
 * and pageable memory have the same ceiling and reach less of it: take gst_bar_without_floor() of
 * the bar for those.
 */
#ifndef GST_CORE_CLASS_BARS_H
#define GST_CORE_CLASS_BARS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/judge.h"

/* Below, the cost of starting a copy tells. */
#define GST_BARS_FROM_BYTES ((size_t)16 << 20)

/* The values are not those of nvmlDeviceGetNvLinkVersion(), and nothing else is to be made of them:
 * drivers number versions in two ways, so that 5 was 3.0 of an A100 (open-mpi/hwloc issue 658) and
 * 3.1 of an RTX 3090 (Syllo/nvtop pull request 469). 3.1 runs at 9/16 of the rate of 3.0. */
enum gst_nvlink_version {
    GST_NVLINK_NONE = 0,
    GST_NVLINK_1_0 = 10,
    GST_NVLINK_2_0 = 20,
    GST_NVLINK_3_0 = 30,
    GST_NVLINK_3_1 = 31,
    GST_NVLINK_4_0 = 40,
    GST_NVLINK_5_0 = 50,
};

/* What links a GPU of that compute capability has, if any: the chip decides, not the board. */
enum gst_nvlink_version gst_nvlink_version_of(int cc_major, int cc_minor);

/* Bytes per second in one direction of a link of that generation (1 to 6) and width (1, 2, 4, 8,
 * 12, 16 or 32 lanes). To find a link that trained down, pass what GPU and slot can do, not what
 * they do. A generation without a sourced report has a ceiling only; anything else has no bar. */
struct gst_bar gst_bar_of_pcie(unsigned generation, unsigned width);

/* Bytes read plus bytes written per second, of `peak_bytes_per_s` = 2 x memory clock x bus width
 * (gst_gpu_memory_peak_bytes_per_s). No bar for NaN, infinity, zero and less. */
struct gst_bar gst_bar_of_memory(double peak_bytes_per_s, bool is_hbm);

/* HBM has at least 512 data lines on the smallest MIG slice, GDDR at most 512 on a whole GPU. */
bool gst_bus_is_hbm(unsigned width_bits);

/* Bytes per second in one direction over `links` links of an enum gst_nvlink_version. To find links
 * that are down, pass as many as there should be. No bar for another version or for no link. */
struct gst_bar gst_bar_of_nvlink(unsigned version, unsigned links);

/* `bar` with its ceiling alone. */
struct gst_bar gst_bar_without_floor(struct gst_bar bar);

/* One row of the table behind these bars, for its lint and for documentation. */
struct gst_bar_class {
    const char *name;     /* "PCIe 5.0" */
    double bytes_per_s;   /* of one lane or link and direction, payload after line encoding; 0 for
                             memory, whose peak is read from the device */
    double efficiency;    /* the floor as a share of the ceiling; 0: no report, no floor */
    double worst;         /* the worst healthy report found, share of its ceiling; 0: none */
    double field_fail;    /* where a large operator fails such a GPU, share; 0: none known */
    const char *source;   /* of rate and encoding */
    const char *observed; /* what `worst` and `field_fail` are */
};

/* The rows; *count is how many. */
const struct gst_bar_class *gst_bar_classes(size_t *count);

#endif
