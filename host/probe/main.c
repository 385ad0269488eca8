/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gpu-selftest-audit-probe: loads first, then asks, the quick before what may hang. All libraries
 * are loaded before any function is called, so that what a hanging cuInit leaves is complete.
 */
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/probe.h"

/* A libcuda that runs as root makes the device nodes that it misses, and the next to look would
 * take them for injected ones. Only this process is kept from it: nvidia-modprobe, which the driver
 * runs on a host, gets the right back with its setuid bit. */
static void give_up_mknod(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capget, &header, data) != 0)
        return;
    data[CAP_TO_INDEX(CAP_MKNOD)].effective &= ~CAP_TO_MASK(CAP_MKNOD);
    data[CAP_TO_INDEX(CAP_MKNOD)].permitted &= ~CAP_TO_MASK(CAP_MKNOD);
    data[CAP_TO_INDEX(CAP_MKNOD)].inheritable &= ~CAP_TO_MASK(CAP_MKNOD);
    syscall(SYS_capset, &header, data);
}

/* "550.54.14" of ".../libcuda.so.550.54.14"; NULL if the file's name carries no driver version. */
static const char *version_of(const char *path)
{
    const char *mark = strstr(path, ".so.");

    return mark != NULL && strchr(mark + 4, '.') != NULL ? mark + 4 : NULL;
}

static void open_companions(struct gst_probe *probe, const char *libcuda)
{
    /* Loaded by libcuda itself, when code is compiled for the GPU. */
    static const char *const names[] = { "libnvidia-ptxjitcompiler.so.1", "libnvidia-nvvm.so.4" };
    const char *version = version_of(libcuda);
    char name[64];

    /* Never asked: some programs take this name, and may get another file by it. */
    gst_probe_open(probe, "libcuda.so", false, NULL, 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        gst_probe_open(probe, names[i], false, NULL, 0);
    if (version != NULL) {
        snprintf(name, sizeof(name), "libnvidia-gpucomp.so.%.32s", version);
        gst_probe_open(probe, name, false, NULL, 0);
    }
}

/* The newest that the image has. */
static void *open_runtime(struct gst_probe *probe)
{
    static const char *const names[] = { "libcudart.so.13", "libcudart.so.12",
                                         "libcudart.so.11.0" };
    void *newest = NULL;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        void *handle = gst_probe_open(probe, names[i], true, NULL, 0);

        if (newest == NULL)
            newest = handle;
    }
    return newest;
}

int main(int argc, char *argv[])
{
    static const char usage[] =
        "usage: gpu-selftest-audit-probe\n"
        "asks the NVIDIA driver's libraries; 'gpu-selftest audit' runs it\n";
    struct gst_probe probe;
    char libcuda_path[512] = "";
    void *nvml, *cuda, *cudart;

    (void)argv;
    if (argc > 1)
        return write(STDERR_FILENO, usage, sizeof(usage) - 1) < 0 ? 1 : 2;
    if (!gst_probe_start(&probe))
        return 1;
    give_up_mknod();
    gst_probe_kernel(&probe);
    nvml = gst_probe_open(&probe, "libnvidia-ml.so.1", false, NULL, 0);
    cuda = gst_probe_open(&probe, "libcuda.so.1", false, libcuda_path, sizeof(libcuda_path));
    open_companions(&probe, libcuda_path);
    cudart = open_runtime(&probe);
    if (nvml != NULL)
        gst_probe_nvml(&probe, nvml);
    if (cuda != NULL)
        gst_probe_cuda(&probe, cuda);
    if (cudart != NULL)
        gst_probe_cudart(&probe, cudart);
    gst_probe_say(&probe, "done");
    /* Exit handlers of vendor libraries can hang, and nothing is left for them to do. */
    _exit(0);
}
