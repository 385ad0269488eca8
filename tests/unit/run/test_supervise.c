/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor against children that misbehave in every way it knows. Each test gives real
 * processes real deadlines of a fraction of a second; nothing here sleeps: a child that has to hang
 * waits for a signal that does not come.
 */
#include <errno.h>
#include <setjmp.h>
#include <sched.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/clock.h"
#include "core/report.h"
#include "run/child.h"
#include "run/memory.h"
#include "run/supervise.h"

#define STEPS 3

/* What children leave for the test to look at. */
struct seen {
    pid_t pids[STEPS];
    pid_t closed_by;
    pid_t tracer;
    int opened;       /* times that open was called */
    int opened_first; /* and told that it is the first */
    bool has_env[STEPS];
    bool has_stdin;
    bool dumps_core;
    char oom_score[8];
};

typedef bool (*action)(struct gst_report *report, struct gst_status *st);

struct fixture {
    struct gst_report *report;
    struct seen *seen;
    struct gst_step steps[STEPS];
    struct gst_supervisor supervisor;
    action open;
    action act[STEPS];
    action close;
};

static struct seen *shared_seen;

static void enter_call(struct gst_report *report, const char *phase, const char *call, int gpu)
{
    snprintf(report->progress.phase, sizeof(report->progress.phase), "%s", phase);
    snprintf(report->progress.call, sizeof(report->progress.call), "%s", call);
    report->progress.gpu = gpu;
}

static void wait_for_ever(void)
{
    for (;;)
        pause();
}

/* --- what a step may do --- */

static bool pass(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    gst_report_fact_number(report, 0, "suite", "done", GST_UNIT_NONE, report->progress.item);
    return true;
}

static bool fail_it(struct gst_report *report, struct gst_status *st)
{
    (void)report;
    st->gpu = 2;
    return gst_fail(st, GST_HARDWARE_WRONG_RESULT, "element 7 is 1, expected 2");
}

static bool fail_without_cause(struct gst_report *report, struct gst_status *st)
{
    (void)report;
    (void)st;
    return false;
}

static bool skip_it(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    report->items[report->progress.item].verdict = GST_SKIP;
    return true;
}

static bool segfault(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    pass(report, st);
    enter_call(report, "compute", "", GST_NO_GPU);
    raise(SIGSEGV);
    return true;
}

static bool segfault_in_call(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    enter_call(report, "allocate", "cuMemAlloc_v2", 1);
    raise(SIGSEGV);
    return true;
}

/* Keeps a folder with a file in it, and dies. */
static bool die_beside_a_folder(struct gst_report *report, struct gst_status *st)
{
    char path[GST_SCRATCH_SIZE + 8];
    FILE *file;

    (void)st;
    if (!gst_scratch_make(report->progress.scratch))
        return false;
    snprintf(path, sizeof(path), "%s/file", report->progress.scratch);
    file = fopen(path, "w");
    if (file == NULL)
        return false;
    fclose(file);
    gst_report_fact_text(report, GST_NO_GPU, "suite", "folder", "%s", report->progress.scratch);
    raise(SIGKILL);
    return true;
}

static bool abort_in_call(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    enter_call(report, "allocate", "cuMemAlloc_v2", 1);
    abort();
}

static bool exit_seven(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    enter_call(report, "load", "cuModuleLoadDataEx", 0);
    exit(7);
}

static bool exit_zero(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    enter_call(report, "load", "", GST_NO_GPU);
    _exit(0);
}

static bool kill_self(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    enter_call(report, "compute", "", GST_NO_GPU);
    raise(SIGKILL);
    return true;
}

static bool hang(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    enter_call(report, "compute", "", GST_NO_GPU);
    wait_for_ever();
    return true;
}

static bool hang_in_call(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    enter_call(report, "wait", "cuStreamSynchronize", 0);
    wait_for_ever();
    return true;
}

static bool hang_deaf(struct gst_report *report, struct gst_status *st)
{
    signal(SIGTERM, SIG_IGN);
    return hang_in_call(report, st);
}

/* A traced process stays until its tracer looks, as one stuck in a driver does until the driver
 * answers: both outlive SIGKILL for their parent. */
