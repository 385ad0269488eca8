/* SPDX-License-Identifier: Apache-2.0 */
/* Whose trouble tells most; see crew_trouble.h. */
#include "collective/crew_trouble.h"

#include <stdatomic.h>

static bool is_settled(const struct gst_board_worker *worker)
{
    const int state = atomic_load(&worker->state);

    return state != GST_WORKER_STARTING && state != GST_WORKER_LEAVING;
}

/* How a worker ended, by how much that tells of the cause: least if it saw another go, little if
 * all that it knows is that NCCL failed, which may be for what another one ran into, and most if it
 * said nothing itself. */
enum trouble { NO_TROUBLE, LOST_A_RANK, FAILED_VAGUELY, FAILED, DIED };

static enum trouble failure_of(enum gst_finding_id finding)
{
    if (finding == GST_HOST_RANK_LOST)
        return LOST_A_RANK;
    return finding == GST_IMAGE_NCCL_FAILED || finding == GST_RUNTIME_NCCL_SYSTEM_ERROR
               ? FAILED_VAGUELY
               : FAILED;
}

static enum trouble trouble_of(const struct gst_crew *crew, int number)
{
    const struct gst_board_worker *worker = &crew->board->workers[number];

    if (atomic_load(&worker->state) == GST_WORKER_FAILED)
        return failure_of(worker->finding);
    return crew->workers[number] == 0 && !is_settled(worker) ? DIED : NO_TROUBLE;
}

int gst_crew_find_trouble(const struct gst_crew *crew)
{
    enum trouble most = NO_TROUBLE;
    int found = -1;

    for (int i = 0; i < crew->board->worker_count; i++) {
        const enum trouble trouble = trouble_of(crew, i);

        if (trouble > most) {
            most = trouble;
            found = i;
        }
    }
    return found;
}

bool gst_crew_is_hearsay(const struct gst_crew *crew)
{
    const int number = gst_crew_find_trouble(crew);

    return number >= 0 && trouble_of(crew, number) == LOST_A_RANK;
}
