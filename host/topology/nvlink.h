/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which NVLinks of each GPU are up and where they lead, asked of NVML in a process of its own: a
 * driver that crashes or hangs there costs this answer, not the program.
 */
#ifndef GST_TOPOLOGY_NVLINK_H
#define GST_TOPOLOGY_NVLINK_H

#include <stdbool.h>
#include <stddef.h>

#include "api/nvml_abi.h"
#include "topology/pci.h"

#define GST_NVLINK_GPUS 32

/* The far ends of the links that are up, in the order of the links; empty where NVML does not say.
 */
struct gst_nvlink_gpu {
    char address[GST_PCI_ADDRESS_SIZE];
    size_t up_count;
    char remotes[NVML_NVLINK_MAX_LINKS][GST_PCI_ADDRESS_SIZE];
};

struct gst_nvlink_answer {
    bool is_told;
    char problem[160]; /* why it is not told, one clause */
    size_t gpu_count;
    struct gst_nvlink_gpu gpus[GST_NVLINK_GPUS];
};

/* Asks for at most `deadline_s` seconds and fills `answer`. */
void gst_nvlink_ask(struct gst_nvlink_answer *answer, double deadline_s);

#endif
