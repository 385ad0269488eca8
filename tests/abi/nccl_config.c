/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a config of NCCL starts as, which its header says in an initializer and a compiler alone
 * cannot compare: the magic number that ours has to have, and a version and a size of its own.
 */
#define GST_ABI_VENDOR_TYPES
#include <limits.h>
#include <stdio.h>

#include <nccl.h>

#include "api/nccl_abi.h"

#ifndef MAGIC
#define MAGIC GST_NCCL_CONFIG_MAGIC
#endif

int main(void)
{
    const ncclConfig_t theirs = NCCL_CONFIG_INITIALIZER;
    const struct gst_nccl_config ours = GST_NCCL_CONFIG_NON_BLOCKING;
    const int unset = NCCL_VERSION_CODE < 21700 ? 1 : INT_MIN;
    int failures = 0;

    if (theirs.magic != MAGIC) {
        printf("another magic number: %#x, not %#x\n", theirs.magic, MAGIC);
        failures++;
    }
    if (theirs.version != NCCL_VERSION_CODE || ours.version > theirs.version) {
        printf("another version: %u, ours %u\n", theirs.version, ours.version);
        failures++;
    }
    if (theirs.size != sizeof(theirs) || ours.size > theirs.size) {
        printf("another size: %zu bytes, ours %zu\n", theirs.size, ours.size);
        failures++;
    }
    if (theirs.blocking != unset || ours.blocking == theirs.blocking) {
        printf("another default of blocking: %d, not %d\n", theirs.blocking, unset);
        failures++;
    }
    return failures > 0;
}
