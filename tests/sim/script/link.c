/* SPDX-License-Identifier: Apache-2.0 */
/* The statements about what a GPU is wired to, and its clock and memory when they misbehave. */
#include <stdio.h>
#include <string.h>

#include "script/statement.h"

struct link_words {
    unsigned nvlinks, rate;
    bool has_access, is_down;
};

static bool has_word(const struct sim_statement *st, const char *word)
{
    for (unsigned i = 2; i < st->words.count; i++) {
        if (strcmp(st->words.words[i].key, word) == 0)
            return true;
    }
    return false;
}

static void apply(const struct sim_statement *st, struct sim_gpu_link *link,
                  const struct link_words *words)
{
    if (has_word(st, "nvlink")) {
        link->nvlinks = words->nvlinks;
        link->has_access |= words->nvlinks > 0;
    }
    if (has_word(st, "rate"))
        link->rate_permille = words->rate;
    if (has_word(st, "p2p"))
        link->has_access = words->has_access;
    if (words->is_down) {
        link->is_down = true;
        link->nvlinks = 0;
    }
    link->fault = st->fault;
}

/* "0-1", or "all" for every pair. */
static bool read_pair(const struct sim_statement *st, unsigned *a, unsigned *b)
{
    const unsigned count = st->script->machine.gpu_count;
    char end;

    if (sscanf(st->words.words[1].key, "%2u-%2u%c", a, b, &end) == 2 && *a < count && *b < count
        && *a != *b)
        return true;
    return sim_statement_fail(st, "no link '%.16s' (known: all, or two of the %u GPUs as in 0-1)",
                              st->words.words[1].key, count);
}

