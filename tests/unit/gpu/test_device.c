/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a GPU, and the peak that its attributes allow. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gpu/device.h"

/* Published bandwidth in GB/s beside clock and width as deviceQuery prints them: both come from the
 * vendor, neither from this program. Vendors round to the next 2 %. */
static void test_memory_peak__matches_published_figures(void **state)
{
    static const struct {
        const char *name;
        int memory_clock_khz;
        int bus_bits;
        double published_gb_per_s;
    } boards[] = {
        { "V100-SXM2", 877000, 4096, 900 },
        { "T4", 5001000, 256, 320 },
        { "A100-SXM4-80GB", 1593000, 5120, 2039 },
        { "A10", 6251000, 384, 600 },
        { "L4", 6251000, 192, 300 },
        { "H100 80GB HBM3", 2619000, 5120, 3350 },
        { "RTX 3090", 9751000, 384, 936 },
        { "RTX 4090", 10501000, 384, 1008 },
        { "RTX 5090", 14001000, 512, 1792 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(boards) / sizeof(boards[0]); i++) {
        const struct gst_gpu gpu = { .memory_clock_khz = boards[i].memory_clock_khz,
                                     .memory_bus_bits = boards[i].bus_bits };
        const double peak = gst_gpu_memory_peak_bytes_per_s(&gpu) / 1e9;

        assert_true(fabs(peak / boards[i].published_gb_per_s - 1) < 0.02);
    }
}

static void test_memory_peak__unknown_where_attributes_mislead(void **state)
{
    const struct gst_gpu gb10 = { .memory_clock_khz = 8533000,
                                  .memory_bus_bits = 256,
                                  .is_integrated = true };
    const struct gst_gpu thor = { .memory_clock_khz = 0, .memory_bus_bits = 0 };

    (void)state;
    assert_true(isnan(gst_gpu_memory_peak_bytes_per_s(&gb10)));
    assert_true(isnan(gst_gpu_memory_peak_bytes_per_s(&thor)));
}

static void test_uuid_format__as_nvml_writes_it(void **state)
{
    const unsigned char bytes[16] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                      0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
    char text[GST_UUID_SIZE];

    (void)state;
    gst_uuid_format(text, "GPU-", bytes);
    assert_string_equal(text, "GPU-00112233-4455-6677-8899-aabbccddeeff");
    gst_uuid_format(text, "MIG-", bytes);
    assert_string_equal(text, "MIG-00112233-4455-6677-8899-aabbccddeeff");
}

static void test_pci_id_lower__as_sysfs_writes_it(void **state)
{
    char pci_id[] = "0000:1B:0A.0";

    (void)state;
    gst_pci_id_lower(pci_id);
    assert_string_equal(pci_id, "0000:1b:0a.0");
}

static void test_gpu_matches__table(void **state)
{
    const struct gst_gpu gpu = { .index = 3,
                                 .uuid = "GPU-00112233-4455-6677-8899-aabbccddeeff",
                                 .pci_id = "0000:1B:00.0" };
    static const struct {
        const char *word;
        bool expected;
    } cases[] = {
        { "3", true },
        { "2", false },
        { "33", false },
        { "03", false },
        { "0000:1b:00.0", true },
        { "0000:1b:00.1", false },
        { "GPU-0011", true },
        { "gpu-00112233", true },
        { "GPU-", false },
        { "", false },
        { "GPU-00112233-4455-6677-8899-aabbccddeeff", true },
        { "GPU-00112233-4455-6677-8899-aabbccddeeff0", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(gst_gpu_matches(&gpu, cases[i].word, strlen(cases[i].word)),
                         cases[i].expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_peak__matches_published_figures),
        cmocka_unit_test(test_memory_peak__unknown_where_attributes_mislead),
        cmocka_unit_test(test_uuid_format__as_nvml_writes_it),
        cmocka_unit_test(test_pci_id_lower__as_sysfs_writes_it),
        cmocka_unit_test(test_gpu_matches__table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
