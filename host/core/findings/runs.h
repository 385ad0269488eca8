/* SPDX-License-Identifier: Apache-2.0 */
/* What a run of workloads can find; see finding_list.h. */
#ifndef GST_CORE_FINDINGS_RUNS_H
#define GST_CORE_FINDINGS_RUNS_H

/* clang-format off */
#define GST_FINDINGS_OF_RUNS(X) \
    /* host: driver, kernel module, fabric manager */ \
    X(GST_HOST_NO_GPU, "host.no-gpu", GST_FAIL, GST_ACTION_FIX_HOST, \
      "an NVIDIA GPU on the PCI bus and its driver", \
      "run it on a machine with an NVIDIA GPU; where the simulator is installed it can be tried without one: gpu-selftest --simulate h100x8", \
      "CUDA driver API, cuInit; observed") \
    X(GST_HOST_MODULE_NOT_LOADED, "host.module-not-loaded", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the nvidia kernel module is loaded on the host", \
      "on the host: modprobe nvidia && nvidia-smi; if modprobe fails, reinstall the driver for the running kernel", \
      "NVML, NVML_ERROR_DRIVER_NOT_LOADED; CUDA driver API, CUDA_ERROR_NO_DEVICE; observed") \
    X(GST_HOST_DRIVER_TOO_OLD, "host.driver-too-old", GST_FAIL, GST_ACTION_FIX_HOST, \
      "a driver at least as new as the CUDA major version of this image", \
      "update the host's driver, or use an image of the driver's CUDA version (nvidia-smi shows it)", \
      "CUDA runtime API, cudaErrorInsufficientDriver; CUDA compatibility guide; observed") \
    X(GST_HOST_DRIVER_TOO_OLD_FOR_KERNELS, "host.driver-too-old-for-kernels", GST_FAIL, GST_ACTION_FIX_HOST, \
      "a driver that takes the kernels this build carries", \
      "update the host's driver, or use a gpu-selftest image of the driver's CUDA major version", \
      "CUDA compatibility guide, minor version compatibility") \
    X(GST_HOST_DRIVER_TOO_OLD_FOR_PTX, "host.driver-too-old-for-ptx", GST_FAIL, GST_ACTION_FIX_HOST, \
      "PTX no newer than the driver's own CUDA version", \
      "update the host's driver, or use an image whose CUDA version is not newer than the driver's", \
      "CUDA driver API, CUDA_ERROR_UNSUPPORTED_PTX_VERSION") \
    X(GST_HOST_DRIVER_MISMATCH, "host.driver-mismatch", GST_FAIL, GST_ACTION_REBOOT, \
      "kernel module and user-mode driver of the same version", \
      "reboot the host, or reload the nvidia modules after stopping everything that uses them; then recreate the container", \
      "CUDA driver API, CUDA_ERROR_SYSTEM_DRIVER_MISMATCH; NVML, NVML_ERROR_LIB_RM_VERSION_MISMATCH") \
    X(GST_HOST_FABRIC_NOT_READY, "host.fabric-not-ready", GST_FAIL, GST_ACTION_FIX_HOST, \
      "on NVSwitch machines, the fabric manager runs and has initialised the fabric", \
      "on the host: systemctl restart nvidia-fabricmanager (its version must equal the driver's)", \
      "CUDA driver API, CUDA_ERROR_SYSTEM_NOT_READY") \
    X(GST_HOST_NVML_WITHOUT_CUDA, "host.gpu-missing-in-cuda", GST_FAIL, GST_ACTION_FIX_HOST, \
      "every GPU that NVML lists can be used through CUDA", \
      "on the host: dmesg | grep -i nvrm for this GPU; check compute mode (nvidia-smi -c 0) and reboot if it stays away", \
      "CUDA driver API, cuDeviceGetCount; NVML, nvmlDeviceGetCount") \
    X(GST_HOST_ALLOCATION_FAILED, "host.allocation-failed", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the driver gives memory that it says is free", \
      "on the host: look for Xid lines (dmesg | grep -i xid) and for other processes on this GPU (nvidia-smi)", \
      "CUDA driver API, CUDA_ERROR_OUT_OF_MEMORY, cuMemGetInfo") \
    X(GST_HOST_DRIVER_CRASHED, "host.driver-crashed", GST_ERROR, GST_ACTION_FIX_HOST, \
      "driver calls return", \
      "reinstall the driver on the host; if it goes on, send the report to the driver's vendor", \
      "the child process was killed inside the named library call") \
    X(GST_HOST_DRIVER_HANG, "host.driver-hang", GST_ERROR, GST_ACTION_FIX_HOST, \
      "the driver opens within its deadline", \
      "on the host: nvidia-smi; if that hangs too, look at dmesg | grep -iE 'nvrm|xid', reload the driver or reboot", \
      "the deadline passed inside a driver call that belongs to no GPU in particular") \
    X(GST_HOST_CALL_FAILED, "host.call-failed", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the driver answers this call with success", \
      "on the host: dmesg | grep -iE 'nvrm|xid'; then reload the driver or reboot", \
      "CUDA driver API, data types, CUresult") \
    X(GST_HOST_STUCK_IN_DRIVER, "host.stuck-in-driver", GST_ERROR, GST_ACTION_REBOOT, \
      "a process that was killed ends", \
      "reboot the host: a process hangs in the kernel driver and cannot be killed", \
      "the child process outlived SIGKILL") \
    X(GST_HOST_SOURCES_DISAGREE, "host.sources-disagree", GST_FAIL, GST_ACTION_FIX_HOST, \
      "driver, runtime and NVML say the same of each GPU", \
      "recreate the container; if it stays, compare nvidia-smi -q with gpu-selftest device-query and reinstall the driver", \
      "the same question asked through several libraries") \
    X(GST_HOST_JIT_LIMITED, "host.jit-needs-newer-driver", GST_NOTE, GST_ACTION_FIX_HOST, \
      "a driver that is not older than the toolkit whose PTX it is given", \
      "nothing to do for programs with native code; for programs that ship PTX only, update the host's driver", \
      "CUDA compatibility guide, minor version compatibility, limitations") \
    X(GST_HOST_CLOCKS_LIMITED, "host.clocks-limited", GST_FAIL, GST_ACTION_FIX_HOST, \
      "clocks and power limit of the GPU are left at what the board is made for", \
      "on the host, as root: nvidia-smi -rgc; nvidia-smi -rmc; nvidia-smi -rac; and nvidia-smi -q -d POWER for the limit, nvidia-smi -pl to raise it to the default", \
      "NVML, nvmlDeviceGetClockInfo, nvmlDeviceGetCurrentClocksThrottleReasons, read under load") \
    /* runtime: what was put into the container, or was not */ \
    X(GST_RUNTIME_LIBCUDA_MISSING, "runtime.libcuda-missing", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "libcuda.so.1 of the host's driver is mounted into the container", \
      "start the container with GPUs: docker run --gpus all, or podman run --device nvidia.com/gpu=all", \
      "NVIDIA Container Toolkit, driver capability compute") \
    X(GST_RUNTIME_NVML_MISSING, "runtime.nvml-missing", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "libnvidia-ml.so.1 of the host's driver is mounted into the container", \
      "start the container with the utility capability: -e NVIDIA_DRIVER_CAPABILITIES=compute,utility", \
      "NVIDIA Container Toolkit, driver capability utility") \
    X(GST_RUNTIME_DEVICE_NODES, "runtime.device-nodes-missing", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "/dev/nvidiactl, /dev/nvidia-uvm and a /dev/nvidiaN per GPU, all of which open", \
      "recreate the container with --gpus all (a daemon-reload on the host can take the nodes away)", \
      "CUDA driver API, CUDA_ERROR_NO_DEVICE with a loaded kernel module") \
    X(GST_RUNTIME_GPU_NOT_IN_NVML, "runtime.gpu-missing-in-nvml", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "every GPU that CUDA can use is listed by NVML", \
      "recreate the container; if it stays, compare nvidia-smi -L inside and on the host", \
      "CUDA driver API, cuDeviceGetUuid; NVML, nvmlDeviceGetUUID") \
    X(GST_RUNTIME_JIT_MISSING, "runtime.jit-compiler-missing", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "libnvidia-ptxjitcompiler.so.1 of the host's driver is mounted into the container", \
      "start the container with the compute capability: -e NVIDIA_DRIVER_CAPABILITIES=compute,utility", \
      "CUDA driver API, CUDA_ERROR_JIT_COMPILER_NOT_FOUND") \
    X(GST_RUNTIME_NOT_PERMITTED, "runtime.not-permitted", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "the container may open the GPU's device nodes", \
      "recreate the container with --gpus all instead of mounting device nodes by hand", \
      "CUDA driver API, CUDA_ERROR_NOT_PERMITTED, CUDA_ERROR_OPERATING_SYSTEM") \
    /* image: what the image carries */ \
    X(GST_IMAGE_STUB_LIBCUDA, "image.stub-libcuda", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "libcuda.so.1 is the driver's, not the toolkit's stub for linking", \
      "take the stubs folder out of LD_LIBRARY_PATH and of the image's ld.so.conf; stubs are for LIBRARY_PATH only", \
      "CUDA driver API, CUDA_ERROR_STUB_LIBRARY; observed") \
    X(GST_IMAGE_CUDART_MISSING, "image.cudart-missing", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "libcudart.so.13, .12 or .11.0 can be loaded", \
      "use an image that carries the CUDA runtime, or install cuda-cudart; on a bare host add its folder to LD_LIBRARY_PATH", \
      "CUDA installation guide, package cuda-cudart") \
    X(GST_IMAGE_CUDART_BROKEN, "image.cudart-broken", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the CUDA runtime sees what the driver sees", \
      "reinstall the CUDA runtime of the image, or use an image of the driver's CUDA version", \
      "CUDA runtime API; the same question asked through both libraries") \
    X(GST_IMAGE_NO_KERNELS, "image.no-kernels", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "this build carries kernels compiled by nvcc", \
      "rebuild where nvcc is found: scripts/selftest provides one", \
      "gpu-selftest list, kernel packs") \
    X(GST_IMAGE_KERNELS_FOR_OTHER_GPU, "image.kernels-for-other-gpu", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "native code or PTX that this GPU can run", \
      "use a gpu-selftest image of a CUDA version that knows this GPU", \
      "CUDA driver API, CUDA_ERROR_NO_BINARY_FOR_GPU") \
    X(GST_IMAGE_KERNELS_BY_JIT, "image.kernels-by-jit", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "native code for this GPU", \
      "nothing to do, or use a gpu-selftest image of a newer CUDA version: the first start then takes no compilation", \
      "CUDA programming guide, application compatibility") \
    X(GST_IMAGE_KERNELS_BROKEN, "image.kernels-broken", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the embedded kernel image is whole and holds the kernel asked for", \
      "pull or build the image again: the program file is damaged", \
      "CUDA driver API, CUDA_ERROR_INVALID_IMAGE, CUDA_ERROR_NOT_FOUND") \
    X(GST_IMAGE_COMPAT_UNSUPPORTED, "image.compat-unsupported", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the image's cuda-compat libraries are used only where the GPU allows forward compatibility", \
      "take cuda-compat out of LD_LIBRARY_PATH and ld.so.conf, or update the host's driver", \
      "CUDA driver API, CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE") \
    /* user: flags and environment given to the container */ \
    X(GST_USER_VISIBLE_DEVICES, "user.cuda-visible-devices", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "CUDA_VISIBLE_DEVICES is not set, or names GPUs that are there", \
      "unset CUDA_VISIBLE_DEVICES to test all GPUs", \
      "CUDA programming guide, environment variables") \
    X(GST_USER_ALL_GPUS_HIDDEN, "user.all-gpus-hidden", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "CUDA_VISIBLE_DEVICES leaves at least one GPU", \
      "unset CUDA_VISIBLE_DEVICES, or give it the index or UUID of a GPU that nvidia-smi -L lists", \
      "CUDA programming guide, environment variables") \
    X(GST_USER_GPU_BUSY, "user.gpu-busy", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "the GPU has memory left for the test and no foreign process on it", \
      "stop what runs on this GPU (nvidia-smi names it), or leave it out with --device", \
      "CUDA driver API, cuMemGetInfo; NVML, nvmlDeviceGetComputeRunningProcesses") \
    X(GST_USER_GPU_SHARED, "user.gpu-shared", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "no other process computes on the GPU while it is measured", \
      "no number failed, but each may be lower than it would be: stop what runs there (nvidia-smi names it) to know", \
      "NVML, nvmlDeviceGetComputeRunningProcesses, nvmlDeviceGetProcessUtilization") \
    X(GST_USER_PROCESS_LIMIT, "user.process-limit", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "room for the test's own processes: two, and one for each GPU", \
      "start the container with a larger --pids-limit, or with more by --ulimit nproc", \
      "fork(2), EAGAIN: pids.max of the cgroup, RLIMIT_NPROC") \
    X(GST_USER_MEMORY_FAR, "user.memory-far-from-gpu", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "host memory for copies comes from the GPU's own NUMA node", \
      "leave --cpuset-mems and --cpuset-cpus out, or give them the GPU's node (nvidia-smi topo -m names it); the same for numactl --membind and --cpunodebind", \
      "/proc/self/status, Mems_allowed_list and Cpus_allowed_list; /sys/bus/pci/devices/*/numa_node; gearshifft issue 82: a third of the rate from the wrong node") \
    /* hardware: the GPU or the link itself */ \
    X(GST_HARDWARE_WRONG_RESULT, "hardware.wrong-result", GST_FAIL, GST_ACTION_REPLACE, \
      "every element of the result is what the host computes", \
      "drain this GPU and run gpu-selftest --level full on it; replace it if it fails again", \
      "element-wise comparison on the host") \
    X(GST_HARDWARE_MEMORY_CORRUPTED, "hardware.memory-corrupted", GST_FAIL, GST_ACTION_REPLACE, \
      "what was written to GPU memory is read back unchanged", \
      "drain this GPU; check its ECC counters (nvidia-smi -q -d ECC) and reset it; replace it if it fails again", \
      "element-wise comparison on the host; the difference is one bit, or the input changed") \
    X(GST_HARDWARE_GPU_LOST, "hardware.gpu-lost", GST_FAIL, GST_ACTION_REBOOT, \
      "the GPU stays on the bus", \
      "on the host: dmesg | grep -i xid (79 is 'fallen off the bus'); reboot, and reseat or replace the GPU if it recurs", \
      "NVML, NVML_ERROR_GPU_IS_LOST; CUDA driver API, any error of a GPU that NVML calls lost") \
    X(GST_HARDWARE_ECC, "hardware.ecc-uncorrectable", GST_FAIL, GST_ACTION_REPLACE, \
      "no uncorrectable memory error", \
      "on the host: nvidia-smi -q -d ECC,ROW_REMAPPER; reset the GPU, and replace it if rows cannot be remapped", \
      "CUDA driver API, CUDA_ERROR_ECC_UNCORRECTABLE; NVML, nvmlDeviceGetTotalEccErrors") \
    X(GST_HARDWARE_ECC_CORRECTED, "hardware.ecc-corrected", GST_NOTE, GST_ACTION_NONE, \
      "no memory error, not even one that was corrected", \
      "nothing to do now: watch nvidia-smi -q -d ECC,ROW_REMAPPER on the host, and replace the GPU if the count goes on rising", \
      "NVML, nvmlDeviceGetTotalEccErrors") \
    X(GST_HARDWARE_KERNEL_FAULT, "hardware.kernel-fault", GST_FAIL, GST_ACTION_REPLACE, \
      "a kernel that only touches its own memory runs to its end", \
      "run it again on this GPU alone (--device); look for Xid lines in dmesg; replace the GPU if others pass", \
      "CUDA driver API, CUDA_ERROR_ILLEGAL_ADDRESS, CUDA_ERROR_LAUNCH_FAILED") \
    X(GST_HARDWARE_GPU_HANG, "hardware.gpu-hang", GST_ERROR, GST_ACTION_REBOOT, \
      "the GPU finishes work that takes milliseconds elsewhere", \
      "on the host: dmesg | grep -i xid; reset the GPU (nvidia-smi --gpu-reset -i N) or reboot", \
      "the deadline of the workload passed inside a driver call, or work that is asked for again and again does not end") \
    X(GST_HARDWARE_THROTTLED, "hardware.throttled", GST_FAIL, GST_ACTION_FIX_HOST, \
      "a GPU under load is not slowed down by its own protection against heat and failing power", \
      "look at fans, air flow, power supplies and cables of this GPU: nvidia-smi -q -d PERFORMANCE,TEMPERATURE,POWER names the reason; mend that and run it again", \
      "NVML, nvmlDeviceGetCurrentClocksThrottleReasons, read under load") \
    X(GST_HARDWARE_SLOWER, "hardware.slower-than-siblings", GST_FAIL, GST_ACTION_REPLACE, \
      "identical GPUs of one machine are about as fast as each other", \
      "run it again on this GPU and one of its neighbours alone (--device); compare both by nvidia-smi -q; drain the GPU if it stays behind", \
      "median and modified z-score over the identical GPUs of the run: Iglewicz and Hoaglin (1993), limit 3.5; and a tenth of the median, as gpu-fryer") \
    /* suite: ourselves */ \
    X(GST_SUITE_CRASHED, "suite.crashed", GST_ERROR, GST_ACTION_REPORT_BUG, \
      "the suite's own code does not crash", \
      "report it with the JSON report (--json) and the core file, if any", \
      "the child process was killed outside any library call") \
    X(GST_SUITE_TIMED_OUT, "suite.timed-out", GST_ERROR, GST_ACTION_REPORT_BUG, \
      "a workload ends before its deadline", \
      "give it more time with --timeout; report it if the machine was otherwise idle", \
      "the deadline of the workload passed outside any library call") \
    X(GST_SUITE_INTERRUPTED, "suite.interrupted", GST_ERROR, GST_ACTION_NONE, \
      "the run is left to end", \
      "run it again and let it finish", \
      "the signal that arrived") \
    X(GST_SUITE_OUT_OF_MEMORY, "suite.out-of-memory", GST_ERROR, GST_ACTION_FIX_HOST, \
      "host memory left for the test", \
      "give the container more memory (docker run --memory), or stop what else uses it", \
      "resident size of the child process; SIGKILL that the suite did not send") \
    X(GST_SUITE_LIBRARY_OUTPUT, "suite.library-output", GST_NOTE, GST_ACTION_NONE, \
      "libraries print nothing", \
      "nothing to do: the text is kept out of the report's own output", \
      "standard output and error of the child process") \
    X(GST_SUITE_REPORT_FULL, "suite.report-full", GST_ERROR, GST_ACTION_REPORT_BUG, \
      "the report has room for every result", \
      "test fewer GPUs at a time with --device, and report it", \
      "fixed capacity of the report") \
    X(GST_SUITE_ROOT_UNREADABLE, "suite.root-unreadable", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "the folder given with --root can be read", \
      "give --root a folder that exists and that you may read", \
      "open(2)") \
    X(GST_SUITE_NO_HOST_MEMORY, "suite.no-host-memory", GST_ERROR, GST_ACTION_FIX_HOST, \
      "memory for the test's own buffers", \
      "free memory on the host, or give the container more (docker run --memory)", \
      "malloc(3), mmap(2)") \
    X(GST_SUITE_BLIND, "suite.check-is-blind", GST_ERROR, GST_ACTION_REPORT_BUG, \
      "a deliberately wrong element is caught by the comparison", \
      "report it: the comparison did not notice an error that was planted", \
      "one planted error per comparison") \
    X(GST_SUITE_IMPOSSIBLE_NUMBER, "suite.impossible-number", GST_ERROR, GST_ACTION_REPORT_BUG, \
      "no number is better than the hardware allows", \
      "report it with the JSON report (--json): either the measurement or the hardware's own description is wrong", \
      "GPU attributes: memory clock, bus width, SM count") \
    X(GST_HARDWARE_SLOW, "hardware.slow", GST_FAIL, GST_ACTION_REPLACE, \
      "a speed at or above the floor", \
      "look at clocks, power and temperature of this GPU (nvidia-smi -q -d PERFORMANCE,CLOCK,POWER)", \
      "the bar that the report names") \
    X(GST_HARDWARE_PCIE_LINK_NARROW, "hardware.pcie-link-narrow", GST_FAIL, GST_ACTION_REPLACE, \
      "a PCIe link with all lanes that GPU and slot have, while data moves", \
      "drain and reseat the GPU, its riser or cable; under load: nvidia-smi --query-gpu=pcie.link.width.current,pcie.link.width.max --format=csv", \
      "NVML, nvmlDeviceGetCurrPcieLinkWidth, nvmlDeviceGetMaxPcieLinkWidth, read under load") \
    X(GST_HARDWARE_PCIE_LINK_SLOW, "hardware.pcie-link-slow", GST_FAIL, GST_ACTION_REPLACE, \
      "a PCIe link of the generation that GPU and slot can do, while data moves", \
      "set the slot's link speed to auto in the firmware and reseat the GPU and its riser; on the host: dmesg | grep -i pcie shows link errors", \
      "NVML, nvmlDeviceGetCurrPcieLinkGeneration, nvmlDeviceGetMaxPcieLinkGeneration, read under load") \
    /* between GPUs */ \
    X(GST_HOST_PEER_ACCESS_REFUSED, "host.peer-access-refused", GST_FAIL, GST_ACTION_FIX_HOST, \
      "access to another GPU's memory where the driver says that it can be had", \
      "on the host: nvidia-smi topo -p2p rw, and dmesg | grep -iE 'nvrm|xid'; reboot, or install a driver of another branch", \
      "CUDA driver API, cuDeviceCanAccessPeer, cuCtxEnablePeerAccess") \
    X(GST_HOST_PEER_COPIES_STAGED, "host.peer-copies-staged", GST_NOTE, GST_ACTION_FIX_HOST, \
      "GPUs that are joined by NVLinks reach each other's memory without the host", \
      "on the host: nvidia-smi topo -p2p rw and systemctl status nvidia-fabricmanager; confidential computing and virtual GPUs have no peer access", \
      "CUDA driver API, cuMemcpyPeer, cuDeviceCanAccessPeer; NVML, nvmlDeviceGetNvLinkState") \
    X(GST_HOST_PEER_COPIES_REDIRECTED, "host.peer-copies-redirected", GST_NOTE, GST_ACTION_FIX_HOST, \
      "PCIe switches hand over what the GPUs below them send each other", \
      "gpu-selftest topology names the ports; for faster copies boot the host with pci=disable_acs_redir= and these ports, separated by ';'", \
      "PCI Express base specification, access control services; Linux, kernel-parameters, pci=disable_acs_redir") \
    X(GST_HOST_PEER_COPIES_DROPPED, "host.peer-copies-dropped", GST_FAIL, GST_ACTION_FIX_HOST, \
      "what one GPU copies to another arrives there", \
      "on the host: boot with iommu=pt (or the IOMMU off), turn off ACS on the PCIe switches (lspci -vvv shows ACSCtl), and try again", \
      "CUDA programming guide, IOMMU on Linux: no bare-metal PCIe peer copies with the IOMMU on; word-wise comparison on the host") \
    X(GST_HARDWARE_PEER_COPY_CORRUPTED, "hardware.peer-copy-corrupted", GST_FAIL, GST_ACTION_REPLACE, \
      "what one GPU copies to another arrives unchanged", \
      "on the host: nvidia-smi nvlink -e and dmesg | grep -i xid (74 is NVLink); reseat or replace the link's two ends if it recurs", \
      "word-wise comparison on the host; the same memory is right after a copy through the host") \
    X(GST_HARDWARE_NVLINK_DOWN, "hardware.nvlink-down", GST_FAIL, GST_ACTION_REPLACE, \
      "as many NVLinks up as at identical GPUs of this machine", \
      "on the host: nvidia-smi nvlink -s and dmesg | grep -i xid (74 is NVLink); reset the GPUs together, and reseat or replace this one if the link stays down", \
      "NVML, nvmlDeviceGetNvLinkState, nvmlDeviceGetNvLinkRemotePciInfo") \
    X(GST_HARDWARE_NVLINK_SLOW, "hardware.nvlink-slow", GST_FAIL, GST_ACTION_REPLACE, \
      "copies over NVLink as fast as so many links of that generation are elsewhere", \
      "on the host: nvidia-smi nvlink -e (replays and recoveries), dmesg | grep -i xid (74 is NVLink), /var/log/fabricmanager.log", \
      "the bar that the report names") \
    X(GST_HARDWARE_NVSWITCH_SLOW, "hardware.nvswitch-slow", GST_FAIL, GST_ACTION_REPLACE, \
      "disjoint pairs that copy at the same time are as fast as one alone", \
      "on the host: /var/log/fabricmanager.log (trunk links, degraded mode) and nvidia-smi nvlink -e; restart the fabric manager, and service the switches if it stays", \
      "the bar that the report names; the same pair with no other beside it") \
    X(GST_HARDWARE_PCIE_UPLINK_NARROW, "hardware.pcie-uplink-narrow", GST_FAIL, GST_ACTION_REPLACE, \
      "a PCIe switch whose link to the host has all lanes that both ends have, while data moves", \
      "reseat the switch board, riser or cable above these GPUs; on the host: lspci -vv -s shows LnkCap and LnkSta of the ports named", \
      "Linux, Documentation/ABI/testing/sysfs-bus-pci, current_link_width, max_link_width, read under load") \
    X(GST_HARDWARE_PCIE_UPLINK_SLOW, "hardware.pcie-uplink-slow", GST_FAIL, GST_ACTION_REPLACE, \
      "a PCIe switch whose link to the host runs at the generation that both ends can do, while data moves", \
      "set the slot's link speed to auto in the firmware and reseat the switch board, riser or cable above these GPUs; on the host: dmesg | grep -i pcie shows link errors", \
      "Linux, Documentation/ABI/testing/sysfs-bus-pci, current_link_speed, max_link_speed, read under load") \
    X(GST_HOST_COPIES_DISTURBED, "host.copies-disturbed", GST_NOTE, GST_ACTION_NONE, \
      "copies that are measured twice are alike", \
      "nothing to do if the host is shared with others; else see what used its memory at the time, and measure again", \
      "measured: one healthy H100 in a virtual machine, 44 to 55 GB/s to the GPU from one run to the next") \
    X(GST_HOST_UPLINK_SHARED, "host.uplink-shared", GST_NOTE, GST_ACTION_NONE, \
      "GPUs that all copy at once are about as fast as one alone, or share a PCIe link that sysfs shows", \
      "nothing to do if the board is built so; else spread the GPUs over more root ports and both sockets, and fill all memory channels", \
      "NVIDIA/nvbandwidth all_to_host_memcpy_ce: the slowest of eight H800 keeps 80 % of what it has alone")
