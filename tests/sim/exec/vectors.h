/* SPDX-License-Identifier: Apache-2.0 */
/* Which vectors this processor has. */
#ifndef SIM_EXEC_VECTORS_H
#define SIM_EXEC_VECTORS_H

#include <stdbool.h>

#include "exec/exec.h"

bool sim_has_vectors(enum sim_vectors vectors);

#endif
