/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers that do what a script says: end well, fail, die, or hang somewhere. This program starts
 * itself as them. Whatever they do, the crew's run returns, names who is to blame, and nobody is
 * left.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "collective/crew.h"
#include "collective/worker.h"
#include "core/clock.h"

#define WORKERS 3
#define CULPRIT 1

/* What the culprit does; handed over as the seed. */
enum script { WELL, FAILS, DIES, HANGS, ALL_HANG, IS_LOST, COMES_ON, STAYS, MISSES, IS_CLEAR };

static void hang(struct gst_board *board, bool heeds_stop)
{
    while (!heeds_stop || atomic_load(&board->stop) == 0)
        usleep(1000);
}

static void give_up(struct gst_board_worker *own, enum gst_finding_id finding, const char *cause)
{
    own->finding = finding;
    own->code = 2;
    own->seat = CULPRIT;
    snprintf(own->call, sizeof(own->call), "ncclAllReduce");
    snprintf(own->cause, sizeof(own->cause), "%s", cause);
    atomic_store(&own->state, GST_WORKER_FAILED);
    _exit(0);
}

/* As NCCL does, and does not come to remove it. */
static void share_memory(void)
{
    char path[] = GST_REMNANTS_FOLDER "/nccl-XXXXXX";
    const int fd = mkstemp(path);

    if (fd < 0 || ftruncate(fd, 4096) != 0
        || mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
        _exit(1);
}

static void misbehave(struct gst_board *board, struct gst_board_worker *own)
{
    snprintf(own->progress.phase, sizeof(own->progress.phase), "fall asleep");
    switch ((enum script)board->seed) {
    case FAILS:
        give_up(own, GST_RUNTIME_NCCL_SYSTEM_ERROR, "no space");
        break;
    case MISSES:
        give_up(own, GST_HOST_RANK_LOST, "peer gone");
        break;
    case IS_CLEAR:
        /* After the vague ones. */
        while (atomic_load(&board->workers[0].state) != GST_WORKER_FAILED)
            usleep(1000);
        give_up(own, GST_USER_NCCL_SHM_FULL, "no space");
        break;
    case IS_LOST:
        /* Its witnesses come first. */
        while (atomic_load(&board->workers[0].state) != GST_WORKER_FAILED)
            usleep(1000);
        usleep(500000);
        kill(getpid(), SIGKILL);
        break;
    case DIES:
        kill(getpid(), SIGKILL);
        break;
    case COMES_ON:
        while (atomic_load(&board->stop) == 0) {
            atomic_fetch_add(&own->beats, 1);
            usleep(1000);
        }
        break;
    case STAYS:
        atomic_store(&own->state, GST_WORKER_LEAVING);
        hang(board, false);
        break;
    case HANGS:
        share_memory();
        hang(board, false);
        break;
    default:
        break;
    }
}

static int be_worker(void)
{
    struct gst_board *board;
    struct gst_board_worker *own;
    int descriptor, number;

    if (sscanf(getenv(GST_BOARD_VARIABLE), "%d:%d", &descriptor, &number) != 2)
        return 1;
    board = gst_board_attach(descriptor);
    if (board == NULL || getppid() != board->coordinator || getenv("CREW_TEST") == NULL
        || strcmp(getenv("CUDA_LAUNCH_BLOCKING"), "0") != 0)
        return 1;
    own = &board->workers[number];
    snprintf(own->progress.phase, sizeof(own->progress.phase), "wait for the others");
    if (board->seed == ALL_HANG)
        hang(board, true);
    else if (number == CULPRIT)
        misbehave(board, own);
    else if (board->seed == IS_LOST)
        give_up(own, GST_HOST_RANK_LOST, "peer gone");
    else if (board->seed == IS_CLEAR)
        give_up(own, GST_IMAGE_NCCL_FAILED, "internal error");
    else if (board->seed == STAYS)
        atomic_store(&own->state, GST_WORKER_DONE);
    else if (board->seed != WELL)
        hang(board, true);
    atomic_store(&own->state, board->stop ? GST_WORKER_STOPPED : GST_WORKER_DONE);
    return 0;
}

static bool had_to_end_workers;
static size_t removed_files;

/* When it is heard that a rank elsewhere is gone; 0: there are no ranks elsewhere. */
static uint64_t heard_ns;

static bool knows_why;

static bool tell_whether_it_knows(void *data)
{
    assert_ptr_equal(data, &heard_ns);
    return knows_why;
}

static bool hear(void *data, struct gst_status *st)
{
    (void)data;
    if (gst_clock_ns() < heard_ns)
        return true;
    return gst_fail(st, GST_HOST_RANK_LOST, "rank 3 is gone");
}

static void make(struct gst_crew *crew, enum script script, struct gst_status *st)
{
    static const char *const variables[] = { "CREW_TEST=1", NULL };
    const struct gst_status none = GST_STATUS_INIT;

    *st = none;
    assert_true(gst_crew_init(crew, st));
    crew->variables = variables;
    crew->go_on = heard_ns == 0 ? NULL : hear;
    crew->knows_why = tell_whether_it_knows;
    crew->knows_why_data = &heard_ns;
    crew->board->seed = script;
    crew->board->worker_count = crew->board->seat_count = crew->board->world = WORKERS;
    for (int i = 0; i < WORKERS; i++) {
        crew->board->workers[i].first_seat = i;
        crew->board->workers[i].seat_count = 1;
        crew->board->seats[i].rank = 10 + i;
        crew->board->seats[i].gpu = 20 + i;
    }
    /* Of two cases all came through the first, two through the second. */
    crew->board->case_count = 2;
    for (int i = 0; i < 2 * WORKERS - 1; i++)
        atomic_store(&crew->board->outcomes[i / WORKERS][i % WORKERS].is_done, 1);
}

static void run(enum script script, double allowed_s, struct gst_status *st)
{
    struct gst_crew crew;
    bool ok;

    make(&crew, script, st);
    ok = gst_crew_run(&crew, allowed_s, st);
    removed_files = crew.removed_files;
    had_to_end_workers = crew.had_to_end_workers;
    assert_int_equal(ok, st->finding == GST_NO_FINDING);
    assert_int_equal(crew.survivor_count, 0);
    /* Nobody is left, and nobody waits to be reaped. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    gst_crew_release(&crew);
    gst_crew_release(&crew);
}

static void assert_cause(const struct gst_status *st, const char *id, int gpu, const char *words)
{
    assert_string_equal(gst_finding(st->finding)->id, id);
    assert_int_equal(st->gpu, gpu);
    assert_non_null(strstr(st->cause, words));
}

static void test_crew__all_well(void **state)
{
    struct gst_status st;

    (void)state;
    run(WELL, 30, &st);
    assert_int_equal(st.finding, GST_NO_FINDING);
    assert_false(had_to_end_workers);
}

/* All results are there: it is no hang, and nothing of them is lost. */
static void test_crew__who_is_slow_to_leave_is_ended(void **state)
{
    struct gst_status st;

    (void)state;
    run(STAYS, 0.3, &st);
    assert_int_equal(st.finding, GST_NO_FINDING);
    assert_true(had_to_end_workers);
}

/* One thread that waits for each launch of several ranks would wait for good: the worker, which
 * looks, sees none of it. */
static void test_crew__launches_never_wait(void **state)
{
    struct gst_status st;

    (void)state;
    assert_int_equal(setenv("CUDA_LAUNCH_BLOCKING", "1", 1), 0);
    run(WELL, 30, &st);
    assert_int_equal(unsetenv("CUDA_LAUNCH_BLOCKING"), 0);
    assert_int_equal(st.finding, GST_NO_FINDING);
}

static void test_crew__says_what_a_rank_says(void **state)
{
    struct gst_status st;

    (void)state;
    run(FAILS, 30, &st);
    assert_cause(&st, "runtime.nccl-system-error", 21, "rank 11: no space");
    assert_string_equal(st.call, "ncclAllReduce");
    assert_int_equal(st.code, 2);
}

/* What is a rank's own, nobody else will tell. */
static void test_crew__does_not_wait_to_hear_of_its_own_failure(void **state)
{
    struct gst_status st;

    (void)state;
    heard_ns = gst_clock_ns() + 3600000000000;
    run(FAILS, 30, &st);
    heard_ns = 0;
    assert_cause(&st, "runtime.nccl-system-error", 21, "rank 11: no space");
}

/* It lost a rank elsewhere, of which more is heard. */
static void test_crew__waits_to_hear_why_a_rank_is_gone(void **state)
{
    struct gst_status st;

    (void)state;
    heard_ns = gst_clock_ns() + 1200000000;
    run(MISSES, 30, &st);
    heard_ns = 0;
    assert_cause(&st, "host.rank-lost", GST_NO_GPU, "rank 3 is gone");
}

/* What NCCL wrote says why it was lost. */
static void test_crew__who_knows_why_does_not_wait(void **state)
{
    struct gst_status st;

    (void)state;
    knows_why = true;
    heard_ns = gst_clock_ns() + 1200000000;
    run(MISSES, 30, &st);
    heard_ns = 0;
    knows_why = false;
    assert_cause(&st, "host.rank-lost", 21, "rank 11: peer gone");
}

/* Of several that failed, the one that says at what. */
static void test_crew__a_clear_failure_tells_more_than_vague_ones(void **state)
{
    struct gst_status st;

    (void)state;
    run(IS_CLEAR, 30, &st);
    assert_cause(&st, "user.nccl-shm-full", 21, "rank 11: no space");
}

static void test_crew__names_the_rank_that_died(void **state)
{
    struct gst_status st;

    (void)state;
    run(DIES, 30, &st);
    assert_cause(&st, "host.rank-died", 21, "rank 11 was killed by signal 9");
    assert_non_null(strstr(st.cause, "'fall asleep'"));
}

/* Those that saw it go say so, too, maybe earlier; it is not what has to be mended. */
static void test_crew__death_tells_more_than_its_witnesses(void **state)
{
    struct gst_status st;

    (void)state;
    run(IS_LOST, 30, &st);
    assert_cause(&st, "host.rank-died", 21, "rank 11 was killed by signal 9");
}

static void test_crew__names_the_rank_that_never_came(void **state)
{
    struct gst_status st;

    (void)state;
    run(HANGS, 0.3, &st);
    assert_cause(&st, "host.rank-absent", 21, "rank 11 is in 'fall asleep'");
    assert_non_null(strstr(st.cause, "others in 'wait for the others'"));
    assert_int_equal(removed_files, 1);
}

static char stay_stuck(const char *proc, pid_t worker)
{
    assert_string_equal(proc, "/proc");
    assert_true(worker > 0);
    return 'D';
}

static int looks;

static char come_on(const char *proc, pid_t worker)
{
    stay_stuck(proc, worker);
    return looks++ == 0 ? 'D' : 'R';
}

static int kill_in_vain(pid_t worker, int signal)
{
    assert_true(worker > 0);
    assert_int_equal(signal, SIGKILL);
    return 0;
}

/* As where it sits in the driver: nobody waits for it, and it is told of. */
static void test_crew__notes_who_cannot_be_killed(void **state)
{
    struct gst_crew crew;
    struct gst_status st;

    (void)state;
    make(&crew, HANGS, &st);
    crew.kill = kill_in_vain;
    crew.state_of = stay_stuck;
    crew.kill_grace_s = 0.05;
    assert_false(gst_crew_run(&crew, 0.3, &st));
    assert_cause(&st, "host.rank-absent", 21, "rank 11 is in 'fall asleep'");
    assert_int_equal(crew.slow_count, 0);
    assert_int_equal(crew.survivor_count, 1);
    assert_int_equal(crew.survivors[0].number, CULPRIT);
    assert_memory_equal(crew.survivors[0].where, "state ", 6);
    assert_int_equal(kill(crew.survivors[0].pid, SIGKILL), 0);
    assert_int_equal(waitpid(crew.survivors[0].pid, NULL, 0), crew.survivors[0].pid);
    gst_crew_release(&crew);
}

/* As one whose memory the driver still takes apart: between two waits it does something. */
static void test_crew__who_ends_slowly_is_not_stuck(void **state)
{
    struct gst_crew crew;
    struct gst_status st;
    const pid_t *left;

    (void)state;
    make(&crew, HANGS, &st);
    crew.kill = kill_in_vain;
    crew.state_of = come_on;
    crew.kill_grace_s = 0.05;
    looks = 0;
    assert_false(gst_crew_run(&crew, 0.3, &st));
    assert_int_equal(looks, 2);
    assert_int_equal(crew.slow_count, 1);
    assert_int_equal(crew.survivor_count, 0);
    left = &crew.workers[CULPRIT];
    assert_int_equal(kill(*left, SIGKILL), 0);
    assert_int_equal(waitpid(*left, NULL, 0), *left);
    gst_crew_release(&crew);
}

static void test_crew__blames_nobody_where_all_are_in_one_place(void **state)
{
    struct gst_status st;

    (void)state;
    run(ALL_HANG, 0.3, &st);
    assert_cause(&st, "hardware.collective-hang", -1, "all ranks are in 'wait for the others'");
}

/* Not done, and none of them hangs: there is too much to do. */
static void test_crew__who_comes_on_does_not_hang(void **state)
{
    struct gst_status st;

    (void)state;
    run(COMES_ON, 0.5, &st);
    assert_cause(&st, "suite.timed-out", -1, "1 of 2 cases done in 0.5 s");
    assert_non_null(strstr(st.cause, "--max-bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crew__all_well),
        cmocka_unit_test(test_crew__who_is_slow_to_leave_is_ended),
        cmocka_unit_test(test_crew__launches_never_wait),
        cmocka_unit_test(test_crew__says_what_a_rank_says),
        cmocka_unit_test(test_crew__does_not_wait_to_hear_of_its_own_failure),
        cmocka_unit_test(test_crew__waits_to_hear_why_a_rank_is_gone),
        cmocka_unit_test(test_crew__who_knows_why_does_not_wait),
        cmocka_unit_test(test_crew__a_clear_failure_tells_more_than_vague_ones),
        cmocka_unit_test(test_crew__names_the_rank_that_died),
        cmocka_unit_test(test_crew__death_tells_more_than_its_witnesses),
        cmocka_unit_test(test_crew__names_the_rank_that_never_came),
        cmocka_unit_test(test_crew__who_comes_on_does_not_hang),
        cmocka_unit_test(test_crew__notes_who_cannot_be_killed),
        cmocka_unit_test(test_crew__who_ends_slowly_is_not_stuck),
        cmocka_unit_test(test_crew__blames_nobody_where_all_are_in_one_place),
    };

    if (gst_worker_is_wanted())
        return be_worker();
    return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
