/* SPDX-License-Identifier: Apache-2.0 */
/* Where the launcher is looked for, and how it is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "run/simulate.h"

static void put_program(const char *folder, const char *path)
{
    char full[256];
    FILE *file;

    snprintf(full, sizeof(full), "%s/%s", folder, path);
    for (char *slash = strchr(full + strlen(folder) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
    file = fopen(full, "w");
    assert_non_null(file);
    fclose(file);
    chmod(full, 0755);
}

static void test_simulate__find(void **state)
{
    char folder[] = "/tmp/gst-simulate-XXXXXX", program[256], sim[256], path[512], error[2048];
    char command[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    put_program(folder, "bin/gpu-selftest");
    snprintf(program, sizeof(program), "%s/bin/gpu-selftest", folder);
    snprintf(sim, sizeof(sim), "%s/elsewhere", folder);

    assert_false(gst_simulate_find(program, NULL, path, sizeof(path), error, sizeof(error)));
    assert_non_null(strstr(error, "not installed"));
    assert_false(gst_simulate_find(program, sim, path, sizeof(path), error, sizeof(error)));
    assert_non_null(strstr(error, "GPU_SELFTEST_SIM_DIR"));

    put_program(folder, "sim/bin/gpu-selftest-simulate");
    assert_true(gst_simulate_find(program, NULL, path, sizeof(path), error, sizeof(error)));
    assert_non_null(strstr(path, "/bin/../sim/bin/gpu-selftest-simulate"));
    /* Asked for there and not there: not taken from anywhere else. */
    assert_false(gst_simulate_find(program, sim, path, sizeof(path), error, sizeof(error)));
    put_program(folder, "elsewhere/bin/gpu-selftest-simulate");
    assert_true(gst_simulate_find(program, sim, path, sizeof(path), error, sizeof(error)));
    assert_non_null(strstr(path, "/elsewhere/bin/gpu-selftest-simulate"));

    snprintf(command, sizeof(command), "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static void test_simulate__arguments(void **state)
{
    static const struct {
        const char *argv[12];
        const char *joined;
    } cases[] = {
        { { "x", "--simulate", "h100x8" }, "L --profile h100x8 -- P" },
        { { "x", "--simulate=l4x1", "vector-add" }, "L --profile l4x1 -- P vector-add" },
        { { "x", "--json", "-", "--fault", "gpu 0 lost", "--simulate", "mig", "--fault=a,b", "-d0",
            "launch" },
          "L --profile mig --fault gpu 0 lost --fault a,b -- P --json - -d0 launch" },
        { { "x", "--simulate", "empty", "--", "launch" }, "L --profile empty -- P -- launch" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_settings settings;
        char *argv[12] = { NULL }, **arguments, error[256], joined[256] = "";
        int argc = 0;

        for (; cases[i].argv[argc] != NULL; argc++)
            argv[argc] = (char *)(uintptr_t)cases[i].argv[argc];
        assert_true(gst_settings_parse(&settings, argc, argv, error, sizeof(error)));
        arguments = gst_simulate_arguments(&settings, "L", "P", argc, argv);
        for (char **word = arguments; *word != NULL; word++) {
            if (word != arguments)
                strcat(joined, " ");
            strcat(joined, *word);
        }
        assert_string_equal(joined, cases[i].joined);
        free(arguments);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simulate__find),
        cmocka_unit_test(test_simulate__arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
