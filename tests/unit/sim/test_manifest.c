/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel manifest: the grammar, and images recognised in memory that ends where they end.
 * Digests here are FNV-1a test vectors, not the program's own output.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "exec/manifest.h"
#include "kernels/pack.h"

static const char text[] =
    "# comment\n"
    "\n"
    "image alpha toolkit=13000 ptx-isa=9.0 native=75,90 ptx=121 ptx-only=no size=6 "
    "fnv1a=85944171f73967e8 # foobar\n"
    "kernel one registers=20 shared=512 parameters=40\n"
    "  kernel two parameters=8 registers=4 shared=0\n"
    "image beta toolkit=11080 ptx-isa=7.8 native=none ptx=35 ptx-only=yes size=1 "
    "fnv1a=af63dc4c8601ec8c\n"
    "kernel one registers=1 shared=0 parameters=40\n"
    "image gamma toolkit=12040 ptx-isa=8.4 native=90 ptx=90 ptx-only=no size=10000 "
    "fnv1a=0123456789abcdef";

static struct sim_manifest manifest;

static void test_manifest__reads_every_field(void **state)
{
    char err[256] = "";
    const struct sim_image *image = &manifest.images[0];
    const struct sim_image_kernel *kernel;

    (void)state;
    assert_true(sim_manifest_parse(&manifest, text, err, sizeof(err)));
    assert_int_equal(manifest.count, 3);
    assert_string_equal(image->file, "alpha");
    assert_int_equal(image->toolkit_version, 13000);
    assert_int_equal(image->ptx_isa, 90);
    assert_false(image->ptx_only);
    assert_int_equal(image->native_count, 2);
    assert_int_equal(image->native[0], 75);
    assert_int_equal(image->native[1], 90);
    assert_int_equal(image->ptx_count, 1);
    assert_int_equal(image->ptx[0], 121);
    assert_int_equal(image->size_bytes, 6);
    assert_true(image->digest == UINT64_C(0x85944171f73967e8));
    assert_int_equal(image->kernel_count, 2);
    kernel = sim_image_kernel_find(image, "one");
    assert_int_equal(kernel->registers, 20);
    assert_int_equal(kernel->shared_bytes, 512);
    assert_int_equal(kernel->parameter_bytes, 40);
    assert_int_equal(sim_image_kernel_find(image, "two")->parameter_bytes, 8);
    assert_null(sim_image_kernel_find(image, "three"));
    assert_true(manifest.images[1].ptx_only);
    assert_int_equal(manifest.images[1].native_count, 0);
    assert_int_equal(manifest.images[1].ptx_isa, 78);
    assert_null(sim_image_kernel_find(&manifest.images[1], "two"));
}

static void test_manifest__refuses_what_it_does_not_know(void **state)
{
#define IMAGE "image a toolkit=13000 ptx-isa=9.0 native=75 ptx=75 ptx-only=no size=6 fnv1a=1\n"
    static const struct {
        const char *text, *err;
    } rows[] = {
        { "imag a\n", "line 1: unknown statement 'imag'; known are: image, kernel" },
        { "kernel a registers=1 shared=0 parameters=8\n", "line 1: no place for kernel 'a'" },
        { "image\n", "line 1: 'image' needs a name" },
        { "\nimage a toolkit=13000\n", "line 2: 'ptx-isa' is missing" },
        { IMAGE "kernel k registers=1 shared=0\n", "line 2: 'parameters' is missing" },
        { IMAGE "kernel k registers=x shared=0 parameters=8\n", "value of 'registers'" },
        { IMAGE "kernel k registers=-1 shared=0 parameters=8\n", "value of 'registers'" },
        { IMAGE "kernel k registers=1 registers=1 shared=0\n", "repeated value of 'registers'" },
        { IMAGE "kernel k speed=1\n", "unknown word 'speed'" },
        { "image a size=0\n", "value of 'size'" },
        { "image a size\n", "unknown word 'size'" },
        { "image a native=75,,80\n", "value of 'native'" },
        { "image a ptx-isa=9\n", "value of 'ptx-isa'" },
        { "image a ptx-only=maybe\n", "value of 'ptx-only'" },
        { "image a fnv1a=12345678901234567\n", "value of 'fnv1a'" },
    };
    char err[256];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_false(sim_manifest_parse(&manifest, rows[i].text, err, sizeof(err)));
        if (strstr(err, rows[i].err) == NULL)
            fail_msg("row %zu: '%s'", i, err);
    }
    assert_false(sim_manifest_load(&manifest, "/nonexistent/manifest", err, sizeof(err)));
    assert_string_equal(err, "cannot read '/nonexistent/manifest'");
}

