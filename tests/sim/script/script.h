/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one language of models, profiles and faults: statements separated by newlines or ';',
 * comments from '#'. tests/sim/README.md is its grammar. What a machine is goes to machine.h, what
 * the doubles shall do wrong goes to the plan. Unknown words are errors that name the known ones.
 */
#ifndef SIM_SCRIPT_SCRIPT_H
#define SIM_SCRIPT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "script/machine.h"

#define SIM_SCRIPT_MODELS     32
#define SIM_SCRIPT_FAULTS     64
#define SIM_SCRIPT_TEXT_BYTES 65536 /* longest script */
#define SIM_SCRIPT_LINE_BYTES 1024
#define SIM_SCRIPT_WORDS      64 /* most in one statement */

enum sim_plan_kind {
    SIM_PLAN_CALL,            /* subject: symbol; number: ps that it takes */
    SIM_PLAN_KERNEL_WRONG,    /* subject: kernel; number: element */
    SIM_PLAN_KERNEL_HANGS,    /* subject: kernel */
    SIM_PLAN_IMAGE_TRUNCATED, /* subject: file of the kernel */
    SIM_PLAN_PTX_VERSION,     /* number: 99 for 9.9 */
};

enum sim_plan_action {
    SIM_PLAN_RETURNS,
    SIM_PLAN_HANGS,
    SIM_PLAN_CRASHES,
    SIM_PLAN_ABORTS,
    SIM_PLAN_PRINTS,
    SIM_PLAN_EATS_MEMORY,
    SIM_PLAN_TAKES,
};

struct sim_plan_entry {
    enum sim_plan_kind kind;
    char subject[64];
    uint64_t call; /* counted from 1 over the whole run; 0: every call */
    enum sim_plan_action action;
    int result;     /* of SIM_PLAN_RETURNS */
    char text[128]; /* of SIM_PLAN_PRINTS */
    uint64_t number;
    int fault;
};

struct sim_plan {
    unsigned count;
    struct sim_plan_entry entries[SIM_SCRIPT_FAULTS];
};

struct sim_script {
    struct sim_machine machine;
    struct sim_plan plan;
    unsigned model_count;
    struct sim_gpu_model models[SIM_SCRIPT_MODELS];
    unsigned fault_count; /* each statement of the faults text is one fault, counted from 0 */
    char fault_texts[SIM_SCRIPT_FAULTS][SIM_SCRIPT_LINE_BYTES];
};

/* Who wrote the text: decides which statements it may hold and whether they are faults. */
enum sim_script_part { SIM_SCRIPT_MODEL, SIM_SCRIPT_PROFILE, SIM_SCRIPT_FAULT };

/* An empty machine with a driver: no GPU, no fault. */
void sim_script_init(struct sim_script *script);

/* Adds what the text says. `name` is the model's or profile's, for messages. False with one line in
 * `err`; the script is then of no use. */
bool sim_script_parse(struct sim_script *script, enum sim_script_part part, const char *name,
                      const char *text, char *err, size_t err_size);

/* Reads all models and one profile from the simulator's folder (NULL: where this library is
 * installed or GPU_SELFTEST_SIM_DIR), then the faults (may be NULL). */
bool sim_script_load(struct sim_script *script, const char *folder, const char *profile,
                     const char *faults, char *err, size_t err_size);

/* The folder that holds lib/, models/ and profiles/. False if it cannot be told. */
bool sim_script_folder(char *path, size_t size);

/* The names of all profiles, sorted, one after the other with `separator` between. */
bool sim_script_profiles(const char *folder, const char *separator, char *names, size_t size);

#endif
