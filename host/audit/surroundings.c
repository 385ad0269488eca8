/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group G: what is around the GPUs: limits, sandboxing, neighbours. Engines' defaults are small
 * (64 MiB of shared memory, seccomp, 8 MiB of locked memory) and right for most programs, so that
 * they are facts; a note is made of one only where something else shows that it will matter.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/cuda_abi.h"
#include "audit/check.h"
#include "audit/own_gpus.h"
#include "audit/process.h"
#include "core/cpus.h"
#include "core/errno_names.h"
#include "core/units.h"

#define SHM_ENOUGH_BYTES (1ull << 30)
#define LATEST_S         (INT64_C(1) << 40) /* of times since the epoch: no clock says more */
#define STAT_MOST_BYTES  (4u << 20)

/* Of /proc/PID/stat: USER_HZ, 100 on every architecture (time(7)). */
#define CLOCK_TICKS_PER_S 100

static void count_nccl(const char *entry, void *data)
{
    /* NVIDIA's images name the version that they carry. */
    if (strncmp(entry, "NCCL_VERSION=", strlen("NCCL_VERSION=")) != 0)
        ++*(int *)data;
}

/* Several processes that exchange data through the host: what launchers set (torchrun, Open MPI,
 * Slurm), or somebody has tuned NCCL. */
static bool is_collective(const struct gst_scene *scene)
{
    static const char *const names[] = { "LOCAL_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE",
                                         "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE" };
    struct gst_own_gpus own;
    int nccl = 0;

    gst_own_gpus_find(&own, scene);
    if (own.count < 2)
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = gst_view_env(scene->view, names[i]);

        if (value != NULL && atoi(value) > 1)
            return true;
    }
    gst_view_each_env(scene->view, "NCCL_", count_nccl, &nccl);
    return nccl > 0;
}

static void ask_shm(struct gst_asking *asking)
{
    struct gst_space space;
    char size[32];

    if (!gst_view_space(asking->scene->view, "/dev/shm", &space))
        return;
    gst_format(size, sizeof(size), (double)space.size_bytes, GST_UNIT_BYTES);
    gst_told(asking, "shm", "%s", size);
    if (!is_collective(asking->scene))
        return;
    if (space.size_bytes < SHM_ENOUGH_BYTES)
        gst_found(asking, GST_USER_SHM_SMALL, GST_NO_GPU,
                  "'/dev/shm' has %s, and the environment is that of a job on several GPUs", size);
    else
        gst_fine(asking, "'/dev/shm' has %s", size);
}

static bool find_entry(const char *name, void *data)
{
    *(bool *)data = strncmp(name, "uverbs", strlen("uverbs")) == 0;
    return !*(bool *)data;
}

static void ask_locked_memory(struct gst_asking *asking)
{
    struct gst_process process;
    char size[32] = "unlimited";
    bool has_rdma = false;

    gst_process_read(&process, asking->scene->view);
    if (!process.has_locked_bytes)
        return;
    if (process.locked_bytes != UINT64_MAX)
        gst_format(size, sizeof(size), (double)process.locked_bytes, GST_UNIT_BYTES);
    gst_told(asking, "locked_memory", "%s", size);
    gst_view_list(asking->scene->view, "/dev/infiniband", find_entry, &has_rdma);
    if (!has_rdma)
        return;
    if (process.locked_bytes != UINT64_MAX)
        gst_found(asking, GST_USER_MEMLOCK_SMALL, GST_NO_GPU,
                  "RLIMIT_MEMLOCK is %s, and '/dev/infiniband' has devices for RDMA", size);
    else
        gst_fine(asking, "RLIMIT_MEMLOCK is unlimited");
}

static void tell_seccomp(struct gst_asking *asking)
{
    static const char *const modes[] = { "off", "strict", "filter" };
    struct gst_process process;

    gst_process_read(&process, asking->scene->view);
    if (process.seccomp >= 0 && process.seccomp <= 2)
        gst_told(asking, "seccomp", "%s%s", modes[process.seccomp],
                 process.has_no_new_privileges ? ", no new privileges" : "");
}

/* Docker's default profile forbids it without SYS_NICE, which does no harm where each program uses
 * the memory of one node. */
static void ask_seccomp(struct gst_asking *asking)
{
    const struct gst_answer *answer = gst_answers_call(&asking->scene->answers, "get_mempolicy");

    tell_seccomp(asking);
    if (answer == NULL || answer->is_missing)
        return;
    gst_told(asking, "get_mempolicy", "%s",
             answer->is_ok ? "allowed" : gst_errno_name(answer->code));
    if (answer->is_ok)
        gst_fine(asking, "get_mempolicy is allowed");
    else if (answer->code == EPERM && is_collective(asking->scene))
        gst_found(asking, GST_USER_SECCOMP, GST_NO_GPU,
                  "get_mempolicy says EPERM, and the environment is that of a job on several GPUs");
}

