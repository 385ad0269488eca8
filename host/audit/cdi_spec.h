/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CDI specification, as /etc/cdi and /var/run/cdi hold them: which nodes, files and hooks of the
 * host a container gets with which device (Container Device Interface specification 1.1). YAML, of
 * which JSON is a part. Fields that only an engine needs are not looked at, and unknown ones are no
 * error: which ones an engine knows depends on its version.
 */
#ifndef GST_AUDIT_CDI_SPEC_H
#define GST_AUDIT_CDI_SPEC_H

#include <stdbool.h>
#include <stddef.h>

/* The most that a caller needs to load; real ones have some 20 KiB. */
#define GST_CDI_SPEC_MAX ((size_t)1 << 20)

/* In the place of a device: what every device of the spec brings. */
#define GST_CDI_COMMON (-1)

struct gst_cdi_node {
    int device;            /* index, or GST_CDI_COMMON */
    const char *path;      /* in the container: "/dev/nvidia0" */
    const char *host_path; /* the same if the spec does not say */
    bool has_number;       /* the spec tells major and minor; else the host's node decides */
    unsigned major;
    unsigned minor;
    size_t line; /* of the file, from 1 */
};

struct gst_cdi_mount {
    int device;
    const char *host_path;
    const char *container_path;
    size_t line;
};

struct gst_cdi_hook {
    int device;
    const char *name; /* "createContainer" */
    const char *path; /* of the host: "/usr/bin/nvidia-cdi-hook" */
    size_t line;
};

struct gst_cdi_env {
    int device;
    const char *entry; /* "NVIDIA_VISIBLE_DEVICES=void" */
};

struct gst_cdi_spec {
    const char *version; /* "0.5.0" */
    const char *kind;    /* "nvidia.com/gpu" */
    size_t device_count;
    const char **devices; /* their names: "0", "GPU-...", "all" */
    size_t node_count;
    struct gst_cdi_node *nodes;
    size_t mount_count;
    struct gst_cdi_mount *mounts;
    size_t hook_count;
    struct gst_cdi_hook *hooks;
    size_t env_count;
    struct gst_cdi_env *env;
    void *document; /* holds the texts */
};

/* Reads one specification; `text` need not stay. False, with one line in `error` that begins with
 * "line N: ", if an engine could not take it: no YAML, a field of the wrong kind, no version, kind
 * or device, a device twice. Nothing is held then. */
bool gst_cdi_spec_parse(struct gst_cdi_spec *spec, const char *text, size_t length, char *error,
                        size_t error_size);
void gst_cdi_spec_release(struct gst_cdi_spec *spec);

#endif
