/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prototypes of the double's functions, made from the same rows as the suite's call table. Only
 * these are visible outside: all majors may be loaded in one process.
 */
#ifndef SIM_CUBLAS_CUBLAS_PROTOTYPES_H
#define SIM_CUBLAS_CUBLAS_PROTOTYPES_H

#include "api/cublas_abi.h"

#pragma GCC visibility push(default)
#define SIM_PROTOTYPE(result, name, version, arguments, needed) result name##version arguments;
GST_CUBLAS_API(SIM_PROTOTYPE)
GST_CUBLASLT_API(SIM_PROTOTYPE)
#undef SIM_PROTOTYPE
#pragma GCC visibility pop

#endif