static bool is_mps_refused(const struct gst_scene *scene)
{
    const struct gst_answer *init = gst_answers_call(&scene->answers, "cuInit");

    return init != NULL && !init->is_missing && init->code >= CUDA_ERROR_MPS_CONNECTION_FAILED
           && init->code <= CUDA_ERROR_MPS_CLIENT_TERMINATED;
}

/* Without a daemon programs run as if the variable were not set; it is a fault only where CUDA says
 * so. */
static void ask_mps(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const char *folder = gst_view_env(scene->view, "CUDA_MPS_PIPE_DIRECTORY");
    const struct gst_answer *connect = gst_answers_call(&scene->answers, "mps_connect");
    const enum gst_finding_id finding =
        is_mps_refused(scene) ? GST_USER_MPS_UNREACHABLE : GST_USER_MPS_NOT_USED;
    char control[512];

    if (folder == NULL || folder[0] == '\0')
        return;
    snprintf(control, sizeof(control), "%.480s/control", folder);
    if (!gst_view_exists(scene->view, control))
        gst_found(asking, finding, GST_NO_GPU,
                  "CUDA_MPS_PIPE_DIRECTORY is '%.160s', and '%.160s' is not there", folder,
                  control);
    else if (connect != NULL && !connect->is_ok && !connect->is_missing)
        gst_found(asking, finding, GST_NO_GPU, "connecting to '%.160s' says %s", control,
                  gst_errno_name(connect->code));
    else if (connect != NULL && connect->is_ok)
        gst_fine(asking, "an MPS server answers at '%.160s'", control);
}

static void tell_socket(struct gst_asking *asking, const char *key, const char *const *paths)
{
    for (; *paths != NULL; paths++) {
        if (!gst_view_exists(asking->scene->view, *paths))
            continue;
        gst_told(asking, key, "%s", *paths);
        return;
    }
}

static void ask_persistenced(struct gst_asking *asking)
{
    static const char *const paths[] = { "/run/nvidia-persistenced/socket",
                                         "/var/run/nvidia-persistenced/socket", NULL };

    tell_socket(asking, "persistenced_socket", paths);
}

static void ask_fabric_manager(struct gst_asking *asking)
{
    static const char *const paths[] = { "/run/nvidia-fabricmanager/socket",
                                         "/var/run/nvidia-fabricmanager/socket", NULL };

    tell_socket(asking, "fabricmanager_socket", paths);
}

static bool is_mounted_nodev(const struct gst_device_node *node)
{
    return node->mount != NULL && gst_mount_has_option(node->mount, "nodev");
}

/* A node that the mode lets this user open, and the kernel does not: only SELinux is left where
 * the process is confined. */
static void ask_selinux(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_process process;
    char label[256];

    gst_process_read(&process, scene->view);
    if (!gst_view_read(scene->view, "/proc/self/attr/current", label, sizeof(label))
        || strstr(label, ":container_t") == NULL)
        return;
    for (size_t i = 0; i < scene->node_count; i++) {
        const struct gst_device_node *node = &scene->nodes[i];

        if (node->open_result != EACCES || !gst_process_may_use(&process, &node->node)
            || is_mounted_nodev(node))
            continue;
        gst_found(asking, GST_USER_SELINUX, GST_NO_GPU,
                  "opening '%s' says EACCES, though its mode %03o allows it; the label is '%.120s'",
                  node->path, node->node.mode, label);
        return;
    }
    gst_fine(asking, "the label is '%.120s'", label);
}

static void ask_label(struct gst_asking *asking)
{
    char label[128];

    if (gst_view_read(asking->scene->view, "/proc/self/attr/current", label, sizeof(label))
        && label[0] != '\0')
        gst_told(asking, "security_label", "%s", label);
}

static void tell_memory_limit(struct gst_asking *asking)
{
    static const char *const paths[] = { "/sys/fs/cgroup/memory.max",
                                         "/sys/fs/cgroup/memory/memory.limit_in_bytes" };
    uint64_t bytes;
    char text[64];

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        /* Without a limit: "max", or the greatest multiple of a page. */
        if (!gst_view_read(asking->scene->view, paths[i], text, sizeof(text))
            || !gst_parse_unsigned(text, &bytes) || bytes >= UINT64_MAX / 4)
            continue;
        gst_format(text, sizeof(text), (double)bytes, GST_UNIT_BYTES);
        gst_told(asking, "memory_limit", "%s", text);
        return;
    }
}

