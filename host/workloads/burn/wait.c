/* SPDX-License-Identifier: Apache-2.0 */
/* Asking and resting; see wait.h. */
#include "workloads/burn/wait.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "core/clock.h"
#include "gpu/error.h"

/* Rounds take a tenth of a second: this is 300 of them. A driver that notices by itself that a GPU
 * has stopped has said so by then. */
#define PATIENCE_S 30.0
/* Of a GPU that is so slow that a single product takes long. */
#define ROUNDS 30
/* Of what the supervisor leaves: opening, the first product and the other types need it, too. */
#define SHARE_OF_SPARE 0.25
/* Between two questions no more than this counts: a process that was stopped, had no processor or
 * was held up elsewhere did not watch. */
#define WATCHED_MOST_S 0.1

/* A hundredth of a round at most, and another round is queued meanwhile. */
#define NAP_LEAST_NS 20000L
#define NAP_MOST_NS  1000000L

double gst_burn_patience_s(double round_s, double spare_s)
{
    return fmin(fmax(PATIENCE_S, ROUNDS * round_s), SHARE_OF_SPARE * spare_s);
}

void gst_burn_nap(long *nap_ns)
{
    struct timespec nap;

    *nap_ns = *nap_ns < NAP_LEAST_NS ? NAP_LEAST_NS : *nap_ns;
    nap = (struct timespec){ .tv_nsec = *nap_ns };
    nanosleep(&nap, NULL);
    *nap_ns = *nap_ns < NAP_MOST_NS / 2 ? *nap_ns * 2 : NAP_MOST_NS;
}

void gst_burn_watch_begin(struct gst_burn_watch *watch)
{
    *watch = (struct gst_burn_watch){ .asked_ns = gst_clock_ns() };
}

static void watch_on(struct gst_burn_watch *watch)
{
    const uint64_t now_ns = gst_clock_ns();

    watch->watched_s += fmin((double)(now_ns - watch->asked_ns) * 1e-9, WATCHED_MOST_S);
    watch->asked_ns = now_ns;
}

static bool is_patient(struct gst_burn_seat *seat, const struct gst_burn_watch *watch,
                       const char *what, struct gst_status *st)
{
    const double spare_s = seat->run->timeout_s - 60 * seat->run->minutes;
    char before[64] = "";

    if (watch->watched_s <= gst_burn_patience_s(seat->round_s, spare_s))
        return true;
    seat->lane.gpu->is_hung = true;
    seat->run->report->gpu_hangs[seat->lane.gpu->index] = true;
    if (seat->finished > 0)
        snprintf(before, sizeof(before), "; the %llu rounds before took about %.3g s each",
                 (unsigned long long)seat->finished, seat->round_s);
    gst_fail(st, GST_HARDWARE_GPU_HANG, "'%s' has not ended after %.3g s%s", what, watch->watched_s,
             before);
    st->gpu = seat->lane.gpu->index;
    return false;
}

static enum gst_burn_answer answer(struct gst_burn_seat *seat, CUresult result, const char *call,
                                   const struct gst_burn_watch *watch, const char *what,
                                   struct gst_status *st)
{
    if (result != CUDA_ERROR_NOT_READY)
        return gst_cuda_result(seat->lane.env, result, call, GST_WHERE, st) ? GST_BURN_HAS_ENDED
                                                                            : GST_BURN_HAS_FAILED;
    gst_cuda_result(seat->lane.env, CUDA_SUCCESS, call, GST_WHERE, st);
    return is_patient(seat, watch, what, st) ? GST_BURN_NOT_YET : GST_BURN_HAS_FAILED;
}

enum gst_burn_answer gst_burn_ask(struct gst_burn_seat *seat, struct gst_status *st)
{
    const CUevent end = seat->slots[seat->finished % GST_BURN_SLOTS].end;
    const struct gst_cuda *cuda = &seat->lane.env->libs.cuda;

    if (cuda->cuEventQuery == NULL) {
        gst_call_absent("cuEventQuery", GST_WHERE, st);
        return GST_BURN_HAS_FAILED;
    }
    if (!gst_burn_seat_use(seat, st))
        return GST_BURN_HAS_FAILED;
    watch_on(&seat->watch);
    gst_call_enter(seat->lane.env, "cuEventQuery");
    return answer(seat, cuda->cuEventQuery(end), "cuEventQuery", &seat->watch,
                  "a round of products", st);
}

bool gst_burn_wait(struct gst_burn_seat *seat, struct gst_status *st)
{
    const struct gst_cuda *cuda = &seat->lane.env->libs.cuda;
    struct gst_burn_watch watch;
    long nap_ns = 0;

    if (cuda->cuStreamQuery == NULL)
        return gst_call_absent("cuStreamQuery", GST_WHERE, st);
    gst_burn_watch_begin(&watch);
    while (gst_burn_seat_use(seat, st)) {
        enum gst_burn_answer told;

        watch_on(&watch);
        gst_call_enter(seat->lane.env, "cuStreamQuery");
        told = answer(seat, cuda->cuStreamQuery(seat->lane.stream), "cuStreamQuery", &watch,
                      seat->lane.env->progress->phase, st);
        if (told != GST_BURN_NOT_YET)
            return told == GST_BURN_HAS_ENDED;
        gst_burn_nap(&nap_ns);
    }
    return false;
}
