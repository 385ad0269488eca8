/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP at an address that somebody wrote: listening there, and connecting to it with a deadline.
 * Names are looked up by the system's resolver, which keeps time-outs of its own.
 */
#ifndef GST_MEET_ADDRESS_H
#define GST_MEET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Listens; -1 with one line in `why`. An address is listened at alone, and so is localhost; a name
 * may stand for another address here than elsewhere (127.0.1.1 in Debian's /etc/hosts): then, and
 * for an address that no interface has (a container's port that is passed on), it is all. Port 0:
 * any free one. *is_taken is set if the port is in use. NULL for `host`: all. */
int gst_address_listen(const char *host, int port, bool *is_taken, char *why, size_t size);

/* The port that a listening socket got. */
int gst_address_port(int listener);

/* Connects to the first of the host's addresses that answers; -1 with one line in `why`. Gives up
 * at `deadline_ns` of core/clock.h. */
int gst_address_connect(const char *host, int port, uint64_t deadline_ns, char *why, size_t size);

#endif
