/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statement `gemm`: what goes wrong with products of matrices. One word says what, the others
 * where: gemm [gpu=N] [after=TIME] [element=R,C|tile=R,C] WRONG.
 */
#include <stdio.h>
#include <string.h>

#include "script/statement.h"

#define TILE 64 /* rows and columns; a usual size of what one block of threads computes */

struct gemm_words {
    char gpu[16], element[32], tile[32], handle_on[16];
    uint64_t after_ps;
    unsigned permille;
    bool wrong[SIM_GEMM_HANDLE], is_once;
};

#define ROW(word, kind, member) SIM_FIELD(word, kind, struct gemm_words, member)

static const struct sim_field FIELDS[] = {
    ROW("gpu", TEXT, gpu),
    ROW("after", TIME, after_ps),
    ROW("element", TEXT, element),
    ROW("tile", TEXT, tile),
    ROW("wrong", FLAG, wrong[SIM_GEMM_WRONG]),
    ROW("flip", FLAG, wrong[SIM_GEMM_FLIP]),
    ROW("nan", FLAG, wrong[SIM_GEMM_NAN]),
    ROW("unwritten", FLAG, wrong[SIM_GEMM_UNWRITTEN]),
    ROW("swapped", FLAG, wrong[SIM_GEMM_SWAPPED]),
    ROW("spills", FLAG, wrong[SIM_GEMM_SPILLS]),
    ROW("rounds", FLAG, wrong[SIM_GEMM_ROUNDS]),
    ROW("hangs", FLAG, wrong[SIM_GEMM_HANGS]),
    ROW("rate", SHARE, permille),
    ROW("handle-on", TEXT, handle_on),
    ROW("once", FLAG, is_once),
};

static bool set_gpu(const struct sim_statement *st, const char *text, unsigned *gpu)
{
    const unsigned count = st->script->machine.gpu_count;
    int end = 0;

    if (sscanf(text, "%3u%n", gpu, &end) == 1 && text[end] == '\0' && *gpu < count)
        return true;
    return sim_statement_fail(st, "no GPU '%.16s' (the profile has %u)", text, count);
}

static bool set_place(const struct sim_statement *st, const char *text, unsigned size,
                      struct sim_gemm_fault *to)
{
    int end = 0;

    /* Digits alone: sscanf would take signs. */
    if (strspn(text, "0123456789,") != strlen(text)
        || sscanf(text, "%6u,%6u%n", &to->row, &to->column, &end) != 2 || text[end] != '\0')
        return sim_statement_fail(st, "'%.32s' is not a row and a column such as 3,5", text);
    to->row *= size;
    to->column *= size;
    to->size = size;
    return true;
}

/* Exactly one of the words that say what is wrong. */
static bool set_wrong(const struct sim_statement *st, const struct gemm_words *words,
                      struct sim_gemm_fault *to)
{
    unsigned count = 0, gpu = 0;

    for (unsigned i = 0; i < SIM_GEMM_HANDLE; i++) {
        if (words->wrong[i]) {
            to->wrong = (enum sim_gemm_wrong)i;
            count++;
        }
    }
    if (words->permille != 0) {
        to->wrong = SIM_GEMM_SLOW;
        to->permille = words->permille;
        count++;
    }
    if (words->handle_on[0] != '\0') {
        if (!set_gpu(st, words->handle_on, &gpu))
            return false;
        to->wrong = SIM_GEMM_HANDLE;
        to->handle_gpu = gpu;
        count++;
    }
    if (words->is_once && to->wrong != SIM_GEMM_HANDLE)
        return sim_statement_fail(st, "'once' is of 'handle-on=' alone");
    to->is_once = words->is_once;
    if (count == 1)
        return true;
    return sim_statement_fail(st, "'gemm' needs one of: wrong flip nan unwritten swapped spills "
                                  "rounds hangs rate= handle-on=");
}

bool sim_statement_gemm(const struct sim_statement *st)
{
    struct sim_machine *machine = &st->script->machine;
    struct sim_gemm_fault *to = &machine->gemm_faults[machine->gemm_fault_count];
    struct gemm_words words = { .after_ps = 0 };
    unsigned gpu = 0;

    if (machine->gemm_fault_count == SIM_MACHINE_GEMM_FAULTS)
        return sim_statement_fail(st, "more than %d faults of 'gemm'", SIM_MACHINE_GEMM_FAULTS);
    if (!sim_statement_fields(st, 1, FIELDS, sizeof FIELDS / sizeof FIELDS[0], &words))
        return false;
    *to = (struct sim_gemm_fault){ .gpu = -1, .after_ps = words.after_ps, .fault = st->fault };
    if (!set_wrong(st, &words, to))
        return false;
    if (words.gpu[0] != '\0') {
        if (!set_gpu(st, words.gpu, &gpu))
            return false;
        to->gpu = (int)gpu;
    }
    /* A place that is not named is the first element, or all where nothing is written. */
    to->size = to->wrong == SIM_GEMM_UNWRITTEN ? 0 : 1;
    if (words.element[0] != '\0' && !set_place(st, words.element, 1, to))
        return false;
    if (words.tile[0] != '\0' && !set_place(st, words.tile, TILE, to))
        return false;
    machine->gemm_fault_count++;
    return true;
}
