/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of collectives; see classes.h. */
#include "collective/way/classes.h"

#define TOPO_H "NVIDIA/nccl src/graph/topo.h, "
#define AZURE  "Azure/azurehpc-health-checks@0e0a1ac conf/"
#define OCI    "oracle-quickstart/oci-hpc@b5285a6 active_healthcheck.py"

/* What a piece takes for one step, of which a ring makes 2 (n - 1), from how published results of
 * one machine grow with size (Azure AI benchmarking guide): eight A100 213.9 GB/s at 256 MiB and
 * 231.6 at 8 GiB, so 170 us for all 14 steps, the longest that was found; eight H100 423.4 and
 * 478.9, so 110 us. Four RTX 4090 need 30 us for 6 (tinygrad/open-gpu-kernel-modules pull request
 * 22). */
#define STEP_LONGEST_S 12.2e-6
#define STEP_H100_S    7.9e-6

/* Through the CPU no report is of PCIe 3.0, of whose time there are CPUs of several dies with less
 * between two slots than a slot carries (first Threadripper: forum.level1techs.com/t/185531).
 *
 * No share is above nine tenths of `worst` or above `field_fail`: never stricter than who fails
 * machines for a living. Over NVLink none is below what half of `best` would pass. The test holds
 * every row against that, and against each report on its own. */