/* clang-format on */

/* blocked, by: if the second is found, the first says nothing of its own. */
#define GST_FINDING_EDGES_OF_RUNS(X)                                                               \
    X(GST_HOST_MODULE_NOT_LOADED, GST_HOST_NO_GPU)                                                 \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_HOST_NO_GPU)                                                \
    X(GST_RUNTIME_NVML_MISSING, GST_HOST_NO_GPU)                                                   \
    X(GST_RUNTIME_NVML_MISSING, GST_RUNTIME_LIBCUDA_MISSING)                                       \
    X(GST_IMAGE_CUDART_MISSING, GST_HOST_NO_GPU)                                                   \
    X(GST_RUNTIME_DEVICE_NODES, GST_HOST_MODULE_NOT_LOADED)                                        \
    X(GST_IMAGE_CUDART_BROKEN, GST_HOST_DRIVER_TOO_OLD)                                            \
    X(GST_IMAGE_CUDART_BROKEN, GST_IMAGE_STUB_LIBCUDA)                                             \
    X(GST_RUNTIME_NVML_MISSING, GST_IMAGE_STUB_LIBCUDA)                                            \
    X(GST_HOST_DRIVER_TOO_OLD_FOR_KERNELS, GST_HOST_DRIVER_TOO_OLD)                                \
    X(GST_HOST_DRIVER_TOO_OLD_FOR_PTX, GST_HOST_DRIVER_TOO_OLD)                                    \
    X(GST_HOST_DRIVER_TOO_OLD_FOR_PTX, GST_HOST_DRIVER_TOO_OLD_FOR_KERNELS)                        \
    X(GST_HARDWARE_KERNEL_FAULT, GST_HARDWARE_GPU_LOST)                                            \
    X(GST_HARDWARE_WRONG_RESULT, GST_HARDWARE_MEMORY_CORRUPTED)                                    \
    X(GST_HOST_NVML_WITHOUT_CUDA, GST_HARDWARE_GPU_LOST)

#endif
