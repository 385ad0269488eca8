/* SPDX-License-Identifier: Apache-2.0 */
/* One cause for each combination of what the witnesses say. Codes as the vendors' manuals number
 * them: CUDA 34 stub, 100 no device, 803 mismatch; NVML 9 driver not loaded, 18 mismatch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gpu/absence.h"
#include "gpu/error.h"

struct row {
    const char *what;
    struct gst_trace trace;
    const char *asked_for, *visible, *problem;
    bool is_open;
    int init_code, nvml_code, nvml_gpus, nvml_lost;
    const char *id;
};

#define MODULE .has_module = true, .module_version = "580.95.05"
#define PCI    .has_pci_device = true, .pci_id = "0000:1b:00.0"
#define NODE   .has_device_node = true

static const struct row rows[] = {
    { .what = "a laptop", .problem = "", .id = "host.no-gpu" },
    { .what = "asked for, nothing injected",
      .asked_for = "all",
      .problem = "",
      .id = "runtime.libcuda-missing" },
    { .what = "void asks for nothing", .asked_for = "void", .problem = "", .id = "host.no-gpu" },
    { .what = "none asks for nothing", .asked_for = "none", .problem = "", .id = "host.no-gpu" },
    { .what = "an empty value asks for nothing",
      .asked_for = "",
      .problem = "",
      .id = "host.no-gpu" },
    { .what = "GPU on the bus, no driver",
      .trace = { PCI },
      .problem = "",
      .id = "host.module-not-loaded" },
    { .what = "module loaded, nothing injected",
      .trace = { MODULE, PCI },
      .problem = "",
      .id = "runtime.libcuda-missing" },
    { .what = "a left-over node",
      .trace = { NODE },
      .problem = "",
      .id = "host.module-not-loaded" },
    { .what = "WSL2 without its libcuda",
      .trace = { .has_wsl_node = true },
      .problem = "",
      .id = "runtime.libcuda-missing" },
    { .what = "a 0-byte libcuda",
      .trace = { MODULE, PCI },
      .problem = "file too short",
      .id = "runtime.libcuda-missing" },
    { .what = "the stub",
      .problem = "",
      .is_open = true,
      .init_code = 34,
      .id = "image.stub-libcuda" },
    { .what = "user-mode driver without module",
      .problem = "",
      .is_open = true,
      .init_code = 100,
      .nvml_code = 9,
      .id = "host.module-not-loaded" },
    { .what = "the same without NVML",
      .problem = "",
      .is_open = true,
      .init_code = 100,
      .id = "host.module-not-loaded" },
    { .what = "no nodes",
      .trace = { MODULE, PCI },
      .problem = "",
      .is_open = true,
      .init_code = 100,
      .id = "runtime.device-nodes-missing" },
    { .what = "nodes that do not open",
      .trace = { MODULE, PCI, NODE },
      .problem = "",
      .is_open = true,
      .init_code = 100,
      .id = "runtime.device-nodes-missing" },
    { .what = "driver on a machine without GPU",
      .trace = { MODULE, NODE },
      .problem = "",
      .is_open = true,
      .init_code = 100,
      .id = "host.no-gpu" },
    { .what = "all hidden by the user",
      .trace = { MODULE, PCI, NODE },
      .visible = "",
      .problem = "",
      .is_open = true,
      .init_code = 100,
      .nvml_gpus = 2,
      .id = "user.all-gpus-hidden" },
    { .what = "NVML lists what CUDA does not",
      .trace = { MODULE, PCI, NODE },
      .problem = "",
      .is_open = true,
      .init_code = 100,
      .nvml_gpus = 1,
      .id = "host.gpu-missing-in-cuda" },
    { .what = "the only GPU fell off the bus",
      .trace = { MODULE, PCI, NODE },
      .problem = "",
      .is_open = true,
      .init_code = 100,
      .nvml_gpus = 1,
      .nvml_lost = 1,
      .id = "hardware.gpu-lost" },
    { .what = "driver updated under a running module",
      .trace = { MODULE, PCI, NODE },
      .problem = "",
      .is_open = true,
      .init_code = 803,
      .nvml_code = 18,
      .id = "host.driver-mismatch" },
    { .what = "mismatch that only NVML names",
      .trace = { MODULE, PCI, NODE },
      .problem = "",
      .is_open = true,
      .init_code = 999,
      .nvml_code = 18,
      .id = "host.driver-mismatch" },
    { .what = "no fabric manager",
      .trace = { MODULE, PCI, NODE },
      .problem = "",
      .is_open = true,
      .init_code = 802,
      .nvml_gpus = 8,
      .id = "host.fabric-not-ready" },
};

static void test_absence_explain__table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        const struct gst_status init = { .finding = gst_cuda_finding(row->init_code),
                                         .gpu = -1,
                                         .code = row->init_code,
                                         .call = "cuInit" };
        const struct gst_absence absence = {
            .trace = &row->trace,
            .asked_for = row->asked_for,
            .visible = row->visible,
            .libcuda_path = row->is_open ? "/usr/lib/libcuda.so.1" : "",
            .libcuda_problem = row->problem,
            .is_libcuda_open = row->is_open,
            .nvml_code = row->nvml_code,
            .nvml_gpus = row->nvml_gpus,
            .nvml_lost = row->nvml_lost,
            .init = &init,
        };
        struct gst_status st = GST_STATUS_INIT;

        print_message("%s\n", row->what);
        assert_false(gst_absence_explain(&absence, &st));
        assert_string_equal(gst_finding(st.finding)->id, row->id);
        assert_int_equal(st.code, row->is_open ? row->init_code : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_absence_explain__table) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
