/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One GPU as this process sees it: its handles, and the few attributes that workloads compute with.
 * Everything else that can be known about it is a fact of the report (facts.h).
 */
#ifndef GST_GPU_DEVICE_H
#define GST_GPU_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/cuda_abi.h"
#include "api/nvml_abi.h"
#include "core/status.h"

#define GST_UUID_SIZE 48

struct gst_env;

struct gst_gpu {
    int index;   /* what reports call "gpu N": the CUDA ordinal when the run began */
    int ordinal; /* the CUDA ordinal in this process: another once a GPU has gone */
    CUdevice device;
    CUcontext context;          /* primary context once retained, else NULL */
    nvmlDevice_t nvml;          /* the GPU, or its MIG instance; NULL: NVML does not list it */
    nvmlDevice_t nvml_physical; /* the GPU itself */
    bool is_hung; /* its work does not end: a call about it may not come back, so none is made */
    bool is_mig;
    bool is_integrated;
    char name[96];
    char uuid[GST_UUID_SIZE]; /* "GPU-..." or "MIG-..." */
    char pci_id[16];          /* "0000:1b:00.0", as sysfs writes it */
    int cc_major;
    int cc_minor;
    int sm_count;
    int clock_khz;
    int memory_clock_khz;
    int memory_bus_bits;
    int l2_bytes;
    uint64_t memory_total_bytes;
};

/* Reads one device; NVML handles are matched by UUID. */
bool gst_gpu_read(struct gst_env *env, int ordinal, struct gst_gpu *gpu, struct gst_status *st);

/* Retains the primary context, the one that the runtime uses too, and makes it current. A failure
 * is this GPU's in `st`. One that hangs is refused, and left alone. */
bool gst_gpu_use(struct gst_env *env, struct gst_gpu *gpu, struct gst_status *st);

/* Gives the primary context back; does nothing if there is none, or if the GPU hangs. */
void gst_gpu_leave(struct gst_env *env, struct gst_gpu *gpu);

/* True if `word` means this GPU: its index, its PCI id, or the beginning of its UUID. Pure. */
bool gst_gpu_matches(const struct gst_gpu *gpu, const char *word, size_t length);

/* Bytes per second that memory clock and bus width allow: two transfers per clock, the rule that
 * holds for every HBM and GDDR board checked (nvbench's device info; deviceQuery outputs). NaN
 * where the attributes are known to mislead (integrated memory, zero width). Pure. */
double gst_gpu_memory_peak_bytes_per_s(const struct gst_gpu *gpu);

/* Data of so many times the L2 and more crosses to the memory each time it is used. */
#define GST_GPU_L2_MULTIPLE 4

/* True if `bytes` are several times the L2, so that a rate is the memory's and not the cache's.
 * Pure. */
bool gst_gpu_outgrows_cache(const struct gst_gpu *gpu, double bytes);

/* CUDA writes "0000:1B:00.0"; sysfs and lspci use lower case, and so do we. Pure. */
void gst_pci_id_lower(char *pci_id);

/* "GPU-00112233-4455-..." from 16 bytes, as NVML writes it. Pure. */
void gst_uuid_format(char text[GST_UUID_SIZE], const char *prefix, const unsigned char bytes[16]);

#endif
