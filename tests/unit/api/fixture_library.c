/* SPDX-License-Identifier: Apache-2.0 */
/* What test_dl.c opens; CMake builds it several times, each with another of the names defined. */
int fixture_answer(void);
int fixture_extra(void);

int fixture_answer(void)
{
    return 42;
}

#ifndef FIXTURE_LACKING
int fixture_extra(void)
{
    return 43;
}
#endif

#ifdef FIXTURE_ORPHAN
int fixture_base(void);
int fixture_use(void);

int fixture_use(void)
{
    return fixture_base();
}
#endif

#ifdef FIXTURE_DOUBLE
extern const char gpu_selftest_double[];
const char gpu_selftest_double[] = "gpu-selftest simulated fixture";
#endif