static bool hang_undead(struct gst_report *report, struct gst_status *st)
{
    int ready[2];
    char word = 0;
    pid_t tracer, victim = getpid();

    if (pipe(ready) != 0)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no pipe");
    tracer = fork();
    if (tracer == 0) {
        /* Out of the victim's group, or it would go with it. */
        setpgid(0, 0);
        while (read(ready[0], &word, 1) != 1)
            continue;
        word = ptrace(PTRACE_SEIZE, victim, NULL, NULL) == 0 ? 'y' : 'n';
        if (write(STDOUT_FILENO, "", 0) != 0 || word == 'n')
            _exit(1);
        shared_seen->tracer = getpid();
        wait_for_ever();
    }
    prctl(PR_SET_PTRACER, tracer, 0, 0, 0);
    if (write(ready[1], "g", 1) != 1)
        _exit(1);
    enter_call(report, "wait", "cuStreamSynchronize", 0);
    while (shared_seen->tracer == 0 && waitpid(tracer, NULL, WNOHANG) == 0)
        continue;
    if (shared_seen->tracer == 0)
        return true;
    wait_for_ever();
    return true;
}

static bool eat_memory(struct gst_report *report, struct gst_status *st)
{
    size_t size = (size_t)192 << 20;
    volatile char *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)st;
    enter_call(report, "compute", "", GST_NO_GPU);
    for (size_t i = 0; i < size; i += 4096)
        memory[i] = 1;
    wait_for_ever();
    return true;
}

static bool print_a_line(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    snprintf(report->progress.phase, sizeof(report->progress.phase), "load");
    printf("hello from \x1b[1m a library\nsecond line\n");
    gst_child_hand_over_output();
    snprintf(report->progress.phase, sizeof(report->progress.phase), "compute");
    return true;
}

static bool print_10_mib(struct gst_report *report, struct gst_status *st)
{
    char line[1024];

    (void)report;
    (void)st;
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\n';
    for (int i = 0; i < 10 * 1024; i++)
        fwrite(line, 1, sizeof(line), i % 2 == 0 ? stdout : stderr);
    return true;
}

static bool print_and_crash(struct gst_report *report, struct gst_status *st)
{
    printf("last words\n");
    return segfault(report, st);
}

static bool look_around(struct gst_report *report, struct gst_status *st)
{
    struct stat input, null_device;
    struct rlimit limit;
    FILE *file = fopen("/proc/self/oom_score_adj", "r");

    (void)report;
    (void)st;
    fstat(STDIN_FILENO, &input);
    stat("/dev/null", &null_device);
    shared_seen->has_stdin = input.st_rdev != null_device.st_rdev;
    getrlimit(RLIMIT_CORE, &limit);
    shared_seen->dumps_core = limit.rlim_cur > 1;
    if (file != NULL) {
        if (fgets(shared_seen->oom_score, sizeof(shared_seen->oom_score), file) == NULL)
            shared_seen->oom_score[0] = '\0';
        fclose(file);
    }
    return true;
}

static bool interrupt_parent(struct gst_report *report, struct gst_status *st)
{
    enter_call(report, "wait", "cuStreamSynchronize", 0);
    kill(getppid(), SIGTERM);
    (void)st;
    wait_for_ever();
    return true;
}

static bool interrupt_parent_deaf(struct gst_report *report, struct gst_status *st)
{
    signal(SIGTERM, SIG_IGN);
    return interrupt_parent(report, st);
}

static bool refuse(struct gst_report *report, struct gst_status *st)
{
    (void)report;
    return gst_fail(st, GST_RUNTIME_LIBCUDA_MISSING, "libcuda.so.1 is not there");
}

static bool refuse_second(struct gst_report *report, struct gst_status *st)
{
    return shared_seen->opened < 2 || refuse(report, st);
}

static bool refuse_usage(struct gst_report *report, struct gst_status *st)
{
    (void)st;
    snprintf(report->usage_error, sizeof(report->usage_error), "no GPU '9'");
    return false;
}

/* --- the operations that carry them --- */

static bool do_open(void *context, bool is_first, struct gst_status *st)
{
    struct fixture *f = context;

    f->seen->opened++;
    f->seen->opened_first += is_first;
    return f->open == NULL || f->open(f->report, st);
}

static bool do_run(void *context, size_t index, struct gst_status *st)
{
    struct fixture *f = context;

    f->seen->pids[index] = getpid();
    f->seen->has_env[index] = getenv("GST_TEST_OWN") != NULL;
    return f->act[index](f->report, st);
}

static void do_close(void *context)
{
    struct fixture *f = context;
    struct gst_status st = GST_STATUS_INIT;

    if (f->close != NULL)
        f->close(f->report, &st);
    f->seen->closed_by = getpid();
}

