/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of the driver's answers on peers; the driver is a few functions of this file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gpu/peers.h"

#define GPUS 3

static struct gst_env env;
static struct gst_progress progress;
static int contexts[GPUS];
static int current;
static int can[GPUS][GPUS];    /* what cuDeviceCanAccessPeer says */
static int answer[GPUS][GPUS]; /* what cuCtxEnablePeerAccess says */
static int allowed[GPUS][GPUS];

static int index_of(CUcontext context)
{
    for (int i = 0; i < GPUS; i++) {
        if (context == (CUcontext)&contexts[i])
            return i;
    }
    fail_msg("no such context");
    return -1;
}

static CUresult retain(CUcontext *context, CUdevice device)
{
    *context = (CUcontext)&contexts[device];
    return CUDA_SUCCESS;
}

static CUresult set_current(CUcontext context)
{
    current = index_of(context);
    return CUDA_SUCCESS;
}

static CUresult can_access(int *result, CUdevice device, CUdevice peer)
{
    *result = can[device][peer];
    return CUDA_SUCCESS;
}

static CUresult attribute(int *value, CUdevice_P2PAttribute which, CUdevice source, CUdevice target)
{
    if (which == CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK)
        *value = source + target;
    else
        *value = target == 2;
    return CUDA_SUCCESS;
}

static CUresult enable(CUcontext peer, unsigned int flags)
{
    const int to = index_of(peer);

    assert_int_equal(flags, 0);
    assert_true(can[current][to]);
    if (answer[current][to] == CUDA_SUCCESS)
        allowed[current][to]++;
    return answer[current][to];
}

static CUresult disable(CUcontext peer)
{
    allowed[current][index_of(peer)]--;
    return CUDA_SUCCESS;
}

static int setup(void **state)
{
    (void)state;
    memset(&env, 0, sizeof(env));
    memset(answer, 0, sizeof(answer));
    memset(allowed, 0, sizeof(allowed));
    env.progress = &progress;
    env.gpu_count = GPUS;
    env.libs.cuda.cuDevicePrimaryCtxRetain = retain;
    env.libs.cuda.cuCtxSetCurrent = set_current;
    env.libs.cuda.cuDeviceCanAccessPeer = can_access;
    env.libs.cuda.cuDeviceGetP2PAttribute = attribute;
    env.libs.cuda.cuCtxEnablePeerAccess = enable;
    env.libs.cuda.cuCtxDisablePeerAccess = disable;
    for (int i = 0; i < GPUS; i++) {
        env.gpus[i].device = i;
        env.gpus[i].index = i;
        for (int k = 0; k < GPUS; k++)
            can[i][k] = i != k;
    }
    return 0;
}

static void open_peers(struct gst_peers *peers)
{
    struct gst_status st = GST_STATUS_INIT;

    assert_true(gst_peers_open(peers, &env, &st));
}

static void test_open__allows_every_direction_and_takes_it_back(void **state)
{
    struct gst_peers peers;

    (void)state;
    open_peers(&peers);
    assert_int_equal(gst_peers_direct_count(&peers), GPUS * (GPUS - 1));
    for (int i = 0; i < GPUS; i++) {
        for (int k = 0; k < GPUS; k++) {
            assert_int_equal(allowed[i][k], i != k);
            if (i != k) {
                assert_true(gst_peers_are_direct(&peers, i, k));
                assert_null(gst_peers_why_staged(&peers, i, k));
                assert_int_equal(gst_peers_path(&peers, i, k), GST_PEER_PCIE);
            }
        }
    }
    gst_peers_close(&peers, &env);
    for (int i = 0; i < GPUS; i++) {
        for (int k = 0; k < GPUS; k++)
            assert_int_equal(allowed[i][k], 0);
    }
}