/* A second file's images stand beside those of the first. */
static void test_manifest__adds_a_second_file(void **state)
{
    static const char first[] = "image a toolkit=12040 ptx-isa=8.4 native=80 ptx=80 ptx-only=no "
                                "size=4 fnv1a=1\n",
                      second[] = "image b toolkit=13000 ptx-isa=9.0 native=90 ptx=90 ptx-only=no "
                                 "size=5 fnv1a=2\n";
    char path[] = "/tmp/gst-test-manifest-XXXXXX", err[256] = "";
    const int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, second, sizeof second - 1), sizeof second - 1);
    close(fd);
    assert_true(sim_manifest_parse(&manifest, first, err, sizeof err));
    const bool ok = sim_manifest_add(&manifest, path, err, sizeof err);
    unlink(path);

    assert_true(ok);
    assert_int_equal(manifest.count, 2);
    assert_string_equal(manifest.images[0].file, "a");
    assert_string_equal(manifest.images[1].file, "b");
    assert_int_equal(manifest.images[1].digest, 2);
}

/* `size` bytes that end where readable memory ends. */
static char *at_the_edge(const char *bytes, size_t size, char **mapping, size_t *mapped)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t pages = (size + page - 1) / page * page;

    *mapped = pages + page;
    *mapping = mmap(NULL, *mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(*mapping != MAP_FAILED);
    assert_int_equal(mprotect(*mapping + pages, page, PROT_NONE), 0);
    return memcpy(*mapping + pages - size, bytes, size);
}

static void test_manifest__finds_images_at_the_edge_of_memory(void **state)
{
    static const struct {
        const char *bytes;
        int image; /* -1: unknown */
    } rows[] = {
        { "foobar", 0 }, { "a", 1 },  { "foobaz", -1 },
        { "fooba", -1 }, { "b", -1 }, { "foobar, and more", 0 },
    };
    char err[256];

    (void)state;
    assert_true(sim_manifest_parse(&manifest, text, err, sizeof(err)));
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char *mapping;
        size_t mapped;
        const char *bytes = at_the_edge(rows[i].bytes, strlen(rows[i].bytes), &mapping, &mapped);
        const struct sim_image *found = sim_manifest_find(&manifest, bytes);

        assert_ptr_equal(found, rows[i].image < 0 ? NULL : &manifest.images[rows[i].image]);
        /* Nothing readable at all. */
        assert_null(sim_manifest_find(&manifest, mapping + mapped - 16));
        munmap(mapping, mapped);
        assert_null(sim_manifest_find(&manifest, bytes));
    }
    assert_null(sim_manifest_find(&manifest, NULL));
}

/* Of the one struct that all kernels of a file take, 0 for a file that is not known here. */
static unsigned parameter_bytes_of(const char *file)
{
    static const struct {
        const char *file;
        unsigned bytes;
    } rows[] = {
        { "collective_data", 88 },  { "empty", 8 },        { "latency", 32 },
        { "memory_bandwidth", 48 }, { "memory_test", 56 }, { "vector_add", 40 },
        { "word_compare", 40 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].file, file) == 0)
            return rows[i].bytes;
    }
    return 0;
}

/* The manifest that this build wrote, against the pack that it linked. */
static void test_manifest__knows_every_image_of_the_pack(void **state)
{
    char err[256] = "";

    (void)state;
    if (!sim_manifest_load(&manifest, GST_TEST_MANIFEST, err, sizeof(err)))
        fail_msg("%s", err);
    assert_int_equal(manifest.count, gst_kernel_image_count);
    for (size_t i = 0; i < gst_kernel_image_count; i++) {
        const struct gst_kernel_image *image = &gst_kernel_images[i];
        const struct sim_image *found = sim_manifest_find(&manifest, image->data);
        const struct sim_image_kernel *kernel;
        char *copy, *mapping;
        size_t mapped;

        assert_ptr_equal(found, &manifest.images[i]);
        assert_string_equal(found->file, image->file);
        assert_int_equal(found->toolkit_version, image->toolkit_version);
        assert_int_equal(found->ptx_only, image->ptx_only);
        assert_int_equal(found->size_bytes, image->size_bytes);
        assert_true(found->kernel_count >= 1);
        for (size_t k = 0; k < found->kernel_count; k++) {
            kernel = &found->kernels[k];
            assert_ptr_equal(sim_image_kernel_find(found, kernel->name), kernel);
            assert_int_equal(kernel->parameter_bytes, parameter_bytes_of(image->file));
            assert_in_range(kernel->registers, 1, 255);
        }

        copy = at_the_edge(image->data, image->size_bytes, &mapping, &mapped);
        assert_ptr_equal(sim_manifest_find(&manifest, copy), found);
        copy[image->size_bytes / 2] ^= 1;
        assert_null(sim_manifest_find(&manifest, copy));
        munmap(mapping, mapped);
        copy = at_the_edge(image->data, image->size_bytes - 1, &mapping, &mapped);
        assert_null(sim_manifest_find(&manifest, copy));
        munmap(mapping, mapped);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest__reads_every_field),
        cmocka_unit_test(test_manifest__refuses_what_it_does_not_know),
        cmocka_unit_test(test_manifest__adds_a_second_file),
        cmocka_unit_test(test_manifest__finds_images_at_the_edge_of_memory),
        cmocka_unit_test(test_manifest__knows_every_image_of_the_pack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
