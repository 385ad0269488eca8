/* SPDX-License-Identifier: Apache-2.0 */
/* The statements about collectives: what a rank does wrong, and the library. */
#include <stdio.h>
#include <string.h>

#include "script/statement.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct rank_words {
    bool dies, absent, dropped, is_nan, is_swapped, is_unscaled;
    char at[16], in[16], flip[40], combines[16];
    uint64_t late_ps;
    unsigned skips, miscounts, ulps;
};

/* The place of a word in a list that ends with NULL; its length if it is not there. */
static unsigned place_of(const char *const *list, const char *word)
{
    unsigned i = 0;

    while (list[i] != NULL && strcmp(list[i], word) != 0)
        i++;
    return i;
}

/* Of what a rank receives. */
static bool spoil(const struct sim_statement *st, struct sim_rank *rank,
                  const struct rank_words *words)
{
    /* In the order of ncclRedOp_t. */
    static const char *const WAYS[] = { "", "sum", "prod", "max", "min", "avg", NULL };
    const unsigned way = place_of(WAYS, words->combines);

    if (WAYS[way] == NULL)
        return sim_statement_fail(st, "'%s' is no way to combine (known: sum, prod, max, min, avg)",
                                  words->combines);
    if (words->flip[0] != '\0' && !sim_statement_flip(st, (char *)words->flip, &rank->flip))
        return false;
    if (words->is_nan)
        rank->nan_fault = st->fault;
    if (words->is_swapped)
        rank->swap_fault = st->fault;
    if (words->ulps > 0) {
        rank->ulps_fault = st->fault;
        rank->ulps = words->ulps;
    }
    if (way > 0) {
        rank->combine_fault = st->fault;
        rank->combines = way;
    }
    return true;
}

static bool apply(const struct sim_statement *st, struct sim_rank *rank,
                  const struct rank_words *words)
{
    static const char *const MOMENTS[] = { "", "init", "collective", NULL };
    static const char *const PLACES[] = { "", "process", "processes", NULL };
    const unsigned moment = place_of(MOMENTS, words->at), where = place_of(PLACES, words->in);
    const bool spoils = words->is_nan || words->is_swapped || words->flip[0] != '\0'
                        || words->ulps > 0 || words->combines[0] != '\0';

    if (words->dies != (words->at[0] != '\0') || MOMENTS[moment] == NULL)
        return sim_statement_fail(st, "'dies' is written: rank N dies at=init, or at=collective");
    if (words->in[0] != '\0' && (PLACES[where] == NULL || !(words->dropped || spoils)))
        return sim_statement_fail(st, "'in=process' (all ranks in one) or 'in=processes' goes with "
                                      "what is dropped or spoilt");
    if (spoils && !spoil(st, rank, words))
        return false;
    if (words->absent)
        rank->absent_fault = st->fault;
    if (words->dies) {
        rank->death_fault = st->fault;
        rank->dies_at = moment;
    }
    if (words->dropped) {
        rank->drop_fault = st->fault;
        rank->drop_where = where;
    }
    if (words->late_ps > 0) {
        rank->late_fault = st->fault;
        rank->late_ps = words->late_ps;
    }
    if (words->skips > 0) {
        rank->skip_fault = st->fault;
        rank->skips = words->skips;
    }
    if (words->miscounts > 0) {
        rank->miscount_fault = st->fault;
        rank->miscounts = words->miscounts;
    }
    if (words->is_unscaled)
        rank->scale_fault = st->fault;
    if (spoils)
        rank->spoil_where = where;
    return true;
}

bool sim_statement_rank(const struct sim_statement *st)
{
    static const struct sim_field NUMBER = { "rank", SIM_KIND_COUNT, 0, sizeof(unsigned) };
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("dies", FLAG, struct rank_words, dies),
        SIM_FIELD("at", TEXT, struct rank_words, at),
        SIM_FIELD("absent", FLAG, struct rank_words, absent),
        SIM_FIELD("dropped", FLAG, struct rank_words, dropped),
        SIM_FIELD("flip", TEXT, struct rank_words, flip),
        SIM_FIELD("skips", COUNT, struct rank_words, skips),
        SIM_FIELD("miscounts", COUNT, struct rank_words, miscounts),
        SIM_FIELD("late", TIME, struct rank_words, late_ps),
        SIM_FIELD("nan", FLAG, struct rank_words, is_nan),
        SIM_FIELD("swapped", FLAG, struct rank_words, is_swapped),
        SIM_FIELD("ulps", COUNT, struct rank_words, ulps),
        SIM_FIELD("combines", TEXT, struct rank_words, combines),
        SIM_FIELD("unscaled", FLAG, struct rank_words, is_unscaled),
        SIM_FIELD("in", TEXT, struct rank_words, in),
    };
    struct rank_words words = { 0 };
    unsigned number = 0;
    const char *text = st->words.count > 1 ? st->words.words[1].key : "";

    if (!sim_value_set(&NUMBER, &number, text) || number >= SIM_MACHINE_RANKS)
        return sim_statement_fail(st, "no rank '%.16s' (known: 0 to %d)", text,
                                  SIM_MACHINE_RANKS - 1);
    return sim_statement_fields(st, 2, FIELDS, COUNT(FIELDS), &words)
           && apply(st, &st->script->machine.ranks[number], &words);
}

bool sim_statement_nccl(const struct sim_statement *st)
{
    struct nccl_words {
        bool missing, is_compiling;
        unsigned version;
        uint64_t compile_ps;
    } words = { .version = 0 };
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("missing", FLAG, struct nccl_words, missing),
        SIM_FIELD("version", VERSION, struct nccl_words, version),
        SIM_FIELD("compiles", TIME, struct nccl_words, compile_ps),
        SIM_FIELD("compiling", FLAG, struct nccl_words, is_compiling),
    };
    struct sim_machine *machine = &st->script->machine;

    if (!sim_statement_fields(st, 1, FIELDS, COUNT(FIELDS), &words))
        return false;
    if (words.missing) {
        machine->libraries[SIM_LIBRARY_NCCL].is_missing = true;
        machine->libraries[SIM_LIBRARY_NCCL].fault = st->fault;
        return true;
    }
    if (words.compile_ps != 0 || words.is_compiling) {
        machine->nccl_compile_ps = words.compile_ps;
        machine->nccl_is_compiling = words.is_compiling;
        machine->nccl_compile_fault = st->fault;
    }
    if (words.version == 0)
        return true;
    /* 2.12 comes as 2120, and NCCL says 21200. */
    machine->nccl_version = words.version / 1000 * 10000 + words.version % 1000 * 10;
    machine->nccl_fault = st->fault;
    return true;
}
