/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The launcher end to end, with shell commands as the program: codes, environment, signals, faults,
 * usage. The simulator's folder is one made here, with doubles that nobody loads; a run leaves
 * nothing in the folder for temporary files, whatever happened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "model/state.h"

/* Of the tests: sim/ is the simulator's folder, tmp/ is $TMPDIR. */
static char folder[] = "/tmp/test_launcher.XXXXXX";

struct launched {
    pid_t pid;
    int in, out;
};

struct result {
    int code;
    char out[4096], err[4096];
};

static const char *in_folder(const char *name)
{
    static char path[4][256];
    static unsigned next;

    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
    return path[next];
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    static const char *const folders[] = { "sim", "sim/lib", "sim/models", "sim/profiles", "tmp" };
    static const char *const doubles[] = { "sim/lib/libcuda.so.1",      "sim/lib/libnvidia-ml.so.1",
                                           "sim/lib/libcudart.so.11.0", "sim/lib/libcudart.so.12",
                                           "sim/lib/libcudart.so.13",   "sim/lib/libcublas.so.11",
                                           "sim/lib/libcublas.so.12",   "sim/lib/libcublas.so.13",
                                           "sim/lib/libcublasLt.so.11", "sim/lib/libcublasLt.so.12",
                                           "sim/lib/libcublasLt.so.13", "sim/lib/libnccl.so.2" };

    (void)state;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        assert_int_equal(mkdir(in_folder(folders[i]), 0755), 0);
    for (size_t i = 0; i < sizeof doubles / sizeof doubles[0]; i++)
        put(doubles[i], "");
    /* The tests' own program loads it through the link of the run. */
    assert_int_equal(symlink(GST_TEST_GPUSIM, in_folder("sim/lib/libgpusim.so")), 0);
    put("sim/profiles/new.profile", "driver version=580.95.05\ncudart version=13.0\n");
    put("sim/profiles/old.profile", "driver version=520.61.05\ncudart version=11.8\n");
    put("sim/profiles/bare.profile", "driver version=580.95.05\n");
    put("data", "not a program\n");
    unsetenv("LD_LIBRARY_PATH");
    setenv("TMPDIR", in_folder("tmp"), 1);
    setenv("GPU_SELFTEST_SIM_DIR", in_folder("sim"), 1);
    return 0;
}

