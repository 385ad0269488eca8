/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group T, the framework: asked only with --framework. Why a framework falls back to the CPU
 * without a word, where the driver itself answers; what the driver lacks is for the other groups to
 * say.
 */
#include "audit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/version.h"
#include "audit/framework_answers.h"
#include "core/units.h"

static bool read(const struct gst_asking *asking, struct gst_framework *framework)
{
    gst_framework_parse(framework, gst_view_answers(asking->scene->view));
    return framework->is_asked;
}

/* The CUDA of the driver, as CUDA counts it; 0 if it did not say. */
static int driver_cuda(const struct gst_scene *scene)
{
    const struct gst_answer *answer = gst_answers_call(&scene->answers, "cuDriverGetVersion");

    return answer != NULL && answer->is_ok ? (int)strtol(answer->text, NULL, 10) : 0;
}

/* The CUDA of the framework, counted in the same way; 0 if it is built for something else. */
static int framework_cuda(const struct gst_framework *framework)
{
    int major, minor;

    return sscanf(framework->built_for, "%3d.%2d", &major, &minor) == 2 ? major * 1000 + minor * 10
                                                                        : 0;
}

static bool is_driver_too_old(const struct gst_scene *scene, const struct gst_framework *framework)
{
    int driver = driver_cuda(scene);

    return driver > 0 && gst_cuda_major(framework_cuda(framework)) > gst_cuda_major(driver);
}

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_without_python(const struct gst_framework *framework)
{
    return begins_with(framework->problem, "not-found ");
}

/* T01 */
static void ask_import(struct gst_asking *asking)
{
    struct gst_framework framework;

    if (!read(asking, &framework))
        return;
    if (framework.version[0] != '\0')
        gst_told(asking, "framework", "PyTorch %s, built for %s", framework.version,
                 framework.built_for);
    if (is_without_python(&framework))
        gst_found(asking, GST_IMAGE_FRAMEWORK_MISSING, GST_NO_GPU,
                  "neither 'python3' nor 'python' is on PATH");
    else if (framework.missing[0] != '\0')
        gst_found(asking, GST_IMAGE_FRAMEWORK_MISSING, GST_NO_GPU, "import torch: %s",
                  framework.missing);
    else if (framework.version[0] != '\0')
        gst_fine(asking, "PyTorch %s, built for %s", framework.version, framework.built_for);
}

/* T02 */
static void ask_build(struct gst_asking *asking)
{
    struct gst_framework framework;

    if (!read(asking, &framework) || framework.built_for[0] == '\0')
        return;
    if (framework_cuda(&framework) == 0)
        gst_found(asking, GST_IMAGE_FRAMEWORK_CPU_ONLY, GST_NO_GPU,
                  "PyTorch %s is built for '%s', not for CUDA", framework.version,
                  framework.built_for);
    else
        gst_fine(asking, "PyTorch %s is built for CUDA %s", framework.version, framework.built_for);
}

/* T03: within a major version any driver will do (minor version compatibility). */
static void ask_driver(struct gst_asking *asking)
{
    struct gst_framework framework;
    int driver = driver_cuda(asking->scene);

    if (!read(asking, &framework) || framework_cuda(&framework) == 0 || driver == 0)
        return;
    if (is_driver_too_old(asking->scene, &framework))
        gst_found(asking, GST_HOST_DRIVER_TOO_OLD, GST_NO_GPU,
                  "PyTorch %s is built for CUDA %s, the driver has CUDA %d.%d", framework.version,
                  framework.built_for, gst_cuda_major(driver), gst_cuda_minor(driver));
    else
        gst_fine(asking, "PyTorch for CUDA %s on a driver with CUDA %d.%d", framework.built_for,
                 gst_cuda_major(driver), gst_cuda_minor(driver));
}

/* T04: what it sees, where the driver itself shows GPUs. */
static void ask_count(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_framework framework;
    int shown = scene->answers.cuda_gpu_count;

    if (!read(asking, &framework) || !framework.is_told || shown == 0
        || framework_cuda(&framework) == 0 || is_driver_too_old(scene, &framework))
        return;
    if (!framework.is_available)
        gst_found(asking, GST_IMAGE_FRAMEWORK_SEES_FEWER, GST_NO_GPU,
                  "the driver shows %d GPUs, PyTorch none: %s", shown,
                  framework.error[0] != '\0' ? framework.error : "no reason given");
    else if (framework.count < shown)
        gst_found(asking, GST_IMAGE_FRAMEWORK_SEES_FEWER, GST_NO_GPU,
                  "the driver shows %d GPUs, PyTorch %d", shown, framework.count);
    else
        gst_fine(asking, "PyTorch sees %d GPUs", framework.count);
}

