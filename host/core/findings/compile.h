/* SPDX-License-Identifier: Apache-2.0 */
/* What compiling a program where it runs can find; see finding_list.h. */
#ifndef GST_CORE_FINDINGS_COMPILE_H
#define GST_CORE_FINDINGS_COMPILE_H

/* clang-format off */
#define GST_FINDINGS_OF_COMPILE(X) \
    X(GST_IMAGE_NVCC_MISSING, "image.nvcc-missing", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "nvcc on PATH, or in bin of CUDA_HOME or of /usr/local/cuda", \
      "use a devel image, or in it: apt-get install -y cuda-nvcc-13-0 (12-4, 11-8: the image's CUDA), and keep /usr/local/cuda/bin on PATH", \
      "CUDA installation guide, package cuda-nvcc") \
    X(GST_IMAGE_NVCC_FAILED, "image.nvcc-failed", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "nvcc builds an ordinary CUDA program", \
      "install nvcc, its headers and libcudart of one version again, from one repository: apt-get install -y --reinstall cuda-nvcc-13-0 cuda-cudart-dev-13-0 (12-4, 11-8: the image's CUDA)", \
      "what nvcc printed; CUDA compiler driver nvcc, reference") \
    X(GST_IMAGE_NVCC_HANGS, "image.nvcc-hangs", GST_ERROR, GST_ACTION_FIX_IMAGE, \
      "nvcc builds a small program within its deadline", \
      "try again on a machine with less load, and with --timeout 900; look for nvcc on a slow network disk", \
      "the compiler was ended at its deadline") \
    X(GST_IMAGE_HOST_COMPILER_MISSING, "image.host-compiler-missing", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "a C++ compiler beside nvcc, which compiles and links the host's part", \
      "in the image: apt-get install -y g++ (dnf install -y gcc-c++), or name one: NVCC_PREPEND_FLAGS='-ccbin clang++'", \
      "CUDA compiler driver nvcc, supported host compilers; observed") \
    X(GST_IMAGE_HOST_COMPILER_UNSUPPORTED, "image.host-compiler-unsupported", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "a C++ compiler that this nvcc knows", \
      "in the image: apt-get install -y g++-12 and ENV NVCC_PREPEND_FLAGS='-ccbin g++-12' (CUDA 11.8 takes g++ up to 11, 12.4 up to 13, 13.0 up to 15)", \
      "CUDA installation guide, host compiler support policy; host_config.h of 11.8, 12.4 and 13.0") \
    X(GST_IMAGE_CUDART_DEV_MISSING, "image.cudart-dev-missing", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "the headers and libraries of the CUDA runtime that nvcc compiles and links with", \
      "use a devel image, or in it: apt-get install -y cuda-cudart-dev-13-0 (12-4, 11-8: the image's CUDA)", \
      "CUDA installation guide, package cuda-cudart-dev") \
    X(GST_IMAGE_COMPILER_LACKS_GPU, "image.compiler-lacks-gpu", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "nvcc and NVRTC make code that this GPU can run", \
      "use a devel image of a CUDA version that knows this GPU: 12.9 is the last for compute capability 5.0 to 7.2, 12.8 the first for 10.0 and 12.0", \
      "CUDA compiler driver nvcc, GPU feature list; release notes of CUDA 13.0") \
    X(GST_IMAGE_COMPILER_BY_JIT, "image.compiler-older-than-gpu", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "nvcc and NVRTC make native code for this GPU", \
      "nothing to do, or use a devel image of a newer CUDA version: the driver then need not compile what is built here once more", \
      "CUDA programming guide, application compatibility") \
    X(GST_IMAGE_BUILT_PROGRAM_FAILS, "image.built-program-fails", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "a program that nvcc built starts, and ends by itself", \
      "take LD_LIBRARY_PATH and LD_PRELOAD out of the image's ENV, install nvcc and libcudart of one version again, and look at vector-add, which no compiler here has made", \
      "how the program ended, and what it printed") \
    X(GST_IMAGE_BUILT_PROGRAM_HANGS, "image.built-program-hangs", GST_ERROR, GST_ACTION_FIX_IMAGE, \
      "a program that nvcc built ends within its deadline", \
      "gpu-selftest vector-add shows whether GPU and driver work with code that was not built here; then install nvcc and libcudart again", \
      "the program was ended at its deadline") \
    X(GST_IMAGE_NVRTC_MISSING, "image.nvrtc-missing", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "libnvrtc.so.13, .12 or .11.2 can be loaded", \
      "use a devel image, or in it: apt-get install -y cuda-nvrtc-13-0 (12-4, 11-8: the image's CUDA)", \
      "NVRTC documentation, installation") \
    X(GST_IMAGE_NVRTC_BUILTINS_MISSING, "image.nvrtc-builtins-missing", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "libnvrtc-builtins of the same minor version lies beside libnvrtc", \
      "install all of the package cuda-nvrtc-13-0 (12-4, 11-8: the image's CUDA); who copies libnvrtc.so.13 into an image has to copy libnvrtc-builtins.so.13.0, too", \
      "NVRTC documentation, installation; observed") \
    X(GST_IMAGE_NVRTC_FAILED, "image.nvrtc-failed", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "NVRTC compiles a kernel", \
      "install all of the package cuda-nvrtc-13-0 again (12-4, 11-8: the image's CUDA), and look at LD_LIBRARY_PATH for a second one (pip wheels carry their own)", \
      "NVRTC documentation, nvrtcResult") \
    X(GST_IMAGE_NVRTC_CRASHES, "image.nvrtc-crashes", GST_ERROR, GST_ACTION_FIX_IMAGE, \
      "calls of NVRTC return", \
      "install all of the package cuda-nvrtc-13-0 again (12-4, 11-8: the image's CUDA), and look at LD_LIBRARY_PATH for a libcuda that is no NVIDIA driver's: NVRTC calls it", \
      "the child process was killed inside the named library call; NVRTC 13.0 opens libcuda.so.1, observed") \
    X(GST_USER_NO_SCRATCH, "user.no-scratch-folder", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "a folder that can be written to: TMPDIR, /tmp or /dev/shm", \
      "docker run --tmpfs /tmp:exec, or -e TMPDIR=<a folder of a volume>", \
      "mkdtemp(3); nvcc writes each step of a compilation to a file") \
    X(GST_USER_SCRATCH_FULL, "user.scratch-full", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "room for some megabytes in the folder for temporary files", \
      "docker run --tmpfs /tmp:exec,size=1g, or -e TMPDIR=<a folder with room>", \
      "write(2), ENOSPC") \
    X(GST_USER_SCRATCH_NOEXEC, "user.scratch-noexec", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "what is built in the folder for temporary files can be run there", \
      "nothing to do unless programs are to be built and run there; then docker run --tmpfs /tmp:exec (without the word Docker mounts it noexec), or -e TMPDIR=<a folder of a volume>", \
      "execve(2), EACCES; Docker documentation, tmpfs mounts")

#define GST_FINDING_EDGES_OF_COMPILE(X)                                                            \
    X(GST_IMAGE_BUILT_PROGRAM_FAILS, GST_HARDWARE_GPU_LOST)                                        \
    X(GST_IMAGE_BUILT_PROGRAM_HANGS, GST_HARDWARE_GPU_LOST)
/* clang-format on */

#endif
