/* SPDX-License-Identifier: Apache-2.0 */
/* Which CUDA the image's runtime is of, and which the runtime sees in the driver. */
#include "api/cudart_abi.h"
#include "probe/probe.h"

#define FUNCTION(result, name, version, arguments, needed) result(*name) arguments;
#define BIND(result, name, version, arguments, needed)                                             \
    gst_probe_bind(handle, symbols.name, &cudart->name);

struct cudart {
    GST_CUDART_API(FUNCTION)
};

static const struct {
    GST_CUDART_API(GST_PROBE_SYMBOL_MEMBER)
} symbols = { GST_CUDART_API(GST_PROBE_SYMBOL) };

#define CALL(name, arguments) GST_PROBE_CALL(probe, cudart, &symbols, name, arguments)

static void bind_all(struct cudart *cudart, void *handle)
{
    GST_CUDART_API(BIND)
}

void gst_probe_cudart(struct gst_probe *probe, void *handle)
{
    struct cudart table, *cudart = &table;
    int version = 0;

    bind_all(cudart, handle);
    if (CALL(cudaRuntimeGetVersion, (&version)))
        gst_probe_say(probe, "call %s 0 %d", symbols.cudaRuntimeGetVersion, version);
    if (CALL(cudaDriverGetVersion, (&version)))
        gst_probe_say(probe, "call %s 0 %d", symbols.cudaDriverGetVersion, version);
}
