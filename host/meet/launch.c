/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of launchers, as a table; see launch.h. */
#include "meet/launch.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "meet/meet.h"

/* Names of variables; NULL: this launcher has none for it. */
struct launcher {
    const char *name;
    const char *rank;
    const char *size;
    const char *local_rank;
    const char *local_size;
    const char *address;
    const char *port;
    const char *job;
    const char *port_is_taken; /* says "True" if the launcher itself listens at the port */
};

/* torchrun: PyTorch's documentation, "torchrun (Elastic Launch)", "Environment Variables". Since
 * PyTorch 2.4 its agent keeps a store of its own at the port that it hands on, and says so
 * (torch/distributed/rendezvous.py, _torchelastic_use_agent_store). */
static const struct launcher launchers[] = {
    { .name = "torchrun",
      .rank = "RANK",
      .size = "WORLD_SIZE",
      .local_rank = "LOCAL_RANK",
      .local_size = "LOCAL_WORLD_SIZE",
      .address = "MASTER_ADDR",
      .port = "MASTER_PORT",
      .job = "TORCHELASTIC_RUN_ID",
      .port_is_taken = "TORCHELASTIC_USE_AGENT_STORE" },
};

#define PORT_MAX 65535

struct reader {
    const struct launcher *row;
    gst_launch_get get;
    void *data;
    char *error;
    size_t size;
};

/* NULL also for what is set and empty: so shells and compose files say "not set". */
static const char *value_of(const struct reader *reader, const char *name)
{
    const char *value = name == NULL ? NULL : reader->get(name, reader->data);

    return value == NULL || value[0] == '\0' ? NULL : value;
}

static bool read_number(const struct reader *reader, const char *name, uint64_t least,
                        uint64_t most, int *number)
{
    const char *text = value_of(reader, name);
    uint64_t value = 0;

    if (text == NULL)
        return true;
    if (gst_parse_unsigned(text, &value) && value >= least && value <= most) {
        *number = (int)value;
        return true;
    }
    snprintf(reader->error, reader->size,
             "'%.64s' in %s is no whole number from %" PRIu64 " to %" PRIu64, text, name, least,
             most);
    return false;
}

static bool read_ranks(const struct reader *reader, struct gst_launch *launch)
{
    const struct launcher *row = reader->row;

    return read_number(reader, row->size, 1, GST_MEET_RANKS_MAX, &launch->size)
           && read_number(reader, row->rank, 0, (uint64_t)launch->size - 1, &launch->rank)
           && read_number(reader, row->local_size, 1, (uint64_t)launch->size, &launch->local_size)
           && read_number(reader, row->local_rank, 0,
                          (uint64_t)(launch->local_size > 0 ? launch->local_size : launch->size)
                              - 1,
                          &launch->local_rank);
}

/* The first variable that is set of those that make a process a rank; NULL: none is. An address by
 * itself does not: Kubernetes gives every container the port of a service that is called master, as
 * MASTER_PORT=tcp://10.0.0.1:80. */
static const char *first_set(const struct reader *reader)
{
    const struct launcher *row = reader->row;
    const char *const names[] = { row->rank, row->size };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (value_of(reader, names[i]) != NULL)
            return names[i];
    }
    return NULL;
}

/* The variables go together: half of them is a mistake, and not a run of one. */
static bool check_complete(const struct reader *reader, bool has_address)
{
    const struct launcher *row = reader->row;
    const char *const names[] = { row->rank, row->size, row->address, row->port };
    const size_t count = has_address ? 2 : 4;
    const char *set = first_set(reader);

    for (size_t i = 0; i < count; i++) {
        if (value_of(reader, names[i]) != NULL)
            continue;
        if (set != NULL)
            snprintf(reader->error, reader->size, "%s is set and %s is not: ranks need %s", set,
                     names[i], has_address ? "both" : "all of them");
        else
            snprintf(reader->error, reader->size,
                     "'--rendezvous' needs %s and %s in the environment: which rank of how many "
                     "this is",
                     names[0], names[1]);
        return false;
    }
    return true;
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0
           || strncmp(host, "127.", 4) == 0;
}

/* Operators that start the ranks of several machines tell rank 0's that the master is localhost,
 * and the others its name (Kubeflow's PyTorchJob): there they knock at another door. */
static bool is_for_all(const struct gst_launch *launch)
{
    return launch->local_size < launch->size && is_loopback(launch->where.host);
}

static bool read_address(const struct reader *reader, struct gst_launch *launch)
{
    const struct launcher *row = reader->row;
    const char *taken = value_of(reader, row->port_is_taken);
    char why[160];

    if (!gst_rendezvous_of_host(&launch->where, value_of(reader, row->address),
                                value_of(reader, row->port), why, sizeof(why))) {
        snprintf(reader->error, reader->size, "%s and %s: %s", row->address, row->port, why);
        return false;
    }
    launch->where.is_for_all = is_for_all(launch);
    /* All ranks are told so, and all take the neighbour. */
    if (taken != NULL && strcmp(taken, "True") == 0)
        launch->where.port += launch->where.port < PORT_MAX ? 1 : -1;
    return true;
}

static bool read_launcher(const struct reader *reader, const struct gst_rendezvous *given,
                          struct gst_launch *launch)
{
    const bool has_address = given->kind != GST_RENDEZVOUS_NONE;
    const char *job = value_of(reader, reader->row->job);

    launch->launcher = reader->row->name;
    launch->where = *given;
    launch->job = gst_card_digest(job == NULL ? "" : job);
    return check_complete(reader, has_address) && read_ranks(reader, launch)
           && (has_address || read_address(reader, launch));
}

/* Images with PyTorch get RANK=0 and WORLD_SIZE=1 from their runtime (enroot's hook), and who runs
 * all-reduce there means all GPUs. What the variables say has to make sense all the same. */
static bool is_alone(const struct reader *reader)
{
    const char *text = value_of(reader, reader->row->size);
    uint64_t value = 0;

    return text != NULL && gst_parse_unsigned(text, &value) && value == 1;
}

bool gst_launch_read(struct gst_launch *launch, const struct gst_rendezvous *given,
                     gst_launch_get get, void *data, char *error, size_t size)
{
    const size_t count = sizeof(launchers) / sizeof(launchers[0]);
    struct reader reader = { launchers, get, data, error, size };
    struct gst_launch read = { .local_rank = -1 };

    *launch = read;
    for (size_t i = 0; i < count; i++) {
        reader.row = &launchers[i];
        if (first_set(&reader) == NULL && (given->kind == GST_RENDEZVOUS_NONE || i + 1 < count))
            continue;
        if (given->kind == GST_RENDEZVOUS_NONE && is_alone(&reader))
            return read_ranks(&reader, &read);
        if (!read_launcher(&reader, given, &read))
            return false;
        *launch = read;
        return true;
    }
    return true;
}

const char *gst_launch_is_set(gst_launch_get get, void *data)
{
    struct reader reader = { .get = get, .data = data };
    const char *set = NULL;

    for (size_t i = 0; i < sizeof(launchers) / sizeof(launchers[0]) && set == NULL; i++) {
        reader.row = &launchers[i];
        set = first_set(&reader);
    }
    return set;
}

bool gst_launch_is_alone(gst_launch_get get, void *data)
{
    struct reader reader = { .get = get, .data = data };
    bool alone = false;

    for (size_t i = 0; i < sizeof(launchers) / sizeof(launchers[0]) && !alone; i++) {
        reader.row = &launchers[i];
        alone = is_alone(&reader);
    }
    return alone;
}

const char *gst_launch_getenv(const char *name, void *data)
{
    (void)data;
    return getenv(name);
}
