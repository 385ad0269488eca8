/* SPDX-License-Identifier: Apache-2.0 */
/* The file that says where rank 0 listens, in a folder that others write to. */
#include "tests/fuzz/fuzz.h"

#include "meet/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gst_place place, back;
    char *text = gst_fuzz_text(data, size), again[GST_PLACE_FILE_SIZE];

    if (gst_place_parse(&place, text)) {
        GST_CLAIM(place.port >= 1 && place.port <= 65535);
        GST_CLAIM(place.address_count >= 1 && place.address_count <= GST_PLACE_ADDRESSES);
        for (size_t i = 0; i < place.address_count; i++)
            GST_CLAIM(gst_fuzz_ends(place.addresses[i], sizeof(place.addresses[i])));
        /* What is read is what would be written. */
        GST_CLAIM(gst_place_parse(&back, gst_place_format(&place, again, sizeof(again))));
        GST_CLAIM(back.nonce == place.nonce && back.port == place.port);
        GST_CLAIM(back.address_count == place.address_count);
    }
    free(text);
    return 0;
}
