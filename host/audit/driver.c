/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's driver, as every container sees it: /sys/bus/pci, /proc/devices, /sys/module and
 * /proc/driver/nvidia are the host's own, whatever was injected. Where a sandbox, WSL or Jetson
 * shows none of them there is nothing to ask.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/check.h"
#include "audit/field.h"
#include "audit/node_kinds.h"
#include "audit/process.h"
#include "core/units.h"

#define PROC_FOLDER "/proc/driver/nvidia"

#define CUDA_NOT_INITIALIZED 3 /* CUresult */

/* As much of the kernel's log as is looked at. */
#define KERNEL_LOG_BYTES ((size_t)4 << 20)

static bool shows_host(const struct gst_scene *scene)
{
    return scene->platform == GST_PLATFORM_LINUX;
}

/* Legacy injection puts copies and the chosen GPUs over the host's own folder. */
static bool is_proc_shadowed(const struct gst_scene *scene)
{
    return gst_mounts_at(&scene->mounts, PROC_FOLDER) != NULL
           || gst_mounts_at(&scene->mounts, PROC_FOLDER "/gpus") != NULL;
}

static int count_on_bus(const struct gst_scene *scene)
{
    int count = 0;

    for (int i = 0; i < scene->gpu_count; i++)
        count += scene->gpus[i].is_on_bus;
    return count;
}

static int count_in_driver(const struct gst_scene *scene)
{
    int count = 0;

    for (int i = 0; i < scene->gpu_count; i++)
        count += scene->gpus[i].is_in_driver;
    return count;
}

static int count_bound(const struct gst_scene *scene)
{
    int count = 0;

    for (int i = 0; i < scene->gpu_count; i++)
        count += gst_scene_is_bound(&scene->gpus[i]);
    return count;
}

static void ask_gpu_on_bus(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    int count = count_on_bus(scene);

    if (!shows_host(scene) || !scene->has_pci)
        return;
    if (count > 0)
        gst_fine(asking, "%d on the PCI bus", count);
    else if (scene->gpu_count == 0)
        gst_found(asking, GST_HOST_NO_GPU, GST_NO_GPU,
                  "'/sys/bus/pci/devices' holds no display or 3D controller of vendor 0x10de");
}

static void ask_driver_bound(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (!shows_host(scene) || !scene->has_pci)
        return;
    for (int i = 0; i < scene->gpu_count; i++) {
        const struct gst_scene_gpu *gpu = &scene->gpus[i];

        if (!gpu->is_on_bus || gst_scene_is_bound(gpu))
            continue;
        if (gst_scene_is_given_away(scene, gpu))
            gst_told(asking, "gpu_given_away", "%s is bound to '%s'", gpu->pci_id, gpu->driver);
        else if (gpu->driver[0] != '\0')
            gst_found(asking, GST_HOST_GPU_BOUND_ELSEWHERE, GST_NO_GPU, "%s is bound to '%s'",
                      gpu->pci_id, gpu->driver);
        /* Without the module no GPU is bound, and that is another finding. */
        else if (scene->has_module)
            gst_found(asking, GST_HOST_GPU_NOT_BOUND, GST_NO_GPU,
                      "%s is bound to no driver, %d of %d GPUs are bound to 'nvidia'", gpu->pci_id,
                      count_bound(scene), count_on_bus(scene));
        if (asking->is_answered)
            return;
    }
    if (count_bound(scene) > 0)
        gst_fine(asking, "%d of %d GPUs are bound to 'nvidia'", count_bound(scene),
                 count_on_bus(scene));
}

static void ask_module_loaded(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (!shows_host(scene) || !scene->has_devices)
        return;
    if (scene->has_module)
        gst_fine(asking, "version %s, major %d",
                 scene->module_version[0] != '\0' ? scene->module_version : "not told",
                 scene->major_nvidia);
    else
        gst_found(asking, GST_HOST_MODULE_NOT_LOADED, GST_NO_GPU,
                  "'/proc/devices' lists no nvidia, and neither '/sys/module/nvidia' nor '%s' is "
                  "there",
                  PROC_FOLDER "/version");
}

