/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which packages dpkg's status file calls installed, read piece by piece: the file has megabytes,
 * and in an archive it only passes by.
 */
#ifndef GST_LINT_DPKG_H
#define GST_LINT_DPKG_H

#include <stdbool.h>
#include <stddef.h>

#define GST_DPKG_NAME_SIZE    128
#define GST_DPKG_VERSION_SIZE 64

struct gst_dpkg {
    void (*found)(void *data, const char *package, const char *version);
    void *data;
    char line[512]; /* of a longer one the rest is left out: none that matters is long */
    size_t length;
    char package[GST_DPKG_NAME_SIZE];
    char version[GST_DPKG_VERSION_SIZE];
    bool is_absent; /* its Status says that nothing but configuration is left */
};

void gst_dpkg_begin(struct gst_dpkg *dpkg,
                    void (*found)(void *data, const char *package, const char *version),
                    void *data);

/* Takes the next piece; calls `found` for each package that is there in whole or in part. A package
 * without a Status is there: so it is in /var/lib/dpkg/status.d. */
void gst_dpkg_feed(struct gst_dpkg *dpkg, const char *bytes, size_t size);

/* The end of the file: what stood last counts, with or without a line feed. */
void gst_dpkg_end(struct gst_dpkg *dpkg);

#endif
