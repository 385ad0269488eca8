/* SPDX-License-Identifier: Apache-2.0 */
/* What NCCL's answers and version numbers mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collective/comm.h"

/* nccl.h of 2.9: numbers are major * 10000 + minor * 100 + patch from then on, and before major *
 * 1000. */
static void test_comm__version_numbers_of_both_kinds(void **state)
{
    static const struct {
        int version;
        const char *text;
    } rows[] = { { 22809, "2.28.9" }, { 21400, "2.14.0" }, { 20906, "2.9.6" }, { 2804, "2.8.4" } };
    char text[24];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(gst_nccl_version_text(rows[i].version, text, sizeof(text)),
                            rows[i].text);
}

/* A machine's fault is not the suite's, and ours is not the machine's. */
static void test_comm__results_name_who_has_to_act(void **state)
{
    static const struct {
        ncclResult_t result;
        const char *id;
    } rows[] = {
        { ncclUnhandledCudaError, "host.nccl-cuda-error" },
        { ncclSystemError, "runtime.nccl-system-error" },
        { ncclInternalError, "image.nccl-failed" },
        { ncclInvalidArgument, "suite.nccl-refused" },
        { ncclInvalidUsage, "suite.nccl-refused" },
        { ncclRemoteError, "host.rank-lost" },
        { 99, "image.nccl-failed" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(gst_finding(gst_nccl_finding(rows[i].result))->id, rows[i].id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comm__version_numbers_of_both_kinds),
        cmocka_unit_test(test_comm__results_name_who_has_to_act),
    };

    return cmocka_run_group_tests_name("comm", tests, NULL, NULL);
}
