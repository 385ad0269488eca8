/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The argument struct of the kernels that exist only to test how kernels are run.
 */
#ifndef TEST_SIM_EXEC_KERNELS_H
#define TEST_SIM_EXEC_KERNELS_H

#include <stdint.h>

struct test_args {
    const uint32_t *in;
    uint32_t *out;
    float *values;
    uint32_t n;
    uint32_t mode;
};

#endif
