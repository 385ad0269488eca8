/* SPDX-License-Identifier: Apache-2.0 */
/* The helper's lines as it writes them, cut off, and as it never would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "audit/answers.h"

static const char healthy[] =
    "# a healthy container\n"
    "enter dlopen libcuda.so.1\n"
    "library libcuda.so.1 path=/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14 dev=254:1 "
    "ino=18446744073709551615 double=no\n"
    "library libnvidia-nvvm.so.4 failed libnvidia-nvvm.so.4: cannot open shared object file\n"
    "enter cuInit\n"
    "call cuInit 0\n"
    "call cuDriverGetVersion 0 12040\n"
    "call nvmlSystemGetDriverVersion 0 550.54.14\n"
    "call nvmlDeviceGetGpuFabricInfoV missing\n"
    "call nvmlInit_v2 -1 words of its own\n"
    "nvml-gpu 0 uuid=GPU-00000000-1111-2222-3333-444444444444 pci=0000:01:00.0 minor=3 "
    "mig=enabled\n"
    "cuda-gpu 0 uuid=GPU-00000000-1111-2222-3333-444444444444 pci=0000:01:00.0 cc=9.0\n"
    "framework torch 2.4.0\n"
    "done\n";

static void test_answers__healthy(void **state)
{
    static struct gst_answers answers;
    const struct gst_answer *answer;

    (void)state;
    gst_answers_parse(&answers, healthy);
    assert_true(answers.is_asked);
    assert_true(answers.is_done);
    assert_false(answers.is_damaged);
    assert_string_equal(answers.problem, "");
    assert_string_equal(answers.last_enter, "cuInit");
    assert_int_equal(answers.count, 7);

    answer = gst_answers_library(&answers, "libcuda.so.1");
    assert_non_null(answer);
    assert_true(answer->is_ok);
    assert_false(answer->is_double);
    assert_string_equal(answer->text, "/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14");
    assert_int_equal(answer->major, 254);
    assert_int_equal(answer->minor, 1);
    assert_true(answer->inode == UINT64_MAX);

    answer = gst_answers_library(&answers, "libnvidia-nvvm.so.4");
    assert_non_null(answer);
    assert_false(answer->is_ok);
    assert_string_equal(answer->text, "libnvidia-nvvm.so.4: cannot open shared object file");
}

static void test_answers__calls(void **state)
{
    static struct gst_answers answers;
    const struct gst_answer *answer;

    (void)state;
    gst_answers_parse(&answers, healthy);
    answer = gst_answers_call(&answers, "cuInit");
    assert_non_null(answer);
    assert_true(answer->is_ok);
    assert_string_equal(answer->text, "");
    assert_string_equal(gst_answers_call(&answers, "cuDriverGetVersion")->text, "12040");
    answer = gst_answers_call(&answers, "nvmlDeviceGetGpuFabricInfoV");
    assert_true(answer->is_missing);
    assert_false(answer->is_ok);
    answer = gst_answers_call(&answers, "nvmlInit_v2");
    assert_false(answer->is_ok);
    assert_int_equal(answer->code, -1);
    assert_string_equal(answer->text, "words of its own");
    /* Never asked, or asked as something else. */
    assert_null(gst_answers_call(&answers, "cuDeviceGet"));
    assert_null(gst_answers_call(&answers, "libcuda.so.1"));
    assert_null(gst_answers_library(&answers, "cuInit"));
}

static void test_answers__gpus(void **state)
{
    static struct gst_answers answers;

    (void)state;
    gst_answers_parse(&answers, healthy);
    assert_int_equal(answers.nvml_gpu_count, 1);
    assert_string_equal(answers.nvml_gpus[0].uuid, "GPU-00000000-1111-2222-3333-444444444444");
    assert_string_equal(answers.nvml_gpus[0].pci_id, "0000:01:00.0");
    assert_int_equal(answers.nvml_gpus[0].minor, 3);
    assert_true(answers.nvml_gpus[0].is_mig);
    assert_int_equal(answers.cuda_gpu_count, 1);
    assert_string_equal(answers.cuda_gpus[0].capability, "9.0");
    assert_int_equal(answers.cuda_gpus[0].minor, -1);
    assert_false(answers.cuda_gpus[0].is_mig);
}

static void test_answers__none(void **state)
{
    static struct gst_answers answers;

    (void)state;
    gst_answers_parse(&answers, "");
    assert_false(answers.is_asked);
    gst_answers_parse(&answers, "# nobody was asked\n\n");
    assert_false(answers.is_asked);
    assert_false(answers.is_damaged);
}

static void test_answers__could_not_be_run(void **state)
{
    static struct gst_answers answers;

    (void)state;
    gst_answers_parse(&answers, "problem cannot run 'gpu-selftest-audit-probe': no such file");
    assert_true(answers.is_asked);
    assert_false(answers.is_done);
    assert_string_equal(answers.problem, "cannot run 'gpu-selftest-audit-probe': no such file");
    assert_string_equal(answers.last_enter, "");
}

