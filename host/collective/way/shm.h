/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room in /dev/shm: NCCL makes a file there for every connection that GPUs cannot make directly.
 * Where all can, little room is no fault as long as nothing changes; so it is a note.
 */
#ifndef GST_COLLECTIVE_WAY_SHM_H
#define GST_COLLECTIVE_WAY_SHM_H

#include <stdint.h>

#include "run/run.h"

/* Of a connection in one direction: 512 KiB, 4.7 MiB and 4 MiB of its three protocols, 4 KiB for
 * both ends' counters and 4 bytes (NCCL 2.28.9, src/transport/shm.cc and src/init.cc; so it stands
 * in NVIDIA/nccl-tests issue 166, too). */
#define GST_WAY_SHM_CONNECTION_BYTES UINT64_C(9637892)

/* Bytes that so many ranks of one machine need if none can copy directly: each has two neighbours
 * on the ring, who are one between two ranks, and NCCL makes two channels at least. Pure. */
uint64_t gst_way_shm_need(int ranks);

/* A note where /dev/shm is smaller than that; silent where its size is not to be seen. Once a run,
 * for the ranks of this machine. */
void gst_way_report_shm(struct gst_run *run, int ranks);

#endif
