/* SPDX-License-Identifier: Apache-2.0 */
/* Whose fault it is, from boards as workers leave them and statuses as waitpid() gives them; nobody
 * is started. */
#include <setjmp.h>
#include <signal.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "collective/crew_blame.h"
#include "meet/address.h"

#define ALLOWED_S 30

/* What wait() says of a process that ended so (wait(2): the signal in the lower bits, else the
 * status above them). */
#define BY_SIGNAL(signal) (signal)
#define BY_STATUS(status) ((status) << 8)

static struct gst_crew crew;
static struct gst_status st;

/* Workers 0 to count - 1, each with so many of the ranks from 10 on, on GPUs from 20 on; RAS is
 * asked by nobody. */
static void seat(int count, int ranks_each, int world)
{
    const struct gst_status none = GST_STATUS_INIT;

    st = none;
    gst_crew_release(&crew);
    assert_true(gst_crew_init(&crew, &st));
    crew.ras_port = 0;
    crew.board->worker_count = count;
    crew.board->seat_count = count * ranks_each;
    crew.board->world = world;
    for (int i = 0; i < count * ranks_each; i++)
        crew.board->seats[i] = (struct gst_board_seat){ .rank = 10 + i, .gpu = 20 + i };
    for (int i = 0; i < count; i++) {
        crew.board->workers[i].first_seat = i * ranks_each;
        crew.board->workers[i].seat_count = ranks_each;
        crew.board->workers[i].seat = -1;
    }
}

static int teardown(void **state)
{
    (void)state;
    gst_crew_release(&crew);
    return 0;
}

static void place(int number, const char *phase, const char *call)
{
    struct gst_progress *at = &crew.board->workers[number].progress;

    snprintf(at->phase, sizeof(at->phase), "%s", phase);
    snprintf(at->call, sizeof(at->call), "%s", call);
}

static void assert_cause(enum gst_finding_id finding, int gpu, const char *cause)
{
    assert_string_equal(gst_finding(st.finding)->id, gst_finding(finding)->id);
    assert_int_equal(st.gpu, gpu);
    assert_string_equal(st.cause, cause);
    gst_status_clear(&st);
}

static void test_crew_blame__deaths(void **state)
{
    (void)state;
    seat(2, 1, 2);
    place(1, "allocate", "cuMemAlloc_v2");
    crew.wait_status[1] = BY_SIGNAL(SIGSEGV);
    assert_false(gst_crew_blame_death(&crew, 1, &st));
    assert_cause(GST_HOST_RANK_DIED, 21,
                 "rank 11 was killed by signal 11 (Segmentation fault), phase 'allocate' in "
                 "cuMemAlloc_v2");
    place(1, "allocate", "");
    crew.wait_status[1] = BY_STATUS(3);
    assert_false(gst_crew_blame_death(&crew, 1, &st));
    assert_cause(GST_HOST_RANK_DIED, 21,
                 "rank 11 ended itself with exit status 3, phase 'allocate'");
}

/* Of several ranks in one process none in particular died. */
static void test_crew_blame__death_of_a_process_of_several_ranks(void **state)
{
    (void)state;
    seat(2, 4, 8);
    place(1, "allocate", "");
    crew.wait_status[1] = BY_SIGNAL(SIGKILL);
    assert_false(gst_crew_blame_death(&crew, 1, &st));
    assert_cause(GST_HOST_RANK_DIED, GST_NO_GPU,
                 "the process of ranks 14 to 17 was killed by signal 9 (Killed), phase 'allocate'");
}

static void blame_failure(int number, enum gst_finding_id finding, int seat_number,
                          const char *cause)
{
    struct gst_board_worker *worker = &crew.board->workers[number];

    worker->finding = finding;
    worker->code = 2;
    worker->seat = seat_number;
    snprintf(worker->call, sizeof(worker->call), "ncclAllReduce");
    snprintf(worker->cause, sizeof(worker->cause), "%s", cause);
    assert_false(gst_crew_blame_failure(&crew, number, &st));
}