static void test_answers__died_on_the_way(void **state)
{
    static struct gst_answers answers;

    (void)state;
    gst_answers_parse(&answers, "enter cuInit\ncall cuInit 10");
    assert_true(answers.is_asked);
    assert_false(answers.is_done);
    assert_string_equal(answers.last_enter, "cuInit");
    /* May have been 100: no answer, and nothing wrong with the helper either. */
    assert_null(gst_answers_call(&answers, "cuInit"));
    assert_false(answers.is_damaged);
}

static void test_answers__the_last_line_end_may_be_gone(void **state)
{
    static struct gst_answers answers;

    (void)state;
    gst_answers_parse(&answers, "call cuInit 0\ndone");
    assert_true(answers.is_done);
    assert_false(answers.is_damaged);
}

/* Every cut is taken as far as it goes, and never for damaged. */
static void test_answers__cut_off_anywhere(void **state)
{
    static struct gst_answers answers;

    (void)state;
    for (size_t length = 0; length < sizeof healthy - 1; length++) {
        char part[sizeof healthy];

        memcpy(part, healthy, length);
        part[length] = '\0';
        gst_answers_parse(&answers, part);
        if (answers.is_damaged || (answers.is_done && length < sizeof healthy - 2))
            fail_msg("cut after %zu bytes", length);
    }
}

static void test_answers__damaged_lines(void **state)
{
    static const char *const lines[] = {
        "hello",
        "done now",
        "enter",
        "enter ",
        "library",
        "library libcuda.so.1",
        "library libcuda.so.1 ",
        "library libcuda.so.1 failedly",
        "library libcuda.so.1 path=/x dev=1:2 ino=3",
        "library libcuda.so.1 path=/x dev=1:2 ino=3 double=perhaps",
        "library libcuda.so.1 path=/x dev=12 ino=3 double=no",
        "library libcuda.so.1 path=/x dev=1:2 ino=-3 double=no",
        "library libcuda.so.1 path= dev=1:2 ino=3 double=no",
        "library libcuda.so.1 /x dev=1:2 ino=3 double=no",
        "call cuInit",
        "call cuInit zero",
        "call cuInit 99999999999",
        "call cuInit missing 3",
        "call  0",
        "nvml-gpu",
        "nvml-gpu x uuid=1",
        "nvml-gpu -1 uuid=1",
        "nvml-gpu 0 uuid",
        "nvml-gpu 0 colour=red",
        "nvml-gpu 0 minor=x",
        "cuda-gpu 0 cc=12345678901234567890",
        "call aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 0",
    };
    static struct gst_answers answers;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[256];

        snprintf(text, sizeof text, "%s\ncall cuInit 0\ndone\n", lines[i]);
        gst_answers_parse(&answers, text);
        if (!answers.is_damaged || !answers.is_done || answers.count != 1
            || answers.nvml_gpu_count + answers.cuda_gpu_count != 0)
            fail_msg("'%s' was taken", lines[i]);
    }
}

static void test_answers__paths_with_blanks(void **state)
{
    static struct gst_answers answers;

    (void)state;
    gst_answers_parse(&answers, "library libcuda.so.1 path=/my dev=9:9 libs/libcuda.so.1 dev=1:2 "
                                "ino=3 double=yes\n");
    assert_string_equal(answers.items[0].text, "/my dev=9:9 libs/libcuda.so.1");
    assert_int_equal(answers.items[0].major, 1);
    assert_true(answers.items[0].is_double);
}

static void test_answers__more_than_there_is_room_for(void **state)
{
    static struct gst_answers answers;
    static char text[64 * 1024];
    size_t length = 0;

    (void)state;
    for (int i = 0; i < GST_ANSWERS_MAX + 1; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "call c%d 0\n", i);
    for (int i = 0; i < GST_ANSWER_GPUS; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "nvml-gpu %d\n", i);
    gst_answers_parse(&answers, text);
    assert_int_equal(answers.count, GST_ANSWERS_MAX);
    assert_int_equal(answers.nvml_gpu_count, GST_ANSWER_GPUS);
    assert_true(answers.is_damaged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers__healthy),
        cmocka_unit_test(test_answers__calls),
        cmocka_unit_test(test_answers__gpus),
        cmocka_unit_test(test_answers__none),
        cmocka_unit_test(test_answers__could_not_be_run),
        cmocka_unit_test(test_answers__died_on_the_way),
        cmocka_unit_test(test_answers__the_last_line_end_may_be_gone),
        cmocka_unit_test(test_answers__cut_off_anywhere),
        cmocka_unit_test(test_answers__damaged_lines),
        cmocka_unit_test(test_answers__paths_with_blanks),
        cmocka_unit_test(test_answers__more_than_there_is_room_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
