/* SPDX-License-Identifier: Apache-2.0 */
/* How large and how often; see plan.h. */
#include "workloads/sgemm/plan.h"

#include <math.h>
#include <stdio.h>

#include "core/units.h"

/* Power and clocks settle within some hundred milliseconds of full load: an H100 of 700 W makes
 * FP16 at 768 TFLOPS in its first 20 ms and at 688 from then on, PyTorch on the same board at 775
 * and 688. Rates of a few products that somebody timed are of the former kind. The fastest GPU so
 * far makes an 8192 x 8192 product of FP16 in 0.65 ms (B200, 1.7 PFLOPS): as many as that takes are
 * queued. What takes less is too small for what is judged, and the host would be the one to wait
 * for. */
#define WARM_UP_S      0.3
#define WARM_UPS_LEAST 3
#define WARM_UPS_MOST  512
#define SMALL_S        0.0005
#define WARM_UPS_SMALL 128

/* Events come in steps of half a microsecond (CUDA driver API, cuEventElapsedTime). */
#define SAMPLE_S     0.01
#define REPEATS_MOST 16

/* In a product of 1024 an A100 and an L4 do little more than the 11 TFLOPS of FP32 that decide
 * between 8192 and 4096 in a tenth of a second; in one of 2048, nearly what they do in the one that
 * is measured. */
#define SIDE_TRIED 2048

/* Clocks leave their idle state within some ten milliseconds; a trial has to tell a rate from half
 * of it, not to be exact. An interval of several products hides what the host takes to queue one.
 */
#define TRIAL_WARM_UP_S     0.05
#define TRIAL_WARM_UPS_MOST 256
#define TRIAL_S             0.01
#define TRIAL_PRODUCTS_MOST 8

/* Three squares of a side of 8192: 1.1 TFLOP, some millisecond of the fastest GPUs. */
#define DEFAULT_BYTES ((uint64_t)3 * 8192 * 8192 * sizeof(double))

/* Of what the host has left: its supervisor ends a child that takes three quarters of it, so that
 * whoever asks for more than half would be told of nothing else. Of what a GPU has left: somebody
 * else may want some, and the library loads code later. */
#define HOST_SHARE       4
#define HOST_SHARE_ASKED 2
#define GPU_SHARE        2

static uint64_t at_most(uint64_t bytes, uint64_t left, uint64_t share)
{
    return left == 0 || left / share >= bytes ? bytes : left / share;
}

uint64_t gst_sgemm_bytes(uint64_t asked, uint64_t host_left, uint64_t gpu_left)
{
    const uint64_t bytes = asked != 0 ? at_most(asked, host_left, HOST_SHARE_ASKED)
                                      : at_most(DEFAULT_BYTES, host_left, HOST_SHARE);

    return at_most(bytes, gpu_left, GPU_SHARE);
}

static const char *tell_bytes(char *text, size_t size, uint64_t bytes)
{
    return bytes == 0 ? "unknown" : gst_format(text, size, (double)bytes, GST_UNIT_BYTES);
}

const char *gst_sgemm_tell_left(char *text, size_t size, uint64_t host_left, uint64_t gpu_left)
{
    char host[32], gpu[32];

    snprintf(text, size, "left to the host: %s; free on the fullest GPU: %s",
             tell_bytes(host, sizeof(host), host_left), tell_bytes(gpu, sizeof(gpu), gpu_left));
    return text;
}

/* No number is the least: no conversion of it is defined. */
static int clamp(double value, int least, int most)
{
    if (!(value > least))
        return least;
    return value < most ? (int)value : most;
}

int gst_sgemm_warm_ups(double seconds)
{
    return clamp(ceil(WARM_UP_S / seconds), WARM_UPS_LEAST,
                 seconds < SMALL_S ? WARM_UPS_SMALL : WARM_UPS_MOST);
}

int gst_sgemm_repeats(double seconds)
{
    return clamp(ceil(SAMPLE_S / seconds), 1, REPEATS_MOST);
}

int gst_sgemm_side_tried(int side)
{
    return side > SIDE_TRIED ? SIDE_TRIED : GST_SGEMM_SIDE_LEAST;
}

int gst_sgemm_trial_warm_ups(double seconds)
{
    return clamp(ceil(TRIAL_WARM_UP_S / seconds), 1, TRIAL_WARM_UPS_MOST);
}

int gst_sgemm_trial_products(double seconds)
{
    return clamp(ceil(TRIAL_S / seconds), 1, TRIAL_PRODUCTS_MOST);
}

double gst_sgemm_trial_enough_s(int tried, int side, double most_s)
{
    const double larger = (double)side / tried;

    return most_s / (larger * larger * larger);
}

double gst_sgemm_trial_s(const double *intervals, int count, int products)
{
    double best = intervals[0];

    for (int i = 1; i < count; i++)
        best = fmin(best, intervals[i]);
    return best / products;
}
