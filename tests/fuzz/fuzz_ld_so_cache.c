/* SPDX-License-Identifier: Apache-2.0 */
/* /etc/ld.so.cache of an image: offsets all over. */
#include "tests/fuzz/fuzz.h"

#include <elf.h>

#include "audit/ldcache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "libcuda.so.1", "libnvidia-ml.so.1", "libc.so.6", "" };
    struct gst_ldcache cache;
    char error[128] = "";

    if (!gst_ldcache_parse(&cache, data, size, error, sizeof error)) {
        GST_CLAIM(error[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = gst_ldcache_find(&cache, names[i], i % 2 == 0 ? EM_X86_64 : EM_AARCH64);

        if (path != NULL) {
            GST_CLAIM((const uint8_t *)path >= data && (const uint8_t *)path < data + size);
            GST_CLAIM(gst_fuzz_ends(path, (size_t)(data + size - (const uint8_t *)path)));
        }
    }
    return 0;
}
