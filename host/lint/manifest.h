/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which layers an image consists of and how it is configured, from the manifests of `docker save`
 * (manifest.json) and of OCI layouts (index.json).
 */
#ifndef GST_LINT_MANIFEST_H
#define GST_LINT_MANIFEST_H

#include "lint/store.h"

#define GST_LAYERS_MAX 512

struct gst_image_layer {
    char name[160];       /* in the store */
    char digest[80];      /* "sha256:0123...", "" if unknown */
    char created_by[128]; /* of the history: "RUN apt-get install -y curl", "" if unknown */
};

struct gst_manifest {
    const char *kind;  /* "docker archive", "OCI layout" */
    char tag[128];     /* "app:1.2", "" if it has none */
    char platform[32]; /* chosen among several: "linux/amd64", else "" */
    size_t count;
    struct gst_image_layer layers[GST_LAYERS_MAX];
    json_t *config;
};

/* True if the store holds an image, whole or not. */
bool gst_manifest_is_there(const struct gst_store *store);

/* Reads it; release it also after a failure. */
bool gst_manifest_read(struct gst_manifest *manifest, const struct gst_store *store,
                       struct gst_status *st);
void gst_manifest_release(struct gst_manifest *manifest);

/* The value of a variable of the image's environment, NULL if it is not set. */
const char *gst_manifest_variable(const struct gst_manifest *manifest, const char *name);

/* A line of the history as a Dockerfile has it: "/bin/sh -c #(nop)  ENV A=1" is "ENV A=1". */
void gst_manifest_instruction(const char *created_by, char *text, size_t size);

#endif
