/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server of gang_ras.h: a thread of its own, one connection after the other, since whoever asks
 * does so because the rest of the process is stuck. Lines in, lines out; the status ends with the
 * connection. JSON is not modelled, and refused.
 */
#include "model/gang_ras.h"

#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define JOBS        SIM_GANG_RANKS
#define PATIENCE_MS 5000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sim_gang_board *boards[JOBS]; /* one for each rank of this process */
static int listener = -1;
static bool is_open;

/* Not that of the client alone: ranks of one process are in one job. */
static void write_jobs(FILE *file)
{
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < JOBS; i++) {
        bool is_told = false;

        for (unsigned k = 0; k < i && boards[i] != NULL; k++)
            is_told |= boards[k] != NULL && boards[k]->nonce == boards[i]->nonce;
        if (boards[i] != NULL && !is_told)
            sim_gang_ras_write(file, boards[i]);
    }
    pthread_mutex_unlock(&lock);
}

static void send_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t gone = send(fd, text, size, MSG_NOSIGNAL);

        if (gone <= 0)
            return;
        text += gone;
        size -= (size_t)gone;
    }
}

static void send_status(int fd)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    if (file == NULL)
        return;
    write_jobs(file);
    if (fclose(file) == 0)
        send_all(fd, text, size);
    free(text);
}

static bool read_line(int fd, char *line, size_t size)
{
    for (size_t used = 0; used + 1 < size; used++) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };

        if (poll(&ready, 1, PATIENCE_MS) != 1 || recv(fd, line + used, 1, 0) != 1)
            return false;
        if (line[used] == '\n') {
            line[used] = '\0';
            return true;
        }
    }
    return false;
}

static bool is_command(const char *line, const char *command)
{
    return strncasecmp(line, command, strlen(command)) == 0;
}

static void answer(int fd)
{
    static const char protocol[] = "SERVER PROTOCOL 2\n", ok[] = "OK\n";
    static const char refused[] = "ERROR: Unknown command\n";
    char line[128];

    while (read_line(fd, line, sizeof line)) {
        if (is_command(line, "STATUS") || is_command(line, "VERBOSE STATUS")) {
            send_status(fd);
            return;
        }
        if (is_command(line, "CLIENT PROTOCOL "))
            send_all(fd, protocol, sizeof protocol - 1);
        else if (is_command(line, "TIMEOUT ") || strcasecmp(line, "SET FORMAT text") == 0)
            send_all(fd, ok, sizeof ok - 1);
        else
            send_all(fd, refused, sizeof refused - 1);
    }
}

static void *serve(void *unused)
{
    (void)unused;
    for (;;) {
        const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        if (fd < 0)
            continue;
        answer(fd);
        close(fd);
    }
    return NULL;
}

static bool listen_at(const char *address)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    const char *port = strrchr(address, ':');
    struct addrinfo *found = NULL;
    const int on = 1;
    char host[128];

    if (port == NULL)
        return false;
    snprintf(host, sizeof host, "%.*s", (int)(port - address), address);
    if (getaddrinfo(host, port + 1, &hints, &found) != 0)
        return false;
    listener = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener >= 0
        && (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0
            || setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0
            || bind(listener, found->ai_addr, found->ai_addrlen) != 0
            || listen(listener, 16) != 0)) {
        close(listener);
        listener = -1;
    }
    freeaddrinfo(found);
    return listener >= 0;
}

/* Signals are for the threads of the program. */
static void start(void)
{
    const char *address = sim_gang_variable("NCCL_RAS_ADDR");
    const char *enable = sim_gang_variable("NCCL_RAS_ENABLE");
    sigset_t all, before;
    pthread_t thread;

    if (address == NULL || address[0] == '\0' || (enable != NULL && strcmp(enable, "0") == 0)
        || !listen_at(address))
        return;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, serve, NULL) == 0)
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void sim_gang_ras_join(struct sim_gang_board *board)
{
    unsigned place = 0;

    pthread_mutex_lock(&lock);
    while (place < JOBS && boards[place] != NULL)
        place++;
    if (place < JOBS)
        boards[place] = board;
    if (!is_open)
        start();
    is_open = true;
    pthread_mutex_unlock(&lock);
}

void sim_gang_ras_leave(struct sim_gang_board *board)
{
    unsigned place = 0;

    pthread_mutex_lock(&lock);
    while (place < JOBS && boards[place] != board)
        place++;
    if (place < JOBS)
        boards[place] = NULL;
    pthread_mutex_unlock(&lock);
}
