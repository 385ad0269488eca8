/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of NCCL; see errors.h. */
#include "collective/way/errors.h"

#include <string.h>

/* The first that fits. Older versions of NCCL do not say why they cannot make a file in /dev/shm,
 * which was nearly always for want of room; newer ones end in "error: " and why. */
static const struct gst_way_error errors[] = {
    { GST_USER_NCCL_SHM_FULL, "/dev/shm/nccl-", "No space left on device",
      "NVIDIA/nccl-tests, issue 166" },
    { GST_RUNTIME_NCCL_SYSTEM_ERROR, "failed to extend /dev/shm/nccl-",
      "error: ", "NVIDIA/nccl, src/misc/shmutils.cc" },
    { GST_USER_NCCL_SHM_FULL, "failed to extend /dev/shm/nccl-", "",
      "NVIDIA/nccl, src/misc/shmutils.cc" },
    { GST_USER_NCCL_SHM_FULL, "Error while creating shared memory segment",
      "No space left on device", "NVIDIA/nccl, issue 342" },
    { GST_RUNTIME_NCCL_SYSTEM_ERROR, "Error while creating shared memory segment",
      "error: ", "NVIDIA/nccl, src/misc/shmutils.cc" },
    { GST_USER_NCCL_SHM_FULL, "Error while creating shared memory segment", "",
      "NVIDIA/nccl, issue 342" },
    { GST_USER_NCCL_SHM_FULL, "posix_fallocate failed", "No space left on device",
      "NVIDIA/nccl, issue 290" },
    { GST_USER_NCCL_RANKS_APART, "Error while attaching to shared memory segment",
      "No such file or directory", "NVIDIA/nccl, issue 326" },
    { GST_USER_NCCL_NO_INTERFACE, "no socket interface found", "",
      "NVIDIA/nccl, src/bootstrap.cc; observed" },
    { GST_USER_NCCL_NO_INTERFACE, "No interface found", "", "NVIDIA/nccl, src/bootstrap.cc" },
    { GST_RUNTIME_NVML_MISSING, "Failed to open libnvidia-ml.so.1", "",
      "NVIDIA/nccl, src/misc/nvmlwrap.cc" },
    { GST_HOST_PEER_ACCESS_REFUSED, "P2P is disabled between NVLINK connected GPUs", "",
      "NVIDIA/nccl, src/graph/paths.cc" },
    { GST_HOST_FABRIC_NOT_READY, "NVLink SHARP", "Multicast memory",
      "NVIDIA/nccl, src/transport/nvls.cc" },
    { GST_RUNTIME_IMEX_MISSING, "IMEX", "channel", "NVIDIA/nccl, issue 1925" },
    { GST_USER_NCCL_MEMLOCK, "Call to ibv_", "Cannot allocate memory",
      "NVIDIA/nccl, src/misc/ibvwrap.cc" },
    { GST_USER_MEMORY_FULL, "Cuda failure", "out of memory",
      "NVIDIA/nccl, src/include/checks.h and cudawrap.h" },
    { GST_USER_RANKS_DISAGREE, "Duplicate GPU detected", "",
      "NVIDIA/nccl, src/init.cc, up to 2.29" },
    { GST_USER_RANKS_DISAGREE, "Multiple Ranks are using the same GPU", "",
      "NVIDIA/nccl, src/init.cc, from 2.30 on" },
    /* A peer that went, whatever code comes with it: ncclInternalError where it was the process
     * whose proxy this one asks, ncclSystemError where it was not there to be called. */
    { GST_HOST_RANK_LOST, "Connection closed by remote peer", "",
      "NVIDIA/nccl, src/misc/socket.cc" },
    { GST_HOST_RANK_LOST, "onnect to ", "Connection refused", "NVIDIA/nccl, src/misc/socket.cc" },
    { GST_HOST_RANK_LOST, "onnect to ", "Connection reset by peer",
      "NVIDIA/nccl, src/misc/socket.cc" },
    { GST_HOST_RANK_LOST, "onnect to ", "Software caused connection abort",
      "NVIDIA/nccl-tests, issue 166; src/misc/socket.cc" },
    { GST_HOST_RANK_LOST, "Socket recv failed while polling", "", "NVIDIA/nccl, src/proxy.cc" },
    /* What the proxy thread could not do; why stands before it in the log. */
    { GST_IMAGE_NCCL_FAILED, "Failed to execute operation", "", "NVIDIA/nccl, src/proxy.cc" },
};

#define ERROR_COUNT (sizeof(errors) / sizeof(errors[0]))

const struct gst_way_error *gst_way_errors(size_t *count)
{
    *count = ERROR_COUNT;
    return errors;
}

bool gst_way_error_is_general(enum gst_finding_id finding)
{
    return finding == GST_IMAGE_NCCL_FAILED || finding == GST_RUNTIME_NCCL_SYSTEM_ERROR
           || finding == GST_HOST_NCCL_CUDA_ERROR || finding == GST_HOST_RANK_LOST;
}

enum gst_finding_id gst_way_error_finding(const char *text, enum gst_finding_id otherwise)
{
    for (size_t i = 0; i < ERROR_COUNT; i++) {
        const char *first = strstr(text, errors[i].first);

        if (first != NULL && strstr(first, errors[i].second) != NULL)
            return errors[i].finding;
    }
    return otherwise;
}
