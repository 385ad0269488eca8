/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the ABI headers turned into loader rows; see libs.h. */
#include "api/libs.h"

#include <stddef.h>
#include <string.h>

/* #name #version keeps the versioned symbol: a macro argument that is stringised does not expand,
 * so a vendor's renaming macro cannot reach it. */
#define CUDA_ROW(result, name, version, arguments, needed)                                         \
    { #name #version, offsetof(struct gst_cuda, name), (needed) != 0 },
#define CUDART_ROW(result, name, version, arguments, needed)                                       \
    { #name #version, offsetof(struct gst_cudart, name), (needed) != 0 },
#define NVML_ROW(result, name, version, arguments, needed)                                         \
    { #name #version, offsetof(struct gst_nvml, name), (needed) != 0 },

static const struct gst_symbol cuda_symbols[] = { GST_CUDA_API(CUDA_ROW) };
static const struct gst_symbol cudart_symbols[] = { GST_CUDART_API(CUDART_ROW) };
static const struct gst_symbol nvml_symbols[] = { GST_NVML_API(NVML_ROW) };

/* By SONAME, never the unversioned development link: a container has only what was injected. */
static const char *const cuda_sonames[] = { "libcuda.so.1", NULL };
static const char *const nvml_sonames[] = { "libnvidia-ml.so.1", NULL };
static const char *const cudart_sonames[] = { "libcudart.so.13", "libcudart.so.12",
                                              "libcudart.so.11.0", NULL };

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static bool open_nvml(struct gst_libs *libs)
{
    return gst_library_open(&libs->nvml_library, nvml_sonames, nvml_symbols, COUNT(nvml_symbols),
                            &libs->nvml);
}

bool gst_libs_open_nvml(struct gst_libs *libs)
{
    memset(libs, 0, sizeof(*libs));
    return open_nvml(libs);
}

void gst_libs_open(struct gst_libs *libs)
{
    memset(libs, 0, sizeof(*libs));
    gst_library_open(&libs->cuda_library, cuda_sonames, cuda_symbols, COUNT(cuda_symbols),
                     &libs->cuda);
    open_nvml(libs);
    gst_library_open(&libs->cudart_library, cudart_sonames, cudart_symbols, COUNT(cudart_symbols),
                     &libs->cudart);
}

void gst_libs_close(struct gst_libs *libs)
{
    gst_library_close(&libs->cudart_library);
    gst_library_close(&libs->nvml_library);
    gst_library_close(&libs->cuda_library);
}

const char *gst_libs_name(unsigned index)
{
    const char *const *const lists[] = { cuda_sonames, nvml_sonames, cudart_sonames };

    for (size_t i = 0; i < COUNT(lists); i++) {
        for (const char *const *name = lists[i]; *name != NULL; name++) {
            if (index-- == 0)
                return *name;
        }
    }
    return NULL;
}

bool gst_libs_are_simulated(const struct gst_libs *libs)
{
    return libs->cuda_library.is_double || libs->nvml_library.is_double
           || libs->cudart_library.is_double;
}
