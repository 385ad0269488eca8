/* SPDX-License-Identifier: Apache-2.0 */
/* Group F: does the CUDA version of the image go with the driver, with or without cuda-compat? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/cuda_abi.h"
#include "api/version.h"
#include "audit/check.h"
#include "audit/compat.h"
#include "audit/demands.h"
#include "audit/own_gpus.h"
#include "core/cuda_releases.h"
#include "core/version.h"

/* Jetson and WSL count the versions of their drivers otherwise; in a sandbox nobody knows. */
static bool find_compat(const struct gst_scene *scene, struct gst_compat *compat)
{
    if (scene->platform != GST_PLATFORM_LINUX || scene->module_version[0] == '\0')
        return false;
    gst_compat_find(compat, scene);
    return compat->is_there && compat->version[0] != '\0';
}

static bool is_newer_than_driver(const struct gst_compat *compat, const struct gst_scene *scene)
{
    return gst_version_major(compat->version) > gst_version_major(scene->module_version);
}

static void ask_not_newer(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_compat compat;

    if (!find_compat(scene, &compat))
        return;
    gst_told(asking, "cuda_compat", "%s, %s", compat.version,
             compat.is_active ? "in use" : "not in use");
    if (!compat.is_active)
        gst_fine(asking, "cuda-compat %s is not on the loader's path", compat.version);
    else if (is_newer_than_driver(&compat, scene))
        gst_fine(asking, "cuda-compat %s is newer than the driver %s", compat.version,
                 scene->module_version);
    else
        gst_found(asking, GST_IMAGE_COMPAT_NOT_NEWER, GST_NO_GPU,
                  "the loader takes '%.160s' (%s, by way of %s), and the driver is %s", compat.path,
                  compat.version, compat.via, scene->module_version);
}

/* The older ones have no note: then it is the driver that refuses. */
static void ask_branch(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_answer *init = gst_answers_call(&scene->answers, "cuInit");
    const unsigned branch = gst_version_major(scene->module_version);
    struct gst_compat compat;

    if (!find_compat(scene, &compat) || !compat.is_active || !is_newer_than_driver(&compat, scene))
        return;
    if (!gst_compat_may_support(&compat, branch))
        gst_found(asking, GST_IMAGE_COMPAT_BRANCH, GST_NO_GPU,
                  "the loader takes cuda-compat %s, made for the branches %.100s; the driver is %s",
                  compat.version, compat.drivers, scene->module_version);
    else if (init != NULL && init->code == CUDA_ERROR_SYSTEM_DRIVER_MISMATCH)
        gst_found(asking, GST_IMAGE_COMPAT_BRANCH, GST_NO_GPU,
                  "cuInit of cuda-compat %s says %d with the driver %s", compat.version, init->code,
                  scene->module_version);
    else
        gst_fine(asking, "cuda-compat %s with branch %u", compat.version, branch);
}

static bool is_geforce(const struct gst_scene *scene)
{
    struct gst_own_gpus own;
    const char *model;

    gst_own_gpus_find(&own, scene);
    model = gst_own_gpus_model(&own);
    return model != NULL && strstr(model, "GeForce") != NULL;
}

/* Which of the others allow it, the driver alone knows: E05 tells its answer. */
static void ask_supported(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_compat compat;

    if (!find_compat(scene, &compat) || !compat.is_active || !is_newer_than_driver(&compat, scene))
        return;
    if (is_geforce(scene))
        gst_found(asking, GST_IMAGE_COMPAT_UNSUPPORTED, GST_NO_GPU,
                  "the loader takes cuda-compat %s, and forward compatibility is not for GeForce",
                  compat.version);
    else
        gst_fine(asking, "cuda-compat %s is in use, and no GPU is a GeForce", compat.version);
}

/* Minor versions are compatible with each other: only a newer major cannot do without. */
static bool is_major_newer(const struct gst_compat *compat, const struct gst_scene *scene)
{
    const char *image = gst_view_env(scene->view, "CUDA_VERSION");
    const int driver = gst_cuda_major(gst_cuda_of_driver(scene->module_version));
    int needed;

    if (image == NULL || sscanf(image, "%3d", &needed) != 1)
        needed = gst_cuda_major(gst_cuda_of_driver(compat->version));
    return driver > 0 && needed > driver;
}

/* What the image demands is not met by the driver alone, and would be with cuda-compat. */
static bool is_demanded(const struct gst_compat *compat, const struct gst_scene *scene)
{
    struct gst_demands without, with;
    struct gst_offer offer;

    gst_offer_make(&offer, scene, gst_cuda_of_driver(scene->module_version));
    gst_demands_judge(&without, scene, &offer);
    gst_offer_make(&offer, scene, gst_cuda_of_driver(compat->version));
    gst_demands_judge(&with, scene, &offer);
    return without.verdict == GST_REQUIREMENT_UNMET && with.verdict == GST_REQUIREMENT_MET
           && !gst_demands_are_disabled(scene);
}

