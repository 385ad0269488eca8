/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program once and prints `<wall nanoseconds> <peak resident bytes> <exit status> <CPU
 * nanoseconds>`, the last of it and of all children that it waited for. A small program of its own,
 * since Linux counts the memory of whoever called exec towards the peak of the program started, and
 * a script's interpreter is larger than what is measured here.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t of_cpu_ns(const struct rusage *usage)
{
    return (int64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000000
           + (int64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000;
}

/* What it prints is not of interest here, and a terminal would be timed with it. */
static void become(char *argv[])
{
    int null = open("/dev/null", O_RDWR);

    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    execvp(argv[0], argv);
    _exit(127);
}

int main(int argc, char *argv[])
{
    struct rusage usage;
    int64_t begin_ns = now_ns();
    int status;
    pid_t pid;

    if (argc < 2) {
        fprintf(stderr, "usage: bench_process <program> [argument...]\n");
        return 2;
    }
    pid = fork();
    if (pid == 0)
        become(argv + 1);
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
        fprintf(stderr, "bench_process: cannot run '%s'\n", argv[1]);
        return 1;
    }
    printf("%lld %lld %d %lld\n", (long long)(now_ns() - begin_ns),
           (long long)usage.ru_maxrss * 1024,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
           (long long)of_cpu_ns(&usage));
    return 0;
}
