/* SPDX-License-Identifier: Apache-2.0 */
/* What get_mempolicy answers under seccomp filters like those of containers. A filter stays, so
 * each case is a child. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collective/way/placing.h"

enum { PERMITTED, REFUSED, NO_FILTERS_HERE };

/* In a child where the call answers `error`, if that is not 0. */
static int ask_under(int error)
{
    struct sock_filter rows[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_get_mempolicy, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = { sizeof(rows) / sizeof(rows[0]), rows };
    const pid_t child = fork();
    int status;

    if (child == 0) {
        if (error != 0
            && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
                || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0))
            _exit(NO_FILTERS_HERE);
        _exit(gst_way_is_placing_refused() ? REFUSED : PERMITTED);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NO_FILTERS_HERE)
        skip();
    return WEXITSTATUS(status);
}

static void test_way_placing__docker_refuses(void **state)
{
    (void)state;
    assert_int_equal(ask_under(EPERM), REFUSED);
}

static void test_way_placing__a_kernel_without_numa_does_not(void **state)
{
    (void)state;
    assert_int_equal(ask_under(ENOSYS), PERMITTED);
    assert_int_equal(ask_under(EINVAL), PERMITTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_placing__docker_refuses),
        cmocka_unit_test(test_way_placing__a_kernel_without_numa_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
