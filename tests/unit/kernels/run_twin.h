/* SPDX-License-Identifier: Apache-2.0 */
/* Running a kernel's host twin in a test. After cmocka.h. */
#ifndef TESTS_UNIT_KERNELS_RUN_TWIN_H
#define TESTS_UNIT_KERNELS_RUN_TWIN_H

#include "exec/exec.h"

/* `args_bytes` is written out by the caller: what the host passes is what nvcc's parameter is. */
static inline void run_twin(const char *kernel, const void *args, size_t args_bytes, unsigned grid,
                            unsigned block, enum sim_order order)
{
    const struct sim_launch launch = {
        .kernel = sim_kernel_find(kernel),
        .grid = { grid, 1, 1 },
        .block = { block, 1, 1 },
        .args = args,
        .arch = 900,
        .order = order,
        .seed = 7,
    };
    char err[256] = "";

    assert_non_null(launch.kernel);
    assert_int_equal(launch.kernel->args_bytes, args_bytes);
    assert_false(launch.kernel->sync);
    assert_true(sim_exec_run(&launch, err, sizeof(err)));
    assert_string_equal(err, "");
}

#endif
