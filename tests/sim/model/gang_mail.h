/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages from one rank to another, those of one group together: one operation that ends when all
 * of them are through. A message starts when both ends are ready. The n-th that one rank sends to
 * another is the n-th that this one takes from it.
 */
#ifndef SIM_MODEL_GANG_MAIL_H
#define SIM_MODEL_GANG_MAIL_H

#include "model/gang_comm.h"

/* One end of a message: of this rank and another one, or itself. */
struct sim_mail {
    bool is_sent; /* or taken */
    unsigned peer;
    int type;
    uint64_t count;
    uintptr_t address;
};

/* At most one message each way with each rank; what is more than that goes into another one. */
#define SIM_MAILS (2 * SIM_GANG_RANKS)

int sim_mail_check(const struct sim_comm *comm, const struct sim_mail *mail);
/* Puts checked messages into the stream. */
int sim_mail_submit(struct sim_comm *comm, void *stream, const struct sim_mail *mails,
                    unsigned count);

#endif
