/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of NCCL of several versions, from real logs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "collective/way/log.h"
#include "nccl_files.h"

static struct gst_way_log log_;
static enum gst_way_transport transport;

static void read_log(const char *name)
{
    const char *text = nccl_file(name);

    gst_way_log_start(&log_);
    gst_way_log_add(&log_, text, strlen(text));
}

static void read_lines(const char *text)
{
    gst_way_log_start(&log_);
    gst_way_log_add(&log_, text, strlen(text));
}

static void test_way_log__kernels_that_are_compiled(void **state)
{
    (void)state;
    read_log("log-b200.txt");
    assert_true(log_.init_total_s == 55.17 && log_.init_kernels_s == 52.94);
    assert_int_equal(log_.completed, 1);
    assert_true(gst_way_log_between(&log_, 3, 4, &transport));
    assert_int_equal(transport, GST_WAY_VIA_CUMEM);
    assert_int_equal(log_.connections[0].channels, 2);
    assert_false(gst_way_log_between(&log_, 4, 3, &transport));
    assert_int_equal(log_.line_count, 8);
}

static void test_way_log__one_process_without_nvls(void **state)
{
    char text[96];

    (void)state;
    read_log("log-h800.txt");
    assert_int_equal(log_.collective_channels, 16);
    assert_int_equal(log_.nvls_channels, 0);
    assert_true(gst_way_log_between(&log_, 7, 4, &transport));
    assert_int_equal(transport, GST_WAY_VIA_DIRECT);
    assert_string_equal(gst_way_log_describe(&log_, text, sizeof(text)),
                        "2 over P2P/direct pointer");
}

static void test_way_log__nvls_and_numbered_algorithms(void **state)
{
    const struct gst_way_choice *choice;

    (void)state;
    read_log("log-h100-nvls.txt");
    assert_int_equal(log_.nvls_available, 1);
    assert_int_equal(log_.nvls_unavailable, 0);
    assert_int_equal(log_.connection_count, 0); /* the list of a ring is none */
    assert_int_equal(log_.choice_count, 2);     /* of four lines, two are alike, one is a result */
    choice = gst_way_log_choice(&log_, "");
    assert_non_null(choice);
    assert_true(choice->bytes == 805306368);
    assert_string_equal(choice->algorithm, "1");
    assert_string_equal(choice->protocol, "2");
    assert_null(gst_way_log_choice(&log_, "AllReduce"));
}

static void test_way_log__shared_memory(void **state)
{
    (void)state;
    read_log("log-shm.txt");
    assert_int_equal(log_.peer_access_off, 2);
    assert_string_equal(log_.network, "Socket");
    assert_true(gst_way_log_between(&log_, 2, 3, &transport));
    assert_true(gst_way_transport_is_shm(transport) && !gst_way_transport_is_peer(transport));
}

static void test_way_log__two_hosts(void **state)
{
    (void)state;
    read_log("log-two-hosts.txt");
    assert_true(gst_way_log_between(&log_, 15, 0, &transport));
    assert_int_equal(transport, GST_WAY_VIA_NET);
    assert_true(gst_way_log_between(&log_, 1, 8, &transport)); /* sent; received is not counted */
    assert_int_equal(log_.connection_count, 5);
    assert_true(gst_way_log_between(&log_, 1, 0, &transport));
    assert_int_equal(transport, GST_WAY_VIA_IPC);
}

static void test_way_log__rings_of_old(void **state)
{
    (void)state;
    read_log("log-old.txt");
    assert_true(gst_way_log_between(&log_, 12, 11, &transport));
    assert_int_equal(transport, GST_WAY_VIA_IPC);
    assert_true(gst_way_log_between(&log_, 1, 8, &transport));
    assert_int_equal(transport, GST_WAY_VIA_NET);
}

/* Formats of src/enqueue.cc and src/transport/nvls.cc of 2.28. */
static void test_way_log__newest_lines(void **state)
{
    (void)state;
    read_lines("h:1:1 [0] NCCL INFO NCCL version 2.28.9+cuda13.0\r\n"
               "h:1:1 [0] NCCL INFO NVLS multicast support is not available on dev 0 "
               "(NVLS_NCHANNELS 0)\n"
               "h:1:1 [0] NCCL INFO AllReduce: 4096 Bytes -> Algo TREE proto LL "
               "channel{Lo..Hi}={0..1}\n"
               "h:1:1 [0] NCCL INFO AllReduce: 1073741824 Bytes -> Algo NVLS proto SIMPLE "
               "channel{Lo..Hi}={0..15}\n"
               "h:1:1 [0] NCCL INFO AllGather: 2147483648 Bytes -> Algo RING proto SIMPLE "
               "channel{Lo..Hi}={0..15}\n"
               "\n[2026-11-26 17:55:00] h:1:1 [0] transport/nvls.cc:236 NCCL WARN Failed to bind "
               "NVLink SHARP (NVLS) Multicast memory of size 2097152. Proceeding without NVLS "
               "support.\n"
               "h:1:1 [0] NCCL INFO cuMem host allocations do not appear to be working; falling "
               "back to a /dev/shm/ based implementation.\n"
               "h:1:1 [0] NCCL INFO Topology detection : could not read /sys/x/numa_node, "
               "ignoring\n"
               "h:1:1 [0] NCCL INFO Channel 00/0 : 0[0] -> 1[1] via P2P/CUMEM/read\n"
               "h:1:1 [0] NCCL INFO Channel 01/0 : 0[0] -> 1[1] via SHM/direct/direct");
    assert_string_equal(log_.version, "2.28.9+cuda13.0");
    assert_int_equal(log_.nvls_unavailable, 1);
    assert_int_equal(log_.nvls_failures, 1);
    assert_int_equal(log_.host_memory_fallbacks, 1);
    assert_int_equal(log_.topology_unread, 1);
    assert_int_equal(log_.warning_count, 1);
    assert_memory_equal(log_.warnings[0], "Failed to bind", 14);
    assert_string_equal(gst_way_log_choice(&log_, "AllReduce")->algorithm, "NVLS");
    assert_string_equal(gst_way_log_choice(&log_, "AllReduce")->protocol, "SIMPLE");
    assert_string_equal(gst_way_log_choice(&log_, "AllGather")->algorithm, "RING");
    /* Of two channels, the lesser. */
    assert_true(gst_way_log_between(&log_, 0, 1, &transport));
    assert_int_equal(transport, GST_WAY_VIA_SHM);
}

