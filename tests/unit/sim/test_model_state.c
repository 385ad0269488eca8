/* SPDX-License-Identifier: Apache-2.0 */
/* The state that processes of a run share: files, counts across fork, the dead, the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "model/state.h"

static void test_model_state__file_is_shared_with_children(void **state)
{
    char directory[] = "/tmp/test_model_state.XXXXXX";
    char path[64];
    int status = 0;

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/state", directory);
    assert_true(sim_state_create(path));
    assert_false(sim_state_create(path)); /* never over another run's */

    pid_t child = fork();
    if (child == 0) {
        struct sim_state *theirs = sim_state_open(path);

        atomic_fetch_add(&theirs->calls[3], 7);
        atomic_store(&theirs->fired[2], 1);
        sim_state_clock_set(theirs, 5000);
        atomic_store(&sim_state_process(theirs)->used_bytes[1], 1 << 20);
        _exit(sim_state_used_bytes(theirs, 1) == 1 << 20 ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    struct sim_state *ours = sim_state_open(path);
    assert_non_null(ours);
    assert_int_equal(atomic_load(&ours->calls[3]), 7);
    assert_int_equal(atomic_load(&ours->fired[2]), 1);
    assert_int_equal(atomic_load(&ours->fired[1]), 0);
    assert_int_equal(atomic_load(&ours->clock_ps), 5000);
    assert_int_equal(sim_state_used_bytes(ours, 1), 0); /* the dead hold nothing */
    sim_state_close(ours);
    unlink(path);
    rmdir(directory);
}

static void test_model_state__refuses_other_files(void **state)
{
    (void)state;
    assert_null(sim_state_open("/proc/self/exe"));
    assert_null(sim_state_open("/nonexistent/state"));
}

static void test_model_state__rows_of_the_dead_are_reused(void **state)
{
    struct sim_state *mine = sim_state_open(NULL);

    (void)state;
    for (unsigned i = 0; i < SIM_STATE_PROCESSES + 5; i++) {
        int status = 0;
        pid_t child = fork();

        if (child == 0)
            _exit(sim_state_process(mine) != NULL ? 0 : 1);
        waitpid(child, &status, 0);
        assert_int_equal(status, 0);
    }
    assert_non_null(sim_state_process(mine));
    assert_ptr_equal(sim_state_process(mine), sim_state_process(mine));
    sim_state_close(mine);
}

static void test_model_state__clock_never_goes_back(void **state)
{
    struct sim_state *mine = sim_state_open(NULL);

    (void)state;
    sim_state_clock_set(mine, 100);
    sim_state_clock_set(mine, 50);
    assert_int_equal(atomic_load(&mine->clock_ps), 100);
    sim_state_close(mine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_state__file_is_shared_with_children),
        cmocka_unit_test(test_model_state__refuses_other_files),
        cmocka_unit_test(test_model_state__rows_of_the_dead_are_reused),
        cmocka_unit_test(test_model_state__clock_never_goes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
