/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What callers hold instead of pointers: numbers that no object ever lies at. Handles are not given
 * out twice, so that a stale one is always seen, and reading through one faults.
 */
#ifndef SIM_MODEL_HANDLE_H
#define SIM_MODEL_HANDLE_H

enum sim_handle_kind {
    SIM_HANDLE_CONTEXT = 1,
    SIM_HANDLE_STREAM,
    SIM_HANDLE_EVENT,
    SIM_HANDLE_MODULE,
    SIM_HANDLE_FUNCTION,
    SIM_HANDLE_LIBRARY,
    SIM_HANDLE_KERNEL,
    SIM_HANDLE_BLAS,
    SIM_HANDLE_COMM,
    SIM_HANDLE_KINDS
};

void *sim_handle_new(enum sim_handle_kind kind, void *object);
/* The object; NULL if this is no living handle of the kind. */
void *sim_handle_get(enum sim_handle_kind kind, const void *handle);
void sim_handle_drop(enum sim_handle_kind kind, const void *handle);
/* How many of the kind are alive. */
unsigned sim_handle_alive(enum sim_handle_kind kind);
/* The next living handle of the kind after this one; starts with NULL and ends with NULL. */
void *sim_handle_next(enum sim_handle_kind kind, const void *handle);

#endif
