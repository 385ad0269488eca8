/* SPDX-License-Identifier: Apache-2.0 */
/* By this symbol the suite knows a double from the real library, and says SIMULATED. */
extern const char gpu_selftest_double[];
__attribute__((visibility("default"))) const char gpu_selftest_double[] =
    "gpu-selftest simulated " SIM_CUBLAS_FILE;
