/* SPDX-License-Identifier: Apache-2.0 */
/* The statements about what doubles, kernels and images do wrong. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/statement.h"

static bool add(const struct sim_statement *st, const char *subject, struct sim_plan_entry entry)
{
    struct sim_plan *plan = &st->script->plan;

    /* There are as many entries as faults, and each fault is at most one. */
    if (plan->count == SIM_SCRIPT_FAULTS)
        return sim_statement_fail(st, "more than %d faults", SIM_SCRIPT_FAULTS);
    if (subject[0] == '\0' || strlen(subject) >= sizeof entry.subject)
        return sim_statement_fail(st, "'%.64s' is not a name", subject);
    memcpy(entry.subject, subject, strlen(subject) + 1);
    entry.fault = st->fault;
    plan->entries[plan->count++] = entry;
    return true;
}

bool sim_statement_kernel(const struct sim_statement *st)
{
    static const struct sim_field ELEMENT =
        SIM_FIELD("element", NUMBER, struct sim_plan_entry, number);
    const struct sim_word *words = st->words.words;
    struct sim_plan_entry entry = { .kind = SIM_PLAN_KERNEL_HANGS };

    if (st->words.count == 3 && words[2].value == NULL && strcmp(words[2].key, "hangs") == 0)
        return add(st, words[1].key, entry);
    entry.kind = SIM_PLAN_KERNEL_WRONG;
    if (st->words.count == 4 && words[2].value != NULL && strcmp(words[2].key, "element") == 0
        && words[3].value == NULL && strcmp(words[3].key, "wrong") == 0) {
        if (!sim_value_set(&ELEMENT, &entry, words[2].value))
            return sim_statement_fail(st, "'element=%.64s' is not %s", words[2].value,
                                      sim_value_help(ELEMENT.kind));
        return add(st, words[1].key, entry);
    }
    return sim_statement_fail(st, "'kernel' is written: kernel NAME hangs, or kernel NAME "
                                  "element=N wrong");
}

bool sim_statement_image(const struct sim_statement *st)
{
    const struct sim_plan_entry entry = { .kind = SIM_PLAN_IMAGE_TRUNCATED };

    if (st->words.count != 3)
        return sim_statement_fail(st, "'image' is written: image NAME truncated");
    if (strcmp(st->words.words[2].key, "truncated") != 0 || st->words.words[2].value != NULL)
        return sim_statement_unknown(st, st->words.words[2].key, "truncated");
    return add(st, st->words.words[1].key, entry);
}

bool sim_statement_ptx(const struct sim_statement *st)
{
    struct ptx_words {
        unsigned version;
    } words = { 0 };
    static const struct sim_field FIELD =
        SIM_FIELD("version", CAPABILITY, struct ptx_words, version);

    if (!sim_statement_fields(st, 1, &FIELD, 1, &words))
        return false;
    return add(st, "ptx",
               (struct sim_plan_entry){ .kind = SIM_PLAN_PTX_VERSION, .number = words.version });
}

static bool read_result(const struct sim_statement *st, unsigned at, int *result)
{
    char *end;
    long value;

    if (at + 1 != st->words.count)
        return sim_statement_fail(st, "'returns' needs one number after it");
    value = strtol(st->words.words[at].key, &end, 10);
    if (*end != '\0' || end == st->words.words[at].key || value < 0 || value > 99999)
        return sim_statement_fail(st, "'%.64s' is not a result between 0 and 99999",
                                  st->words.words[at].key);
    *result = (int)value;
    return true;
}

static bool read_time(const struct sim_statement *st, const struct sim_word *word,
                      struct sim_plan_entry *entry)
{
    static const struct sim_field TAKES = SIM_FIELD("takes", TIME, struct sim_plan_entry, number);

    if (word->value == NULL || !sim_value_set(&TAKES, entry, word->value))
        return sim_statement_fail(st, "'takes' needs %s", sim_value_help(SIM_KIND_TIME));
    entry->action = SIM_PLAN_TAKES;
    return true;
}

static bool read_action(const struct sim_statement *st, unsigned at, struct sim_plan_entry *entry)
{
    static const char known[] = "call returns hangs crashes aborts prints eats takes";
    static const char *const PLAIN[] = {
        [SIM_PLAN_HANGS] = "hangs", [SIM_PLAN_CRASHES] = "crashes", [SIM_PLAN_ABORTS] = "aborts"
    };
    const struct sim_word *words = st->words.words;
    const unsigned left = st->words.count - at;
    const char *word = left > 0 ? words[at].key : "";

    if (left == 0)
        return sim_statement_fail(st, "'%s' needs to do something (known: %s)", words[0].key,
                                  known);
    if (strcmp(word, "takes") == 0)
        return read_time(st, &words[at], entry);
    if (strcmp(word, "returns") == 0)
        return read_result(st, at + 1, &entry->result);
    if (strcmp(word, "prints") == 0 && left == 2 && words[at + 1].value == NULL
        && strlen(words[at + 1].key) < sizeof entry->text) {
        entry->action = SIM_PLAN_PRINTS;
        snprintf(entry->text, sizeof entry->text, "%s", words[at + 1].key);
        return true;
    }
    if (strcmp(word, "eats") == 0 && left == 2 && strcmp(words[at + 1].key, "memory") == 0) {
        entry->action = SIM_PLAN_EATS_MEMORY;
        return true;
    }
    for (unsigned i = SIM_PLAN_HANGS; i <= SIM_PLAN_ABORTS; i++) {
        if (left == 1 && words[at].value == NULL && strcmp(PLAIN[i], word) == 0) {
            entry->action = (enum sim_plan_action)i;
            return true;
        }
    }
    if (strcmp(word, "prints") == 0 || strcmp(word, "eats") == 0)
        return sim_statement_fail(st,
                                  "'%s' is written: prints \"text\" (under %zu bytes), or eats "
                                  "memory",
                                  word, sizeof entry->text);
    return sim_statement_unknown(st, word, known);
}

bool sim_statement_call(const struct sim_statement *st)
{
    static const struct sim_field CALL = SIM_FIELD("call", NUMBER, struct sim_plan_entry, call);
    struct sim_plan_entry entry = { .kind = SIM_PLAN_CALL, .action = SIM_PLAN_RETURNS };
    const struct sim_word *words = st->words.words;
    unsigned at = 1;

    if (!sim_symbol_is_known(words[0].key))
        return sim_statement_fail(st,
                                  "unknown word '%.64s' (known: every function of the doubles "
                                  "by its full symbol, such as cuMemAlloc_v2)",
                                  words[0].key);
    if (st->words.count > 1 && words[1].value != NULL && strcmp(words[1].key, "call") == 0) {
        if (!sim_value_set(&CALL, &entry, words[1].value) || entry.call == 0)
            return sim_statement_fail(st, "'call=%.64s' is not a number from 1 on", words[1].value);
        at = 2;
    }
    return read_action(st, at, &entry) && add(st, words[0].key, entry);
}
