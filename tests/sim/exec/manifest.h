/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/kernels.manifest: what a driver would learn from the images in the kernel pack, written by
 * kernels/pack.py, which documents the grammar. Images are recognised by their bytes.
 */
#ifndef SIM_EXEC_MANIFEST_H
#define SIM_EXEC_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_MANIFEST_IMAGES  128
#define SIM_MANIFEST_KERNELS 8
#define SIM_MANIFEST_ARCHS   32
#define SIM_MANIFEST_NAME    48

struct sim_image_kernel {
    char name[SIM_MANIFEST_NAME];
    unsigned registers; /* the most that any architecture takes */
    unsigned shared_bytes;
    unsigned parameter_bytes;
};

struct sim_image {
    char file[SIM_MANIFEST_NAME];
    int toolkit_version; /* 13000 for 13.0 */
    int ptx_isa;         /* 90 for 9.0 */
    bool ptx_only;
    unsigned native_count;
    int native[SIM_MANIFEST_ARCHS]; /* 90 for 9.0, ascending */
    unsigned ptx_count;
    int ptx[SIM_MANIFEST_ARCHS];
    size_t size_bytes;
    uint64_t digest; /* FNV-1a, 64 bit */
    unsigned kernel_count;
    struct sim_image_kernel kernels[SIM_MANIFEST_KERNELS];
};

struct sim_manifest {
    size_t count;
    struct sim_image images[SIM_MANIFEST_IMAGES];
};

/* Reads a manifest from text. False with one line in `err` that names the line number; `manifest`
 * is then not usable. */
bool sim_manifest_parse(struct sim_manifest *manifest, const char *text, char *err,
                        size_t err_size);

/* The same from a file. */
bool sim_manifest_load(struct sim_manifest *manifest, const char *path, char *err, size_t err_size);

/* What is in this file, too: of a program that was built elsewhere, by another compiler. */
bool sim_manifest_add(struct sim_manifest *manifest, const char *path, char *err, size_t err_size);

/* Which image starts at `image`, by size and digest of the bytes there; NULL if none does: wrong,
 * truncated or unreadable. Reads no byte that is not mapped readable. */
const struct sim_image *sim_manifest_find(const struct sim_manifest *manifest, const void *image);

/* The kernel of that name in the image, NULL if it has none. */
const struct sim_image_kernel *sim_image_kernel_find(const struct sim_image *image,
                                                     const char *name);

#endif
