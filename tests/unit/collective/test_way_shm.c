/* SPDX-License-Identifier: Apache-2.0 */
/* How much of /dev/shm ranks may need, and what is said of less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collective/way/shm.h"

static const struct gst_workload workload = { .name = "all-reduce" };

/* Ranks x neighbours x 2 channels x 9637892. */
static void test_way_shm__need(void **state)
{
    (void)state;
    assert_true(gst_way_shm_need(0) == 0);
    assert_true(gst_way_shm_need(1) == 0);
    assert_true(gst_way_shm_need(2) == 38551568);
    assert_true(gst_way_shm_need(4) == 154206272);
    assert_true(gst_way_shm_need(8) == 308412544);
}

/* What is said for eight ranks on a machine of which this is told; NULL: nothing. */
static const char *told(const char *statvfs)
{
    static char observed[GST_CAUSE_SIZE];
    char folder[] = "/tmp/way-shm-XXXXXX", capture[64], space[64];
    struct gst_run run = { .workload = &workload, .root = folder };
    FILE *file;

    assert_non_null(mkdtemp(folder));
    snprintf(capture, sizeof(capture), "%s/capture", folder);
    snprintf(space, sizeof(space), "%s/statvfs.txt", folder);
    file = fopen(capture, "w");
    assert_non_null(file);
    fclose(file);
    file = fopen(space, "w");
    assert_non_null(file);
    assert_true(fputs(statvfs, file) >= 0);
    fclose(file);
    run.report = gst_report_map();
    run.report->progress.item = gst_report_item(run.report, "all-reduce");
    gst_way_report_shm(&run, 8);
    assert_int_equal(unlink(space), 0);
    assert_int_equal(unlink(capture), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_true(run.report->check_count <= 1);
    snprintf(observed, sizeof(observed), "%s", run.report->checks[0].observed);
    if (run.report->check_count == 1)
        assert_int_equal(run.report->checks[0].finding, GST_USER_SHM_SMALL);
    gst_report_unmap(run.report);
    return observed[0] == '\0' ? NULL : observed;
}

static void test_way_shm__little_room_is_a_note(void **state)
{
    const char *observed;

    (void)state;
    observed = told("/dev/shm f_bsize=4096 f_flag=0x6 bytes=67108864\n");
    assert_non_null(observed);
    assert_string_equal(observed,
                        "'/dev/shm' has 64 MiB; 8 ranks need 294 MiB if their GPUs cannot "
                        "copy directly");
    assert_null(told("/dev/shm f_bsize=4096 f_flag=0x6 bytes=1073741824\n"));
    assert_null(told("")); /* not to be seen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_shm__need),
        cmocka_unit_test(test_way_shm__little_room_is_a_note),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
