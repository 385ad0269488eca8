/* SPDX-License-Identifier: Apache-2.0 */
/* Which code in an image a driver takes, as a table over GPU, driver and environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/module.h"

static const struct sim_image full = { .toolkit_version = 13000,
                                       .ptx_isa = 90,
                                       .native_count = 4,
                                       .native = { 75, 80, 86, 90 },
                                       .ptx_count = 1,
                                       .ptx = { 90 } };
static const struct sim_image ptx = {
    .toolkit_version = 13000, .ptx_isa = 90, .ptx_only = true, .ptx_count = 1, .ptx = { 75 }
};

static const struct {
    const struct sim_image *image;
    struct sim_load load;
    int expected, architecture;
    bool is_jit;
} rows[] = {
    /* capability, driver, ISA, forced, disabled, compiler */
    { &full, { 90, 13000, 90, false, false, true }, 0, 90, false },
    { &full, { 89, 13000, 90, false, false, true }, 0, 86, false }, /* minor compatible */
    { &full, { 87, 13000, 90, false, false, true }, 0, 86, false },
    { &full, { 80, 13000, 90, false, false, true }, 0, 80, false },
    { &full, { 70, 13000, 90, false, false, true }, CUDA_ERROR_NO_BINARY_FOR_GPU, 0, false },
    { &full, { 100, 13000, 90, false, false, true }, 0, 90, true }, /* the next major: PTX */
    { &full, { 120, 13000, 90, false, false, true }, 0, 90, true },
    { &full, { 100, 13000, 90, false, true, true }, CUDA_ERROR_JIT_COMPILATION_DISABLED, 0, false },
    { &full, { 90, 13000, 90, false, true, true }, 0, 90, false },
    { &full, { 90, 13000, 90, true, false, true }, 0, 90, true },
    { &full, { 80, 13000, 90, true, false, true }, CUDA_ERROR_NO_BINARY_FOR_GPU, 0, false },
    { &ptx, { 90, 13000, 90, false, false, true }, 0, 75, true },
    { &ptx, { 90, 13000, 90, false, false, false }, CUDA_ERROR_JIT_COMPILER_NOT_FOUND, 0, false },
    { &ptx, { 90, 13000, 99, false, false, true }, CUDA_ERROR_UNSUPPORTED_PTX_VERSION, 0, false },
    { &ptx, { 90, 13020, 92, false, false, true }, 0, 75, true },
    { &ptx, { 90, 12090, 90, false, false, true }, CUDA_ERROR_UNSUPPORTED_PTX_VERSION, 0, false },
    /* Native code of a newer major is not taken; the PTX beside it is too new as well. */
    { &full, { 90, 12020, 90, false, false, true }, CUDA_ERROR_UNSUPPORTED_PTX_VERSION, 0, false },
    { &full, { 86, 12020, 90, false, false, true }, CUDA_ERROR_NO_BINARY_FOR_GPU, 0, false },
};

static void test_model_choose__table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sim_choice choice = { 0 };
        int error = sim_image_choose(rows[i].image, &rows[i].load, &choice);

        if (error != rows[i].expected || choice.architecture != rows[i].architecture
            || choice.is_jit != rows[i].is_jit)
            fail_msg("row %zu: error %d, architecture %d", i, error, choice.architecture);
    }
}

static void test_model_choose__ptx_versions(void **state)
{
    (void)state;
    assert_int_equal(sim_ptx_isa_of(13000), 90);
    assert_int_equal(sim_ptx_isa_of(12040), 84);
    assert_int_equal(sim_ptx_isa_of(12020), 82);
    assert_int_equal(sim_ptx_isa_of(12060), 85);
    assert_int_equal(sim_ptx_isa_of(11080), 78);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_choose__table),
        cmocka_unit_test(test_model_choose__ptx_versions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
