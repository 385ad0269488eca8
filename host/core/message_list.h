/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error messages that are known, and what they mean. A row: finding, pattern, what speaks for this
 * cause where a message has several, where the message was seen. Patterns are described in
 * message.h: written as the message reads, with `*` for what varies. Rows of one pattern stand
 * together, the likeliest cause first. Of two patterns that hold in one place the longer is meant,
 * so a general one may stand beside special ones; of two that are as long, the first.
 *
 * GST_MESSAGES_CAPTURED is what engines and toolkits really printed (tests/fixtures/messages);
 * other sources are public issues. What CUDA calls by number, name or text is in
 * gpu/cuda_message.c.
 */
#ifndef GST_CORE_MESSAGE_LIST_H
#define GST_CORE_MESSAGE_LIST_H

#define GST_MESSAGES_CAPTURED                                                                      \
    "captured (Docker 20.10, podman 4.3, NVIDIA Container Toolkit 1.17.9 and 1.20.0)"
#define GST_MESSAGES_TOOLKIT "NVIDIA/nvidia-container-toolkit, "

/* clang-format off */
#define GST_MESSAGES_NO_NVIDIA_SMI(X, pattern) \
    X(GST_USER_NO_GPUS_REQUESTED, pattern, \
      "the command line has no --gpus, --runtime=nvidia or nvidia.com/gpu", \
      "NVIDIA/nvidia-docker, issues 341 and 1668; Docker, exit 127") \
    X(GST_USER_NO_NVIDIA_SMI, pattern, \
      "GPUs were asked for, and NVIDIA_DRIVER_CAPABILITIES has no utility", \
      "NVIDIA Container Toolkit, driver capability utility") \
    X(GST_RUNTIME_NOTHING_INJECTED, pattern, \
      "GPUs were asked for with NVIDIA_VISIBLE_DEVICES alone, or from podman with --gpus", \
      GST_MESSAGES_CAPTURED)

#define GST_MESSAGES_NO_LIBCUDA(X, pattern, source) \
    X(GST_RUNTIME_LIBCUDA_MISSING, pattern, \
      "nvidia-smi works in the container: NVIDIA_DRIVER_CAPABILITIES has no compute, or the host has no libcuda", \
      source) \
    X(GST_USER_NO_GPUS_REQUESTED, pattern, \
      "the command line has no --gpus, --runtime=nvidia or nvidia.com/gpu", \
      source)

#define GST_MESSAGES_VERSIONS_DIFFER(X, pattern, source) \
    X(GST_HOST_DRIVER_MISMATCH, pattern, \
      "nvidia-smi on the host says the same: reboot it", \
      source) \
    X(GST_IMAGE_DRIVER_FILES, pattern, \
      "nvidia-smi works on the host, and another image works: the version named is the image's", \
      "k4yt3x/video2x, issue 1226; E4S-Project/e4s, issue 172") \
    X(GST_RUNTIME_DRIVER_REPLACED, pattern, \
      "nvidia-smi works on the host, and the container is older than its driver", \
      GST_MESSAGES_CAPTURED)

