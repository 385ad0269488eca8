/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that callers made: a sum of what each rank multiplies by a number of its own first. */
#ifndef SIM_NCCL_OPERATION_H
#define SIM_NCCL_OPERATION_H

#include "model/gang_op.h"

/* Turns the number of an operation into what the model knows. False if this communicator has none
 * of that number and type. */
bool operation_find(const struct sim_comm *comm, int op, int type, struct sim_gang_order *order);

#endif
