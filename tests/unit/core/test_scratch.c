/* SPDX-License-Identifier: Apache-2.0 */
/* A folder that is there for its owner alone, and gone afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/scratch.h"

static void test_scratch__comes_and_goes(void **state)
{
    char path[GST_SCRATCH_SIZE], file[GST_SCRATCH_SIZE + 8], copy[GST_SCRATCH_SIZE];
    struct stat info;
    FILE *made;

    (void)state;
    assert_int_equal(setenv("TMPDIR", "/no/such/folder", 1), 0);
    assert_true(gst_scratch_make(path));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    snprintf(file, sizeof(file), "%s/log", path);
    made = fopen(file, "w");
    assert_non_null(made);
    fclose(made);
    memcpy(copy, path, sizeof(copy));
    gst_scratch_remove(path);
    assert_string_equal(path, "");
    assert_int_not_equal(stat(copy, &info), 0);
    gst_scratch_remove(path); /* nothing more */
}

/* A longer TMPDIR than there is room for is passed over, and never cut. */
static void test_scratch__long_names(void **state)
{
    char path[GST_SCRATCH_SIZE], longer[GST_SCRATCH_SIZE + 32];

    (void)state;
    memset(longer, 'a', sizeof(longer));
    longer[0] = '/';
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(setenv("TMPDIR", longer, 1), 0);
    assert_true(gst_scratch_make(path));
    assert_null(strstr(path, "aaaa"));
    gst_scratch_remove(path);
}

/* A folder of an earlier run, with a file in it. */
static void leave(const char *place, const char *name, time_t age_s, char path[64])
{
    const struct timespec then = { .tv_sec = time(NULL) - age_s };
    const struct timespec times[2] = { then, then };
    char file[80];
    FILE *made;

    snprintf(path, 64, "%s/%s", place, name);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(file, sizeof(file), "%s/log", path);
    made = fopen(file, "w");
    assert_non_null(made);
    fclose(made);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool is_there(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0;
}

static void remove_with_log(const char *path)
{
    char file[80];

    snprintf(file, sizeof(file), "%s/log", path);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(path), 0);
}

/* What nobody holds any more, and only if it is old and has our name. */
static void test_scratch__what_a_killed_run_left(void **state)
{
    char place[] = "/tmp/gst-scratch-XXXXXX", path[GST_SCRATCH_SIZE], link[64];
    char left[64], held[64], young[64], other[64];
    int lock;

    (void)state;
    assert_non_null(mkdtemp(place));
    leave(place, "gpu-selftest-scratch-aaaaaa", 3600, left);
    leave(place, "gpu-selftest-scratch-bbbbbb", 3600, held);
    leave(place, "gpu-selftest-scratch-cccccc", 10, young);
    leave(place, "somebody-elses", 3600, other);
    snprintf(link, sizeof(link), "%s/gpu-selftest-scratch-dddddd", place);
    assert_int_equal(symlink(other, link), 0);
    lock = open(held, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(lock, LOCK_SH), 0);
    assert_int_equal(setenv("TMPDIR", place, 1), 0);
    assert_true(gst_scratch_make(path));
    assert_int_equal(strncmp(path, place, strlen(place)), 0);
    assert_false(is_there(left));
    assert_true(is_there(held) && is_there(young) && is_there(other) && is_there(link));
    gst_scratch_remove(path);
    close(lock);
    assert_int_equal(unlink(link), 0);
    remove_with_log(held);
    remove_with_log(young);
    remove_with_log(other);
    assert_int_equal(rmdir(place), 0);
}

/* Its own is held for as long as it is used, however long that is. */
static void test_scratch__is_held(void **state)
{
    const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
    char place[] = "/tmp/gst-scratch-XXXXXX", path[GST_SCRATCH_SIZE], other[GST_SCRATCH_SIZE];
    int status;
    pid_t pid;

    (void)state;
    assert_non_null(mkdtemp(place));
    assert_int_equal(setenv("TMPDIR", place, 1), 0);
    assert_true(gst_scratch_make(path));
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    pid = fork();
    if (pid == 0) {
        gst_scratch_make(other);
        gst_scratch_remove(other);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(is_there(path));
    gst_scratch_remove(path);
    assert_false(is_there(path));
    assert_int_equal(rmdir(place), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scratch__comes_and_goes),
        cmocka_unit_test(test_scratch__long_names),
        cmocka_unit_test(test_scratch__what_a_killed_run_left),
        cmocka_unit_test(test_scratch__is_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
