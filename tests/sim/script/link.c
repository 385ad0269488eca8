/* SPDX-License-Identifier: Apache-2.0 */
/* The statements about what a GPU is wired to: NVLink, PCIe, and what goes wrong on them. */
#include <stdio.h>
#include <string.h>

#include "script/statement.h"

struct link_words {
    unsigned nvlinks, rate;
    bool has_access, has_access_by_nvml, is_down, drops, hangs, is_staged;
    char flip[40];
    uint64_t after_ps;
};

/* Which of the pairs a statement is about: two GPUs, in one direction or both, or all. */
struct pair {
    bool is_all, is_one_way;
    unsigned one, other;
};

/* What crosses the link goes wrong; its rate and what is said of it stay. */
static void apply_wrong(const struct sim_statement *st, struct sim_gpu_link *link,
                        const struct link_words *words, const struct sim_flip *flip)
{
    if (sim_statement_has(st, "flip"))
        link->flip = *flip;
    if (words->drops)
        link->drop_fault = st->fault;
    if (words->is_staged)
        link->stage_fault = st->fault;
    if (words->hangs) {
        link->hang_fault = st->fault;
        link->hang_after_ps = words->after_ps;
    }
    if (sim_statement_has(st, "nvml-p2p") && !words->has_access_by_nvml) {
        link->is_refused_by_nvml = true;
        link->nvml_fault = st->fault;
    }
}

static void apply(const struct sim_statement *st, struct sim_gpu_link *link,
                  const struct link_words *words)
{
    if (sim_statement_has(st, "nvlink")) {
        link->nvlinks = words->nvlinks;
        link->has_access |= words->nvlinks > 0;
    }
    if (sim_statement_has(st, "rate"))
        link->rate_permille = words->rate;
    if (sim_statement_has(st, "p2p"))
        link->has_access = words->has_access;
    if (words->is_down) {
        link->is_down = true;
        link->nvlinks = 0;
    }
    if (sim_statement_has(st, "nvlink") || sim_statement_has(st, "rate")
        || sim_statement_has(st, "p2p") || words->is_down)
        link->fault = st->fault;
}

/* "0-1", "0>1" for one direction, or "all". */
static bool read_pair(const struct sim_statement *st, struct pair *pair)
{
    const unsigned count = st->script->machine.gpu_count;
    const char *text = st->words.words[1].key;
    char between, end;

    pair->is_all = strcmp(text, "all") == 0;
    if (pair->is_all)
        return true;
    if (sscanf(text, "%2u%c%2u%c", &pair->one, &between, &pair->other, &end) != 3
        || (between != '-' && between != '>') || pair->one >= count || pair->other >= count
        || pair->one == pair->other)
        return sim_statement_fail(st,
                                  "no link '%.16s' (known: all, or two of the %u GPUs as in 0-1, "
                                  "or 0>1 for one direction)",
                                  text, count);
    pair->is_one_way = between == '>';
    return true;
}

static bool is_meant(const struct pair *pair, unsigned a, unsigned b)
{
    if (pair->is_all)
        return a != b;
    return (a == pair->one && b == pair->other)
           || (!pair->is_one_way && a == pair->other && b == pair->one);
}

/* Does what the words say fit the machine and each other? */
static bool check_link(const struct sim_statement *st, const struct pair *pair,
                       const struct link_words *words)
{
    const struct sim_machine *machine = &st->script->machine;

    if (!pair->is_all && words->is_down && machine->links[pair->one][pair->other].nvlinks == 0)
        return sim_statement_fail(st, "no NVLink goes from GPU %u to GPU %u", pair->one,
                                  pair->other);
    if (pair->is_one_way
        && (words->is_down || sim_statement_has(st, "nvlink") || sim_statement_has(st, "p2p")
            || sim_statement_has(st, "nvml-p2p")))
        return sim_statement_fail(st, "a link is there in both directions or not at all");
    if (words->after_ps != 0 && !words->hangs)
        return sim_statement_fail(st, "'after' goes with 'hangs'");
    if (st->part != SIM_SCRIPT_FAULT
        && (words->flip[0] != '\0' || words->drops || words->is_staged || words->hangs
            || sim_statement_has(st, "nvml-p2p")))
        return sim_statement_fail(st, "a link that does this is a fault, and none of a profile");
    for (unsigned a = 0; a < machine->gpu_count; a++) {
        if (words->nvlinks > machine->gpus[a].model.nvlinks
            && (pair->is_all || a == pair->one || a == pair->other))
            return sim_statement_fail(st, "GPU %u has %u NVLinks", a,
                                      machine->gpus[a].model.nvlinks);
    }
    return true;
}