static const struct gst_child_ops ops = { do_open, do_run, do_close };

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    static const char *const names[STEPS] = { "one", "two", "three" };

    f->report = gst_report_map();
    f->seen =
        mmap(NULL, sizeof(*f->seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared_seen = f->seen;
    for (int i = 0; i < STEPS; i++) {
        gst_report_item(f->report, names[i]);
        f->steps[i].timeout_s = 20;
        f->act[i] = pass;
    }
    f->supervisor = (struct gst_supervisor){
        .report = f->report,
        .steps = f->steps,
        .step_count = STEPS,
        .ops = &ops,
        .context = f,
        .open_timeout_s = 20,
        .grace_s = 5,
        .memory_limit_bytes = UINT64_MAX,
    };
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    gst_report_unmap(f->report);
    munmap(f->seen, sizeof(*f->seen));
    free(f);
    return 0;
}

static void supervise(struct fixture *f)
{
    struct gst_status st = GST_STATUS_INIT;

    assert_true(gst_supervise(&f->supervisor, &st));
}

static const struct gst_check *the_check(const struct gst_report *report,
                                         enum gst_finding_id finding)
{
    const struct gst_check *found = NULL;

    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].finding == finding) {
            assert_null(found);
            found = &report->checks[i];
        }
    }
    assert_non_null(found);
    return found;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' does not contain '%s'", text, part);
}

static void assert_verdicts(const struct gst_report *report, enum gst_verdict one,
                            enum gst_verdict two, enum gst_verdict three)
{
    const enum gst_verdict expected[STEPS] = { one, two, three };

    for (int i = 0; i < STEPS; i++) {
        assert_int_equal(report->items[i].state, GST_ITEM_DONE);
        assert_int_equal(report->items[i].verdict, expected[i]);
    }
}

static void test_supervise__healthy(void **state)
{
    struct fixture *f = *state;

    supervise(f);
    assert_verdicts(f->report, GST_PASS, GST_PASS, GST_PASS);
    assert_int_equal(f->report->check_count, 0);
    assert_int_equal(f->report->fact_count, 3);
    assert_int_equal(f->seen->opened, 1);
    assert_int_equal(f->seen->opened_first, 1);
    assert_int_not_equal(f->seen->pids[0], getpid());
    assert_int_equal(f->seen->pids[0], f->seen->pids[2]);
    assert_int_equal(f->seen->closed_by, f->seen->pids[0]);
    for (int i = 0; i < STEPS; i++) {
        assert_true(f->report->items[i].started_ns > 0);
        assert_true(f->report->items[i].ended_ns >= f->report->items[i].started_ns);
    }
}

static void test_supervise__words_of_a_step(void **state)
{
    struct fixture *f = *state;
    const struct gst_check *check;

    f->act[0] = fail_it;
    f->act[1] = skip_it;
    f->act[2] = fail_without_cause;
    supervise(f);
    assert_verdicts(f->report, GST_FAIL, GST_SKIP, GST_ERROR);
    check = the_check(f->report, GST_HARDWARE_WRONG_RESULT);
    assert_int_equal(check->item, 0);
    assert_int_equal(check->gpu, 2);
    assert_int_equal(the_check(f->report, GST_SUITE_CRASHED)->item, 2);
}

