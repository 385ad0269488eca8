/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes, types and reductions into cases; see plan.h. */
#include "workloads/all_reduce/plan.h"

/* From the smallest message on; each size is so many times the one before. 8 B, 4 KiB, 2 MiB and
 * 1 GiB are what tells most: latency, what protocols for small messages do, and the plateau. */
#define LEAST_BYTES 8
#define STEP_QUICK  512
#define STEP_FULL   8

/* Where a message reaches the plateau: 256 MiB have 0.88 of it on eight H100 (Azure's AI
 * benchmarking guide), 8 GiB all. */
#define MOST_BYTES_QUICK ((uint64_t)1 << 30)
#define MOST_BYTES_FULL  ((uint64_t)8 << 30)

/* Input, output, NCCL's own buffers, and room for whoever else uses the GPU. */
#define SHARE_OF_FREE 4

/* Messages of one sample: each is waited for until NCCL has taken it, so few do, unless they take
 * more memory than this. A large one is timed alone: it takes thousands of times as long as an
 * event's resolution. */
#define SLOTS      8
#define SLOT_BYTES ((uint64_t)1 << 20)

/* In place is about right data; that it is as fast shows in a few. */
#define SAMPLES_IN_PLACE 2

/* A large message may take seconds: eight GPUs over PCIe with a bus bandwidth of 3 GB/s need 5 s
 * for 8 GiB, and the full level's 48 samples all the time that a process model has. What takes so
 * long varies little. */
#define LARGE_BYTES   ((uint64_t)1 << 30)
#define SAMPLES_LARGE 16

/* Of types and reductions that are compared alone. */
#define COMPARED_BYTES ((uint64_t)1 << 20)

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

struct gst_collective_span gst_collective_span(const struct gst_collective_wish *wish)
{
    const uint64_t usual = wish->is_full ? MOST_BYTES_FULL : MOST_BYTES_QUICK;
    struct gst_collective_span span = {
        .least_bytes = wish->choice->min_bytes > 0 ? wish->choice->min_bytes : LEAST_BYTES,
        .most_bytes = wish->choice->max_bytes,
    };
    uint64_t limit;

    if (span.most_bytes > 0)
        return span;
    limit =
        wish->size_bytes > 0 ? wish->size_bytes : smaller(usual, wish->free_bytes / SHARE_OF_FREE);
    span.most_bytes = span.least_bytes;
    while (span.most_bytes * 2 <= limit)
        span.most_bytes *= 2;
    return span;
}

struct list {
    const struct gst_collective_wish *wish;
    struct gst_collective_case *cases;
    size_t count;
    size_t capacity;
};

/* Messages that are cut have to be a multiple of the ranks. */
static void add(struct list *list, struct gst_collective_case c, uint64_t bytes)
{
    const size_t element = gst_element_bytes(c.element);
    const uint64_t slots = SLOT_BYTES / bytes;

    c.elements = gst_collective_sides(c.collective, list->wish->ranks, bytes / element).message;
    if (c.elements == 0)
        c.elements = (uint64_t)list->wish->ranks;
    c.slots = c.samples == 0 || slots < 2 ? 1 : (uint32_t)smaller(slots, SLOTS);
    if (c.is_in_place && gst_collective_is_cut(c.collective))
        c.slots = GST_COLLECTIVE_CHUNKED_IN_PLACE_SLOTS;
    if (list->count < list->capacity)
        list->cases[list->count++] = c;
}

static uint32_t samples_of(const struct gst_collective_wish *wish, uint64_t bytes)
{
    return bytes < LARGE_BYTES ? wish->samples : (uint32_t)smaller(wish->samples, SAMPLES_LARGE);
}

