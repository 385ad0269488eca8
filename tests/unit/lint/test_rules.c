/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are a driver's, and names that only look like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "lint/rules.h"

static enum gst_finding_id judge(const char *path, enum gst_entry_kind kind, size_t *folder)
{
    const struct gst_entry entry = { .path = path, .kind = kind, .target = "" };
    const struct gst_lint_rule *rule = gst_rule_of_entry(&entry, folder);

    return rule == NULL ? GST_NO_FINDING : rule->finding;
}

static void test_rules__files(void **state)
{
    static const struct {
        const char *path;
        enum gst_finding_id finding;
    } rows[] = {
        { "usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14", GST_IMAGE_DRIVER_FILES },
        { "libcuda.so", GST_IMAGE_DRIVER_FILES },
        { "opt/x/libnvidia-ml.so.1", GST_IMAGE_DRIVER_FILES },
        { "usr/lib/libnvidia-gpucomp.so.550.54.14", GST_IMAGE_DRIVER_FILES },
        { "usr/lib/libvdpau_nvidia.so.1", GST_IMAGE_DRIVER_FILES },
        { "usr/lib/xorg/modules/drivers/nvidia_drv.so", GST_IMAGE_DRIVER_FILES },
        { "usr/lib/xorg/libglxserver_nvidia.so.550.54.14", GST_IMAGE_DRIVER_FILES },
        { "usr/lib/libcuda.so-gdb.py", GST_NO_FINDING },
        { "usr/lib/libcudart.so.12", GST_NO_FINDING },
        { "usr/lib/libcuda_wrapper.so", GST_NO_FINDING },
        { "usr/lib/mylibcuda.so.1", GST_NO_FINDING },
        { "usr/lib/libnvJitLink.so.12", GST_NO_FINDING },
        { "usr/lib/libnvidia.so.1", GST_NO_FINDING },
        { "usr/lib/libnvidia-container.so.1", GST_IMAGE_HOST_SIDE },
        { "usr/lib/libnvidia-container-go.so.1", GST_IMAGE_HOST_SIDE },
        { "usr/lib/libnvidia-egl-gbm.so.1.1.0", GST_IMAGE_HOST_SIDE },
        { "usr/local/cuda-12.4/compat/libcuda.so.1", GST_NO_FINDING },
        { "usr/local/cuda/compat/lib.real/libcuda.so.1", GST_NO_FINDING },
        { "opt/incompat/libcuda.so.1", GST_IMAGE_DRIVER_FILES },
        { "opt/compat", GST_NO_FINDING },
        { "usr/local/cuda/lib64/stubs/libcuda.so", GST_NO_FINDING },
        { "usr/local/cuda/lib64/stubs/libcuda.so.1", GST_IMAGE_STUB_NAMED },
        { "usr/local/cuda/lib64/stubs/libnvidia-ml.so.1", GST_IMAGE_STUB_NAMED },
        { "usr/bin/nvidia-smi", GST_IMAGE_DRIVER_PROGRAMS },
        { "sbin/nvidia-modprobe", GST_IMAGE_DRIVER_PROGRAMS },
        { "opt/x/bin/nvidia-cuda-mps-server", GST_IMAGE_DRIVER_PROGRAMS },
        { "bin/nv-fabricmanager", GST_IMAGE_DRIVER_PROGRAMS },
        { "usr/share/cabin/nvidia-smi", GST_NO_FINDING },
        { "usr/bin/nvidia-ctk", GST_NO_FINDING },
        { "usr/bin/nvidia-smi-wrapper", GST_NO_FINDING },
        { "lib/modules/6.1/updates/nvidia.ko", GST_IMAGE_DRIVER_KERNEL_PARTS },
        { "opt/nvidia-uvm.ko.zst", GST_IMAGE_DRIVER_KERNEL_PARTS },
        { "usr/lib/modprobe.d/nvidia.conf", GST_IMAGE_DRIVER_KERNEL_PARTS },
        { "etc/modprobe.d/blacklist-nouveau.conf", GST_IMAGE_DRIVER_KERNEL_PARTS },
        { "etc/modprobe.d/sub/nvidia.conf", GST_NO_FINDING },
        { "boot/initrd.img-6.1.0", GST_IMAGE_KERNEL },
        { "tmp/NVIDIA-Linux-x86_64-550.54.14.run", GST_IMAGE_DRIVER_INSTALLER },
        { "cuda_12.4.1_550.54.15_linux.run", GST_IMAGE_DRIVER_INSTALLER },
        { "a/nvidia-driver-local-repo-ubuntu2204-550.54.14_1.0-1_amd64.deb",
          GST_IMAGE_DRIVER_INSTALLER },
        { "dev/nvidia0", GST_IMAGE_DEVICE_NODES },
        { "dev/dri/card0", GST_NO_FINDING },
        { "etc/ld.so.conf.d/zz-nvcr-12.conf", GST_IMAGE_INJECTION_LEFTOVERS },
        { "etc/ld.so.conf.d/nvidia.conf", GST_NO_FINDING },
        { "var/run/cdi/nvidia.yaml", GST_IMAGE_INJECTION_LEFTOVERS },
        { "etc/cdi/intel.yaml", GST_NO_FINDING },
        { "var/run/nvidia-persistenced", GST_IMAGE_INJECTION_LEFTOVERS },
    };
    size_t folder;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum gst_finding_id found = judge(rows[i].path, GST_ENTRY_FILE, &folder);

        if (found != rows[i].finding)
            fail_msg("%s: '%s' instead of '%s'", rows[i].path, gst_finding(found)->id,
                     gst_finding(rows[i].finding)->id);
        assert_int_equal(folder, 0);
    }
}

