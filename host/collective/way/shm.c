/* SPDX-License-Identifier: Apache-2.0 */
/* Needs of /dev/shm; see shm.h. */
#include "collective/way/shm.h"

#include "audit/view.h"
#include "core/units.h"

#define LEAST_CHANNELS 2 /* NCCL user guide, NCCL_MIN_NCHANNELS: more are made, never fewer */

uint64_t gst_way_shm_need(int ranks)
{
    const uint64_t neighbours = ranks < 2 ? 0 : ranks == 2 ? 1 : 2;

    return ranks < 2 ? 0
                     : (uint64_t)ranks * neighbours * LEAST_CHANNELS * GST_WAY_SHM_CONNECTION_BYTES;
}

void gst_way_report_shm(struct gst_run *run, int ranks)
{
    const struct gst_view_request request = { .root = run->root };
    struct gst_status st = GST_STATUS_INIT;
    struct gst_view *view = gst_view_open(&request, &st);
    struct gst_space space;
    char size[32], need[32];

    if (view == NULL)
        return;
    if (gst_view_space(view, "/dev/shm", &space) && space.size_bytes < gst_way_shm_need(ranks))
        gst_run_check(
            run, GST_USER_SHM_SMALL, GST_NO_GPU, false,
            "'/dev/shm' has %s; %d ranks need %s if their GPUs cannot copy directly",
            gst_format(size, sizeof(size), (double)space.size_bytes, GST_UNIT_BYTES), ranks,
            gst_format(need, sizeof(need), (double)gst_way_shm_need(ranks), GST_UNIT_BYTES));
    gst_view_close(view);
}
