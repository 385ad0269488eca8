/* SPDX-License-Identifier: Apache-2.0 */
/* What ranks leave in a folder, whole, in part, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collective/way/read.h"
#include "nccl_files.h"

static struct gst_way_seen seen;
static char folder[64];

static int make(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/way-read-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int clear(void **state)
{
    static const char *const names[] = { "topology.xml", "graph.xml", "log.node.1", "log.node.2",
                                         "other" };
    char path[256];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void test_way_read__all_there(void **state)
{
    (void)state;
    put_file(folder, "topology.xml", nccl_file("topology-v100-no-sysfs.xml"));
    put_file(folder, "graph.xml", nccl_file("graph-v100x4.xml"));
    put_file(folder, "log.node.1", nccl_file("log-shm.txt"));
    put_file(folder, "log.node.2", nccl_file("log-b200.txt"));
    put_file(folder, "other", " NCCL INFO Using network Other\n");
    gst_way_read(&seen, folder);
    assert_true(seen.has_topology && seen.has_graphs && seen.has_log);
    assert_int_equal(seen.topology.gpu_count, 2);
    assert_int_equal(seen.graphs.of[0].channels, 6);
    assert_string_equal(seen.log.network, "Socket");
    assert_true(seen.log.init_kernels_s > 52);
}

static void test_way_read__a_rank_died(void **state)
{
    (void)state;
    put_file(folder, "topology.xml", "<system><cpu>");
    gst_way_read(&seen, folder);
    assert_false(seen.has_topology || seen.has_graphs || seen.has_log);
    assert_string_equal(seen.topology_problem, "it ends within an element");
    assert_string_equal(seen.graphs_problem, "it is not there");
}

static void test_way_read__no_folder(void **state)
{
    (void)state;
    gst_way_read(&seen, "/tmp/way-read-that-is-not-there");
    assert_false(seen.has_topology || seen.has_graphs || seen.has_log);
    assert_string_equal(seen.graphs_problem, "its folder is not there");
}

static void collect(const char *variable, void *data)
{
    char *all = data;

    snprintf(all + strlen(all), 1024 - strlen(all), "%s\n", variable);
}

static void test_way_read__variables_name_the_folder(void **state)
{
    char all[1024] = "";

    (void)state;
    gst_way_variables("/run/x", collect, all);
    assert_non_null(strstr(all, "NCCL_TOPO_DUMP_FILE=/run/x/topology.xml\n"));
    assert_non_null(strstr(all, "NCCL_GRAPH_DUMP_FILE=/run/x/graph.xml\n"));
    assert_non_null(strstr(all, "NCCL_DEBUG_FILE=/run/x/log.%h.%p\n"));
    assert_non_null(strstr(all, "NCCL_DEBUG=INFO\n"));
}

/* What the user set of NCCL's files stays as it is. */
static void test_way_read__without_a_folder_warnings_alone(void **state)
{
    char all[1024] = "";

    (void)state;
    gst_way_quiet_variables(collect, all);
    assert_string_equal(all, "NCCL_DEBUG=WARN\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_way_read__all_there, make, clear),
        cmocka_unit_test_setup_teardown(test_way_read__a_rank_died, make, clear),
        cmocka_unit_test(test_way_read__no_folder),
        cmocka_unit_test(test_way_read__variables_name_the_folder),
        cmocka_unit_test(test_way_read__without_a_folder_warnings_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
