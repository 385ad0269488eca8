/* SPDX-License-Identifier: Apache-2.0 */
/* Where a process waits, from files as the kernel writes them, with and without the right to read
 * all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collective/stuck.h"
#include "nccl_files.h"

#define PID 4711

static char proc[64], own[96];

static int make(void **state)
{
    (void)state;
    snprintf(proc, sizeof(proc), "/tmp/stuck-XXXXXX");
    if (mkdtemp(proc) == NULL)
        return 1;
    snprintf(own, sizeof(own), "%s/%d", proc, PID);
    return mkdir(own, 0700);
}

static int clear(void **state)
{
    static const char *const names[] = { "stat", "stack", "wchan" };
    char path[128];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", own, names[i]);
        unlink(path);
    }
    return rmdir(own) != 0 || rmdir(proc) != 0;
}

/* The first thread has ended; another one keeps the process. */
static void test_stuck__another_thread(void **state)
{
    char tasks[128], first[160], other[160], where[GST_STUCK_SIZE], path[192];

    (void)state;
    snprintf(tasks, sizeof(tasks), "%s/task", own);
    snprintf(first, sizeof(first), "%s/4711", tasks);
    snprintf(other, sizeof(other), "%s/4712", tasks);
    assert_int_equal(mkdir(tasks, 0700) | mkdir(first, 0700) | mkdir(other, 0700), 0);
    put_file(own, "stat", "4711 (a) Z 1 4711 4711 0 -1 4194560\n");
    put_file(first, "stat", "4711 (a) Z 1 4711 4711 0 -1 4194560\n");
    put_file(other, "stat", "4712 (a) D 1 4711 4711 0 -1 4194560\n");
    put_file(other, "wchan", "rwsem_down_write_slowpath");
    assert_int_equal(gst_stuck_state(proc, PID), 'D');
    gst_stuck_where(proc, PID, where, sizeof(where));
    put_file(other, "stat", "4712 (a) S 1 4711 4711 0 -1 4194560\n");
    assert_int_equal(gst_stuck_state(proc, PID), 'Z');
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/stat", i == 0 ? first : other);
        assert_int_equal(unlink(path), 0);
    }
    snprintf(path, sizeof(path), "%s/wchan", other);
    assert_int_equal(unlink(path) | rmdir(first) | rmdir(other) | rmdir(tasks), 0);
    assert_string_equal(where, "state D, in rwsem_down_write_slowpath");
}

static void assert_where(const char *expected)
{
    char where[GST_STUCK_SIZE];

    gst_stuck_where(proc, PID, where, sizeof(where));
    assert_string_equal(where, expected);
}

static void test_stuck__stack(void **state)
{
    (void)state;
    /* A name may hold whatever ends a field. */
    put_file(own, "stat", "4711 (a) S) D 1 4711 4711 0 -1 4194560\n");
    put_file(own, "stack",
             "[<0>] nv_lock_rmapi+0x1f/0x80 [nvidia]\n[<0>] do_syscall_64+0x5c/0x90\n");
    put_file(own, "wchan", "rwsem_down_write_slowpath");
    assert_int_equal(gst_stuck_state(proc, PID), 'D');
    assert_where("state D, in nv_lock_rmapi+0x1f/0x80 [nvidia]");
}

/* The stack is root's. */
static void test_stuck__channel_alone(void **state)
{
    (void)state;
    put_file(own, "stat", "4711 (gpu-selftest) D 1 4711 4711 0 -1 4194560\n");
    put_file(own, "wchan", "rwsem_down_write_slowpath");
    assert_where("state D, in rwsem_down_write_slowpath");
}

static void test_stuck__nothing_may_be_read(void **state)
{
    (void)state;
    put_file(own, "stat", "4711 (gpu-selftest) D 1 4711 4711 0 -1 4194560\n");
    put_file(own, "wchan", "0");
    assert_where("state D, in what may not be read");
}

static void test_stuck__nobody(void **state)
{
    (void)state;
    assert_int_equal(gst_stuck_state(proc, PID), 0);
    assert_where("");
    put_file(own, "stat", "4711 (cut");
    assert_where("");
}

/* This process runs: the kernel says so. */
static void test_stuck__real_files(void **state)
{
    (void)state;
    assert_int_equal(gst_stuck_state("/proc", getpid()), 'R');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_stuck__stack, make, clear),
        cmocka_unit_test_setup_teardown(test_stuck__another_thread, make, clear),
        cmocka_unit_test_setup_teardown(test_stuck__channel_alone, make, clear),
        cmocka_unit_test_setup_teardown(test_stuck__nothing_may_be_read, make, clear),
        cmocka_unit_test_setup_teardown(test_stuck__nobody, make, clear),
        cmocka_unit_test(test_stuck__real_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
