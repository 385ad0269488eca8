/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long as many ranks as one asks for take to meet, each a process of its own, and to be at one
 * barrier: over TCP and by a file, beside what starting and ending as many processes takes. All
 * three are taken in turns, so that a busy machine slows all. Prints one line per round, `<tcp>
 * <file> <processes>` in seconds; scripts/bench judges them.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "meet/address.h"
#include "meet/meet.h"

enum { ROUNDS = 7 };

#define TIMEOUT_S 30

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A port that was free a moment ago; 0: none. */
static int free_port(void)
{
    bool is_taken;
    char why[200];
    int listener = gst_address_listen("127.0.0.1", 0, &is_taken, why, sizeof(why));
    int port = listener < 0 ? 0 : gst_address_port(listener);

    if (listener >= 0)
        close(listener);
    return port;
}

/* What a rank does; NULL: nothing. Returns its exit status. */
static int be(int rank, int size, const struct gst_rendezvous *where)
{
    const struct gst_card card = gst_card_of_this_process(rank, size, "bench");
    struct gst_status st = GST_STATUS_INIT;
    struct gst_meet meet = { .size = 0 };
    bool ok;

    if (where == NULL)
        return 0;
    ok = gst_meet_open(&meet, where, &card, TIMEOUT_S, &st)
         && gst_meet_barrier(&meet, "bench", TIMEOUT_S, &st);
    gst_meet_release(&meet);
    if (!ok)
        fprintf(stderr, "bench_rendezvous: rank %d: %s\n", rank, st.cause);
    return ok ? 0 : 1;
}

/* Seconds until all have ended, negative if one did not do it. */
static double measure(int size, const struct gst_rendezvous *where)
{
    double begin_s = now_s();
    int status, started = 0;
    bool ok = true;

    for (; started < size; started++) {
        pid_t pid = fork();

        if (pid == 0)
            _exit(be(started, size, where));
        if (pid < 0)
            break;
    }
    for (int i = 0; i < started; i++)
        ok = wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 && ok;
    return ok && started == size ? now_s() - begin_s : -1;
}

int main(int argc, char *argv[])
{
    const int size = argc == 2 ? atoi(argv[1]) : 0;
    struct gst_rendezvous tcp = { .kind = GST_RENDEZVOUS_TCP, .host = "127.0.0.1" };
    struct gst_rendezvous file = { .kind = GST_RENDEZVOUS_FILE };
    char folder[] = "/tmp/bench_rendezvous_XXXXXX";
    int failed = 0;

    if (size < 1 || size > GST_MEET_RANKS_MAX || mkdtemp(folder) == NULL) {
        fprintf(stderr, "usage: bench_rendezvous <ranks>\n");
        return 2;
    }
    snprintf(file.path, sizeof(file.path), "%s/meet", folder);
    for (int round = 0; round < ROUNDS && !failed; round++) {
        double tcp_s, file_s, alone_s;

        tcp.port = free_port();
        tcp_s = measure(size, &tcp);
        file_s = measure(size, &file);
        alone_s = measure(size, NULL);
        failed = tcp_s < 0 || file_s < 0 || alone_s < 0;
        printf("%.6f %.6f %.6f\n", tcp_s, file_s, alone_s);
    }
    rmdir(folder);
    return failed;
}
