/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How two ranks reach each other; see gang_way.h. The rules are NCCL's (src/graph/paths.cc and
 * src/transport): NVLink where there is any; PCIe up to a distance, by default without crossing
 * the host's own bridge, as on hosts with Intel's CPUs; memory of the host on the same host;
 * sockets. GPUs of which sysfs tells nothing are all put at one CPU (src/graph/xml.cc); those that
 * NVML says cannot copy do not, whatever CUDA says.
 */
#include "model/gang_way.h"

enum sim_gang_path sim_gang_path(const struct sim_spec *spec, const struct sim_gang_rank *from,
                                 const struct sim_gang_rank *to)
{
    const struct sim_spec_gpu *one = &spec->gpus[from->gpu], *other = &spec->gpus[to->gpu];

    if (from->host != to->host)
        return SIM_PATH_NET;
    if (from->gpu == to->gpu)
        return SIM_PATH_LOC;
    if (spec->pairs[from->gpu][to->gpu].nvlinks > 0 && one->nvlinks > 0 && other->nvlinks > 0)
        return SIM_PATH_NVL;
    if (spec->host.is_bus_hidden)
        return SIM_PATH_PHB;
    if (one->bridge >= 0 && one->bridge == other->bridge)
        return SIM_PATH_PIX;
    return one->node == other->node ? SIM_PATH_PHB : SIM_PATH_SYS;
}

static bool is_p2p(const struct sim_spec *spec, const struct sim_gang_env *env,
                   const struct sim_gang_rank *from, const struct sim_gang_rank *to)
{
    const unsigned level = env->is_p2p_off      ? SIM_PATH_LOC
                           : env->has_p2p_level ? env->p2p_level
                                                : SIM_PATH_PXB;

    const struct sim_spec_pair *pair = &spec->pairs[from->gpu][to->gpu];

    return pair->can_access && !pair->is_refused_by_nvml && sim_gang_path(spec, from, to) <= level;
}

enum sim_gang_transport sim_gang_via(const struct sim_spec *spec, const struct sim_gang_env *env,
                                     const struct sim_gang_rank *from,
                                     const struct sim_gang_rank *to)
{
    if (from->host != to->host)
        return SIM_VIA_NET;
    if (from->gpu == to->gpu || is_p2p(spec, env, from, to))
        return from->process == to->process ? SIM_VIA_DIRECT : SIM_VIA_P2P;
    return env->is_shm_off ? SIM_VIA_NET : SIM_VIA_SHM;
}