static bool lacks_code(const struct gst_framework *framework, int gpu)
{
    const struct gst_framework_gpu *its = &framework->gpus[gpu];

    return strstr(its->words, "no kernel image") != NULL
           || (framework->architectures[0] != '\0' && its->major > 0
               && !gst_framework_runs_on(framework->architectures, its->major, its->minor));
}

/* T05 */
static void ask_architectures(struct gst_asking *asking)
{
    struct gst_framework framework;
    int known = 0;

    if (!read(asking, &framework) || !framework.is_available)
        return;
    for (int i = 0; i < framework.count && i < GST_FRAMEWORK_GPUS; i++) {
        const struct gst_framework_gpu *gpu = &framework.gpus[i];

        known += gpu->major > 0;
        if (lacks_code(&framework, i))
            gst_found(asking, GST_IMAGE_FRAMEWORK_LACKS_ARCH, i,
                      "PyTorch %s has code for %.160s, its GPU %d has compute capability %d.%d",
                      framework.version, framework.architectures, i, gpu->major, gpu->minor);
    }
    if (known > 0)
        gst_fine(asking, "PyTorch has code for %d GPUs", known);
}

/* T06 */
static void ask_product(struct gst_asking *asking)
{
    struct gst_framework framework;
    int right = 0;

    if (!read(asking, &framework))
        return;
    for (int i = 0; i < framework.count && i < GST_FRAMEWORK_GPUS; i++) {
        const struct gst_framework_gpu *gpu = &framework.gpus[i];

        right += gpu->product == GST_PRODUCT_OK;
        if (gpu->product == GST_PRODUCT_DIFFERS)
            gst_found(asking, GST_HARDWARE_WRONG_RESULT, i,
                      "a product of two matrices on PyTorch's GPU %d is not the CPU's: %s", i,
                      gpu->words);
        else if (gpu->product == GST_PRODUCT_FAILED && !lacks_code(&framework, i))
            gst_found(asking, GST_IMAGE_FRAMEWORK_FAILS, i,
                      "a product of two matrices fails on PyTorch's GPU %d: %s", i, gpu->words);
    }
    if (right > 0)
        gst_fine(asking, "a product is the CPU's on %d GPUs", right);
}

/* T07 */
static void ask_end(struct gst_asking *asking)
{
    struct gst_framework framework;

    if (!read(asking, &framework) || is_without_python(&framework))
        return;
    if (framework.problem[0] != '\0')
        gst_found(asking, GST_IMAGE_FRAMEWORK_ENDED, GST_NO_GPU, "PyTorch: %.280s",
                  framework.problem);
    else if (!framework.is_done)
        gst_found(asking, GST_IMAGE_FRAMEWORK_ENDED, GST_NO_GPU,
                  "what was asked of PyTorch did not come to its end");
    else
        gst_fine(asking, "PyTorch answered to the end");
}

static const struct gst_audit_check checks[] = {
    { "T01",
      "Can the framework be imported?",
      GST_STAGE_ANSWERS,
      { GST_IMAGE_FRAMEWORK_MISSING },
      ask_import },
    { "T02",
      "Is the framework built for CUDA?",
      GST_STAGE_ANSWERS,
      { GST_IMAGE_FRAMEWORK_CPU_ONLY },
      ask_build },
    { "T03",
      "Is the driver new enough for the framework's CUDA?",
      GST_STAGE_ANSWERS,
      { GST_HOST_DRIVER_TOO_OLD },
      ask_driver },
    { "T04",
      "Does the framework see each GPU that the driver shows?",
      GST_STAGE_ANSWERS,
      { GST_IMAGE_FRAMEWORK_SEES_FEWER },
      ask_count },
    { "T05",
      "Has the framework code for each GPU?",
      GST_STAGE_ANSWERS,
      { GST_IMAGE_FRAMEWORK_LACKS_ARCH },
      ask_architectures },
    { "T06",
      "Is the framework's product of two matrices the CPU's?",
      GST_STAGE_ANSWERS,
      { GST_HARDWARE_WRONG_RESULT, GST_IMAGE_FRAMEWORK_FAILS },
      ask_product },
    { "T07",
      "Does the framework answer to the end?",
      GST_STAGE_ANSWERS,
      { GST_IMAGE_FRAMEWORK_ENDED },
      ask_end },
};

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    struct gst_framework framework;

    gst_framework_parse(&framework, gst_view_answers(scene->view));
    if (framework.is_asked)
        snprintf(text, size, "PyTorch %s for CUDA %s sees %d GPU%s", framework.version,
                 framework.built_for, framework.count, gst_plural(framework.count));
}

const struct gst_audit_group gst_group_framework = {
    .name = "framework",
    .is_optional = true,
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
