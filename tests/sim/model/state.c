/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared state as a small mapped file. A run without a launcher has no file: its state is
 * shared only with the children that it forks.
 */
#include "model/state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x31534753u /* "SGS1": changes with the layout */

bool sim_state_create(const char *path)
{
    const struct sim_state empty = { .magic = MAGIC };
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return false;
    bool is_written = write(fd, &empty, sizeof empty) == (ssize_t)sizeof empty;
    return close(fd) == 0 && is_written;
}

static void *map_file(const char *path)
{
    struct stat about;
    int fd = open(path, O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return MAP_FAILED;
    if (fstat(fd, &about) != 0 || about.st_size != (off_t)sizeof(struct sim_state)) {
        close(fd);
        errno = EINVAL;
        return MAP_FAILED;
    }
    void *memory = mmap(NULL, sizeof(struct sim_state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return memory;
}

struct sim_state *sim_state_open(const char *path)
{
    void *memory = path != NULL ? map_file(path)
                                : mmap(NULL, sizeof(struct sim_state), PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct sim_state *state = memory;

    if (memory == MAP_FAILED)
        return NULL;
    if (path == NULL)
        state->magic = MAGIC;
    if (state->magic != MAGIC) {
        munmap(memory, sizeof *state);
        errno = EINVAL;
        return NULL;
    }
    return state;
}

void sim_state_close(struct sim_state *state)
{
    if (state != NULL)
        munmap(state, sizeof *state);
}

static bool is_alive(int32_t pid)
{
    return kill(pid, 0) == 0 || errno == EPERM;
}

struct sim_state_process *sim_state_process(struct sim_state *state)
{
    const int32_t self = (int32_t)getpid();

    for (unsigned i = 0; i < SIM_STATE_PROCESSES; i++) {
        struct sim_state_process *process = &state->processes[i];
        int32_t owner = atomic_load(&process->pid);

        if (owner == self)
            return process;
        if (owner != 0 && is_alive(owner))
            continue;
        if (!atomic_compare_exchange_strong(&process->pid, &owner, self))
            continue;
        for (unsigned gpu = 0; gpu < SIM_STATE_GPUS; gpu++)
            atomic_store(&process->used_bytes[gpu], 0);
        return process;
    }
    return NULL;
}

uint64_t sim_state_used_bytes(const struct sim_state *state, unsigned gpu)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < SIM_STATE_PROCESSES; i++) {
        int32_t pid = atomic_load(&state->processes[i].pid);

        if (pid != 0 && is_alive(pid))
            sum += atomic_load(&state->processes[i].used_bytes[gpu]);
    }
    return sum;
}

void sim_state_clock_set(struct sim_state *state, uint64_t clock_ps)
{
    uint64_t seen = atomic_load(&state->clock_ps);

    while (seen < clock_ps && !atomic_compare_exchange_weak(&state->clock_ps, &seen, clock_ps))
        ;
}
