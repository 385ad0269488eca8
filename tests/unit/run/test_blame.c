/* SPDX-License-Identifier: Apache-2.0 */
/* Every way for a child to end, and who is blamed for it. No process is started here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "run/blame.h"

/* As waitpid(2) reports them on Linux: the signal in the low 7 bits, the exit status above 8. */
#define KILLED_BY(number) (number)
#define EXITED(status)    ((status) << 8)

static void test_blame__table(void **state)
{
    static const struct {
        struct gst_ending ending;
        const char *call;
        enum gst_finding_id finding; /* GST_NO_FINDING: nobody */
        const char *part;
    } cases[] = {
        { { .is_finished = true, .wait_status = EXITED(0) }, "", GST_NO_FINDING, "" },
        /* How it leaves after it is done is its own business. */
        { { .is_finished = true, .wait_status = KILLED_BY(SIGSEGV) }, "", GST_NO_FINDING, "" },
        { { .wait_status = KILLED_BY(SIGSEGV) }, "", GST_SUITE_CRASHED, "killed by SIGSEGV" },
        { { .wait_status = KILLED_BY(SIGSEGV) }, "cuInit", GST_HOST_DRIVER_CRASHED, "in cuInit" },
        { { .wait_status = KILLED_BY(SIGABRT) }, "cuInit", GST_HOST_DRIVER_CRASHED, "SIGABRT" },
        { { .wait_status = KILLED_BY(63) }, "", GST_SUITE_CRASHED, "killed by signal 63" },
        { { .wait_status = EXITED(7) }, "cuInit", GST_HOST_DRIVER_CRASHED, "exit status 7" },
        { { .wait_status = EXITED(0) }, "", GST_SUITE_CRASHED, "exit status 0" },
        { { .wait_status = KILLED_BY(SIGKILL) }, "cuInit", GST_SUITE_OUT_OF_MEMORY, "SIGKILL" },
        { { .reason = GST_END_DEADLINE, .allowed_s = 90, .wait_status = KILLED_BY(SIGTERM) },
          "",
          GST_SUITE_TIMED_OUT,
          "not done after 90 s" },
        { { .reason = GST_END_DEADLINE, .allowed_s = 0.5, .wait_status = KILLED_BY(SIGKILL) },
          "cuCtxSynchronize",
          GST_HARDWARE_GPU_HANG,
          "not done after 0.5 s" },
        { { .reason = GST_END_DEADLINE, .is_stuck = true },
          "cuInit",
          GST_HOST_STUCK_IN_DRIVER,
          "does not end after SIGKILL" },
        { { .is_finished = true, .reason = GST_END_DEADLINE, .is_stuck = true },
          "",
          GST_HOST_STUCK_IN_DRIVER,
          "does not end" },
        { { .reason = GST_END_MEMORY,
            .memory_bytes = 3ULL << 30,
            .memory_limit_bytes = 1ULL << 30,
            .wait_status = KILLED_BY(SIGKILL) },
          "cuMemAlloc_v2",
          GST_SUITE_OUT_OF_MEMORY,
          "limit 1" },
        { { .reason = GST_END_INTERRUPTED,
            .signal_name = "SIGHUP",
            .wait_status = KILLED_BY(SIGTERM) },
          "cuInit",
          GST_SUITE_INTERRUPTED,
          "SIGHUP arrived" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_status st = GST_STATUS_INIT;
        struct gst_progress where = { .item = 0, .gpu = 3, .phase = "copy in" };

        snprintf(where.call, sizeof(where.call), "%s", cases[i].call);
        assert_int_equal(gst_blame(&cases[i].ending, &where, &st),
                         cases[i].finding != GST_NO_FINDING);
        assert_int_equal(st.finding, cases[i].finding);
        if (cases[i].finding == GST_NO_FINDING)
            continue;
        assert_non_null(strstr(st.cause, cases[i].part));
        assert_non_null(strstr(st.cause, "gpu 3, phase 'copy in'"));
        assert_string_equal(st.call, cases[i].call);
        assert_int_equal(st.gpu, 3);
    }
}

/* Before any GPU is in hand there is only the driver to accuse. */
static void test_blame__late_without_a_gpu_is_the_driver(void **state)
{
    const struct gst_ending ending = { .reason = GST_END_DEADLINE,
                                       .allowed_s = 120,
                                       .wait_status = KILLED_BY(SIGKILL) };
    const struct gst_progress where = { .item = -1, .gpu = -1, .phase = "open", .call = "cuInit" };
    struct gst_status st = GST_STATUS_INIT;

    (void)state;
    assert_true(gst_blame(&ending, &where, &st));
    assert_int_equal(st.finding, GST_HOST_DRIVER_HANG);
    assert_int_equal(st.gpu, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blame__table),
        cmocka_unit_test(test_blame__late_without_a_gpu_is_the_driver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
