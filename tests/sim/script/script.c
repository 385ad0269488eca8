/* SPDX-License-Identifier: Apache-2.0 */
/* From text to statements to their handlers, and how errors are worded; see script.h. */
#include "script/script.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "script/statement.h"

#define IN(part) (1u << (part))
#define MODEL    IN(SIM_SCRIPT_MODEL)
#define PROFILE  IN(SIM_SCRIPT_PROFILE)
#define FAULT    IN(SIM_SCRIPT_FAULT)

static const struct {
    const char *word;
    unsigned parts; /* where it may stand */
    bool (*handle)(const struct sim_statement *st);
} STATEMENTS[] = {
    { "model", MODEL, sim_statement_model },
    { "driver", PROFILE | FAULT, sim_statement_driver },
    { "cudart", PROFILE | FAULT, sim_statement_cudart },
    { "libcuda", PROFILE | FAULT, sim_statement_library },
    { "libnvidia-ml", PROFILE | FAULT, sim_statement_library },
    { "libcudart", PROFILE | FAULT, sim_statement_library },
    { "libnvidia-ptxjitcompiler", PROFILE | FAULT, sim_statement_library },
    { "libcublas", PROFILE | FAULT, sim_statement_library },
    { "libcublasLt", PROFILE | FAULT, sim_statement_library },
    { "libnccl", PROFILE | FAULT, sim_statement_nccl },
    { "rank", FAULT, sim_statement_rank },
    { "gpu", PROFILE | FAULT, sim_statement_add_gpu },
    { "mig", PROFILE, sim_statement_mig },
    { "switch", PROFILE | FAULT, sim_statement_switch },
    { "node", PROFILE, sim_statement_node },
    { "sockets", PROFILE | FAULT, sim_statement_sockets },
    { "host", FAULT, sim_statement_host },
    { "link", PROFILE | FAULT, sim_statement_link },
    { "nvlink", FAULT, sim_statement_nvlink },
    { "nvswitch", FAULT, sim_statement_nvswitch },
    { "pcie", PROFILE | FAULT, sim_statement_pcie },
    { "clock", PROFILE | FAULT, sim_statement_clock },
    { "latency", FAULT, sim_statement_latency },
    { "mem", FAULT, sim_statement_mem },
    { "ecc", FAULT, sim_statement_ecc },
    { "gemm", FAULT, sim_statement_gemm },
    { "kernel", FAULT, sim_statement_kernel },
    { "image", FAULT, sim_statement_image },
    { "ptx", FAULT, sim_statement_ptx },
};

bool sim_statement_fail(const struct sim_statement *st, const char *format, ...)
{
    static const char *const PARTS[] = { "model", "profile", "fault" };
    char message[768];
    va_list list;

    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    snprintf(st->err, st->err_size, "%s%s%s line %u: %s", PARTS[st->part],
             st->part == SIM_SCRIPT_FAULT ? "" : " ", st->part == SIM_SCRIPT_FAULT ? "" : st->name,
             st->words.line, message);
    return false;
}

bool sim_statement_has(const struct sim_statement *st, const char *word)
{
    for (unsigned i = 1; i < st->words.count; i++) {
        if (strcmp(st->words.words[i].key, word) == 0)
            return true;
    }
    return false;
}

bool sim_statement_unknown(const struct sim_statement *st, const char *word, const char *known)
{
    return sim_statement_fail(st, "unknown word '%.64s' (known: %s)", word, known);
}

bool sim_statement_fields(const struct sim_statement *st, unsigned from,
                          const struct sim_field *fields, size_t count, void *base)
{
    char known[512] = "";
    size_t used = 0;

    for (size_t i = 0; i < count && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? " " : "",
                                 fields[i].word);
    if (from >= st->words.count)
        return sim_statement_fail(st, "'%s' needs a word after it (known: %s)",
                                  st->words.words[0].key, known);
    for (unsigned w = from; w < st->words.count; w++) {
        const struct sim_word *word = &st->words.words[w];
        size_t i = 0;

        while (i < count && strcmp(fields[i].word, word->key) != 0)
            i++;
        if (i == count)
            return sim_statement_unknown(st, word->key, known);
        if (fields[i].kind == SIM_KIND_FLAG && word->value == NULL)
            memcpy((char *)base + fields[i].offset, &(bool){ true }, sizeof(bool));
        else if (word->value == NULL || !sim_value_set(&fields[i], base, word->value))
            return sim_statement_fail(st, "'%s=%.64s' is not %s", word->key,
                                      word->value != NULL ? word->value : "",
                                      sim_value_help(fields[i].kind));
    }
    return true;
}

