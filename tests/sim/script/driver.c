/* SPDX-License-Identifier: Apache-2.0 */
/* The statements about software: driver, runtime, libraries that are missing or stubs. */
#include <stdio.h>
#include <string.h>

#include "script/statement.h"

/* Public source: CUDA release notes, "CUDA toolkit and corresponding driver versions"; a branch
 * keeps its CUDA version for life. */
static const struct {
    unsigned branch, cuda;
} BRANCHES[] = {
    { 465, 11030 }, { 470, 11040 }, { 495, 11050 }, { 510, 11060 }, { 515, 11070 },
    { 520, 11080 }, { 525, 12000 }, { 530, 12010 }, { 535, 12020 }, { 545, 12030 },
    { 550, 12040 }, { 555, 12050 }, { 560, 12060 }, { 570, 12080 }, { 575, 12090 },
    { 580, 13000 }, { 590, 13010 }, { 595, 13020 }, { 610, 13030 },
};

unsigned sim_driver_branch_cuda(const char *version)
{
    unsigned branch = 0;

    if (strlen(version) < 5 || version[3] != '.'
        || strspn(version, "0123456789.") != strlen(version))
        return 0;
    for (unsigned i = 0; i < 3; i++)
        branch = branch * 10 + (unsigned)(version[i] - '0');
    for (size_t i = 0; i < sizeof BRANCHES / sizeof BRANCHES[0]; i++) {
        if (BRANCHES[i].branch == branch)
            return BRANCHES[i].cuda;
    }
    return 0;
}

bool sim_statement_driver(const struct sim_statement *st)
{
    struct driver {
        char version[sizeof st->script->machine.driver_version];
        unsigned cuda;
    } driver = { "", 0 };
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("version", TEXT, struct driver, version),
        SIM_FIELD("cuda", VERSION, struct driver, cuda),
    };
    struct sim_machine *machine = &st->script->machine;
    unsigned cuda;

    if (!sim_statement_fields(st, 1, FIELDS, 2, &driver))
        return false;
    if (driver.version[0] == '\0')
        return sim_statement_fail(st, "'driver' needs version=");
    cuda = sim_driver_branch_cuda(driver.version);
    if (cuda == 0) {
        char known[256] = "";
        size_t used = 0;

        for (size_t i = 0; i < sizeof BRANCHES / sizeof BRANCHES[0]; i++)
            used += (size_t)snprintf(known + used, sizeof known - used, " %u", BRANCHES[i].branch);
        return sim_statement_fail(st, "no known branch of drivers in '%s' (known:%s)",
                                  driver.version, known);
    }
    if (driver.cuda != 0 && driver.cuda != cuda)
        return sim_statement_fail(st, "driver %s comes with CUDA %u.%u, not %u.%u", driver.version,
                                  cuda / 1000, cuda % 1000 / 10, driver.cuda / 1000,
                                  driver.cuda % 1000 / 10);
    memcpy(machine->driver_version, driver.version, sizeof driver.version);
    machine->driver_cuda = cuda;
    machine->driver_fault = st->fault;
    return true;
}

bool sim_statement_cudart(const struct sim_statement *st)
{
    static const struct sim_field FIELD =
        SIM_FIELD("version", VERSION, struct sim_machine, cudart_version);
    struct sim_machine *machine = &st->script->machine;

    if (!sim_statement_fields(st, 1, &FIELD, 1, machine))
        return false;
    /* One of those that the simulator has a double for. */
    if (machine->cudart_version / 1000 < 11 || machine->cudart_version / 1000 > 13)
        return sim_statement_fail(st, "no such runtime library (known majors: 11 12 13)");
    machine->cudart_fault = st->fault;
    return true;
}

/* "13.1.0", of the libraries that say more of themselves than a toolkit's version. */
static bool set_version(const struct sim_statement *st, struct sim_library_state *state,
                        const char *text)
{
    unsigned *parts = state->version;
    int end = 0;

    if (strspn(text, "0123456789.") != strlen(text)
        || sscanf(text, "%2u.%2u.%2u%n", &parts[0], &parts[1], &parts[2], &end) != 3
        || text[end] != '\0')
        return sim_statement_fail(st, "'version=%.64s' is not a version such as 13.1.0", text);
    state->fault = st->fault;
    return true;
}

bool sim_statement_library(const struct sim_statement *st)
{
    static const struct {
        const char *name, *known;
    } LIBRARIES[SIM_LIBRARIES] = {
        [SIM_LIBRARY_CUDA] = { "libcuda", "missing stub" },
        [SIM_LIBRARY_NVML] = { "libnvidia-ml", "missing" },
        [SIM_LIBRARY_CUDART] = { "libcudart", "missing" },
        [SIM_LIBRARY_CUBLAS] = { "libcublas", "missing version" },
        [SIM_LIBRARY_CUBLASLT] = { "libcublasLt", "missing version" },
        [SIM_LIBRARY_PTX_COMPILER] = { "libnvidia-ptxjitcompiler", "missing" },
    };
    const struct sim_word *word = &st->words.words[1];
    struct sim_library_state *state;
    unsigned library = 0;

    while (strcmp(LIBRARIES[library].name, st->words.words[0].key) != 0)
        library++;
    state = &st->script->machine.libraries[library];
    if (st->words.count != 2)
        return sim_statement_fail(st, "'%s' needs one word after it (known: %s)",
                                  LIBRARIES[library].name, LIBRARIES[library].known);
    if (word->value != NULL && strcmp(word->key, "version") == 0
        && strstr(LIBRARIES[library].known, "version") != NULL)
        return set_version(st, state, word->value);
    state->is_missing = word->value == NULL && strcmp(word->key, "missing") == 0;
    state->is_stub =
        library == SIM_LIBRARY_CUDA && word->value == NULL && strcmp(word->key, "stub") == 0;
    if (!state->is_missing && !state->is_stub)
        return sim_statement_unknown(st, word->key, LIBRARIES[library].known);
    state->fault = st->fault;
    return true;
}
