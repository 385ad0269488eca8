/* SPDX-License-Identifier: Apache-2.0 */
/* What other machines reached, and what is made of it; see gemm_bars.h. */
#include "core/gemm_bars.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SOURCE "zzc0721/torch-performance-test-data database.md: torch.matmul, contributed by users"

/* A board's limit that is less than this share of what comes with the model has been lowered. */
#define POWER_LEAST 0.98

#define ONE(value)                                                                                 \
    {                                                                                              \
        value, value, 1                                                                            \
    }
#define MORE(lowest, highest, count)                                                               \
    {                                                                                              \
        lowest, highest, count                                                                     \
    }
#define NONE                                                                                       \
    {                                                                                              \
        0, 0, 0                                                                                    \
    }

/* In TFLOPS, of SOURCE, by the names that drivers write. Multiprocessors, clock and power are from
 * deviceQuery and nvidia-smi outputs and vendors' pages, and 0 where none was found. Left out:
 * laptops, whose makers set the power; Tegra; overclocked boards; an RTX 3080 whose TF32 product
 * was slower than its FP32 one; BF16 and TF32 of GPUs that have no units for them; and models with
 * one report whose peak is not known, since nothing can be made of it. The reports of RTX 4090 and
 * 4090 D include boards that were rebuilt with 48 GB and answer to the same name. */