static void add_sizes(struct list *list, struct gst_collective_case c)
{
    const struct gst_collective_span span = gst_collective_span(list->wish);
    const uint64_t step = list->wish->is_full ? STEP_FULL : STEP_QUICK;
    uint64_t bytes = span.least_bytes;

    for (;;) {
        c.is_in_place = false;
        c.samples = samples_of(list->wish, bytes);
        add(list, c, bytes);
        c.is_in_place = gst_collective_has_in_place(c.collective);
        c.samples = (uint32_t)smaller(c.samples, SAMPLES_IN_PLACE);
        if (c.is_in_place)
            add(list, c, bytes);
        if (bytes == span.most_bytes)
            return;
        bytes = bytes > span.most_bytes / step ? span.most_bytes : bytes * step;
    }
}

static bool combines(enum gst_collective collective)
{
    return collective == GST_ALL_REDUCE || collective == GST_REDUCE
           || collective == GST_REDUCE_SCATTER;
}

/* Of the full level where nobody chose: what frameworks use beside sums of floats. */
static bool compares_all(const struct gst_collective_wish *wish, enum gst_collective collective)
{
    const struct gst_collective_choice *choice = wish->choice;
    int chosen = 0;

    for (int i = 0; i < GST_ELEMENT_COUNT; i++)
        chosen += choice->has_element[i];
    for (int i = 0; i < GST_REDUCTION_COUNT; i++)
        chosen += choice->has_reduction[i];
    return wish->is_full && collective == GST_ALL_REDUCE && chosen == 2
           && choice->has_element[GST_ELEMENT_FLOAT] && choice->has_reduction[GST_REDUCTION_SUM];
}

/* An average of whole numbers is cut off, and its sum of more ranks than a type can count is not
 * exact: neither has one right result. */
static bool can_be(const struct gst_collective_wish *wish, enum gst_element element,
                   enum gst_reduction reduction)
{
    return wish->ranks <= gst_collective_data_ranks_max(element)
           && !(element == GST_ELEMENT_INT32 && reduction == GST_REDUCTION_AVG);
}

static bool is_wanted(const struct gst_collective_wish *wish, enum gst_collective collective,
                      enum gst_element element, enum gst_reduction reduction)
{
    const struct gst_collective_choice *choice = wish->choice;

    if (!can_be(wish, element, reduction))
        return false;
    if (!combines(collective))
        return choice->has_element[element] && reduction == GST_REDUCTION_SUM;
    return compares_all(wish, collective)
           || (choice->has_element[element] && choice->has_reduction[reduction]);
}

/* All types and reductions of one collective: the first that was chosen is measured. */
static void add_collective(struct list *list, enum gst_collective collective)
{
    const struct gst_collective_span span = gst_collective_span(list->wish);
    bool is_first = true;

    for (int element = 0; element < GST_ELEMENT_COUNT; element++) {
        for (int reduction = 0; reduction < GST_REDUCTION_COUNT; reduction++) {
            const struct gst_collective_case c = {
                .collective = collective,
                .element = (enum gst_element)element,
                .reduction = (enum gst_reduction)reduction,
            };

            if (!is_wanted(list->wish, collective, c.element, c.reduction))
                continue;
            if (is_first)
                add_sizes(list, c);
            else
                add(list, c, smaller(COMPARED_BYTES, span.most_bytes));
            is_first = false;
        }
    }
}

static void add_alone(struct list *list)
{
    struct gst_collective_case c = { .collective = GST_ALL_REDUCE,
                                     .element = GST_ELEMENT_FLOAT,
                                     .reduction = GST_REDUCTION_PREMULSUM };

    add_sizes(list, c);
    c.collective = GST_SEND_RECV;
    c.reduction = GST_REDUCTION_SUM;
    add_sizes(list, c);
}

size_t gst_collective_plan(const struct gst_collective_wish *wish,
                           struct gst_collective_case *cases, size_t capacity)
{
    struct list list = { .wish = wish, .cases = cases, .capacity = capacity };

    if (wish->ranks == 1) {
        add_alone(&list);
        return list.count;
    }
    for (int i = 0; i < GST_COLLECTIVE_COUNT; i++) {
        if (wish->choice->has_collective[i])
            add_collective(&list, (enum gst_collective)i);
    }
    return list.count;
}
