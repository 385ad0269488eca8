/* SPDX-License-Identifier: Apache-2.0 */
/* A finding for each errno that open() of a GPU's node can have; open(2) and the kernel driver's
 * open function say which those are. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/nodes_open.h"
#include "audit/view.h"

static void test_nodes_open__each_errno_has_its_finding(void **state)
{
    static const struct {
        int result;
        const char *id;
    } rows[] = {
        { ENOENT, "runtime.device-nodes-missing" },
        { EPERM, "runtime.device-cgroup-denies" },
        { EACCES, "user.node-permissions" },
        { ENXIO, "host.no-driver-behind-node" },
        { ENODEV, "host.gpu-gone" },
        { EIO, "host.adapter-failed" },
        { EBUSY, "host.gpu-unavailable" },
        { EINVAL, "host.open-failed" },
        { ENOMEM, "host.open-failed" },
        { EMFILE, "host.open-failed" },
        { GST_OPEN_HANGS, "host.driver-hang" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(gst_finding(gst_open_finding(rows[i].result))->id, rows[i].id);
}

static void test_nodes_open__success_and_silence_are_no_finding(void **state)
{
    (void)state;
    assert_int_equal(gst_open_finding(0), GST_NO_FINDING);
    assert_int_equal(gst_open_finding(GST_OPEN_NOT_TRIED), GST_NO_FINDING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes_open__each_errno_has_its_finding),
        cmocka_unit_test(test_nodes_open__success_and_silence_are_no_finding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
