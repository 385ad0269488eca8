/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of transport classes and what is made of it; see class_bars.h. */
#include "core/class_bars.h"

#include <math.h>
#include <stdio.h>

/* Rows of `classes`. */
enum {
    PCIE_1,
    PCIE_2,
    PCIE_3,
    PCIE_4,
    PCIE_5,
    PCIE_6,
    NVLINK_1,
    NVLINK_2,
    NVLINK_3,
    NVLINK_3_1,
    NVLINK_4,
    NVLINK_5,
    HBM,
    GDDR,
    CLASS_COUNT
};

#define PCIE_SPEC    "PCI Express base specification"
#define NVLINK_PAGES "stas00/ml-engineering network/README.md, vendor pages"

/* An efficiency is the smaller of nine tenths of `worst` and `field_fail`, rounded down to a whole
 * percent: below every healthy report, and never stricter than who fails GPUs for a living. The
 * test works it out again. */
static const struct gst_bar_class classes[CLASS_COUNT] = {
    [PCIE_1] = { "PCIe 1.0", 2.5e9 / 8 * 8 / 10, 0, 0, 0, PCIE_SPEC ": 2.5 GT/s, 8b/10b", "none" },
    [PCIE_2] = { "PCIe 2.0", 5e9 / 8 * 8 / 10, 0, 0, 0, PCIE_SPEC ": 5 GT/s, 8b/10b", "none" },
    [PCIE_3] = { "PCIe 3.0", 8e9 / 8 * 128 / 130, 0.54, 9.6e9 / 15.754e9, 9e9 / 15.754e9,
                 PCIE_SPEC ": 8 GT/s, 128b/130b",
                 "V100 SXM2 in a cloud VM 9.6 GB/s to the device, bandwidthTest (router-gao/"
                 "cuda-demo); Azure/azurehpc-health-checks conf/nd40rs_v2.conf fails below 9" },
    [PCIE_4] = { "PCIe 4.0", 16e9 / 8 * 128 / 130, 0.66, 23.9e9 / 31.508e9, 21e9 / 31.508e9,
                 PCIE_SPEC ": 16 GT/s, 128b/130b",
                 "RTX 4090 23.9 GB/s to the device (NVIDIA/nvbandwidth issue 15); Azure/"
                 "azurehpc-health-checks conf/nd96asr_v4.conf fails below 21" },
    [PCIE_5] = { "PCIe 5.0", 32e9 / 8 * 128 / 130, 0.76, 53.5e9 / 63.015e9, 48e9 / 63.015e9,
                 PCIE_SPEC ": 32 GT/s, 128b/130b",
                 "53.5 GB/s to the host (NVIDIA/cuda-samples issue 357); Azure/"
                 "azurehpc-health-checks conf/nd96isr_h100_v5.conf fails below 48" },
    [PCIE_6] = { "PCIe 6.0", 64e9 / 8 * 242 / 256, 0, 0, 0,
                 PCIE_SPEC ": 64 GT/s, 242 of 256 bytes of a flit", "none" },
    [NVLINK_1] = { "NVLink 1.0", 20e9, 0.82, 73.06e9 / 80e9, 0, NVLINK_PAGES,
                   "P100 SXM2 73.06 GB/s of 80 (Dell, Deep Learning with NVIDIA, table 3)" },
    [NVLINK_2] = { "NVLink 2.0", 25e9, 0.86, 47.88e9 / 50e9, 0, NVLINK_PAGES,
                   "V100 SXM2 47.88 GB/s of 50 (Dell, Deep Learning with NVIDIA, table 3)" },
    [NVLINK_3] = { "NVLink 3.0", 25e9, 0.78, 271e9 / 300e9, 235e9 / 300e9, NVLINK_PAGES,
                   "A100 SXM4 271 GB/s (stas00/ml-engineering); Azure/azurehpc-health-checks "
                   "conf/nd96asr_v4.conf fails below 235" },
    [NVLINK_3_1] = { "NVLink 3.1", 14.0625e9, 0, 0, 0,
                     "NVIDIA Ampere GA102 GPU architecture: 14.0625 GB/s a link", "none" },
    [NVLINK_4] = { "NVLink 4.0", 25e9, 0.72, 364e9 / 450e9, 335e9 / 450e9, NVLINK_PAGES,
                   "H100 SXM5 364 GB/s (NVIDIA/nccl issue 1264); Azure/azurehpc-health-checks "
                   "conf/nd96isr_h100_v5.conf fails below 335" },
    [NVLINK_5] = { "NVLink 5.0", 50e9, 0.74, 744e9 / 900e9, 0, NVLINK_PAGES,
                   "GB200 744 GB/s (stas00/ml-engineering)" },
    [HBM] = { "HBM", 0, 0.60, 1371.04e9 / 2039.04e9, 0,
              "NVIDIA/nvbench device_info: 2 x memory clock x bus width",
              "A100-SXM4-80GB 1371 GB/s, mean of 729 nodes (microsoft/superbench-results v0.4.0 "
              "Azure-NDmv4-A100 mem-bw/d2d_bw)" },
    [GDDR] = { "GDDR", 0, 0.67, 239.6e9 / 320.06e9, 0,
               "NVIDIA/nvbench device_info: 2 x memory clock x bus width",
               "T4 in a cloud VM 239.6 GB/s, bandwidthTest (router-gao/cuda-demo)" },
};

