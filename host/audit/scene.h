/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several checks need to know, read from the view once and brought into one form: where this
 * runs, what the host's driver says of itself, which driver files and device nodes are here and who
 * brought them, and what was asked for. Facts only: what they mean is for the checks.
 */
#ifndef GST_AUDIT_SCENE_H
#define GST_AUDIT_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/answers.h"
#include "audit/ldcache.h"
#include "audit/mountinfo.h"
#include "audit/view.h"

#define GST_PCI_VENDOR "0x10de" /* PCI SIG's number of NVIDIA, as /sys writes it */

#define GST_SCENE_GPUS  64
#define GST_SCENE_FILES 256
#define GST_SCENE_NODES 320

enum gst_engine {
    GST_ENGINE_NONE, /* a host, or nothing that tells of a container */
    GST_ENGINE_DOCKER,
    GST_ENGINE_PODMAN,
    GST_ENGINE_CONTAINERD, /* nerdctl, ctr, or a kubelet without its variables */
    GST_ENGINE_KUBERNETES,
    GST_ENGINE_LXC,
    GST_ENGINE_ENROOT,
    GST_ENGINE_APPTAINER,
    GST_ENGINE_OTHER, /* a container by its root file system, of unknown make */
};

enum gst_platform {
    GST_PLATFORM_LINUX,
    GST_PLATFORM_WSL,
    GST_PLATFORM_TEGRA,
    GST_PLATFORM_GVISOR, /* a sandbox whose kernel makes up what it shows of the host */
    GST_PLATFORM_KATA,   /* a virtual machine of its own */
};

/* How the driver came into this container; notes in scene_mode.c. */
enum gst_injection {
    GST_INJECTION_NONE,
    GST_INJECTION_HOST, /* no container: the driver is installed here */
    GST_INJECTION_LEGACY,
    GST_INJECTION_CDI,
    GST_INJECTION_JIT_CDI,
    GST_INJECTION_CSV, /* Jetson */
    GST_INJECTION_WSL,
    GST_INJECTION_MANUAL, /* --device and -v by hand */
};

enum gst_asked {
    GST_ASKED_UNSET,
    GST_ASKED_EMPTY,
    GST_ASKED_VOID,
    GST_ASKED_NONE,
    GST_ASKED_ALL,
    GST_ASKED_LIST,
};

/* NVIDIA_DRIVER_CAPABILITIES as bits. */
enum gst_capability {
    GST_CAPABILITY_COMPUTE = 1,
    GST_CAPABILITY_UTILITY = 2,
    GST_CAPABILITY_VIDEO = 4,
    GST_CAPABILITY_GRAPHICS = 8,
    GST_CAPABILITY_DISPLAY = 16,
    GST_CAPABILITY_NGX = 32,
    GST_CAPABILITY_COMPAT32 = 64,
};

enum gst_origin {
    /* A mount of its own, or on a mount that is not the image's; with LXC, any. */
    GST_ORIGIN_INJECTED,
    GST_ORIGIN_IMAGE,   /* on the root file system */
    GST_ORIGIN_UNKNOWN, /* no mount is known, so that nobody can say */
    GST_ORIGIN_COMPAT,  /* the image's cuda-compat, where it lies or mounted beside the driver's */
};

/* One file of the driver: a library with a version in its name, or a program. Links are not listed;
 * what a name leads to is for gst_scene_resolve_library. */
struct gst_driver_file {
    char path[256];
    char name[64];    /* "libcuda.so", without the version; "nvidia-smi" */
    char version[32]; /* "550.54.14", "" if the name has none */
    enum gst_origin origin;
    struct gst_node node;
    const struct gst_mount *mount; /* its own mount, NULL if it has none */
    bool is_elf;                   /* its first bytes are those of one */
};

struct gst_device_node {
    char path[64]; /* "/dev/nvidia0" */
    struct gst_node node;
    const struct gst_mount *mount; /* its own mount, NULL if it has none */
    int open_result;               /* errno, 0 or GST_OPEN_*; after the second stage */
    int open_later;                /* the same at the second look of those who watch */
};

/* A GPU, as far as each witness knows it. */
struct gst_scene_gpu {
    char pci_id[32];   /* "0000:01:00.0" */
    bool is_on_bus;    /* /sys/bus/pci */
    char driver[32];   /* of /sys/bus/pci: "nvidia", "nouveau", "vfio-pci", "" */
    int numa_node;     /* -1: not told */
    bool is_in_driver; /* /proc/driver/nvidia/gpus */
    char model[96];
    char uuid[64];
    int minor; /* "Device Minor", -1: not told */
    bool is_excluded;
};