/* clang-format off */
static const struct gst_gemm_observed rows[] = {
    { "Tesla V100-SXM2-16GB", 7, 0, 80, 1530, 300,
      { ONE(14.06), NONE, NONE, ONE(94.84), NONE } },
    { "Tesla V100S-PCIE-32GB", 7, 0, 80, 1597, 250,
      { ONE(13.55), NONE, NONE, ONE(88.92), NONE } },
    { "Tesla T4", 7, 5, 40, 1590, 70,
      { MORE(4.17, 4.43, 3), NONE, NONE, MORE(41.91, 42.71, 3), NONE } },
    { "NVIDIA A100-PCIE-40GB", 8, 0, 108, 1410, 250,
      { ONE(17.56), ONE(108.32), NONE, ONE(241.49), ONE(234.14) } },
    { "NVIDIA A100-SXM4-80GB", 8, 0, 108, 1410, 400,
      { ONE(19.18), NONE, NONE, ONE(258.74), ONE(264.53) } },
    { "NVIDIA A800-SXM4-80GB", 8, 0, 108, 1410, 400,
      { ONE(19.08), NONE, NONE, ONE(266.04), ONE(266.48) } },
    { "NVIDIA RTX A4000", 8, 6, 48, 1560, 140,
      { ONE(11.90), ONE(34.32), NONE, ONE(65.44), ONE(62.78) } },
    { "NVIDIA RTX A6000", 8, 6, 84, 1800, 300,
      { ONE(23.92), NONE, NONE, ONE(120.49), ONE(123.34) } },
    { "NVIDIA GeForce RTX 3080", 8, 6, 0, 0, 0,
      { MORE(21.07, 21.45, 2), MORE(31.93, 32.03, 2), NONE, MORE(63.53, 64.10, 2), MORE(64.68, 64.71, 2) } },
    { "NVIDIA GeForce RTX 3080 Ti", 8, 6, 0, 0, 0,
      { MORE(24.37, 24.90, 2), ONE(38.15), NONE, MORE(75.56, 77.83, 2), MORE(76.47, 78.34, 2) } },
    { "NVIDIA GeForce RTX 3090", 8, 6, 82, 1695, 350,
      { MORE(24.46, 24.84, 3), NONE, NONE, MORE(75.48, 75.88, 3), MORE(76.34, 76.68, 3) } },
    { "NVIDIA L4", 8, 9, 58, 2040, 72,
      { ONE(15.38), ONE(31.88), NONE, ONE(68.83), ONE(70.89) } },
    { "NVIDIA L20", 8, 9, 92, 2520, 275,
      { ONE(37.27), ONE(58.16), NONE, ONE(113.26), ONE(114.14) } },
    { "NVIDIA L40S", 8, 9, 142, 2520, 350,
      { ONE(46.88), NONE, NONE, ONE(264.02), ONE(269.15) } },
    { "NVIDIA GeForce RTX 4070 SUPER", 8, 9, 0, 0, 0,
      { MORE(24.52, 25.07, 2), ONE(37.19), NONE, MORE(74.73, 75.88, 2), MORE(73.63, 76.10, 2) } },
    { "NVIDIA GeForce RTX 4070 Ti SUPER", 8, 9, 0, 0, 0,
      { MORE(30.25, 31.25, 2), ONE(46.21), NONE, MORE(89.93, 92.73, 2), MORE(89.36, 92.74, 2) } },
    { "NVIDIA GeForce RTX 4090", 8, 9, 128, 2520, 450,
      { MORE(46.48, 56.01, 9), ONE(85.65), NONE, MORE(158.93, 172.39, 9), MORE(160.53, 173.31, 9) } },
    { "NVIDIA GeForce RTX 4090 D", 8, 9, 114, 2520, 425,
      { MORE(49.05, 51.41, 3), NONE, NONE, MORE(149.15, 155.50, 3), MORE(145.77, 151.09, 3) } },
    { "NVIDIA H100 80GB HBM3", 9, 0, 132, 1980, 700,
      { MORE(51.88, 52.11, 2), ONE(402.15), NONE, MORE(758.14, 760.04, 2), MORE(783.66, 797.51, 2) } },
    { "NVIDIA H100 PCIe", 9, 0, 114, 1755, 350,
      { ONE(36.95), ONE(240.43), NONE, ONE(458.03), ONE(495.93) } },
    { "NVIDIA H200", 9, 0, 132, 1980, 700,
      { ONE(51.34), NONE, NONE, ONE(759.40), ONE(790.29) } },
    { "NVIDIA H20", 9, 0, 78, 1980, 400,
      { MORE(31.95, 31.99, 2), ONE(71.80), NONE, MORE(141.73, 142.09, 2), MORE(141.86, 142.25, 2) } },
    { "NVIDIA B200", 10, 0, 148, 1965, 1000,
      { ONE(66.24), NONE, NONE, ONE(1627.64), ONE(1696.03) } },
    { "NVIDIA GeForce RTX 5070", 12, 0, 48, 2512, 250,
      { ONE(24.11), ONE(33.78), NONE, ONE(67.44), ONE(67.19) } },
    { "NVIDIA GeForce RTX 5070 Ti", 12, 0, 70, 2452, 300,
      { ONE(33.08), ONE(50.45), NONE, ONE(98.70), ONE(99.06) } },
    { "NVIDIA GeForce RTX 5080", 12, 0, 84, 2617, 360,
      { ONE(33.64), ONE(50.69), NONE, ONE(102.42), ONE(102.89) } },
    { "NVIDIA GeForce RTX 5090", 12, 0, 170, 2407, 575,
      { MORE(63.99, 70.47, 4), ONE(122.19), NONE, MORE(220.90, 237.63, 4), MORE(221.65, 242.18, 4) } },
};
/* clang-format on */

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

const struct gst_gemm_observed *gst_gemm_observed_rows(size_t *count, const char **source)
{
    *count = ROW_COUNT;
    *source = SOURCE;
    return rows;
}

double gst_gemm_margin(enum gst_gemm_type type)
{
    return type == GST_GEMM_FP32 || type == GST_GEMM_FP64 ? GST_GEMM_MARGIN
                                                          : GST_GEMM_TENSOR_MARGIN;
}

/* What the margin takes off, in percent. */
static double taken_off(enum gst_gemm_type type)
{
    return 100 * (1 - gst_gemm_margin(type));
}

/* A floor of what this model reached elsewhere. */
static bool by_model(struct gst_bar *bar, enum gst_gemm_type type, const struct gst_gemm_gpu *gpu)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct gst_gemm_range *range = &rows[i].ranges[type];

        if (strcmp(rows[i].name, gpu->name) != 0 || range->count < GST_GEMM_REPORTS_LEAST)
            continue;
        bar->floor = range->lowest_tflops * 1e12 * gst_gemm_margin(type);
        snprintf(bar->floor_from, sizeof(bar->floor_from),
                 "worst of %d reports of this model, less %.0f %%", range->count, taken_off(type));
        return true;
    }
    return false;
}

