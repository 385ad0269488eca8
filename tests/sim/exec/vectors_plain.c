/* SPDX-License-Identifier: Apache-2.0 */
/* Twins for the vectors that any processor of this kind has: there are no others. */
#include "exec/vectors.h"

bool sim_has_vectors(enum sim_vectors vectors)
{
    return vectors == SIM_VECTORS_PLAIN;
}
