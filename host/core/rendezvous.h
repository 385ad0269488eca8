/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the ranks of several processes or machines meet, as a person writes it:
 * tcp://<host>:<port>, an IPv6 address in brackets, or file:///<absolute path>. Pure.
 */
#ifndef GST_CORE_RENDEZVOUS_H
#define GST_CORE_RENDEZVOUS_H

#include <stdbool.h>
#include <stddef.h>

enum gst_rendezvous_kind { GST_RENDEZVOUS_NONE, GST_RENDEZVOUS_TCP, GST_RENDEZVOUS_FILE };

/* A DNS name has at most 253 characters (RFC 1035). */
#define GST_RENDEZVOUS_HOST_SIZE 256
#define GST_RENDEZVOUS_PATH_SIZE 1024

struct gst_rendezvous {
    enum gst_rendezvous_kind kind;       /* zeroed: none */
    char host[GST_RENDEZVOUS_HOST_SIZE]; /* a name or an address, without brackets */
    int port;                            /* 1 to 65535; of TCP */
    bool is_for_all;                     /* rank 0 listens at all addresses, whatever the host is */
    char path[GST_RENDEZVOUS_PATH_SIZE]; /* of a file: absolute */
};

/* Reads all of `text`. False with one line in `error` that says what is wrong and what is valid. */
bool gst_rendezvous_parse(struct gst_rendezvous *meet, const char *text, char *error, size_t size);

/* Fills a TCP one from its parts, as a launcher's variables give them; an IPv6 address may stand in
 * brackets here, too. False with one line in
 * `error`; names no variable. */
bool gst_rendezvous_of_host(struct gst_rendezvous *meet, const char *host, const char *port,
                            char *error, size_t size);

/* "tcp://[fe80::1]:29500": as it would be written. Returns `text`. */
const char *gst_rendezvous_describe(const struct gst_rendezvous *meet, char *text, size_t size);

#endif
