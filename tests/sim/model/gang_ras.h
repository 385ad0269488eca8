/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NCCL tells of a job while it runs, or hangs: each process with a rank answers on the TCP
 * address of NCCL_RAS_ADDR, in the words of NCCL's user guide ("RAS"). The real one listens on a
 * port of its own without that variable; this one keeps still then.
 */
#ifndef SIM_MODEL_GANG_RAS_H
#define SIM_MODEL_GANG_RAS_H

#include <stdio.h>

#include "model/gang_job.h"

/* A rank of this process has joined the job, and is about to leave it: before the board goes. The
 * first one opens the address; nothing is said if that cannot be. */
void sim_gang_ras_join(struct sim_gang_board *board);
void sim_gang_ras_leave(struct sim_gang_board *board);

/* The status of one job, as it is written on a connection. */
void sim_gang_ras_write(FILE *file, const struct sim_gang_board *board);

#endif