static void test_way_log__broken_lines_are_passed_over(void **state)
{
    (void)state;
    read_lines("Channel 00/0 : 0[0] -> 1[1] via P2P/CUMEM\n" /* not NCCL's */
               " NCCL INFO Channel 00/0 : 0[0] -> \n"
               " NCCL INFO Channel 00/0 : x[0] -> 1[1] via SHM\n"
               " NCCL INFO Channel 00/0 : 0[0 -> 1[1] via SHM\n"
               " NCCL INFO Channel 00/0 : -3[0] -> 1[1] via SHM\n"
               " NCCL INFO Channel 00/0 : 0[0] -> 1[1] via carrier pigeon\n"
               " NCCL INFO Init timings - x: total nan (kernels -1)\n");
    assert_int_equal(log_.connection_count, 0);
    assert_int_equal(log_.line_count, 6);
    assert_true(log_.init_total_s == 0 && log_.init_kernels_s == 0);
}

/* "Init START" comes after the kernels; older releases say it later, or not at all. */
static void test_way_log__ranks_that_wait_for_kernels(void **state)
{
    static const char version[] = " NCCL INFO NCCL version 2.28.9+cuda13.0\n";

    (void)state;
    read_lines("");
    assert_false(gst_way_log_waits_for_kernels(&log_, 22809)); /* it tells nothing */
    read_lines(version);
    assert_true(gst_way_log_waits_for_kernels(&log_, 22809));
    assert_true(gst_way_log_waits_for_kernels(&log_, 22304));
    assert_false(gst_way_log_waits_for_kernels(&log_, 22203));
    read_lines(" NCCL INFO ncclCommInitRankConfig comm 0x1 rank 0 nranks 2 cudaDev 0 nvmlDev 0 "
               "busId 1b000 commId 0x2 - Init START\n");
    assert_int_equal(log_.started, 1);
    assert_false(gst_way_log_waits_for_kernels(&log_, 22809));
}

/* A full /dev/shm, as it ends in NCCL 2.28: the threads that meet it one after the other say less
 * and less, and ncclGetLastError has the last. */
static void test_way_log__the_warning_that_says_why(void **state)
{
    (void)state;
    read_lines(" NCCL INFO NCCL version 2.28.9+cuda13.0\n");
    assert_int_equal(log_.cause, GST_NO_FINDING);
    read_lines(
        " NCCL WARN cuMem something or other\n"
        " NCCL WARN [Proxy Service 0] Failed to execute operation Setup from rank 0, retcode "
        "2\n"
        " NCCL WARN Error: failed to extend /dev/shm/nccl-7Y2ovb to 9637892 bytes, error: No "
        "space left on device (28)\n"
        " NCCL WARN Call to ibv_reg_mr failed with error Cannot allocate memory\n"
        " NCCL WARN one\n NCCL WARN two\n"
        " NCCL WARN Socket recv failed while polling for opId=0x7f00\n");
    assert_int_equal(log_.cause, GST_USER_NCCL_SHM_FULL);
    assert_memory_equal(log_.cause_text, "Error: failed to extend /dev/shm/nccl-7Y2ovb", 44);
    /* It went on. */
    read_lines(" NCCL WARN Failed to bind NVLink SHARP (NVLS) Multicast memory of size 1 : CUDA "
               "error 1. Proceeding without NVLS support.\n");
    assert_int_equal(log_.cause, GST_NO_FINDING);
    /* Who saw a peer go first did not fail by itself. */
    read_lines(" NCCL WARN socketProgress: Connection closed by remote peer node1<40122>\n"
               " NCCL WARN [Proxy Service 0] Failed to execute operation Init from rank 1, retcode "
               "6\n");
    assert_int_equal(log_.cause, GST_HOST_RANK_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_log__kernels_that_are_compiled),
        cmocka_unit_test(test_way_log__one_process_without_nvls),
        cmocka_unit_test(test_way_log__nvls_and_numbered_algorithms),
        cmocka_unit_test(test_way_log__shared_memory),
        cmocka_unit_test(test_way_log__two_hosts),
        cmocka_unit_test(test_way_log__rings_of_old),
        cmocka_unit_test(test_way_log__newest_lines),
        cmocka_unit_test(test_way_log__ranks_that_wait_for_kernels),
        cmocka_unit_test(test_way_log__the_warning_that_says_why),
        cmocka_unit_test(test_way_log__broken_lines_are_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
