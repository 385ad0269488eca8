/* SPDX-License-Identifier: Apache-2.0 */
/* Memory behind a descriptor; see board.h. Pages that nobody touches cost nothing. */
#include "collective/board.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct gst_board *map(int descriptor)
{
    void *memory =
        mmap(NULL, sizeof(struct gst_board), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

struct gst_board *gst_board_make(int *descriptor, struct gst_status *st)
{
    struct gst_board *board = NULL;
    const int fd = memfd_create("gpu-selftest-board", 0);

    if (fd >= 0 && ftruncate(fd, (off_t)sizeof(struct gst_board)) == 0)
        board = map(fd);
    if (board == NULL) {
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot share memory with rank workers: %s",
                 strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    for (int i = 0; i < GST_BOARD_SEATS; i++) {
        board->workers[i].seat = -1;
        board->workers[i].progress.gpu = GST_NO_GPU;
    }
    *descriptor = fd;
    return board;
}

struct gst_board *gst_board_attach(int descriptor)
{
    struct stat info;

    if (fstat(descriptor, &info) != 0 || info.st_size != (off_t)sizeof(struct gst_board))
        return NULL;
    return map(descriptor);
}

bool gst_board_is_done(const struct gst_board *board, size_t number)
{
    for (int i = 0; i < board->seat_count; i++) {
        if (atomic_load(&board->outcomes[number][i].is_done) == 0)
            return false;
    }
    return true;
}

void gst_board_release(struct gst_board *board)
{
    if (board != NULL)
        munmap(board, sizeof(*board));
}
