/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_mail.h. Either end posts in the box of the pair; the bytes lie beside it. */
#include "model/gang_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/nccl_abi.h"
#include "model/gang_connect.h"
#include "model/gang_fault.h"
#include "model/gang_op.h"
#include "model/gang_reduce.h"
#include "model/gang_wire.h"

struct letter {
    struct sim_mail mail;
    uint64_t number; /* of the message between the two, from 1 */
    uint64_t size_bytes;
    struct sim_block *block;
    bool is_told;
};

struct mail_op {
    struct sim_comm *comm;
    bool is_posted;
    unsigned count;
    struct letter letters[SIM_MAILS];
};

int sim_mail_check(const struct sim_comm *comm, const struct sim_mail *mail)
{
    const size_t size = sim_gang_type_bytes(mail->type);

    if (size == 0)
        return sim_comm_says(ncclInvalidArgument, "no data type %d", mail->type);
    if (mail->peer >= comm->count)
        return sim_comm_says(ncclInvalidArgument, "no rank %d of %u", (int)mail->peer, comm->count);
    if (mail->count > 0
        && sim_gang_buffer(comm, mail->is_sent ? "the source" : "the target", mail->address,
                           mail->count * size)
               == NULL)
        return ncclInvalidArgument;
    return ncclSuccess;
}

/* This rank's end, or the other one. */
static struct sim_gang_end *end_of(const struct mail_op *op, const struct letter *letter,
                                   bool is_own)
{
    const unsigned self = op->comm->rank, peer = letter->mail.peer;
    const bool is_sent = letter->mail.is_sent;
    struct sim_gang_mail *box =
        &sim_gang_board(op->comm->gang)->mail[is_sent ? self : peer][is_sent ? peer : self];
    const unsigned place = letter->number % SIM_GANG_PLACES;

    return is_sent == is_own ? &box->sent[place] : &box->taken[place];
}

static void *room_of(const struct mail_op *op, const struct letter *letter)
{
    const unsigned self = op->comm->rank, peer = letter->mail.peer;
    void *room = sim_gang_message(op->comm->gang, letter->mail.is_sent ? self : peer,
                                  letter->mail.is_sent ? peer : self,
                                  letter->number % SIM_GANG_PLACES, letter->size_bytes);

    if (room == NULL)
        abort();
    return room;
}

static void post(struct mail_op *op, sim_time ready)
{
    for (unsigned i = 0; i < op->count; i++) {
        struct letter *letter = &op->letters[i];
        struct sim_gang_end *mine = end_of(op, letter, true);

        if (letter->mail.is_sent && letter->size_bytes > 0) {
            sim_world_open(letter->block);
            memcpy(room_of(op, letter), (const void *)letter->mail.address, letter->size_bytes);
        }
        mine->size_bytes = letter->size_bytes;
        mine->ready = ready;
        atomic_store(&mine->number, letter->number);
    }
    op->is_posted = true;
}

/* SIM_FOREVER until the other end is there, and for good if it is about another size. */
static sim_time end_time(struct mail_op *op, struct letter *letter)
{
    const unsigned self = op->comm->rank, peer = letter->mail.peer;
    const struct sim_gang_end *mine = end_of(op, letter, true);
    const struct sim_gang_end *other = end_of(op, letter, false);
    const struct sim_gang_env *env = &sim_gang_board(op->comm->gang)->env;
    struct sim_gang_rank all[SIM_GANG_RANKS], pair[2];

    if (atomic_load(&other->number) != letter->number)
        return SIM_FOREVER;
    if (other->size_bytes != letter->size_bytes) {
        if (!letter->is_told)
            fprintf(
                stderr,
                "gpu-selftest simulator: rank %u %s %llu bytes, and rank %u is there for %llu\n",
                self, letter->mail.is_sent ? "sends" : "takes",
                (unsigned long long)letter->size_bytes, peer,
                (unsigned long long)other->size_bytes);
        letter->is_told = true;
        return SIM_FOREVER;
    }
    sim_comm_ranks(op->comm, all);
    pair[0] = all[letter->mail.is_sent ? self : peer];
    pair[1] = all[letter->mail.is_sent ? peer : self];
    const unsigned count = self == peer ? 1 : 2;
    const sim_time ready = mine->ready > other->ready ? mine->ready : other->ready;
    const sim_time lasts =
        sim_gang_lasts(&sim_world.spec, env, pair, count, 0, SIM_GANG_SEND, letter->size_bytes);

    return lasts == SIM_FOREVER ? SIM_FOREVER : ready + lasts;
}

