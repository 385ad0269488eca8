/* SPDX-License-Identifier: Apache-2.0 */
/* The statements about a GPU that is there and not at its best: its clock, its memory. */
#include <string.h>

#include "script/statement.h"

bool sim_statement_flip(const struct sim_statement *st, char *text, struct sim_flip *flip)
{
    const struct sim_field byte = SIM_FIELD("flip", NUMBER, struct sim_flip, byte);
    char *bit = strchr(text, ':');

    if (bit == NULL || bit[1] < '0' || bit[1] > '7' || bit[2] != '\0')
        return sim_statement_fail(st, "'flip=%s' is not a byte and a bit such as 0x1000:3", text);
    flip->bit = (unsigned)(bit[1] - '0');
    flip->fault = st->fault;
    *bit = '\0';
    return sim_value_set(&byte, flip, text)
           || sim_statement_fail(st, "'flip=%s' is not a byte such as 0x1000", text);
}

static bool read_reason(const struct sim_statement *st, const char *text,
                        enum sim_clock_reason *reason)
{
    static const char *const WORDS[] = {
        [SIM_CLOCK_THERMAL] = "thermal",
        [SIM_CLOCK_POWER_BRAKE] = "power-brake",
        [SIM_CLOCK_SOFTWARE_THERMAL] = "software-thermal",
        [SIM_CLOCK_POWER_CAP] = "power-cap",
        [SIM_CLOCK_POWER] = "power",
    };

    for (unsigned i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (WORDS[i] != NULL && strcmp(WORDS[i], text) == 0) {
            *reason = (enum sim_clock_reason)i;
            return true;
        }
    }
    return sim_statement_unknown(st, text, "thermal power-brake software-thermal power-cap power");
}

bool sim_statement_clock(const struct sim_statement *st)
{
    struct clock_words {
        unsigned cap;
        char reason[32];
    } words = { 0, "" };
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("cap", MHZ, struct clock_words, cap),
        SIM_FIELD("reason", TEXT, struct clock_words, reason),
    };
    struct sim_gpu *gpu;
    unsigned index;

    if (!sim_statement_gpu(st, 1, &index)
        || !sim_statement_fields(st, 2, FIELDS, sizeof FIELDS / sizeof FIELDS[0], &words))
        return false;
    gpu = &st->script->machine.gpus[index];
    if (words.cap == 0)
        return sim_statement_fail(st, "'clock' needs cap=");
    if (words.reason[0] != '\0' && !read_reason(st, words.reason, &gpu->clock_reason))
        return false;
    gpu->clock_cap_mhz = words.cap;
    gpu->clock_fault = st->fault;
    return true;
}

/* Of one load: a GPU that takes long to answer, however many bytes it moves once it does. */
bool sim_statement_latency(const struct sim_statement *st)
{
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("local", TIME, struct sim_gpu_model, latency_ps),
        SIM_FIELD("host", TIME, struct sim_gpu_model, host_latency_ps),
        SIM_FIELD("peer", TIME, struct sim_gpu_model, peer_latency_ps),
    };
    struct sim_gpu *gpu;
    unsigned index;

    if (!sim_statement_gpu(st, 1, &index))
        return false;
    gpu = &st->script->machine.gpus[index];
    gpu->latency_fault = st->fault;
    return sim_statement_fields(st, 2, FIELDS, sizeof FIELDS / sizeof FIELDS[0], &gpu->model);
}

static bool add_flip(const struct sim_statement *st, unsigned index, char *text)
{
    struct sim_gpu *gpu = &st->script->machine.gpus[index];
    struct sim_flip flip = { .fault = st->fault };

    if (!sim_statement_flip(st, text, &flip))
        return false;
    if (flip.byte >= gpu->model.memory_bytes)
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
        SIM_FIELD("rate", FACTOR, struct mem_words, rate),
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
