/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs, and what is refused before anything runs. Each case is a process of its own, whose two
 * outputs go to files. Runs on GPUs, real or simulated, are for tests/system.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "run/main.h"

static const struct gst_metric_def rate = { "add.rate", "a rate", GST_UNIT_BYTES_PER_S, false };
static const struct gst_metric_def *const metrics[] = { &rate, NULL };
static const struct gst_workload add = {
    .name = "add",
    .group = "basic",
    .summary = "does it add?",
    .passes_when = "it adds",
    .needs = { .gpus = 2, .runtime = true },
    .metrics = metrics,
    .timeout_s = 60,
    .is_quick = true,
};
static const struct gst_workload burn = {
    .name = "burn",
    .group = "heat",
    .summary = "does it last?",
    .passes_when = "it lasts",
    .timeout_s = 600,
};
static const struct gst_workload *const rows[] = { &add, &burn };
static const struct gst_workload_list list = { rows, 2 };

struct outcome {
    int code;
    char out[8192];
    char err[8192];
};

static void read_back(FILE *file, char *text, size_t size)
{
    size_t length;

    rewind(file);
    length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
}

static void call(struct outcome *outcome, const char *const *words, const char *input)
{
    FILE *in = tmpfile(), *out = tmpfile(), *err = tmpfile();
    int status;
    pid_t pid;

    fputs(input, in);
    fflush(in);
    rewind(in);
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        char *argv[8] = { (char *)(uintptr_t) "gpu-selftest" };
        int argc = 1;

        while (words[argc - 1] != NULL) {
            argv[argc] = (char *)(uintptr_t)words[argc - 1];
            argc++;
        }
        dup2(fileno(in), STDIN_FILENO);
        dup2(fileno(out), STDOUT_FILENO);
        dup2(fileno(err), STDERR_FILENO);
        _exit(gst_main(argc, argv, list));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    outcome->code = WEXITSTATUS(status);
    read_back(out, outcome->out, sizeof(outcome->out));
    read_back(err, outcome->err, sizeof(outcome->err));
    fclose(in);
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' does not contain '%s'", text, part);
}

static void test_main__answers(void **state)
{
    static const struct {
        const char *words[5];
        const char *input;
        int code;
        const char *part;
    } cases[] = {
        { { "--help" }, "", 0, "usage: gpu-selftest [options] [workload|group...]" },
        { { "-h", "burn" }, "", 0, "Exit: 0 passed" },
        { { "--version" }, "", 0, "gpu-selftest 0." },
        { { "list" },
          "",
          0,
          "* burn   does it last?\n         passes when it lasts; needs 0 GPUs" },
        { { "list" }, "", 0, "passes when it adds; needs 2 GPUs, libcudart; at most 60 s" },
        { { "list" }, "", 0, "groups:\n  basic  add\n  heat   *burn\n" },
        { { "list" }, "", 0, "add.rate  a rate" },
        { { "list", "--markdown" },
          "",
          0,
          "| `burn` | heat (full) | does it last? | it lasts | 0 GPUs | 600 s |" },
        { { "explain", "host.no-gpu" }, "", 0, "an NVIDIA GPU on the PCI bus" },
        { { "explain", "-" },
          "error (host.driver-too-old-for-ptx):\n",
          0,
          "host.driver-too-old-for-ptx" },
        { { "explain", "-" },
          "docker: Error response from daemon: could not select device driver \"\" with "
          "capabilities: [[gpu]].\n",
          0,
          "FAIL  runtime.toolkit-not-found" },
        { { "explain", "-" }, "CUDA error: 802\n", 0, "FAIL  host.fabric-not-ready" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct outcome outcome;

        call(&outcome, cases[i].words, cases[i].input);
        assert_int_equal(outcome.code, cases[i].code);
        assert_has(outcome.out, cases[i].part);
        assert_string_equal(outcome.err, "");
    }
}

static void test_main__refuses_in_one_line(void **state)
{
    static const struct {
        const char *words[5];
        int code;
        const char *part;
    } cases[] = {
        { { "ad" },
          2,
          "workloads: add, burn; groups: basic, heat; verbs: audit, lint, list, explain, compare" },
        { { "topologie" }, 2, "'topologie'" },
        { { "--only", "x" }, 2, "groups: basic, heat" },
        { { "--skip", "add" }, 2, "leave no workload" },
        { { "--sise", "1" }, 2, "did you mean '--size'?" },
        { { "list", "x" }, 2, "usage: gpu-selftest list" },
        { { "--markdown" }, 2, "verb list" },
        { { "explain" }, 2, "usage: gpu-selftest explain" },
        { { "explain", "host.no-gpus" }, 2, "did you mean 'host.no-gpu'?" },
        { { "explain", "-" }, 3, "nothing in this text is known" },
        { { "compare", "/nonexistent" }, 2, "usage: gpu-selftest compare" },
        { { "compare", "/nonexistent", "/dev/null" }, 2, "/nonexistent" },
        { { "--bars", "/nonexistent" }, 2, "/nonexistent" },
        { { "--fault", "x" }, 2, "--simulate" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct outcome outcome;

        call(&outcome, cases[i].words, "");
        assert_int_equal(outcome.code, cases[i].code);
        assert_has(outcome.err, cases[i].part);
        assert_has(outcome.err, "gpu-selftest: ");
        assert_ptr_equal(strchr(outcome.err, '\n'), outcome.err + strlen(outcome.err) - 1);
        assert_string_equal(outcome.out, "");
    }
}

static void test_main__without_a_launcher(void **state)
{
    static const char *const words[] = { "--simulate", "h100x8", NULL };
    struct outcome outcome;

    (void)state;
    setenv("GPU_SELFTEST_SIM_DIR", "/nonexistent", 1);
    call(&outcome, words, "");
    unsetenv("GPU_SELFTEST_SIM_DIR");
    assert_int_equal(outcome.code, 2);
    assert_has(outcome.err, "'/nonexistent/bin/gpu-selftest-simulate'");
}

/* A root that cannot be read ends the run before a GPU is touched: 3, or what Nagios calls it. */
static void test_main__a_run_that_cannot_start(void **state)
{
    static const struct {
        const char *words[6];
        int code;
    } cases[] = {
        { { "--root", "/nonexistent" }, 3 },
        { { "--root", "/nonexistent", "--exit-map", "nagios" }, 3 },
        { { "--root", "/nonexistent", "--strict" }, 3 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct outcome outcome;

        call(&outcome, cases[i].words, "");
        assert_int_equal(outcome.code, cases[i].code);
        assert_has(outcome.out, "suite.root-unreadable");
    }
}

static void test_main__json_takes_standard_output(void **state)
{
    static const char *const words[] = { "--root", "/nonexistent", "--json", "-", NULL };
    struct outcome outcome;

    (void)state;
    call(&outcome, words, "");
    assert_int_equal(outcome.code, 3);
    assert_int_equal(outcome.out[0], '{');
    assert_has(outcome.err, "suite.root-unreadable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_main__answers),
        cmocka_unit_test(test_main__refuses_in_one_line),
        cmocka_unit_test(test_main__without_a_launcher),
        cmocka_unit_test(test_main__a_run_that_cannot_start),
        cmocka_unit_test(test_main__json_takes_standard_output),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