/* The step in the middle goes wrong; those around it keep their results. */
static void test_supervise__one_step_lost(void **state)
{
    static const struct {
        action act;
        double timeout_s;
        double grace_s;
        enum gst_finding_id finding;
        const char *call;
        const char *parts[3];
    } cases[] = {
        { segfault, 20, 5, GST_SUITE_CRASHED, "", { "SIGSEGV", "suite's own code", "'compute'" } },
        { segfault_in_call,
          20,
          5,
          GST_HOST_DRIVER_CRASHED,
          "cuMemAlloc_v2",
          { "SIGSEGV", "gpu 1", "'allocate'" } },
        { abort_in_call,
          20,
          5,
          GST_HOST_DRIVER_CRASHED,
          "cuMemAlloc_v2",
          { "SIGABRT", "cuMemAlloc_v2", "'allocate'" } },
        { exit_seven,
          20,
          5,
          GST_HOST_DRIVER_CRASHED,
          "cuModuleLoadDataEx",
          { "exit status 7", "gpu 0", "'load'" } },
        { exit_zero, 20, 5, GST_SUITE_CRASHED, "", { "exit status 0", "'load'", "own code" } },
        { kill_self, 20, 5, GST_SUITE_OUT_OF_MEMORY, "", { "SIGKILL", "'compute'", "" } },
        { hang, 0.2, 5, GST_SUITE_TIMED_OUT, "", { "0.2 s", "'compute'", "own code" } },
        { hang_in_call,
          0.2,
          5,
          GST_HARDWARE_GPU_HANG,
          "cuStreamSynchronize",
          { "0.2 s", "gpu 0", "'wait'" } },
        { hang_deaf,
          0.2,
          0.1,
          GST_HARDWARE_GPU_HANG,
          "cuStreamSynchronize",
          { "0.2 s", "gpu 0", "'wait'" } },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f;
        const struct gst_check *check;

        setup(state);
        f = *state;
        f->act[1] = cases[i].act;
        f->steps[1].timeout_s = cases[i].timeout_s;
        f->supervisor.grace_s = cases[i].grace_s;
        supervise(f);
        assert_verdicts(f->report, GST_PASS, GST_ERROR, GST_PASS);
        assert_int_equal(f->report->check_count, 1);
        check = the_check(f->report, cases[i].finding);
        assert_int_equal(check->item, 1);
        assert_string_equal(check->call, cases[i].call);
        for (int k = 0; k < 3; k++)
            assert_has(check->observed, cases[i].parts[k]);
        assert_int_equal(f->seen->pids[0], f->seen->pids[1]);
        assert_int_not_equal(f->seen->pids[1], f->seen->pids[2]);
        assert_int_equal(f->seen->opened, 2);
        assert_int_equal(f->seen->opened_first, 1);
        teardown(state);
    }
}

/* Three GPUs were opened: 0.1 s, and as much for each of them. */
static void test_supervise__more_time_for_more_gpus(void **state)
{
    struct fixture *f = *state;

    f->act[1] = hang;
    f->report->gpus_tested = 3;
    f->steps[1].timeout_s = 0.1;
    f->steps[1].timeout_per_gpu_s = 0.1;
    supervise(f);
    assert_has(the_check(f->report, GST_SUITE_TIMED_OUT)->observed, "0.4 s");
}

static void test_supervise__what_was_written_before_a_crash_stays(void **state)
{
    struct fixture *f = *state;

    f->act[1] = segfault;
    supervise(f);
    /* One fact each, that of the crashed step included. */
    assert_int_equal(f->report->fact_count, 3);
    assert_true(f->report->items[1].ended_ns >= f->report->items[1].started_ns);
}

static void test_supervise__folder_of_a_killed_child_goes(void **state)
{
    struct fixture *f = *state;
    const struct gst_fact *folder;

    f->act[0] = die_beside_a_folder;
    supervise(f);
    folder = gst_report_find_fact(f->report, GST_NO_GPU, "suite", "folder");
    assert_non_null(folder);
    assert_int_not_equal(access(folder->text, F_OK), 0);
    assert_string_equal(f->report->progress.scratch, "");
}

static void test_supervise__every_step_crashes(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < STEPS; i++)
        f->act[i] = segfault;
    supervise(f);
    assert_verdicts(f->report, GST_ERROR, GST_ERROR, GST_ERROR);
    assert_int_equal(f->report->check_count, 3);
    assert_int_equal(f->seen->opened, 3);
}

static void test_supervise__memory_limit(void **state)
{
    struct fixture *f = *state;
    uint64_t own;
    const struct gst_check *check;

    /* What this process has, a sanitizer's tables included, is the child's start. */
    assert_true(gst_memory_of(getpid(), &own));
    f->supervisor.memory_limit_bytes = own + ((uint64_t)96 << 20);
    f->act[1] = eat_memory;
    supervise(f);
    assert_verdicts(f->report, GST_PASS, GST_ERROR, GST_PASS);
    check = the_check(f->report, GST_SUITE_OUT_OF_MEMORY);
    assert_has(check->observed, "limit");
    assert_has(check->observed, "'compute'");
}

static void test_supervise__output_is_kept_out_and_noted(void **state)
{
    struct fixture *f = *state;
    const struct gst_check *check;

    f->act[1] = print_a_line;
    supervise(f);
    assert_verdicts(f->report, GST_PASS, GST_PASS, GST_PASS);
    check = the_check(f->report, GST_SUITE_LIBRARY_OUTPUT);
    assert_int_equal(check->item, 1);
    assert_int_equal(check->verdict, GST_NOTE);
    assert_has(check->observed, "two, phase 'load'");
    /* 26 and 12 bytes; the escape byte must not reach a terminal. */
    assert_has(check->observed, "38 bytes printed");
    assert_has(check->observed, "'hello from ?[1m a library'");
}

