/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of the list at a time; NONE ends it. */
#include "model/visible.h"

#include <stddef.h>
#include <string.h>

#define NONE (~0u)

/* A GPU in MIG mode stands for its first instance. */
static unsigned usable(const struct sim_candidate *candidates, unsigned count, unsigned index)
{
    if (index == NONE || !candidates[index].has_mig)
        return index;
    return index + 1 < count && candidates[index + 1].is_mig ? index + 1 : NONE;
}

/* Indices count GPUs; instances have none. */
static unsigned by_number(const char *entry, size_t length, const struct sim_candidate *candidates,
                          unsigned count)
{
    unsigned number = 0;

    for (size_t i = 0; i < length; i++) {
        if (entry[i] < '0' || entry[i] > '9' || number > 1000)
            return NONE;
        number = 10 * number + (unsigned)(entry[i] - '0');
    }
    for (unsigned i = 0; i < count; i++) {
        if (!candidates[i].is_mig && number-- == 0)
            return i;
    }
    return NONE;
}

/* A prefix will do if it fits one only. */
static unsigned by_uuid(const char *entry, size_t length, const struct sim_candidate *candidates,
                        unsigned count)
{
    unsigned found = NONE;

    for (unsigned i = 0; i < count; i++) {
        if (strncmp(candidates[i].uuid, entry, length) != 0)
            continue;
        if (found != NONE)
            return NONE;
        found = i;
    }
    return found;
}

static unsigned find(const char *entry, size_t length, const struct sim_candidate *candidates,
                     unsigned count)
{
    const bool is_uuid =
        length > 4 && (strncmp(entry, "GPU-", 4) == 0 || strncmp(entry, "MIG-", 4) == 0);

    if (length == 0)
        return NONE;
    unsigned index = is_uuid ? by_uuid(entry, length, candidates, count)
                             : by_number(entry, length, candidates, count);
    return usable(candidates, count, index);
}

static unsigned everything(const struct sim_candidate *candidates, unsigned count, unsigned *chosen)
{
    unsigned n = 0;

    for (unsigned i = 0; i < count; i++) {
        if (candidates[i].is_mig) {
            chosen[0] = i;
            return 1;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        if (!candidates[i].has_mig)
            chosen[n++] = i;
    }
    return n;
}

unsigned sim_visible(const char *text, const struct sim_candidate *candidates, unsigned count,
                     unsigned *chosen)
{
    unsigned n = 0;

    if (text == NULL)
        return everything(candidates, count, chosen);
    for (;;) {
        const size_t length = strcspn(text, ",");
        const unsigned index = find(text, length, candidates, count);

        if (index == NONE)
            break;
        for (unsigned i = 0; i < n; i++) {
            if (chosen[i] == index)
                return 0;
        }
        if (n > 0 && (candidates[index].is_mig || candidates[chosen[0]].is_mig))
            break;
        chosen[n++] = index;
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    return n;
}
