/* SPDX-License-Identifier: Apache-2.0 */
/* The statements about what lies between GPUs and host memory: switches, NUMA nodes, sockets. */
#include <stdio.h>

#include "script/statement.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The word after the statement's, a number below `count`. */
static bool read_number(const struct sim_statement *st, const char *what, unsigned count,
                        unsigned *number)
{
    const struct sim_field field = { "", SIM_KIND_COUNT, 0, sizeof *number };
    const char *text = st->words.count > 1 ? st->words.words[1].key : "";

    return (sim_value_set(&field, number, text) && *number < count)
           || sim_statement_fail(st, "no %s '%.16s' (known: 0 to %u)", what, text, count - 1);
}

/* A fault changes a switch that is there, the profile makes one. */
bool sim_statement_switch(const struct sim_statement *st)
{
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("gen", COUNT, struct sim_pcie_switch, gen),
        SIM_FIELD("width", COUNT, struct sim_pcie_switch, width),
        SIM_FIELD("efficiency", SHARE, struct sim_pcie_switch, efficiency_permille),
        SIM_FIELD("bus", HEX, struct sim_pcie_switch, bus),
    };
    struct sim_pcie_switch *one;
    unsigned index;

    if (!read_number(st, "switch", SIM_MACHINE_SWITCHES, &index))
        return false;
    one = &st->script->machine.host.switches[index];
    if (st->part == SIM_SCRIPT_FAULT && one->width == 0)
        return sim_statement_fail(st, "the profile has no switch %u", index);
    if (one->width == 0)
        one->efficiency_permille = 1000;
    if (!sim_statement_fields(st, 2, FIELDS, COUNT(FIELDS), one))
        return false;
    if (one->width == 0 || (one->width & (one->width - 1)) != 0 || one->width > 16)
        return sim_statement_fail(st, "a switch has no width %u (known: powers of two up to 16)",
                                  one->width);
    if (one->gen == 0 || one->gen > 6)
        return sim_statement_fail(st, "a switch has no generation %u (known: 1 to 6)", one->gen);
    if (one->bus > 0xfe)
        return sim_statement_fail(st, "a switch has no bus 0x%x (known: up to 0xfe)", one->bus);
    if (st->part != SIM_SCRIPT_FAULT) {
        one->gen_most = one->gen;
        one->width_most = one->width;
    }
    one->fault = st->fault;
    return true;
}

bool sim_statement_node(const struct sim_statement *st)
{
    unsigned index, *rate;
    const struct sim_field field = { "memory", SIM_KIND_RATE, 0, sizeof *rate };

    if (!read_number(st, "node", SIM_MACHINE_NODES, &index))
        return false;
    rate = &st->script->machine.host.memory_mb_per_s[index];
    return sim_statement_fields(st, 2, &field, 1, rate);
}

bool sim_statement_sockets(const struct sim_statement *st)
{
    struct sim_host *host = &st->script->machine.host;
    unsigned one, other, rate;
    const struct sim_field field = { "rate", SIM_KIND_RATE, 0, sizeof rate };
    char end;

    if (st->words.count < 2 || sscanf(st->words.words[1].key, "%2u-%2u%c", &one, &other, &end) != 2
        || one == other || one >= SIM_MACHINE_NODES || other >= SIM_MACHINE_NODES)
        return sim_statement_fail(st, "'sockets' needs two NUMA nodes such as 0-1");
    if (!sim_statement_fields(st, 2, &field, 1, &rate))
        return false;
    host->socket_mb_per_s[one][other] = host->socket_mb_per_s[other][one] = rate;
    host->socket_faults[one][other] = host->socket_faults[other][one] = st->fault;
    return true;
}

/* What a process finds on its host: memory of the wrong place, little of /dev/shm, orders to NCCL,
 * a bus that is not shown, no network at all. */
bool sim_statement_host(const struct sim_statement *st)
{
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("numa", NODE, struct sim_host, memory_node),
        SIM_FIELD("shm", BYTES, struct sim_host, shm_bytes),
        SIM_FIELD("nccl-conf", TEXT, struct sim_host, nccl_conf),
        SIM_FIELD("nccl-conf-at", TEXT, struct sim_host, nccl_conf_at),
        SIM_FIELD("bus-hidden", FLAG, struct sim_host, is_bus_hidden),
        SIM_FIELD("no-interface", FLAG, struct sim_host, has_no_interface),
        SIM_FIELD("memlock", FLAG, struct sim_host, is_locking_refused),
    };
    struct sim_host *host = &st->script->machine.host;

    if (!sim_statement_fields(st, 1, FIELDS, COUNT(FIELDS), host))
        return false;
    if (host->memory_node >= SIM_MACHINE_NODES)
        return sim_statement_fail(st, "more than %d NUMA nodes", SIM_MACHINE_NODES);
    if (host->nccl_conf_at[0] != '\0'
        && (host->nccl_conf_at[0] != '/' || host->nccl_conf[0] == '\0'))
        return sim_statement_fail(st, "'nccl-conf-at' needs a path from / on, and nccl-conf=");
    if (sim_statement_has(st, "numa"))
        host->memory_fault = st->fault;
    if (sim_statement_has(st, "shm"))
        host->shm_fault = st->fault;
    if (sim_statement_has(st, "nccl-conf"))
        host->nccl_conf_fault = st->fault;
    if (sim_statement_has(st, "bus-hidden"))
        host->bus_fault = st->fault;
    if (sim_statement_has(st, "no-interface"))
        host->interface_fault = st->fault;
    if (sim_statement_has(st, "memlock"))
        host->locking_fault = st->fault;
    return true;
}