static void ask_version_agrees(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (!shows_host(scene) || scene->proc_version[0] == '\0' || scene->sysfs_version[0] == '\0')
        return;
    if (strcmp(scene->proc_version, scene->sysfs_version) == 0)
        gst_fine(asking, "%s by both '/proc' and '/sys'", scene->sysfs_version);
    else
        gst_found(asking, GST_RUNTIME_VERSION_STALE, GST_NO_GPU,
                  "'%s' says %s, '/sys/module/nvidia/version' says %s", PROC_FOLDER "/version",
                  scene->proc_version, scene->sysfs_version);
}

static void ask_module_kind(struct gst_asking *asking)
{
    if (shows_host(asking->scene) && asking->scene->proc_version[0] != '\0')
        gst_told(asking, "kernel_module_kind", "%s",
                 asking->scene->is_open_module ? "open" : "proprietary");
}

/* On a host libcuda calls this program, which is setuid, when it needs the module. */
static bool loads_uvm_on_demand(const struct gst_scene *scene)
{
    struct gst_node node;

    return !scene->is_container && gst_view_stat(scene->view, "/usr/bin/nvidia-modprobe", &node);
}

static void ask_uvm_loaded(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (!shows_host(scene) || !scene->has_module || !scene->has_devices)
        return;
    if (scene->major_uvm >= 0)
        gst_fine(asking, "nvidia-uvm has major %d", scene->major_uvm);
    else if (loads_uvm_on_demand(scene))
        gst_fine(asking, "nvidia-uvm is not loaded, and '/usr/bin/nvidia-modprobe' will do it");
    /* Whoever injects GPUs loads it; without an injection nobody has needed it yet. */
    else if (!scene->is_container || gst_scene_has_injection(scene))
        gst_found(asking, GST_HOST_UVM_NOT_LOADED, GST_NO_GPU,
                  "'/proc/devices' lists nvidia (major %d) but no nvidia-uvm", scene->major_nvidia);
}

static void ask_uvm_version(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    char version[32];

    if (!shows_host(scene) || scene->sysfs_version[0] == '\0'
        || !gst_view_read(scene->view, "/sys/module/nvidia_uvm/version", version, sizeof(version)))
        return;
    if (strcmp(version, scene->sysfs_version) == 0)
        gst_fine(asking, "both are %s", version);
    else
        gst_found(asking, GST_HOST_UVM_VERSION_DIFFERS, GST_NO_GPU,
                  "nvidia is %s, nvidia_uvm is %s", scene->sysfs_version, version);
}

static void ask_hmm(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_answer *init = gst_answers_call(&scene->answers, "cuInit");
    char is_off[8];

    if (!scene->answers.is_asked || init == NULL || init->is_missing || !scene->is_open_module
        || !gst_view_read(scene->view, "/sys/module/nvidia_uvm/parameters/uvm_disable_hmm", is_off,
                          sizeof(is_off)))
        return;
    if (init->code != CUDA_NOT_INITIALIZED)
        gst_fine(asking, "cuInit returns %d with the open module, uvm_disable_hmm=%s", init->code,
                 is_off);
    else if (is_off[0] == 'N' || is_off[0] == '0')
        gst_found(asking, GST_HOST_HMM_BUG, GST_NO_GPU,
                  "cuInit returns %d (not initialized), the module is the open one (%s), and "
                  "uvm_disable_hmm=%s",
                  init->code, scene->module_version, is_off);
}

/* Excluding a GPU is its owner's choice; wrong is to give it to a container all the same. */
static bool is_wanted(const struct gst_scene *scene, const struct gst_scene_gpu *gpu)
{
    char path[32];

    snprintf(path, sizeof(path), "/dev/nvidia%d", gpu->minor);
    return !scene->is_container || gst_scene_node(scene, path) != NULL;
}

static void ask_gpu_in_driver(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    /* Legacy injection shows the chosen GPUs alone: one that is not there need not be missing. */
    bool shows_all = scene->has_pci && scene->proc_version[0] != '\0' && !is_proc_shadowed(scene);

    if (!shows_host(scene))
        return;
    for (int i = 0; i < scene->gpu_count; i++) {
        const struct gst_scene_gpu *gpu = &scene->gpus[i];

        if (gpu->is_excluded && is_wanted(scene, gpu))
            gst_found(asking, GST_HOST_GPU_EXCLUDED, GST_NO_GPU,
                      "'%s/gpus/%s/information' says 'GPU Excluded: Yes'", PROC_FOLDER,
                      gpu->pci_id);
        else if (shows_all && gst_scene_is_bound(gpu) && !gpu->is_in_driver)
            gst_found(asking, GST_HOST_GPU_NOT_INITIALISED, GST_NO_GPU,
                      "%s is bound to 'nvidia' but not in '%s/gpus', which lists %d", gpu->pci_id,
                      PROC_FOLDER, count_in_driver(scene));
        if (asking->is_answered)
            return;
    }
    if (count_in_driver(scene) > 0)
        gst_fine(asking, "%d in '%s/gpus'", count_in_driver(scene), PROC_FOLDER);
}

