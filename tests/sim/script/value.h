/* SPDX-License-Identifier: Apache-2.0 */
/* Values with their units, and rows that say which member of a struct a word fills. */
#ifndef SIM_SCRIPT_VALUE_H
#define SIM_SCRIPT_VALUE_H

#include <stdbool.h>
#include <stddef.h>

enum sim_kind {
    SIM_KIND_TEXT,       /* char[size] */
    SIM_KIND_COUNT,      /* unsigned */
    SIM_KIND_NUMBER,     /* uint64_t, decimal or 0x */
    SIM_KIND_HEX,        /* unsigned, 0x */
    SIM_KIND_BYTES,      /* uint64_t, with B KiB MiB GiB */
    SIM_KIND_MHZ,        /* unsigned */
    SIM_KIND_WATTS,      /* unsigned, in mW */
    SIM_KIND_CELSIUS,    /* unsigned */
    SIM_KIND_SHARE,      /* unsigned, 0.001 to 1 in thousandths */
    SIM_KIND_FACTOR,     /* unsigned, 0.001 to 2 in thousandths */
    SIM_KIND_RATE,       /* unsigned, GB/s in MB/s */
    SIM_KIND_CAPABILITY, /* unsigned, 9.0 as 90 */
    SIM_KIND_VERSION,    /* unsigned, 13.0 as 13000 */
    SIM_KIND_TIME,       /* uint64_t, s ms us in ps */
    SIM_KIND_NODE,       /* int, -1 for none */
    SIM_KIND_YES,        /* bool, yes or no */
    SIM_KIND_FLAG,       /* bool, the word alone says so */
};

struct sim_field {
    const char *word;
    enum sim_kind kind;
    size_t offset;
    size_t size;
};

#define SIM_FIELD(word, kind, type, member)                                                        \
    {                                                                                              \
        word, SIM_KIND_##kind, offsetof(type, member), sizeof(((type *)0)->member)                 \
    }

/* Writes the value into its member. False if the text is not of that kind. */
bool sim_value_set(const struct sim_field *field, void *base, const char *text);
/* What a value of this kind looks like, for messages: "a number of MHz such as 1980MHz". */
const char *sim_value_help(enum sim_kind kind);

#endif
