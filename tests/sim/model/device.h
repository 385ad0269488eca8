/* SPDX-License-Identifier: Apache-2.0 */
/* What a device answers about itself. */
#ifndef SIM_MODEL_DEVICE_H
#define SIM_MODEL_DEVICE_H

#include "model/world.h"

const struct sim_spec_gpu *sim_device_facts(const struct sim_device *device);
/* Cut to the size, always terminated. */
int sim_device_name(const struct sim_device *device, char *name, int size);
int sim_device_pci(const struct sim_device *device, char *text, int size);
/* The sixteen bytes behind the text of a UUID. */
int sim_device_uuid(const struct sim_device *device, char bytes[16]);
int sim_device_attribute(const struct sim_device *device, int attribute, int *value);
int sim_device_p2p_attribute(const struct sim_device *source, const struct sim_device *target,
                             int attribute, int *value);

#endif
