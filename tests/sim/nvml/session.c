/* SPDX-License-Identifier: Apache-2.0 */
/* A program may initialise NVML in several of its parts, each of which shuts it down again. */
#include "session.h"

static unsigned count;

bool sim_nvml_is_initialised(void)
{
    return count > 0;
}

void sim_nvml_begin(void)
{
    count++;
}

bool sim_nvml_end(void)
{
    if (count == 0)
        return false;
    count--;
    return true;
}
