/* SPDX-License-Identifier: Apache-2.0 */
/* What the double tells of its jobs on the port of RAS: as text of a job made by hand, and asked.
 */
#include "nccl_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "model/gang_ras.h"

static struct sim_gang_board job;
static char text[8192], address[32];
static uint16_t port;

/* Eight ranks in processes of their own, which are this one's, at their tenth operation. */
static void make_job(void)
{
    memset(&job, 0, sizeof job);
    job.nonce = 0x27a079b828ff1a75;
    atomic_store(&job.count, 8);
    for (unsigned i = 0; i < 8; i++) {
        job.seats[i].rank =
            (struct sim_gang_rank){ .gpu = i, .host = 1, .process = (int32_t)getpid() };
        atomic_store(&job.seats[i].state, SIM_SEAT_JOINED);
        atomic_store(&job.seats[i].posts[0].number, 9);
        atomic_store(&job.seats[i].posts[1].number, 10);
    }
}

static void write_job(void)
{
    FILE *file = fmemopen(text, sizeof text, "w");

    assert_non_null(file);
    sim_gang_ras_write(file, &job);
    assert_int_equal(fclose(file), 0);
}

static void expect_text(const char *what)
{
    if (strstr(text, what) == NULL)
        fail_msg("no '%s' in\n%s", what, text);
}

static void test_nccl_ras__a_job_that_runs(void **state)
{
    (void)state;
    make_job();
    write_job();
    expect_text("(total)   per node  per process    (total)  (total)\n"
                "      1          1            8          1        8\n");
    expect_text("    0         1         1         8         8         8   RUNNING      OK\n");
    assert_null(strstr(text, "INCOMPLETE"));
    assert_null(strstr(text, "MISMATCH"));
}

static void test_nccl_ras__ranks_that_are_missing(void **state)
{
    (void)state;
    make_job();
    atomic_store(&job.seats[3].state, SIM_SEAT_FREE);
    write_job();
    expect_text("      INIT  INCOMPLETE\n");
    expect_text("#0-0 (27a079b828ff1a75) INCOMPLETE\n  Missing communicator data from 1 rank\n"
                "  The missing rank: 3\n");
    job.seats[5].rank.process = INT32_MAX; /* beyond any process's number */
    write_job();
    expect_text("  The missing ranks: 3 5\n");
}

static void test_nccl_ras__ranks_that_are_late(void **state)
{
    (void)state;
    make_job();
    atomic_store(&job.seats[6].posts[1].number, 8);
    write_job();
    expect_text("MISMATCH\n");
    expect_text("  7 ranks have launched up to operation 10\n"
                "  Rank 6 has launched up to operation 9 -- GPU 6 managed by process ");
}

static int ask(const char *lines)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    size_t used = 0;
    ssize_t got = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        return -1;
    if (send(fd, lines, strlen(lines), MSG_NOSIGNAL) != (ssize_t)strlen(lines))
        got = -1;
    while (got > 0 && used + 1 < sizeof text) {
        got = recv(fd, text + used, sizeof text - 1 - used, 0);
        used += got > 0 ? (size_t)got : 0;
    }
    text[used] = '\0';
    close(fd);
    return (int)got;
}

static int ask_what_is_missing(struct team *team)
{
    EXPECT(settle_for(team, 20) == ncclInProgress);
    EXPECT(ask("CLIENT PROTOCOL 2\nTIMEOUT 5\nSTATUS\n") == 0);
    EXPECT(strncmp(text, "SERVER PROTOCOL 2\nOK\nNCCL version ", 34) == 0);
    EXPECT(strstr(text, "\n  The missing rank") != NULL);
    EXPECT(strstr(text, " 2\n") != NULL);
    return 0;
}

/* Ranks 0 and 1 wait for rank 2, which does not come before rank 0 has asked. */
static int wait_and_ask(struct team *team)
{
    int line = 0;

    EXPECT(cuInit(0) == CUDA_SUCCESS);
    if (team->first == 2) {
        while (atomic_load(&board->notes[0]) == 0)
            pass_ms(1);
        return begin(team);
    }
    EXPECT(join(team) == 0);
    if (team->first == 0) {
        line = ask_what_is_missing(team);
        atomic_store(&board->notes[0], 1);
    }
    EXPECT(settle(team) == ncclSuccess);
    return line;
}

static void find_port(void)
{
    struct sockaddr_in any = { .sin_family = AF_INET };
    socklen_t size = sizeof any;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof any), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &size), 0);
    close(fd);
    port = ntohs(any.sin_port);
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
}

static void test_nccl_ras__answers_where_it_is_told_to(void **state)
{
    (void)state;
    find_port();
    setenv("NCCL_RAS_ADDR", address, 1);
    assert_int_equal(run_ranks(wait_and_ask, RANKS), 0);
    unsetenv("NCCL_RAS_ADDR");
}

static int ask_in_vain(struct team *team)
{
    EXPECT(begin(team) == 0);
    EXPECT(ask("STATUS\n") == -1);
    return 0;
}

static void test_nccl_ras__is_silent_otherwise(void **state)
{
    (void)state;
    find_port();
    assert_int_equal(run_ranks(ask_in_vain, 1), 0);
    setenv("NCCL_RAS_ADDR", address, 1);
    setenv("NCCL_RAS_ENABLE", "0", 1);
    assert_int_equal(run_ranks(ask_in_vain, 1), 0);
    unsetenv("NCCL_RAS_ADDR");
    unsetenv("NCCL_RAS_ENABLE");
}

static int ask_wrongly(struct team *team)
{
    EXPECT(begin(team) == 0);
    EXPECT(ask("CLIENT PROTOCOL 3\nSET FORMAT json\nVERBOSE STATUS\n") == 0);
    EXPECT(strncmp(text, "SERVER PROTOCOL 2\nERROR: Unknown command\nNCCL version ", 54) == 0);
    EXPECT(strstr(text, "RUNNING      OK\n") != NULL);
    return 0;
}

/* All ranks of one process are one job. */
static void test_nccl_ras__tells_each_job_once(void **state)
{
    (void)state;
    find_port();
    setenv("NCCL_RAS_ADDR", address, 1);
    assert_int_equal(run_ranks(ask_wrongly, 1), 0);
    unsetenv("NCCL_RAS_ADDR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nccl_ras__a_job_that_runs),
        cmocka_unit_test(test_nccl_ras__ranks_that_are_missing),
        cmocka_unit_test(test_nccl_ras__ranks_that_are_late),
        cmocka_unit_test_setup(test_nccl_ras__answers_where_it_is_told_to, setup_machine),
        cmocka_unit_test_setup(test_nccl_ras__is_silent_otherwise, setup_machine),
        cmocka_unit_test_setup(test_nccl_ras__tells_each_job_once, setup_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
