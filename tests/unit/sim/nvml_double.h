/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The double of NVML as a program has it: opened by name, one pointer for each row. A process has
 * one simulated machine, so tests come in groups, and each group runs in a process of its own with
 * its profile, its faults and its CUDA_VISIBLE_DEVICES.
 */
#ifndef TEST_NVML_DOUBLE_H
#define TEST_NVML_DOUBLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "api/cuda_abi.h"
#include "api/nvml_abi.h"

#define ROW_MEMBER(result, name, version, arguments, needed) result(*name) arguments;
#define ROW_SYMBOL(result, name, version, arguments, needed) #name #version,

struct nvml {
    GST_NVML_API(ROW_MEMBER)
};

struct cuda {
    GST_CUDA_API(ROW_MEMBER)
};

static struct nvml nvml;
static struct cuda cuda;
static const char *const nvml_symbols[] = { GST_NVML_API(ROW_SYMBOL) };
static const char *const cuda_symbols[] = { GST_CUDA_API(ROW_SYMBOL) };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Every row of the table is there, in its order. Returns the library. */
static inline void *open_rows(const char *file, const char *const *symbols, size_t count,
                              void *table)
{
    void *library = dlopen(file, RTLD_NOW);

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    for (size_t i = 0; i < count; i++) {
        void *function = dlsym(library, symbols[i]);

        if (function == NULL) {
            fprintf(stderr, "%s does not export %s\n", file, symbols[i]);
            exit(1);
        }
        memcpy((char *)table + i * sizeof function, &function, sizeof function);
    }
    return library;
}

static inline nvmlDevice_t gpu_at(unsigned index)
{
    nvmlDevice_t device = NULL;

    assert_int_equal(nvml.nvmlDeviceGetHandleByIndex(index, &device), NVML_SUCCESS);
    assert_non_null(device);
    return device;
}

struct group {
    const char *name;
    const char *profile;
    const char *faults;  /* NULL for none */
    const char *visible; /* CUDA_VISIBLE_DEVICES; NULL for all */
    const struct CMUnitTest *tests;
    size_t count;
    bool starts_without_init;
};

static inline int run_group(const struct group *group)
{
    setenv("GPU_SELFTEST_SIM_PROFILE", group->profile, 1);
    setenv("GPU_SELFTEST_SIM_FAULTS", group->faults != NULL ? group->faults : "", 1);
    unsetenv("GPU_SELFTEST_SIM_STATE");
    unsetenv("GPU_SELFTEST_SIM_DIR");
    unsetenv("CUDA_VISIBLE_DEVICES");
    if (group->visible != NULL)
        setenv("CUDA_VISIBLE_DEVICES", group->visible, 1);
    open_rows(SIM_NVML_FILE, nvml_symbols, COUNT(nvml_symbols), &nvml);
    open_rows(SIM_CUDA_FILE, cuda_symbols, COUNT(cuda_symbols), &cuda);
    if (!group->starts_without_init && nvml.nvmlInit() != NVML_SUCCESS)
        return 1;
    return _cmocka_run_group_tests(group->name, group->tests, group->count, NULL, NULL) != 0;
}

/* How many groups failed. */
static inline int run_groups(const struct group *groups, size_t count)
{
    int failed = 0;

    for (size_t i = 0; i < count; i++) {
        int status = 1;
        pid_t child = fork();

        if (child == 0)
            exit(run_group(&groups[i]));
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            failed++;
    }
    return failed;
}

#define GROUP(title, of_profile, with_faults, with_visible, list)                                  \
    {                                                                                              \
        .name = title, .profile = of_profile, .faults = with_faults, .visible = with_visible,      \
        .tests = list, .count = COUNT(list)                                                        \
    }

#endif
