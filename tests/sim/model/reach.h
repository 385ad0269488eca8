/* SPDX-License-Identifier: Apache-2.0 */
/* Which memory work of a context may touch: its own, pinned memory, and that of enabled peers. */
#ifndef SIM_MODEL_REACH_H
#define SIM_MODEL_REACH_H

#include "model/alloc.h"

bool sim_reach_block(const struct sim_context *context, const struct sim_block *block);

/* Does all that is touched lie in living blocks that can be reached? Reports what does not, by the
 * name of what touches it. */
bool sim_reach_all(const struct sim_context *context, const char *name,
                   const struct sim_access *accesses, unsigned count);

#endif