static void ask_active(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_compat compat;

    if (!gst_scene_has_injection(scene) || !find_compat(scene, &compat) || compat.is_active
        || !is_newer_than_driver(&compat, scene)
        || !gst_compat_may_support(&compat, gst_version_major(scene->module_version))
        || is_geforce(scene))
        return;
    if (is_major_newer(&compat, scene) || is_demanded(&compat, scene))
        gst_found(asking, GST_RUNTIME_COMPAT_INACTIVE, GST_NO_GPU,
                  "the image's cuda-compat %s ('%.160s') is not used, and the driver %s is of CUDA "
                  "%d",
                  compat.version, compat.path, scene->module_version,
                  gst_cuda_of_driver(scene->module_version) / 1000);
    else
        gst_fine(asking, "the driver %s will do without cuda-compat %s", scene->module_version,
                 compat.version);
}

static enum gst_requirement judge_by_files(const struct gst_scene *scene)
{
    struct gst_compat compat;
    struct gst_demands demands;
    struct gst_offer offer;

    gst_compat_find(&compat, scene);
    gst_offer_make(&offer, scene, gst_compat_cuda_in_effect(&compat, scene));
    gst_demands_judge(&demands, scene, &offer);
    return demands.verdict;
}

/* The same question as A07, now with the driver's own answer; what A07 has found is not found
 * again. */
static void ask_demands_again(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_answer *version = gst_answers_call(&scene->answers, "cuDriverGetVersion");
    struct gst_demands demands;
    struct gst_offer offer;

    if (version == NULL || !version->is_ok || gst_demands_are_disabled(scene)
        || judge_by_files(scene) == GST_REQUIREMENT_UNMET)
        return;
    gst_offer_make(&offer, scene, atoi(version->text));
    gst_offer_add_answers(&offer, &scene->answers);
    gst_demands_judge(&demands, scene, &offer);
    if (demands.count == 0)
        return;
    if (demands.verdict == GST_REQUIREMENT_UNMET)
        gst_found(asking, GST_HOST_REQUIREMENT_UNMET, GST_NO_GPU,
                  "%s wants '%s', and cuDriverGetVersion says %s", demands.variable, demands.text,
                  version->text);
    else if (demands.verdict == GST_REQUIREMENT_MET)
        gst_fine(asking, "%s is met by '%s'; cuDriverGetVersion says %s", demands.variable,
                 demands.text, version->text);
}

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    const int cuda = gst_cuda_of_driver(scene->module_version);
    struct gst_compat compat;
    char driver[32] = "";

    gst_compat_find(&compat, scene);
    if (cuda > 0)
        snprintf(driver, sizeof(driver), "driver of CUDA %d.%d, ", gst_cuda_major(cuda),
                 gst_cuda_minor(cuda));
    if (compat.is_there)
        snprintf(text, size, "%scuda-compat %.31s %s", driver, compat.version,
                 compat.is_active ? "in use" : "not in use");
    else
        snprintf(text, size, "%sno cuda-compat", driver);
}

static const struct gst_audit_check checks[] = {
    { "F01",
      "Where the loader takes cuda-compat, is it newer than the driver?",
      GST_STAGE_FILES,
      { GST_IMAGE_COMPAT_NOT_NEWER, GST_NO_FINDING },
      ask_not_newer },
    { "F02",
      "Where the loader takes cuda-compat, does that support the driver's branch?",
      GST_STAGE_ANSWERS,
      { GST_IMAGE_COMPAT_BRANCH, GST_NO_FINDING },
      ask_branch },
    { "F03",
      "Does the GPU allow forward compatibility where it is attempted?",
      GST_STAGE_FILES,
      { GST_IMAGE_COMPAT_UNSUPPORTED, GST_NO_FINDING },
      ask_supported },
    { "F04",
      "Where only cuda-compat would do, is it used?",
      GST_STAGE_FILES,
      { GST_RUNTIME_COMPAT_INACTIVE, GST_NO_FINDING },
      ask_active },
    { "F05",
      "Does the driver, by its own answer, meet the image's NVIDIA_REQUIRE_* variables?",
      GST_STAGE_ANSWERS,
      { GST_HOST_REQUIREMENT_UNMET, GST_NO_FINDING },
      ask_demands_again },
};

const struct gst_audit_group gst_group_compatibility = {
    .name = "compatibility",
    .is_optional = true,
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
