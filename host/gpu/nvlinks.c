/* SPDX-License-Identifier: Apache-2.0 */
/* Asking NVML link by link, and comparing siblings; see nvlinks.h. */
#include "gpu/nvlinks.h"

#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "gpu/error.h"

/* PCI class "bridge, other", by which NVSwitch shows itself; IBM's NPU has it, too. */
#define CLASS_OTHER_BRIDGE 0x0680u
#define VENDOR_NVIDIA      0x10deu

#define ADDRESS_SIZE 20

static bool read_number(const struct gst_root *root, const char *address, const char *file,
                        unsigned *number)
{
    char path[96], text[32];

    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", address, file);
    return root != NULL && gst_root_read(root, path, text, sizeof(text))
           && sscanf(text, "%x", number) == 1;
}

bool gst_nvlinks_is_switch(const struct gst_root *root, const char *address)
{
    unsigned vendor, pci_class;

    if (!read_number(root, address, "vendor", &vendor)
        || !read_number(root, address, "class", &pci_class))
        return true;
    return vendor == VENDOR_NVIDIA && pci_class >> 8 == CLASS_OTHER_BRIDGE;
}

static void add_far_end(struct gst_nvlinks_map *map, struct gst_nvlinks *links,
                        const struct gst_root *root, const nvmlPciInfo_t *pci)
{
    char address[ADDRESS_SIZE];

    snprintf(address, sizeof(address), "%04x:%02x:%02x.0", pci->domain, pci->bus & 0xff,
             pci->device & 0xff);
    for (int i = 0; i < map->count; i++) {
        if (strcmp(map->gpus[i].pci_id, address) == 0) {
            links->direct[i]++;
            return;
        }
    }
    if (gst_nvlinks_is_switch(root, address))
        links->switched++;
}

static void read_gpu(struct gst_nvlinks_map *map, struct gst_nvlinks *links, struct gst_env *env,
                     nvmlDevice_t device)
{
    for (unsigned link = 0; link < NVML_NVLINK_MAX_LINKS; link++) {
        nvmlEnableState_t state = NVML_FEATURE_DISABLED;
        nvmlPciInfo_t pci = { .domain = 0 };

        if (GST_NVML(env, nvmlDeviceGetNvLinkState, (device, link, &state)) != NVML_SUCCESS)
            continue;
        links->there++;
        if (state != NVML_FEATURE_ENABLED)
            continue;
        links->up |= UINT32_C(1) << link;
        if (GST_NVML(env, nvmlDeviceGetNvLinkRemotePciInfo, (device, link, &pci)) == NVML_SUCCESS)
            add_far_end(map, links, env->root, &pci);
        else
            links->untold++;
    }
}

void gst_nvlinks_read(struct gst_nvlinks_map *map, struct gst_env *env)
{
    *map = (struct gst_nvlinks_map){ .count = env->gpu_count, .gpus = env->gpus };
    for (int i = 0; i < env->gpu_count; i++) {
        const struct gst_gpu *gpu = &env->gpus[i];

        if (env->has_nvml && gpu->nvml_physical != NULL && !gpu->is_mig)
            read_gpu(map, &map->of[i], env, gpu->nvml_physical);
    }
}

unsigned gst_nvlinks_up(const struct gst_nvlinks_map *map, int gpu)
{
    return (unsigned)__builtin_popcount(map->of[gpu].up);
}

static bool are_identical(const struct gst_nvlinks_map *map, int one, int other)
{
    return strcmp(map->gpus[one].name, map->gpus[other].name) == 0
           && map->of[one].there == map->of[other].there;
}

unsigned gst_nvlinks_expected(const struct gst_nvlinks_map *map, int gpu)
{
    unsigned most = 0;

    for (int i = 0; i < map->count; i++) {
        if (are_identical(map, i, gpu) && gst_nvlinks_up(map, i) > most)
            most = gst_nvlinks_up(map, i);
    }
    return most;
}

static bool has_switched_sibling(const struct gst_nvlinks_map *map, int gpu)
{
    for (int i = 0; i < map->count; i++) {
        if (are_identical(map, i, gpu) && map->of[i].switched > 0)
            return true;
    }
    return false;
}

bool gst_nvlinks_are_missing(const struct gst_nvlinks_map *map, int gpu)
{
    return gst_nvlinks_up(map, gpu) < gst_nvlinks_expected(map, gpu)
           && (gst_nvlinks_up(map, gpu) > 0 || has_switched_sibling(map, gpu));
}

static unsigned lesser(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned gst_nvlinks_between(const struct gst_nvlinks_map *map, int one, int other)
{
    return map->of[one].direct[other] + lesser(map->of[one].switched, map->of[other].switched);
}

bool gst_nvlinks_are_untold(const struct gst_nvlinks_map *map, int one, int other)
{
    return map->of[one].untold > 0 && map->of[other].untold > 0;
}

/* 0 where nothing is known to be missing. */
static unsigned missing_of(const struct gst_nvlinks_map *map, int gpu)
{
    return gst_nvlinks_are_missing(map, gpu)
               ? gst_nvlinks_expected(map, gpu) - gst_nvlinks_up(map, gpu)
               : 0;
}

unsigned gst_nvlinks_expected_between(const struct gst_nvlinks_map *map, int one, int other)
{
    const unsigned missing_one = missing_of(map, one);
    const unsigned missing_other = missing_of(map, other);

    if (has_switched_sibling(map, one) && has_switched_sibling(map, other))
        return map->of[one].direct[other]
               + lesser(map->of[one].switched + missing_one,
                        map->of[other].switched + missing_other);
    return map->of[one].direct[other] + lesser(missing_one, missing_other);
}

bool gst_nvlinks_all_switched(const struct gst_nvlinks_map *map)
{
    for (int i = 0; i < map->count; i++) {
        if (map->of[i].switched == 0 || map->of[i].switched != gst_nvlinks_up(map, i))
            return false;
    }
    return map->count > 0;
}

const char *gst_nvlinks_describe(const struct gst_nvlinks_map *map, int gpu, char *text,
                                 size_t size)
{
    const struct gst_nvlinks *links = &map->of[gpu];
    const unsigned down = links->there - gst_nvlinks_up(map, gpu);
    size_t at = (size_t)snprintf(text, size, "%u of %u NVLinks are up", gst_nvlinks_up(map, gpu),
                                 links->there);

    if (down > 0 && at < size)
        at += (size_t)snprintf(text + at, size - at, ", down: link%s", gst_plural(down));
    for (unsigned link = 0; link < links->there && down > 0 && at < size; link++) {
        if ((links->up >> link & 1) == 0)
            at += (size_t)snprintf(text + at, size - at, " %u", link);
    }
    return text;
}
