/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state that a GPU was in while something was measured, as NVML sees it: clocks and what holds
 * them down, heat, power, memory errors, and who else was there. A number is only a number with it,
 * and a slow one has its reason here if it has one.
 *
 *     gst_condition_begin(&condition, env, gpu);   with a context on the GPU, before the work
 *     gst_condition_sample(&condition, env, gpu);  while work is queued, as often as convenient
 *     gst_condition_end(&condition, env, gpu);     before numbers are reported
 *     gst_run_metric(...);
 *     gst_run_explain_metric(run, gst_condition_explain(&condition), why);
 *     gst_condition_report(&condition, env, gpu, "memory-bandwidth");
 *
 * A GPU that is idle lets its clocks fall, so that readings which are not under load say nothing.
 */
#ifndef GST_GPU_CONDITION_H
#define GST_GPU_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/finding.h"
#include "gpu/ecc.h"
#include "gpu/env.h"
#include "gpu/others.h"

/* One reading, and what is kept of several. 0 stands for "not told", also for clocks. */
struct gst_condition_reading {
    unsigned sm_mhz, memory_mhz;
    bool has_reasons;
    unsigned long long reasons; /* clocks event reasons */
    int pstate;                 /* performance state, 0 is fastest; -1: not known */
    unsigned celsius;
    unsigned milliwatts;
};

struct gst_condition {
    unsigned readings; /* under load */
    struct gst_condition_reading load;
    unsigned long long always; /* the reasons that every reading had */
    unsigned sm_max_mhz, memory_max_mhz;
    unsigned limit_milliwatts, default_limit_milliwatts;
    struct gst_others others; /* the most of before and after */
    bool has_ecc;
    struct gst_ecc ecc_before, ecc;
};

/* What is not told stays 0: no NVML, MIG instances, virtual machines. */
void gst_condition_begin(struct gst_condition *condition, struct gst_env *env,
                         const struct gst_gpu *gpu);
void gst_condition_sample(struct gst_condition *condition, struct gst_env *env,
                          const struct gst_gpu *gpu);
/* The reading alone; false where nothing is told. */
bool gst_condition_read(struct gst_env *env, const struct gst_gpu *gpu,
                        struct gst_condition_reading *reading);
void gst_condition_end(struct gst_condition *condition, struct gst_env *env,
                       const struct gst_gpu *gpu);

/* Keeps of a reading under load the highest clocks, heat and power, the fastest state, and every
 * reason. Pure. */
void gst_condition_add(struct gst_condition *condition,
                       const struct gst_condition_reading *reading);

/* The GPU slowed itself down against heat or failing power, for certain: GST_CLOCKS_THROTTLED_FOR_
 * CERTAIN in any reading, or the plain hardware slowdown in all of two or more. Pure. */
bool gst_condition_is_throttled(const struct gst_condition *condition);

/* Why what was measured is slow, if it is: hardware.throttled, user.gpu-busy, host.clocks-limited,
 * or hardware.slow where nothing was seen. A power cap explains nothing where the limit is the
 * board's default. Pure. */
enum gst_finding_id gst_condition_explain(const struct gst_condition *condition);

/* The power that the board is made for, in watts: its default limit, or the one that is enforced
 * where that is not told; 0 where neither is. Pure. */
double gst_condition_board_power_w(const struct gst_condition *condition);

/* "SM clock 900 of 1980 MHz, memory clock 2619 of 2619 MHz, held down by hardware slowdown, 33 C,
 * 70 of 700 W; other processes: none". Returns `text`. Pure. */
const char *gst_condition_describe(const struct gst_condition *condition, char *text, size_t size);

/* Writes the readings as facts of `source`, the workload. Records what is wrong whatever the
 * numbers are, hardware.throttled and hardware.ecc-uncorrectable, and notes user.gpu-shared where
 * others computed, or may have, and no number was found low for it: once for each workload and
 * GPU, the note once for a GPU. */
void gst_condition_report(const struct gst_condition *condition, struct gst_env *env,
                          const struct gst_gpu *gpu, const char *source);

#endif
