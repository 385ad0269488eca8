/* SPDX-License-Identifier: Apache-2.0 */
/* Caches built here byte by byte, in both formats, and ones that claim what is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <string.h>

#include "audit/ldcache.h"

#define X86_64  0x0303
#define I386    0x0003
#define AARCH64 0x0a03

struct row {
    const char *key, *path;
    uint32_t flags;
    uint32_t hwcap_high;
};

struct bytes {
    unsigned char at[2048];
    size_t size;
};

static void put_u32(struct bytes *bytes, size_t at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        bytes->at[at + i] = (unsigned char)(value >> 8 * i);
}

static uint32_t put_text(struct bytes *bytes, size_t start, const char *text)
{
    uint32_t offset = (uint32_t)(bytes->size - start);

    memcpy(bytes->at + bytes->size, text, strlen(text) + 1);
    bytes->size += strlen(text) + 1;
    return offset;
}

/* Appends a cache of the new format. */
static void build(struct bytes *bytes, const struct row *rows, uint32_t count)
{
    size_t start = bytes->size, entry = start + 48;

    memcpy(bytes->at + start, "glibc-ld.so.cache1.1", 20);
    put_u32(bytes, start + 20, count);
    bytes->at[start + 28] = 2; /* little-endian */
    bytes->size = entry + count * 24;
    for (uint32_t i = 0; i < count; i++, entry += 24) {
        put_u32(bytes, entry, rows[i].flags);
        put_u32(bytes, entry + 4, put_text(bytes, start, rows[i].key));
        put_u32(bytes, entry + 8, put_text(bytes, start, rows[i].path));
        put_u32(bytes, entry + 20, rows[i].hwcap_high);
    }
    put_u32(bytes, start + 24, (uint32_t)(bytes->size - start - 48 - count * 24));
}

static const struct row rows[] = {
    { "libnvidia-ml.so.1", "/usr/lib/libnvidia-ml.so.1", X86_64, 0 },
    { "libcuda.so.1", "/usr/lib32/libcuda.so.1", I386, 0 },
    { "libcuda.so.1", "/usr/local/cuda/compat/libcuda.so.1", X86_64, 0 },
    { "libcuda.so.1", "/usr/lib/libcuda.so.1", X86_64, 0 },
    { "libcuda.so", "/usr/lib/libcuda.so", X86_64, 0 },
    { "libcuda.so.1", "/usr/lib/aarch64-linux-gnu/libcuda.so.1", AARCH64, 0 },
};

static struct gst_ldcache parsed(const struct bytes *bytes)
{
    struct gst_ldcache cache;
    char error[128] = "";

    if (!gst_ldcache_parse(&cache, bytes->at, bytes->size, error, sizeof error))
        fail_msg("%s", error);
    return cache;
}

static void test_ldcache__the_first_of_the_right_kind(void **state)
{
    struct bytes bytes = { .size = 0 };
    struct gst_ldcache cache;

    (void)state;
    build(&bytes, rows, 6);
    cache = parsed(&bytes);
    assert_int_equal(cache.count, 6);
    assert_string_equal(gst_ldcache_find(&cache, "libcuda.so.1", EM_X86_64),
                        "/usr/local/cuda/compat/libcuda.so.1");
    assert_string_equal(gst_ldcache_find(&cache, "libcuda.so", EM_X86_64), "/usr/lib/libcuda.so");
    assert_string_equal(gst_ldcache_find(&cache, "libcuda.so.1", EM_AARCH64),
                        "/usr/lib/aarch64-linux-gnu/libcuda.so.1");
    assert_null(gst_ldcache_find(&cache, "libcuda.so", EM_AARCH64));
    assert_null(gst_ldcache_find(&cache, "libcuda.so.1", EM_386));
    assert_null(gst_ldcache_find(&cache, "libcuda.so.", EM_X86_64));
    assert_null(gst_ldcache_find(&cache, "", EM_X86_64));
}

static void test_ldcache__behind_the_old_format(void **state)
{
    struct bytes bytes = { .size = 0 };
    struct gst_ldcache cache;

    (void)state;
    /* 16 + 3 * 12 = 52, and the next multiple of 8 is 56. */
    memcpy(bytes.at, "ld.so-1.7.0", 11);
    put_u32(&bytes, 12, 3);
    bytes.size = 56;
    build(&bytes, rows, 6);
    cache = parsed(&bytes);
    assert_string_equal(gst_ldcache_find(&cache, "libnvidia-ml.so.1", EM_X86_64),
                        "/usr/lib/libnvidia-ml.so.1");
}

