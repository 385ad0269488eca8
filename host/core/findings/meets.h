/* SPDX-License-Identifier: Apache-2.0 */
/* What ranks of several processes or machines find while they meet; see finding_list.h. */
#ifndef GST_CORE_FINDINGS_MEETS_H
#define GST_CORE_FINDINGS_MEETS_H

/* clang-format off */
#define GST_FINDINGS_OF_MEETS(X) \
    X(GST_USER_RENDEZVOUS_UNUSABLE, "user.rendezvous-unusable", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "an address at which rank 0 can listen and the other ranks reach it", \
      "name an address of the machine of rank 0 and a free port, the same for all: --rendezvous tcp://<host>:<port>, or MASTER_ADDR and MASTER_PORT", \
      "getaddrinfo(3), bind(2), connect(2), rename(2)") \
    X(GST_USER_RANKS_MISSING, "user.ranks-missing", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "as many ranks arrive as were announced", \
      "start one process for each RANK from 0 to WORLD_SIZE - 1, all with the same MASTER_ADDR and MASTER_PORT, and let that port through firewalls", \
      "the time-out of the rendezvous") \
    X(GST_USER_RANKS_DISAGREE, "user.ranks-disagree", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "ranks of one job have the same options, the same image and different numbers", \
      "start every rank from the same image, with the same options and WORLD_SIZE, a RANK and a GPU of its own (NCCL takes MIG slices of one GPU for the same GPU)", \
      "what each rank tells of itself when it arrives") \
    X(GST_USER_LAUNCH_IGNORED, "user.launch-ignored", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "the variables of a launcher go with a workload that is named", \
      "name it if this is one rank of several: gpu-selftest all-reduce; else unset them", \
      "the environment")
/* clang-format on */

#endif
