/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How CUDA counts its versions, in the driver, the runtime and the toolkits alike: 1000 x major +
 * 10 x minor (CUDA driver API reference, cuDriverGetVersion).
 */
#ifndef GST_API_VERSION_H
#define GST_API_VERSION_H

static inline int gst_cuda_major(int version)
{
    return version / 1000;
}

static inline int gst_cuda_minor(int version)
{
    return version % 1000 / 10;
}

#endif