bool sim_statement_link(const struct sim_statement *st)
{
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("nvlink", COUNT, struct link_words, nvlinks),
        SIM_FIELD("rate", SHARE, struct link_words, rate),
        SIM_FIELD("p2p", YES, struct link_words, has_access),
        SIM_FIELD("nvml-p2p", YES, struct link_words, has_access_by_nvml),
        SIM_FIELD("down", FLAG, struct link_words, is_down),
        SIM_FIELD("flip", TEXT, struct link_words, flip),
        SIM_FIELD("drops", YES, struct link_words, drops),
        SIM_FIELD("staged", FLAG, struct link_words, is_staged),
        SIM_FIELD("hangs", FLAG, struct link_words, hangs),
        SIM_FIELD("after", TIME, struct link_words, after_ps),
    };
    struct sim_machine *machine = &st->script->machine;
    struct link_words words = { .rate = 1000 };
    struct sim_flip flip = { .fault = SIM_FAULT_NONE };
    struct pair pair = { 0 };

    if (st->words.count < 2)
        return sim_statement_fail(st, "'link' needs a pair such as 0-1, or all");
    if (!read_pair(st, &pair)
        || !sim_statement_fields(st, 2, FIELDS, sizeof FIELDS / sizeof FIELDS[0], &words)
        || !check_link(st, &pair, &words)
        || (words.flip[0] != '\0' && !sim_statement_flip(st, words.flip, &flip)))
        return false;
    for (unsigned a = 0; a < machine->gpu_count; a++) {
        for (unsigned b = 0; b < machine->gpu_count; b++) {
            if (!is_meant(&pair, a, b))
                continue;
            apply(st, &machine->links[a][b], &words);
            apply_wrong(st, &machine->links[a][b], &words, &flip);
        }
    }
    return true;
}

/* Links of one GPU, whoever is behind them: where a switch is, all its peers lose by it. */
bool sim_statement_nvlink(const struct sim_statement *st)
{
    static const struct sim_field FIELD = SIM_FIELD("down", COUNT, struct sim_gpu, nvlinks_down);
    struct sim_gpu *gpu;
    unsigned index;

    if (!sim_statement_gpu(st, 1, &index))
        return false;
    gpu = &st->script->machine.gpus[index];
    if (!sim_statement_fields(st, 2, &FIELD, 1, gpu))
        return false;
    if (gpu->nvlinks_down == 0 || gpu->nvlinks_down > gpu->model.nvlinks)
        return sim_statement_fail(st, "GPU %u has %u NVLinks", index, gpu->model.nvlinks);
    gpu->nvlink_fault = st->fault;
    return true;
}

/* More links to peers than it has: each of them serves every peer. */
bool sim_machine_is_switched(const struct sim_machine *machine, unsigned gpu)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < machine->gpu_count; i++)
        sum += i == gpu ? 0 : machine->links[gpu][i].nvlinks;
    return sum > machine->gpus[gpu].model.nvlinks;
}

/* What all GPUs share between them: enough for each pair alone, and not for all at once; or not
 * ready to send to all what one gives. */