static void test_crew_blame__failures(void **state)
{
    (void)state;
    seat(2, 4, 8);
    blame_failure(1, GST_RUNTIME_NCCL_SYSTEM_ERROR, 6, "no space");
    assert_string_equal(st.call, "ncclAllReduce");
    assert_int_equal(st.code, 2);
    assert_cause(GST_RUNTIME_NCCL_SYSTEM_ERROR, 26, "the process of ranks 14 to 17: no space");
    blame_failure(1, GST_HOST_ALLOCATION_FAILED, -1, "no memory");
    assert_cause(GST_HOST_ALLOCATION_FAILED, GST_NO_GPU,
                 "the process of ranks 14 to 17: no memory");
}

/* It is nobody's in particular, whoever says so. */
static void test_crew_blame__what_the_image_lacks_is_no_ranks_fault(void **state)
{
    (void)state;
    seat(2, 1, 2);
    blame_failure(1, GST_IMAGE_NCCL_MISSING, 1, "not found");
    assert_cause(GST_IMAGE_NCCL_MISSING, GST_NO_GPU, "not found");
}

static void test_crew_blame__stragglers(void **state)
{
    (void)state;
    seat(3, 1, 3);
    place(0, "collect", "");
    place(1, "allocate", "cuMemAlloc_v2");
    place(2, "collect", "");
    assert_false(gst_crew_blame_delay(&crew, ALLOWED_S, &st));
    assert_cause(GST_HOST_RANK_ABSENT, 21,
                 "not done after 30 s: rank 11 is in 'allocate', call cuMemAlloc_v2, others in "
                 "'collect'");
    /* The first one is compared with the second. */
    place(0, "allocate", "");
    place(1, "collect", "");
    assert_false(gst_crew_blame_delay(&crew, ALLOWED_S, &st));
    assert_cause(GST_HOST_RANK_ABSENT, 20,
                 "not done after 30 s: rank 10 is in 'allocate', others in 'collect'");
}

/* Of two that differ neither is where most are: the others wait for who took fewer steps. */
static void test_crew_blame__the_hindmost_of_two(void **state)
{
    (void)state;
    seat(2, 1, 2);
    place(0, "collect", "");
    place(1, "allocate", "");
    atomic_store(&crew.board->workers[0].beats, 7);
    atomic_store(&crew.board->workers[1].beats, 4);
    assert_false(gst_crew_blame_delay(&crew, ALLOWED_S, &st));
    assert_cause(GST_HOST_RANK_ABSENT, 21,
                 "not done after 30 s: rank 11 is in 'allocate', others in 'collect'");
}

static void test_crew_blame__all_in_one_place(void **state)
{
    (void)state;
    seat(3, 1, 3);
    for (int i = 0; i < 3; i++)
        place(i, "collect", "ncclAllReduce");
    assert_false(gst_crew_blame_delay(&crew, ALLOWED_S, &st));
    assert_cause(GST_HARDWARE_COLLECTIVE_HANG, GST_NO_GPU,
                 "not done after 30 s: all ranks are in 'collect'");
    /* Who is missing cannot be seen from outside: those that wait look alike. */
    for (int i = 0; i < 3; i++)
        place(i, GST_BOARD_JOINING, "");
    assert_false(gst_crew_blame_delay(&crew, ALLOWED_S, &st));
    assert_cause(GST_HOST_RANK_ABSENT, GST_NO_GPU,
                 "not done after 30 s: all 3 processes wait in 'join the other ranks', so a rank "
                 "never came, or they do not reach each other");
}