bool sim_statement_gpu(const struct sim_statement *st, unsigned word, unsigned *gpu)
{
    const unsigned count = st->script->machine.gpu_count;
    const struct sim_field field = { "gpu", SIM_KIND_COUNT, 0, sizeof *gpu };
    const char *text = word < st->words.count ? st->words.words[word].key : "";

    if (sim_value_set(&field, gpu, text) && *gpu < count)
        return true;
    if (count == 0)
        return sim_statement_fail(st, "no GPU '%.16s' (the profile has none)", text);
    return sim_statement_fail(st, "no GPU '%.16s' (known: 0 to %u)", text, count - 1);
}

static bool unknown_statement(const struct sim_statement *st)
{
    char known[512] = "";
    size_t used = 0;

    for (size_t i = 0; i < sizeof STATEMENTS / sizeof STATEMENTS[0]; i++) {
        if (STATEMENTS[i].parts & IN(st->part))
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", used > 0 ? " " : "",
                                     STATEMENTS[i].word);
    }
    return sim_statement_fail(
        st, "unknown word '%.64s' (known: %s%s)", st->words.words[0].key, known,
        st->part == SIM_SCRIPT_FAULT ? ", or a function such as cuMemAlloc_v2" : "");
}

static bool handle(const struct sim_statement *st)
{
    const char *word = st->words.words[0].key;

    for (size_t i = 0; i < sizeof STATEMENTS / sizeof STATEMENTS[0]; i++) {
        if ((STATEMENTS[i].parts & IN(st->part)) && strcmp(STATEMENTS[i].word, word) == 0)
            return STATEMENTS[i].handle(st);
    }
    if (st->part == SIM_SCRIPT_FAULT
        && (strncmp(word, "cu", 2) == 0 || strncmp(word, "nvml", 4) == 0
            || strncmp(word, "nccl", 4) == 0))
        return sim_statement_call(st);
    return unknown_statement(st);
}

static bool number_fault(struct sim_statement *st)
{
    struct sim_script *script = st->script;

    st->fault = SIM_FAULT_NONE;
    if (st->part != SIM_SCRIPT_FAULT)
        return true;
    if (script->fault_count == SIM_SCRIPT_FAULTS)
        return sim_statement_fail(st, "more than %d faults", SIM_SCRIPT_FAULTS);
    st->fault = (int)script->fault_count++;
    memcpy(script->fault_texts[st->fault], st->words.source, sizeof st->words.source);
    return true;
}

bool sim_script_parse(struct sim_script *script, enum sim_script_part part, const char *name,
                      const char *text, char *err, size_t err_size)
{
    struct sim_statement st = {
        .script = script, .part = part, .name = name, .err = err, .err_size = err_size
    };
    const char *problem = NULL;
    unsigned line = 1;

    if (strnlen(text, SIM_SCRIPT_TEXT_BYTES + 1) > SIM_SCRIPT_TEXT_BYTES) {
        st.words.line = 1;
        return sim_statement_fail(&st, "longer than %d bytes", SIM_SCRIPT_TEXT_BYTES);
    }
    while (sim_words_next(&text, &line, &st.words, &problem)) {
        if (!number_fault(&st) || !handle(&st))
            return false;
    }
    return problem == NULL || sim_statement_fail(&st, "%s", problem);
}

void sim_script_init(struct sim_script *script)
{
    struct sim_machine *machine = &script->machine;

    memset(script, 0, sizeof *script);
    machine->driver_fault = machine->cudart_fault = SIM_FAULT_NONE;
    for (unsigned i = 0; i < SIM_LIBRARIES; i++)
        machine->libraries[i].fault = SIM_FAULT_NONE;
    machine->nccl_fault = machine->nccl_compile_fault = SIM_FAULT_NONE;
    for (unsigned i = 0; i < SIM_MACHINE_RANKS; i++) {
        struct sim_rank *rank = &machine->ranks[i];

        rank->absent_fault = rank->death_fault = rank->drop_fault = SIM_FAULT_NONE;
        rank->late_fault = rank->skip_fault = rank->miscount_fault = SIM_FAULT_NONE;
        rank->nan_fault = rank->swap_fault = rank->flip.fault = SIM_FAULT_NONE;
        rank->ulps_fault = rank->combine_fault = rank->scale_fault = SIM_FAULT_NONE;
    }
    machine->host.memory_node = -1;
    machine->host.memory_fault = machine->host.fabric_fault = SIM_FAULT_NONE;
    machine->host.shm_fault = machine->host.nccl_conf_fault = SIM_FAULT_NONE;
    machine->host.bus_fault = machine->host.interface_fault = SIM_FAULT_NONE;
    machine->host.multicast_fault = machine->host.locking_fault = SIM_FAULT_NONE;
    for (unsigned a = 0; a < SIM_MACHINE_GPUS; a++) {
        for (unsigned b = 0; b < SIM_MACHINE_GPUS; b++) {
            struct sim_gpu_link *link = &machine->links[a][b];

            link->rate_permille = 1000;
            link->fault = link->flip.fault = link->drop_fault = SIM_FAULT_NONE;
            link->stage_fault = link->hang_fault = link->nvml_fault = SIM_FAULT_NONE;
        }
    }
}
