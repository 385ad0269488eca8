/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration space of a port, which hardware fills: its list of capabilities may lead anywhere.
 */
#include "tests/fuzz/fuzz.h"

#include "topology/acs.h"

/* Up to here a function without extended configuration reaches. */
#define FIRST_EXTENDED 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const enum gst_acs acs = gst_acs_parse(data, size);

    GST_CLAIM(acs >= GST_ACS_NOT_TOLD && acs <= GST_ACS_REDIRECTS);
    if (size <= FIRST_EXTENDED)
        GST_CLAIM(acs == GST_ACS_NOT_TOLD);
    return 0;
}