/* Somebody else in this process has allowed it, and may still need it. */
static void test_open__what_was_allowed_before_stays(void **state)
{
    struct gst_peers peers;

    (void)state;
    answer[0][1] = CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED;
    allowed[0][1] = 1;
    open_peers(&peers);
    assert_true(gst_peers_are_direct(&peers, 0, 1));
    gst_peers_close(&peers, &env);
    assert_int_equal(allowed[0][1], 1);
    assert_int_equal(allowed[1][0], 0);
}

static void test_open__a_refusal_leaves_the_pair_staged_and_says_why(void **state)
{
    static const int codes[] = { CUDA_ERROR_MAP_FAILED, CUDA_ERROR_PEER_ACCESS_UNSUPPORTED,
                                 CUDA_ERROR_TOO_MANY_PEERS };

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct gst_peers peers;
        char text[256];

        setup(NULL);
        answer[1][0] = codes[i];
        open_peers(&peers);
        assert_false(gst_peers_are_direct(&peers, 0, 1));
        assert_false(gst_peers_are_direct(&peers, 1, 0));
        assert_true(gst_peers_are_direct(&peers, 0, 2));
        assert_int_equal(peers.of[1][0].refusal, codes[i]);
        assert_int_equal(gst_peers_path(&peers, 0, 1), GST_PEER_STAGED);
        assert_non_null(strstr(gst_peers_why_staged(&peers, 0, 1), "cuCtxEnablePeerAccess"));
        gst_peers_describe(&peers, 1, 0, text, sizeof(text));
        assert_ptr_equal(strstr(text, "staged through the host: cuCtxEnablePeerAccess"), text);
        assert_int_equal(gst_peers_direct_count(&peers), 4);
        gst_peers_close(&peers, &env);
    }
}

static void test_open__no_access_is_asked_for_where_there_can_be_none(void **state)
{
    struct gst_peers peers;

    (void)state;
    memset(can, 0, sizeof(can));
    open_peers(&peers);
    assert_int_equal(gst_peers_direct_count(&peers), 0);
    assert_string_equal(gst_peers_why_staged(&peers, 0, 1), "CUDA gives no peer access");
    assert_int_equal(peers.of[0][1].refusal, 0);
    gst_peers_close(&peers, &env);
}

static void test_path__nvlinks_count_only_with_access(void **state)
{
    struct gst_peers peers;
    char text[256];

    (void)state;
    can[0][2] = can[2][0] = 0;
    open_peers(&peers);
    for (int i = 0; i < GPUS; i++)
        peers.links.of[i] = (struct gst_nvlinks){ .there = 4, .up = 0xf, .switched = 4 };
    assert_int_equal(gst_peers_path(&peers, 0, 1), GST_PEER_NVSWITCH);
    assert_int_equal(gst_peers_path(&peers, 0, 2), GST_PEER_STAGED);
    assert_string_equal(gst_peers_describe(&peers, 0, 1, text, sizeof(text)),
                        "NVLink x4 by switches, performance rank 1");
    assert_string_equal(gst_peers_describe(&peers, 1, 2, text, sizeof(text)),
                        "NVLink x4 by switches, performance rank 3, native atomics");
    peers.links.of[0] = (struct gst_nvlinks){ .there = 4, .up = 0x3, .direct = { 0, 2, 0 } };
    assert_int_equal(gst_peers_path(&peers, 0, 1), GST_PEER_NVLINK);
    assert_string_equal(gst_peers_describe(&peers, 0, 1, text, sizeof(text)),
                        "NVLink x2, performance rank 1");
    gst_peers_close(&peers, &env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_open__allows_every_direction_and_takes_it_back, setup),
        cmocka_unit_test_setup(test_open__what_was_allowed_before_stays, setup),
        cmocka_unit_test_setup(test_open__a_refusal_leaves_the_pair_staged_and_says_why, setup),
        cmocka_unit_test_setup(test_open__no_access_is_asked_for_where_there_can_be_none, setup),
        cmocka_unit_test_setup(test_path__nvlinks_count_only_with_access, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
