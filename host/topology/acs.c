/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a capability in configuration space; see acs.h. */
#include "topology/acs.h"

#include <stdbool.h>

/* PCI Express base specification 6.0: extended capabilities begin behind the 256 bytes of PCI
 * (7.6.3), each with its id, and in the topmost 12 bits where the next one is; ACS is 7.7.11. */
#define FIRST_EXTENDED       0x100u
#define ALL_OF_CONFIG        0x1000u
#define ID_OF_ACS            0x000du
#define ACS_CONTROL          6u
#define CONTROL_REDIRECTS    0x0004u /* P2P request redirect */
#define MOST_CAPABILITIES    ((ALL_OF_CONFIG - FIRST_EXTENDED) / 8)
#define NOTHING_ANSWERS      0xffffffffu
#define SHORTEST_WITH_HEADER 4u

static unsigned read_16(const unsigned char *at)
{
    return at[0] | (unsigned)at[1] << 8;
}

static unsigned read_32(const unsigned char *at)
{
    return read_16(at) | read_16(at + 2) << 16;
}

static enum gst_acs from_control(unsigned control)
{
    return (control & CONTROL_REDIRECTS) != 0 ? GST_ACS_REDIRECTS : GST_ACS_DIRECT;
}

enum gst_acs gst_acs_parse(const unsigned char *config, size_t size)
{
    size_t at = FIRST_EXTENDED;

    /* Loops of hostile or broken hardware end, too. */
    for (unsigned i = 0; i < MOST_CAPABILITIES; i++) {
        unsigned header;

        if (at + SHORTEST_WITH_HEADER > size)
            return GST_ACS_NOT_TOLD;
        header = read_32(config + at);
        if (header == NOTHING_ANSWERS)
            return GST_ACS_NOT_TOLD;
        if ((header & 0xffffu) == ID_OF_ACS)
            return at + ACS_CONTROL + 2 > size ? GST_ACS_NOT_TOLD
                                               : from_control(read_16(config + at + ACS_CONTROL));
        at = header >> 20 & ~3u;
        if (at < FIRST_EXTENDED)
            return GST_ACS_NONE;
    }
    return GST_ACS_NONE;
}
