/* SPDX-License-Identifier: Apache-2.0 */
/* Asking NVML for the state of a GPU, and naming what slows it; see condition.h. */
#include "gpu/condition.h"

#include <stdio.h>
#include <string.h>

#include "gpu/clock_reasons.h"
#include "gpu/error.h"

/* Clocks below these shares of the highest are low, and explain a slow number. GeForce boards name
 * a highest SM clock that they never run at (RTX 4090: 2520 of 3105 MHz), and lower the clock of
 * their memory by up to 5 % for computing (P2); nothing healthy was seen below. */
#define SM_CLOCK_SHARE     0.75
#define MEMORY_CLOCK_SHARE 0.9

static unsigned ask_clock(struct gst_env *env, const struct gst_gpu *gpu, nvmlClockType_t type)
{
    unsigned mhz = 0;

    return GST_NVML(env, nvmlDeviceGetClockInfo, (gpu->nvml_physical, type, &mhz)) == NVML_SUCCESS
               ? mhz
               : 0;
}

static unsigned ask_highest_clock(struct gst_env *env, const struct gst_gpu *gpu,
                                  nvmlClockType_t type)
{
    unsigned mhz = 0;

    return GST_NVML(env, nvmlDeviceGetMaxClockInfo, (gpu->nvml_physical, type, &mhz))
                   == NVML_SUCCESS
               ? mhz
               : 0;
}

/* An instance shares all this with the others of its GPU, whose load nobody here sees. */
static bool is_told(const struct gst_env *env, const struct gst_gpu *gpu)
{
    return env->has_nvml && gpu->nvml_physical != NULL && !gpu->is_mig;
}

void gst_condition_begin(struct gst_condition *condition, struct gst_env *env,
                         const struct gst_gpu *gpu)
{
    unsigned milliwatts = 0;

    *condition = (struct gst_condition){ .load = { .pstate = -1 } };
    gst_others_read(env, gpu, &condition->others);
    if (!is_told(env, gpu))
        return;
    condition->sm_max_mhz = ask_highest_clock(env, gpu, NVML_CLOCK_SM);
    condition->memory_max_mhz = ask_highest_clock(env, gpu, NVML_CLOCK_MEM);
    if (GST_NVML(env, nvmlDeviceGetEnforcedPowerLimit, (gpu->nvml_physical, &milliwatts))
        == NVML_SUCCESS)
        condition->limit_milliwatts = milliwatts;
    if (GST_NVML(env, nvmlDeviceGetPowerManagementDefaultLimit, (gpu->nvml_physical, &milliwatts))
        == NVML_SUCCESS)
        condition->default_limit_milliwatts = milliwatts;
    condition->has_ecc = gst_ecc_read(env, gpu, &condition->ecc_before);
    condition->ecc = condition->ecc_before;
}

/* What holds the clocks comes first: it is what changes soonest when the load ends. */
bool gst_condition_read(struct gst_env *env, const struct gst_gpu *gpu,
                        struct gst_condition_reading *reading)
{
    struct gst_condition_reading now = { .pstate = -1 };
    nvmlPstates_t state = NVML_PSTATE_UNKNOWN;
    unsigned value = 0;

    if (!is_told(env, gpu))
        return false;
    now.has_reasons = gst_clock_reasons_read(env, gpu, &now.reasons);
    now.sm_mhz = ask_clock(env, gpu, NVML_CLOCK_SM);
    now.memory_mhz = ask_clock(env, gpu, NVML_CLOCK_MEM);
    if (GST_NVML(env, nvmlDeviceGetPerformanceState, (gpu->nvml_physical, &state)) == NVML_SUCCESS
        && state != NVML_PSTATE_UNKNOWN)
        now.pstate = state;
    if (GST_NVML(env, nvmlDeviceGetPowerUsage, (gpu->nvml_physical, &value)) == NVML_SUCCESS)
        now.milliwatts = value;
    if (GST_NVML(env, nvmlDeviceGetTemperature, (gpu->nvml_physical, NVML_TEMPERATURE_GPU, &value))
        == NVML_SUCCESS)
        now.celsius = value;
    *reading = now;
    return true;
}

void gst_condition_sample(struct gst_condition *condition, struct gst_env *env,
                          const struct gst_gpu *gpu)
{
    struct gst_condition_reading now;

    if (gst_condition_read(env, gpu, &now))
        gst_condition_add(condition, &now);
}

