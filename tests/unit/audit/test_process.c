/* SPDX-License-Identifier: Apache-2.0 */
/* What a process may use, and sets of processors; the reading is tried on this very process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/process.h"

static void test_process__this_one(void **state)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_view *view = gst_view_open(NULL, &st);
    struct gst_process process;
    struct rlimit limit;

    (void)state;
    assert_non_null(view);
    gst_process_read(&process, view);
    gst_view_close(view);
    assert_true(process.is_known);
    assert_int_equal(process.uid, geteuid());
    assert_int_equal(process.gid, getegid());
    assert_int_equal(process.group_count, getgroups(0, NULL));
    assert_in_range(process.seccomp, 0, 2);
    assert_true(process.cpus_allowed[0] >= '0' && process.cpus_allowed[0] <= '9');
    assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
    assert_true(process.has_locked_bytes);
    assert_true(process.locked_bytes
                == (limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur));
}

static void test_process__may_use(void **state)
{
    static const struct {
        unsigned uid, gid, group;
        unsigned node_uid, node_gid, mode;
        bool may;
    } rows[] = {
        { 0, 0, 0, 0, 44, 0600, true },         /* root */
        { 0, 0, 0, 65534, 65534, 0660, false }, /* root of a user namespace */
        { 0, 0, 0, 65534, 65534, 0666, true },
        { 0, 0, 65534, 65534, 65534, 0660, true }, /* who kept the group */
        { 1000, 1000, 7, 0, 44, 0660, false },
        { 1000, 1000, 44, 0, 44, 0660, true },
        { 1000, 44, 7, 0, 44, 0660, true },
        { 1000, 1000, 44, 0, 44, 0640, false },
        { 1000, 1000, 44, 0, 44, 0606, false }, /* the group comes before the others */
        { 1000, 1000, 7, 1000, 44, 0600, true },
        { 1000, 1000, 7, 0, 0, 0666, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_process process = { .is_known = true,
                                             .uid = rows[i].uid,
                                             .gid = rows[i].gid,
                                             .group_count = 1,
                                             .groups = { rows[i].group } };
        const struct gst_node node = { .kind = GST_NODE_CHARACTER,
                                       .uid = rows[i].node_uid,
                                       .gid = rows[i].node_gid,
                                       .mode = rows[i].mode };

        assert_int_equal(gst_process_may_use(&process, &node), rows[i].may);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process__this_one),
        cmocka_unit_test(test_process__may_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
