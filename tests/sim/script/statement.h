/* SPDX-License-Identifier: Apache-2.0 */
/* One statement on its way into the script: what its handlers share. */
#ifndef SIM_SCRIPT_STATEMENT_H
#define SIM_SCRIPT_STATEMENT_H

#include "script/script.h"
#include "script/value.h"
#include "script/words.h"

struct sim_statement {
    struct sim_script *script;
    enum sim_script_part part;
    const char *name; /* of the model file or profile */
    struct sim_words words;
    int fault; /* its number, SIM_FAULT_NONE outside of faults */
    char *err;
    size_t err_size;
};

/* Writes "profile h100x8 line 12: ..." and is false. */
bool sim_statement_fail(const struct sim_statement *st, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "unknown word 'widht' (known: width gen)". */
bool sim_statement_unknown(const struct sim_statement *st, const char *word, const char *known);
/* Fills members from the words from the n-th on; at least one. */
bool sim_statement_fields(const struct sim_statement *st, unsigned from,
                          const struct sim_field *fields, size_t count, void *base);
/* Is this word, or its key, among the words of the statement, but for the first? */
bool sim_statement_has(const struct sim_statement *st, const char *word);
/* The n-th word as the number of a GPU that the profile has. */
bool sim_statement_gpu(const struct sim_statement *st, unsigned word, unsigned *gpu);

/* A byte and a bit, "0x1000:3"; the fault is the statement's. Takes the text apart. */
bool sim_statement_flip(const struct sim_statement *st, char *text, struct sim_flip *flip);

/* The kinds of statement; words[0] is what they are found by. */
bool sim_statement_driver(const struct sim_statement *st);
bool sim_statement_cudart(const struct sim_statement *st);
bool sim_statement_library(const struct sim_statement *st);
bool sim_statement_nccl(const struct sim_statement *st);
bool sim_statement_rank(const struct sim_statement *st);
bool sim_statement_model(const struct sim_statement *st);
bool sim_statement_add_gpu(const struct sim_statement *st);
bool sim_statement_mig(const struct sim_statement *st);
bool sim_statement_link(const struct sim_statement *st);
bool sim_statement_pcie(const struct sim_statement *st);
bool sim_statement_clock(const struct sim_statement *st);
bool sim_statement_latency(const struct sim_statement *st);
bool sim_statement_switch(const struct sim_statement *st);
bool sim_statement_node(const struct sim_statement *st);
bool sim_statement_sockets(const struct sim_statement *st);
bool sim_statement_host(const struct sim_statement *st);
bool sim_statement_nvlink(const struct sim_statement *st);
bool sim_statement_nvswitch(const struct sim_statement *st);
bool sim_statement_mem(const struct sim_statement *st);
bool sim_statement_ecc(const struct sim_statement *st);
bool sim_statement_gemm(const struct sim_statement *st);
bool sim_statement_kernel(const struct sim_statement *st);
bool sim_statement_image(const struct sim_statement *st);
bool sim_statement_ptx(const struct sim_statement *st);
bool sim_statement_call(const struct sim_statement *st);

/* Is it a function of a double? */
bool sim_symbol_is_known(const char *symbol);
/* What cuDriverGetVersion says for a driver of this version; 0 if the branch is not known. */
unsigned sim_driver_branch_cuda(const char *version);

#endif