/* All ranks, or one of several that others drive, of whom it knows nothing. */
static void test_crew_blame__one_process_speaks_of_itself(void **state)
{
    (void)state;
    seat(1, 1, 4);
    place(0, "collect", "");
    assert_false(gst_crew_blame_delay(&crew, ALLOWED_S, &st));
    assert_cause(GST_HARDWARE_COLLECTIVE_HANG, GST_NO_GPU,
                 "not done after 30 s: rank 10 waits in 'collect'");
    place(0, GST_BOARD_JOINING, "");
    assert_false(gst_crew_blame_delay(&crew, ALLOWED_S, &st));
    assert_cause(GST_HOST_RANK_ABSENT, GST_NO_GPU,
                 "not done after 30 s: rank 10 waits in 'join the other ranks', so a rank never "
                 "came, or they do not reach each other");
    seat(1, 4, 4);
    place(0, "collect", "");
    assert_false(gst_crew_blame_delay(&crew, ALLOWED_S, &st));
    assert_cause(GST_HARDWARE_COLLECTIVE_HANG, GST_NO_GPU,
                 "not done after 30 s: all ranks are in 'collect'");
}

/* NCCL of a job with a silent rank: it answers when the time is over that it was told to wait for
 * that one, and the way of the answer. */
static void *answer_late(void *listener)
{
    struct pollfd ready = { .fd = *(int *)listener, .events = POLLIN };
    const int fd = poll(&ready, 1, 30000) == 1 ? accept(ready.fd, NULL, NULL) : -1;
    FILE *talk = fdopen(fd, "r");
    char line[64];
    unsigned wait_s = 0;

    assert_non_null(talk);
    while (fgets(line, sizeof(line), talk) != NULL && strncmp(line, "VERBOSE", 7) != 0) {
        sscanf(line, "TIMEOUT %u", &wait_s);
        dprintf(fd, "%s", strncmp(line, "CLIENT", 6) == 0 ? "SERVER PROTOCOL 2\n" : "OK\n");
    }
    usleep(wait_s * 1000000 + 100000);
    dprintf(fd, "Errors\n======\n\n#0-0 (x) MISSING\n  1 rank missing\n");
    fclose(talk);
    return NULL;
}

static void test_crew_blame__nccl_answers_after_it_has_waited(void **state)
{
    bool is_taken;
    char why[160];
    int listener = gst_address_listen(GST_CREW_RAS_HOST, 0, &is_taken, why, sizeof(why));
    pthread_t thread;

    (void)state;
    assert_true(listener >= 0);
    seat(2, 1, 2);
    crew.ras_port = gst_address_port(listener);
    assert_int_equal(pthread_create(&thread, NULL, answer_late, &listener), 0);
    assert_false(gst_crew_blame_delay(&crew, ALLOWED_S, &st));
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(listener);
    assert_non_null(strstr(st.cause, "; NCCL says: "));
    assert_non_null(strstr(st.cause, "1 rank missing"));
}

/* A case is done when all ranks of this machine are through. */
static void test_crew_blame__too_much_to_do(void **state)
{
    (void)state;
    seat(2, 1, 2);
    crew.board->case_count = 3;
    atomic_store(&crew.board->outcomes[0][0].is_done, 1);
    atomic_store(&crew.board->outcomes[0][1].is_done, 1);
    atomic_store(&crew.board->outcomes[1][0].is_done, 1);
    assert_false(gst_crew_blame_size(&crew, 0.5, &st));
    assert_cause(GST_SUITE_TIMED_OUT, GST_NO_GPU,
                 "1 of 3 cases done in 0.5 s, and the next ones were coming on: --max-bytes makes "
                 "them fewer, --timeout allows them longer");
}

#define CASE(name) cmocka_unit_test_teardown(test_crew_blame__##name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(deaths),           CASE(death_of_a_process_of_several_ranks),
        CASE(failures),         CASE(what_the_image_lacks_is_no_ranks_fault),
        CASE(stragglers),       CASE(the_hindmost_of_two),
        CASE(all_in_one_place), CASE(one_process_speaks_of_itself),
        CASE(too_much_to_do),   CASE(nccl_answers_after_it_has_waited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
