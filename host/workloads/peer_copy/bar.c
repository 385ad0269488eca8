/* SPDX-License-Identifier: Apache-2.0 */
/* Links, classes and what has no floor; see bar.h. */
#include "workloads/peer_copy/bar.h"

#include <math.h>

#include "core/class_bars.h"
#include "topology/peer_way.h"

static struct gst_bar lower_of(struct gst_bar one, struct gst_bar other)
{
    if (isnan(one.ceiling) || isnan(other.ceiling))
        return gst_bar_none();
    return other.ceiling < one.ceiling ? other : one;
}

static struct gst_bar nvlink_bar(const struct gst_peer_bench *bench, int gpu, unsigned links)
{
    const struct gst_gpu *of = bench->seats[gpu].lane.gpu;

    return gst_bar_of_nvlink(gst_nvlink_version_of(of->cc_major, of->cc_minor), links);
}

static struct gst_bar pcie_bar(const struct gst_peer_bench *bench, int gpu)
{
    const struct gst_pcie_link *link = &bench->seats[gpu].link;

    return gst_bar_of_pcie(link->generation_max, link->width_max);
}

struct gst_bar gst_peer_bar_of_pcie(const struct gst_peer_bench *bench, int one, int other)
{
    return lower_of(pcie_bar(bench, one), pcie_bar(bench, other));
}

bool gst_peer_is_over_nvlink(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                             int from, int to)
{
    return !pass->is_staged && gst_nvlinks_expected_between(&bench->peers->links, from, to) > 0;
}

/* A floor for what PCIe switches alone hand over. A host bridge, as a rule the CPU, forwards from
 * port to port at whatever rate its model can, of which there are no reports to make a floor of;
 * and reads wait for what they asked for, of which not as much can be on its way everywhere. */
static bool has_pcie_floor(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                           int from, int to)
{
    struct gst_peer_way way;

    if (pass->is_staged || pass->is_pull || bench->run->env->root == NULL)
        return false;
    gst_peer_way_read(&way, bench->run->env->root, bench->seats[from].lane.gpu->pci_id,
                      bench->seats[to].lane.gpu->pci_id);
    return way.redirect == GST_REDIRECT_NONE || way.redirect == GST_REDIRECT_NOT_TOLD;
}

struct gst_bar gst_peer_bar(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                            int from, int to)
{
    const unsigned links = gst_nvlinks_expected_between(&bench->peers->links, from, to);
    const bool is_nvlink = gst_peer_is_over_nvlink(bench, pass, from, to);
    struct gst_bar bar =
        is_nvlink ? lower_of(nvlink_bar(bench, from, links), nvlink_bar(bench, to, links))
                  : gst_peer_bar_of_pcie(bench, from, to);

    /* What may be NVLink is not held against PCIe. */
    if (!is_nvlink && !pass->is_staged && gst_nvlinks_are_untold(&bench->peers->links, from, to))
        return gst_bar_none();
    if (pass->is_kernel || pass->is_both_ways || bench->memory.bytes < GST_BARS_FROM_BYTES
        || !bench->results[from][to].was_ahead
        || (!is_nvlink && !has_pcie_floor(bench, pass, from, to)))
        bar = gst_bar_without_floor(bar);
    /* Each direction has its own wires. */
    if (pass->is_both_ways)
        bar.ceiling *= 2;
    return bar;
}
