/* SPDX-License-Identifier: Apache-2.0 */
/* NVML's answers on NVLinks, from a child; see nvlink.h. */
#include "topology/nvlink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/libs.h"

/* A killed process that does not go is stuck in the driver; it is left behind after this. */
#define REAP_TRIES   20
#define REAP_STEP_MS 50

/* NVML says bus ids with eight digits of domain and in capitals; sysfs does neither. */
static void write_address(char address[GST_PCI_ADDRESS_SIZE], const nvmlPciInfo_t *pci)
{
    snprintf(address, GST_PCI_ADDRESS_SIZE, "%04x:%02x:%02x.0", pci->domain, pci->bus & 0xff,
             pci->device & 0xff);
}

static void ask_links(const struct gst_nvml *nvml, nvmlDevice_t device, struct gst_nvlink_gpu *gpu)
{
    nvmlPciInfo_t pci = { 0 };

    if (nvml->nvmlDeviceGetPciInfo(device, &pci) == NVML_SUCCESS)
        write_address(gpu->address, &pci);
    for (unsigned link = 0; link < NVML_NVLINK_MAX_LINKS; link++) {
        nvmlEnableState_t state = NVML_FEATURE_DISABLED;

        if (nvml->nvmlDeviceGetNvLinkState(device, link, &state) != NVML_SUCCESS
            || state != NVML_FEATURE_ENABLED)
            continue;
        if (nvml->nvmlDeviceGetNvLinkRemotePciInfo(device, link, &pci) == NVML_SUCCESS)
            write_address(gpu->remotes[gpu->up_count], &pci);
        gpu->up_count++;
    }
}

static bool has_functions(const struct gst_nvml *nvml)
{
    return nvml->nvmlDeviceGetPciInfo != NULL && nvml->nvmlDeviceGetHandleByIndex != NULL
           && nvml->nvmlDeviceGetNvLinkState != NULL
           && nvml->nvmlDeviceGetNvLinkRemotePciInfo != NULL;
}

static void fail(struct gst_nvlink_answer *answer, const char *problem)
{
    snprintf(answer->problem, sizeof(answer->problem), "%s", problem);
}

static void ask_all(const struct gst_nvml *nvml, struct gst_nvlink_answer *answer)
{
    nvmlReturn_t result = nvml->nvmlInit();
    unsigned count = 0;

    if (result == NVML_SUCCESS)
        result = nvml->nvmlDeviceGetCount(&count);
    if (result != NVML_SUCCESS) {
        snprintf(answer->problem, sizeof(answer->problem), "NVML answers %d", (int)result);
        return;
    }
    for (unsigned i = 0; i < count && answer->gpu_count < GST_NVLINK_GPUS; i++) {
        nvmlDevice_t device;

        if (nvml->nvmlDeviceGetHandleByIndex(i, &device) != NVML_SUCCESS)
            continue;
        ask_links(nvml, device, &answer->gpus[answer->gpu_count]);
        answer->gpu_count++;
    }
    answer->is_told = true;
    nvml->nvmlShutdown();
}

/* The library may print; standard output is the program's. */
static _Noreturn void be_child(struct gst_nvlink_answer *answer)
{
    static struct gst_libs libs;
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (nowhere >= 0) {
        dup2(nowhere, STDIN_FILENO);
        for (int fd = STDIN_FILENO + 1; fd <= STDERR_FILENO; fd++)
            dup2(nowhere, fd);
    }
    if (!gst_libs_open_nvml(&libs))
        fail(answer, "libnvidia-ml.so.1 cannot be loaded");
    else if (!has_functions(&libs.nvml))
        fail(answer, "this driver's NVML does not tell of NVLinks");
    else
        ask_all(&libs.nvml, answer);
    _exit(0);
}

static bool reap(pid_t pid, int *status)
{
    for (int i = 0; i < REAP_TRIES; i++) {
        pid_t gone = waitpid(pid, status, WNOHANG);

        if (gone == pid)
            return true;
        if (gone < 0 && errno != EINTR)
            return false;
        poll(NULL, 0, REAP_STEP_MS);
    }
    return false;
}

/* Whoever holds the other end of `fd` is gone once it ends. */
static bool wait_for_end(int fd, double deadline_s)
{
    struct pollfd end = { .fd = fd, .events = POLLIN };
    int ready;

    do {
        ready = poll(&end, 1, (int)(deadline_s * 1000));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

static void watch(struct gst_nvlink_answer *answer, pid_t pid, int fd, double deadline_s)
{
    const bool has_ended = wait_for_end(fd, deadline_s);
    int status = 0;

    if (!has_ended)
        kill(pid, SIGKILL);
    if (!reap(pid, &status) || !has_ended) {
        answer->is_told = false;
        snprintf(answer->problem, sizeof(answer->problem), "NVML did not answer within %g s",
                 deadline_s);
    } else if (!WIFEXITED(status)) {
        answer->is_told = false;
        snprintf(answer->problem, sizeof(answer->problem), "NVML crashed (signal %d)",
                 WTERMSIG(status));
    }
}

static void ask_child(struct gst_nvlink_answer *answer, double deadline_s)
{
    int ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        fail(answer, "no descriptor is left to ask NVML");
        return;
    }
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        be_child(answer);
    }
    close(ends[1]);
    if (pid < 0)
        fail(answer, "no process is left to ask NVML");
    else
        watch(answer, pid, ends[0], deadline_s);
    close(ends[0]);
}

void gst_nvlink_ask(struct gst_nvlink_answer *answer, double deadline_s)
{
    struct gst_nvlink_answer *shared;

    *answer = (struct gst_nvlink_answer){ 0 };
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        fail(answer, "no memory is left to ask NVML");
        return;
    }
    ask_child(shared, deadline_s);
    *answer = *shared;
    munmap(shared, sizeof(*shared));
}
