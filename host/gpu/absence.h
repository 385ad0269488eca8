/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why there is no GPU to work with. Several witnesses know a part of it: the loader, the driver,
 * NVML, the file system and the environment; from what they say follows one cause. Pure, so that
 * each combination has its row in a test.
 */
#ifndef GST_GPU_ABSENCE_H
#define GST_GPU_ABSENCE_H

#include <stdbool.h>

#include "core/status.h"
#include "gpu/trace.h"

struct gst_absence {
    const struct gst_trace *trace;
    const char *asked_for;       /* NVIDIA_VISIBLE_DEVICES, NULL if not set */
    const char *visible;         /* CUDA_VISIBLE_DEVICES, NULL if not set */
    const char *libcuda_path;    /* the file that was opened, "" if none */
    const char *libcuda_problem; /* why it is not open, "" if it is open or not there at all */
    bool is_libcuda_open;
    int nvml_code;                 /* of nvmlInit; NVML_SUCCESS where there is no NVML */
    int nvml_gpus;                 /* that NVML lists */
    int nvml_lost;                 /* of which it calls lost */
    const struct gst_status *init; /* what the driver said, if libcuda is open */
};

/* Fills `st` with the one cause; always returns false. */
bool gst_absence_explain(const struct gst_absence *absence, struct gst_status *st);

#endif
