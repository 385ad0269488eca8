/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether ranks find a network to meet by. Without NCCL_SOCKET_IFNAME any that is up will do, lo
 * included; it names some, or with '^' all but some, by how they begin or after '=' in full (user
 * guide, NCCL_SOCKET_IFNAME).
 */
#ifndef SIM_MODEL_GANG_INTERFACE_H
#define SIM_MODEL_GANG_INTERFACE_H

#include <stdbool.h>

/* Of this machine's own interfaces. */
bool sim_gang_has_interface(void);

/* Does the variable allow this one? */
bool sim_gang_interface_fits(const char *name, const char *wanted);

#endif
