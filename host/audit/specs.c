/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CDI specifications that the next container will be made from: those of a host, or those
 * mounted into this container. One that is broken or out of date does no harm until something is
 * started, and then nothing says where to look.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/cdi_spec.h"
#include "audit/check.h"

#define SPECS_MAX   64  /* files that are looked at */
#define DEVICES_MAX 512 /* that are held against each other; 16 GPUs in MIG slices make 300 */

/* Where engines look unless they are told otherwise (CDI specification 1.1). */
static const char *const folders[] = { "/etc/cdi", "/var/run/cdi" };

struct tour {
    const struct gst_scene *scene;
    const char *folder;
    int looked_at;
    void (*visit)(const struct tour *tour, const char *path, const struct gst_cdi_spec *spec,
                  const char *error);
    void *data;
};

static bool is_spec_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".json") == 0);
}

static bool visit_name(const char *name, void *data)
{
    struct tour *tour = data;
    struct gst_cdi_spec spec = { 0 };
    char path[320], error[200] = "";
    size_t size;
    char *text;

    if (!is_spec_name(name)
        || snprintf(path, sizeof(path), "%s/%s", tour->folder, name) >= (int)sizeof(path))
        return true;
    text = gst_view_load(tour->scene->view, path, GST_CDI_SPEC_MAX, &size);
    /* Those of other vendors are none of our business, and this one may not be readable. */
    if (text == NULL || strstr(text, "nvidia") == NULL) {
        free(text);
        return true;
    }
    if (gst_cdi_spec_parse(&spec, text, size, error, sizeof(error)))
        tour->visit(tour, path, &spec, NULL);
    else
        tour->visit(tour, path, NULL, error);
    gst_cdi_spec_release(&spec);
    free(text);
    return ++tour->looked_at < SPECS_MAX;
}

/* An image may carry a folder that no engine reads; what the host shares is on a mount. */
static bool is_of_host(const struct gst_scene *scene, const char *folder)
{
    const struct gst_mount *mount = gst_mounts_over(&scene->mounts, folder);

    return !scene->is_container || (mount != NULL && strcmp(mount->point, "/") != 0);
}

static void tour_folder(struct tour *tour, const char *folder)
{
    tour->folder = folder;
    if (tour->scene->platform == GST_PLATFORM_LINUX && is_of_host(tour->scene, folder))
        gst_view_list(tour->scene->view, folder, visit_name, tour);
}

/* How many specs there were. */
static int tour_all(struct gst_asking *asking,
                    void (*visit)(const struct tour *tour, const char *path,
                                  const struct gst_cdi_spec *spec, const char *error))
{
    struct tour tour = { .scene = asking->scene, .visit = visit, .data = asking };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        tour_folder(&tour, folders[i]);
    return tour.looked_at;
}

static bool is_nvidia(const struct gst_cdi_spec *spec)
{
    return spec != NULL && strstr(spec->kind, "nvidia.com/") != NULL;
}

/* S01 */
static void visit_validity(const struct tour *tour, const char *path,
                           const struct gst_cdi_spec *spec, const char *error)
{
    if (spec == NULL)
        gst_found((struct gst_asking *)tour->data, GST_RUNTIME_CDI_SPEC_INVALID, GST_NO_GPU,
                  "'%s': %s", path, error);
}

static void ask_valid(struct gst_asking *asking)
{
    int count = tour_all(asking, visit_validity);

    if (count > 0)
        gst_fine(asking, "%d of '%s' and '%s'", count, folders[0], folders[1]);
}

struct device {
    char name[160]; /* "nvidia.com/gpu=0" */
    char path[160];
};

struct register_of_devices {
    struct gst_asking *asking;
    size_t count;
    struct device devices[DEVICES_MAX];
};

static const struct device *find_device(const struct register_of_devices *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->devices[i].name, name) == 0)
            return &all->devices[i];
    }
    return NULL;
}

static void visit_devices(const struct tour *tour, const char *path,
                          const struct gst_cdi_spec *spec, const char *error)
{
    struct register_of_devices *all = tour->data;

    (void)error;
    for (size_t i = 0; is_nvidia(spec) && i < spec->device_count; i++) {
        const struct device *other;
        char name[160];

        snprintf(name, sizeof(name), "%.80s=%.76s", spec->kind, spec->devices[i]);
        other = find_device(all, name);
        if (other != NULL) {
            gst_found(all->asking, GST_RUNTIME_CDI_CONFLICT, GST_NO_GPU,
                      "'%s' is defined by '%s' and by '%s'", name, other->path, path);
            return;
        }
        if (all->count == DEVICES_MAX)
            return;
        snprintf(all->devices[all->count].name, sizeof(name), "%s", name);
        snprintf(all->devices[all->count++].path, sizeof(all->devices[0].path), "%.159s", path);
    }
}

/* S02: of two folders the later one wins, and that is meant so. */
static void ask_unique(struct gst_asking *asking)
{
    struct register_of_devices *all = calloc(1, sizeof(*all));
    size_t count = 0;

    for (size_t i = 0; all != NULL && i < sizeof(folders) / sizeof(folders[0]); i++) {
        struct tour tour = { .scene = asking->scene, .visit = visit_devices, .data = all };

        all->asking = asking;
        all->count = 0;
        tour_folder(&tour, folders[i]);
        count += all->count;
    }
    if (count > 0)
        gst_fine(asking, "%zu devices, each of one specification", count);
    free(all);
}

