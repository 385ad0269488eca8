/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast the host compares a result with what it must be, against how fast this machine reads
 * memory at all: with one thread, as the comparison does, and with one thread per processor. Both
 * are taken in turns in the same process, so that a busy machine slows both. Prints one line per
 * round, `<compare> <read by one> <read by all>` in bytes per second; scripts/bench judges them.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "gpu/reference.h"

enum { ROUNDS = 7, LANES = 32, THREADS_MAX = 256 };

/* Several times the last-level cache of common servers, so that memory is what is measured. */
#define ELEMENTS ((size_t)64 << 20)

struct part {
    const uint32_t *words;
    size_t count;
    uint32_t sum;
};

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Separate lanes: a single running sum would measure the latency of the addition. */
static void *read_part(void *argument)
{
    struct part *part = argument;
    uint32_t lanes[LANES] = { 0 };

    for (size_t i = 0; i + LANES <= part->count; i += LANES) {
        for (size_t k = 0; k < LANES; k++)
            lanes[k] += part->words[i + k];
    }
    for (size_t k = 0; k < LANES; k++)
        part->sum += lanes[k];
    return NULL;
}

/* Bytes per second of reading all words with this many threads; 0 if a thread did not start. */
static double read_rate(const uint32_t *words, size_t count, size_t threads, uint32_t *sum)
{
    pthread_t ids[THREADS_MAX];
    struct part parts[THREADS_MAX] = { 0 };
    size_t started = 0;
    double begin_s = now_s();

    for (; started < threads; started++) {
        parts[started].words = words + count / threads * started;
        parts[started].count = count / threads;
        if (pthread_create(&ids[started], NULL, read_part, &parts[started]) != 0)
            break;
    }
    for (size_t i = 0; i < started; i++) {
        pthread_join(ids[i], NULL);
        *sum += parts[i].sum;
    }
    if (started < threads)
        return 0;
    return (double)(count / threads * threads * sizeof(*words)) / (now_s() - begin_s);
}

/* Three arrays in one allocation: it is what the comparison reads, and what the readers read. */
static float *make_arrays(void)
{
    float *all = aligned_alloc(64, 3 * ELEMENTS * sizeof(*all));

    if (all == NULL)
        return NULL;
    gst_reference_fill(all, ELEMENTS, 1);
    gst_reference_fill(all + ELEMENTS, ELEMENTS, 2);
    for (size_t i = 0; i < ELEMENTS; i++)
        all[2 * ELEMENTS + i] = all[i] + all[ELEMENTS + i];
    return all;
}

int main(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = online < 1 ? 1 : online > THREADS_MAX ? THREADS_MAX : (size_t)online;
    const size_t bytes = 3 * ELEMENTS * sizeof(float);
    float *all = make_arrays();
    uint32_t sum = 0;

    if (all == NULL) {
        fprintf(stderr, "bench_reference: cannot allocate %zu bytes\n", bytes);
        return 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        double begin_s = now_s(), compare, by_one, by_all;
        struct gst_mismatch wrong =
            gst_reference_compare_sum(all, all + ELEMENTS, all + 2 * ELEMENTS, ELEMENTS);

        compare = (double)bytes / (now_s() - begin_s);
        if (wrong.count != 0) {
            fprintf(stderr, "bench_reference: the comparison finds %zu errors in a right sum\n",
                    wrong.count);
            free(all);
            return 1;
        }
        by_one = read_rate((const uint32_t *)all, 3 * ELEMENTS, 1, &sum);
        by_all = read_rate((const uint32_t *)all, 3 * ELEMENTS, threads, &sum);
        printf("%.0f %.0f %.0f\n", compare, by_one, by_all);
    }
    /* The sum is used, so that no compiler leaves the reading out. */
    fprintf(stderr, "checksum %u\n", sum);
    free(all);
    return 0;
}
