/* SPDX-License-Identifier: Apache-2.0 */
/* Small libraries of our own, whole, cut off at every length, and damaged at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/elf.h"

static struct gst_elf read_path(const char *path)
{
    char error[128] = "";
    struct gst_elf elf;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    if (!gst_elf_read_file(&elf, fd, error, sizeof error))
        fail_msg("%s: %s", path, error);
    close(fd);
    return elf;
}

static char *load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    char *data;

    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &info), 0);
    *size = (size_t)info.st_size;
    data = malloc(*size);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *size, file), *size);
    fclose(file);
    return data;
}

static void test_elf__a_library(void **state)
{
    struct gst_elf elf = read_path(FIXTURE_WHOLE_PATH);

    (void)state;
    assert_true(elf.is_64_bit);
    assert_true(elf.is_shared);
    assert_false(elf.is_double);
    assert_int_equal(elf.machine, gst_elf_machine());
    assert_string_equal(elf.soname, "libfixture_whole.so");
    assert_string_equal(elf.compat, "");
}

static void test_elf__the_double_is_known_by_its_marker(void **state)
{
    (void)state;
    assert_true(read_path(FIXTURE_DOUBLE_PATH).is_double);
    /* It names the marker as a text, but does not export it. */
    assert_false(read_path("/proc/self/exe").is_double);
}

static void test_elf__note_of_cuda_compat(void **state)
{
    struct gst_elf elf = read_path(FIXTURE_COMPAT_PATH);

    (void)state;
    assert_string_equal(elf.soname, "libcuda.so.1");
    assert_string_equal(elf.compat, "{\"Format\": 1, \"CUDA Version\": \"13.1\", "
                                    "\"Driver\": [535, 550], \"Device\": [1]}");
}

static void test_elf__memory_is_read_as_a_file_is(void **state)
{
    size_t size;
    char *data = load(FIXTURE_COMPAT_PATH, &size);
    struct gst_elf elf, of_file = read_path(FIXTURE_COMPAT_PATH);
    char error[128] = "";

    (void)state;
    assert_true(gst_elf_read_memory(&elf, data, size, error, sizeof error));
    assert_memory_equal(&elf, &of_file, sizeof elf);
    free(data);
}

static void test_elf__what_is_none(void **state)
{
    static const char linker_script[] = "INPUT(-lc)\n";
    char error[128] = "";
    struct gst_elf elf;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_false(gst_elf_read_file(&elf, fd, error, sizeof error));
    assert_string_equal(error, "it is empty");
    close(fd);
    assert_false(gst_elf_read_memory(&elf, "", 0, error, sizeof error));
    assert_string_equal(error, "it is empty");
    assert_false(
        gst_elf_read_memory(&elf, linker_script, sizeof linker_script - 1, error, sizeof error));
    assert_string_equal(error, "it is no ELF file");
    assert_false(gst_elf_read_file(&elf, -1, error, sizeof error));
    assert_string_equal(error, "Bad file descriptor");
}

/* The section headers are the last thing in these files, so that no prefix is whole. */
static void test_elf__cut_off_anywhere(void **state)
{
    size_t size;
    char *data = load(FIXTURE_COMPAT_PATH, &size);

    (void)state;
    for (size_t length = 1; length < size; length += length < 128 ? 1 : 97) {
        char *part = malloc(length); /* so that a read past its end is seen by a sanitizer */
        char error[128] = "";
        struct gst_elf elf;

        assert_non_null(part);
        memcpy(part, data, length);
        if (gst_elf_read_memory(&elf, part, length, error, sizeof error))
            fail_msg("%zu of %zu bytes were taken", length, size);
        assert_string_not_equal(error, "");
        assert_string_equal(elf.soname, "");
        free(part);
    }
    free(data);
}

/* Every byte of the headers in turn becomes 0xff: any answer will do, no crash. */
static void test_elf__damaged_headers(void **state)
{
    size_t size;
    char *data = load(FIXTURE_COMPAT_PATH, &size);
    Elf64_Ehdr header;
    size_t refused = 0;

    (void)state;
    memcpy(&header, data, sizeof header);
    for (size_t at = 0; at < size; at++) {
        char error[128] = "", kept = data[at];
        struct gst_elf elf;

        if (at == sizeof header)
            at = (size_t)header.e_shoff;
        kept = data[at];
        data[at] = (char)0xff;
        refused += !gst_elf_read_memory(&elf, data, size, error, sizeof error);
        data[at] = kept;
    }
    assert_true(refused > 0);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elf__a_library),
        cmocka_unit_test(test_elf__the_double_is_known_by_its_marker),
        cmocka_unit_test(test_elf__note_of_cuda_compat),
        cmocka_unit_test(test_elf__memory_is_read_as_a_file_is),
        cmocka_unit_test(test_elf__what_is_none),
        cmocka_unit_test(test_elf__cut_off_anywhere),
        cmocka_unit_test(test_elf__damaged_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
