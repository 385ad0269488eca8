/* SPDX-License-Identifier: Apache-2.0 */
/* How programs spell NVML's results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "audit/nvml_message.h"

static struct gst_message_book book;

static void test_nvml_message__table(void **state)
{
    static const struct {
        const char *text;
        const char *id;
    } cases[] = {
        { "NVML_ERROR_DRIVER_NOT_LOADED", "host.module-not-loaded" },
        { "pynvml.NVMLError_DriverNotLoaded: Driver Not Loaded", "host.module-not-loaded" },
        { "NVMLError_LibRmVersionMismatch", "host.driver-mismatch" },
        { "NVML error: 18", "host.driver-mismatch" },
        { "nvmlInit returned 9", "host.module-not-loaded" },
        { "nvmlReturn_t(15)", "hardware.gpu-lost" },
        { "NVML error code 4", "user.node-permissions" },
        { "NVML_ERROR_LIBRARY_NOT_FOUND", "runtime.nvml-missing" },
        { "NVML_ERROR_RESET_REQUIRED", "host.gpu-needs-reset" },
        /* An answer that healthy machines give, too. */
        { "NVML_ERROR_NOT_SUPPORTED", "" },
        { "NVML_ERROR_INVALID_ARGUMENT", "" },
        { "NVML error: 3", "" },
        { "NVML error: 0", "" },
        { "NVML error: 180", "" },
        { "NVML_ERROR_DRIVER_NOT_LOADED2", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_message_hits hits;
        FILE *in = fmemopen((char *)cases[i].text, strlen(cases[i].text), "r");
        const char *id;

        assert_true(gst_message_search(book.rows, book.count, in, &hits));
        fclose(in);
        id = hits.count == 0 ? "" : gst_finding(hits.items[0].row->finding)->id;
        if (strcmp(id, cases[i].id) != 0)
            fail_msg("'%s' is '%s', not '%s'", cases[i].text, id, cases[i].id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_nvml_message__table) };

    gst_nvml_messages(&book);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
