/* SPDX-License-Identifier: Apache-2.0 */
/* Text to statements to words: quotes, comments, separators. Knows no word. */
#ifndef SIM_SCRIPT_WORDS_H
#define SIM_SCRIPT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "script/script.h"

/* A word `key` or `key=value`; value is NULL without '='. */
struct sim_word {
    char *key;
    char *value;
};

struct sim_words {
    unsigned line; /* where the statement begins, counted from 1 */
    unsigned count;
    struct sim_word words[SIM_SCRIPT_WORDS];
    char source[SIM_SCRIPT_LINE_BYTES]; /* the statement as written */
    char buffer[2 * SIM_SCRIPT_LINE_BYTES];
};

/* Takes the next statement that has words off `*text`; `*line` counts on. False at the end, or
 * with `*problem` set if the statement cannot be read. */
bool sim_words_next(const char **text, unsigned *line, struct sim_words *words,
                    const char **problem);

#endif