static void ask_processors(struct gst_asking *asking)
{
    struct gst_process process;
    struct gst_own_gpus own;
    struct gst_cpus allowed, local;
    char path[128], list[256];
    int near = 0;

    tell_memory_limit(asking);
    gst_process_read(&process, asking->scene->view);
    gst_own_gpus_find(&own, asking->scene);
    if (process.cpus_allowed[0] == '\0')
        return;
    gst_cpus_parse(&allowed, process.cpus_allowed);
    for (int i = 0; i < own.count; i++) {
        if (own.gpus[i] == NULL)
            continue;
        snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/local_cpulist", own.gpus[i]->pci_id);
        if (!gst_view_read(asking->scene->view, path, list, sizeof(list)) || list[0] == '\0')
            continue;
        gst_cpus_parse(&local, list);
        if (gst_cpus_meet(&allowed, &local))
            near++;
        else
            gst_found(asking, GST_USER_CPUSET_FAR, GST_NO_GPU,
                      "GPU %s is near processors %.64s, the container may use %.64s",
                      own.gpus[i]->pci_id, list, process.cpus_allowed);
    }
    if (near > 0)
        gst_fine(asking, "processors %.64s are near each GPU", process.cpus_allowed);
}

static bool stop_at_first(const char *name, void *data)
{
    (void)name;
    *(bool *)data = true;
    return false;
}

/* Whether GPUs reach each other past PCI's access control, files do not tell: that is for a copy to
 * show. An IOMMU is one reason why they may not. */
static void ask_iommu(struct gst_asking *asking)
{
    bool has_iommu = false;

    if (gst_view_list(asking->scene->view, "/sys/class/iommu", stop_at_first, &has_iommu))
        gst_told(asking, "iommu", "%s", has_iommu ? "on" : "off");
}

/* When the machine started. Interrupts, thousands of numbers, stand before it in the file. */
static int64_t booted_s(const struct gst_scene *scene)
{
    size_t size;
    char *text = gst_view_load(scene->view, "/proc/stat", STAT_MOST_BYTES, &size);
    const char *at = text == NULL ? NULL : strstr(text, "\nbtime ");
    const int64_t seconds = at == NULL ? 0 : strtoll(at + strlen("\nbtime "), NULL, 10);

    free(text);
    return seconds < LATEST_S ? seconds : 0;
}

/* Seconds since the epoch at which process 1 started, 0 if it cannot be told or is the host's. */
static int64_t started_s(const struct gst_scene *scene)
{
    const int64_t booted = booted_s(scene);
    char text[1024];
    const char *at;
    int64_t ticks;

    if (scene->sees_kernel_processes)
        return 0;
    gst_view_read(scene->view, "/proc/1/stat", text, sizeof(text));
    at = strrchr(text, ')');
    /* Field 22, the name in brackets being field 2 (proc_pid_stat(5)). */
    for (int field = 2; at != NULL && field < 22; field++) {
        at = strchr(at, ' ');
        at = at == NULL ? NULL : at + 1;
    }
    if (at == NULL)
        return 0;
    ticks = strtoll(at, NULL, 10);
    return booted <= 0 || ticks < 0 ? 0 : booted + ticks / CLOCK_TICKS_PER_S;
}

static void ask_age(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *file = gst_scene_file(scene, "libcuda.so", GST_ORIGIN_INJECTED);
    int64_t started;

    /* Removing a file changes its time, too, and is a finding of its own. */
    if (!scene->is_container || file == NULL || file->node.changed_s == 0 || file->node.links == 0
        || (file->mount != NULL && gst_mount_is_deleted(file->mount)))
        return;
    started = started_s(scene);
    if (started == 0)
        return;
    if (file->node.changed_s > started)
        gst_found(asking, GST_RUNTIME_CONTAINER_OLDER, GST_NO_GPU,
                  "'%.160s' changed %lld s after the container's first process started", file->path,
                  (long long)(file->node.changed_s - started));
    else
        gst_fine(asking, "'%.160s' is older than the container", file->path);
}

/* The device plugin names GPUs one by one, or leaves it to CDI: 'all' comes from the image, and
 * only legacy injection goes by it. What is privileged sees all GPUs anyway, and mostly means to.
 */
static void ask_limit(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_own_gpus own;

    if (scene->engine != GST_ENGINE_KUBERNETES || scene->injection != GST_INJECTION_LEGACY
        || scene->is_privileged)
        return;
    gst_own_gpus_find(&own, scene);
    if (own.count == 0)
        return;
    if (scene->asked == GST_ASKED_ALL)
        gst_found(asking, GST_USER_GPUS_WITHOUT_LIMIT, GST_NO_GPU,
                  "this pod has %d GPUs by NVIDIA_VISIBLE_DEVICES=all, which no device plugin sets",
                  own.count);
    else
        gst_fine(asking, "%d GPUs, NVIDIA_VISIBLE_DEVICES is '%.64s'", own.count,
                 scene->asked_text == NULL ? "not set" : scene->asked_text);
}

