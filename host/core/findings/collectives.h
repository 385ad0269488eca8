/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What collectives between GPUs find: of NCCL itself, of the ranks that meet, and of what came out.
 * Columns as in runs.h.
 */
#ifndef GST_CORE_FINDINGS_COLLECTIVES_H
#define GST_CORE_FINDINGS_COLLECTIVES_H

/* clang-format off */
#define GST_FINDINGS_OF_COLLECTIVES(X) \
    X(GST_IMAGE_NCCL_MISSING, "image.nccl-missing", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "libnccl.so.2 for the collectives that were asked for", \
      "use an image with NCCL (the runtime or devel variant), or in it: apt-get install -y libnccl2", \
      "the loader's words; NVIDIA/nccl, SONAME libnccl.so.2") \
    X(GST_IMAGE_NCCL_TOO_OLD, "image.nccl-too-old", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "NCCL 2.14 or newer, whose communicators need not block", \
      "in the image: apt-get install -y libnccl2, from a repository that has 2.14 or newer", \
      "NCCL user guide, ncclConfig_t; ncclGetVersion") \
    X(GST_IMAGE_NCCL_FAILED, "image.nccl-failed", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "NCCL does what it is asked for", \
      "run it again with NCCL_DEBUG=INFO, and try another release of libnccl2", \
      "NCCL user guide, ncclInternalError") \
    X(GST_HOST_NCCL_CUDA_ERROR, "host.nccl-cuda-error", GST_FAIL, GST_ACTION_FIX_HOST, \
      "CUDA and NVML do what NCCL asks of them", \
      "on the host: dmesg | grep -iE 'nvrm|xid'; inside, run it again with NCCL_DEBUG=INFO: the last lines name the call", \
      "NCCL user guide, ncclUnhandledCudaError") \
    X(GST_RUNTIME_NCCL_SYSTEM_ERROR, "runtime.nccl-system-error", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "shared memory and sockets for NCCL", \
      "run it again with NCCL_DEBUG=INFO: the warnings before the error name the call that the system refused, and why", \
      "NCCL user guide, ncclSystemError") \
    X(GST_SUITE_NCCL_REFUSED, "suite.nccl-refused", GST_ERROR, GST_ACTION_REPORT_BUG, \
      "NCCL takes the calls that the suite makes", \
      "report it with the JSON report (--json)", \
      "NCCL user guide, ncclInvalidArgument, ncclInvalidUsage") \
    X(GST_HOST_RANK_DIED, "host.rank-died", GST_ERROR, GST_ACTION_FIX_HOST, \
      "every rank's process lives to the end", \
      "on the host: dmesg | grep -iE 'xid|oom|segfault'; inside, run it again with NCCL_DEBUG=INFO", \
      "wait status of the rank's process") \
    X(GST_HOST_RANK_LOST, "host.rank-lost", GST_ERROR, GST_ACTION_FIX_HOST, \
      "every rank stays connected to the others", \
      "look for what the lost rank itself reports; between machines, at the network between them", \
      "NCCL user guide, ncclRemoteError; the connection between the ranks' processes was closed") \
    X(GST_HOST_RANK_ABSENT, "host.rank-absent", GST_ERROR, GST_ACTION_FIX_HOST, \
      "every rank comes to where the others wait for it", \
      "gpu-selftest basic sgemm --device N tests that GPU alone; on the host: dmesg | grep -i xid", \
      "the deadline passed while one rank was elsewhere than the others") \
    X(GST_HARDWARE_COLLECTIVE_HANG, "hardware.collective-hang", GST_ERROR, GST_ACTION_FIX_HOST, \
      "a collective that all ranks have come to ends", \
      "gpu-selftest peer-copy; if GPUs do not reach each other (IOMMU, ACS), NCCL_P2P_DISABLE=1 shows whether that is why", \
      "the deadline passed with all ranks in the same place") \
    X(GST_HARDWARE_COLLECTIVE_CORRUPTED, "hardware.collective-corrupted", GST_FAIL, GST_ACTION_REPLACE, \
      "every element of a collective is right on every rank", \
      "gpu-selftest peer-copy memory-test; on the host: nvidia-smi nvlink -e and dmesg | grep -i xid; drain and replace the GPU if it fails again", \
      "comparison with a sum that is exact in any order") \
    X(GST_HARDWARE_COLLECTIVE_NAN, "hardware.collective-nan", GST_FAIL, GST_ACTION_REPLACE, \
      "whole numbers in, whole numbers out", \
      "gpu-selftest memory-test sgemm; on the host: dmesg | grep -i xid; drain and replace the GPU if it fails again", \
      "comparison with a sum that is exact in any order") \
    X(GST_HARDWARE_CONTRIBUTION_MISSING, "hardware.contribution-missing", GST_FAIL, GST_ACTION_FIX_HOST, \
      "what every rank gives is in the result", \
      "on the host: nvidia-smi nvlink -e and dmesg | grep -i xid for the GPU named; try another release of libnccl2", \
      "the result is what it would be without that rank's elements") \
    X(GST_RUNTIME_COLLECTIVE_ACROSS_PROCESSES, "runtime.collective-across-processes", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "a collective works between processes where it works inside one", \
      "start the container with --ipc=host --shm-size=1g, and without a seccomp profile of your own; NCCL_CUMEM_ENABLE=0 tells whether it is CUDA's memory sharing", \
      "one process for each GPU and one for all, on the same GPUs with the same data")
/* clang-format on */

#endif
