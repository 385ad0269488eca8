/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file in a folder that all machines share, which says where rank 0 listens. Rank 0 writes it
 * beside its final name and renames it, so that nobody reads half of it; its nonce tells it from
 * one that an earlier run left.
 */
#ifndef GST_MEET_PLACE_H
#define GST_MEET_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numeric addresses, those that other machines may reach first. */
#define GST_PLACE_ADDRESSES    16
#define GST_PLACE_ADDRESS_SIZE 64

/* A longer file is none of ours. */
#define GST_PLACE_FILE_SIZE 4096

struct gst_place {
    uint64_t nonce;
    int port;
    size_t address_count;
    char addresses[GST_PLACE_ADDRESSES][GST_PLACE_ADDRESS_SIZE];
};

/* This machine's addresses, the loopback last, and a nonce. */
void gst_place_of_this_machine(struct gst_place *place, int port);

/* The file's text, and back; false if it is none. Pure. */
const char *gst_place_format(const struct gst_place *place, char *text, size_t size);
bool gst_place_parse(struct gst_place *place, const char *text);

/* False with one line in `why`. */
bool gst_place_write(const struct gst_place *place, const char *path, char *why, size_t size);
bool gst_place_read(struct gst_place *place, const char *path, char *why, size_t size);

#endif
