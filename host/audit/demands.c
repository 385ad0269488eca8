/* SPDX-License-Identifier: Apache-2.0 */
/* Every variable must hold, so the worst decides; see demands.h. */
#include "audit/demands.h"

#include <stdio.h>
#include <string.h>

#include "api/version.h"
#include "audit/own_gpus.h"

struct judging {
    struct gst_demands *demands;
    const struct gst_offer *offer;
};

/* The order in which a verdict outweighs another. */
static int weight(enum gst_requirement verdict)
{
    switch (verdict) {
    case GST_REQUIREMENT_MET:
        return 0;
    case GST_REQUIREMENT_UNKNOWN:
        return 1;
    case GST_REQUIREMENT_UNMET:
        return 2;
    case GST_REQUIREMENT_INVALID:
        return 3;
    }
    return 0;
}

static void judge_variable(const char *entry, void *data)
{
    struct judging *judging = data;
    struct gst_demands *demands = judging->demands;
    const size_t length = strcspn(entry, "=");
    enum gst_requirement verdict;
    char text[sizeof(demands->text)] = "";

    /* Demands on Jetson's software, in a language of their own. */
    if (strncmp(entry, "NVIDIA_REQUIRE_JETPACK", strlen("NVIDIA_REQUIRE_JETPACK")) == 0
        || entry[length] == '\0')
        return;
    verdict = gst_requirement_judge(entry + length + 1, &judging->offer->offer, text, sizeof(text));
    if (demands->count++ > 0 && weight(verdict) <= weight(demands->verdict))
        return;
    demands->verdict = verdict;
    snprintf(demands->variable, sizeof(demands->variable), "%.*s",
             (int)(length < sizeof(demands->variable) ? length : sizeof(demands->variable) - 1),
             entry);
    memcpy(demands->text, text, sizeof(text));
}

void gst_demands_judge(struct gst_demands *demands, const struct gst_scene *scene,
                       const struct gst_offer *offer)
{
    struct judging judging = { .demands = demands, .offer = offer };

    memset(demands, 0, sizeof(*demands));
    gst_view_each_env(scene->view, "NVIDIA_REQUIRE_", judge_variable, &judging);
}

/* Only names whose brand does not depend on the driver: it calls an A100 Tesla or NVIDIA, by its
 * age (nvidia-smi -q, "Product Brand"). */
static const char *brand_of(const char *model)
{
    static const struct {
        const char *word, *brand;
    } rows[] = {
        { "GeForce", "geforce" },
        { "TITAN", "titan" },
    };

    for (size_t i = 0; model != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strstr(model, rows[i].word) != NULL)
            return rows[i].brand;
    }
    return NULL;
}

void gst_offer_make(struct gst_offer *offer, const struct gst_scene *scene, int cuda)
{
    struct gst_own_gpus own;

    memset(offer, 0, sizeof(*offer));
    gst_own_gpus_find(&own, scene);
    offer->offer.brand = brand_of(gst_own_gpus_model(&own));
    if (cuda > 0) {
        snprintf(offer->cuda, sizeof(offer->cuda), "%d.%d", gst_cuda_major(cuda),
                 gst_cuda_minor(cuda));
        offer->offer.cuda = offer->cuda;
    }
    if (scene->module_version[0] != '\0') {
        memcpy(offer->driver, scene->module_version, sizeof(offer->driver));
        offer->offer.driver = offer->driver;
    }
}

void gst_offer_add_answers(struct gst_offer *offer, const struct gst_answers *answers)
{
    if (answers->cuda_gpu_count == 0 || answers->cuda_gpus[0].capability[0] == '\0')
        return;
    memcpy(offer->arch, answers->cuda_gpus[0].capability, sizeof(offer->arch));
    offer->offer.arch = offer->arch;
}

bool gst_demands_are_disabled(const struct gst_scene *scene)
{
    /* What Go's strconv.ParseBool takes for true. */
    static const char *const words[] = { "1", "t", "T", "true", "TRUE", "True" };
    const char *value = gst_view_env(scene->view, "NVIDIA_DISABLE_REQUIRE");

    for (size_t i = 0; value != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(value, words[i]) == 0)
            return true;
    }
    return false;
}
