/* SPDX-License-Identifier: Apache-2.0 */
/* Copies that a PCIe switch could hand over, and that go up to the CPU; see report.h. */
#include <stdio.h>

#include "core/units.h"
#include "topology/peer_way.h"
#include "workloads/peer_copy/report.h"

static bool is_redirected(const struct gst_run *run, const struct gst_peers *peers, int from,
                          int to, struct gst_peer_way *way)
{
    if (gst_peers_path(peers, from, to) != GST_PEER_PCIE)
        return false;
    gst_peer_way_read(way, run->env->root, run->env->gpus[from].pci_id, run->env->gpus[to].pci_id);
    return way->redirect == GST_REDIRECT_ACS || way->redirect == GST_REDIRECT_AT_START;
}

void gst_peer_report_redirects(struct gst_run *run, const struct gst_peers *peers)
{
    struct gst_peer_way way, first_way = { 0 };
    int first_from = 0, first_to = 0;
    size_t count = 0;
    char text[160];

    for (int i = 0; i < peers->count && run->env->root != NULL; i++) {
        for (int k = 0; k < peers->count; k++) {
            if (i == k || !is_redirected(run, peers, i, k, &way))
                continue;
            if (count++ > 0)
                continue;
            first_way = way;
            first_from = i;
            first_to = k;
        }
    }
    if (count > 0)
        gst_run_check(
            run, GST_HOST_PEER_COPIES_REDIRECTED, GST_NO_GPU, false,
            "copies of %zu pair%s below PCIe switches go up to the CPU, the first from gpu "
            "%d to gpu %d: %s",
            count, gst_plural((int64_t)count), run->env->gpus[first_from].index,
            run->env->gpus[first_to].index, gst_peer_way_describe(&first_way, text, sizeof(text)));
}