bool sim_statement_link(const struct sim_statement *st)
{
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("nvlink", COUNT, struct link_words, nvlinks),
        SIM_FIELD("rate", SHARE, struct link_words, rate),
        SIM_FIELD("p2p", YES, struct link_words, has_access),
        SIM_FIELD("down", FLAG, struct link_words, is_down),
    };
    struct sim_machine *machine = &st->script->machine;
    struct link_words words = { 0, 1000, false, false };
    unsigned one = 0, other = 0;
    bool is_all;

    if (st->words.count < 2)
        return sim_statement_fail(st, "'link' needs a pair such as 0-1, or all");
    is_all = strcmp(st->words.words[1].key, "all") == 0;
    if ((!is_all && !read_pair(st, &one, &other))
        || !sim_statement_fields(st, 2, FIELDS, sizeof FIELDS / sizeof FIELDS[0], &words))
        return false;
    if (!is_all && words.is_down && machine->links[one][other].nvlinks == 0)
        return sim_statement_fail(st, "no NVLink goes from GPU %u to GPU %u", one, other);
    for (unsigned a = 0; a < machine->gpu_count; a++) {
        if (words.nvlinks > machine->gpus[a].model.nvlinks && (is_all || a == one || a == other))
            return sim_statement_fail(st, "GPU %u has %u NVLinks", a,
                                      machine->gpus[a].model.nvlinks);
        for (unsigned b = 0; b < machine->gpu_count; b++) {
            if (a != b && (is_all || (a == one && b == other) || (a == other && b == one)))
                apply(st, &machine->links[a][b], &words);
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

/* An idle link that goes down to save power is no fault of the link in use, and marked apart. */
static void mark_pcie(const struct sim_statement *st, struct sim_gpu *gpu)
{
    for (unsigned i = 2; i < st->words.count; i++) {
        if (strcmp(st->words.words[i].key, "idle-gen") == 0)
            gpu->idle_fault = st->fault;
        else
            gpu->pcie_fault = st->fault;
    }
}

bool sim_statement_pcie(const struct sim_statement *st)
{
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("width", COUNT, struct sim_gpu, pcie_width_now),
        SIM_FIELD("gen", COUNT, struct sim_gpu, pcie_gen_now),
        SIM_FIELD("idle-gen", COUNT, struct sim_gpu, pcie_gen_idle),
    };
    struct sim_gpu *gpu;
    unsigned index, width;

    if (!sim_statement_gpu(st, 1, &index))
        return false;
    gpu = &st->script->machine.gpus[index];
    if (!sim_statement_fields(st, 2, FIELDS, sizeof FIELDS / sizeof FIELDS[0], gpu))
        return false;
    width = gpu->pcie_width_now;
    if (width == 0 || (width & (width - 1)) != 0 || width > gpu->model.pcie_width)
        return sim_statement_fail(st, "GPU %u has no width %u (known: powers of two up to %u)",
                                  index, width, gpu->model.pcie_width);
    if (gpu->pcie_gen_now == 0 || gpu->pcie_gen_now > gpu->model.pcie_gen)
        return sim_statement_fail(st, "GPU %u has no generation %u (known: 1 to %u)", index,
                                  gpu->pcie_gen_now, gpu->model.pcie_gen);
    if (has_word(st, "idle-gen")
        && (gpu->pcie_gen_idle == 0 || gpu->pcie_gen_idle >= gpu->pcie_gen_now))
        return sim_statement_fail(st, "'idle-gen=%u' is not below generation %u of GPU %u",
                                  gpu->pcie_gen_idle, gpu->pcie_gen_now, index);
    mark_pcie(st, gpu);
    return true;
}

bool sim_statement_clock(const struct sim_statement *st)
{
    static const struct sim_field FIELD = SIM_FIELD("cap", MHZ, struct sim_gpu, clock_cap_mhz);
    unsigned index;

    if (!sim_statement_gpu(st, 1, &index)
        || !sim_statement_fields(st, 2, &FIELD, 1, &st->script->machine.gpus[index]))
        return false;
    st->script->machine.gpus[index].clock_fault = st->fault;
    return true;
}

/* 0x1000:3 */
static bool add_flip(const struct sim_statement *st, unsigned index, char *text)
{
    const struct sim_field byte = SIM_FIELD("flip", NUMBER, struct sim_flip, byte);
    struct sim_gpu *gpu = &st->script->machine.gpus[index];
    struct sim_flip flip = { .fault = st->fault };
    char *bit = strchr(text, ':');

    if (bit == NULL || bit[1] < '0' || bit[1] > '7' || bit[2] != '\0')
        return sim_statement_fail(st, "'flip=%s' is not a byte and a bit such as 0x1000:3", text);
    flip.bit = (unsigned)(bit[1] - '0');
    *bit = '\0';
    if (!sim_value_set(&byte, &flip, text) || flip.byte >= gpu->model.memory_bytes)
        return sim_statement_fail(st, "no byte '%s' in the memory of GPU %u", text, index);
    if (gpu->flip_count == SIM_MACHINE_FLIPS)
        return sim_statement_fail(st, "more than %d flips of GPU %u", SIM_MACHINE_FLIPS, index);
    gpu->flips[gpu->flip_count++] = flip;
    return true;
}

bool sim_statement_mem(const struct sim_statement *st)
{
    struct mem_words {
        char flip[40];
        unsigned rate;
    } words = { "", 0 };
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("flip", TEXT, struct mem_words, flip),
        SIM_FIELD("rate", SHARE, struct mem_words, rate),
    };
    struct sim_gpu *gpu;
    unsigned index;

    if (!sim_statement_gpu(st, 1, &index)
        || !sim_statement_fields(st, 2, FIELDS, sizeof FIELDS / sizeof FIELDS[0], &words))
        return false;
    gpu = &st->script->machine.gpus[index];
    if (words.rate != 0 && words.flip[0] != '\0')
        return sim_statement_fail(st, "'flip' and 'rate' are two faults: two statements");
    if (words.rate == 0)
        return add_flip(st, index, words.flip);
    gpu->memory_rate_permille = words.rate;
    gpu->memory_fault = st->fault;
    return true;
}
