/* SPDX-License-Identifier: Apache-2.0 */
/* How programs spell CUDA results, and what those mean in a program that is not ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "gpu/cuda_message.h"
#include "gpu/error.h"

static struct gst_message_book messages;

static enum gst_finding_id first_in(const char *text)
{
    struct gst_message_hits hits;
    FILE *in = fmemopen((char *)text, strlen(text), "r");

    assert_true(gst_message_search(messages.rows, messages.count, in, &hits));
    fclose(in);
    return hits.count == 0 ? GST_NO_FINDING : hits.items[0].row->finding;
}

static void test_cuda_message__all_spellings_of_one_result(void **state)
{
    static const char *const texts[] = {
        "CUDA error: 802",
        "CUDA error 802 at x.cu:12",
        "CUDA Error(802)",
        "CUDA failure 802: ; GPU=0",
        "cudaError_t: 802",
        "cuda runtime error (802)",
        "CUresult=802",
        "cuInit(0) returned 802",
        "CUDA_ERROR_SYSTEM_NOT_READY",
        "cudaErrorSystemNotReady",
        "system not yet initialized",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (first_in(texts[i]) != gst_cuda_finding(802))
            fail_msg("'%s' is not read", texts[i]);
    }
}

static void test_cuda_message__what_a_result_means_elsewhere(void **state)
{
    static const struct {
        const char *text;
        const char *id;
    } cases[] = {
        { "CUDA error 34", "image.stub-libcuda" },
        { "CUDA error 35", "host.driver-too-old" },
        { "CUDA error 803", "host.driver-mismatch" },
        { "CUDA error 804", "image.compat-unsupported" },
        { "CUDA error 214", "hardware.ecc-uncorrectable" },
        /* Our kernels are right; others' need not be. */
        { "CUDA error 2", "user.gpu-memory-full" },
        { "CUDA error 209", "image.framework-lacks-gpu" },
        { "CUDA error 700", "user.program-fault" },
        { "CUDA error 702", "user.program-fault" },
        { "CUDA error 719", "user.program-fault" },
        /* More than one cause. */
        { "CUDA error 3", "host.hmm-breaks-cuinit" },
        { "CUDA error 805", "user.mps-unreachable" },
        { "CUDA error 999", "host.uvm-not-loaded" },
        /* None. */
        { "CUDA error 0", "" },
        { "CUDA error 1", "" },
        { "CUDA error 500", "" },
        { "CUDA error 20", "" },
        { "CUDA error 350", "" },
        { "CUDA_ERROR_INVALID_VALUE", "" },
        { "CUDA_ERROR_STUB_LIBRARY_2", "image.stub-libcuda" },
        { "CUDA_ERROR_STUB_LIBRARYS", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *id = gst_finding(first_in(cases[i].text))->id;

        if (strcmp(id, cases[i].id) != 0)
            fail_msg("'%s' is '%s', not '%s'", cases[i].text, id, cases[i].id);
    }
}

static void test_cuda_message__there_is_room_for_all(void **state)
{
    size_t count;

    (void)state;

    gst_message_list(&count);
    assert_in_range(messages.count, 300, GST_MESSAGE_ROWS - count - 200);
    assert_in_range(messages.number_count, 100, GST_MESSAGE_ROWS - 200);
    for (size_t i = 0; i < messages.count; i++) {
        assert_true(messages.rows[i].finding > GST_NO_FINDING);
        assert_true(strlen(messages.rows[i].pattern) > 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuda_message__all_spellings_of_one_result),
        cmocka_unit_test(test_cuda_message__what_a_result_means_elsewhere),
        cmocka_unit_test(test_cuda_message__there_is_room_for_all),
    };

    gst_cuda_messages(&messages);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
