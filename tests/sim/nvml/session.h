/* SPDX-License-Identifier: Apache-2.0 */
/* How often NVML was initialised: as many shutdowns end it. Callers hold the model's lock. */
#ifndef SIM_NVML_SESSION_H
#define SIM_NVML_SESSION_H

#include <stdbool.h>

bool sim_nvml_is_initialised(void);
void sim_nvml_begin(void);
/* False if it is not initialised. */
bool sim_nvml_end(void);

#endif
