/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's share of virtual time: a fixed price per call. The figures are round numbers of the
 * size that is commonly measured for these calls; what matters is that polling costs time (so a
 * polling loop ends) and that a launch costs the host more than an empty kernel costs the GPU (so
 * a launch benchmark sees the host).
 */
#include "model/clock.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct price {
    const char *part; /* of the symbol's name */
    sim_time cost;
};

/* First match wins: the special name stands before the general one. */
static const struct price PRICES[] = {
    { "LaunchKernel", 2500 * SIM_NS }, { "ModuleLoad", 200 * SIM_US },
    { "LibraryLoad", 200 * SIM_US },   { "HostAlloc", 100 * SIM_US },
    { "MallocHost", 100 * SIM_US },    { "FreeHost", 50 * SIM_US },
    { "MemAlloc", 20 * SIM_US },       { "cudaMalloc", 20 * SIM_US },
    { "MemFree", 10 * SIM_US },        { "cudaFree", 10 * SIM_US },
    { "PrimaryCtx", 100 * SIM_US },    { "Memcpy", 1500 * SIM_NS },
    { "Memset", 1500 * SIM_NS },       { "Synchronize", 1 * SIM_US },
    { "EventRecord", 800 * SIM_NS },   { "StreamCreate", 10 * SIM_US },
    { "Query", 500 * SIM_NS },         { "cuInit", 1 * SIM_MS },
};

static sim_time find_price(const char *symbol)
{
    for (size_t i = 0; i < sizeof PRICES / sizeof PRICES[0]; i++) {
        if (strstr(symbol, PRICES[i].part) != NULL)
            return PRICES[i].cost;
    }
    return 300 * SIM_NS;
}

/* Symbols are the names of functions, which stay where they are: the last ones are known by that.
 */
sim_time sim_clock_call_cost(const char *symbol)
{
    static struct {
        const char *symbol;
        sim_time cost;
    } known[64];
    const size_t place = (size_t)((uintptr_t)symbol / 8 % (sizeof known / sizeof known[0]));

    if (known[place].symbol != symbol) {
        known[place].symbol = symbol;
        known[place].cost = find_price(symbol);
    }
    return known[place].cost;
}

float sim_clock_elapsed_ms(sim_time start, sim_time end)
{
    const sim_time step = SIM_US / 2;
    sim_time distance = end >= start ? end - start : start - end;
    double steps = (double)((distance + step / 2) / step);

    return (float)((end >= start ? steps : -steps) * 0.0005);
}
