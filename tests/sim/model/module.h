/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel images: would this driver take this one for this GPU, and which code would it choose? The
 * build's manifest says what is in an image; nothing here reads what nvcc wrote.
 */
#ifndef SIM_MODEL_MODULE_H
#define SIM_MODEL_MODULE_H

#include "model/context.h"

/* The environment of a load. */
struct sim_load {
    int capability;    /* of the GPU: 90 for 9.0 */
    int driver_cuda;   /* 13000 */
    int ptx_isa;       /* what the image's PTX claims to be: 90 for 9.0 */
    bool force_jit;    /* CUDA_FORCE_PTX_JIT=1 */
    bool disable_jit;  /* CUDA_DISABLE_PTX_JIT=1 */
    bool has_compiler; /* is the driver's PTX compiler installed? */
};

struct sim_choice {
    int architecture; /* whose code runs: 90 for 9.0 */
    bool is_jit;
};

/* The newest PTX version that a driver of this CUDA version reads: 90 for 13.0. */
int sim_ptx_isa_of(int driver_cuda);

/* CUDA_SUCCESS and the choice, or why there is none: 209, 221, 222 or 223. */
int sim_image_choose(const struct sim_image *image, const struct sim_load *load,
                     struct sim_choice *choice);

struct sim_function {
    struct sim_context *context;
    void *module;
    const struct sim_image_kernel *facts;
    const struct sim_kernel *twin;
    struct sim_choice choice;
    int ptx_isa;
    int dynamic_limit; /* of shared memory; what the kernel was opted in for */
};

int sim_module_load(struct sim_context *context, const void *image, void **handle);
int sim_module_unload(struct sim_context *context, void *handle);
int sim_module_function(struct sim_context *context, void *module, const char *name, void **handle);
/* NULL if it is no living function. */
struct sim_function *sim_function_get(void *handle);
int sim_function_attribute(const struct sim_function *function, int attribute, int *value);

/* The context goes: its modules with it. */
void sim_modules_drop(const struct sim_context *context);

#endif
