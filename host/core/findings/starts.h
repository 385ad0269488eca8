/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a container did not start, or a program in it fails: what engines, hooks, the kernel and
 * libraries print where nothing of ours runs. message_list.h leads from their messages to these
 * and to the findings of the other parts; see finding_list.h.
 */
#ifndef GST_CORE_FINDINGS_STARTS_H
#define GST_CORE_FINDINGS_STARTS_H

/* clang-format off */
#define GST_FINDINGS_OF_STARTS(X) \
    /* host: driver, kernel module, and what runs on Windows for WSL */ \
    X(GST_HOST_DRIVER_LIBRARIES, "host.driver-libraries-missing", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the host has the driver's libraries (libnvidia-ml.so.1), where the engine looks for them", \
      "on the host: nvidia-smi; if it fails, install the driver with its libraries and run ldconfig; if it works, set 'root = \"/\"' in /etc/nvidia-container-runtime/config.toml", \
      "captured; NVIDIA/nvidia-container-toolkit, issue 154") \
    X(GST_HOST_NVML_LACKS_FUNCTION, "host.nvml-lacks-function", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the host's libnvidia-ml.so.1 is the driver's, and has what the toolkit calls", \
      "on the host: ldconfig -p | grep libnvidia-ml names the file; remove stand-ins and stubs, or update the driver", \
      "ssst0n3/fake-nvidia, issue 4") \
    X(GST_HOST_DRIVER_HELPER, "host.driver-helper-died", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the process in which nvidia-container-cli asks the driver lives on", \
      "on the host: nvidia-container-cli -k -d /dev/tty info shows where it dies; reinstall the driver if nvidia-smi fails, too", \
      "NVIDIA/nvidia-container-toolkit, issues 183 and 556") \
    X(GST_HOST_MODESET_NODE, "host.modeset-node-missing", GST_FAIL, GST_ACTION_FIX_HOST, \
      "where the display capability is asked for, the host has /dev/nvidia-modeset", \
      "on the host: nvidia-modprobe -m; or ask for less: -e NVIDIA_DRIVER_CAPABILITIES=compute,utility", \
      "NVIDIA/libnvidia-container, pull request 388") \
    X(GST_HOST_VGPU_LICENCE, "host.vgpu-not-licensed", GST_FAIL, GST_ACTION_FIX_HOST, \
      "a virtual GPU has its licence", \
      "on the host: nvidia-smi -q | grep -i license; set the licence server and restart nvidia-gridd", \
      "CUDA driver API, CUDA_ERROR_DEVICE_NOT_LICENSED") \
    X(GST_HOST_P2P_OFF, "host.p2p-switched-off", GST_FAIL, GST_ACTION_FIX_HOST, \
      "GPUs that NVLink connects reach each other's memory", \
      "on the host: nvidia-smi topo -p2p r names the reason; look at the fabric manager, PCI ACS and the virtualisation", \
      "pytorch/pytorch, issue 130113") \
    X(GST_HOST_P2P_NOT_OFFERED, "host.p2p-not-offered", GST_NOTE, GST_ACTION_NONE, \
      "these GPUs reach each other's memory", \
      "nothing to do for GeForce GPUs on PCIe, whose data goes through the host; otherwise nvidia-smi topo -p2p r on the host", \
      "NVIDIA/nccl, issue 833") \
    X(GST_HOST_PEERMEM_CALLBACK, "host.peermem-callback", GST_NOTE, GST_ACTION_NONE, \
      "processes give their registered memory back before they end", \
      "nothing to do if it is rare: a process ended early; otherwise update the driver and the InfiniBand stack", \
      "leptonai/gpud, samples of kernel logs") \
    X(GST_HOST_WSL_NO_ADAPTER, "host.wsl-no-adapter", GST_FAIL, GST_ACTION_FIX_HOST, \
      "WSL shows the container toolkit an NVIDIA GPU", \
      "on Windows: nvidia-smi; install or update the NVIDIA driver for Windows, wsl --update, wsl --shutdown", \
      "NVIDIA/nvidia-container-toolkit, issue 155; NVIDIA/nvidia-docker, issues 1786 and 1797") \
    X(GST_HOST_WSL_DRIVER_OLD, "host.wsl-driver-old", GST_FAIL, GST_ACTION_FIX_HOST, \
      "under WSL, the Windows driver has what libcuda asks it for", \
      "on Windows: update Docker Desktop and the NVIDIA driver for Windows, wsl --update, wsl --shutdown", \
      "pytorch/pytorch, issue 133692") \
    /* runtime: engine, toolkit and hooks */ \
    X(GST_RUNTIME_TOOLKIT_NOT_FOUND, "runtime.toolkit-not-found", GST_FAIL, GST_ACTION_FIX_HOST, \
      "nvidia-container-runtime-hook is in the engine's PATH when the engine starts", \
      "on the host: install nvidia-container-toolkit, nvidia-ctk runtime configure --runtime=docker, systemctl restart docker", \
      "captured; NVIDIA/nvidia-docker, issues 1034, 1352 and 1637") \
    X(GST_RUNTIME_ENGINE_CONFINED, "runtime.engine-confined", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the engine sees the host's toolkit and driver: it is no snap, and no virtual machine of Docker Desktop", \
      "on the host: snap remove docker, install the distribution's or Docker's own packages, then nvidia-ctk runtime configure --runtime=docker", \
      "NVIDIA/nvidia-docker, issues 1642 and 1711; canonical/docker-snap, issue 148") \
    X(GST_RUNTIME_NOT_CONFIGURED, "runtime.nvidia-runtime-unknown", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the engine knows a runtime named nvidia", \
      "on the host: nvidia-ctk runtime configure --runtime=docker (or containerd, crio), then restart that service", \
      "NVIDIA/nvidia-docker, issue 578; NVIDIA/nvidia-container-toolkit, issue 150; NVIDIA/gpu-operator, issue 413") \
    X(GST_RUNTIME_CDI_OFF, "runtime.cdi-off", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the engine has CDI, and it is switched on", \
      "on the host: docker 28.2 or newer; 25 to 28.1: {\"features\": {\"cdi\": true}} in /etc/docker/daemon.json and restart docker; older ones take --gpus all", \
      "captured; Docker Engine release notes") \
    X(GST_RUNTIME_CDI_UNRESOLVED, "runtime.cdi-device-unresolved", GST_FAIL, GST_ACTION_FIX_HOST, \
      "a CDI spec that the engine reads defines the device", \
      "on the host: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml; nvidia-ctk cdi list shows the names", \
      "captured; NVIDIA/nvidia-container-toolkit, issues 146, 434 and 1853") \
    X(GST_RUNTIME_CDI_MANAGEMENT, "runtime.cdi-management-device", GST_FAIL, GST_ACTION_FIX_HOST, \
      "of management.nvidia.com/gpu only 'all' is asked for", \
      "on the host: update nvidia-container-toolkit and the device plugin, and run the plugin without the runtime class nvidia-cdi", \
      "NVIDIA/nvidia-container-toolkit, issues 1239 and 1895") \
    X(GST_RUNTIME_NO_FREE_GPU, "runtime.no-free-gpu", GST_FAIL, GST_ACTION_FIX_HOST, \
      "a node of the cluster offers as many free GPUs (nvidia.com/gpu) as the pod asks for", \
      "kubectl describe nodes | grep nvidia.com/gpu; where it is missing or 0, read the log of the device plugin's pod on that node; where all are taken, wait or ask for fewer", \
      "NVIDIA/k8s-device-plugin, issues 33, 159, 348 and 585") \
    X(GST_RUNTIME_PACKAGE_SKEW, "runtime.package-skew", GST_FAIL, GST_ACTION_FIX_HOST, \
      "nvidia-container-toolkit and libnvidia-container-tools are of one version", \
      "on the host: upgrade nvidia-container-toolkit, nvidia-container-toolkit-base, libnvidia-container-tools and libnvidia-container1 together", \
      "captured") \
    X(GST_RUNTIME_CONTAINER_LIBRARY_OLD, "runtime.container-library-old", GST_FAIL, GST_ACTION_FIX_HOST, \
      "libnvidia-container is new enough for the host: 1.8 where only cgroup v2 is mounted", \
      "on the host: upgrade nvidia-container-toolkit and libnvidia-container1, then restart the engine", \
      "NVIDIA/k8s-device-plugin, issue 324; NVIDIA/libnvidia-container, issues 103 and 256") \
    X(GST_RUNTIME_LDCONFIG_NAME, "runtime.ldconfig-not-found", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the ldconfig that the toolkit's config.toml names is there: on the host with an @ before it, in the image without", \
      "on the host: set 'ldconfig = \"@/sbin/ldconfig\"' in /etc/nvidia-container-runtime/config.toml (Ubuntu: \"@/sbin/ldconfig.real\")", \
      "hekmak/Conf-net, issue 5; NVIDIA/nvidia-docker, issue 587") \
    X(GST_RUNTIME_CGROUP_RULES, "runtime.cgroup-rules-refused", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the hook may change the container's device cgroup", \
      "on the host: inject with CDI; or, in a rootless engine or LXC, set no-cgroups = true in /etc/nvidia-container-runtime/config.toml", \
      "NVIDIA/libnvidia-container, issue 154; NVIDIA/nvidia-container-toolkit, issues 139 and 678") \
    X(GST_RUNTIME_CANNOT_MAKE_NODES, "runtime.cannot-make-nodes", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the GPU's nodes are there before the hook runs, or it may make them", \
      "on the host (in Kata: in the guest): nvidia-modprobe -c 0 -u before the container starts, and load-kmods = false in the toolkit's config.toml", \
      "kata-containers/kata-containers, issue 10457") \
    X(GST_RUNTIME_PROC_OVERMOUNTED, "runtime.proc-overmounted", GST_FAIL, GST_ACTION_FIX_HOST, \
      "a sandbox in the container may mount a /proc of its own: nothing is mounted inside the container's", \
      "update nvidia-container-toolkit, or let the inner sandbox bind the outer /proc", \
      "NVIDIA/nvidia-container-toolkit, pull request 1833 and issue 168") \
    X(GST_RUNTIME_SHM_NOT_REGISTERED, "runtime.shm-not-registered", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "CUDA registers the shared memory of NCCL", \
      "start the container with --ipc=host and --ulimit memlock=-1; NCCL_SHM_DISABLE=1 does without shared memory", \
      "NVIDIA/nccl, issue 1518") \
    /* image: what the image carries */ \
    X(GST_IMAGE_LDCONFIG, "image.ldconfig-failed", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "ldconfig runs on the image's files", \
      "use an image with glibc; on the host update nvidia-container-toolkit, and allow ldconfig where seccomp or noexec stops it", \
      "NVIDIA/nvidia-docker, issues 659, 914 and 1760; NVIDIA/libnvidia-container, issue 177") \
    X(GST_IMAGE_FRAMEWORK_ARCHITECTURE, "image.framework-lacks-gpu", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the program was built for this GPU's compute capability", \
      "install a build that lists it (PyTorch: torch.cuda.get_arch_list()), or an image of a newer CUDA", \
      "CUDA driver API, CUDA_ERROR_NO_BINARY_FOR_GPU; pytorch/pytorch, issue 6515") \
    X(GST_IMAGE_FRAMEWORK_WITHOUT_CUDA, "image.framework-without-cuda", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the framework was built with CUDA", \
      "install the framework's CUDA build (PyTorch: from the index that its site names for your CUDA version)", \
      "PyTorch, torch.cuda") \
    /* user: flags, environment and programs */ \
    X(GST_USER_GPU_UNKNOWN, "user.gpu-unknown", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "--gpus, NVIDIA_VISIBLE_DEVICES or the CDI device names GPUs that the host has", \
      "name GPUs that nvidia-smi -L on the host lists, by index or UUID, or all of them: --gpus all", \
      "captured") \
    X(GST_USER_CAPABILITY_UNKNOWN, "user.capability-unknown", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "NVIDIA_DRIVER_CAPABILITIES names capabilities that the toolkit has", \
      "use some of compute, utility, graphics, video, display, ngx and compat32, or all", \
      "captured") \
    X(GST_USER_MIG_CONFIG, "user.mig-config-unprivileged", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "only a privileged container asks to configure or monitor MIG", \
      "unset NVIDIA_MIG_CONFIG_DEVICES and NVIDIA_MIG_MONITOR_DEVICES, or add --cap-add SYS_ADMIN", \
      "NVIDIA Container Toolkit, environment variables; notes") \
    X(GST_USER_GPUS_FLAG, "user.gpus-flag-unsupported", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "GPUs are asked for in the way that the toolkit's mode takes", \
      "start it with --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=all: --gpus does not go with the modes csv (Jetson) and cdi", \
      "NVIDIA/TensorRT-LLM, issue 799; dusty-nv/jetson-containers, issue 1703") \
    X(GST_USER_SHM_NOT_SHARED, "user.shm-not-shared", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "all ranks of a machine see the same /dev/shm", \
      "run them in one container, or all with --ipc=host; NCCL_SHM_DISABLE=1 does without", \
      "vllm-project/vllm, issue 18831") \
    X(GST_USER_NO_PEER_ACCESS, "user.peer-access-unavailable", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "a program asks for peer access only between GPUs that have it", \
      "give all ranks the same CUDA_VISIBLE_DEVICES, or do without: NCCL_P2P_DISABLE=1; nvidia-smi topo -p2p r shows who has it", \
      "CUDA driver API, CUDA_ERROR_PEER_ACCESS_UNSUPPORTED; ray-project/ray_lightning, issue 24") \
    X(GST_USER_PEER_ACCESS_TWICE, "user.peer-access-twice", GST_NOTE, GST_ACTION_NONE, \
      "peer access is switched on once", \
      "nothing to do: it was on already", \
      "CUDA runtime API, cudaErrorPeerAccessAlreadyEnabled; NVIDIA/nccl, issue 258") \
    X(GST_USER_TOOL_OPTIONS, "user.nvidia-smi-options", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "nvidia-smi is called with options that go together", \
      "nvidia-smi topo -m takes no -i: leave it out and read that GPU's row", \
      "nvidia-smi topo") \
    X(GST_USER_PROGRAM_FAULT, "user.program-fault", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "the program's kernels touch their own memory only, and it uses CUDA as documented", \
      "run the program under compute-sanitizer; gpu-selftest on the same GPU tells whether the GPU is at fault", \
      "CUDA driver API, data types, CUresult") \
    X(GST_USER_MEMORY_FULL, "user.gpu-memory-full", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "the GPU has the memory that the program asks for", \
      "nvidia-smi names what else uses the GPU; stop it, or ask for less (batch size, context length)", \
      "CUDA driver API, CUDA_ERROR_OUT_OF_MEMORY") \
    /* hardware: the GPU itself */ \
    X(GST_HARDWARE_GSP, "hardware.gsp-hung", GST_FAIL, GST_ACTION_REBOOT, \
      "the GPU's own processor (GSP) answers the driver", \
      "on the host: nvidia-smi --gpu-reset or reboot, and update the driver; replace the GPU if it recurs", \
      "NVIDIA, Xid errors, 119 and 120") \
    X(GST_HARDWARE_INFOROM, "hardware.inforom-corrupted", GST_FAIL, GST_ACTION_REPLACE, \
      "the checksum of the GPU's InfoROM is right", \
      "have the board's vendor write the InfoROM anew, or replace the board", \
      "Azure/azhpc-diagnostics, nvidia-smi samples")
/* clang-format on */

#endif