/* Is the board held to less power than the reports of its model had? Drivers round what they tell
 * of a limit. */
static bool is_held_down(const struct gst_gemm_gpu *gpu, const struct gst_gemm_observed *row)
{
    return gpu->power_limit_w > 0 && gpu->power_limit_w < POWER_LEAST * row->power_w;
}

/* Has it other multiprocessors than the boards of the reports? A client of MPS may be given a part
 * of them alone. */
static bool is_part(const struct gst_gemm_gpu *gpu, const struct gst_gemm_observed *row)
{
    return gpu->sms > 0 && row->sms > 0 && gpu->sms != row->sms;
}

/* Is it another board than those that its name stands for? What such a one reaches nobody has
 * reported. */
static bool is_other_board(const struct gst_gemm_gpu *gpu)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].name, gpu->name) == 0)
            return is_held_down(gpu, &rows[i]) || is_part(gpu, &rows[i]);
    }
    return false;
}

/* The board of a row as one would describe itself that is as it came. */
static struct gst_gemm_gpu gpu_of(const struct gst_gemm_observed *row)
{
    return (struct gst_gemm_gpu){ .name = row->name,
                                  .cc_major = row->cc_major,
                                  .cc_minor = row->cc_minor,
                                  .sms = row->sms,
                                  .clock_hz = row->clock_mhz * 1e6,
                                  .power_limit_w = row->power_w };
}

static bool is_of_generation(const struct gst_gemm_gpu *other, const struct gst_gemm_gpu *gpu)
{
    return other->cc_major == gpu->cc_major && other->cc_minor == gpu->cc_minor
           && gst_gemm_board_of(other->name) == gst_gemm_board_of(gpu->name);
}

/* Power sets how much of the peak can be kept up: a board with more of it for each unit and clock
 * reaches a larger share (72 W of an L4 51 % in FP32, 400 W of an A100 98 %). */
static double power_of_unit(const struct gst_gemm_gpu *gpu)
{
    return gpu->power_limit_w / (gpu->sms * gpu->clock_hz);
}

/* A floor of the least share of the peak that boards of this generation reached which have no more
 * power for their units. Boards that are cut say nothing of each other. */
static void by_generation(struct gst_bar *bar, enum gst_gemm_type type,
                          const struct gst_gemm_gpu *gpu)
{
    const double peak = gst_gemm_attribute_peak(type, gpu);
    double least = INFINITY;
    int reports = 0;

    if (!(peak > 0) || gst_gemm_board_of(gpu->name) == GST_GEMM_CUT)
        return;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct gst_gemm_range *range = &rows[i].ranges[type];
        const struct gst_gemm_gpu other = gpu_of(&rows[i]);

        if (range->count == 0 || rows[i].sms == 0 || !is_of_generation(&other, gpu)
            || power_of_unit(&other) > power_of_unit(gpu))
            continue;
        least = fmin(least, range->lowest_tflops * 1e12 / gst_gemm_attribute_peak(type, &other));
        reports += range->count;
    }
    if (reports < GST_GEMM_REPORTS_LEAST)
        return;
    bar->floor = peak * least * gst_gemm_margin(type);
    snprintf(bar->floor_from, sizeof(bar->floor_from),
             "worst of %d reports of compute capability %d.%d, less %.0f %%", reports,
             gpu->cc_major, gpu->cc_minor, taken_off(type));
}

struct gst_bar gst_gemm_bar(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu)
{
    struct gst_bar bar = gst_bar_none();
    const double highest_hz = fmax(gpu->clock_hz, gpu->clock_max_hz);
    const double ceiling = gst_gemm_peak(type, gpu, highest_hz);

    if (gpu->clock_max_hz > 0 && ceiling > 0) {
        bar.ceiling = ceiling;
        snprintf(bar.ceiling_from, sizeof(bar.ceiling_from), "%u SMs at %.0f MHz", gpu->sms,
                 highest_hz / 1e6);
    }
    if (!is_other_board(gpu) && !by_model(&bar, type, gpu))
        by_generation(&bar, type, gpu);
    return bar;
}
