/* SPDX-License-Identifier: Apache-2.0 */
/* One growing table per kind; the handle is the kind and the place, shifted out of the way of
 * small numbers that the vendor gives a meaning (streams 1 and 2). */
#include "model/handle.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define STEP 16u

static struct {
    void **objects;
    size_t count, room;
} tables[SIM_HANDLE_KINDS];

static const uintptr_t BASE = (uintptr_t)1 << 24;

static void *encode(enum sim_handle_kind kind, size_t index)
{
    return (void *)((((uintptr_t)kind * BASE) + index + 1) * STEP);
}

/* The place of a handle in its table; the table's count if it is none. */
static size_t decode(enum sim_handle_kind kind, const void *handle)
{
    uintptr_t number = (uintptr_t)handle;
    uintptr_t first = (uintptr_t)encode(kind, 0);

    if (number < first || number % STEP != 0 || (number - first) / STEP >= tables[kind].count)
        return tables[kind].count;
    return (number - first) / STEP;
}

void *sim_handle_new(enum sim_handle_kind kind, void *object)
{
    if (tables[kind].count == tables[kind].room) {
        tables[kind].room = tables[kind].room != 0 ? 2 * tables[kind].room : 64;
        tables[kind].objects = realloc(tables[kind].objects, tables[kind].room * sizeof(void *));
        if (tables[kind].objects == NULL || tables[kind].room >= BASE)
            abort();
    }
    tables[kind].objects[tables[kind].count] = object;
    return encode(kind, tables[kind].count++);
}

void *sim_handle_get(enum sim_handle_kind kind, const void *handle)
{
    size_t index = decode(kind, handle);

    return index < tables[kind].count ? tables[kind].objects[index] : NULL;
}

void sim_handle_drop(enum sim_handle_kind kind, const void *handle)
{
    size_t index = decode(kind, handle);

    if (index < tables[kind].count)
        tables[kind].objects[index] = NULL;
}

unsigned sim_handle_alive(enum sim_handle_kind kind)
{
    unsigned alive = 0;

    for (size_t i = 0; i < tables[kind].count; i++)
        alive += tables[kind].objects[i] != NULL;
    return alive;
}

void *sim_handle_next(enum sim_handle_kind kind, const void *handle)
{
    size_t index = handle != NULL ? decode(kind, handle) + 1 : 0;

    for (; index < tables[kind].count; index++) {
        if (tables[kind].objects[index] != NULL)
            return encode(kind, index);
    }
    return NULL;
}
