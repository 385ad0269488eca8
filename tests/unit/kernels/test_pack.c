/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pack's table: whatever compilers the build had, what is in it must be usable. The checks are
 * a function of a row, so that they can be seen refusing bad rows too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/empty.h"
#include "kernels/memory_bandwidth.h"
#include "kernels/pack.h"
#include "kernels/vector_add.h"

/* The argument structs: host, nvcc and simulator must see one layout. Offsets worked out by hand
 * for 8-byte pointers and uint64_t. */
_Static_assert(offsetof(struct gst_vector_add_args, a) == 0, "a");
_Static_assert(offsetof(struct gst_vector_add_args, b) == 8, "b");
_Static_assert(offsetof(struct gst_vector_add_args, c) == 16, "c");
_Static_assert(offsetof(struct gst_vector_add_args, n) == 24, "n");
_Static_assert(offsetof(struct gst_vector_add_args, arch) == 32, "arch");
_Static_assert(sizeof(struct gst_vector_add_args) == 40, "no padding");
_Static_assert(_Alignof(struct gst_vector_add_args) == 8, "aligned as PTX aligns it");
_Static_assert(offsetof(struct gst_memory_bandwidth_args, x) == 0, "x");
_Static_assert(offsetof(struct gst_memory_bandwidth_args, y) == 8, "y");
_Static_assert(offsetof(struct gst_memory_bandwidth_args, z) == 16, "z");
_Static_assert(offsetof(struct gst_memory_bandwidth_args, sums) == 24, "sums");
_Static_assert(offsetof(struct gst_memory_bandwidth_args, vectors) == 32, "vectors");
_Static_assert(offsetof(struct gst_memory_bandwidth_args, seed) == 40, "seed");
_Static_assert(offsetof(struct gst_memory_bandwidth_args, sum_count) == 44, "sum_count");
_Static_assert(sizeof(struct gst_memory_bandwidth_args) == 48, "no padding");
_Static_assert(offsetof(struct gst_empty_args, unused) == 0, "unused");
_Static_assert(sizeof(struct gst_empty_args) == 8, "no padding");

/* Ascending numbers of a plausible compute capability, one space between; how many, -1 if not. */
static int count_archs(const char *text)
{
    long last = 0;
    int count = 0;

    if (*text == '\0')
        return 0;
    for (;;) {
        char *end;
        const long arch = strtol(text, &end, 10);
        if (*text < '0' || *text > '9' || arch <= last || arch < 30 || arch > 300)
            return -1;
        last = arch;
        count++;
        if (*end == '\0')
            return count;
        if (*end != ' ')
            return -1;
        text = end + 1;
    }
}

/* What is wrong with a row, NULL if nothing is. */
static const char *fault_of(const struct gst_kernel_image *image)
{
    const int native = count_archs(image->native), ptx = count_archs(image->ptx);

    if (image->file == NULL || *image->file == '\0' || strchr(image->file, '.') != NULL)
        return "file";
    if (image->toolkit_version < 11000 || image->toolkit_version > 19990
        || image->toolkit_version % 10 != 0)
        return "toolkit";
    if (native < 0 || ptx != 1)
        return "architectures";
    if (image->ptx_only != (native == 0))
        return "ptx_only";
    if (image->data == NULL || (uintptr_t)image->data % 64 != 0 || image->size_bytes < 64
        || image->size_bytes > 16u << 20)
        return "data";
    return NULL;
}

static void test_pack__every_image_is_sane(void **state)
{
    (void)state;
    for (size_t i = 0; i < gst_kernel_image_count; i++)
        assert_null(fault_of(&gst_kernel_images[i]));
}

static void test_pack__bad_rows_are_seen(void **state)
{
    _Alignas(64) static const char data[128];
    const struct gst_kernel_image good = { "k", 13000, false, "75 80", "121", data, 128 };
    struct gst_kernel_image bad[9];

    (void)state;
    assert_null(fault_of(&good));
    for (size_t i = 0; i < 9; i++)
        bad[i] = good;
    bad[0].file = "k.cu";
    bad[1].toolkit_version = 13;
    bad[2].native = "80 75";
    bad[3].native = "75  80";
    bad[4].ptx = "";
    bad[5].ptx_only = true;
    bad[6].data = data + 1;
    bad[7].size_bytes = 0;
    bad[8].native = "";
    for (size_t i = 0; i < 9; i++)
        assert_non_null(fault_of(&bad[i]));
}

static void test_pack__every_toolkit_has_every_file_once(void **state)
{
    static const char *const files[] = { "empty", "memory_bandwidth", "vector_add" };

    (void)state;
    for (size_t i = 0; i < gst_kernel_image_count; i++) {
        const int toolkit = gst_kernel_images[i].toolkit_version;
        for (size_t f = 0; f < sizeof(files) / sizeof(*files); f++) {
            int native = 0, ptx_only = 0;
            for (size_t j = 0; j < gst_kernel_image_count; j++) {
                const struct gst_kernel_image *image = &gst_kernel_images[j];
                if (image->toolkit_version != toolkit || strcmp(image->file, files[f]) != 0)
                    continue;
                native += !image->ptx_only;
                ptx_only += image->ptx_only;
            }
            assert_int_equal(native, 1);
            assert_int_equal(ptx_only, strcmp(files[f], "vector_add") == 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pack__every_image_is_sane),
        cmocka_unit_test(test_pack__bad_rows_are_seen),
        cmocka_unit_test(test_pack__every_toolkit_has_every_file_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