/* Time slices of one GPU cannot be seen from inside: its UUID is the same in all pods. */
static void ask_sharing(struct gst_asking *asking)
{
    const char *part = gst_view_env(asking->scene->view, "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE");

    if (part != NULL)
        gst_told(asking, "gpu_sharing", "MPS, %.16s %% of the threads", part);
    else if (gst_view_env(asking->scene->view, "CUDA_MPS_PIPE_DIRECTORY") != NULL)
        gst_told(asking, "gpu_sharing", "MPS");
}

/* Kata's kernel has a driver of its own where a GPU was passed through: then it is that host. */
static void ask_sandbox(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (scene->platform == GST_PLATFORM_GVISOR)
        gst_found(asking, GST_SUITE_SANDBOX, GST_NO_GPU,
                  "'/proc/version' is gVisor's, which shows nothing of the host's driver");
    else if (scene->platform == GST_PLATFORM_KATA && !scene->has_module)
        gst_found(asking, GST_SUITE_SANDBOX, GST_NO_GPU,
                  "this is a virtual machine of Kata Containers, whose kernel has no driver");
    else
        gst_fine(asking, "%s shows the host", gst_platform_name(scene->platform));
}

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    struct gst_process process;
    struct gst_space space;
    char shm[32] = "none", locked[32] = "unlimited";

    gst_process_read(&process, scene->view);
    if (gst_view_space(scene->view, "/dev/shm", &space))
        gst_format(shm, sizeof(shm), (double)space.size_bytes, GST_UNIT_BYTES);
    if (process.locked_bytes != UINT64_MAX)
        gst_format(locked, sizeof(locked), (double)process.locked_bytes, GST_UNIT_BYTES);
    snprintf(text, size, "/dev/shm %s, lockable memory %s", shm,
             process.has_locked_bytes ? locked : "unknown");
}

static const struct gst_audit_check checks[] = {
    { "G01",
      "Is '/dev/shm' big enough for a job on several GPUs?",
      GST_STAGE_FILES,
      { GST_USER_SHM_SMALL, GST_NO_FINDING },
      ask_shm },
    { "G02",
      "May memory be locked without limit where RDMA is used?",
      GST_STAGE_FILES,
      { GST_USER_MEMLOCK_SMALL, GST_NO_FINDING },
      ask_locked_memory },
    { "G03",
      "Does seccomp let programs place memory near a GPU?",
      GST_STAGE_ANSWERS,
      { GST_USER_SECCOMP, GST_NO_FINDING },
      ask_seccomp },
    { "G04",
      "Does an MPS server answer where one is named?",
      GST_STAGE_ANSWERS,
      { GST_USER_MPS_UNREACHABLE, GST_USER_MPS_NOT_USED, GST_NO_FINDING },
      ask_mps },
    { "G05",
      "Is the socket of nvidia-persistenced here?",
      GST_STAGE_FILES,
      { GST_NO_FINDING },
      ask_persistenced },
    { "G06",
      "Is the socket of the fabric manager here?",
      GST_STAGE_FILES,
      { GST_NO_FINDING },
      ask_fabric_manager },
    { "G07",
      "Does SELinux let the container use the GPU's nodes?",
      GST_STAGE_ANSWERS,
      { GST_USER_SELINUX, GST_NO_FINDING },
      ask_selinux },
    { "G08",
      "Which AppArmor profile or SELinux label has this process?",
      GST_STAGE_FILES,
      { GST_NO_FINDING },
      ask_label },
    { "G09",
      "May the container use processors near its GPUs, and how much memory?",
      GST_STAGE_FILES,
      { GST_USER_CPUSET_FAR, GST_NO_FINDING },
      ask_processors },
    { "G10", "Is there an IOMMU?", GST_STAGE_FILES, { GST_NO_FINDING }, ask_iommu },
    { "G11",
      "Is the container younger than the driver that was mounted into it?",
      GST_STAGE_FILES,
      { GST_RUNTIME_CONTAINER_OLDER, GST_NO_FINDING },
      ask_age },
    { "G12",
      "Does a pod have GPUs by its limit, not by the image's variable?",
      GST_STAGE_FILES,
      { GST_USER_GPUS_WITHOUT_LIMIT, GST_NO_FINDING },
      ask_limit },
    { "G13", "Is the GPU shared with others?", GST_STAGE_FILES, { GST_NO_FINDING }, ask_sharing },
    { "G14",
      "Does a sandbox hide the host?",
      GST_STAGE_FILES,
      { GST_SUITE_SANDBOX, GST_NO_FINDING },
      ask_sandbox },
};

const struct gst_audit_group gst_group_surroundings = {
    .name = "surroundings",
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
