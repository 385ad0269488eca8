/* SPDX-License-Identifier: Apache-2.0 */
/* Where this runs and what was asked for; see scene.h. */
#include <stdio.h>
#include <string.h>

#include "audit/scene_parts.h"

#define ID_DIGITS 12 /* of a container's number, at least: names are never so */

/* Traces that engines leave; the first that is there decides. Sources: the engines' own files
 * (/.dockerenv, podman-run(1) and /run/.containerenv), systemd's container interface for the
 * variable "container", Kubernetes' service variables, Apptainer's environment, nerdctl's folder of
 * containers. */
static const struct trace {
    enum gst_engine engine;
    const char *variable; /* is set, and begins with `value` if that is not NULL */
    const char *value;
    const char *path;   /* is there, or is a mount point */
    const char *cgroup; /* part of /proc/self/cgroup */
    const char *mount;  /* part of the root that a mount shows */
    bool has_id;        /* a container's number follows in the cgroup: services have names */
} traces[] = {
    { GST_ENGINE_KUBERNETES, .variable = "KUBERNETES_SERVICE_HOST" },
    { GST_ENGINE_KUBERNETES, .cgroup = "kubepods" },
    { GST_ENGINE_KUBERNETES, .mount = "/var/lib/kubelet/" },
    { GST_ENGINE_APPTAINER, .variable = "APPTAINER_CONTAINER" },
    { GST_ENGINE_APPTAINER, .variable = "SINGULARITY_CONTAINER" },
    { GST_ENGINE_APPTAINER, .path = "/.singularity.d" },
    { GST_ENGINE_PODMAN, .variable = "container", .value = "podman" },
    { GST_ENGINE_PODMAN, .path = "/run/.containerenv" },
    { GST_ENGINE_PODMAN, .cgroup = "libpod" },
    { GST_ENGINE_DOCKER, .path = "/.dockerenv" },
    { GST_ENGINE_DOCKER, .cgroup = "/docker/", .has_id = true },
    { GST_ENGINE_DOCKER, .cgroup = "docker-", .has_id = true },
    { GST_ENGINE_DOCKER, .mount = "/var/lib/docker/containers/" },
    { GST_ENGINE_LXC, .variable = "container", .value = "lxc" },
    { GST_ENGINE_LXC, .cgroup = "/lxc" },
    { GST_ENGINE_ENROOT, .variable = "ENROOT_ROOTFS" },
    { GST_ENGINE_ENROOT, .mount = "/enroot/" },
    { GST_ENGINE_CONTAINERD, .cgroup = "containerd" },
    { GST_ENGINE_CONTAINERD, .mount = "containerd/" },
    { GST_ENGINE_CONTAINERD, .mount = "/var/lib/nerdctl/" },
};

static bool is_mounted_from(const struct gst_scene *scene, const char *part)
{
    for (size_t i = 0; i < scene->mounts.count; i++) {
        const struct gst_mount *mount = &scene->mounts.items[i];

        /* On the host itself what is shown and where it is shown both lie in the engine's folder.
         */
        if ((strstr(mount->root, part) != NULL && strstr(mount->point, part) == NULL)
            || (strcmp(mount->point, "/") == 0 && strstr(mount->source, part) != NULL))
            return true;
    }
    return false;
}

static bool is_here(const struct gst_scene *scene, const char *path)
{
    struct gst_node node;

    return gst_mounts_at(&scene->mounts, path) != NULL || gst_view_stat(scene->view, path, &node);
}

static bool is_in_cgroup(const char *cgroups, const struct trace *trace)
{
    const size_t length = strlen(trace->cgroup);

    for (const char *at = strstr(cgroups, trace->cgroup); at != NULL;
         at = strstr(at + 1, trace->cgroup)) {
        if (!trace->has_id || strspn(at + length, "0123456789abcdef") >= ID_DIGITS)
            return true;
    }
    return false;
}

