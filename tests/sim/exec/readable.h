/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading memory that may not be there.
 */
#ifndef SIM_EXEC_READABLE_H
#define SIM_EXEC_READABLE_H

#include <stdbool.h>
#include <stddef.h>

struct sim_reader {
    int pipe[2];
};

/* False if the process may open no more files. */
bool sim_reader_open(struct sim_reader *reader);
void sim_reader_close(struct sim_reader *reader);

/* Copies up to `size` bytes, but none beyond the page that `from` is in; returns how many: 0 where
 * nothing can be read. */
size_t sim_reader_copy(struct sim_reader *reader, void *to, const void *from, size_t size);

#endif
