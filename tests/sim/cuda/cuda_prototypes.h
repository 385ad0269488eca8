/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prototypes of the double's functions, made from the same rows as the suite's call table: a
 * function with other arguments than its row does not compile.
 */
#ifndef SIM_CUDA_CUDA_PROTOTYPES_H
#define SIM_CUDA_CUDA_PROTOTYPES_H

#include "api/cuda_abi.h"
#include "model/enter.h"

#define SIM_PROTOTYPE(result, name, version, arguments, needed) result name##version arguments;
GST_CUDA_API(SIM_PROTOTYPE)
#undef SIM_PROTOTYPE

#endif
