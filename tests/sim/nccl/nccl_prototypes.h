/* SPDX-License-Identifier: Apache-2.0 */
/* Prototypes of the double's functions, made from the same rows as the suite's call table. */
#ifndef SIM_NCCL_NCCL_PROTOTYPES_H
#define SIM_NCCL_NCCL_PROTOTYPES_H

#include "api/nccl_abi.h"

#define SIM_PROTOTYPE(result, name, version, arguments, needed) result name##version arguments;
GST_NCCL_API(SIM_PROTOTYPE)
#undef SIM_PROTOTYPE

#endif
