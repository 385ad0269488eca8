/* SPDX-License-Identifier: Apache-2.0 */
/* What a workload needs against what is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "run/needs.h"

static void test_needs__table(void **state)
{
    static const struct {
        struct gst_needs needs;
        struct gst_offer offer;
        const char *reason; /* NULL: met */
        enum gst_finding_id blocked_by;
    } cases[] = {
        { { 0, false, false, false }, { 0, false, false, false }, NULL, GST_NO_FINDING },
        { { 1, true, true, true }, { 1, true, true, true }, NULL, GST_NO_FINDING },
        { { 2, false, false, false }, { 8, false, false, false }, NULL, GST_NO_FINDING },
        { { 2, false, false, false },
          { 1, true, true, true },
          "needs 2 GPUs, 1 is selected",
          GST_NO_FINDING },
        { { 1, false, false, false },
          { 0, true, true, true },
          "needs 1 GPU, 0 are selected",
          GST_NO_FINDING },
        { { 1, true, false, false },
          { 1, false, true, true },
          "needs kernels, and this build carries none",
          GST_IMAGE_NO_KERNELS },
        { { 1, true, true, false },
          { 1, true, false, true },
          "needs the CUDA runtime (libcudart), which cannot be used here",
          GST_NO_FINDING },
        { { 1, false, false, true },
          { 1, true, true, false },
          "needs NVML (libnvidia-ml), which cannot be used here",
          GST_NO_FINDING },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char reason[160] = "";
        enum gst_finding_id blocked_by = GST_HOST_NO_GPU;
        bool met =
            gst_needs_met(&cases[i].needs, &cases[i].offer, reason, sizeof(reason), &blocked_by);

        assert_int_equal(met, cases[i].reason == NULL);
        assert_string_equal(reason, met ? "" : cases[i].reason);
        assert_int_equal(blocked_by, cases[i].blocked_by);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_needs__table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
