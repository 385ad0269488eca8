/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One collective of one rank: an operation of its stream that meets those of the other ranks. It
 * starts when the last of them is ready and lasts as long as gang_time.h says; what a rank brings
 * is read when it is ready, what it gets is written at the end.
 *
 * Ranks that do not ask for the same are told apart on stderr, and never end, as on a real machine
 * at its worst.
 */
#ifndef SIM_MODEL_GANG_OP_H
#define SIM_MODEL_GANG_OP_H

#include "model/gang_comm.h"
#include "model/gang_time.h"

/* A number that a rank multiplies its elements with; of the collective's type. */
struct sim_gang_scalar {
    bool is_there;
    uintptr_t address; /* of device memory, read when the collective runs; 0: the value is here */
    unsigned char value[8];
};

struct sim_gang_order {
    enum sim_gang_kind kind; /* SIM_GANG_SEND is gang_mail.h's */
    int type, op, root;
    uint64_t count; /* as the call has it */
    uintptr_t source, target;
    struct sim_gang_scalar scalar;
    void *stream;
};

/* Checks the arguments as far as one rank can, and puts the operation into its stream. */
int sim_gang_submit(struct sim_comm *comm, const struct sim_gang_order *order);

/* The block of device memory, or of pinned memory, that holds the range; NULL, with words, if none
 * of the communicator's device does. */
struct sim_block *sim_gang_buffer(const struct sim_comm *comm, const char *what, uintptr_t address,
                                  uint64_t size_bytes);
/* The stream of a handle, if it is of the communicator's context; else an ncclResult_t. */
int sim_gang_stream(struct sim_comm *comm, void *handle, struct sim_stream **queue);
/* Puts it in behind everything that the communicator was asked for before. */
void sim_gang_enqueue(struct sim_comm *comm, struct sim_stream *queue, struct sim_op_spec *spec);

#endif
