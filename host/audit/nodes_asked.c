/* SPDX-License-Identifier: Apache-2.0 */
/* The list of NVIDIA_VISIBLE_DEVICES against the nodes; see nodes_asked.h. */
#include "audit/nodes_asked.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "audit/node_kinds.h"
#include "audit/own_gpus.h"

/* Entries of NVIDIA_VISIBLE_DEVICES that stand for one GPU each: an index, a UUID, a place on the
 * bus. Instances of MIG share a GPU's node, and names of CDI devices are not ours to resolve. */
static bool is_one_gpu(const char *entry, size_t length)
{
    const char *colon = memchr(entry, ':', length);

    if (length >= 4 && strncmp(entry, "GPU-", 4) == 0)
        return true;
    if (colon != NULL) /* "0000:01:00.0", unlike the instance "0:1" */
        return memchr(colon, '.', length - (size_t)(colon - entry)) != NULL;
    return length > 0 && strspn(entry, "0123456789") >= length;
}

static bool is_repeated(const char *list, const char *entry, size_t length)
{
    for (const char *at = list; at < entry; at += strcspn(at, ",") + 1) {
        if (strcspn(at, ",") == length && strncmp(at, entry, length) == 0)
            return true;
    }
    return false;
}

static size_t count_listed(const char *list)
{
    size_t count = 0;

    /* More than any machine has need not be counted. */
    for (const char *at = list; *at != '\0' && count <= GST_SCENE_GPUS; at += *at == ',') {
        const size_t length = strcspn(at, ",");

        count += is_one_gpu(at, length) && !is_repeated(list, at, length);
        at += length;
    }
    return count;
}

static size_t count_usable_gpus(const struct gst_scene *scene)
{
    size_t count = 0;

    for (int i = 0; i < scene->gpu_count; i++)
        count += scene->gpus[i].is_in_driver && !scene->gpus[i].is_excluded;
    return count;
}

/* "0000:01:00.0", or with the eight digits that NVML writes of a domain. */
static bool is_same_place(const char *entry, const char *pci_id)
{
    unsigned a[4], b[4];

    return sscanf(entry, "%x:%x:%x.%x", &a[0], &a[1], &a[2], &a[3]) == 4
           && sscanf(pci_id, "%x:%x:%x.%x", &b[0], &b[1], &b[2], &b[3]) == 4
           && memcmp(a, b, sizeof(a)) == 0;
}

/* An index is the host's, and cannot be looked up from inside. */
static bool can_be_looked_up(const char *entry, size_t length)
{
    return is_one_gpu(entry, length) && strspn(entry, "0123456789") < length;
}

static bool is_given(const struct gst_own_gpus *own, const char *entry, size_t length)
{
    for (int i = 0; i < own->count; i++) {
        const struct gst_scene_gpu *gpu = own->gpus[i];

        /* Of a node whose GPU nothing tells of, it might be this one. */
        if (gpu == NULL || gpu->uuid[0] == '\0' || strncasecmp(entry, gpu->uuid, length) == 0
            || is_same_place(entry, gpu->pci_id))
            return true;
    }
    return false;
}

/* The first entry that none of these GPUs is, NULL if there is none. */
static const char *other_than_asked(const struct gst_own_gpus *own, const char *list)
{
    for (const char *at = list; *at != '\0'; at += *at == ',') {
        const size_t length = strcspn(at, ",");

        if (can_be_looked_up(at, length) && !is_given(own, at, length))
            return at;
        at += length;
    }
    return NULL;
}

/* As many came as were asked for: are they these? */
static void ask_which(struct gst_asking *asking, size_t asked)
{
    const struct gst_scene *scene = asking->scene;
    const char *other = NULL;
    struct gst_own_gpus own;

    gst_own_gpus_find(&own, scene);
    if (scene->asked == GST_ASKED_LIST)
        other = other_than_asked(&own, scene->asked_text);
    if (other != NULL)
        gst_found(asking, GST_RUNTIME_OTHER_GPUS, GST_NO_GPU,
                  "NVIDIA_VISIBLE_DEVICES asks for %.*s, which is none of the %d GPUs here: "
                  "'/dev/nvidia%d' is %s",
                  (int)strcspn(other, ","), other, own.count, own.minors[0], own.gpus[0]->uuid);
    else
        gst_fine(asking, "%zu GPUs asked for, %d have nodes", asked, own.count);
}

/* D03: nothing else goes by the variable, which images set to "all", too. */
void gst_ask_gpus_asked(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const size_t here = gst_count_gpu_nodes(scene);
    size_t asked;

    if (scene->platform != GST_PLATFORM_LINUX || scene->injection != GST_INJECTION_LEGACY
        || (scene->asked != GST_ASKED_ALL && scene->asked != GST_ASKED_LIST))
        return;
    asked =
        scene->asked == GST_ASKED_LIST ? count_listed(scene->asked_text) : count_usable_gpus(scene);
    if (here < asked)
        gst_found(asking, GST_RUNTIME_FEWER_GPUS, GST_NO_GPU,
                  "NVIDIA_VISIBLE_DEVICES is '%.96s', %zu GPUs, and %zu have nodes",
                  scene->asked_text != NULL ? scene->asked_text : "", asked, here);
    else if (asked > 0)
        ask_which(asking, asked);
}
