/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader's cache, /etc/ld.so.cache: the format "glibc-ld.so.cache1.1", alone or behind the
 * older "ld.so-1.7.0" (glibc, sysdeps/generic/dl-cache.h).
 */
#ifndef GST_AUDIT_LDCACHE_H
#define GST_AUDIT_LDCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gst_ldcache {
    const unsigned char *data; /* the caller's, for as long as this is used */
    size_t size;
    size_t strings; /* where offsets of strings count from */
    size_t entries; /* offset of the first entry */
    uint32_t count;
};

/* False, with one line in `error`, if this is no cache; nothing is copied. */
bool gst_ldcache_parse(struct gst_ldcache *cache, const void *data, size_t size, char *error,
                       size_t error_size);

/* The first file that the cache gives a 64-bit program of this machine's kind for a name, NULL if
 * none. `machine` is ELF's e_machine (EM_X86_64, EM_AARCH64). */
const char *gst_ldcache_find(const struct gst_ldcache *cache, const char *name, unsigned machine);

#endif
