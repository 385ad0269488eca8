/* SPDX-License-Identifier: Apache-2.0 */
/* Attribution of a child's end; see blame.h. */
#include "run/blame.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "core/units.h"

static const struct {
    int number;
    const char *name;
} signal_names[] = {
    { SIGABRT, "SIGABRT" }, { SIGALRM, "SIGALRM" }, { SIGBUS, "SIGBUS" },   { SIGFPE, "SIGFPE" },
    { SIGHUP, "SIGHUP" },   { SIGILL, "SIGILL" },   { SIGINT, "SIGINT" },   { SIGKILL, "SIGKILL" },
    { SIGPIPE, "SIGPIPE" }, { SIGQUIT, "SIGQUIT" }, { SIGSEGV, "SIGSEGV" }, { SIGSYS, "SIGSYS" },
    { SIGTERM, "SIGTERM" }, { SIGTRAP, "SIGTRAP" }, { SIGUSR1, "SIGUSR1" }, { SIGUSR2, "SIGUSR2" },
    { SIGXCPU, "SIGXCPU" }, { SIGXFSZ, "SIGXFSZ" },
};

const char *gst_signal_name(int number, char *text, size_t size)
{
    for (size_t i = 0; i < sizeof(signal_names) / sizeof(signal_names[0]); i++) {
        if (signal_names[i].number == number) {
            snprintf(text, size, "%s", signal_names[i].name);
            return text;
        }
    }
    snprintf(text, size, "signal %d", number);
    return text;
}

/* "in cuMemAlloc_v2, gpu 3, phase 'copy in'": as much as is known. */
static void describe_place(const struct gst_progress *where, char *text, size_t size)
{
    char gpu[24] = "";

    if (where->gpu != GST_NO_GPU)
        snprintf(gpu, sizeof(gpu), ", gpu %d", where->gpu);
    snprintf(text, size, "in %s%s, phase '%s'",
             where->call[0] != '\0' ? where->call : "the suite's own code", gpu, where->phase);
}

static void describe_end(const struct gst_ending *ending, char *text, size_t size)
{
    char name[GST_NAME_SIZE];

    if (WIFSIGNALED(ending->wait_status))
        snprintf(text, size, "killed by %s",
                 gst_signal_name(WTERMSIG(ending->wait_status), name, sizeof(name)));
    else
        snprintf(text, size, "the process ended itself with exit status %d",
                 WEXITSTATUS(ending->wait_status));
}

/* A compiler in this process, with no part in the driver. */
static bool is_in_nvrtc(const struct gst_progress *where)
{
    return strncmp(where->call, "nvrtc", strlen("nvrtc")) == 0;
}

/* Late inside a library call: a GPU that was being worked with, or the driver itself. */
static enum gst_finding_id late_in(const struct gst_progress *where)
{
    if (where->call[0] == '\0')
        return GST_SUITE_TIMED_OUT;
    if (is_in_nvrtc(where))
        return GST_IMAGE_NVRTC_CRASHES;
    return where->gpu == GST_NO_GPU ? GST_HOST_DRIVER_HANG : GST_HARDWARE_GPU_HANG;
}

static enum gst_finding_id cause_of(const struct gst_ending *ending,
                                    const struct gst_progress *where, char *seen, size_t size)
{
    char used[32], limit[32];

    if (ending->reason == GST_END_INTERRUPTED) {
        snprintf(seen, size, "%s arrived", ending->signal_name);
        return GST_SUITE_INTERRUPTED;
    }
    if (ending->is_stuck) {
        snprintf(seen, size, "the process does not end after SIGKILL");
        return GST_HOST_STUCK_IN_DRIVER;
    }
    if (ending->reason == GST_END_MEMORY) {
        snprintf(
            seen, size, "the process took %s of host memory, limit %s,",
            gst_format(used, sizeof(used), (double)ending->memory_bytes, GST_UNIT_BYTES),
            gst_format(limit, sizeof(limit), (double)ending->memory_limit_bytes, GST_UNIT_BYTES));
        return GST_SUITE_OUT_OF_MEMORY;
    }
    if (ending->reason == GST_END_DEADLINE) {
        snprintf(seen, size, "not done after %g s", ending->allowed_s);
        return late_in(where);
    }
    describe_end(ending, seen, size);
    if (WIFSIGNALED(ending->wait_status) && WTERMSIG(ending->wait_status) == SIGKILL)
        return GST_SUITE_OUT_OF_MEMORY;
    if (is_in_nvrtc(where))
        return GST_IMAGE_NVRTC_CRASHES;
    return where->call[0] != '\0' ? GST_HOST_DRIVER_CRASHED : GST_SUITE_CRASHED;
}

bool gst_blame(const struct gst_ending *ending, const struct gst_progress *where,
               struct gst_status *st)
{
    char seen[160], place[160];
    enum gst_finding_id finding;

    if (ending->is_finished && !ending->is_stuck && ending->reason != GST_END_INTERRUPTED)
        return false;
    finding = cause_of(ending, where, seen, sizeof(seen));
    describe_place(where, place, sizeof(place));
    if (where->call[0] != '\0')
        gst_status_fail_call(st, finding, GST_WHERE, where->call, 0, "%s %s", seen, place);
    else
        gst_fail(st, finding, "%s %s", seen, place);
    st->gpu = where->gpu;
    return true;
}