#define GST_MESSAGES(X) \
    /* engines: docker, podman, containerd, CRI-O */ \
    X(GST_RUNTIME_CDI_OFF, "could not select device driver \"cdi\" with capabilities: []*", \
      "", GST_MESSAGES_CAPTURED "; " GST_MESSAGES_TOOLKIT "issue 434") \
    X(GST_RUNTIME_TOOLKIT_NOT_FOUND, "could not select device driver * with capabilities: [[gpu*", \
      "the toolkit is not installed, or the engine was not restarted since", \
      GST_MESSAGES_CAPTURED "; NVIDIA/nvidia-docker, issues 1034, 1352 and 1637") \
    X(GST_RUNTIME_ENGINE_CONFINED, "could not select device driver * with capabilities: [[gpu*", \
      "docker came as a snap (snap list docker) or is Docker Desktop", \
      "NVIDIA/nvidia-docker, issue 1642") \
    X(GST_USER_CAPABILITY_UNKNOWN, "could not select device driver * with capabilities: [[*gpu]]", \
      "a word in the brackets is none of gpu, compute, utility, graphics, video, display, compat32", \
      GST_MESSAGES_CAPTURED) \
    X(GST_RUNTIME_TOOLKIT_NOT_FOUND, "could not select device driver * with capabilities: [[*gpu]]", \
      "all words in the brackets are capabilities: the toolkit is not installed, or the engine was not restarted since", \
      GST_MESSAGES_CAPTURED) \
    X(GST_RUNTIME_NOT_CONFIGURED, "unknown or invalid runtime name: nvidia*", \
      "", GST_MESSAGES_TOOLKIT "issue 150") \
    X(GST_RUNTIME_NOT_CONFIGURED, "unknown runtime specified nvidia*", \
      "", "NVIDIA/nvidia-docker, issue 578") \
    X(GST_RUNTIME_NOT_CONFIGURED, "no runtime for \"nvidia*\" is configured", \
      "", "NVIDIA/gpu-operator, issues 413, 549 and 730") \
    X(GST_RUNTIME_NOT_CONFIGURED, "failed to find runtime handler nvidia*", \
      "", "CRI-O, runtime handlers") \
    X(GST_RUNTIME_HOOK_GONE, "exec: \"nvidia-container-runtime*\": executable file not found in $PATH", \
      "", "NVIDIA/nvidia-docker, issues 958 and 1190") \
    X(GST_RUNTIME_HOOK_GONE, "fork/exec *nvidia-container-runtime*: no such file or directory", \
      "", "NVIDIA/nvidia-docker, issue 686") \
    X(GST_RUNTIME_HOOK_GONE, "fork/exec *nvidia-cdi-hook: no such file or directory", \
      "", GST_MESSAGES_CAPTURED "; void-linux/void-packages, pull request 52507") \
    X(GST_RUNTIME_HOOK_GONE, "fork/exec *nvidia-ctk: no such file or directory", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_RUNTIME_CDI_SPEC_STALE, "error executing hook `*/nvidia-c*` (exit code: *", \
      "it worked until the driver or the toolkit was updated", \
      "ublue-os/bluefin, issue 3454") \
    X(GST_RUNTIME_PACKAGE_SKEW, "error executing hook `*/nvidia-c*` (exit code: *", \
      "nvidia-ctk --version says less than what made the spec", \
      "Igalia/webkit-container-sdk, issue 72") \
    X(GST_IMAGE_LDCONFIG, "error executing hook `*/nvidia-c*` (exit code: *", \
      "with --log-level debug, podman names the hook update-ldcache", \
      GST_MESSAGES_TOOLKIT "issues 46 and 1163") \
    X(GST_RUNTIME_CDI_UNRESOLVED, "unresolvable CDI devices *nvidia.com/gpu=*", \
      "nvidia-ctk cdi list shows no device, or it lies where a rootless engine does not look", \
      GST_MESSAGES_CAPTURED "; " GST_MESSAGES_TOOLKIT "issues 146, 434 and 1853; NixOS/nixpkgs, issue 420638") \
    X(GST_USER_GPU_UNKNOWN, "unresolvable CDI devices *nvidia.com/gpu=*", \
      "nvidia-ctk cdi list shows other devices than the one that was asked for", \
      GST_MESSAGES_TOOLKIT "issue 1853") \
    X(GST_RUNTIME_CDI_SPEC_INVALID, "unresolvable CDI devices *nvidia.com/gpu=*", \
      "the specs name a cdiVersion that the engine does not know yet", \
      "moby/moby, issue 47633") \
    X(GST_RUNTIME_CDI_MANAGEMENT, "unresolvable CDI devices management.nvidia.com/gpu=*", \
      "", GST_MESSAGES_TOOLKIT "issues 1239 and 1895") \
    X(GST_RUNTIME_CDI_CONFLICT, "conflicting device \"*nvidia.com/gpu=*", \
      "", "CDI specification; " GST_MESSAGES_TOOLKIT "hand-made specs beside generated ones") \
    X(GST_HOST_UVM_NOT_LOADED, "failed to stat CDI host device \"/dev/nvidia-uvm*\": no such file or directory", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_RUNTIME_CDI_SPEC_STALE, "failed to stat CDI host device \"/dev/dri/*\": no such file or directory", \
      "", GST_MESSAGES_TOOLKIT "issue 885") \
    X(GST_HOST_MODESET_NODE, "failed to stat CDI host device \"/dev/nvidia-modeset\": no such file or directory", \
      "", "CDI specification, device nodes") \
    X(GST_HOST_MODULE_NOT_LOADED, "failed to stat CDI host device \"/dev/nvidiactl\": no such file or directory", \
      "", "CDI specification, device nodes") \
    X(GST_RUNTIME_CDI_SPEC_STALE, "failed to stat CDI host device \"/dev/nvidia*\": no such file or directory", \
      "nvidia-smi works on the host: it has fewer GPUs than when the spec was made", \
      "CDI specification, device nodes") \
    X(GST_HOST_MODULE_NOT_LOADED, "failed to stat CDI host device \"/dev/nvidia*\": no such file or directory", \
      "nvidia-smi fails on the host", \
      "CDI specification, device nodes") \
    X(GST_RUNTIME_CDI_SPEC_STALE, "error mounting \"*nvidia*to rootfs at*: no such file or directory", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_RUNTIME_CDI_SPEC_STALE, "error mounting \"*libcuda*to rootfs at*: no such file or directory", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_RUNTIME_CDI_SPEC_STALE, "error mounting \"*libnv*to rootfs at*: no such file or directory", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_RUNTIME_CDI_SPEC_STALE, "failed to fulfil mount request: open *nvidia*: no such file or directory", \
      "", GST_MESSAGES_TOOLKIT "stale specs with runc 1.2") \
    X(GST_RUNTIME_CDI_SPEC_STALE, "failed to fulfil mount request: open *libcuda*: no such file or directory", \
      "", GST_MESSAGES_TOOLKIT "stale specs with runc 1.2") \
    X(GST_RUNTIME_CDI_SPEC_STALE, "crun: cannot stat `*nvidia*`: No such file or directory", \
      "", GST_MESSAGES_TOOLKIT "issues 450 and 692; containers/ramalama, issue 1900") \
    X(GST_RUNTIME_CDI_SPEC_STALE, "crun: cannot stat `*libcuda*`: No such file or directory", \
      "", GST_MESSAGES_TOOLKIT "issues 450 and 692") \
    X(GST_RUNTIME_CDI_SPEC_STALE, "crun: error stat'ing file `*nvidia*`: No such file or directory", \
      "", GST_MESSAGES_TOOLKIT "issue 450") \
    X(GST_RUNTIME_CDI_SPEC_STALE, "crun: error stat'ing file `*libcuda*`: No such file or directory", \
      "", GST_MESSAGES_TOOLKIT "issue 450") \
    GST_MESSAGES_NO_NVIDIA_SMI(X, "exec: \"nvidia-smi\": executable file not found in $PATH") \
    GST_MESSAGES_NO_NVIDIA_SMI(X, "crun: executable file `nvidia-smi` not found in $PATH") \
    GST_MESSAGES_NO_NVIDIA_SMI(X, "nvidia-smi: command not found") \
    GST_MESSAGES_NO_NVIDIA_SMI(X, "nvidia-smi: not found") \
    X(GST_HOST_UVM_NOT_LOADED, "error gathering device information while adding custom device \"/dev/nvidia-uvm*\": *no such file or directory", \
      "", "webanck/docker-wine-steam, issue 15") \
    X(GST_HOST_MODULE_NOT_LOADED, "error gathering device information while adding custom device \"/dev/nvidia*\": *no such file or directory", \
      "", "kersny/airsim_nvidia_docker, issue 4") \
    X(GST_RUNTIME_NO_FREE_GPU, "Insufficient nvidia.com/gpu*", \
      "", "NVIDIA/k8s-device-plugin, issues 33, 159, 348 and 585") \
    X(GST_RUNTIME_NO_FREE_GPU, "requested number of devices unavailable for nvidia.com/gpu*", \
      "", "kubernetes/kubernetes, issue 130145") \
    X(GST_IMAGE_MUSL, "nvidia-smi: cannot execute: required file not found", \
      "", "bash 5.2, for a program whose loader is missing; execve(2)") \
    X(GST_IMAGE_MUSL, "exec *nvidia-smi: no such file or directory", \
      "", "NVIDIA/nvidia-docker, issue 1670; execve(2): the loader that the program names is missing") \
    /* the toolkit: hook, nvidia-container-cli, generated CDI */ \
    X(GST_HOST_MODULE_NOT_LOADED, "nvml error: driver not loaded", \
      "", GST_MESSAGES_CAPTURED "; " GST_MESSAGES_TOOLKIT "issues 260 and 1269; NVIDIA/nvidia-docker, issues 1393 and 1629") \
    X(GST_HOST_MODULE_NOT_LOADED, "failed to initialize NVML: Driver Not Loaded", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_HOST_MODULE_NOT_LOADED, "failed to initialize NVML: ERROR_DRIVER_NOT_LOADED", \
      "", "NVIDIA/go-nvml, names of results") \
    X(GST_HOST_MODULE_NOT_LOADED, "mount error: mount operation failed: *proc/driver/nvidia: no such file or directory", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_HOST_DRIVER_MISMATCH, "nvml error: driver/library version mismatch", \
      "", GST_MESSAGES_CAPTURED "; " GST_MESSAGES_TOOLKIT "issues 171 and 394; NVIDIA/nvidia-docker, issues 584 and 1451") \
    X(GST_HOST_DRIVER_MISMATCH, "failed to initialize NVML: ERROR_LIB_RM_VERSION_MISMATCH", \
      "", "NVIDIA/go-nvml, names of results") \
    X(GST_HOST_DRIVER_LIBRARIES, "load library failed: libnvidia-ml.so.1: cannot open shared object file", \
      "nvidia-smi fails on the host, or the driver lies below another root", \
      GST_MESSAGES_CAPTURED "; " GST_MESSAGES_TOOLKIT "issue 154; NVIDIA/libnvidia-container, issue 231") \
    X(GST_RUNTIME_ENGINE_CONFINED, "load library failed: libnvidia-ml.so.1: cannot open shared object file", \
      "nvidia-smi works on the host, and docker is a snap (snap list docker) or Docker Desktop", \
      "NVIDIA/nvidia-docker, issue 1711; canonical/docker-snap, issue 148; docker/for-win, issue 13835") \
    X(GST_HOST_DRIVER_LIBRARIES, "failed to initialize NVML: ERROR_LIBRARY_NOT_FOUND", \
      "nvidia-smi fails on the host, or the driver lies below another root", \
      GST_MESSAGES_CAPTURED) \
    X(GST_RUNTIME_ENGINE_CONFINED, "failed to initialize NVML: ERROR_LIBRARY_NOT_FOUND", \
      "nvidia-smi works on the host, and docker is a snap (snap list docker) or Docker Desktop", \
      "NVIDIA/nvidia-docker, issue 1711") \
    X(GST_HOST_DRIVER_HELPER, "driver rpc error: *", \
      "", GST_MESSAGES_TOOLKIT "issues 183 and 556") \
    X(GST_HOST_CALL_FAILED, "nvidia-container-cli: initialization error: cuda error: *", \
      "nvidia-smi on the host complains, too", \
      "NVIDIA/libnvidia-container, issue 103") \
    X(GST_RUNTIME_CONTAINER_LIBRARY_OLD, "nvidia-container-cli: initialization error: cuda error: *", \
      "nvidia-container-cli --version says less than 1.1", \
      "NVIDIA/libnvidia-container, issue 103") \
    X(GST_HOST_WSL_NO_ADAPTER, "WSL environment detected but no adapters were found", \
      "", GST_MESSAGES_TOOLKIT "issue 155; NVIDIA/nvidia-docker, issues 1786 and 1797") \
    X(GST_HOST_REQUIREMENT_UNMET, "requirement error: unsatisfied condition: *", \
      "", GST_MESSAGES_CAPTURED "; NVIDIA/nvidia-docker, issue 1442; " GST_MESSAGES_TOOLKIT "issue 152") \
    X(GST_HOST_REQUIREMENT_UNMET, "unsupported CUDA version: driver * < image *", \
      "", "NVIDIA/nvidia-docker, issues 177 and 207") \
    X(GST_IMAGE_REQUIREMENT_INVALID, "requirement error: invalid expression", \
      "", "libnvidia-container, dsl.c") \
    X(GST_USER_GPU_UNKNOWN, "device error: *: unknown device", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_USER_GPU_UNKNOWN, "failed to get device handle from *: Invalid Argument", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_USER_GPU_UNKNOWN, "failed to get device handle from *: Not Found", \
      "", "NVIDIA/go-nvml, nvmlDeviceGetHandleByUUID") \
    X(GST_USER_CAPABILITY_UNKNOWN, "unsupported capabilities found in '*' (allowed '*')", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_USER_MIG_CONFIG, "cannot set MIG_CONFIG_DEVICES in non privileged container", \
      "", "nvidia-container-toolkit, container_config.go") \
    X(GST_USER_MIG_CONFIG, "cannot set MIG_MONITOR_DEVICES in non privileged container", \
      "", "nvidia-container-toolkit, container_config.go") \
    X(GST_RUNTIME_IMEX_MISSING, "IMEX channel * not found*", \
      "", "nvidia-container-toolkit, IMEX channels") \
    X(GST_RUNTIME_NOTHING_INJECTED, "insufficient privileges to read device list from NVIDIA_VISIBLE_DEVICES envvar", \
      "", "NVIDIA/k8s-device-plugin, issue 203") \
    X(GST_IMAGE_DRIVER_FILES, "mount error: file creation failed: *: file exists", \
      "", "NVIDIA/nvidia-docker, issues 1551 and 1699; " GST_MESSAGES_TOOLKIT "issues 287 and 289") \
    X(GST_HOST_MODESET_NODE, "mount error: stat failed: /dev/nvidia-modeset: no such file or directory", \
      "", "NVIDIA/libnvidia-container, pull request 388; NVIDIA/enroot, issue 15") \
    X(GST_RUNTIME_CONTAINER_LIBRARY_OLD, "container error: cgroup subsystem devices not found", \
      "", "NVIDIA/k8s-device-plugin, issue 324") \
    X(GST_RUNTIME_CGROUP_RULES, "failed to add device rules: *", \
      "", "NVIDIA/libnvidia-container, issue 154") \
    X(GST_RUNTIME_CGROUP_RULES, "bpf_prog_query(BPF_CGROUP_DEVICE) failed: *", \
      "", GST_MESSAGES_TOOLKIT "issues 139 and 678") \
    X(GST_RUNTIME_CGROUP_RULES, "failed to add device rules: *bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted", \
      "", "NVIDIA/libnvidia-container, issue 154; " GST_MESSAGES_TOOLKIT "issues 139 and 678") \
    X(GST_RUNTIME_CONTAINER_LIBRARY_OLD, "failed to add device rules: *load program: invalid argument", \
      "nvidia-container-cli --version says less than 1.15", \
      "NVIDIA/libnvidia-container, issue 256") \
    X(GST_RUNTIME_CGROUP_RULES, "failed to add device rules: *load program: invalid argument", \
      "the engine is rootless, or runs in LXC", \
      "NVIDIA/libnvidia-container, issue 256") \
    X(GST_RUNTIME_LDCONFIG_NAME, "ldcache error: open failed: *: no such file or directory", \
      "", "hekmak/Conf-net, issue 5") \
    X(GST_IMAGE_LDCONFIG, "ldcache error: process * failed with error code: *", \
      "the image has another libc than glibc, or seccomp or noexec stops its ldconfig", \
      "NVIDIA/nvidia-docker, issues 659, 914 and 1760; NVIDIA/libnvidia-container, issue 177") \
    X(GST_RUNTIME_CONTAINER_LIBRARY_OLD, "ldcache error: process * failed with error code: *", \
      "other images fail, too", \
      "NVIDIA/libnvidia-container, issue 177") \
    X(GST_USER_GPUS_FLAG, "invoking the NVIDIA Container Runtime Hook directly * is not supported", \
      "", "NVIDIA/TensorRT-LLM, issue 799; dusty-nv/jetson-containers, issue 1703") \
    X(GST_RUNTIME_PACKAGE_SKEW, "nvidia-container-cli*: unrecognized option '*", \
      "", GST_MESSAGES_CAPTURED) \
    X(GST_HOST_NVML_LACKS_FUNCTION, "symbol lookup error: *undefined symbol: nvml*", \
      "", "ssst0n3/fake-nvidia, issue 4") \
    X(GST_RUNTIME_CANNOT_MAKE_NODES, "could not create kernel module device node", \
      "", "kata-containers/kata-containers, issue 10457") \
    X(GST_RUNTIME_PROC_OVERMOUNTED, "bwrap: Can't mount proc on /newroot/proc", \
      "", GST_MESSAGES_TOOLKIT "pull request 1833") \
    /* NVML and nvidia-smi, in a container or not */ \
    X(GST_RUNTIME_CGROUP_DENIES, "Failed to initialize NVML: Unknown Error", \
      "it never worked: no-cgroups = true in the toolkit's config.toml of a rootful engine, or nodes given with -v", \
      GST_MESSAGES_TOOLKIT "issues 115 and 580") \
    X(GST_RUNTIME_ACCESS_LOST, "Failed to initialize NVML: Unknown Error", \
      "it worked when the container started, until a systemctl daemon-reload on the host", \
      GST_MESSAGES_TOOLKIT "issues 48, 251, 932 and 1227; NVIDIA/nvidia-docker, issues 1671, 1678 and 1730") \
    X(GST_HOST_NVML_FAILED, "Failed to initialize NVML: Unknown Error", \
      "nvidia-smi on the host says the same", \
      "NVML, NVML_ERROR_UNKNOWN") \
    X(GST_RUNTIME_CGROUP_DENIES, "NVMLError_Unknown", \
      "it never worked: no-cgroups = true in the toolkit's config.toml of a rootful engine, or nodes given with -v", \
      GST_MESSAGES_TOOLKIT "issues 115 and 580") \
    X(GST_RUNTIME_ACCESS_LOST, "NVMLError_Unknown", \
      "it worked when the container started, until a systemctl daemon-reload on the host", \
      GST_MESSAGES_TOOLKIT "issues 48, 251, 932 and 1227; NVIDIA/nvidia-docker, issues 1671, 1678 and 1730") \
    X(GST_HOST_NVML_FAILED, "NVMLError_Unknown", \
      "nvidia-smi on the host says the same", \
      "NVML, NVML_ERROR_UNKNOWN") \
    GST_MESSAGES_VERSIONS_DIFFER(X, "Failed to initialize NVML: Driver/library version mismatch", \
      GST_MESSAGES_TOOLKIT "issue 394; tinygrad/open-gpu-kernel-modules, issue 47") \
    X(GST_HOST_WSL_DRIVER_OLD, "NVML: GPU access blocked by the operating system", \
      "nvidia-smi in WSL itself, outside of containers, says the same", \
      "microsoft/WSL, issues 9938, 10289 and 14339") \
    X(GST_IMAGE_DRIVER_FILES, "NVML: GPU access blocked by the operating system", \
      "nvidia-smi works in WSL, and in another image", \
      "microsoft/WSL, issue 9962") \
    X(GST_USER_NODE_PERMISSIONS, "Failed to initialize NVML: Insufficient Permissions", \
      "ls -l /dev/nvidia* in the container shows another group than the user's, and no access for others", \
      GST_MESSAGES_TOOLKIT "issues 33, 210 and 268; NVIDIA/nvidia-docker, issue 676") \
    X(GST_USER_SELINUX, "Failed to initialize NVML: Insufficient Permissions", \
      "getenforce on the host says Enforcing, and --security-opt label=disable helps", \
      "NVIDIA/libnvidia-container, issue 291") \
    X(GST_USER_NODE_PERMISSIONS, "nvml error: insufficient permissions", \
      "ls -l /dev/nvidia* shows no access for the user", \
      "NVML, NVML_ERROR_NO_PERMISSION") \
    X(GST_USER_SELINUX, "nvml error: insufficient permissions", \
      "getenforce on the host says Enforcing", \
      "NVIDIA/libnvidia-container, issue 291") \
    X(GST_USER_NODE_PERMISSIONS, "NVML: Insufficient Permissions", \
      "ls -l /dev/nvidia* shows no access for the user", \
      "NVML, NVML_ERROR_NO_PERMISSION") \
    X(GST_USER_SELINUX, "NVML: Insufficient Permissions", \
      "getenforce on the host says Enforcing", \
      "NVIDIA/libnvidia-container, issue 291") \
    X(GST_HOST_ADAPTER_FAILED, "No devices were found", \
      "nvidia-smi on the host says the same", \
      "NVIDIA/nvidia-docker, issue 933") \
    X(GST_USER_NO_GPU_SELECTED, "No devices were found", \
      "nvidia-smi on the host lists GPUs, and NVIDIA_VISIBLE_DEVICES is none", \
      GST_MESSAGES_CAPTURED) \
    X(GST_RUNTIME_DEVICE_NODES, "No devices were found", \
      "nvidia-smi on the host lists GPUs, and they were asked for", \
      "NVIDIA/nvidia-docker, issue 1161") \
    X(GST_RUNTIME_NVML_MISSING, "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system", \
      "", "NVIDIA/nvidia-docker, issue 407") \
    X(GST_RUNTIME_NVML_MISSING, "libnvidia-ml.so.1: cannot open shared object file", \
      "", "ld.so(8)") \
    X(GST_HOST_MODULE_NOT_LOADED, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver", \
      "nvidia-smi on the host says the same", \
      "canonical/lxd, issue 3642") \
    X(GST_RUNTIME_DEVICE_NODES, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver", \
      "nvidia-smi works on the host", \
      "canonical/lxd, issue 3642") \
    X(GST_USER_NO_GPUS_REQUESTED, "no NVIDIA GPU device is present: /dev/nvidia0 does not exist", \
      "the command line has no --gpus, --runtime=nvidia or nvidia.com/gpu", \
      "NVIDIA/nvidia-docker, issue 1330") \
    X(GST_RUNTIME_NOTHING_INJECTED, "no NVIDIA GPU device is present: /dev/nvidia0 does not exist", \
      "GPUs were asked for", \
      GST_MESSAGES_CAPTURED) \
    X(GST_HARDWARE_GPU_LOST, "Unable to determine the device handle for GPU*", \
      "", "NVIDIA/dcgm-exporter, issue 604") \
    X(GST_HARDWARE_GPU_LOST, "nvml error: gpu is lost", \
      "", "NVML, NVML_ERROR_GPU_IS_LOST") \
    X(GST_HARDWARE_GPU_LOST, "GPU is lost. Reboot the system to recover this GPU", \
      "", "NVIDIA/dcgm-exporter, issue 604") \
    X(GST_HARDWARE_INFOROM, "infoROM is corrupted at gpu*", \
      "", "Azure/azhpc-diagnostics, nvidia-smi samples") \
    X(GST_USER_TOOL_OPTIONS, "The -i command line argument must be used in conjunction with -n or -p", \
      "", "cfregly/ai-performance-engineering, issue 8") \
    /* the kernel's log */ \
    X(GST_HARDWARE_GPU_LOST, "NVRM: *GPU has fallen off the bus*", \
      "", "NVIDIA/NVSentinel, issue 155; NVIDIA/open-gpu-kernel-modules, issue 507; pop-os/pop, issue 3363") \
    X(GST_HARDWARE_GPU_LOST, "NVRM: *fallen off the bus and is not responding to commands", \
      "", "NVIDIA/NVSentinel, issue 155") \
    X(GST_HOST_ADAPTER_FAILED, "NVRM: *RmInitAdapter failed*", \
      "", "Cyridd/cmpunlocker, issue 4; NVIDIA/open-gpu-kernel-modules, nv.c") \
    X(GST_HOST_DRIVER_MISMATCH, "NVRM: API mismatch: the client has the version*", \
      "", "NVIDIA driver, kernel log") \
    X(GST_HARDWARE_GSP, "NVRM: Xid (PCI:~): 119", \
      "", "leptonai/gpud, samples of kernel logs") \
    X(GST_HARDWARE_GSP, "NVRM: Xid (PCI:~): 120", \
      "", "NVIDIA, Xid errors") \
    X(GST_HARDWARE_GSP, "waiting for RPC response from GPU*GSP*", \
      "", "leptonai/gpud, samples of kernel logs") \
    X(GST_HARDWARE_ECC, "NVRM: Xid (PCI:~): 48", \
      "", "NVIDIA, Xid errors") \
    X(GST_HARDWARE_ECC, "NVRM: Xid (PCI:~): 94", \
      "", "NVIDIA, Xid errors") \
    X(GST_HARDWARE_ECC, "NVRM: Xid (PCI:~): 95", \
      "", "NVIDIA, Xid errors") \
    X(GST_HOST_PEERMEM_CALLBACK, "nvidia-peermem *ERROR detected invalid context, skipping further processing", \
      "", "leptonai/gpud, samples of kernel logs") \
    /* programs and frameworks */ \
    GST_MESSAGES_NO_LIBCUDA(X, "libcuda.so.1: cannot open shared object file", \
      "ld.so(8)") \
    GST_MESSAGES_NO_LIBCUDA(X, "failed call to cuInit: UNKNOWN ERROR (303)", \
      "TensorFlow without libcuda; ContinuumIO/anaconda-issues, issue 11743") \
    GST_MESSAGES_NO_LIBCUDA(X, "CUDA driver library cannot be found", \
      "Numba, CudaSupportError") \
    X(GST_IMAGE_CUDART_MISSING, "libcudart.so.13: cannot open shared object file", \
      "", "ld.so(8)") \
    X(GST_IMAGE_CUDART_MISSING, "libcudart.so.12: cannot open shared object file", \
      "", "ld.so(8)") \
    X(GST_IMAGE_CUDART_MISSING, "libcudart.so.11.0: cannot open shared object file", \
      "", "ld.so(8)") \
    X(GST_IMAGE_EMPTY_DRIVER_FILES, "libcuda.so*: file not recognized: file truncated", \
      "", "NVIDIA/nvidia-docker, issue 856; captured") \
    X(GST_IMAGE_EMPTY_DRIVER_FILES, "libcuda.so*: file too short", \
      "", GST_MESSAGES_CAPTURED "; ld.so(8)") \
    X(GST_IMAGE_EMPTY_DRIVER_FILES, "libnvidia-ml.so*: file too short", \
      "", GST_MESSAGES_CAPTURED "; ld.so(8)") \
    X(GST_IMAGE_EMPTY_DRIVER_FILES, "libnvidia-*is empty, not checked", \
      "", GST_MESSAGES_CAPTURED "; ldconfig(8)") \
    X(GST_IMAGE_EMPTY_DRIVER_FILES, "libcuda*is empty, not checked", \
      "", GST_MESSAGES_CAPTURED "; ldconfig(8)") \
    X(GST_IMAGE_MUSL, "Error loading shared library ld-linux-*(needed by *nvidia*", \
      "", "musl, dynamic loader") \
    X(GST_IMAGE_MUSL, "Error loading shared library ld-linux-*(needed by *libcuda*", \
      "", "musl, dynamic loader") \
    X(GST_IMAGE_MUSL, "Error relocating *libcuda.so*: symbol not found", \
      "", "musl, dynamic loader") \
    X(GST_IMAGE_MUSL, "Error relocating *libnvidia-*: symbol not found", \
      "", "musl, dynamic loader") \
    X(GST_HOST_HMM_BUG, "ggml_cuda_init: failed to initialize CUDA: initialization error", \
      "", "NVIDIA/open-gpu-kernel-modules, issues 797, 901 and 947") \
    X(GST_HOST_WSL_DRIVER_OLD, "Error 500: named symbol not found", \
      "", "pytorch/pytorch, issue 133692") \
    X(GST_USER_NO_GPUS_REQUESTED, "Found no NVIDIA driver on your system", \
      "the command line has no --gpus, --runtime=nvidia or nvidia.com/gpu", \
      "PyTorch, torch.cuda") \
    X(GST_HOST_MODULE_NOT_LOADED, "Found no NVIDIA driver on your system", \
      "nvidia-smi fails on the host", \
      "PyTorch, torch.cuda") \
    X(GST_HOST_DRIVER_TOO_OLD, "The NVIDIA driver on your system is too old*", \
      "", "PyTorch, torch.cuda") \
    X(GST_USER_ALL_GPUS_HIDDEN, "No CUDA GPUs are available", \
      "CUDA_VISIBLE_DEVICES is set", \
      "PyTorch, torch.cuda") \
    X(GST_RUNTIME_DEVICE_NODES, "No CUDA GPUs are available", \
      "CUDA_VISIBLE_DEVICES is not set", \
      "PyTorch, torch.cuda") \
    X(GST_IMAGE_FRAMEWORK_WITHOUT_CUDA, "Torch not compiled with CUDA enabled", \
      "", "PyTorch, torch.cuda") \
    X(GST_IMAGE_FRAMEWORK_ARCHITECTURE, "with CUDA capability sm_* is not compatible with the current PyTorch installation", \
      "", "jiangyzy/GOAE, issue 16; Comfy-Org/ComfyUI, issue 16438") \
    X(GST_USER_NO_GPUS_REQUESTED, "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False", \
      "the command line has no --gpus, --runtime=nvidia or nvidia.com/gpu", \
      "PyTorch, torch.serialization") \
    X(GST_IMAGE_FRAMEWORK_WITHOUT_CUDA, "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False", \
      "python3 -c 'import torch; print(torch.version.cuda)' says None", \
      "PyTorch, torch.serialization") \
    X(GST_HOST_DRIVER_TOO_OLD, "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False", \
      "python3 -c 'import torch; torch.zeros(1).cuda()' says that the driver is too old", \
      "PyTorch, torch.serialization") \
    X(GST_USER_PROGRAM_FAULT, "Cannot re-initialize CUDA in forked subprocess", \
      "", "PyTorch, torch.cuda: processes that use CUDA are started by spawn") \
    X(GST_USER_MEMORY_FULL, "CUBLAS_STATUS_ALLOC_FAILED when calling*", \
      "", "PyTorch, cublasCreate: it has no memory left on the GPU") \
    X(GST_USER_NO_GPUS_REQUESTED, "Could not find cuda drivers on your machine, GPU will not be used", \
      "the command line has no --gpus, --runtime=nvidia or nvidia.com/gpu", \
      "tensorflow/tensorflow, issue 66750") \
    X(GST_RUNTIME_LIBCUDA_MISSING, "Could not find cuda drivers on your machine, GPU will not be used", \
      "nvidia-smi works in the container", \
      "tensorflow/tensorflow, issue 62412") \
    GST_MESSAGES_VERSIONS_DIFFER(X, "kernel version * does not match DSO version * -- cannot find working devices", \
      "TensorFlow, cuda_diagnostics.cc") \
    X(GST_HOST_MODULE_NOT_LOADED, "kernel driver does not appear to be running on this host*", \
      "lspci on the host shows an NVIDIA GPU", \
      "tensorflow/tensorflow, issue 57764") \
    X(GST_HOST_NO_GPU, "kernel driver does not appear to be running on this host*", \
      "lspci on the host shows no NVIDIA GPU", \
      "TensorFlow, cuda_diagnostics.cc") \
    X(GST_USER_NO_GPUS_REQUESTED, "The NVIDIA Driver was not detected. GPU functionality will not be available", \
      "the command line has no --gpus, --runtime=nvidia or nvidia.com/gpu", \
      "NVIDIA/nvidia-docker, issues 1071 and 1583") \
    X(GST_RUNTIME_NOTHING_INJECTED, "The NVIDIA Driver was not detected. GPU functionality will not be available", \
      "GPUs were asked for", \
      GST_MESSAGES_TOOLKIT "issue 946") \
    X(GST_HOST_DRIVER_TOO_OLD, "was detected and compatibility mode is UNAVAILABLE", \
      "", "NVIDIA's images, entrypoint") \
    X(GST_HOST_UVM_NOT_LOADED, "CUDA unknown error - this may be due to an incorrectly set up environment", \
      "on the host, lsmod shows no nvidia_uvm", \
      "PyTorch, torch.cuda") \
    X(GST_RUNTIME_CGROUP_DENIES, "CUDA unknown error - this may be due to an incorrectly set up environment", \
      "nvidia-smi in the container says 'Failed to initialize NVML: Unknown Error'", \
      "PyTorch, torch.cuda") \
    X(GST_USER_PEER_ACCESS_TWICE, "cudaDeviceEnablePeerAccess returned (0x2c0)", \
      "", "NVIDIA/nccl, issue 258") \
    /* NCCL */ \
    X(GST_USER_SHM_SMALL, "NCCL WARN *posix_fallocate failed : No space left on device", \
      "", "NVIDIA/nccl, issues 290, 342 and 525") \
    X(GST_USER_SHM_SMALL, "NCCL WARN Error while creating shared memory segment*", \
      "", "NVIDIA/nccl, issue 342") \
    X(GST_USER_SHM_SMALL, "failed to extend /dev/shm/nccl-*No space left on device", \
      "", "pytorch/ci-infra, issue 490") \
    X(GST_USER_SHM_SMALL, "failed to extend /dev/shm/nccl-* to * bytes", \
      "", "NVIDIA/nccl-tests, issue 166; kserve/kserve, issue 3791") \
    X(GST_USER_MEMLOCK_SMALL, "NCCL WARN Call to ibv_reg_mr*failed with error Cannot allocate memory", \
      "", "NVIDIA/nccl-tests, issue 206") \
    X(GST_USER_PROGRAM_FAULT, "NCCL WARN Duplicate GPU detected*", \
      "", "NCCL, init.cc: two ranks take one GPU, as where each is not told its own") \
    X(GST_USER_SHM_NOT_SHARED, "NCCL WARN Error while attaching to shared memory segment *No such file or directory", \
      "", "vllm-project/vllm, issue 18831") \
    X(GST_RUNTIME_SHM_NOT_REGISTERED, "misc/shmutils.cc:* NCCL WARN Cuda failure 'invalid argument'", \
      "", "NVIDIA/nccl, issue 1518") \
    X(GST_USER_NO_PEER_ACCESS, "NCCL WARN failed to open CUDA IPC handle : 217*", \
      "", "ray-project/ray_lightning, issue 24") \
    X(GST_HOST_P2P_OFF, "P2P is disabled between connected GPUs*", \
      "", "pytorch/pytorch, issue 130113") \
    X(GST_HOST_P2P_NOT_OFFERED, "Could not enable P2P between dev*", \
      "", "NVIDIA/nccl, issue 833") \
    X(GST_USER_SHM_SMALL, "unable to write to file </torch_*", \
      "", "PyTorch, torch.utils.data") \
    X(GST_USER_SHM_SMALL, "DataLoader worker * is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory", \
      "", "PyTorch, torch.utils.data")
/* clang-format on */

#endif
