/* SPDX-License-Identifier: Apache-2.0 */
/* What matrix products can find; see finding_list.h. */
#ifndef GST_CORE_FINDINGS_PRODUCTS_H
#define GST_CORE_FINDINGS_PRODUCTS_H

/* clang-format off */
#define GST_FINDINGS_OF_PRODUCTS(X) \
    X(GST_IMAGE_CUBLAS_MISSING, "image.cublas-missing", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "libcublas.so.13, .12 or .11 can be loaded", \
      "use a runtime or devel image, or in it: apt-get install -y libcublas-13-0 (12-4, 11-8: the image's CUDA), which holds libcublas and libcublasLt; on a bare host add their folder to LD_LIBRARY_PATH", \
      "cuBLAS documentation, introduction; image recipes of NVIDIA's CUDA images: base has none") \
    X(GST_IMAGE_CUBLAS_VERSIONS_DIFFER, "image.cublas-versions-differ", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "libcublas and libcublasLt are of one version", \
      "install both from one package, and look at LD_LIBRARY_PATH for a second one (pip wheels carry their own)", \
      "cublasGetProperty, cublasLtGetVersion; internal interfaces between both change with each minor version") \
    X(GST_IMAGE_CUBLAS_FAILED, "image.cublas-failed", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "cuBLAS takes this GPU and this product", \
      "use a cuBLAS that knows this GPU and is not newer than the driver; CUBLAS_LOGINFO_DBG=1 CUBLAS_LOGDEST_DBG=stderr shows more", \
      "cuBLAS documentation, cublasStatus_t") \
    X(GST_IMAGE_CUBLAS_SWAPPED, "image.cublas-operands-swapped", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "cuBLAS multiplies its operands in the order in which they are given", \
      "install NVIDIA's own cuBLAS: something that stands in for it takes row-major order for column-major", \
      "element-wise comparison on the host, with the product in the other order") \
    X(GST_IMAGE_CUBLAS_ROUNDS, "image.cublas-rounds", GST_FAIL, GST_ACTION_FIX_IMAGE, \
      "cuBLAS does not round single precision to TF32 unless it is asked to", \
      "install NVIDIA's own cuBLAS, and look at LD_PRELOAD for something that asks on its own", \
      "cuBLAS documentation, cublasMath_t; numbers of which TF32 loses the last bit") \
    X(GST_USER_TF32_FORCED, "user.tf32-forced", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "products of single precision are not rounded to TF32 by an environment variable", \
      "env -u NVIDIA_TF32_OVERRIDE -u CUBLAS_EMULATE_SINGLE_PRECISION gpu-selftest sgemm shows it; then take the variable out of the image's ENV and of docker run -e", \
      "cuBLAS documentation, TF32 and environment variables; numbers of which TF32 loses the last bit") \
    X(GST_USER_CUBLAS_CHANGED, "user.cublas-changed", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "no environment variable changes what cuBLAS computes", \
      "nothing to do if it is meant; else take the variable out of the container's environment", \
      "cuBLAS documentation, NVIDIA_TF32_OVERRIDE, CUBLAS_EMULATE_SINGLE_PRECISION, CUBLAS_EMULATE_DOUBLE_PRECISION, CUBLAS_EMULATION_STRATEGY") \
    X(GST_HARDWARE_PRODUCT_WRONG, "hardware.product-wrong", GST_FAIL, GST_ACTION_REPLACE, \
      "every element of a matrix product is what the host computes", \
      "drain this GPU and run gpu-selftest sgemm on it again, and memory-test; replace it if it fails again", \
      "element-wise comparison on the host; random products by R. Freivalds, 1977, within a bound from k and type") \
    X(GST_HARDWARE_PRODUCT_TILE, "hardware.product-tile-wrong", GST_FAIL, GST_ACTION_REPLACE, \
      "every tile of a matrix product is what the host computes", \
      "drain this GPU and run gpu-selftest sgemm on it again: a tile is one multiprocessor's work; replace it if it fails again", \
      "element-wise comparison on the host; all that is wrong lies in one block") \
    X(GST_HARDWARE_PRODUCT_NAN, "hardware.product-nan", GST_FAIL, GST_ACTION_REPLACE, \
      "a product of finite numbers holds neither NaN nor infinity", \
      "drain this GPU and run gpu-selftest sgemm on it again, and memory-test; replace it if it fails again", \
      "element-wise comparison on the host") \
    X(GST_HARDWARE_PRODUCT_UNWRITTEN, "hardware.product-unwritten", GST_FAIL, GST_ACTION_REPLACE, \
      "every element of a matrix product is written", \
      "drain this GPU and run gpu-selftest sgemm on it again; if only one image shows it, install its cuBLAS again", \
      "element-wise comparison on the host; what was there before the product still is") \
    X(GST_HARDWARE_PRODUCT_OUTSIDE, "hardware.product-outside", GST_FAIL, GST_ACTION_REPLACE, \
      "nothing beside a matrix is written, such as the rest of its leading dimension", \
      "drain this GPU and run gpu-selftest sgemm on it again; if only one image shows it, install its cuBLAS again", \
      "comparison of the padding with what was there before the product") \
    X(GST_SUITE_CUBLAS_ELSEWHERE, "suite.cublas-handle-elsewhere", GST_ERROR, GST_ACTION_REPORT_BUG, \
      "a handle of cuBLAS belongs to the GPU whose stream it is given", \
      "report it with the output of gpu-selftest sgemm --json -", \
      "cuBLAS documentation, cublasCreate: the device must not change; CUBLAS_STATUS_EXECUTION_FAILED here, and a product on another GPU")

#define GST_FINDING_EDGES_OF_PRODUCTS(X)                                                           \
    X(GST_IMAGE_CUBLAS_FAILED, GST_HARDWARE_GPU_LOST)                                              \
    X(GST_IMAGE_CUBLAS_FAILED, GST_HOST_DRIVER_TOO_OLD)                                            \
    X(GST_IMAGE_CUBLAS_FAILED, GST_IMAGE_CUBLAS_VERSIONS_DIFFER)
/* clang-format on */

#endif