bool sim_statement_nvswitch(const struct sim_statement *st)
{
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("rate", SHARE, struct sim_host, fabric_permille),
        SIM_FIELD("no-multicast", FLAG, struct sim_host, is_multicast_off),
    };
    struct sim_machine *machine = &st->script->machine;

    if (!sim_statement_fields(st, 1, FIELDS, sizeof FIELDS / sizeof FIELDS[0], &machine->host))
        return false;
    if (machine->gpu_count == 0 || !sim_machine_is_switched(machine, 0))
        return sim_statement_fail(st, "the profile has no NVSwitch");
    if (sim_statement_has(st, "rate"))
        machine->host.fabric_fault = st->fault;
    if (sim_statement_has(st, "no-multicast"))
        machine->host.multicast_fault = st->fault;
    return true;
}

struct pcie_words {
    unsigned width, gen, idle_gen;
    bool hangs;
    uint64_t after_ps, disturbed_until_ps;
};

/* An idle link that goes down to save power is no fault of the link in use, and marked apart; as
 * are one that hangs, and others who use it. */
static void apply_pcie(const struct sim_statement *st, struct sim_gpu *gpu,
                       const struct pcie_words *words)
{
    if (sim_statement_has(st, "width"))
        gpu->pcie_width_now = words->width;
    if (sim_statement_has(st, "gen"))
        gpu->pcie_gen_now = words->gen;
    if (sim_statement_has(st, "width") || sim_statement_has(st, "gen"))
        gpu->pcie_fault = st->fault;
    if (sim_statement_has(st, "idle-gen")) {
        gpu->pcie_gen_idle = words->idle_gen;
        gpu->idle_fault = st->fault;
    }
    if (words->hangs) {
        gpu->hang_after_ps = words->after_ps;
        gpu->hang_fault = st->fault;
    }
    if (sim_statement_has(st, "disturbed-until")) {
        gpu->disturbed_until_ps = words->disturbed_until_ps;
        gpu->disturbed_fault = st->fault;
    }
}

bool sim_statement_pcie(const struct sim_statement *st)
{
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("width", COUNT, struct pcie_words, width),
        SIM_FIELD("gen", COUNT, struct pcie_words, gen),
        SIM_FIELD("idle-gen", COUNT, struct pcie_words, idle_gen),
        SIM_FIELD("hangs", FLAG, struct pcie_words, hangs),
        SIM_FIELD("after", TIME, struct pcie_words, after_ps),
        SIM_FIELD("disturbed-until", TIME, struct pcie_words, disturbed_until_ps),
    };
    struct pcie_words words = { 0 };
    struct sim_gpu *gpu;
    unsigned index, width;

    if (!sim_statement_gpu(st, 1, &index))
        return false;
    gpu = &st->script->machine.gpus[index];
    if (!sim_statement_fields(st, 2, FIELDS, sizeof FIELDS / sizeof FIELDS[0], &words))
        return false;
    if (words.after_ps != 0 && !words.hangs)
        return sim_statement_fail(st, "'after' goes with 'hangs'");
    if (words.hangs && st->part != SIM_SCRIPT_FAULT)
        return sim_statement_fail(st, "a link that hangs is a fault, and none of a profile");
    if (sim_statement_has(st, "disturbed-until") && st->part != SIM_SCRIPT_FAULT)
        return sim_statement_fail(st, "a link that is disturbed is a fault, and none of a profile");
    apply_pcie(st, gpu, &words);
    width = gpu->pcie_width_now;
    if (width == 0 || (width & (width - 1)) != 0 || width > gpu->model.pcie_width)
        return sim_statement_fail(st, "GPU %u has no width %u (known: powers of two up to %u)",
                                  index, width, gpu->model.pcie_width);
    if (gpu->pcie_gen_now == 0 || gpu->pcie_gen_now > gpu->model.pcie_gen)
        return sim_statement_fail(st, "GPU %u has no generation %u (known: 1 to %u)", index,
                                  gpu->pcie_gen_now, gpu->model.pcie_gen);
    if (sim_statement_has(st, "idle-gen")
        && (gpu->pcie_gen_idle == 0 || gpu->pcie_gen_idle >= gpu->pcie_gen_now))
        return sim_statement_fail(st, "'idle-gen=%u' is not below generation %u of GPU %u",
                                  gpu->pcie_gen_idle, gpu->pcie_gen_now, index);
    return true;
}