static void test_ldcache__what_every_processor_can_take_comes_first(void **state)
{
    static const struct row special[] = {
        { "libcuda.so.1", "/usr/lib/glibc-hwcaps/x86-64-v3/libcuda.so.1", X86_64, 0x40000000 },
        { "libcuda.so.1", "/usr/lib/libcuda.so.1", X86_64, 0 },
        { "libm.so.6", "/usr/lib/glibc-hwcaps/x86-64-v3/libm.so.6", X86_64, 0x40000000 },
    };
    struct bytes bytes = { .size = 0 };
    struct gst_ldcache cache;

    (void)state;
    build(&bytes, special, 3);
    cache = parsed(&bytes);
    assert_string_equal(gst_ldcache_find(&cache, "libcuda.so.1", EM_X86_64),
                        "/usr/lib/libcuda.so.1");
    assert_string_equal(gst_ldcache_find(&cache, "libm.so.6", EM_X86_64),
                        "/usr/lib/glibc-hwcaps/x86-64-v3/libm.so.6");
}

static void test_ldcache__refuses(void **state)
{
    struct bytes bytes = { .size = 0 };
    struct gst_ldcache cache;
    char error[128];

    (void)state;
    build(&bytes, rows, 6);
    assert_false(gst_ldcache_parse(&cache, bytes.at, 0, error, sizeof error));
    assert_string_equal(error, "no header 'glibc-ld.so.cache1.1' in 0 bytes");
    assert_false(gst_ldcache_parse(&cache, bytes.at, 47, error, sizeof error));
    assert_string_equal(error, "its header is cut off after 47 of 48 bytes");
    /* 48 + 6 * 24 = 192 */
    assert_false(gst_ldcache_parse(&cache, bytes.at, 191, error, sizeof error));
    assert_string_equal(error, "it claims 6 entries in 191 bytes");
    assert_true(gst_ldcache_parse(&cache, bytes.at, 192, error, sizeof error));
    assert_null(gst_ldcache_find(&cache, "libcuda.so.1", EM_X86_64));
    put_u32(&bytes, 20, 0xffffffff);
    assert_false(gst_ldcache_parse(&cache, bytes.at, bytes.size, error, sizeof error));
    put_u32(&bytes, 20, 6);
    bytes.at[28] = 3;
    assert_false(gst_ldcache_parse(&cache, bytes.at, bytes.size, error, sizeof error));
    assert_string_equal(error, "it is a big-endian machine's");
    bytes.at[0] = 'x';
    assert_false(gst_ldcache_parse(&cache, bytes.at, bytes.size, error, sizeof error));
}

static void test_ldcache__old_format_alone_or_with_a_wrong_count(void **state)
{
    struct bytes bytes = { .size = 0 };
    struct gst_ldcache cache;
    char error[128];

    (void)state;
    memcpy(bytes.at, "ld.so-1.7.0", 11);
    assert_false(gst_ldcache_parse(&cache, bytes.at, 12, error, sizeof error));
    assert_false(gst_ldcache_parse(&cache, bytes.at, 16, error, sizeof error));
    put_u32(&bytes, 12, 0xffffffff);
    assert_false(gst_ldcache_parse(&cache, bytes.at, 64, error, sizeof error));
}

static void test_ldcache__offsets_that_lead_outside(void **state)
{
    static const uint32_t offsets[] = { 0xffffffff, 0x7fffffff, 2048 };

    (void)state;
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        struct bytes bytes = { .size = 0 };
        struct gst_ldcache cache;

        build(&bytes, rows, 6);
        put_u32(&bytes, 48 + 2 * 24 + 8, offsets[i]); /* the path of the third */
        cache = parsed(&bytes);
        assert_string_equal(gst_ldcache_find(&cache, "libcuda.so.1", EM_X86_64),
                            "/usr/lib/libcuda.so.1");
        put_u32(&bytes, 48 + 3 * 24 + 4, offsets[i]); /* and the key of the fourth */
        assert_null(gst_ldcache_find(&cache, "libcuda.so.1", EM_X86_64));
    }
}

static void test_ldcache__a_last_text_without_end(void **state)
{
    struct bytes bytes = { .size = 0 };
    struct gst_ldcache cache;

    (void)state;
    build(&bytes, &rows[4], 1);
    bytes.size--;
    cache = parsed(&bytes);
    assert_null(gst_ldcache_find(&cache, "libcuda.so", EM_X86_64));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ldcache__the_first_of_the_right_kind),
        cmocka_unit_test(test_ldcache__behind_the_old_format),
        cmocka_unit_test(test_ldcache__what_every_processor_can_take_comes_first),
        cmocka_unit_test(test_ldcache__refuses),
        cmocka_unit_test(test_ldcache__old_format_alone_or_with_a_wrong_count),
        cmocka_unit_test(test_ldcache__offsets_that_lead_outside),
        cmocka_unit_test(test_ldcache__a_last_text_without_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
