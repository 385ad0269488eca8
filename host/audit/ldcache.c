/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader's cache; see ldcache.h. Little-endian, as all machines with these drivers are. Every
 * offset is one that somebody wrote, so each is held against the size before it is followed.
 */
#include "audit/ldcache.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

static const char old_magic[] = "ld.so-1.7.0";
static const char new_magic[] = "glibc-ld.so.cache1.1";

enum {
    OLD_HEADER = 16, /* magic, padded, and the count */
    OLD_ENTRY = 12,
    NEW_HEADER = 48,
    NEW_ENTRY = 24, /* flags, key, value, osversion, and the 64-bit hwcap */
    NEW_COUNT_AT = 20,
    NEW_FLAGS_AT = 28,
    NEW_ALIGNMENT = 8,
    BIG_ENDIAN_FLAG = 3, /* of the low two bits */
    PATH_LIMIT = 4096,
};

static uint32_t read_u32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool has_magic(const unsigned char *data, size_t size, const char *magic)
{
    size_t length = strlen(magic);

    return size >= length && memcmp(data, magic, length) == 0;
}

/* Where the new format begins: at once, or behind the entries of the old one. */
static bool find_header(const unsigned char *data, size_t size, size_t *start)
{
    uint64_t behind;

    if (has_magic(data, size, new_magic)) {
        *start = 0;
        return true;
    }
    if (!has_magic(data, size, old_magic) || size < OLD_HEADER)
        return false;
    behind = OLD_HEADER + (uint64_t)read_u32(data + OLD_HEADER - 4) * OLD_ENTRY;
    behind = (behind + NEW_ALIGNMENT - 1) / NEW_ALIGNMENT * NEW_ALIGNMENT;
    if (behind >= size || !has_magic(data + behind, size - (size_t)behind, new_magic))
        return false;
    *start = (size_t)behind;
    return true;
}

bool gst_ldcache_parse(struct gst_ldcache *cache, const void *data, size_t size, char *error,
                       size_t error_size)
{
    const unsigned char *bytes = data;
    size_t start;
    uint32_t count;

    *cache = (struct gst_ldcache){ 0 };
    if (!find_header(bytes, size, &start)) {
        snprintf(error, error_size, "no header '%s' in %zu bytes", new_magic, size);
        return false;
    }
    if (size - start < NEW_HEADER) {
        snprintf(error, error_size, "its header is cut off after %zu of %d bytes", size - start,
                 NEW_HEADER);
        return false;
    }
    if ((bytes[start + NEW_FLAGS_AT] & 3) == BIG_ENDIAN_FLAG) {
        snprintf(error, error_size, "it is a big-endian machine's");
        return false;
    }
    count = read_u32(bytes + start + NEW_COUNT_AT);
    if (count > (size - start - NEW_HEADER) / NEW_ENTRY) {
        snprintf(error, error_size, "it claims %u entries in %zu bytes", (unsigned)count, size);
        return false;
    }
    *cache = (struct gst_ldcache){
        .data = bytes, .size = size, .strings = start, .entries = start + NEW_HEADER, .count = count
    };
    return true;
}

/* What ldconfig writes beside a 64-bit library for glibc (dl-cache.h, FLAG_*). */
static bool flags_of(unsigned machine, uint32_t *flags)
{
    static const struct {
        unsigned machine;
        uint32_t flags;
    } rows[] = {
        { EM_X86_64, 0x0303 },
        { EM_AARCH64, 0x0a03 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].machine == machine) {
            *flags = rows[i].flags;
            return true;
        }
    }
    return false;
}

/* The text at an offset that an entry gives; NULL if it leads outside or does not end. */
static const char *string_at(const struct gst_ldcache *cache, uint32_t offset)
{
    size_t room = cache->size - cache->strings;
    const unsigned char *at;

    if (offset >= room)
        return NULL;
    room -= offset;
    if (room > PATH_LIMIT)
        room = PATH_LIMIT;
    at = cache->data + cache->strings + offset;
    return memchr(at, '\0', room) != NULL ? (const char *)at : NULL;
}

static bool is_key(const struct gst_ldcache *cache, uint32_t offset, const char *name,
                   size_t length)
{
    size_t room = cache->size - cache->strings;

    return offset < room && room - offset > length
           && memcmp(cache->data + cache->strings + offset, name, length + 1) == 0;
}

const char *gst_ldcache_find(const struct gst_ldcache *cache, const char *name, unsigned machine)
{
    size_t length = strlen(name);
    const char *special = NULL;
    uint32_t flags;

    if (!flags_of(machine, &flags))
        return NULL;
    for (uint32_t i = 0; i < cache->count; i++) {
        const unsigned char *entry = cache->data + cache->entries + (size_t)i * NEW_ENTRY;
        const char *path;

        if (read_u32(entry) != flags || !is_key(cache, read_u32(entry + 4), name, length))
            continue;
        path = string_at(cache, read_u32(entry + 8));
        if (path == NULL)
            continue;
        /* With hwcap bits it is for some processors only; what every one can take comes first. */
        if (read_u32(entry + 16) == 0 && read_u32(entry + 20) == 0)
            return path;
        if (special == NULL)
            special = path;
    }
    return special;
}