static void ask_gpu_state(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    char path[128], value[64], node[16];

    for (int i = 0; i < scene->gpu_count; i++) {
        const struct gst_scene_gpu *gpu = &scene->gpus[i];

        if (!gpu->is_in_driver)
            continue;
        snprintf(path, sizeof(path), "%s/gpus/%s/power", PROC_FOLDER, gpu->pci_id);
        if (gst_field_read(scene->view, path, "Runtime D3 status", value, sizeof(value)))
            gst_told(asking, "gpu_runtime_d3", "%s: %s", gpu->pci_id, value);
        snprintf(path, sizeof(path), "%s/gpus/%s/numa_status", PROC_FOLDER, gpu->pci_id);
        if (gst_field_read(scene->view, path, "Status", value, sizeof(value))
            && gst_field_read(scene->view, path, "Node", node, sizeof(node)))
            gst_told(asking, "gpu_memory_node", "%s: node %s, %s", gpu->pci_id, node, value);
    }
}

/* Root inside could make the nodes of GPUs that were not given to the container; where it has all
 * of them there is nothing to make. */
static void ask_device_files_fixed(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const size_t nodes = gst_count_gpu_nodes(scene), gpus = (size_t)count_in_driver(scene);
    struct gst_process process;
    char value[32];

    if (!scene->is_container || scene->has_user_namespace
        || (scene->injection != GST_INJECTION_CDI && scene->injection != GST_INJECTION_JIT_CDI)
        || !gst_field_read(scene->view, PROC_FOLDER "/params", "ModifyDeviceFiles", value,
                           sizeof(value)))
        return;
    gst_process_read(&process, scene->view);
    if (strcmp(value, "0") == 0)
        gst_fine(asking, "'ModifyDeviceFiles: 0'");
    else if (nodes < gpus && process.is_known && process.uid == 0)
        gst_found(asking, GST_RUNTIME_DEVICE_FILES_MODIFIABLE, GST_NO_GPU,
                  "'%s/params' says 'ModifyDeviceFiles: %s', user 0 has %zu of %zu GPUs",
                  PROC_FOLDER, value, nodes, gpus);
}

/* Whether the fabric is ready, cuInit says, and that is asked among the libraries. */
static void ask_fabric(struct gst_asking *asking)
{
    if (asking->scene->nvswitch_count > 0)
        gst_told(asking, "nvswitch_bridges", "%d on the PCI bus", asking->scene->nvswitch_count);
}

/* Errors that a faulty program alone brings about: graphics exception, page fault, and the
 * clean-up after them (Xid catalogue of NVIDIA's GPU deployment documentation). */
static bool is_of_programs(unsigned long xid)
{
    return xid == 13 || xid == 31 || xid == 43 || xid == 45;
}

/* The number of "NVRM: Xid (PCI:0000:44:00): 79, ..."; 0 if the line tells of none. */
static unsigned long xid_of(const char *line, size_t length)
{
    static const char mark[] = "NVRM: Xid (", end[] = "): ";
    const char *at = memmem(line, length, mark, sizeof(mark) - 1);

    if (at != NULL)
        at = memmem(at, length - (size_t)(at - line), end, sizeof(end) - 1);
    return at != NULL ? strtoul(at + sizeof(end) - 1, NULL, 10) : 0;
}

/* Counts the lines and keeps the last, from its mark on. */
static int count_xids(const char *log, char *last, size_t size)
{
    int count = 0;

    for (const char *line = log; *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        const unsigned long xid = xid_of(line, length);

        if (xid != 0 && !is_of_programs(xid)) {
            const char *mark = strstr(line, "NVRM");
            const size_t rest = length - (size_t)(mark - line);

            snprintf(last, size, "%.*s", (int)(rest < size ? rest : size - 1), mark);
            count++;
        }
        line += length + (line[length] == '\n');
    }
    return count;
}