static void test_rules__folders_count_as_one(void **state)
{
    static const struct {
        const char *path, *folder;
        enum gst_finding_id finding;
    } rows[] = {
        { "usr/src/nvidia-550.54.14/nvidia/nv.c", "usr/src/nvidia-550.54.14",
          GST_IMAGE_DRIVER_KERNEL_PARTS },
        { "src/linux-headers-6.1/Makefile", "src/linux-headers-6.1", GST_IMAGE_KERNEL },
        { "lib/modules/6.1/kernel/fs/ext4.ko", "lib/modules/6.1", GST_IMAGE_KERNEL },
        { "usr/lib/firmware/nvidia/550/gsp.bin", "usr/lib/firmware/nvidia/550",
          GST_IMAGE_DRIVER_KERNEL_PARTS },
        { "var/lib/dkms/nvidia/550/source/x", "var/lib/dkms/nvidia",
          GST_IMAGE_DRIVER_KERNEL_PARTS },
        { "var/lib/dkms/zfs/2/source/x", "var/lib/dkms/zfs", GST_IMAGE_KERNEL },
        { "usr/lib/wsl/lib/libdxcore.so", "usr/lib/wsl", GST_IMAGE_DRIVER_FILES },
        { "usr/lib/aarch64-linux-gnu/tegra/x.so", "usr/lib/aarch64-linux-gnu/tegra",
          GST_IMAGE_DRIVER_FILES },
    };
    size_t folder;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(judge(rows[i].path, GST_ENTRY_FILE, &folder), rows[i].finding);
        assert_int_equal(folder, strlen(rows[i].folder));
    }
    assert_int_equal(judge("lib/modules/6.1", GST_ENTRY_FOLDER, &folder), GST_NO_FINDING);
    assert_int_equal(judge("lib/modules/README", GST_ENTRY_FILE, &folder), GST_NO_FINDING);
    assert_int_equal(judge("usr/bin/nvidia-smi", GST_ENTRY_FOLDER, &folder), GST_NO_FINDING);
    assert_int_equal(judge("dev/dri/renderD128", GST_ENTRY_NODE, &folder), GST_IMAGE_DEVICE_NODES);
}

