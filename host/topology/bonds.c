/* SPDX-License-Identifier: Apache-2.0 */
/* NVLinks of pairs; see bonds.h. */
#include "topology/bonds.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gpu/nvlinks.h"
#include "topology/distance.h"

#define NO_GPU GST_TOPOLOGY_GPUS

static size_t gpu_at(const struct gst_topology *topology, const char *address)
{
    for (size_t i = 0; i < topology->gpu_count; i++) {
        if (strcasecmp(topology->gpus[i].pci.address, address) == 0)
            return i;
    }
    return NO_GPU;
}

static void add_gpu(struct gst_topology *topology, const struct gst_root *root, size_t from,
                    const struct gst_nvlink_gpu *gpu)
{
    for (size_t i = 0; i < gpu->up_count; i++) {
        const size_t to = gpu_at(topology, gpu->remotes[i]);

        if (to != NO_GPU)
            topology->direct_nvlinks[from][to]++;
        else if (gst_nvlinks_is_switch(root, gpu->remotes[i]))
            topology->switched_nvlinks[from]++;
    }
}

void gst_bonds_add(struct gst_topology *topology, const struct gst_root *root,
                   const struct gst_nvlink_answer *answer)
{
    topology->knows_nvlinks = answer->is_told;
    snprintf(topology->nvlink_problem, sizeof(topology->nvlink_problem), "%s", answer->problem);
    for (size_t i = 0; answer->is_told && i < answer->gpu_count; i++) {
        const size_t gpu = gpu_at(topology, answer->gpus[i].address);

        if (gpu != NO_GPU)
            add_gpu(topology, root, gpu, &answer->gpus[i]);
    }
}

unsigned gst_bonds_between(const struct gst_topology *topology, size_t one, size_t other)
{
    unsigned switched;

    if (one == other || one >= topology->gpu_count || other >= topology->gpu_count)
        return 0;
    switched = topology->switched_nvlinks[one];
    if (topology->switched_nvlinks[other] < switched)
        switched = topology->switched_nvlinks[other];
    return topology->direct_nvlinks[one][other] + switched;
}

const char *gst_bonds_word(const struct gst_topology *topology, size_t one, size_t other,
                           char text[16])
{
    const unsigned nvlinks = gst_bonds_between(topology, one, other);

    if (nvlinks == 0)
        return gst_distance_word(gst_distance_between(&gst_topology_at(topology, one)->pci,
                                                      &gst_topology_at(topology, other)->pci));
    snprintf(text, 16, "NV%u", nvlinks);
    return text;
}
