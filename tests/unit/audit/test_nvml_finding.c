/* SPDX-License-Identifier: Apache-2.0 */
/* A finding for each answer of nvmlInit; numbers as NVML's reference manual has them
 * (nvmlReturn_t). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/nvml_finding.h"

static void test_nvml_finding__each_code_has_its_finding(void **state)
{
    static const struct {
        int code;
        const char *id;
        const char *words;
    } rows[] = {
        { 4, "user.node-permissions", "insufficient permissions" },
        { 8, "host.nvml-failed", "power cables not attached" },
        { 9, "host.module-not-loaded", "driver not loaded" },
        { 10, "host.nvml-failed", "timeout" },
        { 11, "host.nvml-failed", "interrupt request issue" },
        { 12, "runtime.nvml-missing", "library not found" },
        { 15, "hardware.gpu-lost", "GPU is lost" },
        { 16, "host.gpu-needs-reset", "GPU requires reset" },
        { 17, "runtime.device-cgroup-denies", "control device blocked by the operating system" },
        { 18, "host.driver-mismatch", "driver/library version mismatch" },
        { 20, "host.nvml-failed", "insufficient memory" },
        { 27, "host.nvml-failed", "system not ready" },
        { 28, "runtime.device-nodes-missing", "no GPU found" },
        { 999, "host.nvml-failed", "unknown error" },
        { 12345, "host.nvml-failed", "other error" },
        { -1, "host.nvml-failed", "other error" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(gst_finding(gst_nvml_finding(rows[i].code))->id, rows[i].id);
        assert_string_equal(gst_nvml_words(rows[i].code), rows[i].words);
    }
}

static void test_nvml_finding__success_is_none(void **state)
{
    (void)state;
    assert_int_equal(gst_nvml_finding(0), GST_NO_FINDING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nvml_finding__each_code_has_its_finding),
        cmocka_unit_test(test_nvml_finding__success_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
