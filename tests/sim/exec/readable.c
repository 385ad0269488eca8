/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks the kernel to read through a pipe: write() answers EFAULT where a load would be a crash.
 * Not process_vm_readv, which container runtimes may forbid; not mincore, which calls a page
 * mapped that nobody may read.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec/readable.h"

/* The smallest page there is, so that a chunk never spans two. A pipe holds at least this much. */
#define PAGE ((size_t)4096)

bool sim_reader_open(struct sim_reader *reader)
{
    return pipe2(reader->pipe, O_CLOEXEC | O_NONBLOCK) == 0;
}

void sim_reader_close(struct sim_reader *reader)
{
    close(reader->pipe[0]);
    close(reader->pipe[1]);
}

size_t sim_reader_copy(struct sim_reader *reader, void *to, const void *from, size_t size)
{
    const size_t to_page_end = PAGE - (uintptr_t)from % PAGE;
    /* The system call itself: a sanitizer's write() would read the bytes first. */
    const long written =
        syscall(SYS_write, reader->pipe[1], from, size < to_page_end ? size : to_page_end);

    if (written <= 0)
        return 0;
    const ssize_t got = read(reader->pipe[0], to, (size_t)written);
    return got > 0 ? (size_t)got : 0;
}
