/* SPDX-License-Identifier: Apache-2.0 */
/* CUDA_VISIBLE_DEVICES as a table: what is set, which candidates are left, in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/visible.h"

static const struct sim_candidate four[] = {
    { "GPU-aaaa0000", false, false },
    { "GPU-aaaa1111", false, false },
    { "GPU-bbbb2222", false, false },
    { "GPU-cccc3333", false, false },
};

static const struct sim_candidate mig[] = {
    { "GPU-aaaa0000", false, true }, { "MIG-1111aaaa", true, false },
    { "MIG-2222bbbb", true, false }, { "GPU-bbbb1111", false, false },
    { "GPU-cccc2222", false, true }, /* MIG mode without an instance */
};

static const struct {
    const char *text;
    const struct sim_candidate *candidates;
    unsigned count;
    const char *chosen; /* the indices as digits */
} rows[] = {
    { NULL, four, 4, "0123" },
    { "", four, 4, "" },
    { "2", four, 4, "2" },
    { "3,1", four, 4, "31" },
    { "3,2,1,0", four, 4, "3210" },
    { "0,1,2,3,0", four, 4, "" },
    { "0,7,1", four, 4, "0" },
    { "7,0", four, 4, "" },
    { "-1", four, 4, "" },
    { "none", four, 4, "" },
    { "NoDevFiles", four, 4, "" },
    { "1,,2", four, 4, "1" },
    { "1,1", four, 4, "" },
    { "0,1,0", four, 4, "" },
    { "99999999999", four, 4, "" },
    { "GPU-b", four, 4, "2" },
    { "GPU-cccc3333,GPU-aaaa1", four, 4, "31" },
    { "GPU-a", four, 4, "" }, /* fits two */
    { "GPU-dddd", four, 4, "" },
    { "GPU-bbbb2222,GPU-b", four, 4, "" },
    { NULL, mig, 5, "1" },
    { "0", mig, 5, "1" },
    { "1", mig, 5, "3" },
    { "2", mig, 5, "" },
    { "MIG-2", mig, 5, "2" },
    { "MIG-2222bbbb,MIG-1111aaaa", mig, 5, "2" },
    { "GPU-bbbb1111,MIG-1111aaaa", mig, 5, "3" },
    { "GPU-aaaa0000", mig, 5, "1" },
    { NULL, mig, 0, "" },
    { "0", mig, 0, "" },
};

static void test_model_visible__table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned chosen[8];
        char text[9] = "";
        unsigned count = sim_visible(rows[i].text, rows[i].candidates, rows[i].count, chosen);

        for (unsigned k = 0; k < count; k++)
            text[k] = (char)('0' + chosen[k]);
        if (strcmp(text, rows[i].chosen) != 0)
            print_error("row %zu: '%s'\n", i, rows[i].text != NULL ? rows[i].text : "(unset)");
        assert_string_equal(text, rows[i].chosen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_model_visible__table) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
