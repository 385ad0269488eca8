/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual time: whole picoseconds, so that the same run gives the same numbers on every machine.
 * Nothing in the simulator reads a wall clock to decide how long a piece of work took.
 */
#ifndef SIM_MODEL_CLOCK_H
#define SIM_MODEL_CLOCK_H

#include <stdint.h>

typedef uint64_t sim_time;

#define SIM_NS      ((sim_time)1000)
#define SIM_US      (1000 * SIM_NS)
#define SIM_MS      (1000 * SIM_US)
#define SIM_S       (1000 * SIM_MS)
#define SIM_FOREVER UINT64_MAX

/* What a call costs the calling thread; by name, since that is what users tune against. */
sim_time sim_clock_call_cost(const char *symbol);

/* Milliseconds between two event times, in steps of 0.5 us as the events of a GPU have. */
float sim_clock_elapsed_ms(sim_time start, sim_time end);

#endif
