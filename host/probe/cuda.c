/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libcuda says: whether it starts, which CUDA it has, who each GPU is, and whether a page of
 * its memory can be written and read back.
 */
#include <ctype.h>
#include <stdio.h>

#include "api/cuda_abi.h"
#include "probe/probe.h"

#define FUNCTION(result, name, version, arguments, needed) result(*name) arguments;
#define BIND(result, name, version, arguments, needed)                                             \
    gst_probe_bind(handle, symbols.name, &cuda->name);

#define PAGE_BYTES  4096
#define FILL        0x5a
#define PCI_ID_SIZE 32

struct cuda {
    GST_CUDA_API(FUNCTION)
};

static const struct {
    GST_CUDA_API(GST_PROBE_SYMBOL_MEMBER)
} symbols = { GST_CUDA_API(GST_PROBE_SYMBOL) };

#define CALL(name, arguments) GST_PROBE_CALL(probe, cuda, &symbols, name, arguments)

static void bind_all(struct cuda *cuda, void *handle)
{
    GST_CUDA_API(BIND)
}

/* CUDA does not say whether a UUID is a GPU's or a MIG instance's: "GPU-" stands for both. */
static void format_uuid(char *text, size_t size, const CUuuid *uuid)
{
    size_t at = (size_t)snprintf(text, size, " uuid=GPU-");

    for (size_t i = 0; i < sizeof(uuid->bytes) && at < size; i++) {
        bool has_dash = i == 4 || i == 6 || i == 8 || i == 10;

        at += (size_t)snprintf(text + at, size - at, "%s%02x", has_dash ? "-" : "",
                               (unsigned)(unsigned char)uuid->bytes[i]);
    }
}

static void describe_gpu(struct gst_probe *probe, const struct cuda *cuda, int ordinal)
{
    CUdevice device = 0;
    CUuuid uuid = { { 0 } };
    int major = 0, minor = 0;
    char name[64] = "", id[PCI_ID_SIZE] = "", place[PCI_ID_SIZE + 8] = "", capability[32] = "";

    if (!CALL(cuDeviceGet, (&device, ordinal)))
        return;
    if (CALL(cuDeviceGetUuid, (&uuid, device)))
        format_uuid(name, sizeof(name), &uuid);
    if (CALL(cuDeviceGetPCIBusId, (id, (int)sizeof(id), device))) {
        /* As sysfs writes it. */
        for (char *c = id; *c != '\0'; c++)
            *c = (char)tolower((unsigned char)*c);
        snprintf(place, sizeof(place), " pci=%.*s", PCI_ID_SIZE - 1, id);
    }
    if (CALL(cuDeviceGetAttribute, (&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device))
        && CALL(cuDeviceGetAttribute,
                (&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device)))
        snprintf(capability, sizeof(capability), " cc=%d.%d", major, minor);
    gst_probe_say(probe, "cuda-gpu %d%s%s%s", ordinal, name, place, capability);
}

static size_t count_wrong(const unsigned char *page)
{
    size_t wrong = 0;

    for (size_t i = 0; i < PAGE_BYTES; i++)
        wrong += page[i] != (i < PAGE_BYTES / 2 ? (unsigned char)(i * 7 + 1) : FILL);
    return wrong;
}

/* Half of the page comes from the host, half is filled by the GPU. */
static void use_page(struct gst_probe *probe, const struct cuda *cuda, CUdeviceptr page)
{
    unsigned char bytes[PAGE_BYTES];
    size_t wrong;

    for (size_t i = 0; i < PAGE_BYTES; i++)
        bytes[i] = (unsigned char)(i * 7 + 1);
    if (!CALL(cuMemcpyHtoD, (page, bytes, PAGE_BYTES))
        || !CALL(cuMemsetD8Async, (page + PAGE_BYTES / 2, FILL, PAGE_BYTES / 2, NULL))
        || !CALL(cuCtxSynchronize, ()) || !CALL(cuMemcpyDtoH, (bytes, page, PAGE_BYTES)))
        return;
    wrong = count_wrong(bytes);
    if (wrong == 0)
        gst_probe_say(probe, "call %s 0 gpu=%d right", symbols.cuMemcpyDtoH, probe->gpu);
    else
        gst_probe_say(probe, "call %s 0 gpu=%d wrong=%zu", symbols.cuMemcpyDtoH, probe->gpu, wrong);
}

/* The primary context is the one that the runtime and every framework use. */
static void use_gpu(struct gst_probe *probe, const struct cuda *cuda, int ordinal)
{
    CUdevice device = 0;
    CUcontext context = NULL;
    CUdeviceptr page = 0;

    if (!CALL(cuDeviceGet, (&device, ordinal))
        || !CALL(cuDevicePrimaryCtxRetain, (&context, device)))
        return;
    gst_probe_say(probe, "call %s 0 gpu=%d", symbols.cuDevicePrimaryCtxRetain, ordinal);
    if (CALL(cuCtxSetCurrent, (context)) && CALL(cuMemAlloc, (&page, PAGE_BYTES))) {
        use_page(probe, cuda, page);
        CALL(cuMemFree, (page));
    }
    CALL(cuCtxSetCurrent, (NULL));
    CALL(cuDevicePrimaryCtxRelease, (device));
}

void gst_probe_cuda(struct gst_probe *probe, void *handle)
{
    struct cuda table, *cuda = &table;
    int version = 0, count = 0;
    bool is_started;

    bind_all(cuda, handle);
    is_started = CALL(cuInit, (0));
    if (is_started)
        gst_probe_say(probe, "call %s 0", symbols.cuInit);
    /* It answers without a driver, too. */
    if (CALL(cuDriverGetVersion, (&version)))
        gst_probe_say(probe, "call %s 0 %d", symbols.cuDriverGetVersion, version);
    if (!is_started || !CALL(cuDeviceGetCount, (&count)))
        return;
    gst_probe_say(probe, "call %s 0 %d", symbols.cuDeviceGetCount, count);
    /* All are listed before the first is used, which is where drivers hang. */
    for (probe->gpu = 0; probe->gpu < count; probe->gpu++)
        describe_gpu(probe, cuda, probe->gpu);
    for (probe->gpu = 0; probe->gpu < count; probe->gpu++)
        use_gpu(probe, cuda, probe->gpu);
    probe->gpu = -1;
}
