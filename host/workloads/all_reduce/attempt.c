/* SPDX-License-Identifier: Apache-2.0 */
/* From one or two attempts to a diagnosis; see attempt.h. */
#include "workloads/all_reduce/attempt.h"

#include <stdio.h>
#include <string.h>

bool gst_collective_attempt_is_right(const struct gst_collective_attempt *attempt)
{
    return attempt->st.finding == GST_NO_FINDING && attempt->fault.finding == GST_NO_FINDING;
}

/* What came out wrong tells more than that there was no time for the rest. */
static bool is_about_elements(const struct gst_collective_attempt *attempt)
{
    return attempt->st.finding == GST_NO_FINDING
           || (attempt->st.finding == GST_SUITE_TIMED_OUT
               && attempt->fault.finding != GST_NO_FINDING);
}

/* `alone` is the finding where the other process model shows that it is not the GPUs. */
static void tell_fault(struct gst_run *run, const struct gst_collective_attempt *attempt,
                       enum gst_finding_id alone)
{
    struct gst_status st = attempt->st;
    char cause[GST_CAUSE_SIZE];

    if (is_about_elements(attempt)) {
        st.finding = attempt->fault.finding;
        st.gpu = attempt->fault.gpu;
        st.where = GST_WHERE;
        memcpy(st.cause, attempt->fault.text, sizeof(st.cause));
    }
    /* What the image lacks, it lacks in both. */
    if (gst_finding_layer(st.finding) != GST_LAYER_IMAGE) {
        snprintf(cause, sizeof(cause), "%s: %.300s", attempt->model, st.cause);
        memcpy(st.cause, cause, sizeof(cause));
    }
    if (alone != GST_NO_FINDING) {
        st.finding = alone;
        st.gpu = GST_NO_GPU;
    }
    gst_report_status(run->report, &st);
}

/* Cases that are done are right, and have their numbers, even if there was no time for more; ranks
 * elsewhere have then told nothing of theirs. */
static bool has_numbers(const struct gst_collective_attempt *attempt)
{
    const struct gst_board *board = attempt->crew.board;

    return gst_collective_attempt_is_right(attempt)
           || (attempt->st.finding == GST_SUITE_TIMED_OUT
               && attempt->fault.finding == GST_NO_FINDING && board->seat_count == board->world);
}

static enum gst_finding_id finding_of(const struct gst_collective_attempt *attempt)
{
    return is_about_elements(attempt) ? attempt->fault.finding : attempt->st.finding;
}

/* Whether it can be what lies between processes: memory that one shares with another. What a single
 * process runs into by itself is none of that. */
static bool is_between_ranks(enum gst_finding_id finding)
{
    return finding == GST_HARDWARE_COLLECTIVE_CORRUPTED || finding == GST_HARDWARE_COLLECTIVE_NAN
           || finding == GST_HARDWARE_CONTRIBUTION_MISSING
           || finding == GST_HARDWARE_COLLECTIVE_HANG || finding == GST_HOST_NCCL_CUDA_ERROR;
}

bool gst_collective_attempts_report(struct gst_run *run,
                                    const struct gst_collective_attempt *per_gpu,
                                    const struct gst_collective_attempt *one,
                                    struct gst_collective_way *way, struct gst_status *st)
{
    const bool is_across = per_gpu->is_run && one->is_run && gst_collective_attempt_is_right(one)
                           && is_between_ranks(finding_of(per_gpu));
    const struct gst_collective_attempt *const both[] = { per_gpu, one };

    for (int i = 0; i < 2; i++) {
        const struct gst_collective_attempt *attempt = both[i];

        if (!attempt->is_run)
            continue;
        gst_collective_trace_tell(&attempt->trace, way, attempt->crew.board, attempt->model);
        if (has_numbers(attempt)
            && !gst_collective_report(run, attempt->crew.board, attempt->model, way, st))
            return false;
        if (gst_collective_attempt_is_right(attempt))
            continue;
        /* Told once where both say the same. */
        if (i == 0 || !per_gpu->is_run || finding_of(per_gpu) != finding_of(attempt))
            tell_fault(run, attempt,
                       is_across ? GST_RUNTIME_COLLECTIVE_ACROSS_PROCESSES : GST_NO_FINDING);
    }
    return true;
}