const struct gst_bar_class *gst_bar_classes(size_t *count)
{
    *count = CLASS_COUNT;
    return classes;
}

static struct gst_bar make(const struct gst_bar_class *row, double ceiling, const char *physics)
{
    struct gst_bar bar = gst_bar_none();

    if (!isfinite(ceiling) || ceiling <= 0)
        return bar;
    bar.ceiling = ceiling;
    snprintf(bar.ceiling_from, sizeof(bar.ceiling_from), "%s", physics);
    if (row->efficiency > 0) {
        bar.floor = ceiling * row->efficiency;
        snprintf(bar.floor_from, sizeof(bar.floor_from), "%s class",
                 row->bytes_per_s > 0 ? physics : row->name);
    }
    return bar;
}

static struct gst_bar make_of_lanes(const struct gst_bar_class *row, unsigned count)
{
    char physics[GST_BAR_TEXT_SIZE - sizeof(" class")];

    snprintf(physics, sizeof(physics), "%s x%u", row->name, count);
    return make(row, row->bytes_per_s * count, physics);
}

struct gst_bar gst_bar_without_floor(struct gst_bar bar)
{
    bar.floor = NAN;
    bar.floor_from[0] = '\0';
    return bar;
}

static bool is_width(unsigned width)
{
    return width == 1 || width == 2 || width == 4 || width == 8 || width == 12 || width == 16
           || width == 32;
}

struct gst_bar gst_bar_of_pcie(unsigned generation, unsigned width)
{
    if (generation < 1 || generation > PCIE_6 - PCIE_1 + 1 || !is_width(width))
        return gst_bar_none();
    return make_of_lanes(&classes[PCIE_1 + generation - 1], width);
}

struct gst_bar gst_bar_of_memory(double peak_bytes_per_s, bool is_hbm)
{
    return make(&classes[is_hbm ? HBM : GDDR], peak_bytes_per_s, "memory clock x bus width");
}

/* Seen: 640 bits on the slice 1g.10gb of an A100 (deviceQuery), 512 on an RTX 5090. */
bool gst_bus_is_hbm(unsigned width_bits)
{
    return width_bits > 512;
}

/* More links than any GPU has are a misread value. NVIDIA's NVML API reference:
 * NVML_NVLINK_MAX_LINKS. */
#define LINKS_MAX 36

/* Generations from the data sheets of P100, V100 and Quadro RTX, A100 and A30, GA102 (architecture
 * white paper), H100 and H200, B200 and B300; Orin, Ada and GeForce Blackwell have none. */
static const struct {
    int cc_major, cc_minor;
    enum gst_nvlink_version version;
    size_t row;
} links_of[] = {
    { 6, 0, GST_NVLINK_1_0, NVLINK_1 },   { 7, 0, GST_NVLINK_2_0, NVLINK_2 },
    { 7, 5, GST_NVLINK_2_0, NVLINK_2 },   { 8, 0, GST_NVLINK_3_0, NVLINK_3 },
    { 8, 6, GST_NVLINK_3_1, NVLINK_3_1 }, { 9, 0, GST_NVLINK_4_0, NVLINK_4 },
    { 10, 0, GST_NVLINK_5_0, NVLINK_5 },  { 10, 3, GST_NVLINK_5_0, NVLINK_5 },
};

#define LINKS_OF_COUNT (sizeof(links_of) / sizeof(links_of[0]))

enum gst_nvlink_version gst_nvlink_version_of(int cc_major, int cc_minor)
{
    for (size_t i = 0; i < LINKS_OF_COUNT; i++) {
        if (links_of[i].cc_major == cc_major && links_of[i].cc_minor == cc_minor)
            return links_of[i].version;
    }
    return GST_NVLINK_NONE;
}

struct gst_bar gst_bar_of_nvlink(unsigned version, unsigned links)
{
    if (links == 0 || links > LINKS_MAX)
        return gst_bar_none();
    for (size_t i = 0; i < LINKS_OF_COUNT; i++) {
        if ((unsigned)links_of[i].version == version)
            return make_of_lanes(&classes[links_of[i].row], links);
    }
    return gst_bar_none();
}