static void ask_kernel_log(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    size_t size = 0;
    char *log, last[120] = "";
    int count;

    if (!shows_host(scene) || !scene->has_module)
        return;
    log = gst_view_kernel_log(scene->view, KERNEL_LOG_BYTES, &size);
    if (log == NULL) {
        gst_told(asking, "kernel_log", "not readable here; on the host: dmesg | grep -i xid");
        return;
    }
    count = count_xids(log, last, sizeof(last));
    free(log);
    if (count > 0)
        gst_found(asking, GST_HARDWARE_XID_IN_LOG, GST_NO_GPU, "%d in the kernel's log, last: %s",
                  count, last);
    else
        gst_fine(asking, "none in %zu bytes of the kernel's log", size);
}

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    const int gpus = scene->module_version[0] != '\0' && count_in_driver(scene) > 0
                         ? count_in_driver(scene)
                         : count_on_bus(scene);

    if (!shows_host(scene))
        snprintf(text, size, "not shown on %s", gst_platform_name(scene->platform));
    else if (scene->module_version[0] == '\0')
        snprintf(text, size, "%d GPU%s on the PCI bus", gpus, gst_plural(gpus));
    else
        snprintf(text, size, "driver %s, %d GPU%s", scene->module_version, gpus, gst_plural(gpus));
}

static const struct gst_audit_check checks[] = {
    {
        .id = "B01",
        .question = "Is an NVIDIA GPU on the PCI bus?",
        .findings = { GST_HOST_NO_GPU },
        .ask = ask_gpu_on_bus,
    },
    {
        .id = "B02",
        .question = "Does the nvidia driver hold each GPU?",
        .findings = { GST_HOST_GPU_NOT_BOUND, GST_HOST_GPU_BOUND_ELSEWHERE },
        .ask = ask_driver_bound,
    },
    {
        .id = "B03",
        .question = "Is the nvidia kernel module loaded?",
        .findings = { GST_HOST_MODULE_NOT_LOADED },
        .ask = ask_module_loaded,
    },
    {
        .id = "B04",
        .question = "Do /proc and /sys name one version of the driver?",
        .findings = { GST_RUNTIME_VERSION_STALE },
        .ask = ask_version_agrees,
    },
    {
        .id = "B05",
        .question = "Is the kernel module the open or the proprietary one?",
        .ask = ask_module_kind,
    },
    {
        .id = "B06",
        .question = "Is the nvidia-uvm kernel module loaded?",
        .findings = { GST_HOST_UVM_NOT_LOADED },
        .ask = ask_uvm_loaded,
    },
    {
        .id = "B07",
        .question = "Are nvidia and nvidia_uvm of one version?",
        .findings = { GST_HOST_UVM_VERSION_DIFFERS },
        .ask = ask_uvm_version,
    },
    {
        .id = "B08",
        .question = "Does cuInit work with the open module's memory management?",
        .stage = GST_STAGE_ANSWERS,
        .findings = { GST_HOST_HMM_BUG },
        .ask = ask_hmm,
    },
    {
        .id = "B09",
        .question = "Does the driver know each GPU that it holds?",
        .findings = { GST_HOST_GPU_NOT_INITIALISED, GST_HOST_GPU_EXCLUDED },
        .ask = ask_gpu_in_driver,
    },
    {
        .id = "B10",
        .question = "In what state of power and memory is each GPU?",
        .ask = ask_gpu_state,
    },
    {
        .id = "B11",
        .question = "Is the driver kept from making device nodes in the container?",
        .findings = { GST_RUNTIME_DEVICE_FILES_MODIFIABLE },
        .ask = ask_device_files_fixed,
    },
    {
        .id = "B12",
        .question = "How many NVSwitch bridges does the host have?",
        .ask = ask_fabric,
    },
    {
        .id = "B13",
        .question = "Is the kernel's log free of GPU errors?",
        .findings = { GST_HARDWARE_XID_IN_LOG },
        .ask = ask_kernel_log,
    },
};

const struct gst_audit_group gst_group_driver = {
    .name = "host driver",
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