static bool is_left(const struct gst_scene *scene, const struct trace *trace, const char *cgroups)
{
    const char *value = trace->variable != NULL ? gst_view_env(scene->view, trace->variable) : NULL;

    if (value != NULL
        && (trace->value == NULL || strncmp(value, trace->value, strlen(trace->value)) == 0))
        return true;
    return (trace->path != NULL && is_here(scene, trace->path))
           || (trace->cgroup != NULL && is_in_cgroup(cgroups, trace))
           || (trace->mount != NULL && is_mounted_from(scene, trace->mount));
}

/* Process 2 is the kernel's wherever processes are not in a namespace of their own. */
static void read_processes(struct gst_scene *scene)
{
    char name[32];

    gst_view_read(scene->view, "/proc/2/comm", name, sizeof name);
    scene->sees_kernel_processes = strcmp(name, "kthreadd") == 0;
}

static void read_engine(struct gst_scene *scene)
{
    const struct gst_mount *root = gst_mounts_at(&scene->mounts, "/");
    char cgroups[4096];

    gst_view_read(scene->view, "/proc/self/cgroup", cgroups, sizeof cgroups);
    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        if (is_left(scene, &traces[i], cgroups)) {
            scene->engine = traces[i].engine;
            break;
        }
    }
    /* Hosts without disks have such a root, too, but the kernel's processes beside their own. */
    if (scene->engine == GST_ENGINE_NONE && root != NULL && strstr(root->type, "overlay") != NULL
        && !scene->sees_kernel_processes)
        scene->engine = GST_ENGINE_OTHER;
    scene->is_container = scene->engine != GST_ENGINE_NONE;
}

static void read_platform(struct gst_scene *scene)
{
    char version[512], family[64];

    gst_view_read(scene->view, "/proc/version", version, sizeof version);
    gst_view_read(scene->view, "/sys/devices/soc0/family", family, sizeof family);
    /* gVisor calls itself 4.4.0 or 4.19.0-gvisor, always of this date. */
    if (strstr(version, "gvisor") != NULL
        || strstr(version, "SMP Sun Jan 10 15:06:54 PST 2016") != NULL)
        scene->platform = GST_PLATFORM_GVISOR;
    else if (is_mounted_from(scene, "kataShared"))
        scene->platform = GST_PLATFORM_KATA;
    else if (is_here(scene, "/dev/dxg") || strstr(version, "microsoft") != NULL
             || strstr(version, "Microsoft") != NULL)
        scene->platform = GST_PLATFORM_WSL;
    else if (strcmp(family, "Tegra") == 0 || is_here(scene, "/etc/nv_tegra_release")
             || is_here(scene, "/dev/nvhost-ctrl") || is_here(scene, "/dev/nvmap"))
        scene->platform = GST_PLATFORM_TEGRA;
}

static void read_user_namespace(struct gst_scene *scene)
{
    unsigned long long inside, outside, count;
    char map[256];

    if (gst_view_read(scene->view, "/proc/self/uid_map", map, sizeof map)
        && sscanf(map, "%llu %llu %llu", &inside, &outside, &count) == 3)
        scene->has_user_namespace = inside != 0 || outside != 0 || count != 4294967295ull;
}

static bool has_any(const struct gst_scene *scene, const char *const *paths)
{
    for (; *paths != NULL; paths++) {
        if (is_here(scene, *paths))
            return true;
    }
    return false;
}

/* The loaders that the ABIs name: glibc's and musl's for x86-64 and arm64. */
static void read_loader(struct gst_scene *scene)
{
    static const char *const glibc[] = { "/lib64/ld-linux-x86-64.so.2",
                                         "/lib/ld-linux-aarch64.so.1", NULL };
    static const char *const musl[] = { "/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1",
                                        NULL };
    bool has_glibc = has_any(scene, glibc);
    bool has_musl = has_any(scene, musl);

    scene->is_musl = has_musl && !has_glibc;
    scene->is_loader_missing = !has_musl && !has_glibc;
    scene->is_debian = is_here(scene, "/etc/debian_version");
}

