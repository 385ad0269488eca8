/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk in which no load can begin before the one before it has ended; see latency.h.
 *
 * The words are volatile wherever they are: such a load is made exactly once and passes by the L1
 * cache, and host and peer memory are read anew each time, so one kernel serves all three and their
 * numbers compare. What a node says is cut to the size of the cycle, so that a wrong word leads
 * astray and not into memory that is not ours: that would cost the GPU's context, and the number of
 * clocks for it, four or five, is one in a hundred of what a load of memory takes.
 */
#include "kernels/device.h"
#include "kernels/latency.h"

GST_KERNEL(latency_link, struct gst_latency_args)
{
    const uint32_t threads = gridDim.x * blockDim.x;

    for (uint64_t i = (uint64_t)blockIdx.x * blockDim.x + threadIdx.x; i < args.nodes; i += threads)
        args.words[i * GST_LATENCY_NODE_WORDS] =
            GST_LATENCY_NEXT(i, args.nodes, args.step) * GST_LATENCY_NODE_WORDS;
}

GST_KERNEL(latency_chase, struct gst_latency_args)
{
    const volatile uint32_t *const words = args.words;
    const uint32_t mask = args.nodes * GST_LATENCY_NODE_WORDS - 1U;
    uint32_t at = args.start * GST_LATENCY_NODE_WORDS;
    uint32_t hops = 0;
    uint32_t hash = 0;

    for (; hops < args.hops; hops++) {
        at = words[at & mask];
        hash = GST_LATENCY_HASH(hash, at); /* waits for the load, but no load waits for it */
    }
    args.result->end = at;
    args.result->hash = hash;
    args.result->hops = hops;
}
