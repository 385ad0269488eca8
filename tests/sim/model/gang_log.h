/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NCCL writes about itself, in the words of release 2.28: to NCCL_DEBUG_FILE ("%h" and "%p"
 * are host and process) or, like the real one, to standard output if that is not set or cannot be
 * opened. Nothing at all without NCCL_DEBUG.
 */
#ifndef SIM_MODEL_GANG_LOG_H
#define SIM_MODEL_GANG_LOG_H

#include "model/gang_time.h"

/* "2.28.9+cuda13.0", as NCCL names itself. */
void sim_gang_release(const struct sim_spec *spec, char *text, size_t size);

/* A rank as the log names it. */
struct sim_gang_self {
    unsigned rank;
    int device; /* ordinal of CUDA */
};

/* "Failed to bind NVLink SHARP ...", up to the point where releases differ. */
void sim_gang_multicast_words(char *text, size_t size);

/* At once: the version, and what was set. */
void sim_gang_log_begin(const struct sim_spec *spec, const struct sim_gang_self *self);

/* When its kernels are there and it goes to meet the others (src/init.cc). */
void sim_gang_log_start(const struct sim_spec *spec, const struct sim_gang_rank *rank,
                        unsigned count, const struct sim_gang_self *self);

/* Once the rank has found its way: initialisation, rings and connections. The real
 * one connects when a collective is first called. */
void sim_gang_log_way(const struct sim_spec *spec, const struct sim_gang_env *env,
                      const struct sim_gang_way *way, const struct sim_gang_rank *ranks,
                      const struct sim_gang_self *self);

/* "AllReduce: 16777216 Bytes -> Algo NVLS proto SIMPLE ...", of rank 0. */
void sim_gang_log_choice(const struct sim_gang_way *way, const struct sim_gang_choice *choice,
                         enum sim_gang_kind kind, uint64_t bytes, const struct sim_gang_self *self);

/* A warning, which the caller of a function gets by ncclGetLastError, too. */
void sim_gang_log_warning(const char *text, const struct sim_gang_self *self);

#endif