void gst_condition_end(struct gst_condition *condition, struct gst_env *env,
                       const struct gst_gpu *gpu)
{
    struct gst_others others;

    gst_others_read(env, gpu, &others);
    if (others.count > 0 || !condition->others.is_told)
        condition->others = others;
    if (condition->has_ecc && !gst_ecc_read(env, gpu, &condition->ecc))
        condition->has_ecc = false;
}

static unsigned greater(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

void gst_condition_add(struct gst_condition *condition, const struct gst_condition_reading *reading)
{
    struct gst_condition_reading *load = &condition->load;

    condition->always =
        condition->readings == 0 ? reading->reasons : condition->always & reading->reasons;
    condition->readings++;
    load->sm_mhz = greater(load->sm_mhz, reading->sm_mhz);
    load->memory_mhz = greater(load->memory_mhz, reading->memory_mhz);
    load->celsius = greater(load->celsius, reading->celsius);
    load->milliwatts = greater(load->milliwatts, reading->milliwatts);
    load->has_reasons = load->has_reasons || reading->has_reasons;
    load->reasons |= reading->reasons;
    if (reading->pstate >= 0 && (load->pstate < 0 || reading->pstate < load->pstate))
        load->pstate = reading->pstate;
}

bool gst_condition_is_throttled(const struct gst_condition *condition)
{
    return (condition->load.reasons & GST_CLOCKS_THROTTLED_FOR_CERTAIN) != 0
           || (condition->readings >= 2
               && (condition->always & nvmlClocksThrottleReasonHwSlowdown) != 0);
}

static bool is_low(unsigned now, unsigned highest, double share)
{
    return now != 0 && highest != 0 && now < share * highest;
}

/* Boards under full load sit at the power limit that they are made for: that is no setting. Where
 * NVML does not tell what they are made for, it may be one. */
static unsigned long long settings_of(const struct gst_condition *condition)
{
    const bool is_lowered = condition->default_limit_milliwatts == 0
                            || condition->limit_milliwatts < condition->default_limit_milliwatts;
    const unsigned long long settings = condition->load.reasons & GST_CLOCKS_LIMITED;

    return is_lowered ? settings
                      : settings & ~(unsigned long long)nvmlClocksThrottleReasonSwPowerCap;
}

double gst_condition_board_power_w(const struct gst_condition *condition)
{
    const unsigned milliwatts = condition->default_limit_milliwatts != 0
                                    ? condition->default_limit_milliwatts
                                    : condition->limit_milliwatts;

    return milliwatts * 1e-3;
}

enum gst_finding_id gst_condition_explain(const struct gst_condition *condition)
{
    const struct gst_condition_reading *load = &condition->load;

    if ((load->reasons & GST_CLOCKS_THROTTLED) != 0)
        return GST_HARDWARE_THROTTLED;
    if (gst_others_disturb(&condition->others))
        return GST_USER_GPU_BUSY;
    if (settings_of(condition) != 0 || is_low(load->sm_mhz, condition->sm_max_mhz, SM_CLOCK_SHARE)
        || is_low(load->memory_mhz, condition->memory_max_mhz, MEMORY_CLOCK_SHARE))
        return GST_HOST_CLOCKS_LIMITED;
    return GST_HARDWARE_SLOW;
}

static size_t append(char *text, size_t size, size_t used, const char *more)
{
    return used + (size_t)snprintf(text + used, used < size ? size - used : 0, "%s", more);
}

const char *gst_condition_describe(const struct gst_condition *condition, char *text, size_t size)
{
    const struct gst_condition_reading *load = &condition->load;
    char part[192], reasons[128], others[64];
    size_t used = 0;

    text[0] = '\0';
    if (condition->readings == 0)
        used = append(text, size, used, "clocks not read");
    if (load->sm_mhz != 0) {
        snprintf(part, sizeof(part), "SM clock %u of %u MHz, memory clock %u of %u MHz",
                 load->sm_mhz, condition->sm_max_mhz, load->memory_mhz, condition->memory_max_mhz);
        used = append(text, size, used, part);
    }
    if (load->has_reasons && load->reasons != 0) {
        snprintf(part, sizeof(part), ", held down by %s",
                 gst_clock_reasons_describe(load->reasons, reasons, sizeof(reasons)));
        used = append(text, size, used, part);
    }
    if (load->celsius != 0) {
        snprintf(part, sizeof(part), ", %u C, %u of %u W", load->celsius, load->milliwatts / 1000,
                 condition->limit_milliwatts / 1000);
        used = append(text, size, used, part);
    }
    if (condition->others.count > 0) {
        snprintf(part, sizeof(part), "; other processes: %s",
                 gst_others_describe(&condition->others, others, sizeof(others)));
        append(text, size, used, part);
    }
    return text;
}