static int teardown(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* `terminal`: name of the one that it is to have, or NULL. */
static struct launched start_on(const char *terminal, char *const arguments[])
{
    struct launched launched;
    int in[2], out[2];

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    launched.pid = fork();
    if (launched.pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(open(in_folder("err"), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDERR_FILENO);
        if (terminal != NULL && (setsid() < 0 || ioctl(open(terminal, O_RDWR), TIOCSCTTY, 0) != 0))
            _exit(98);
        execv(GST_TEST_LAUNCHER, arguments);
        _exit(99);
    }
    close(in[0]);
    close(out[1]);
    launched.in = in[1];
    launched.out = out[0];
    return launched;
}

static struct launched start(char *const arguments[])
{
    return start_on(NULL, arguments);
}

static void read_all(int fd, char *text, size_t size)
{
    size_t used = 0;
    ssize_t got;

    while (used + 1 < size && (got = read(fd, text + used, size - 1 - used)) > 0)
        used += (size_t)got;
    text[used] = '\0';
    close(fd);
}

static unsigned count_entries(const char *path)
{
    DIR *directory = opendir(path);
    unsigned count = 0;

    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

static struct result finish(struct launched launched)
{
    struct result result;
    int status = 0;

    read_all(launched.out, result.out, sizeof result.out);
    assert_int_equal(waitpid(launched.pid, &status, 0), launched.pid);
    close(launched.in);
    assert_true(WIFEXITED(status)); /* never killed itself */
    result.code = WEXITSTATUS(status);
    read_all(open(in_folder("err"), O_RDONLY | O_CLOEXEC), result.err, sizeof result.err);
    assert_int_equal(count_entries(in_folder("tmp")), 0);
    return result;
}

static struct result run(const char *profile, const char *fault, const char *command)
{
    char *const with[] = { "simulate",
                           "--profile",
                           (char *)(uintptr_t)profile,
                           "--fault",
                           (char *)(uintptr_t)fault,
                           "--",
                           "sh",
                           "-c",
                           (char *)(uintptr_t)command,
                           NULL };
    char *const without[] = { "simulate", "--profile", (char *)(uintptr_t)profile, "--",
                              "sh",       "-c",        (char *)(uintptr_t)command, NULL };

    return finish(start(fault != NULL ? with : without));
}

static unsigned lines(const char *text)
{
    unsigned count = 0;

    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void test_launcher__passes_the_code_on(void **state)
{
    static const struct {
        const char *command;
        int code;
    } rows[] = {
        { "exit 0", 0 },          { "exit 1", 1 },          { "exit 2", 2 },
        { "exit 3", 3 },          { "exit 77", 77 },        { "kill -KILL $$", 137 },
        { "kill -TERM $$", 143 }, { "kill -SEGV $$", 139 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result result = run("new", NULL, rows[i].command);

        assert_int_equal(result.code, rows[i].code);
        assert_string_equal(result.err, "");
    }
}

static void test_launcher__program_that_cannot_be_run(void **state)
{
    char *const missing[] = { "simulate", "--profile", "new", "--", "/nonexistent/program", NULL };
    char *const no_program[] = {
        "simulate", "--profile", "new", "--", (char *)(uintptr_t)in_folder("data"), NULL
    };
    struct result result = finish(start(missing));

    (void)state;
    assert_int_equal(result.code, 127);
    assert_string_equal(result.err, "gpu-selftest-simulate: cannot run '/nonexistent/program': "
                                    "No such file or directory\n");
    result = finish(start(no_program));
    assert_int_equal(result.code, 126);
    assert_non_null(strstr(result.err, "Permission denied"));
}

/* Prints a variable; the private folder in it is written as P. */
#define SHOW(name) "echo \"$" name "\" | sed \"s|$TMPDIR/gpu-selftest-sim[.]......|P|\"; "

static void test_launcher__sets_the_environment(void **state)
{
    char expected[512];
    struct result result =
        run("new", "libnvidia-ml missing",
            SHOW("LD_LIBRARY_PATH") SHOW("GPU_SELFTEST_ROOT") SHOW("GPU_SELFTEST_SIM_STATE")
                SHOW("GPU_SELFTEST_SIM_DIR") SHOW("GPU_SELFTEST_SIM_PROFILE")
                    SHOW("GPU_SELFTEST_SIM_FAULTS"));

    (void)state;
    snprintf(expected, sizeof expected, "P/lib\nP/root\nP/state\n%s/sim\nnew\n%s\n", folder,
             "libnvidia-ml missing");
    assert_string_equal(result.out, expected);
    assert_int_equal(result.code, 0);

    setenv("LD_LIBRARY_PATH", "/before:/that", 1);
    result = run("new", NULL, SHOW("LD_LIBRARY_PATH"));
    unsetenv("LD_LIBRARY_PATH");
    assert_string_equal(result.out, "P/lib:/before:/that\n");
}

static void test_launcher__keeps_out_what_this_machine_has(void **state)
{
    static const char *const names[] = { "libcudart.so.12", "libcublas.so.11",
                                         "libcublasLt.so.12" };
    char own[256];

    (void)state;
    /* A library of this machine that the simulated one lacks, as its only name on the path. */
    snprintf(own, sizeof own, "%s/own", folder);
    assert_int_equal(mkdir(own, 0755), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct result result;
        char file[512];

        snprintf(file, sizeof file, "%s/%s", own, names[i]);
        fclose(fopen(file, "w"));
        setenv("LD_LIBRARY_PATH", own, 1);
        result = run("new", NULL, SHOW("LD_LIBRARY_PATH"));
        unsetenv("LD_LIBRARY_PATH");
        assert_int_equal(unlink(file), 0);
        assert_non_null(strstr(result.out, "P/lib:"));
        assert_non_null(strstr(result.out, "/sim/absent:"));
        assert_non_null(strstr(result.out, own));
    }
}

static void test_launcher__keeps_simulated_runs_small_unless_told(void **state)
{
    struct result result = run("new", NULL, "echo $GPU_SELFTEST_SIZE");

    (void)state;
    assert_string_equal(result.out, "16M\n");
    setenv("GPU_SELFTEST_SIZE", "64M", 1);
    result = run("new", NULL, "echo $GPU_SELFTEST_SIZE");
    unsetenv("GPU_SELFTEST_SIZE");
    assert_string_equal(result.out, "64M\n");
}

static void test_launcher__joins_faults_line_by_line(void **state)
{
    char *const arguments[] = { "simulate",
                                "--profile=new",
                                "--fault=libnvidia-ml missing",
                                "--fault",
                                "libcudart missing # a comment; to its end",
                                "--fault",
                                "libcuda missing",
                                "--",
                                "sh",
                                "-c",
                                "echo \"$GPU_SELFTEST_SIM_FAULTS\"; ls ${LD_LIBRARY_PATH%%:*}",
                                NULL };
    struct result result = finish(start(arguments));

    (void)state;
    assert_int_equal(result.code, 0);
    assert_string_equal(result.err, "");
    assert_string_equal(result.out, "libnvidia-ml missing\nlibcudart missing # a comment; to its "
                                    "end\nlibcuda missing\nlibcublas.so.13\nlibcublasLt.so.13\n"
                                    "libgpusim.so\nlibnccl.so.2\n");
}

#define ALWAYS      "libgpusim.so libnccl.so.2 libnvidia-ml.so.1\n"
#define BLAS(major) "libcublas.so." major " libcublasLt.so." major " "

static void test_launcher__has_the_doubles_of_the_machine(void **state)
{
    static const struct {
        const char *profile, *fault, *names;
    } rows[] = {
        { "new", NULL, BLAS("13") "libcuda.so.1 libcudart.so.13 " ALWAYS },
        { "old", NULL, BLAS("11") "libcuda.so.1 libcudart.so.11.0 " ALWAYS },
        { "bare", NULL, "libcuda.so.1 " ALWAYS },
        { "new", "cudart version=12.4", BLAS("12") "libcuda.so.1 libcudart.so.12 " ALWAYS },
        { "new", "libcuda missing", BLAS("13") "libcudart.so.13 " ALWAYS },
        { "new", "libcudart missing", BLAS("13") "libcuda.so.1 " ALWAYS },
        { "new", "libcublas missing", "libcublasLt.so.13 libcuda.so.1 libcudart.so.13 " ALWAYS },
        { "new", "libcublasLt missing", "libcublas.so.13 libcuda.so.1 libcudart.so.13 " ALWAYS },
        { "new", "libnccl missing",
          BLAS("13") "libcuda.so.1 libcudart.so.13 libgpusim.so libnvidia-ml.so.1\n" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result result =
            run(rows[i].profile, rows[i].fault,
                "cd ${LD_LIBRARY_PATH%%:*} && for i in *; do test -h $i && test -e $i || exit 9; "
                "done; echo *");

        assert_string_equal(result.out, rows[i].names);
        assert_int_equal(result.code, 0);
        assert_string_equal(result.err, "");
    }
}

static void test_launcher__makes_the_root(void **state)
{
    struct result result =
        run("new", "driver version=535.54.03; libcuda missing",
            "cut -c-66 $GPU_SELFTEST_ROOT/proc/driver/nvidia/version | head -n 1");

    (void)state;
    assert_int_equal(result.code, 0);
    assert_string_equal(result.out,
                        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.54.03  (simula\n");
}

static void test_launcher__faults_that_never_fired(void **state)
{
    static const char alloc[] = "cuMemAlloc_v2 call=3 returns 2";
    static const char unfired[] = "fault never fired: cuMemAlloc_v2 call=3 returns 2\n";
    static const struct {
        const char *fault, *command, *err;
        int code;
    } rows[] = {
        { alloc, "exit 0", unfired, 3 },
        { alloc, "exit 1", unfired, 3 },
        { alloc, "exit 2", "", 2 },
        { alloc, "exit 77", "", 77 },
        { alloc, "kill -KILL $$", "", 137 },
        { alloc, GST_TEST_SELF " fire 0", "", 0 },
        { alloc, GST_TEST_SELF " fire 0; exit 1", "", 1 },
        { "kernel empty hangs; libcuda missing; cuInit call=1 aborts", "exit 0",
          "fault never fired: kernel empty hangs\nfault never fired: cuInit call=1 aborts\n", 3 },
        { "kernel empty hangs; libcuda missing; cuInit call=1 aborts", GST_TEST_SELF " fire 2",
          "fault never fired: kernel empty hangs\n", 3 },
        /* There, and it says so itself when it is called. */
        { "libcuda stub", "test -e $LD_LIBRARY_PATH/libcuda.so.1",
          "fault never fired: libcuda stub\n", 3 },
        { "libnvidia-ptxjitcompiler missing", "exit 0",
          "fault never fired: libnvidia-ptxjitcompiler missing\n", 3 },
        { "libnvidia-ml missing", "rm $GPU_SELFTEST_SIM_STATE",
          "gpu-selftest-simulate: the program left no state: cannot tell what fired\n", 3 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result result = run("new", rows[i].fault, rows[i].command);

        assert_string_equal(result.err, rows[i].err);
        assert_int_equal(result.code, rows[i].code);
    }
}

/* Two processes one after the other share a clock: what the second adds counts from the first. */
static void test_launcher__tells_virtual_time(void **state)
{
    static const char *const commands[] = { GST_TEST_SELF " pass 1500000",
                                            GST_TEST_SELF " pass 1500000; " GST_TEST_SELF
                                                          " pass 2000000; exit 1" };
    static const char *const seconds[] = { "1.500000000\n", "3.500000000\n" };
    struct result result;
    char text[64];

    (void)state;
    setenv("GPU_SELFTEST_SIM_CLOCK", in_folder("clock"), 1);
    for (int i = 0; i < 2; i++) {
        result = run("new", NULL, commands[i]);
        assert_string_equal(result.err, "");
        assert_int_equal(result.code, i);
        read_all(open(in_folder("clock"), O_RDONLY | O_CLOEXEC), text, sizeof text);
        assert_string_equal(text, seconds[i]);
    }
    setenv("GPU_SELFTEST_SIM_CLOCK", "/nonexistent/clock", 1);
    result = run("new", NULL, "exit 0");
    unsetenv("GPU_SELFTEST_SIM_CLOCK");
    assert_int_equal(result.code, 3);
    assert_string_equal(result.err, "gpu-selftest-simulate: cannot write the file of "
                                    "GPU_SELFTEST_SIM_CLOCK\n");
}

static void wait_for_word(struct launched launched, const char *word)
{
    char text[64] = "";
    size_t used = 0;

    while (strstr(text, word) == NULL && used + 1 < sizeof text) {
        assert_int_equal(read(launched.out, text + used, 1), 1);
        used++;
    }
}

static void test_launcher__passes_signals_on(void **state)
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
    char *const handles[] = { "simulate",
                              "--profile",
                              "new",
                              "--",
                              "sh",
                              "-c",
                              "trap 'echo heard; exit 5' TERM INT HUP QUIT; echo ready; read word;",
                              NULL };
    char *const dies[] = {
        "simulate", "--profile", "new", "--", "sh", "-c", "echo ready; read word", NULL
    };

    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct launched launched = start(handles);
        struct result result;

        wait_for_word(launched, "ready\n");
        kill(launched.pid, signals[i]);
        result = finish(launched);
        assert_string_equal(result.out, "heard\n");
        assert_int_equal(result.code, 5);

        launched = start(dies);
        wait_for_word(launched, "ready\n");
        kill(launched.pid, signals[i]);
        assert_int_equal(finish(launched).code, 128 + signals[i]);
    }
}

/* The terminal tells launcher and program; from the launcher it would be told again. */
static void test_launcher__control_c_comes_once(void **state)
{
    char *const arguments[] = { "simulate",
                                "--profile",
                                "new",
                                "--",
                                "sh",
                                "-c",
                                "trap 'echo heard' INT; trap 'exit 5' TERM; echo ready;"
                                "read word; read word; read word",
                                NULL };
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct launched launched;
    struct result result;

    (void)state;
    if (terminal < 0) {
        print_message("no terminal is to be had here: is /dev/pts mounted?\n");
        skip();
    }
    assert_true(grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    launched = start_on(ptsname(terminal), arguments);
    wait_for_word(launched, "ready\n");
    assert_int_equal(write(terminal, "\003", 1), 1);
    wait_for_word(launched, "heard\n");
    /* Passed on after whatever the launcher makes of the first: lower numbers go first. */
    kill(launched.pid, SIGTERM);
    result = finish(launched);
    close(terminal);
    assert_string_equal(result.out, "");
    assert_int_equal(result.code, 5);
}

static void test_launcher__its_end_ends_the_program(void **state)
{
    char *const arguments[] = { "simulate",
                                "--profile",
                                "new",
                                "--",
                                "sh",
                                "-c",
                                "trap 'echo heard; exit 5' TERM; echo ready; read word",
                                NULL };
    struct launched launched = start(arguments);
    char text[64], command[128];
    int status = 0;

    (void)state;
    wait_for_word(launched, "ready\n");
    kill(launched.pid, SIGKILL);
    waitpid(launched.pid, &status, 0);
    read_all(launched.out, text, sizeof text);
    assert_string_equal(text, "heard\n");
    close(launched.in);
    /* Nobody was left to do it. */
    snprintf(command, sizeof command, "rm -r %s/tmp/gpu-selftest-sim.*", folder);
    assert_int_equal(system(command), 0);
}

static void test_launcher__ignored_children_still_tell_their_code(void **state)
{
    struct result result;

    (void)state;
    signal(SIGCHLD, SIG_IGN);
    char *const arguments[] = { "simulate", "--profile", "new", "--", "sh", "-c", "exit 4", NULL };
    struct launched launched = start(arguments);
    signal(SIGCHLD, SIG_DFL);
    result = finish(launched);
    assert_int_equal(result.code, 4);
}

static void test_launcher__usage(void **state)
{
    static const struct {
        const char *words[6], *err;
    } rows[] = {
        { { "--profile", "h100x9", "--", "true" },
          "unknown profile 'h100x9' (known: bare new old)" },
        { { "--profile", "", "--", "true" }, "unknown profile '' (known: bare new old)" },
        { { "--", "true" }, "--profile is missing (known: bare new old)" },
        { { "--profile" }, "--profile needs a value" },
        { { "--profile=new", "--profile=old", "--", "true" },
          "--profile is given twice: 'new' and 'old'" },
        { { "--profile", "new" }, "nothing to run: give a program after '--'" },
        { { "--profile", "new", "--" }, "nothing to run: give a program after '--'" },
        { { "--profile", "new", "true" }, "unexpected word 'true': the program comes after '--'" },
        { { "--profil", "new", "--", "true" },
          "unknown option '--profil' (known: --profile --fault --list --help)" },
        { {
              "--profile",
              "new",
              "--fault",
              " ; ",
              "--",
          },
          "an empty --fault" },
        { { "--profile", "new", "--fault" }, "--fault needs a value" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *arguments[8] = { "simulate" }, expected[256];
        struct result result;

        for (size_t k = 0; k < 6; k++)
            arguments[1 + k] = (char *)(uintptr_t)rows[i].words[k];
        result = finish(start(arguments));
        snprintf(expected, sizeof expected, "gpu-selftest-simulate: %s\n", rows[i].err);
        assert_string_equal(result.err, expected);
        assert_int_equal(result.code, 2);
        assert_string_equal(result.out, "");
    }
}

/* The parser words these; that it names the word and what would do is what matters here. */
static void test_launcher__unknown_faults(void **state)
{
    static const struct {
        const char *fault, *word, *known;
    } rows[] = {
        { "lnik 0-1 rate=0.5", "'lnik'", "cuMemAlloc_v2" },
        { "libcuda vanished", "'vanished'", "missing stub" },
        { "driver version=12.1", "'12.1'", "580" },
        { "cuInit call=1 explodes", "'explodes'", "crashes" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result result = run("new", rows[i].fault, "echo was run");

        assert_int_equal(result.code, 2);
        assert_int_equal(lines(result.err), 1);
        assert_non_null(strstr(result.err, rows[i].word));
        assert_non_null(strstr(result.err, rows[i].known));
        assert_string_equal(result.out, "");
    }
}

static void test_launcher__list_and_help(void **state)
{
    char *const list[] = { "simulate", "--list", NULL };
    char *const help[] = { "simulate", "--help", NULL };
    struct result result = finish(start(list));

    (void)state;
    assert_int_equal(result.code, 0);
    assert_string_equal(result.out, "bare\nnew\nold\n");
    result = finish(start(help));
    assert_int_equal(result.code, 0);
    assert_non_null(strstr(result.out, "usage: gpu-selftest-simulate"));
}

static void test_launcher__says_what_it_cannot_make(void **state)
{
    struct result result;
    char expected[512];

    (void)state;
    setenv("TMPDIR", "/nonexistent", 1);
    result = run("new", NULL, "echo was run");
    setenv("TMPDIR", in_folder("tmp"), 1);
    assert_int_equal(result.code, 3);
    assert_string_equal(result.out, "");
    assert_string_equal(result.err, "gpu-selftest-simulate: cannot use the folder for temporary "
                                    "files '/nonexistent': No such file or directory\n");

    assert_int_equal(unlink(in_folder("sim/lib/libnvidia-ml.so.1")), 0);
    result = run("new", NULL, "echo was run");
    assert_int_equal(result.code, 3);
    snprintf(expected, sizeof expected,
             "gpu-selftest-simulate: cannot find the double '%s/sim/lib/libnvidia-ml.so.1': No "
             "such file or directory\n",
             folder);
    assert_string_equal(result.err, expected);
    put("sim/lib/libnvidia-ml.so.1", "");
}

/* As the program of a run: what a double does when a fault bites. */
static int fire(const char *number)
{
    struct sim_state *state = sim_state_open(getenv("GPU_SELFTEST_SIM_STATE"));

    if (state == NULL)
        return 9;
    atomic_store(&state->fired[strtoul(number, NULL, 10)], 1);
    sim_state_close(state);
    return 0;
}

/* As the program of a run: virtual time that goes by in a process. */
static int pass(const char *microseconds)
{
    struct sim_state *state = sim_state_open(getenv("GPU_SELFTEST_SIM_STATE"));

    if (state == NULL)
        return 9;
    sim_state_clock_set(state,
                        atomic_load(&state->clock_ps) + strtoull(microseconds, NULL, 10) * 1000000);
    sim_state_close(state);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_launcher__passes_the_code_on),
        cmocka_unit_test(test_launcher__program_that_cannot_be_run),
        cmocka_unit_test(test_launcher__sets_the_environment),
        cmocka_unit_test(test_launcher__keeps_out_what_this_machine_has),
        cmocka_unit_test(test_launcher__keeps_simulated_runs_small_unless_told),
        cmocka_unit_test(test_launcher__joins_faults_line_by_line),
        cmocka_unit_test(test_launcher__has_the_doubles_of_the_machine),
        cmocka_unit_test(test_launcher__makes_the_root),
        cmocka_unit_test(test_launcher__faults_that_never_fired),
        cmocka_unit_test(test_launcher__tells_virtual_time),
        cmocka_unit_test(test_launcher__passes_signals_on),
        cmocka_unit_test(test_launcher__control_c_comes_once),
        cmocka_unit_test(test_launcher__its_end_ends_the_program),
        cmocka_unit_test(test_launcher__ignored_children_still_tell_their_code),
        cmocka_unit_test(test_launcher__usage),
        cmocka_unit_test(test_launcher__unknown_faults),
        cmocka_unit_test(test_launcher__list_and_help),
        cmocka_unit_test(test_launcher__says_what_it_cannot_make),
    };

    if (argc == 3 && strcmp(argv[1], "fire") == 0)
        return fire(argv[2]);
    if (argc == 3 && strcmp(argv[1], "pass") == 0)
        return pass(argv[2]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