/* The number that the driver has today for a node's family; -1 if it is not known. */
static int major_of_today(const struct gst_scene *scene, const char *path)
{
    if (strncmp(path, "/dev/nvidia-uvm", strlen("/dev/nvidia-uvm")) == 0)
        return scene->major_uvm;
    if (strncmp(path, "/dev/nvidia-caps/", strlen("/dev/nvidia-caps/")) == 0)
        return scene->major_caps;
    return -1;
}

static const struct gst_cdi_node *find_stale_node(const struct gst_scene *scene,
                                                  const struct gst_cdi_spec *spec)
{
    for (size_t i = 0; i < spec->node_count; i++) {
        const struct gst_cdi_node *node = &spec->nodes[i];
        int major = major_of_today(scene, node->host_path);

        if (node->has_number && major >= 0 && node->major != (unsigned)major)
            return node;
    }
    return NULL;
}

/* What lies in a folder that this user may not enter may be there. */
static bool is_missing(const struct gst_scene *scene, const char *path)
{
    struct gst_node node;

    errno = 0;
    return !gst_view_stat(scene->view, path, &node) && errno != EACCES;
}

static const struct gst_cdi_mount *find_missing_mount(const struct gst_scene *scene,
                                                      const struct gst_cdi_spec *spec)
{
    for (size_t i = 0; i < spec->mount_count; i++) {
        if (is_missing(scene, spec->mounts[i].host_path))
            return &spec->mounts[i];
    }
    return NULL;
}

static void visit_freshness(const struct tour *tour, const char *path,
                            const struct gst_cdi_spec *spec, const char *error)
{
    struct gst_asking *asking = tour->data;
    const struct gst_cdi_node *node;
    const struct gst_cdi_mount *mount;

    (void)error;
    if (!is_nvidia(spec) || asking->is_answered)
        return;
    node = find_stale_node(tour->scene, spec);
    /* Paths of the host are to be seen on the host alone. */
    mount = tour->scene->is_container ? NULL : find_missing_mount(tour->scene, spec);
    if (node != NULL)
        gst_found(asking, GST_RUNTIME_CDI_SPEC_STALE, GST_NO_GPU,
                  "'%s', line %zu: '%s' has major %u, '/proc/devices' says %d", path, node->line,
                  node->path, node->major, major_of_today(tour->scene, node->host_path));
    else if (mount != NULL)
        gst_found(asking, GST_RUNTIME_CDI_SPEC_STALE, GST_NO_GPU,
                  "'%s', line %zu: '%s' is not there", path, mount->line, mount->host_path);
}

/* S03 */
static void ask_fresh(struct gst_asking *asking)
{
    int count = tour_all(asking, visit_freshness);

    if (count > 0)
        gst_fine(asking, "%d specifications name %s", count,
                 asking->scene->is_container ? "numbers of today" : "what is there");
}

static void visit_hooks(const struct tour *tour, const char *path, const struct gst_cdi_spec *spec,
                        const char *error)
{
    struct gst_asking *asking = tour->data;

    (void)error;
    for (size_t i = 0; is_nvidia(spec) && i < spec->hook_count && !asking->is_answered; i++) {
        if (is_missing(tour->scene, spec->hooks[i].path))
            gst_found(asking, GST_RUNTIME_HOOK_GONE, GST_NO_GPU,
                      "'%s', line %zu: '%s' is not there", path, spec->hooks[i].line,
                      spec->hooks[i].path);
    }
}

/* S04 */
static void ask_hooks(struct gst_asking *asking)
{
    int count = asking->scene->is_container ? 0 : tour_all(asking, visit_hooks);

    if (count > 0)
        gst_fine(asking, "the hooks of %d specifications are there", count);
}

static void ignore(const struct tour *tour, const char *path, const struct gst_cdi_spec *spec,
                   const char *error)
{
    (void)tour, (void)path, (void)spec, (void)error;
}

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    struct tour tour = { .scene = scene, .visit = ignore };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        tour_folder(&tour, folders[i]);
    if (tour.looked_at > 0)
        snprintf(text, size, "%d looked at", tour.looked_at);
    else
        snprintf(text, size, "none here");
}

static const struct gst_audit_check checks[] = {
    {
        .id = "S01",
        .question = "Can the CDI specifications be read?",
        .findings = { GST_RUNTIME_CDI_SPEC_INVALID },
        .ask = ask_valid,
    },
    {
        .id = "S02",
        .question = "Is each CDI device defined by one specification?",
        .findings = { GST_RUNTIME_CDI_CONFLICT },
        .ask = ask_unique,
    },
    {
        .id = "S03",
        .question = "Are the CDI specifications of this driver and this boot?",
        .findings = { GST_RUNTIME_CDI_SPEC_STALE },
        .ask = ask_fresh,
    },
    {
        .id = "S04",
        .question = "Are the programs there that the CDI specifications call?",
        .findings = { GST_RUNTIME_HOOK_GONE },
        .ask = ask_hooks,
    },
};

const struct gst_audit_group gst_group_specs = {
    .name = "CDI specifications",
    .is_optional = true,
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
