/* SPDX-License-Identifier: Apache-2.0 */
/* What a long load of products can find beside what one product can (products.h); see
 * finding_list.h. */
#ifndef GST_CORE_FINDINGS_BURN_H
#define GST_CORE_FINDINGS_BURN_H

/* clang-format off */
#define GST_FINDINGS_OF_BURN(X) \
    X(GST_HARDWARE_PRODUCT_UNSTABLE, "hardware.product-unstable", GST_FAIL, GST_ACTION_REPLACE, \
      "a product that is made again and again under load has the same bits each time", \
      "drain this GPU; look at its heat and power (nvidia-smi -q -d TEMPERATURE,POWER,ECC) and run gpu-selftest burn on it alone; replace it if it fails again", \
      "bitwise comparison, on the GPU, with its own first product, which the host had checked") \
    X(GST_HARDWARE_PRODUCT_DIFFERS, "hardware.product-differs", GST_FAIL, GST_ACTION_REPLACE, \
      "identical GPUs make the same bits of the same product", \
      "drain this GPU and run gpu-selftest burn and memory-test on it again; replace it if it fails again", \
      "bitwise comparison of what identical GPUs make with one cuBLAS, which is reproducible on them (cuBLAS documentation, results reproducibility)") \
    X(GST_SUITE_BURN_IDLE, "suite.burn-idle", GST_ERROR, GST_ACTION_FIX_HOST, \
      "GPUs under a long load always have the next products waiting", \
      "stop what else takes this host's processors (top; docker run --cpus), or what makes nvidia-smi slow, and run gpu-selftest burn again", \
      "GPU events: rounds of products that were queued before the GPU had come to them, against the time that passed")
/* clang-format on */

#endif