static sim_time meet(void *data, sim_time ready)
{
    struct mail_op *op = data;
    sim_time last = ready;

    if (op->comm->is_aborted)
        return ready;
    if (!op->is_posted)
        post(op, ready);
    for (unsigned i = 0; i < op->count; i++) {
        const sim_time end = end_time(op, &op->letters[i]);

        if (end == SIM_FOREVER) {
            sim_comm_look_for_dead(op->comm);
            return SIM_FOREVER;
        }
        if (end > last)
            last = end;
    }
    return last;
}

static void effect(void *data, sim_time end)
{
    struct mail_op *op = data;
    struct sim_comm *comm = op->comm;

    (void)end;
    if (sim_gpu_is_lost(comm->context->device->gpu))
        sim_context_fail(comm->context, CUDA_ERROR_UNKNOWN);
    if (comm->is_aborted || comm->context->sticky != CUDA_SUCCESS)
        return;
    for (unsigned i = 0; i < op->count; i++) {
        struct letter *letter = &op->letters[i];

        if (letter->mail.is_sent || letter->size_bytes == 0
            || sim_fault_rank_is_dropped(letter->mail.peer, comm->spans_processes)
            || sim_gang_wire_drops(comm, letter->mail.peer))
            continue;
        sim_world_open(letter->block);
        memcpy((void *)letter->mail.address, room_of(op, letter), letter->size_bytes);
        sim_gang_wire_flips(comm, letter->mail.peer, (void *)letter->mail.address,
                            letter->size_bytes);
        sim_fault_rank_spoil(comm->rank, comm->spans_processes, (void *)letter->mail.address,
                             letter->size_bytes, sim_gang_type_bytes(letter->mail.type));
        sim_world_written(letter->block, letter->mail.address, letter->size_bytes);
    }
}

static void release(void *data)
{
    struct mail_op *op = data;

    for (unsigned i = 0; i < op->count; i++) {
        if (op->letters[i].block != NULL)
            op->letters[i].block->in_flight--;
    }
    sim_comm_release(op->comm);
    free(op);
}

static void add(struct mail_op *op, const struct sim_mail *mail)
{
    struct letter *letter = &op->letters[op->count++];
    uint64_t *counts = mail->is_sent ? op->comm->sent : op->comm->taken;

    letter->mail = *mail;
    letter->number = ++counts[mail->peer];
    letter->size_bytes = mail->count * sim_gang_type_bytes(mail->type);
    if (letter->size_bytes == 0)
        return;
    letter->block = sim_memory_find(&sim_world.memory, mail->address);
    letter->block->in_flight++;
}

/* Is there a message already that goes this way? */
static bool goes_along(const struct mail_op *op, const struct sim_mail *mail)
{
    for (unsigned i = 0; i < op->count; i++) {
        if (op->letters[i].mail.is_sent == mail->is_sent && op->letters[i].mail.peer == mail->peer)
            return true;
    }
    return false;
}

static struct mail_op *begin(struct sim_comm *comm)
{
    struct mail_op *op = calloc(1, sizeof *op);

    if (op == NULL)
        abort();
    op->comm = comm;
    return op;
}

static void enqueue(struct mail_op *op, struct sim_stream *queue)
{
    struct sim_op_spec spec = { .meet = meet, .effect = effect, .release = release, .data = op };

    sim_gang_enqueue(op->comm, queue, &spec);
}

int sim_mail_submit(struct sim_comm *comm, void *stream, const struct sim_mail *mails,
                    unsigned count)
{
    struct sim_stream *queue;
    struct mail_op *op;
    int result = sim_gang_stream(comm, stream, &queue);

    if (result != ncclSuccess)
        return result;
    op = begin(comm);
    for (unsigned i = 0; i < count; i++) {
        if (goes_along(op, &mails[i])) {
            enqueue(op, queue);
            op = begin(comm);
        }
        add(op, &mails[i]);
    }
    enqueue(op, queue);
    return ncclSuccess;
}
