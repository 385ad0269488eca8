/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/self/mountinfo, which the names of folders and of network shares get into. */
#include "tests/fuzz/fuzz.h"

#include "audit/mountinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = gst_fuzz_text(data, size);
    struct gst_mounts mounts;

    GST_CLAIM(gst_mounts_parse(&mounts, text));
    free(text);
    for (size_t i = 0; i < mounts.count; i++) {
        const struct gst_mount *mount = &mounts.items[i];
        const struct gst_mount *top = gst_mounts_at(&mounts, mount->point);

        GST_CLAIM(top >= mount);
        GST_CLAIM(gst_mounts_over(&mounts, mount->point) == top);
        GST_CLAIM(mount->point[0] == '/' && mount->type[0] != '\0');
        gst_mount_has_option(mount, "ro");
        gst_mount_is_deleted(mount);
    }
    gst_mounts_release(&mounts);
    return 0;
}
