/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the injection audit can find; see finding_list.h. "notes" in a source stands for the survey
 * of NVIDIA Container Toolkit 1.17 and 1.20 and of the CDI specification 1.1 behind this list.
 */
#ifndef GST_CORE_FINDINGS_AUDIT_H
#define GST_CORE_FINDINGS_AUDIT_H

/* clang-format off */
#define GST_FINDINGS_OF_AUDIT(X) \
    /* host: driver, kernel module, fabric manager */ \
    X(GST_HOST_GPU_NOT_BOUND, "host.gpu-not-bound", GST_FAIL, GST_ACTION_FIX_HOST, \
      "each NVIDIA GPU on the PCI bus is bound to the nvidia driver", \
      "on the host: dmesg | grep -iE 'nvrm|nvidia' says why the driver did not take it (Secure Boot, unsupported GPU, failed start)", \
      "Linux, sysfs-bus-pci, link 'driver'") \
    X(GST_HOST_GPU_BOUND_ELSEWHERE, "host.gpu-bound-elsewhere", GST_FAIL, GST_ACTION_FIX_HOST, \
      "no other driver holds the GPU", \
      "on the host: give the GPU to the nvidia driver (blacklist nouveau and rebuild the initramfs, or take the GPU off the list of vfio-pci), then reboot", \
      "Linux, sysfs-bus-pci, link 'driver'") \
    X(GST_HOST_UVM_NOT_LOADED, "host.uvm-not-loaded", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the nvidia-uvm kernel module is loaded on the host", \
      "on the host: nvidia-modprobe -u -c=0, then recreate the container", \
      "Linux, /proc/devices; nvidia-modprobe; CUDA does not start without it though nvidia-smi works") \
    X(GST_HOST_UVM_VERSION_DIFFERS, "host.uvm-version-differs", GST_FAIL, GST_ACTION_REBOOT, \
      "the modules nvidia and nvidia_uvm are of one version", \
      "reboot the host: the kernel modules were replaced in part", \
      "Linux, /sys/module/*/version") \
    X(GST_HOST_HMM_BUG, "host.hmm-breaks-cuinit", GST_FAIL, GST_ACTION_FIX_HOST, \
      "cuInit works with the open kernel module's heterogeneous memory management", \
      "on the host: echo 'options nvidia_uvm uvm_disable_hmm=1' >> /etc/modprobe.d/nvidia-uvm.conf, reload nvidia_uvm or reboot; or boot with nokaslr", \
      "NVIDIA/open-gpu-kernel-modules, issues 797, 901 and 947") \
    X(GST_HOST_GPU_NOT_INITIALISED, "host.gpu-not-initialised", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the driver lists each GPU that is bound to it", \
      "on the host: dmesg | grep -iE 'nvrm|xid' for this PCI address; reboot, and reseat or replace the GPU if it recurs", \
      "NVIDIA driver README, /proc/driver/nvidia/gpus") \
    X(GST_HOST_GPU_EXCLUDED, "host.gpu-excluded", GST_FAIL, GST_ACTION_FIX_HOST, \
      "no GPU is excluded in the driver's options", \
      "on the host: take the GPU out of NVreg_ExcludedGpus (modprobe.d or kernel command line) and reload the driver", \
      "NVIDIA driver README, 'GPU Excluded' and NVreg_ExcludedGpus") \
    X(GST_HOST_LIBCUDA_MISSING, "host.libcuda-missing", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the host has libcuda of the same version as its NVML, so that it can be injected", \
      "on the host: install the driver's compute libraries (Ubuntu: libnvidia-compute-<branch>, RPM: nvidia-driver-cuda), run ldconfig, and recreate the container", \
      "captured; libnvidia-container, nvc_info.c: libraries of another version are left out silently") \
    X(GST_HOST_MIXED_VERSIONS, "host.mixed-driver-versions", GST_FAIL, GST_ACTION_FIX_HOST, \
      "all driver files that were injected are of one version", \
      "on the host: finish or repeat the installation of the driver, reboot, and recreate the container", \
      "notes: a half-done upgrade, or a CDI spec that names files of two drivers") \
    X(GST_HOST_REQUIREMENT_UNMET, "host.image-requirement-unmet", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the driver meets the NVIDIA_REQUIRE_* variables of the image", \
      "update the host's driver, or use an image of the driver's CUDA version", \
      "libnvidia-container, dsl.c; since toolkit 1.18 the default mode no longer checks it (captured)") \
    X(GST_HOST_NO_DRIVER_BEHIND_NODE, "host.no-driver-behind-node", GST_FAIL, GST_ACTION_FIX_HOST, \
      "a driver answers behind each device node", \
      "on the host: nvidia-smi; load the module (modprobe nvidia; nvidia-modprobe -u -c=0), then recreate the container", \
      "open(2), ENXIO; observed") \
    X(GST_HOST_GPU_GONE, "host.gpu-gone", GST_FAIL, GST_ACTION_REBOOT, \
      "the driver knows the GPU behind the node", \
      "on the host: nvidia-smi and dmesg | grep -i xid; reboot if the GPU is missing there, otherwise recreate the container", \
      "open(2), ENODEV; NVIDIA/open-gpu-kernel-modules, nv.c") \
    X(GST_HOST_ADAPTER_FAILED, "host.adapter-failed", GST_FAIL, GST_ACTION_REBOOT, \
      "the GPU starts when its node is opened", \
      "on the host: dmesg | grep -iE 'RmInitAdapter|xid'; reboot, and reseat or replace the GPU if it recurs", \
      "open(2), EIO; NVIDIA/open-gpu-kernel-modules, nv.c") \
    X(GST_HOST_GPU_UNAVAILABLE, "host.gpu-unavailable", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the GPU accepts to be opened", \
      "on the host: see who holds or has set aside the GPU (nvidia-smi; lsof on its node), free it, or reboot", \
      "open(2), EBUSY; NVIDIA/open-gpu-kernel-modules, nv.c") \
    X(GST_HOST_OPEN_FAILED, "host.open-failed", GST_FAIL, GST_ACTION_FIX_HOST, \
      "device nodes open", \
      "on the host: dmesg | grep -iE 'nvrm|xid' and free memory; then reload the driver or reboot", \
      "open(2)") \
    X(GST_HOST_GPU_NEEDS_RESET, "host.gpu-needs-reset", GST_FAIL, GST_ACTION_FIX_HOST, \
      "no GPU waits for a reset", \
      "on the host: stop what uses the GPU, then nvidia-smi --gpu-reset; reboot if that is refused", \
      "NVML, NVML_ERROR_RESET_REQUIRED") \
    X(GST_HOST_NVML_FAILED, "host.nvml-failed", GST_FAIL, GST_ACTION_FIX_HOST, \
      "NVML starts", \
      "on the host: nvidia-smi; if it fails there too, dmesg | grep -iE 'nvrm|xid' and reload the driver or reboot", \
      "NVML, nvmlReturn_t") \
    X(GST_HOST_MIG_WITHOUT_INSTANCES, "host.mig-without-instances", GST_FAIL, GST_ACTION_FIX_HOST, \
      "a GPU in MIG mode has instances", \
      "on the host: nvidia-smi mig -cgi <profile> -C, or leave MIG mode with nvidia-smi -mig 0", \
      "MIG user guide: a GPU in MIG mode runs nothing without instances") \
    X(GST_HOST_WSL_NODE, "host.wsl-node-unusable", GST_FAIL, GST_ACTION_FIX_HOST, \
      "/dev/dxg is there and opens", \
      "on Windows: wsl --update, update the NVIDIA driver for Windows, then wsl --shutdown", \
      "CUDA on WSL user guide; notes") \
    X(GST_HOST_WSL_DRIVER, "host.wsl-driver-missing", GST_FAIL, GST_ACTION_FIX_HOST, \
      "libdxcore.so and libcuda.so.1 of the Windows driver are below /usr/lib/wsl", \
      "on Windows: install the NVIDIA driver for Windows (none inside WSL), then wsl --shutdown", \
      "CUDA on WSL user guide; notes") \
    /* runtime: what was put into the container, or was not */ \
    X(GST_RUNTIME_NOTHING_INJECTED, "runtime.nothing-injected", GST_FAIL, GST_ACTION_FIX_HOST, \
      "GPUs were asked for, so driver files and device nodes are in the container", \
      "start it with docker run --gpus all (podman: --device nvidia.com/gpu=all; in a pod: the limit nvidia.com/gpu); if it was, check on the host that nvidia-container-toolkit is set up and accepts NVIDIA_VISIBLE_DEVICES", \
      "captured: accept-nvidia-visible-devices-envvar-when-unprivileged = false, and podman with --gpus") \
    X(GST_RUNTIME_VOID, "runtime.void-without-injection", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "where NVIDIA_VISIBLE_DEVICES is 'void', something else injected the GPUs", \
      "ask for GPUs: docker run --gpus all, podman run --device nvidia.com/gpu=all, or the limit nvidia.com/gpu in the pod", \
      "captured: 'void' is what CDI sets, and what a device plugin sets for a pod without GPUs") \
    X(GST_RUNTIME_VERSION_STALE, "runtime.driver-version-stale", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "/proc/driver/nvidia in the container is of the running driver", \
      "recreate the container: the driver was replaced after it started", \
      "libnvidia-container copies /proc/driver/nvidia when the container starts (captured)") \
    X(GST_RUNTIME_DEVICE_FILES_MODIFIABLE, "runtime.device-files-modifiable", GST_NOTE, GST_ACTION_NONE, \
      "/proc/driver/nvidia/params says 'ModifyDeviceFiles: 0' in the container", \
      "nothing to do: a tool run by root may make more device nodes, which the device cgroup still denies; toolkits from 1.18 on prevent it", \
      "nvidia-container-toolkit, hook disable-device-node-modification") \
    X(GST_RUNTIME_DRIVER_REPLACED, "runtime.driver-replaced-under-container", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "the files that were mounted still exist on the host", \
      "recreate the container: the driver was replaced after it started", \
      "captured: mountinfo's root ends in '//deleted'") \
    X(GST_RUNTIME_CONTAINER_OLDER, "runtime.container-older-than-driver", GST_NOTE, GST_ACTION_RESTART_CONTAINER, \
      "the container was started after the driver was installed", \
      "recreate the container if anything of the driver misbehaves", \
      "ctime of the mounted libcuda against the start of process 1") \
    X(GST_RUNTIME_LIBRARY_UNREADABLE, "runtime.library-unreadable", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "the driver's libraries can be read by this user", \
      "on the host: give the driver's libraries mode 755 and recreate the container; with SELinux, restorecon on them", \
      "open(2), EACCES") \
    X(GST_RUNTIME_LOADER_MISSES, "runtime.loader-misses-libcuda", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the loader finds the injected libcuda.so.1", \
      "run ldconfig in the container, or add the folder of libcuda to LD_LIBRARY_PATH; an image without ldconfig, or with a read-only /etc, keeps the hook from doing it", \
      "nvidia-container-toolkit, hook update-ldcache; ld.so(8)") \
    X(GST_RUNTIME_TOOLKIT_OLD, "runtime.toolkit-older-than-driver", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the toolkit injects every library that those of this driver load", \
      "on the host: update nvidia-container-toolkit and libnvidia-container, then recreate the container", \
      "libnvidia-container, CHANGELOG: libnvidia-gpucomp is known from 1.14 on; libnvidia-eglcore of driver 580 needs it") \
    X(GST_RUNTIME_NODE_NUMBER_WRONG, "runtime.node-number-wrong", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "the nodes have the driver's numbers: /dev/nvidiactl is 195:255, /dev/nvidiaN is 195:N", \
      "recreate the container; if it stays, regenerate the CDI spec (nvidia-ctk cdi generate), and look for mknod in the image's build", \
      "Linux, admin-guide/devices.txt, char major 195; nvidia-modprobe") \
    X(GST_RUNTIME_FEWER_GPUS, "runtime.fewer-gpus-than-asked", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "a node for each GPU that was asked for", \
      "compare NVIDIA_VISIBLE_DEVICES with nvidia-smi -L on the host, and recreate the container", \
      "nvidia-container-toolkit, environment variables") \
    X(GST_RUNTIME_OTHER_GPUS, "runtime.other-gpus-than-asked", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "the nodes of the GPUs that NVIDIA_VISIBLE_DEVICES names", \
      "recreate the container; if it stays, look for what gives it nodes beside the runtime (--device, -v, a device plugin), and compare nvidia-smi -L here and on the host", \
      "nvidia-container-toolkit, environment variables; /proc/driver/nvidia/gpus/*/information") \
    X(GST_RUNTIME_MINOR_STALE, "runtime.node-minor-stale", GST_FAIL, GST_ACTION_FIX_HOST, \
      "each /dev/nvidiaN is the 'Device Minor' of a GPU that the driver lists", \
      "on the host: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml, then recreate the container", \
      "/proc/driver/nvidia/gpus/*/information; GPUs are numbered anew when one comes or goes") \
    X(GST_RUNTIME_UVM_NODE_MISSING, "runtime.uvm-node-missing", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "/dev/nvidia-uvm is in the container", \
      "on the host: nvidia-modprobe -u -c=0, then recreate the container with the compute capability", \
      "captured: legacy and just-in-time injection start without it where the host's node was missing") \
    X(GST_RUNTIME_UVM_NODE_STALE, "runtime.uvm-node-stale", GST_FAIL, GST_ACTION_FIX_HOST, \
      "/dev/nvidia-uvm has the major number that /proc/devices gives nvidia-uvm", \
      "on the host: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml, then recreate the container: the number changes from boot to boot", \
      "Linux, /proc/devices; CDI specs of toolkit 1.20 hold the number (captured)") \
    X(GST_RUNTIME_UVM_TOOLS_MISSING, "runtime.uvm-tools-node-missing", GST_NOTE, GST_ACTION_NONE, \
      "/dev/nvidia-uvm-tools is in the container", \
      "nothing to do, unless profilers or debuggers are to run: recreate the container then", \
      "nvidia-modprobe; needed by tools alone") \
    X(GST_RUNTIME_CGROUP_DENIES, "runtime.device-cgroup-denies", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "the container's device cgroup allows the GPU's nodes", \
      "recreate the container with --gpus all (not with -v of a node); if it worked before, a daemon-reload on the host took the rules away, and CDI prevents that; if it never did, look for 'no-cgroups = true' in the toolkit's configuration", \
      "open(2), EPERM; captured; NVIDIA/nvidia-container-toolkit, issue 48") \
    X(GST_RUNTIME_ACCESS_LOST, "runtime.device-access-lost", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "a node that opened goes on to open", \
      "recreate the container; inject with CDI, or use the cgroupfs driver, so that a daemon-reload takes nothing away", \
      "NVIDIA/nvidia-container-toolkit, issue 48; two opens, some time apart") \
    X(GST_RUNTIME_MIG_NODES_MISSING, "runtime.mig-nodes-missing", GST_FAIL, GST_ACTION_RESTART_CONTAINER, \
      "the capability nodes of a MIG instance are in /dev/nvidia-caps", \
      "ask for the instance by its UUID (nvidia-smi -L on the host) and recreate the container", \
      "MIG user guide, device nodes and capabilities") \
    X(GST_RUNTIME_IMEX_MISSING, "runtime.imex-channel-missing", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the IMEX channels that were asked for are in /dev/nvidia-caps-imex-channels", \
      "on the host: start nvidia-imex and create the channels, then recreate the container", \
      "IMEX guide, channels; nvidia-container-toolkit, NVIDIA_IMEX_CHANNELS") \
    X(GST_RUNTIME_FEATURE_MISSING, "runtime.feature-not-injected", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "the nodes of a feature that was asked for (GDS, GDRCOPY, MOFED, NVSWITCH) are in the container", \
      "start it with --runtime=nvidia (--gpus alone ignores these variables), and load the feature's module on the host (nvidia-fs, gdrdrv, ib_uverbs)", \
      "nvidia-container-toolkit, gated modifiers") \
    X(GST_RUNTIME_RENDER_NODES, "runtime.render-nodes-missing", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "a /dev/dri/renderD* node where the graphics capability was asked for", \
      "start it with --runtime=nvidia or CDI if programs need GBM or a display: the --gpus hook injects no DRM nodes, and EGL and Vulkan without a screen do without", \
      "nvidia-container-toolkit, graphics modifier") \
    X(GST_RUNTIME_COMPAT_INACTIVE, "runtime.compat-inactive", GST_FAIL, GST_ACTION_FIX_HOST, \
      "where the image's CUDA is newer than the driver, its cuda-compat libraries are used", \
      "on the host: enable the hook enable-cuda-compat (toolkit 1.17.5 or newer, not switched off), or update the driver", \
      "CUDA compatibility guide, forward compatibility; nvidia-container-toolkit, cuda-compat-mode") \
    X(GST_RUNTIME_CSV_MOUNTS, "runtime.csv-mounts-missing", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "on Jetson, the files of /etc/nvidia-container-runtime/host-files-for-container.d are mounted", \
      "start it with --runtime=nvidia: --gpus is not supported on Jetson", \
      "nvidia-container-toolkit, csv mode; notes") \
    X(GST_RUNTIME_CDI_SPEC_INVALID, "runtime.cdi-spec-invalid", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the CDI specs can be read and parsed", \
      "on the host: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml", \
      "CDI specification 1.1") \
    X(GST_RUNTIME_CDI_CONFLICT, "runtime.cdi-device-conflict", GST_FAIL, GST_ACTION_FIX_HOST, \
      "each CDI device is defined by one spec", \
      "on the host: remove the older of the specs in /etc/cdi and /var/run/cdi that define it", \
      "CDI specification 1.1: devices that two specs of one folder define cannot be resolved") \
    X(GST_RUNTIME_CDI_SPEC_STALE, "runtime.cdi-spec-stale", GST_FAIL, GST_ACTION_FIX_HOST, \
      "what the CDI spec names is on the host: it was made for this driver and these GPUs", \
      "on the host: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml, now and after each change of the driver (or enable nvidia-cdi-refresh.path)", \
      "captured; NVIDIA/nvidia-container-toolkit, issues 450, 692 and 885") \
    X(GST_RUNTIME_HOOK_GONE, "runtime.hook-gone", GST_FAIL, GST_ACTION_FIX_HOST, \
      "the toolkit's programs are where the CDI spec or the engine's configuration says", \
      "on the host: reinstall nvidia-container-toolkit, then nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml and nvidia-ctk runtime configure", \
      "captured") \
    /* image: what the image carries */ \
    X(GST_IMAGE_DRIVER_FILES, "image.driver-files-baked-in", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the loader takes the driver's libraries from the host, not from the image", \
      "rebuild the image without driver packages (no cuda, cuda-drivers, nvidia-driver-*, libcuda1); gpu-selftest lint names the layer", \
      "captured: a library of the image wins if it is a plain file or has the higher version") \
    X(GST_IMAGE_DRIVER_FILES_UNUSED, "image.driver-files-unused", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "the image carries no files of a driver", \
      "rebuild the image without driver packages before a host with another driver makes them matter", \
      "captured: an older library beside the injected one is not used") \
    X(GST_IMAGE_EMPTY_DRIVER_FILES, "image.empty-driver-files", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "no empty driver files are left from a container that was committed", \
      "build the image from a Dockerfile, not with docker commit of a GPU container, nor under default-runtime nvidia", \
      "captured; NVIDIA/nvidia-docker, issue 856") \
    X(GST_IMAGE_WRONG_ARCHITECTURE, "image.wrong-architecture", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the driver's libraries are for this processor and for 64-bit programs", \
      "use an image for this machine's processor (docker run --platform), and a capability other than compat32 alone", \
      "ELF, e_machine and EI_CLASS") \
    X(GST_IMAGE_OTHER_LIBCUDA, "image.loader-takes-other-libcuda", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the libcuda that programs load is the one that was injected", \
      "take the folder of the other libcuda out of the image's ld.so.conf and RPATHs, or remove the file", \
      "dlopen(3), dlinfo(3), against the mounts") \
    X(GST_IMAGE_TWO_LIBCUDAS, "image.two-libcudas", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "libcuda.so and libcuda.so.1 lead to the same file", \
      "open libcuda.so.1 in programs; or remove the second libcuda (often cuda-compat) if it is not needed", \
      "captured: with cuda-compat the bare name may still be the driver's") \
    X(GST_IMAGE_MUSL, "image.musl", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the image has the GNU C library, which the driver's libraries need", \
      "use an image based on glibc (Debian, Ubuntu, RHEL UBI) instead of Alpine", \
      "NVIDIA's driver libraries are linked against glibc") \
    X(GST_IMAGE_NO_LOADER, "image.no-loader", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "the image has a dynamic loader", \
      "nothing to do for static programs; what loads libcuda needs an image with glibc", \
      "neither /lib64/ld-linux-*.so nor musl's loader is there") \
    X(GST_IMAGE_REQUIREMENT_INVALID, "image.requirement-invalid", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "NVIDIA_REQUIRE_* variables follow the grammar <property><operator><version>", \
      "correct the ENV line of the image, such as NVIDIA_REQUIRE_CUDA=cuda>=12.4", \
      "libnvidia-container, dsl.c") \
    X(GST_IMAGE_DEVICE_NODES, "image.device-nodes-baked-in", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the image holds no device nodes of GPUs", \
      "rebuild the image without mknod of /dev/nvidia*: numbers differ from host to host", \
      "st_dev of the node is that of the image's root") \
    X(GST_IMAGE_COMPAT_NOT_NEWER, "image.compat-not-newer", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "cuda-compat is on the loader's path only where it is newer than the host's driver", \
      "take the compat folder out of LD_LIBRARY_PATH and ld.so.conf: the toolkit switches it on where it is needed", \
      "CUDA compatibility guide, forward compatibility") \
    X(GST_IMAGE_COMPAT_BRANCH, "image.compat-branch-unsupported", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the host's driver branch is one that this cuda-compat supports", \
      "use an image with an older CUDA, or update the host's driver", \
      "note .note.cuda.fwd_compatibility of the compat libcuda; CUDA compatibility guide, table of branches") \
    X(GST_IMAGE_TOOLKIT_OLDER_THAN_GPU, "image.toolkit-older-than-gpu", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "the image's CUDA toolkit knows this GPU's architecture", \
      "use an image of a CUDA version that knows the GPU: libraries without PTX have no code for it", \
      "CUDA toolkit release notes, supported architectures") \
    X(GST_IMAGE_FRAMEWORK_MISSING, "image.framework-missing", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the framework that --framework names can be imported by the image's Python", \
      "install it in the image (pip install torch), or run the audit where python3 on PATH is the framework's own", \
      "asked of the image's own Python") \
    X(GST_IMAGE_FRAMEWORK_CPU_ONLY, "image.framework-cpu-only", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the framework is built for CUDA", \
      "install a build for CUDA: pip install torch --index-url https://download.pytorch.org/whl/cu<version>, no newer than what nvidia-smi shows", \
      "PyTorch, torch.version.cuda") \
    X(GST_IMAGE_FRAMEWORK_SEES_FEWER, "image.framework-sees-fewer-gpus", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the framework sees each GPU that the driver shows", \
      "look for what sets CUDA_VISIBLE_DEVICES or LD_LIBRARY_PATH for Python (sitecustomize, a wrapper, the entrypoint), then reinstall the framework", \
      "PyTorch, torch.cuda.device_count and torch.cuda.init") \
    X(GST_IMAGE_FRAMEWORK_LACKS_ARCH, "image.framework-lacks-architecture", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the framework has code for each GPU's architecture", \
      "install a newer build of the framework, for a CUDA version that knows this GPU", \
      "PyTorch, torch.cuda.get_arch_list; CUDA programming guide, application compatibility") \
    X(GST_IMAGE_FRAMEWORK_FAILS, "image.framework-fails", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the framework multiplies two small matrices on each GPU", \
      "reinstall the framework in a fresh environment with the CUDA libraries it was built with, and take others out of LD_LIBRARY_PATH", \
      "PyTorch, torch.matmul, where the driver itself gives a page back right") \
    X(GST_IMAGE_FRAMEWORK_ENDED, "image.framework-ended-early", GST_ERROR, GST_ACTION_FIX_IMAGE, \
      "the framework answers to the end", \
      "run in the image: python3 -X faulthandler -c 'import torch; torch.cuda.init()'; then reinstall the framework, or give it more time with --timeout", \
      "the child process that asks it") \
    /* user: flags and environment given to the container */ \
    X(GST_USER_NO_GPUS_REQUESTED, "user.no-gpus-requested", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "the container was started with GPUs", \
      "start the container with GPUs: docker run --gpus all, podman run --device nvidia.com/gpu=all, or the limit nvidia.com/gpu in the pod", \
      "no variable, mount or node tells of a request (captured)") \
    X(GST_USER_NO_GPU_SELECTED, "user.no-gpu-selected", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "the request names at least one GPU", \
      "ask for GPUs by name: docker run --gpus all, or nvidia.com/gpu=0; 'none' injects the driver without a GPU", \
      "captured: libraries and control nodes without a GPU's node") \
    X(GST_USER_CAPABILITIES, "user.capabilities-without-compute", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "NVIDIA_DRIVER_CAPABILITIES holds compute", \
      "start the container with -e NVIDIA_DRIVER_CAPABILITIES=compute,utility", \
      "captured: legacy injection filters libraries and nodes by capability") \
    X(GST_USER_REQUIREMENT_DISABLED, "user.requirement-disabled", GST_NOTE, GST_ACTION_NONE, \
      "NVIDIA_DISABLE_REQUIRE is not set", \
      "nothing to do, unless CUDA fails: then remove it and update the driver or change the image", \
      "libnvidia-container; a Go boolean") \
    X(GST_USER_VISIBLE_DEVICES_INVALID, "user.cuda-visible-devices-invalid", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "CUDA_VISIBLE_DEVICES names GPUs of this container, counted from 0", \
      "unset CUDA_VISIBLE_DEVICES: inside a container GPUs count from 0, whatever their numbers on the host", \
      "CUDA programming guide, environment variables: the list ends at the first entry that is invalid") \
    X(GST_USER_CUDA_ENVIRONMENT, "user.cuda-environment", GST_NOTE, GST_ACTION_NONE, \
      "no variable changes how CUDA behaves", \
      "nothing to do; remember the variable when results or speeds surprise", \
      "CUDA programming guide, environment variables") \
    X(GST_USER_FEATURE_VALUE, "user.feature-not-enabled", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "NVIDIA_GDS, NVIDIA_GDRCOPY, NVIDIA_MOFED and NVIDIA_NVSWITCH are 'enabled' or not set", \
      "set the variable to 'enabled': other values are ignored", \
      "nvidia-container-toolkit, gated modifiers") \
    X(GST_USER_NAMESPACE, "user.user-namespace", GST_NOTE, GST_ACTION_NONE, \
      "the container shares the host's user namespace", \
      "nothing to do: in a rootless container the host's nodes belong to nobody", \
      "user_namespaces(7), /proc/self/uid_map") \
    X(GST_USER_LIBRARY_PATH, "user.library-path-shadows-driver", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "LD_LIBRARY_PATH leads to no libcuda or NVML but the injected one", \
      "take the folder out of LD_LIBRARY_PATH, or remove the driver's library from it", \
      "ld.so(8): LD_LIBRARY_PATH goes before the cache") \
    X(GST_USER_PRELOAD, "user.preload", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "nothing is preloaded into programs", \
      "unset LD_PRELOAD (or empty /etc/ld.so.preload) if GPU programs misbehave", \
      "ld.so(8)") \
    X(GST_USER_NO_NVIDIA_SMI, "user.nvidia-smi-missing", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "nvidia-smi is in the container", \
      "add utility to NVIDIA_DRIVER_CAPABILITIES, or install the driver's utilities on the host (Ubuntu: nvidia-utils-<branch>), if nvidia-smi is wanted", \
      "NVIDIA Container Toolkit, driver capability utility") \
    X(GST_USER_NOEXEC, "user.libraries-noexec", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "the driver's libraries lie on a mount from which code may be run", \
      "mount the folder of the driver's libraries without noexec", \
      "mmap(2), EPERM on a mount with noexec") \
    X(GST_USER_NODE_IS_NO_DEVICE, "user.node-is-no-device", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "what is called /dev/nvidia* is a character device", \
      "start it with --device instead of -v: -v of a path that is missing on the host makes a folder", \
      "stat(2)") \
    X(GST_USER_NODE_PERMISSIONS, "user.node-permissions", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "this user may open the GPU's nodes", \
      "run as a user or group that may (podman: --group-add keep-groups; docker: --group-add <group of the node>), or give the nodes mode 666 on the host; with SELinux also --security-opt label=disable", \
      "open(2), EACCES") \
    X(GST_USER_NODES_NEED_ROOT, "user.nodes-need-root", GST_NOTE, GST_ACTION_NONE, \
      "users other than root may open the GPU's nodes, too", \
      "nothing to do while programs run as root; otherwise add the node's group with --group-add", \
      "mode and owner of /dev/nvidia*") \
    X(GST_USER_PRIVILEGED, "user.privileged", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "the container sees the devices that it was given, and no more", \
      "use --gpus instead of --privileged: the whole /dev of the host defeats the choice of GPUs", \
      "device nodes that no GPU injection brings (/dev/kvm, /dev/sda, /dev/mem) are there") \
    X(GST_USER_SHM_SMALL, "user.shm-small", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "1 GiB or more of /dev/shm where several GPUs work together", \
      "add --shm-size=1g (or --ipc=host) if NCCL or data loaders fail with 'no space left on device'", \
      "Docker's default is 64 MiB; NVIDIA/nccl, issues 290 and 342") \
    X(GST_USER_MEMLOCK_SMALL, "user.memlock-small", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "memory may be locked without limit where RDMA is used", \
      "add --ulimit memlock=-1 if registering memory with InfiniBand fails", \
      "getrlimit(2), RLIMIT_MEMLOCK; NCCL user guide, troubleshooting") \
    X(GST_USER_SECCOMP, "user.seccomp-blocks-numa", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "get_mempolicy and set_mempolicy are allowed, so that memory is placed near its GPU", \
      "add --cap-add SYS_NICE if NCCL warns of get_mempolicy, or if host copies are slow on a machine with several NUMA nodes", \
      "Docker's default seccomp profile; NCCL user guide, troubleshooting") \
    X(GST_USER_MPS_UNREACHABLE, "user.mps-unreachable", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "where an MPS daemon runs, CUDA reaches its server", \
      "unset CUDA_MPS_PIPE_DIRECTORY, or start it with --ipc=host, the pipe folder mounted and the user of the MPS server", \
      "MPS documentation, environment variables; CUDA driver API, CUDA_ERROR_MPS_CONNECTION_FAILED") \
    X(GST_USER_MPS_NOT_USED, "user.mps-not-used", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "where CUDA_MPS_PIPE_DIRECTORY is set, programs share the GPU by way of MPS", \
      "unset CUDA_MPS_PIPE_DIRECTORY; or, if MPS is wanted, start nvidia-cuda-mps-control -d on the host, and the container with --ipc=host and the pipe folder mounted", \
      "nvidia-cuda-mps-control(1): where no daemon answers, programs run without MPS") \
    X(GST_USER_SELINUX, "user.selinux-denies", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "SELinux lets the container use the GPU's nodes", \
      "on the host: setsebool -P container_use_devices 1; or start it with --security-opt label=disable", \
      "SELinux, container_t; open(2), EACCES on a node whose mode allows it") \
    X(GST_USER_CPUSET_FAR, "user.cpuset-far-from-gpu", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "the container may use processors of each GPU's NUMA node", \
      "choose --cpuset-cpus from the GPU's own node (nvidia-smi topo -m names it)", \
      "/proc/self/status, Cpus_allowed_list; /sys/bus/pci/devices/*/local_cpulist") \
    X(GST_USER_GPUS_WITHOUT_LIMIT, "user.gpus-without-limit", GST_NOTE, GST_ACTION_FIX_HOST, \
      "a pod gets GPUs by its limit nvidia.com/gpu alone", \
      "on the node: accept-nvidia-visible-devices-envvar-when-unprivileged = false with volume mounts or CDI, so that the image's variable gives nobody GPUs", \
      "nvidia-container-toolkit and k8s-device-plugin, device list strategies") \
    X(GST_USER_VIDEO_GROUP, "user.video-group", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "on Jetson, a user that is not root is in the group video", \
      "start it with --group-add video", \
      "Jetson Linux: the nodes belong to group video") \
    /* hardware: the GPU or the link itself */ \
    X(GST_HARDWARE_XID_IN_LOG, "hardware.xid-in-log", GST_NOTE, GST_ACTION_NONE, \
      "the kernel's log holds no Xid, save those that faulty programs cause (13, 31, 43, 45)", \
      "on the host: dmesg -T | grep -i xid shows when and on which GPU; look the number up in NVIDIA's Xid catalogue if the GPU misbehaves", \
      "/dev/kmsg; NVIDIA Xid errors, catalogue") \
    /* suite: ourselves */ \
    X(GST_SUITE_SANDBOX, "suite.sandbox-hides-host", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "the host can be seen from inside", \
      "run gpu-selftest audit on the host, or in a container of an ordinary runtime (runc): this sandbox hides the driver's state", \
      "gVisor and Kata show a kernel of their own") \
    X(GST_SUITE_PROBE_FAILED, "suite.probe-failed", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "gpu-selftest-audit-probe runs and ends", \
      "keep gpu-selftest-audit-probe beside the program, on a mount without noexec; it needs the image's own loader", \
      "posix_spawn(3); what it printed last") \
    X(GST_SUITE_VIEW_DAMAGED, "suite.view-damaged", GST_ERROR, GST_ACTION_REPORT_BUG, \
      "/proc/self/mountinfo, /etc/ld.so.cache and the folders of libraries can be understood", \
      "run it again; report it with scripts/capture-root if it stays", \
      "bounds and formats of the files that are read")
/* clang-format on */

/* What a node that cannot be opened makes NVML and CUDA say. */
#define GST_FINDING_EDGES_OF_UNOPENED(X, by)                                                       \
    X(GST_RUNTIME_DEVICE_NODES, by)                                                                \
    X(GST_RUNTIME_NOT_PERMITTED, by)                                                               \
    X(GST_HOST_NVML_FAILED, by)                                                                    \
    X(GST_HOST_NVML_WITHOUT_CUDA, by)                                                              \
    X(GST_HOST_CALL_FAILED, by)

/* Why a library of the driver that is here does not load. */
#define GST_FINDING_EDGES_OF_UNLOADABLE(X, by)                                                     \
    X(GST_RUNTIME_LIBCUDA_MISSING, by)                                                             \
    X(GST_RUNTIME_NVML_MISSING, by)

#define GST_FINDING_EDGES_OF_AUDIT(X)                                                              \
    /* no GPU, no module: nothing above it can work */                                             \
    X(GST_HOST_MODULE_NOT_LOADED, GST_HOST_GPU_BOUND_ELSEWHERE)                                    \
    X(GST_HOST_UVM_NOT_LOADED, GST_HOST_MODULE_NOT_LOADED)                                         \
    X(GST_HOST_NO_DRIVER_BEHIND_NODE, GST_HOST_MODULE_NOT_LOADED)                                  \
    X(GST_HOST_NO_DRIVER_BEHIND_NODE, GST_HOST_NO_GPU)                                             \
    X(GST_RUNTIME_NOTHING_INJECTED, GST_HOST_MODULE_NOT_LOADED)                                    \
    X(GST_RUNTIME_NOTHING_INJECTED, GST_HOST_NO_GPU)                                               \
    X(GST_RUNTIME_VOID, GST_HOST_MODULE_NOT_LOADED)                                                \
    X(GST_RUNTIME_VOID, GST_HOST_NO_GPU)                                                           \
    X(GST_USER_NO_GPUS_REQUESTED, GST_HOST_MODULE_NOT_LOADED)                                      \
    X(GST_USER_NO_GPUS_REQUESTED, GST_HOST_NO_GPU)                                                 \
    X(GST_RUNTIME_UVM_NODE_MISSING, GST_HOST_UVM_NOT_LOADED)                                       \
    /* nothing was injected: what is missing is missing for that reason */                         \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_RUNTIME_NOTHING_INJECTED)                                   \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_RUNTIME_VOID)                                               \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_USER_NO_GPUS_REQUESTED)                                     \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_USER_CAPABILITIES)                                          \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_HOST_LIBCUDA_MISSING)                                       \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_HOST_WSL_DRIVER)                                            \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_RUNTIME_CSV_MOUNTS)                                         \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_SUITE_SANDBOX)                                              \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_IMAGE_MUSL)                                                 \
    X(GST_RUNTIME_LIBCUDA_MISSING, GST_RUNTIME_LOADER_MISSES)                                      \
    X(GST_RUNTIME_DEVICE_NODES, GST_RUNTIME_NOTHING_INJECTED)                                      \
    X(GST_RUNTIME_DEVICE_NODES, GST_RUNTIME_VOID)                                                  \
    X(GST_RUNTIME_DEVICE_NODES, GST_USER_NO_GPUS_REQUESTED)                                        \
    X(GST_RUNTIME_DEVICE_NODES, GST_USER_NO_GPU_SELECTED)                                          \
    X(GST_RUNTIME_FEWER_GPUS, GST_USER_NO_GPU_SELECTED)                                            \
    X(GST_RUNTIME_FEWER_GPUS, GST_RUNTIME_DEVICE_NODES)                                            \
    X(GST_IMAGE_DRIVER_FILES, GST_RUNTIME_NOTHING_INJECTED)                                        \
    X(GST_IMAGE_DRIVER_FILES, GST_RUNTIME_VOID)                                                    \
    X(GST_IMAGE_DRIVER_FILES, GST_USER_NO_GPUS_REQUESTED)                                          \
    X(GST_IMAGE_DRIVER_FILES, GST_IMAGE_EMPTY_DRIVER_FILES)                                        \
    X(GST_RUNTIME_UVM_NODE_MISSING, GST_USER_CAPABILITIES)                                         \
    X(GST_RUNTIME_JIT_MISSING, GST_USER_CAPABILITIES)                                              \
    X(GST_RUNTIME_LOADER_MISSES, GST_IMAGE_MUSL)                                                   \
    X(GST_RUNTIME_LOADER_MISSES, GST_IMAGE_WRONG_ARCHITECTURE)                                     \
    /* what the loader takes decides what the libraries answer */                                  \
    X(GST_HOST_DRIVER_MISMATCH, GST_IMAGE_DRIVER_FILES)                                            \
    X(GST_HOST_DRIVER_MISMATCH, GST_USER_LIBRARY_PATH)                                             \
    X(GST_HOST_DRIVER_MISMATCH, GST_IMAGE_OTHER_LIBCUDA)                                           \
    X(GST_HOST_DRIVER_MISMATCH, GST_RUNTIME_DRIVER_REPLACED)                                       \
    X(GST_HOST_DRIVER_MISMATCH, GST_RUNTIME_VERSION_STALE)                                         \
    X(GST_HOST_DRIVER_MISMATCH, GST_HOST_MIXED_VERSIONS)                                           \
    X(GST_HOST_DRIVER_MISMATCH, GST_IMAGE_COMPAT_BRANCH)                                           \
    X(GST_HOST_DRIVER_MISMATCH, GST_IMAGE_COMPAT_NOT_NEWER)                                        \
    X(GST_RUNTIME_VERSION_STALE, GST_RUNTIME_DRIVER_REPLACED)                                      \
    X(GST_IMAGE_OTHER_LIBCUDA, GST_USER_LIBRARY_PATH)                                              \
    X(GST_IMAGE_OTHER_LIBCUDA, GST_IMAGE_DRIVER_FILES)                                             \
    X(GST_IMAGE_OTHER_LIBCUDA, GST_IMAGE_STUB_LIBCUDA)                                             \
    X(GST_USER_LIBRARY_PATH, GST_IMAGE_STUB_LIBCUDA)                                               \
    X(GST_IMAGE_DRIVER_FILES, GST_IMAGE_STUB_LIBCUDA)                                              \
    /* nodes */                                                                                    \
    X(GST_RUNTIME_NODE_NUMBER_WRONG, GST_IMAGE_DEVICE_NODES)                                       \
    X(GST_HOST_NO_DRIVER_BEHIND_NODE, GST_RUNTIME_NODE_NUMBER_WRONG)                               \
    X(GST_HOST_NO_DRIVER_BEHIND_NODE, GST_RUNTIME_UVM_NODE_STALE)                                  \
    X(GST_HOST_GPU_GONE, GST_RUNTIME_MINOR_STALE)                                                  \
    X(GST_HOST_GPU_GONE, GST_RUNTIME_NODE_NUMBER_WRONG)                                            \
    X(GST_HOST_GPU_GONE, GST_HOST_NO_GPU)                                                          \
    X(GST_HOST_GPU_GONE, GST_HARDWARE_GPU_LOST)                                                    \
    X(GST_HOST_ADAPTER_FAILED, GST_HARDWARE_GPU_LOST)                                              \
    X(GST_HOST_ADAPTER_FAILED, GST_HOST_GPU_NEEDS_RESET)                                           \
    X(GST_HOST_NO_DRIVER_BEHIND_NODE, GST_HOST_UVM_NOT_LOADED)                                     \
    X(GST_USER_NODE_PERMISSIONS, GST_USER_SELINUX)                                                 \
    X(GST_RUNTIME_CGROUP_DENIES, GST_HOST_GPU_EXCLUDED)                                            \
    X(GST_RUNTIME_CGROUP_DENIES, GST_IMAGE_DEVICE_NODES)                                           \
    X(GST_RUNTIME_CGROUP_DENIES, GST_RUNTIME_NODE_NUMBER_WRONG)                                    \
    X(GST_RUNTIME_UVM_NODE_STALE, GST_IMAGE_DEVICE_NODES)                                          \
    X(GST_USER_NODE_PERMISSIONS, GST_IMAGE_DEVICE_NODES)                                           \
    /* what a cause in files makes the libraries say */                                            \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_RUNTIME_CGROUP_DENIES)                                    \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_USER_NODE_IS_NO_DEVICE)                                   \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_RUNTIME_UVM_NODE_MISSING)                                 \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_RUNTIME_UVM_NODE_STALE)                                   \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_USER_NODE_PERMISSIONS)                                    \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_USER_VIDEO_GROUP)                                         \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_HOST_NO_DRIVER_BEHIND_NODE)                               \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_HOST_GPU_GONE)                                            \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_HOST_ADAPTER_FAILED)                                      \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_HOST_GPU_UNAVAILABLE)                                     \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_HOST_OPEN_FAILED)                                         \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_HOST_GPU_EXCLUDED)                                        \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_RUNTIME_MIG_NODES_MISSING)                                \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_HOST_MIG_WITHOUT_INSTANCES)                               \
    GST_FINDING_EDGES_OF_UNOPENED(X, GST_HOST_WSL_NODE)                                            \
    X(GST_USER_ALL_GPUS_HIDDEN, GST_USER_VISIBLE_DEVICES_INVALID)                                  \
    X(GST_HOST_DRIVER_TOO_OLD, GST_RUNTIME_COMPAT_INACTIVE)                                        \
    GST_FINDING_EDGES_OF_UNLOADABLE(X, GST_IMAGE_EMPTY_DRIVER_FILES)                               \
    GST_FINDING_EDGES_OF_UNLOADABLE(X, GST_IMAGE_WRONG_ARCHITECTURE)                               \
    GST_FINDING_EDGES_OF_UNLOADABLE(X, GST_RUNTIME_LIBRARY_UNREADABLE)                             \
    GST_FINDING_EDGES_OF_UNLOADABLE(X, GST_RUNTIME_DRIVER_REPLACED)                                \
    GST_FINDING_EDGES_OF_UNLOADABLE(X, GST_USER_NOEXEC)                                            \
    X(GST_RUNTIME_NVML_MISSING, GST_RUNTIME_LOADER_MISSES)                                         \
    X(GST_RUNTIME_NVML_MISSING, GST_RUNTIME_NOTHING_INJECTED)                                      \
    X(GST_RUNTIME_NVML_MISSING, GST_USER_NO_GPUS_REQUESTED)                                        \
    X(GST_RUNTIME_NVML_MISSING, GST_RUNTIME_VOID)                                                  \
    X(GST_RUNTIME_NVML_MISSING, GST_HOST_WSL_DRIVER)                                               \
    X(GST_RUNTIME_NVML_MISSING, GST_SUITE_SANDBOX)                                                 \
    X(GST_RUNTIME_NVML_MISSING, GST_IMAGE_MUSL)                                                    \
    X(GST_HOST_CALL_FAILED, GST_HOST_HMM_BUG)                                                      \
    X(GST_HOST_CALL_FAILED, GST_HOST_DRIVER_MISMATCH)                                              \
    X(GST_SUITE_PROBE_FAILED, GST_IMAGE_MUSL)                                                      \
    /* a framework can do no better than the driver below it */                                    \
    X(GST_IMAGE_FRAMEWORK_MISSING, GST_IMAGE_MUSL)                                                 \
    X(GST_IMAGE_FRAMEWORK_ENDED, GST_HOST_DRIVER_HANG)                                             \
    X(GST_IMAGE_FRAMEWORK_ENDED, GST_HOST_DRIVER_CRASHED)                                          \
    X(GST_IMAGE_FRAMEWORK_FAILS, GST_HARDWARE_WRONG_RESULT)                                        \
    X(GST_IMAGE_FRAMEWORK_FAILS, GST_HARDWARE_ECC)                                                 \
    X(GST_IMAGE_FRAMEWORK_FAILS, GST_HOST_CALL_FAILED)                                             \
    X(GST_IMAGE_FRAMEWORK_FAILS, GST_HOST_ALLOCATION_FAILED)                                       \
    X(GST_IMAGE_FRAMEWORK_FAILS, GST_USER_GPU_BUSY)                                                \
    X(GST_IMAGE_FRAMEWORK_FAILS, GST_RUNTIME_NOT_PERMITTED)                                        \
    X(GST_HOST_DRIVER_TOO_OLD, GST_HOST_REQUIREMENT_UNMET)                                         \
    X(GST_HOST_REQUIREMENT_UNMET, GST_RUNTIME_COMPAT_INACTIVE)

/* Findings from files that hold although GPUs work: of a GPU or a feature that was asked for and is
 * not here, or of a GPU that the driver took and lost. Others say why GPUs cannot be reached, which
 * GPUs that were opened disprove (audit/settle.h), or are about GPUs that somebody keeps from the
 * driver, mostly on purpose (host.gpu-excluded, host.gpu-bound-elsewhere, host.gpu-not-bound). */
#define GST_FINDINGS_BEYOND_WORK(X)                                                                \
    X(GST_HOST_GPU_NOT_INITIALISED)                                                                \
    X(GST_RUNTIME_FEWER_GPUS)                                                                      \
    X(GST_RUNTIME_OTHER_GPUS)                                                                      \
    X(GST_RUNTIME_MINOR_STALE)                                                                     \
    X(GST_RUNTIME_IMEX_MISSING)                                                                    \
    X(GST_RUNTIME_FEATURE_MISSING)                                                                 \
    X(GST_RUNTIME_RENDER_NODES)                                                                    \
    X(GST_USER_VISIBLE_DEVICES_INVALID)

#endif
