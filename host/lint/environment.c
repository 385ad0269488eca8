/* SPDX-License-Identifier: Apache-2.0 */
/* ENV lines; see environment.h. */
#include "lint/environment.h"

#include <stdio.h>
#include <string.h>

#include "lint/rules.h"

#define note(report, finding, ...) gst_report_check(report, finding, GST_NO_GPU, false, __VA_ARGS__)

void gst_environment_loader(struct gst_report *report, const struct gst_manifest *manifest)
{
    const char *path = gst_manifest_variable(manifest, "LD_LIBRARY_PATH");
    char folder[256];

    /* Both separate: ld.so(8). */
    for (size_t length; path != NULL && *path != '\0'; path += length + (path[length] != '\0')) {
        const struct gst_lint_rule *rule;

        length = strcspn(path, ":;");
        snprintf(folder, sizeof folder, "%.*s", (int)length, path);
        rule = gst_rule_of_loader_folder(folder);
        if (rule != NULL)
            note(report, rule->finding, "LD_LIBRARY_PATH of the image holds '%.120s', %s", folder,
                 rule->why);
    }
}

/* What the toolkit, which is written in Go, takes for true: strconv.ParseBool. */
static bool is_true(const char *text)
{
    static const char *const words[] = { "1", "t", "T", "TRUE", "true", "True" };

    for (size_t i = 0; text != NULL && i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)) != NULL; at++) {
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

static void ask_request(struct gst_report *report, const struct gst_manifest *manifest)
{
    const char *devices = gst_manifest_variable(manifest, "NVIDIA_VISIBLE_DEVICES");
    const char *wanted = gst_manifest_variable(manifest, "NVIDIA_DRIVER_CAPABILITIES");

    if (devices == NULL || devices[0] == '\0')
        note(report, GST_IMAGE_GPU_REQUEST,
             "the image has CUDA, but does not set NVIDIA_VISIBLE_DEVICES: --runtime=nvidia alone "
             "gives it no GPU");
    else if (strcmp(devices, "void") == 0 || strcmp(devices, "none") == 0)
        note(report, GST_IMAGE_GPU_REQUEST,
             "the image has CUDA, but sets NVIDIA_VISIBLE_DEVICES=%s: --runtime=nvidia alone gives "
             "it no GPU",
             devices);
    if (wanted == NULL || wanted[0] == '\0')
        note(report, GST_IMAGE_GPU_REQUEST,
             "the image has CUDA, but does not set NVIDIA_DRIVER_CAPABILITIES: which libraries it "
             "gets is up to the toolkit's version");
    else if (!has_word(wanted, "all")
             && !(has_word(wanted, "compute") && has_word(wanted, "utility")))
        note(report, GST_IMAGE_GPU_REQUEST,
             "the image has CUDA, but sets NVIDIA_DRIVER_CAPABILITIES=%.80s: compute is libcuda, "
             "utility is NVML",
             wanted);
}

void gst_environment_toolkit(struct gst_report *report, const struct gst_manifest *manifest,
                             bool has_cuda)
{
    const char *version = gst_manifest_variable(manifest, "CUDA_VERSION");
    const char *off = gst_manifest_variable(manifest, "NVIDIA_DISABLE_REQUIRE");

    if (is_true(off))
        note(report, GST_IMAGE_REQUIREMENT_OFF, "the image sets NVIDIA_DISABLE_REQUIRE=%s", off);
    if (version != NULL && gst_manifest_variable(manifest, "NVIDIA_REQUIRE_CUDA") == NULL)
        note(report, GST_IMAGE_REQUIREMENT_MISSING,
             "the image sets CUDA_VERSION=%.40s, but no NVIDIA_REQUIRE_CUDA", version);
    if (version != NULL || has_cuda)
        ask_request(report, manifest);
}
