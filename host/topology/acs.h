/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access Control Services of a PCI Express port (base specification 6.0, 7.7.11): does it send what
 * one device below it writes to another one up to the CPU? Pure.
 */
#ifndef GST_TOPOLOGY_ACS_H
#define GST_TOPOLOGY_ACS_H

#include <stddef.h>

enum gst_acs {
    GST_ACS_NOT_TOLD,  /* the kernel shows all of the configuration to CAP_SYS_ADMIN alone */
    GST_ACS_NONE,      /* the port has no such services */
    GST_ACS_DIRECT,    /* it has them, and lets requests of peers pass */
    GST_ACS_REDIRECTS, /* it sends them up */
};

/* From the configuration space of a function, as sysfs shows it in `config`: 4096 bytes, or the
 * first 64 or 256. */
enum gst_acs gst_acs_parse(const unsigned char *config, size_t size);

#endif
