/* SPDX-License-Identifier: Apache-2.0 */
/* Who has to act when NCCL says this; texts as NCCL printed them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "collective/way/errors.h"

static const struct {
    const char *text;
    enum gst_finding_id finding;
} known[] = {
    { "Error: failed to extend /dev/shm/nccl-7Y2ovb to 9637892 bytes, error: No space left on "
      "device (28)",
      GST_USER_NCCL_SHM_FULL },
    { "Error while creating shared memory segment /dev/shm/nccl-kD29Qx (size 9637888), error: No "
      "space left on device (28)",
      GST_USER_NCCL_SHM_FULL },
    { "Error while creating shared memory segment nccl-shm-recv-5a-0-1-0 (size 4194304), error: No "
      "space left on device (28)",
      GST_USER_NCCL_SHM_FULL },
    { "Error while creating shared memory segment nccl-shm-recv-5a-0-1-0 (size 4194304)",
      GST_USER_NCCL_SHM_FULL },
    { "Error while creating shared memory segment /dev/shm/nccl-kD29Qx (size 9637888), error: "
      "Read-only file system (30)",
      GST_RUNTIME_NCCL_SYSTEM_ERROR },
    { "Error while creating shared memory segment /dev/shm/nccl-kD29Qx (size 9637888), error: "
      "Permission denied (13)",
      GST_RUNTIME_NCCL_SYSTEM_ERROR },
    { "Error: failed to extend /dev/shm/nccl-7Y2ovb to 9637892 bytes, error: Operation not "
      "permitted (1)",
      GST_RUNTIME_NCCL_SYSTEM_ERROR },
    { "Error: failed to extend /dev/shm/nccl-7Y2ovb to 9637892 bytes", GST_USER_NCCL_SHM_FULL },
    { "Failed to bind NVLink SHARP (NVLS) Multicast memory of size 2097152 : CUDA error 1 'invalid "
      "argument'",
      GST_HOST_FABRIC_NOT_READY },
    { "posix_fallocate failed : No space left on device", GST_USER_NCCL_SHM_FULL },
    { "Error while attaching to shared memory segment /dev/shm/nccl-kD29Qx (size 9637888), error: "
      "No such file or directory (2)",
      GST_USER_NCCL_RANKS_APART },
    { "Bootstrap : no socket interface found", GST_USER_NCCL_NO_INTERFACE },
    { "Failed to open libnvidia-ml.so.1", GST_RUNTIME_NVML_MISSING },
    { "P2P is disabled between NVLINK connected GPUs 0 and 1. This should not be the case given "
      "their connectivity, and is probably due to a hardware issue.",
      GST_HOST_PEER_ACCESS_REFUSED },
    { "Duplicate GPU detected : rank 0 and rank 1 both on CUDA device 1b000",
      GST_USER_RANKS_DISAGREE },
    { "Multiple Ranks are using the same GPU/Partition. Set NCCL_MULTI_RANK_GPU_ENABLE=1 to enable "
      "this",
      GST_USER_RANKS_DISAGREE },
    { "Call to ibv_reg_mr failed with error Cannot allocate memory", GST_USER_NCCL_MEMLOCK },
    { "Call to ibv_create_qp failed with error Cannot allocate memory errno 12",
      GST_USER_NCCL_MEMLOCK },
    { "Call to ibv_modify_qp failed with error Connection timed out errno 110", GST_SUITE_CRASHED },
    { "Cuda failure 2 'out of memory'", GST_USER_MEMORY_FULL },
    { "Cuda failure 'out of memory'", GST_USER_MEMORY_FULL },
    { "Cuda failure 719 'unspecified launch failure'", GST_SUITE_CRASHED },
    { "Net : Connection closed by remote peer node1<40122>", GST_HOST_RANK_LOST },
    { "socketProgress: Connection closed by remote peer node1<40122>", GST_HOST_RANK_LOST },
    { "Socket recv failed while polling for opId=0x7f3c40000b20", GST_HOST_RANK_LOST },
    { "socketStartConnect: Connect to 10.0.0.3<38747> failed : Software caused connection abort",
      GST_HOST_RANK_LOST },
    { "socketPollConnect: connect to 10.0.0.3<38747> failed : Connection reset by peer",
      GST_HOST_RANK_LOST },
    { "socketStartConnect: connect to 10.0.0.3<38747> failed : Network is unreachable",
      GST_SUITE_CRASHED },
    { "[Proxy Service 1] Failed to execute operation Setup from rank 1, retcode 2",
      GST_IMAGE_NCCL_FAILED },
    { "posix_fallocate failed : Interrupted system call", GST_SUITE_CRASHED },
    { "", GST_SUITE_CRASHED },
};

static void test_way_errors__texts_of_nccl(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        assert_int_equal(gst_way_error_finding(known[i].text, GST_SUITE_CRASHED), known[i].finding);
}

/* Each row can be reached: none stands behind one that takes all of its texts. */
static void test_way_errors__every_row_is_reached(void **state)
{
    size_t count;
    const struct gst_way_error *rows = gst_way_errors(&count);
    char text[256];

    (void)state;
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof(text), "%s 1 %s", rows[i].first, rows[i].second);
        assert_int_equal(gst_way_error_finding(text, GST_SUITE_CRASHED), rows[i].finding);
        assert_true(strlen(rows[i].first) > 3 && strlen(rows[i].source) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_errors__texts_of_nccl),
        cmocka_unit_test(test_way_errors__every_row_is_reached),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
