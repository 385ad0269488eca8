/* SPDX-License-Identifier: Apache-2.0 */
/* Groups and their types; see iommu.h. */
#include "topology/iommu.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS "/sys/kernel/iommu_groups"

/* The whole word, between blanks. */
static bool has_word(const char *line, const char *word)
{
    const size_t length = strlen(word);

    for (const char *at = line; (at = strstr(at, word)) != NULL; at += length) {
        if ((at == line || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
            return true;
    }
    return false;
}

/* Kernels that tell no type of a group: what their command line asks for, if it does. */
static enum gst_iommu by_command_line(const struct gst_root *root)
{
    char line[4096];

    if (gst_root_read(root, "/proc/cmdline", line, sizeof(line))
        && (has_word(line, "iommu=pt") || has_word(line, "iommu.passthrough=1")))
        return GST_IOMMU_PASSTHROUGH;
    return GST_IOMMU_NOT_TOLD;
}

static enum gst_iommu by_type(const struct gst_root *root, int group)
{
    static const struct {
        const char *type;
        enum gst_iommu iommu;
    } rows[] = {
        { "identity", GST_IOMMU_PASSTHROUGH },
        { "DMA", GST_IOMMU_TRANSLATING },
        { "DMA-FQ", GST_IOMMU_TRANSLATING },
        { "unmanaged", GST_IOMMU_TRANSLATING }, /* by whoever took it, such as VFIO */
        { "blocked", GST_IOMMU_TRANSLATING },
    };
    char path[64], type[32];

    snprintf(path, sizeof(path), GROUPS "/%d/type", group);
    if (!gst_root_read(root, path, type, sizeof(type)))
        return by_command_line(root);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(type, rows[i].type) == 0)
            return rows[i].iommu;
    }
    return GST_IOMMU_NOT_TOLD;
}

/* "../../../kernel/iommu_groups/15" */
static int group_of(const struct gst_root *root, const char *folder)
{
    char path[128], target[PATH_MAX], *name, *end;
    long group;

    snprintf(path, sizeof(path), "%s/iommu_group", folder);
    if (!gst_root_link(root, path, target, sizeof(target)) || (name = strrchr(target, '/')) == NULL)
        return GST_IOMMU_NO_GROUP;
    group = strtol(name + 1, &end, 10);
    return end == name + 1 || *end != '\0' || group < 0 || group > INT_MAX ? GST_IOMMU_NO_GROUP
                                                                           : (int)group;
}

void gst_iommu_read(struct gst_iommu_place *place, const struct gst_root *root, const char *folder)
{
    place->group = group_of(root, folder);
    if (place->group != GST_IOMMU_NO_GROUP)
        place->iommu = by_type(root, place->group);
    /* Every kernel that knows IOMMUs has the folder, were it empty. */
    else
        place->iommu = gst_root_exists(root, GROUPS) ? GST_IOMMU_OFF : GST_IOMMU_NOT_TOLD;
}

const char *gst_iommu_word(enum gst_iommu iommu)
{
    static const char *const words[] = {
        [GST_IOMMU_NOT_TOLD] = "not told",
        [GST_IOMMU_OFF] = "off",
        [GST_IOMMU_PASSTHROUGH] = "passthrough",
        [GST_IOMMU_TRANSLATING] = "translating",
    };

    return words[iommu];
}
