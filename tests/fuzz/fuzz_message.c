/* SPDX-License-Identifier: Apache-2.0 */
/* A log that somebody pasted: whatever is in it, what is said of it is bounded and in it. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

#include "core/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gst_message_hits hits;
    size_t count;
    const struct gst_message *list = gst_message_list(&count);
    FILE *in = size == 0 ? NULL : fmemopen((void *)data, size, "r");

    if (in == NULL)
        return 0;
    GST_CLAIM(gst_message_search(list, count, in, &hits));
    fclose(in);
    GST_CLAIM(hits.count <= GST_MESSAGE_HITS);
    for (size_t i = 0; i < hits.count; i++) {
        const struct gst_message_hit *hit = &hits.items[i];

        GST_CLAIM(hit->row >= list && hit->causes > 0 && hit->row + hit->causes <= list + count);
        GST_CLAIM(hit->begin < hit->end && hit->end <= size);
        GST_CLAIM(gst_fuzz_ends(hit->text, sizeof hit->text));
        GST_CLAIM(strpbrk(hit->text, "\n\r\x1b") == NULL);
        for (size_t other = 0; other < i; other++)
            GST_CLAIM(hits.items[other].end <= hit->begin || hit->end <= hits.items[other].begin);
    }
    return 0;
}