static void test_rules__sonames(void **state)
{
    (void)state;
    assert_non_null(gst_rule_of_soname("opt/x.so", "libcuda.so.1"));
    assert_non_null(gst_rule_of_soname("opt/x.so", "libnvidia-ml.so.1"));
    assert_null(gst_rule_of_soname("opt/x.so", "libcudart.so.12"));
    assert_null(gst_rule_of_soname("opt/x.so", "libnvidia-container.so.1"));
    assert_null(gst_rule_of_soname("usr/local/cuda/lib64/stubs/x.so", "libcuda.so.1"));
    assert_null(gst_rule_of_soname("usr/local/cuda/compat/x.so", "libcuda.so.1"));
}

static void test_rules__packages_of_drivers(void **state)
{
    static const char *const rows[] = {
        "cuda",
        "cuda-12-4",
        "cuda-runtime-12-4",
        "cuda-drivers",
        "cuda-drivers-550",
        "cuda-demo-suite-12-4",
        "nvidia-driver-550",
        "nvidia-driver",
        "nvidia-open-570",
        "nvidia-dkms-550-open",
        "nvidia-kernel-source-550",
        "nvidia-utils-550",
        "nvidia-compute-utils-550-server",
        "libnvidia-compute-550",
        "libnvidia-gl-535-server",
        "libcuda1",
        "libnvidia-ml1",
        "nvidia-smi",
        "xserver-xorg-video-nvidia-550",
        "nvidia-fabricmanager-550",
        "nvidia-imex-550",
        "libnvidia-nscq-550",
        "libnvsdm",
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_lint_rule *rule = gst_rule_of_package(rows[i]);

        if (rule == NULL || rule->finding != GST_IMAGE_DRIVER_PACKAGES)
            fail_msg("%s is no package of a driver", rows[i]);
    }
    assert_int_equal(gst_rule_of_package("linux-headers-6.1.0-18-amd64")->finding,
                     GST_IMAGE_KERNEL);
    assert_int_equal(gst_rule_of_package("dkms")->finding, GST_IMAGE_KERNEL);
}

/* All that NVIDIA's own Dockerfiles install, from 11.4.3 to 13.0.0, and harmless names beside. */
static void test_rules__packages_of_clean_images(void **state)
{
    FILE *file = fopen(PACKAGES, "r");
    char name[128];
    int count = 0;

    (void)state;
    assert_non_null(file);
    while (fscanf(file, "%127s", name) == 1) {
        if (gst_rule_of_package(name) != NULL)
            fail_msg("'%s' is taken for a package of a driver", name);
        count++;
    }
    fclose(file);
    assert_true(count > 100);
}

static void test_rules__loader_folders(void **state)
{
    (void)state;
    assert_int_equal(gst_rule_of_loader_folder("/usr/local/cuda/lib64/stubs")->finding,
                     GST_IMAGE_STUBS_ON_PATH);
    assert_int_equal(gst_rule_of_loader_folder("/usr/local/cuda/lib64/stubs//")->finding,
                     GST_IMAGE_STUBS_ON_PATH);
    assert_int_equal(gst_rule_of_loader_folder("/usr/local/cuda/compat")->finding,
                     GST_IMAGE_COMPAT_ON_PATH);
    assert_null(gst_rule_of_loader_folder("/usr/local/cuda/lib64"));
    /* NVIDIA's containers of frameworks fill it when they start, where it is needed. */
    assert_null(gst_rule_of_loader_folder("/usr/local/cuda/compat/lib"));
    assert_null(gst_rule_of_loader_folder(""));
    assert_null(gst_rule_of_loader_folder("/"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules__files),
        cmocka_unit_test(test_rules__folders_count_as_one),
        cmocka_unit_test(test_rules__sonames),
        cmocka_unit_test(test_rules__packages_of_drivers),
        cmocka_unit_test(test_rules__packages_of_clean_images),
        cmocka_unit_test(test_rules__loader_folders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
