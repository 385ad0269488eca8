/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the lint of images can find; see finding_list.h. "notes" in a source stands for the survey
 * that audit.h names; "images" for the Dockerfiles of NVIDIA's CUDA images 11.4.3 to 13.0.0.
 */
#ifndef GST_CORE_FINDINGS_LINT_H
#define GST_CORE_FINDINGS_LINT_H

/* clang-format off */
#define GST_FINDINGS_OF_LINT(X) \
    X(GST_IMAGE_DRIVER_PROGRAMS, "image.driver-programs-baked-in", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "nvidia-smi and the other programs of the driver come from the host", \
      "rebuild the image without nvidia-utils and other driver packages: the runtime puts in the host's own nvidia-smi", \
      "notes: a program of another driver version than the host's does not start") \
    X(GST_IMAGE_DRIVER_KERNEL_PARTS, "image.driver-kernel-parts-baked-in", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "kernel modules, firmware and module options of the driver are the host's alone", \
      "rebuild the image without nvidia-dkms, nvidia-kernel and firmware packages", \
      "notes: a container runs on the host's kernel") \
    X(GST_IMAGE_KERNEL, "image.kernel-baked-in", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the image holds no kernel, modules, headers or initramfs", \
      "rebuild the image without linux-image, linux-headers and dkms (apt-get install --no-install-recommends)", \
      "notes: a container runs on the host's kernel; drivers' packages pull these in") \
    X(GST_IMAGE_DRIVER_INSTALLER, "image.driver-installer", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "no installer that brings a driver lies in the image", \
      "delete the installer in the same RUN line that fetches it, and install CUDA without its driver (--toolkit, or cuda-toolkit packages)", \
      "notes: the runfiles of CUDA and of the driver hold a whole driver") \
    X(GST_IMAGE_DRIVER_PACKAGES, "image.driver-packages", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "no package of the driver is installed, and none that depends on it", \
      "replace cuda, cuda-<version> and cuda-runtime by cuda-libraries or cuda-toolkit, leave out nvidia-driver-*, and use --no-install-recommends", \
      "CUDA installation guide, meta packages: cuda and cuda-runtime depend on cuda-drivers") \
    X(GST_IMAGE_INJECTION_LEFTOVERS, "image.injection-leftovers", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "nothing is left in the image of what a runtime puts into running containers", \
      "build the image from a Dockerfile, not with docker commit of a GPU container, nor under default-runtime nvidia", \
      "captured: 00-nvcr-*.conf and 10-container.conf stay in a committed container") \
    X(GST_IMAGE_STUBS_ON_PATH, "image.stubs-on-loader-path", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the toolkit's stubs are in LIBRARY_PATH alone, never where the loader looks", \
      "take the stubs folder out of LD_LIBRARY_PATH and ld.so.conf; the linker finds it by LIBRARY_PATH or -L", \
      "CUDA driver API, CUDA_ERROR_STUB_LIBRARY; images: only LIBRARY_PATH names stubs") \
    X(GST_IMAGE_STUB_NAMED, "image.stub-with-driver-name", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "stubs stay in their folder, called libcuda.so and libnvidia-ml.so, as the linker asks for them", \
      "remove the link or copy of a stub with the version in its name or outside of the stubs folder (often made with ln -s libcuda.so libcuda.so.1); the linker finds stubs by LIBRARY_PATH or -L", \
      "notes: by that name programs load the stub instead of the driver") \
    X(GST_IMAGE_COMPAT_ON_PATH, "image.compat-on-loader-path", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "cuda-compat lies off the loader's path: the runtime switches it on where the host's driver needs it", \
      "take the compat folder out of LD_LIBRARY_PATH and ld.so.conf", \
      "CUDA compatibility guide, forward compatibility; images: no variable names compat") \
    X(GST_IMAGE_SIMULATED, "image.simulated-libraries", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "no library of gpu-selftest's simulated GPUs is in the image", \
      "remove gpu-selftest/sim, or the copies of its libraries, from the image: they answer for GPUs that are not there", \
      "the marker that each simulated library exports") \
    X(GST_IMAGE_EXPECTATION_UNMET, "image.expectation-unmet", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the image holds what the file of --expect expects, and nothing that it rules out", \
      "change the Dockerfile until the image holds it, or change the line of the file of expectations if that is what is wrong", \
      "the file that --expect names") \
    X(GST_IMAGE_REQUIREMENT_OFF, "image.requirement-check-off", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "the image lets the runtime hold the host's driver against NVIDIA_REQUIRE_*", \
      "leave NVIDIA_DISABLE_REQUIRE to whoever starts the container", \
      "nvidia-container-toolkit, environment variables") \
    X(GST_IMAGE_REQUIREMENT_MISSING, "image.requirement-missing", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "an image that sets CUDA_VERSION sets NVIDIA_REQUIRE_CUDA too", \
      "add ENV NVIDIA_REQUIRE_CUDA=cuda>=<version>, or start from an nvidia/cuda image", \
      "nvidia-container-toolkit: without it the image is taken for one of CUDA 8 and gets every capability") \
    X(GST_IMAGE_GPU_REQUEST, "image.gpu-request-incomplete", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "an image with CUDA asks for GPUs and for the capabilities compute and utility", \
      "add ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility", \
      "images; nvidia-container-runtime reads both in legacy mode") \
    X(GST_IMAGE_DRIVER_FILES_DELETED, "image.driver-files-deleted-later", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "driver files that are removed again are removed in the layer that brings them", \
      "install and remove them in one RUN line, or squash the image: a later layer hides files, their bytes stay", \
      "OCI image specification, layers and whiteouts") \
    X(GST_IMAGE_HOST_SIDE, "image.host-side-libraries", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "libraries of the container toolkit and of the driver's EGL platforms are on the host", \
      "leave them out unless the image itself starts containers or is a desktop", \
      "notes: packaged apart from the driver and of no harm to it") \
    X(GST_SUITE_IMAGE_NOT_FOUND, "suite.image-not-found", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "there is a file or folder of that name, or docker or podman has an image of that name", \
      "docker pull IMAGE (or podman pull); where the engine does not answer, start it, or save the image elsewhere (docker save IMAGE -o image.tar) and name the file", \
      "docker save, podman save") \
    X(GST_SUITE_EXPECTATION_UNKNOWN, "suite.expectation-unknown", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "each expectation of the file of --expect can be held against what is looked at", \
      "give the image itself, by its name or as an archive of docker save: a folder has neither a configuration nor layers", \
      "OCI image specification, configuration") \
    X(GST_SUITE_IMAGE_UNREADABLE, "suite.image-unreadable", GST_ERROR, GST_ACTION_FIX_FLAGS, \
      "the image can be read from beginning to end", \
      "save the image again (docker save IMAGE -o image.tar) with room in $TMPDIR, or run it as a user who may read all of the folder", \
      "open(2), libarchive; Docker image specification 1.2, OCI image layout")
/* clang-format on */

/* blocked, by: if the second is found, the first says nothing of its own. */
#define GST_FINDING_EDGES_OF_LINT(X)                                                               \
    /* the package is why the files are there */                                                   \
    X(GST_IMAGE_DRIVER_PACKAGES, GST_IMAGE_DRIVER_FILES)                                           \
    X(GST_IMAGE_DRIVER_PACKAGES, GST_IMAGE_DRIVER_PROGRAMS)                                        \
    X(GST_IMAGE_DRIVER_PACKAGES, GST_IMAGE_DRIVER_KERNEL_PARTS)                                    \
    /* dkms builds the driver's modules, and pulls in the rest */                                  \
    X(GST_IMAGE_KERNEL, GST_IMAGE_DRIVER_KERNEL_PARTS)                                             \
    /* both stay in a container that was committed */                                              \
    X(GST_IMAGE_INJECTION_LEFTOVERS, GST_IMAGE_EMPTY_DRIVER_FILES)

#endif
