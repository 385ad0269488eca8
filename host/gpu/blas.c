/* SPDX-License-Identifier: Apache-2.0 */
/* Products through cuBLAS; see blas.h. */
#include "gpu/blas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu/error.h"

/* Of the size that NVIDIA recommends for the largest GPUs (cuBLAS documentation,
 * cublasSetWorkspace): what is too small makes slower algorithms be chosen. */
#define WORKSPACE_BYTES ((size_t)32 << 20)

/* What a handle takes of a GPU with its library's code, a context's growth and a workspace, at
 * most. With less cublasCreate answers NOT_INITIALIZED as well as ALLOC_FAILED (pytorch/pytorch
 * issues of "CUBLAS_STATUS_NOT_INITIALIZED when calling cublasCreate(handle)": out of memory). */
#define CREATE_BYTES ((size_t)512 << 20)

#define GST_BLAS(handle, st, function, arguments)                                                  \
    ((handle)->blas->libs.cublas.function == NULL                                                  \
         ? gst_call_absent(#function, GST_WHERE, st)                                               \
         : (gst_call_enter((handle)->blas->env, #function),                                        \
            answer(handle, (handle)->blas->libs.cublas.function arguments, #function, GST_WHERE,   \
                   st)))

static void note_library(struct gst_blas *blas, const char *key, const struct gst_library *library)
{
    if (library->handle != NULL)
        gst_report_fact_text(blas->env->report, GST_NO_GPU, "loader", key, "%s%s", library->path,
                             library->is_double ? " (double)" : "");
}

size_t gst_blas_lt_version(size_t told)
{
    return told / 1000 == 11 ? 110000 + told % 1000 : told;
}

static void read_versions(struct gst_blas *blas)
{
    const struct gst_cublas *cublas = &blas->libs.cublas;
    struct gst_report *report = blas->env->report;
    int major = 0, minor = 0, patch = 0;
    size_t lt = 0;

    gst_call_enter(blas->env, "cublasGetProperty");
    cublas->cublasGetProperty(MAJOR_VERSION, &major);
    cublas->cublasGetProperty(MINOR_VERSION, &minor);
    cublas->cublasGetProperty(PATCH_LEVEL, &patch);
    if (blas->libs.cublaslt_library.handle != NULL)
        lt = gst_blas_lt_version(blas->libs.cublaslt.cublasLtGetVersion());
    blas->env->progress->call[0] = '\0';
    blas->version = major * 10000 + minor * 100 + patch;
    gst_report_fact_text(report, GST_NO_GPU, "cublas", "cublas_version", "%d.%d.%d", major, minor,
                         patch);
    if (lt == 0)
        return;
    gst_report_fact_text(report, GST_NO_GPU, "cublas", "cublaslt_version", "%zu.%zu.%zu",
                         lt / 10000, lt / 100 % 100, lt % 100);
    gst_report_check(report, GST_IMAGE_CUBLAS_VERSIONS_DIFFER, GST_NO_GPU,
                     lt == (size_t)blas->version, "'%.100s' is %d.%d.%d, '%.100s' is %zu.%zu.%zu",
                     blas->libs.cublas_library.path, major, minor, patch,
                     blas->libs.cublaslt_library.path, lt / 10000, lt / 100 % 100, lt % 100);
}

static void read_changes(struct gst_blas *blas)
{
    const char *values[GST_BLAS_VARIABLES];

    for (int i = 0; i < GST_BLAS_VARIABLES; i++)
        values[i] = getenv(gst_blas_variables[i]);
    blas->changes = gst_blas_changes_of(values);
    if (blas->changes.is_changed)
        gst_report_fact_text(blas->env->report, GST_NO_GPU, "environment", "cublas_variables", "%s",
                             blas->changes.variables);
}

bool gst_blas_open(struct gst_blas *blas, struct gst_env *env, struct gst_status *st)
{
    const struct gst_library *library = &blas->libs.cublas_library;

    *blas = (struct gst_blas){ .env = env };
    if (!gst_blas_libs_open(&blas->libs))
        return gst_fail(st, GST_IMAGE_CUBLAS_MISSING, "%s", library->problem);
    /* Whatever else is real: a double proves nothing about an image. */
    if (library->is_double)
        env->report->is_simulated = true;
    note_library(blas, "libcublas", library);
    note_library(blas, "libcublaslt", &blas->libs.cublaslt_library);
    read_versions(blas);
    read_changes(blas);
    return true;
}

void gst_blas_close(struct gst_blas *blas)
{
    gst_blas_libs_close(&blas->libs);
    *blas = (struct gst_blas){ .env = NULL };
}

/* cuBLAS could not do it; does the GPU's stream itself work? Of a GPU that dies CUDA knows why, and
 * cuBLAS no more than that a kernel was not started or something inside of it failed. */
static bool stream_works(struct gst_blas_handle *handle, struct gst_status *st)
{
    return gst_gpu_use(handle->lane->env, handle->lane->gpu, st)
           && handle->lane->path->fill(handle->lane, handle->workspace, 0, 1, st)
           && handle->lane->path->wait(handle->lane, st);
}

/* Does the handle multiply on this GPU, with its default stream and memory? */
static bool multiplies_on(struct gst_blas *blas, cublasHandle_t handle, struct gst_gpu *gpu)
{
    const struct gst_cublas *cublas = &blas->libs.cublas;
    struct gst_env *env = blas->env;
    struct gst_status ignored = GST_STATUS_INIT;
    const float one = 1, zero = 0;
    CUdeviceptr memory = 0;
    float *x;
    bool ok;

    if (!gst_gpu_use(env, gpu, &ignored)
        || !GST_CU(env, &ignored, cuMemAlloc, (&memory, 3 * sizeof(float))))
        return false;
    x = (float *)(uintptr_t)memory;
    gst_call_enter(env, "cublasSgemm");
    ok = cublas->cublasSetStream(handle, NULL) == CUBLAS_STATUS_SUCCESS
         && cublas->cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, x, 1, x + 1, 1,
                                &zero, x + 2, 1)
                == CUBLAS_STATUS_SUCCESS
         && GST_CU(env, &ignored, cuCtxSynchronize, ());
    GST_CU(env, &ignored, cuMemFree, (memory));
    return ok;
}

/* Does one that is made anew multiply where this one does not? Else it is not the handle. */
static bool fresh_one_multiplies(struct gst_blas_handle *handle)
{
    const struct gst_cublas *cublas = &handle->blas->libs.cublas;
    struct gst_env *env = handle->blas->env;
    struct gst_status ignored = GST_STATUS_INIT;
    cublasHandle_t fresh = NULL;
    bool ok;

    if (!gst_gpu_use(env, handle->lane->gpu, &ignored))
        return false;
    gst_call_enter(env, "cublasCreate");
    ok = cublas->cublasCreate(&fresh) == CUBLAS_STATUS_SUCCESS;
    env->progress->call[0] = '\0';
    if (!ok)
        return false;
    ok = multiplies_on(handle->blas, fresh, handle->lane->gpu);
    cublas->cublasDestroy(fresh);
    return ok;
}

/* Another GPU that the handle multiplies on, and so belongs to; NULL if there is none. */
static const struct gst_gpu *owner_of(struct gst_blas_handle *handle)
{
    struct gst_env *env = handle->blas->env;

    if (!fresh_one_multiplies(handle))
        return NULL;
    for (int i = 0; i < env->gpu_count; i++) {
        if (&env->gpus[i] != handle->lane->gpu
            && multiplies_on(handle->blas, handle->handle, &env->gpus[i]))
            return &env->gpus[i];
    }
    return NULL;
}

static bool answer(struct gst_blas_handle *handle, cublasStatus_t status, const char *call,
                   const char *where, struct gst_status *st)
{
    const struct gst_cublas *cublas = &handle->blas->libs.cublas;
    struct gst_env *env = handle->blas->env;
    enum gst_finding_id finding = GST_IMAGE_CUBLAS_FAILED;
    struct gst_status cuda = GST_STATUS_INIT;
    const struct gst_gpu *owner = NULL;
    char elsewhere[64] = "";

    env->progress->call[0] = '\0';
    if (status == CUBLAS_STATUS_SUCCESS)
        return true;
    if (status == CUBLAS_STATUS_ALLOC_FAILED)
        finding = GST_HOST_ALLOCATION_FAILED;
    if (status != CUBLAS_STATUS_INVALID_VALUE && !stream_works(handle, &cuda)) {
        *st = cuda;
        return false;
    }
    if (status == CUBLAS_STATUS_EXECUTION_FAILED)
        owner = owner_of(handle);
    if (owner != NULL) {
        finding = GST_SUITE_CUBLAS_ELSEWHERE;
        snprintf(elsewhere, sizeof(elsewhere), "; it multiplies on gpu %d instead", owner->index);
    }
    if (handle->lane->gpu->nvml_physical != NULL && env->has_nvml
        && gst_nvml_is_lost(env, handle->lane->gpu->nvml_physical))
        finding = GST_HARDWARE_GPU_LOST;
    gst_status_fail_call(
        st, finding, where, call, status, "%s while '%s': %s%s", call, env->progress->phase,
        cublas->cublasGetStatusName != NULL ? cublas->cublasGetStatusName(status) : "status",
        elsewhere);
    st->gpu = handle->lane->gpu->index;
    return false;
}

bool gst_blas_is_short(int status, size_t available_bytes)
{
    return (status == CUBLAS_STATUS_NOT_INITIALIZED || status == CUBLAS_STATUS_ALLOC_FAILED)
           && available_bytes < CREATE_BYTES;
}

/* With the numbers, where there is too little memory for what a handle loads. With these two
 * findings a code of 1 or 3 is cuBLAS's own: those of CUDA stand for others. */
static void explain_create(struct gst_blas_handle *handle, struct gst_status *st)
{
    struct gst_status ignored = GST_STATUS_INIT;
    size_t available = 0, total = 0;
    char cause[GST_CAUSE_SIZE];

    if ((st->finding != GST_IMAGE_CUBLAS_FAILED && st->finding != GST_HOST_ALLOCATION_FAILED)
        || !GST_CU(handle->lane->env, &ignored, cuMemGetInfo, (&available, &total))
        || !gst_blas_is_short(st->code, available))
        return;
    st->finding = GST_USER_GPU_BUSY;
    snprintf(cause, sizeof(cause), "%.180s; %zu of %zu bytes are free, and a handle may need %zu",
             st->cause, available, total, CREATE_BYTES);
    memcpy(st->cause, cause, sizeof(cause));
}

static bool create(struct gst_blas_handle *handle, struct gst_status *st)
{
    if (GST_BLAS(handle, st, cublasCreate, (&handle->handle)))
        return true;
    explain_create(handle, st);
    return false;
}

/* By cuBLAS's documentation a new handle reads alpha and beta from the host and uses no atomics, so
 * that a product is the same each time; a stream takes a workspace away that was set before. */
bool gst_blas_handle_open(struct gst_blas_handle *handle, struct gst_blas *blas,
                          struct gst_lane *lane, struct gst_status *st)
{
    struct gst_status ignored = GST_STATUS_INIT;

    *handle = (struct gst_blas_handle){ .blas = blas, .lane = lane, .math_mode = -1 };
    if (gst_gpu_use(lane->env, lane->gpu, st)
        && lane->path->alloc(lane, WORKSPACE_BYTES, &handle->workspace, st) && create(handle, st)
        && GST_BLAS(handle, st, cublasSetStream, (handle->handle, (cudaStream_t)lane->stream))) {
        /* A help alone: the library that refuses it goes on with its own. */
        GST_BLAS(handle, &ignored, cublasSetWorkspace,
                 (handle->handle, (void *)(uintptr_t)handle->workspace, WORKSPACE_BYTES));
        return true;
    }
    gst_blas_handle_close(handle);
    return false;
}

void gst_blas_handle_close(struct gst_blas_handle *handle)
{
    struct gst_status ignored = GST_STATUS_INIT;

    if (handle->lane != NULL && gst_gpu_use(handle->lane->env, handle->lane->gpu, &ignored)) {
        if (handle->handle != NULL)
            GST_BLAS(handle, &ignored, cublasDestroy, (handle->handle));
        handle->lane->path->free(handle->lane, handle->workspace);
    }
    *handle = (struct gst_blas_handle){ .handle = NULL };
}

/* Which of the library's liberties are taken. Sums of half precision are made in single precision
 * throughout. */
static int math_mode_of(const struct gst_product *product)
{
    if (product->is_pedantic)
        return CUBLAS_PEDANTIC_MATH;
    if (product->type == GST_GEMM_FP16 || product->type == GST_GEMM_BF16)
        return CUBLAS_DEFAULT_MATH | CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION;
    return CUBLAS_DEFAULT_MATH;
}

static bool set_math_mode(struct gst_blas_handle *handle, int mode, struct gst_status *st)
{
    if (handle->math_mode == mode)
        return true;
    if (!GST_BLAS(handle, st, cublasSetMathMode, (handle->handle, (cublasMath_t)mode)))
        return false;
    handle->math_mode = mode;
    return true;
}

static cublasOperation_t operation(bool is_transposed)
{
    return is_transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
}

/* A and B of one type, C and its sums in single precision. */
static bool multiply_ex(struct gst_blas_handle *handle, const struct gst_product *product,
                        cudaDataType type, cublasComputeType_t compute, struct gst_status *st)
{
    const struct gst_gemm_shape *s = &product->shape;
    const float one = 1, zero = 0;

    return GST_BLAS(handle, st, cublasGemmEx,
                    (handle->handle, operation(s->a_transposed), operation(s->b_transposed), s->m,
                     s->n, s->k, &one, (const void *)(uintptr_t)product->a, type, s->lda,
                     (const void *)(uintptr_t)product->b, type, s->ldb, &zero,
                     (void *)(uintptr_t)product->c, CUDA_R_32F, s->ldc, compute,
                     CUBLAS_GEMM_DEFAULT));
}

static bool multiply_single(struct gst_blas_handle *handle, const struct gst_product *product,
                            struct gst_status *st)
{
    const struct gst_gemm_shape *s = &product->shape;
    const float one = 1, zero = 0;

    return GST_BLAS(handle, st, cublasSgemm,
                    (handle->handle, operation(s->a_transposed), operation(s->b_transposed), s->m,
                     s->n, s->k, &one, (const float *)(uintptr_t)product->a, s->lda,
                     (const float *)(uintptr_t)product->b, s->ldb, &zero,
                     (float *)(uintptr_t)product->c, s->ldc));
}

static bool multiply_double(struct gst_blas_handle *handle, const struct gst_product *product,
                            struct gst_status *st)
{
    const struct gst_gemm_shape *s = &product->shape;
    const double one = 1, zero = 0;

    return GST_BLAS(handle, st, cublasDgemm,
                    (handle->handle, operation(s->a_transposed), operation(s->b_transposed), s->m,
                     s->n, s->k, &one, (const double *)(uintptr_t)product->a, s->lda,
                     (const double *)(uintptr_t)product->b, s->ldb, &zero,
                     (double *)(uintptr_t)product->c, s->ldc));
}

bool gst_blas_multiply(struct gst_blas_handle *handle, const struct gst_product *product,
                       struct gst_status *st)
{
    if (!gst_gpu_use(handle->lane->env, handle->lane->gpu, st)
        || !set_math_mode(handle, math_mode_of(product), st))
        return false;
    switch (product->type) {
    case GST_GEMM_FP64:
        return multiply_double(handle, product, st);
    case GST_GEMM_TF32:
        return multiply_ex(handle, product, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, st);
    case GST_GEMM_FP16:
        return multiply_ex(handle, product, CUDA_R_16F, CUBLAS_COMPUTE_32F, st);
    case GST_GEMM_BF16:
        return multiply_ex(handle, product, CUDA_R_16BF, CUBLAS_COMPUTE_32F, st);
    default:
        return multiply_single(handle, product, st);
    }
}
