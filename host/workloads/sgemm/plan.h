/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large the products of sgemm are, and how many of them make a sample. Pure.
 */
#ifndef GST_WORKLOADS_SGEMM_PLAN_H
#define GST_WORKLOADS_SGEMM_PLAN_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of three matrices of double precision: what was asked for, or else as many as are wanted;
 * no more than a GPU can spare, and the host, which holds the same three, and spares less where
 * nobody asked. 0 for what is left: not known. */
uint64_t gst_sgemm_bytes(uint64_t asked, uint64_t host_left, uint64_t gpu_left);

/* "left to the host: 64 MiB; free on the fullest GPU: 14.5 GiB", of the same. Returns `text`. */
const char *gst_sgemm_tell_left(char *text, size_t size, uint64_t host_left, uint64_t gpu_left);

/* How many products to begin with, and how many for each sample, if one takes `seconds`. */
int gst_sgemm_warm_ups(double seconds);
int gst_sgemm_repeats(double seconds);

/* Squares that a slow GPU is given are no smaller for that. */
#define GST_SGEMM_SIDE_LEAST 1024

/* The side of the trial that decides how large a square is, where one of more than the least is
 * wanted; never larger than that. */
int gst_sgemm_side_tried(int side);

/* The same of a trial: how many to begin with, and how many for each interval. */
int gst_sgemm_trial_warm_ups(double seconds);
int gst_sgemm_trial_products(double seconds);

/* The most that a trial's product may take for one of `side` to take no more than `most_s`. What a
 * GPU does when it wakes up is the least that it can do: where that suffices, it need not be known
 * any better. */
double gst_sgemm_trial_enough_s(int tried, int side, double most_s);

/* Seconds of one product, by the best of `count` intervals of as many `products` each: the others
 * held something beside them. At least one. */
double gst_sgemm_trial_s(const double *intervals, int count, int products);

#endif
