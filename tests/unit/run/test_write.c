/* SPDX-License-Identifier: Apache-2.0 */
/* Reports to files: whole or not at all, and never lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "run/write.h"

static bool write_word(const struct gst_report *report, FILE *out)
{
    return fprintf(out, "%s", report->host) > 0;
}

static bool write_half(const struct gst_report *report, FILE *out)
{
    fprintf(out, "%.2s", report->host);
    return false;
}

struct fixture {
    struct gst_report *report;
    char folder[32];
    char path[64];
    int entries_seen;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->report = gst_report_map();
    snprintf(f->report->host, sizeof(f->report->host), "node7");
    snprintf(f->folder, sizeof(f->folder), "/tmp/gst-write-XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return 1;
    snprintf(f->path, sizeof(f->path), "%s/report", f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[64];

    snprintf(command, sizeof(command), "rm -r %s", f->folder);
    gst_report_unmap(f->report);
    free(f);
    return system(command);
}

static void assert_content(const char *path, const char *expected)
{
    char text[4096];
    FILE *file = fopen(path, "r");
    size_t length;

    assert_non_null(file);
    length = fread(text, 1, sizeof(text) - 1, file);
    text[length] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

static int entries(const char *folder)
{
    DIR *dir = opendir(folder);
    int count = 0;

    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count - 2;
}

static void test_write__a_file(void **state)
{
    struct fixture *f = *state;
    char error[512];

    assert_true(gst_write_file(f->report, write_word, f->path, error, sizeof(error)));
    assert_content(f->path, "node7");
    assert_int_equal(entries(f->folder), 1);
}

static void test_write__keeps_the_older_file_on_failure(void **state)
{
    struct fixture *f = *state;
    char error[512];

    assert_true(gst_write_file(f->report, write_word, f->path, error, sizeof(error)));
    assert_false(gst_write_file(f->report, write_half, f->path, error, sizeof(error)));
    assert_content(f->path, "node7");
    assert_int_equal(entries(f->folder), 1);
}

static void test_write__through_a_link(void **state)
{
    struct fixture *f = *state;
    char error[512], link[64];
    struct stat info;

    assert_true(gst_write_file(f->report, write_word, f->path, error, sizeof(error)));
    snprintf(link, sizeof(link), "%s/link", f->folder);
    assert_int_equal(symlink(f->path, link), 0);
    snprintf(f->report->host, sizeof(f->report->host), "node8");
    assert_true(gst_write_file(f->report, write_word, link, error, sizeof(error)));
    assert_content(f->path, "node8");
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
}

static void test_write__a_device_stays_a_device(void **state)
{
    struct fixture *f = *state;
    char error[512];
    struct stat info;

    assert_true(gst_write_file(f->report, write_word, "/dev/null", error, sizeof(error)));
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    if (access("/dev/full", W_OK) != 0)
        return;
    assert_false(gst_write_file(f->report, write_word, "/dev/full", error, sizeof(error)));
    assert_string_equal(error,
                        "cannot write '/dev/full': No space left on device; make room there");
}

static void test_write__no_folder(void **state)
{
    struct fixture *f = *state;
    char error[512];

    assert_false(gst_write_file(f->report, write_word, "/nonexistent/a", error, sizeof(error)));
    assert_string_equal(error, "cannot write '/nonexistent/a': No such file or directory; make the "
                               "folder, or mount one there by -v of docker run");
}

/* What can be written is, whatever happens to the rest. */
static void test_write__all(void **state)
{
    struct fixture *f = *state;
    char prometheus[64], *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct gst_settings settings = { .json = f->path, .prometheus = prometheus };

    snprintf(prometheus, sizeof(prometheus), "%s/metrics.prom", f->folder);
    gst_report_item(f->report, "vector-add");
    gst_report_conclude(f->report);
    assert_true(gst_write_all(f->report, &settings, out));
    assert_int_equal(entries(f->folder), 2);
    fclose(out);
    assert_non_null(strstr(text, "could not tell"));
    free(text);

    settings.json = "/nonexistent/report.json";
    unlink(prometheus);
    out = fopen("/dev/null", "w");
    assert_false(gst_write_all(f->report, &settings, out));
    fclose(out);
    assert_int_equal(access(prometheus, R_OK), 0);
}

/* What lies in the folder when the first word reaches the reader. */
static ssize_t look_once(void *cookie, const char *bytes, size_t size)
{
    struct fixture *f = cookie;

    (void)bytes;
    if (f->entries_seen < 0)
        f->entries_seen = entries(f->folder);
    return (ssize_t)size;
}

/* A terminal may be held, and a reader may take its time. */
static void test_write__files_before_standard_output(void **state)
{
    static const cookie_io_functions_t io = { .write = look_once };
    struct fixture *f = *state;
    char junit[64], prometheus[64];
    struct gst_settings settings = { .json = f->path, .junit = junit, .prometheus = prometheus };
    FILE *out = fopencookie(f, "w", io);

    snprintf(junit, sizeof(junit), "%s/junit.xml", f->folder);
    snprintf(prometheus, sizeof(prometheus), "%s/metrics.prom", f->folder);
    gst_report_conclude(f->report);
    f->entries_seen = -1;
    assert_true(gst_write_all(f->report, &settings, out));
    fclose(out);
    assert_int_equal(f->entries_seen, 3);
}

static void test_write__json_takes_standard_output(void **state)
{
    struct fixture *f = *state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct gst_settings settings = { .json = "-" };

    gst_report_conclude(f->report);
    assert_true(gst_write_all(f->report, &settings, out));
    fclose(out);
    assert_int_equal(text[0], '{');
    assert_string_equal(text + size - 2, "}\n");
    free(text);
    assert_false(gst_write_all(f->report, &settings, NULL));
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_write__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_file),
        CASE(keeps_the_older_file_on_failure),
        CASE(through_a_link),
        CASE(a_device_stays_a_device),
        CASE(no_folder),
        CASE(all),
        CASE(files_before_standard_output),
        CASE(json_takes_standard_output),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
