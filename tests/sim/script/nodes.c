/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for the nodes of GPUs and MIG instances; see nodes.h. */
#include "script/nodes.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* /proc/driver/nvidia-caps/mig-minors: 1 and 2 are for configuring and watching; then each GPU has
 * fifteen GPU instances, and each of them itself and eight compute instances. */
unsigned sim_nodes_capability(unsigned gpu, unsigned gpu_instance, unsigned compute_instance)
{
    return 3 + (gpu * 15 + gpu_instance) * 9 + 1 + compute_instance;
}

static bool has_node(const char *folder, const char *name, unsigned number)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s%u", folder, name, number);
    return access(path, F_OK) == 0;
}

static void keep_instances(struct sim_gpu *gpu, unsigned number, const char *folder)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < gpu->instance_count; i++) {
        const struct sim_mig_instance *from = &gpu->instances[i];

        if (has_node(folder, "nvidia-caps/nvidia-cap",
                     sim_nodes_capability(number, from->gpu_instance, from->compute_instance)))
            gpu->instances[kept++] = *from;
    }
    gpu->instance_count = kept;
}

void sim_nodes_apply(struct sim_machine *machine, const char *folder)
{
    if (folder == NULL || folder[0] == '\0')
        return;
    for (unsigned i = 0; i < machine->gpu_count; i++) {
        struct sim_gpu *gpu = &machine->gpus[i];

        if (!has_node(folder, "nvidia", i))
            gpu->is_hidden_from_cuda = gpu->is_hidden_from_nvml = true;
        keep_instances(gpu, i, folder);
    }
}
