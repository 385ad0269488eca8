/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls between ncclGroupStart and ncclGroupEnd happen at the end of the outermost group, and none
 * of them waits for another; a call outside is a group of its own. Each thread has its own.
 *
 * Callers hold the lock.
 */
#ifndef SIM_NCCL_GROUP_H
#define SIM_NCCL_GROUP_H

#include "model/gang_mail.h"
#include "model/gang_op.h"

void group_begin(void);
/* Does what was called for, if it is the outermost; the first that failed, else whether all are
 * through: ncclInProgress where a communicator does not block. */
int group_end(void);

/* What is to be done then. False if the group is full. */
bool group_add_join(struct sim_comm *comm);
bool group_add_collective(struct sim_comm *comm, const struct sim_gang_order *order);
bool group_add_mail(struct sim_comm *comm, void *stream, const struct sim_mail *mail);

#endif