static void test_supervise__much_output(void **state)
{
    struct fixture *f = *state;

    f->act[0] = print_10_mib;
    supervise(f);
    assert_verdicts(f->report, GST_PASS, GST_PASS, GST_PASS);
    assert_has(the_check(f->report, GST_SUITE_LIBRARY_OUTPUT)->observed, "10485760 bytes");
    assert_int_equal(the_check(f->report, GST_SUITE_LIBRARY_OUTPUT)->item, 0);
}

static void test_supervise__output_before_a_crash(void **state)
{
    struct fixture *f = *state;

    f->act[0] = print_and_crash;
    supervise(f);
    assert_int_equal(the_check(f->report, GST_SUITE_CRASHED)->item, 0);
    assert_has(the_check(f->report, GST_SUITE_LIBRARY_OUTPUT)->observed, "'last words'");
}

/* Nothing can be tested if the GPUs do not open; the cause is told once. */
static void test_supervise__open_goes_wrong(void **state)
{
    static const struct {
        action open;
        enum gst_finding_id finding;
    } cases[] = {
        { refuse, GST_RUNTIME_LIBCUDA_MISSING },
        { segfault_in_call, GST_HOST_DRIVER_CRASHED },
        { abort_in_call, GST_HOST_DRIVER_CRASHED },
        { hang_in_call, GST_HARDWARE_GPU_HANG },
        { hang, GST_SUITE_TIMED_OUT },
        { fail_without_cause, GST_SUITE_CRASHED },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f;

        setup(state);
        f = *state;
        f->open = cases[i].open;
        f->supervisor.open_timeout_s = 0.4;
        supervise(f);
        assert_verdicts(f->report, GST_SKIP, GST_SKIP, GST_SKIP);
        assert_int_equal(f->report->check_count, 1);
        assert_int_equal(the_check(f->report, cases[i].finding)->item, -1);
        for (int k = 0; k < STEPS; k++) {
            assert_int_equal(f->report->items[k].blocked_by, cases[i].finding);
            assert_has(f->report->items[k].reason, gst_finding(cases[i].finding)->id);
        }
        assert_int_equal(f->seen->opened, 1);
        teardown(state);
    }
}

/* What needs no GPU is done although they do not open, in a child of its own; the rest stays
 * blocked, before and behind it. */