static const struct gst_way_class classes[GST_WAY_ROW_COUNT] = {
    [GST_WAY_NVLINK_1] = { .name = "ring over NVLink 1.0",
                           .bytes_per_s = 18.0e9,
                           .source = TOPO_H "SM60_NVLINK_BW",
                           .observed = "no report" },
    [GST_WAY_NVLINK_2] = { .name = "ring over NVLink 2.0",
                           .bytes_per_s = 20.0e9,
                           .share = 0.75,
                           .field_fail = 110e9 / 120e9,
                           .ranks_least = 8,
                           .step_s = STEP_LONGEST_S,
                           .source = TOPO_H "SM70_NVLINK_BW",
                           .observed =
                               AZURE "nd40rs_v2.conf fails eight V100 below 110 GB/s of 120, in a "
                                     "cube, where rings are harder to lay than over switches" },
    [GST_WAY_NVLINK_3] = { .name = "ring over NVLink 3.0",
                           .bytes_per_s = 20.0e9,
                           .share = 0.75,
                           .worst = 200e9 / 240e9,
                           .best = 232.54e9 / 240e9,
                           .field_fail = 185e9 / 240e9,
                           .ranks_least = 8,
                           .step_s = STEP_LONGEST_S,
                           .source = TOPO_H "SM80_NVLINK_BW",
                           .observed =
                               "eight A100 from 200 GB/s of 240 at 1 GiB (NVIDIA/nccl-tests issue "
                               "149) to 232.5 at 4 GiB (issue 175); " OCI " fails them below 185" },
    [GST_WAY_NVLINK_4] = { .name = "ring over NVLink 4.0",
                           .bytes_per_s = 20.6e9,
                           .share = 0.75,
                           .worst = 330e9 / 370.8e9,
                           .best = 480e9 / 370.8e9,
                           .field_fail = 365e9 / 370.8e9,
                           .ranks_least = 8,
                           .step_s = STEP_H100_S,
                           .source = TOPO_H "SM90_NVLINK_BW",
                           .observed =
                               "eight H100 with NVLS off 330 GB/s of 370.8 (NVIDIA/nccl issue "
                               "1221) or 370, on 480 (issue 2140); " OCI
                               " fails them below 440, in an earlier version 365" },
    [GST_WAY_NVLINK_5] = { .name = "ring over NVLink 5.0",
                           .bytes_per_s = 40.1e9,
                           .share = 0.70,
                           .worst = 681.03e9 / 721.8e9,
                           .best = 845e9 / 721.8e9,
                           .field_fail = 750e9 / 721.8e9,
                           .ranks_least = 4,
                           .step_s = STEP_LONGEST_S,
                           .source = TOPO_H "SM100_NVLINK_BW",
                           .observed =
                               "four GB300 681 GB/s of 721.8 at 8 GiB (Oracle, OCI GPU Quick "
                               "Start: NVIDIA GB300); eight B300 with NVLS off 695, on 845 "
                               "(NVIDIA/nccl issue 2140); eight B200 830 (issue 1807); " OCI
                               " fails eight B300 below 750; its 440 for B200 is that for H200, "
                               "and half of what B200 reach" },
    [GST_WAY_DIRECT_1] = { .name = "ring over direct NVLink 1.0",
                           .bytes_per_s = 18.0e9,
                           .source = TOPO_H "SM60_NVLINK_BW",
                           .observed = "no report" },
    [GST_WAY_DIRECT_2] = { .name = "ring over direct NVLink 2.0",
                           .bytes_per_s = 20.0e9,
                           .worst = 21.86e9 / 40e9,
                           .source = TOPO_H "SM70_NVLINK_BW",
                           .observed =
                               "two RTX 2080 Ti 21.9 GB/s of 40 (NVIDIA/nccl issue 340): whether "
                               "all of the bridge had contact is not known" },
    [GST_WAY_DIRECT_3] = { .name = "ring over direct NVLink 3.0",
                           .bytes_per_s = 20.0e9,
                           .share = 0.75,
                           .worst = 208e9 / 240e9,
                           .best = 208e9 / 240e9,
                           .field_fail = 193e9 / 240e9,
                           .ranks_least = 2,
                           .ranks_most = 2,
                           .step_s = STEP_LONGEST_S,
                           .source = TOPO_H "SM80_NVLINK_BW",
                           .observed =
                               "two A100 208 GB/s of 240 (NVIDIA/nccl-tests issue 178); " AZURE
                               "nc48ads_a100_v4.conf fails two below 193" },
    [GST_WAY_DIRECT_3_1] = { .name = "ring over direct NVLink 3.1",
                             .bytes_per_s = 12.0e9,
                             .source = TOPO_H "SM86_NVLINK_BW",
                             .observed = "no report" },
    [GST_WAY_DIRECT_4] = { .name = "ring over direct NVLink 4.0",
                           .bytes_per_s = 20.6e9,
                           .worst = 115.37e9 / 247.2e9,
                           .field_fail = 208e9 / 247.2e9,
                           .source = TOPO_H "SM90_NVLINK_BW",
                           .observed =
                               "two H100 PCIe 115 GB/s of 247.2 at 1 GiB (NVIDIA/nccl issue 1161), "
                               "while " AZURE "nc80adis_h100_v5.conf fails two H100 NVL below 208, "
                               "half of which is less" },
    [GST_WAY_DIRECT_5] = { .name = "ring over direct NVLink 5.0",
                           .bytes_per_s = 40.1e9,
                           .source = TOPO_H "SM100_NVLINK_BW",
                           .observed = "no report" },
    [GST_WAY_PAIRS] = { .name = "ring over pairs of NVLink",
                        .share = 0.25,
                        .worst = 20e9 / 31.508e9,
                        .field_fail = 25e9 / 31.508e9,
                        .ranks_least = 3,
                        .step_s = STEP_LONGEST_S,
                        .source = "the PCIe link between pairs",
                        .observed = "three A100 PCIe, two of them bridged, 20 GB/s of 31.5 "
                                    "(NVIDIA/nccl-tests issue 178); " AZURE
                                    "nc96ads_a100_v4.conf fails four, bridged by two, below 25" },
    [GST_WAY_SWITCH] = { .name = "ring over PCIe switches",
                         .share = 0.50,
                         .worst = 25.72e9 / 31.508e9,
                         .ranks_least = 2,
                         .step_s = STEP_LONGEST_S,
                         .source = "the PCIe link",
                         .observed =
                             "four RTX 4090 behind switches with peer access 25.7 GB/s of 31.5 "
                             "(tinygrad/open-gpu-kernel-modules issue 36)" },
    [GST_WAY_HOST] = { .name = "ring over PCIe through the CPU",
                       .share = 0.25,
                       .worst = 12.63e9 / 31.508e9,
                       .ranks_least = 2,
                       .pcie_least = 4,
                       .step_s = STEP_LONGEST_S,
                       .source = "the PCIe link",
                       .observed =
                           "four RTX 4090 12.6 GB/s of 31.5 (tinygrad/open-gpu-kernel-modules pull "
                           "request 22); eight RTX 5090 28 of 63 (NVIDIA/nccl issue 1639)" },
};

const struct gst_way_class *gst_way_classes(size_t *count)
{
    *count = GST_WAY_ROW_COUNT;
    return classes;
}

const struct gst_way_class *gst_way_class(enum gst_way_row row)
{
    return &classes[row];
}
