/* SPDX-License-Identifier: Apache-2.0 */
/* A CDI specification, through libyaml. */
#include "tests/fuzz/fuzz.h"

#include "audit/cdi_spec.h"

static void check_owner(const struct gst_cdi_spec *spec, int device)
{
    GST_CLAIM(device == GST_CDI_COMMON || (device >= 0 && (size_t)device < spec->device_count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gst_cdi_spec spec;
    char error[160] = "";

    if (!gst_cdi_spec_parse(&spec, (const char *)data, size, error, sizeof error)) {
        GST_CLAIM(strncmp(error, "line ", 5) == 0);
        GST_CLAIM(spec.document == NULL && spec.nodes == NULL);
        return 0;
    }
    GST_CLAIM(spec.version[0] != '\0' && strchr(spec.kind, '/') != NULL && spec.device_count > 0);
    for (size_t i = 0; i < spec.node_count; i++) {
        check_owner(&spec, spec.nodes[i].device);
        GST_CLAIM(spec.nodes[i].path[0] != '\0' && spec.nodes[i].host_path[0] != '\0');
        GST_CLAIM(spec.nodes[i].line > 0);
    }
    for (size_t i = 0; i < spec.mount_count; i++) {
        check_owner(&spec, spec.mounts[i].device);
        GST_CLAIM(spec.mounts[i].host_path[0] != '\0');
    }
    for (size_t i = 0; i < spec.hook_count; i++)
        check_owner(&spec, spec.hooks[i].device);
    for (size_t i = 0; i < spec.env_count; i++)
        GST_CLAIM(strchr(spec.env[i].entry, '=') != NULL);
    gst_cdi_spec_release(&spec);
    return 0;
}