static void test_supervise__step_goes_without_gpus(void **state)
{
    static const struct {
        action open, act;
        bool isolate;
        enum gst_verdict verdict;
        size_t checks;
    } cases[] = {
        { refuse, pass, false, GST_PASS, 1 },           { refuse, pass, true, GST_PASS, 1 },
        { segfault_in_call, pass, false, GST_PASS, 1 }, { hang_in_call, pass, false, GST_PASS, 1 },
        { refuse, fail_it, false, GST_FAIL, 2 },        { refuse, segfault, false, GST_ERROR, 2 },
        { refuse, hang, false, GST_ERROR, 2 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f;

        setup(state);
        f = *state;
        f->open = cases[i].open;
        f->act[1] = cases[i].act;
        f->steps[1].goes_without_gpus = true;
        f->steps[1].timeout_s = cases[i].act == hang ? 0.2 : 20;
        f->supervisor.isolate = cases[i].isolate;
        f->supervisor.open_timeout_s = cases[i].open == hang_in_call ? 0.4 : 20;
        supervise(f);
        assert_verdicts(f->report, GST_SKIP, cases[i].verdict, GST_SKIP);
        assert_int_equal(f->report->check_count, cases[i].checks);
        assert_int_equal(f->report->items[1].blocked_by, GST_NO_FINDING);
        assert_string_equal(f->report->items[1].reason, "");
        assert_int_not_equal(f->report->items[2].blocked_by, GST_NO_FINDING);
        assert_int_equal(f->seen->opened, 1);
        teardown(state);
    }
}

/* Where they open it is a step like others. */
static void test_supervise__step_that_could_go_without_gpus(void **state)
{
    struct fixture *f = *state;

    f->steps[1].goes_without_gpus = true;
    supervise(f);
    assert_verdicts(f->report, GST_PASS, GST_PASS, GST_PASS);
    assert_int_equal(f->seen->opened, 1);
    assert_int_equal(f->seen->pids[0], f->seen->pids[1]);
}

/* What somebody asked for wrongly ends it, too. */
static void test_supervise__usage_error_ends_all(void **state)
{
    struct fixture *f = *state;

    f->steps[1].goes_without_gpus = true;
    f->open = refuse_usage;
    supervise(f);
    assert_verdicts(f->report, GST_SKIP, GST_SKIP, GST_SKIP);
}

static void test_supervise__second_open_fails(void **state)
{
    struct fixture *f = *state;

    f->act[0] = segfault;
    f->open = refuse_second;
    supervise(f);
    assert_verdicts(f->report, GST_ERROR, GST_SKIP, GST_SKIP);
    assert_int_equal(f->report->items[1].blocked_by, GST_RUNTIME_LIBCUDA_MISSING);
}

/* The first step is done before the GPUs are opened, in the same child, and stands whatever comes
 * of opening them. */
static void test_supervise__early_step(void **state)
{
    static const struct {
        action act;
        action open;
        enum gst_verdict first, others;
        enum gst_finding_id finding;
        int opened;
        bool is_one_child;
    } cases[] = {
        { pass, NULL, GST_PASS, GST_PASS, GST_NO_FINDING, 1, true },
        { fail_it, NULL, GST_FAIL, GST_PASS, GST_HARDWARE_WRONG_RESULT, 1, true },
        { segfault, NULL, GST_ERROR, GST_PASS, GST_SUITE_CRASHED, 1, false },
        { hang, NULL, GST_ERROR, GST_PASS, GST_SUITE_TIMED_OUT, 1, false },
        { pass, refuse, GST_PASS, GST_SKIP, GST_RUNTIME_LIBCUDA_MISSING, 1, true },
        { pass, segfault_in_call, GST_PASS, GST_SKIP, GST_HOST_DRIVER_CRASHED, 1, true },
        { pass, hang_in_call, GST_PASS, GST_SKIP, GST_HARDWARE_GPU_HANG, 1, true },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f;

        setup(state);
        f = *state;
        f->steps[0].is_early = true;
        f->steps[0].timeout_s = cases[i].act == hang ? 0.2 : 20;
        f->supervisor.open_timeout_s = cases[i].open == hang_in_call ? 0.4 : 20;
        f->act[0] = cases[i].act;
        f->open = cases[i].open;
        supervise(f);
        assert_verdicts(f->report, cases[i].first, cases[i].others, cases[i].others);
        if (cases[i].finding != GST_NO_FINDING)
            assert_int_equal(the_check(f->report, cases[i].finding)->item,
                             cases[i].open == NULL ? 0 : -1);
        assert_int_equal(f->seen->opened, cases[i].opened);
        assert_int_equal(f->seen->opened_first, cases[i].opened);
        if (cases[i].others == GST_PASS)
            assert_int_equal(f->seen->pids[0] == f->seen->pids[1], cases[i].is_one_child);
        teardown(state);
    }
}

static void test_supervise__early_step_is_all(void **state)
{
    struct fixture *f = *state;

    f->steps[0].is_early = true;
    f->supervisor.step_count = 1;
    supervise(f);
    assert_int_equal(f->report->items[0].verdict, GST_PASS);
    assert_int_equal(f->seen->opened, 0);
    assert_int_equal(f->seen->closed_by, 0);
}

static void test_supervise__early_step_is_isolated(void **state)
{
    struct fixture *f = *state;

    f->steps[0].is_early = true;
    f->supervisor.isolate = true;
    supervise(f);
    assert_verdicts(f->report, GST_PASS, GST_PASS, GST_PASS);
    assert_int_equal(f->seen->opened, 2);
    assert_int_equal(f->seen->opened_first, 1);
    assert_int_not_equal(f->seen->pids[0], f->seen->pids[1]);
}

static void test_supervise__open_finds_a_usage_error(void **state)
{
    struct fixture *f = *state;

    f->open = refuse_usage;
    supervise(f);
    assert_verdicts(f->report, GST_SKIP, GST_SKIP, GST_SKIP);
    assert_int_equal(f->report->check_count, 0);
    assert_string_equal(f->report->usage_error, "no GPU '9'");
}

static void test_supervise__close_goes_wrong(void **state)
{
    static const struct {
        action close;
        enum gst_finding_id finding;
    } cases[] = {
        { segfault_in_call, GST_HOST_DRIVER_CRASHED },
        { hang_in_call, GST_HARDWARE_GPU_HANG },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f;

        setup(state);
        f = *state;
        f->close = cases[i].close;
        f->supervisor.open_timeout_s = 0.4;
        supervise(f);
        assert_verdicts(f->report, GST_PASS, GST_PASS, GST_PASS);
        assert_int_equal(the_check(f->report, cases[i].finding)->item, -1);
        teardown(state);
    }
}

static void test_supervise__own_environment(void **state)
{
    static const char *const env[] = { "GST_TEST_OWN=1", NULL };
    struct fixture *f = *state;

    f->steps[1].env = env;
    supervise(f);
    assert_verdicts(f->report, GST_PASS, GST_PASS, GST_PASS);
    assert_false(f->seen->has_env[0]);
    assert_true(f->seen->has_env[1]);
    assert_false(f->seen->has_env[2]);
    assert_null(getenv("GST_TEST_OWN"));
    assert_int_not_equal(f->seen->pids[0], f->seen->pids[1]);
    assert_int_equal(f->seen->opened_first, 1);
}

/* A list without a name in it asks for no more than a child of its own. */
static void test_supervise__own_environment_that_is_empty(void **state)
{
    static const char *const env[] = { NULL };
    struct fixture *f = *state;

    f->steps[1].env = env;
    supervise(f);
    assert_verdicts(f->report, GST_PASS, GST_PASS, GST_PASS);
    assert_int_not_equal(f->seen->pids[0], f->seen->pids[1]);
    assert_int_not_equal(f->seen->pids[1], f->seen->pids[2]);
}

static void test_supervise__isolate(void **state)
{
    struct fixture *f = *state;

    f->supervisor.isolate = true;
    supervise(f);
    assert_verdicts(f->report, GST_PASS, GST_PASS, GST_PASS);
    assert_int_equal(f->seen->opened, 3);
    assert_int_not_equal(f->seen->pids[0], f->seen->pids[1]);
    assert_int_not_equal(f->seen->pids[1], f->seen->pids[2]);
}

static void test_supervise__the_childs_surroundings(void **state)
{
    struct fixture *f = *state;

    f->act[0] = look_around;
    supervise(f);
    assert_false(f->seen->has_stdin);
    assert_false(f->seen->dumps_core);
    assert_string_equal(f->seen->oom_score, "1000\n");
}

static void test_supervise__outlives_sigkill(void **state)
{
    struct fixture *f = *state;

    f->act[1] = hang_undead;
    f->steps[1].timeout_s = 0.4;
    f->supervisor.grace_s = 0.1;
    supervise(f);
    if (f->seen->tracer == 0) {
        print_message("ptrace(2) is refused here\n");
        skip();
    }
    kill(f->seen->tracer, SIGKILL);
    assert_verdicts(f->report, GST_PASS, GST_ERROR, GST_SKIP);
    assert_int_equal(the_check(f->report, GST_HOST_STUCK_IN_DRIVER)->item, 1);
    assert_int_equal(f->report->items[2].blocked_by, GST_HOST_STUCK_IN_DRIVER);
    /* Now it goes; nobody else waits for it. */
    waitpid(f->seen->pids[1], NULL, 0);
}

/* A supervisor in a process of its own, ended from within a step. */
static void test_supervise__interrupted(void **state)
{
    static const action acts[] = { interrupt_parent, interrupt_parent_deaf };

    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        struct fixture *f;
        const struct gst_check *check;
        int status;
        uint64_t started_ns;
        pid_t pid;

        setup(state);
        f = *state;
        f->act[1] = acts[i];
        started_ns = gst_clock_ns();
        pid = fork();
        if (pid == 0) {
            struct gst_status st = GST_STATUS_INIT;

            _exit(gst_supervise(&f->supervisor, &st) ? 0 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        assert_true(gst_clock_ns() - started_ns < 1000000000U);
        assert_string_equal(f->report->interrupted, "SIGTERM");
        assert_verdicts(f->report, GST_PASS, GST_ERROR, GST_SKIP);
        check = the_check(f->report, GST_SUITE_INTERRUPTED);
        assert_int_equal(check->item, 1);
        assert_has(check->observed, "SIGTERM");
        assert_has(check->observed, "'wait'");
        assert_int_equal(f->report->items[2].blocked_by, GST_SUITE_INTERRUPTED);
        /* Nothing is left running. */
        assert_int_equal(kill(f->seen->pids[1], 0), -1);
        assert_int_equal(errno, ESRCH);
        teardown(state);
    }
}

/* As the first process of a container: the kernel gives it no default action for signals, and it
 * inherits what others leave behind. */
static bool leave_an_orphan(struct gst_report *report, struct gst_status *st)
{
    struct pollfd ended = { .events = POLLIN };
    int said[2];
    pid_t middle, orphan = 0;

    if (pipe(said) != 0)
        return false;
    middle = fork();
    if (middle == 0) {
        if (fork() == 0) {
            setpgid(0, 0);
            orphan = getpid();
            _exit(write(said[1], &orphan, sizeof(orphan)) == sizeof(orphan) ? 0 : 1);
        }
        _exit(0);
    }
    close(said[1]);
    waitpid(middle, NULL, 0);
    if (read(said[0], &orphan, sizeof(orphan)) != sizeof(orphan))
        orphan = 0;
    close(said[0]);
    /* Readable once it can be waited for: only then is there one to inherit. */
    ended.fd = orphan > 0 ? (int)syscall(SYS_pidfd_open, orphan, 0) : -1;
    if (ended.fd >= 0) {
        poll(&ended, 1, -1);
        close(ended.fd);
    }
    return orphan > 0 && pass(report, st);
}

static void supervise_as_process_1(struct fixture *f)
{
    struct gst_status st = GST_STATUS_INIT;

    if (getpid() != 1 || !gst_supervise(&f->supervisor, &st))
        _exit(2);
    /* Nothing is left to wait for. */
    _exit(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : 3);
}

static void test_supervise__interrupted_as_process_1(void **state)
{
    struct fixture *f = *state;
    int status;
    pid_t pid;

    f->act[0] = leave_an_orphan;
    f->act[1] = interrupt_parent;
    pid = fork();
    if (pid == 0) {
        pid_t first;

        if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
            _exit(77);
        first = fork();
        if (first == 0)
            supervise_as_process_1(f);
        waitpid(first, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("unshare(2) is refused here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_string_equal(f->report->interrupted, "SIGTERM");
    assert_verdicts(f->report, GST_PASS, GST_ERROR, GST_SKIP);
}

/* nohup and shells that start jobs in the background mean what they ignore. */
static void test_supervise__ignored_signals_stay_ignored(void **state)
{
    struct fixture *f = *state;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        struct gst_status st = GST_STATUS_INIT;

        signal(SIGTERM, SIG_IGN);
        f->act[1] = interrupt_parent;
        f->steps[1].timeout_s = 0.2;
        _exit(gst_supervise(&f->supervisor, &st) ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_string_equal(f->report->interrupted, "");
    the_check(f->report, GST_HARDWARE_GPU_HANG);
}

/* Some entry points ignore SIGCHLD, and exec keeps that. */
static void test_supervise__with_sigchld_ignored(void **state)
{
    struct fixture *f = *state;

    signal(SIGCHLD, SIG_IGN);
    f->act[1] = segfault_in_call;
    supervise(f);
    assert_ptr_equal(signal(SIGCHLD, SIG_DFL), SIG_IGN);
    the_check(f->report, GST_HOST_DRIVER_CRASHED);
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_supervise__##name, setup, teardown)
/* Those that make their own fixture, one per row. */
#define TABLE(name) cmocka_unit_test(test_supervise__##name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(healthy),
        CASE(words_of_a_step),
        TABLE(one_step_lost),
        CASE(more_time_for_more_gpus),
        CASE(what_was_written_before_a_crash_stays),
        CASE(folder_of_a_killed_child_goes),
        CASE(every_step_crashes),
        CASE(memory_limit),
        CASE(output_is_kept_out_and_noted),
        CASE(much_output),
        CASE(output_before_a_crash),
        TABLE(open_goes_wrong),
        TABLE(step_goes_without_gpus),
        CASE(step_that_could_go_without_gpus),
        CASE(usage_error_ends_all),
        CASE(second_open_fails),
        TABLE(early_step),
        CASE(early_step_is_all),
        CASE(early_step_is_isolated),
        CASE(open_finds_a_usage_error),
        TABLE(close_goes_wrong),
        CASE(own_environment),
        CASE(own_environment_that_is_empty),
        CASE(isolate),
        CASE(the_childs_surroundings),
        CASE(outlives_sigkill),
        TABLE(interrupted),
        CASE(interrupted_as_process_1),
        CASE(ignored_signals_stay_ignored),
        CASE(with_sigchld_ignored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