/* Which file a program gets for a name, by the loader's rules for a program of this machine's kind
 * without RPATH: LD_LIBRARY_PATH, the cache, the default folders. */
struct gst_resolved {
    bool is_found;
    char path[256];   /* as the loader finds it */
    char real[256];   /* with links followed */
    char version[32]; /* of the real file's name, "" if none */
    char via[32];     /* "LD_LIBRARY_PATH", "ld.so.cache" or "default folder" */
    enum gst_origin origin;
};

struct gst_scene {
    const struct gst_view *view;
    struct gst_mounts mounts;
    bool has_mounts; /* /proc/self/mountinfo can be read */

    enum gst_engine engine;
    enum gst_platform platform;
    bool is_container;
    bool has_user_namespace;
    bool sees_kernel_processes; /* no process namespace of its own */
    bool is_musl;               /* musl's loader and none of glibc */
    bool is_loader_missing;     /* neither */
    bool is_debian;             /* /etc/debian_version: where legacy injection puts libraries */

    enum gst_asked asked; /* NVIDIA_VISIBLE_DEVICES */
    const char *asked_text;
    unsigned capabilities; /* enum gst_capability; what an unset variable means, resolved */
    bool has_capabilities; /* the variable is set */
    bool is_privileged;    /* sees nodes of the host that nobody injects */

    bool has_pci; /* /sys/bus/pci can be read */
    bool has_module;
    char module_version[32]; /* of /sys/module/nvidia/version, else of /proc */
    char proc_version[32];   /* /proc/driver/nvidia/version */
    char sysfs_version[32];  /* /sys/module/nvidia/version */
    bool is_open_module;
    int major_nvidia; /* /proc/devices; -1: not listed */
    int major_uvm;
    int major_caps;
    int major_imex;
    int major_nvswitch;
    bool has_devices;   /* /proc/devices can be read */
    int nvswitch_count; /* bridges of NVIDIA on the PCI bus */

    int gpu_count;
    struct gst_scene_gpu gpus[GST_SCENE_GPUS];

    enum gst_injection injection;
    size_t file_count;
    struct gst_driver_file files[GST_SCENE_FILES];
    size_t node_count;
    struct gst_device_node nodes[GST_SCENE_NODES];
    bool is_overfull; /* more files or nodes than there is room for */

    char *cache_data; /* of /etc/ld.so.cache */
    struct gst_ldcache cache;
    bool has_cache;
    char cache_error[160]; /* why a cache that is there was not understood, else "" */

    struct gst_answers answers;
};

/* Reads everything but the answers. False only without memory. The view must outlive the scene. */
bool gst_scene_read(struct gst_scene *scene, const struct gst_view *view, struct gst_status *st);

/* After gst_view_try_opens and gst_view_set_answers: takes over what they brought. */
void gst_scene_read_answers(struct gst_scene *scene);
void gst_scene_release(struct gst_scene *scene);

/* True if any driver file or node of somebody else is in this container. */
bool gst_scene_has_injection(const struct gst_scene *scene);

/* The GPU that the driver lists with this "Device Minor", or NULL. */
const struct gst_scene_gpu *gst_scene_gpu_of_minor(const struct gst_scene *scene, int minor);

/* True if the driver holds this GPU. */
bool gst_scene_is_bound(const struct gst_scene_gpu *gpu);

/* True if another driver holds it while NVIDIA's holds others: the machine's owner gave it away, to
 * a virtual machine or, where it is older than the driver, to nouveau. */
bool gst_scene_is_given_away(const struct gst_scene *scene, const struct gst_scene_gpu *gpu);

/* The node of that path, or NULL. */
const struct gst_device_node *gst_scene_node(const struct gst_scene *scene, const char *path);

/* The driver's file of that name ("libcuda.so") from this origin, or NULL; the highest version if
 * there are several. */
const struct gst_driver_file *gst_scene_file(const struct gst_scene *scene, const char *name,
                                             enum gst_origin origin);

/* The file that the loader takes for "libcuda.so.1". */
void gst_scene_resolve_library(const struct gst_scene *scene, const char *name,
                               struct gst_resolved *resolved);

const char *gst_engine_name(enum gst_engine engine);
const char *gst_platform_name(enum gst_platform platform);
const char *gst_injection_name(enum gst_injection injection);

#endif