static enum gst_asked classify(const char *text)
{
    if (text == NULL)
        return GST_ASKED_UNSET;
    if (*text == '\0')
        return GST_ASKED_EMPTY;
    if (strcmp(text, "void") == 0)
        return GST_ASKED_VOID;
    if (strcmp(text, "none") == 0)
        return GST_ASKED_NONE;
    return strcmp(text, "all") == 0 ? GST_ASKED_ALL : GST_ASKED_LIST;
}

#define CAPABILITIES_ALL                                                                           \
    (GST_CAPABILITY_COMPUTE | GST_CAPABILITY_UTILITY | GST_CAPABILITY_VIDEO                        \
     | GST_CAPABILITY_GRAPHICS | GST_CAPABILITY_DISPLAY | GST_CAPABILITY_NGX                       \
     | GST_CAPABILITY_COMPAT32)

static bool add_capability(const char *word, void *data)
{
    static const struct {
        const char *name;
        unsigned bits;
    } names[] = {
        { "compute", GST_CAPABILITY_COMPUTE },   { "utility", GST_CAPABILITY_UTILITY },
        { "video", GST_CAPABILITY_VIDEO },       { "graphics", GST_CAPABILITY_GRAPHICS },
        { "display", GST_CAPABILITY_DISPLAY },   { "ngx", GST_CAPABILITY_NGX },
        { "compat32", GST_CAPABILITY_COMPAT32 }, { "all", CAPABILITIES_ALL },
    };
    unsigned *bits = data;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(word, names[i].name) == 0)
            *bits |= names[i].bits;
    }
    return true;
}

/* Calls `visit` for each part of a list. */
static void each_part(const char *list, const char *separators,
                      bool (*visit)(const char *part, void *data), void *data)
{
    char part[PATH_MAX];

    while (*list != '\0') {
        size_t length = strcspn(list, separators);

        if (length > 0 && length < sizeof part) {
            memcpy(part, list, length);
            part[length] = '\0';
            if (!visit(part, data))
                return;
        }
        list += length;
        list += *list != '\0';
    }
}

void gst_scene_each_folder(const char *list, bool (*visit)(const char *folder, void *data),
                           void *data)
{
    each_part(list, ":;", visit, data);
}

/* The runtime's defaults: utility and compute; everything for images from before the variable. */
static void read_capabilities(struct gst_scene *scene)
{
    const char *text = gst_view_env(scene->view, "NVIDIA_DRIVER_CAPABILITIES");

    scene->has_capabilities = text != NULL && *text != '\0';
    if (scene->has_capabilities)
        each_part(text, ",", add_capability, &scene->capabilities);
    else if (gst_view_env(scene->view, "CUDA_VERSION") != NULL
             && gst_view_env(scene->view, "NVIDIA_REQUIRE_CUDA") == NULL)
        scene->capabilities = CAPABILITIES_ALL;
    else
        scene->capabilities = GST_CAPABILITY_UTILITY | GST_CAPABILITY_COMPUTE;
}

/* Nodes of the host's that no engine gives to a container, unless it gives all. Apptainer shares
 * the host's /dev with everyone. */
static bool sees_host_devices(const struct gst_scene *scene)
{
    struct gst_node node;

    return scene->is_container && scene->engine != GST_ENGINE_APPTAINER
           && gst_view_stat(scene->view, "/dev/mem", &node) && node.kind == GST_NODE_CHARACTER
           && gst_view_stat(scene->view, "/dev/kmsg", &node) && node.kind == GST_NODE_CHARACTER;
}

void gst_scene_read_container(struct gst_scene *scene)
{
    read_processes(scene);
    read_engine(scene);
    read_platform(scene);
    read_user_namespace(scene);
    read_loader(scene);
    scene->asked_text = gst_view_env(scene->view, "NVIDIA_VISIBLE_DEVICES");
    scene->asked = classify(scene->asked_text);
    read_capabilities(scene);
    scene->is_privileged = sees_host_devices(scene);
}
