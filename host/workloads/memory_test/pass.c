/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of memory, and a step over all of them; see pass.h. */
#include "workloads/memory_test/pass.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/units.h"

#define THREADS_PER_BLOCK 256

/* Eight blocks of 256 threads fill a multiprocessor (vector-add). */
#define BLOCKS_PER_SM 8

/* Each refusal halves what is asked for, down to a page. */
#define PIECE_LEAST ((uint64_t)4096)

/* A thread that starts for less costs more than its work. */
#define VECTORS_PER_THREAD 64

/* In one finding; the count tells the rest. */
#define SHOWN_WORDS 2

bool gst_memory_alloc(struct gst_memory_under_test *t, uint64_t wanted, struct gst_status *st)
{
    const struct gst_path *path = t->lane.path;
    uint64_t step = wanted;

    while (t->bytes < wanted && t->piece_count < GST_MEMORY_PIECES) {
        const uint64_t left = wanted - t->bytes;
        struct gst_memory_piece *piece = &t->pieces[t->piece_count];

        piece->bytes = left < step ? left : step;
        if (path->alloc(&t->lane, piece->bytes, &piece->pointer, st)) {
            t->bytes += piece->bytes;
            t->piece_count++;
            continue;
        }
        if (st->code != CUDA_ERROR_OUT_OF_MEMORY)
            return false;
        step = piece->bytes / 2 / 16 * 16;
        if (step < PIECE_LEAST) {
            if (t->piece_count == 0)
                return false;
            t->limit = "the driver gave no more";
            gst_status_clear(st);
            break;
        }
        gst_status_clear(st);
    }
    return path->alloc(&t->lane, sizeof(struct gst_memory_test_result), &t->gpu_result, st);
}

void gst_memory_free(struct gst_memory_under_test *t)
{
    t->lane.path->free(&t->lane, t->gpu_result);
    while (t->piece_count > 0)
        t->lane.path->free(&t->lane, t->pieces[--t->piece_count].pointer);
}

/* Queues one way of one step over the first `bytes`. A piece's words are numbered on from those of
 * the pieces before it. */
static bool launch(struct gst_memory_under_test *t, size_t piece, uint64_t bytes, uint64_t before,
                   const struct gst_memory_step *step, bool is_check, struct gst_status *st)
{
    struct gst_memory_test_args args = {
        .data = (void *)(uintptr_t)t->pieces[piece].pointer,
        .vectors = bytes / 16,
        .first_word = before / 8,
        .key = gst_memory_key(step, t->seed),
        .inverse = gst_memory_inverse(step),
        .pattern = step->pattern,
        .is_check = is_check,
        .result = (struct gst_memory_test_result *)(uintptr_t)t->gpu_result,
    };
    const uint64_t share = (uint64_t)THREADS_PER_BLOCK * VECTORS_PER_THREAD;
    const uint64_t useful = (args.vectors + share - 1) / share;
    const uint64_t most = (uint64_t)t->lane.gpu->sm_count * BLOCKS_PER_SM;

    return t->lane.path->launch(&t->lane, (unsigned)(useful < most ? useful : most),
                                THREADS_PER_BLOCK, &args, st);
}

/* Bytes of this piece among the first `limit` bytes of the test. */
static uint64_t part_of(const struct gst_memory_under_test *t, size_t piece, uint64_t before,
                        uint64_t limit)
{
    const uint64_t left = limit > before ? limit - before : 0;

    return t->pieces[piece].bytes < left ? t->pieces[piece].bytes : left;
}

static bool write_all(struct gst_memory_under_test *t, const struct gst_memory_step *step,
                      uint64_t limit, struct gst_status *st)
{
    uint64_t before = 0;

    for (size_t i = 0; i < t->piece_count; i++) {
        const uint64_t bytes = part_of(t, i, before, limit);

        if (bytes > 0 && !launch(t, i, bytes, before, step, false, st))
            return false;
        before += t->pieces[i].bytes;
    }
    return true;
}

/* "0x1000 of allocation 1 of 2: 0x8, expected 0x0 (byte 0x1000 bit 3 flipped)", for each word that
 * was kept. */
static void tell_words(const struct gst_memory_under_test *t, size_t piece,
                       const struct gst_memory_test_result *result, char *text, size_t size)
{
    const unsigned long long kept = result->wrong < SHOWN_WORDS ? result->wrong : SHOWN_WORDS;
    size_t used = 0;

    text[0] = '\0';
    for (unsigned long long i = 0; i < kept && used < size; i++) {
        const uint64_t offset = result->word[i] * 8;
        char difference[64];

        gst_memory_difference(difference, sizeof(difference), offset, result->expected[i],
                              result->found[i]);
        used += (size_t)snprintf(text + used, size - used,
                                 "%soffset 0x%" PRIx64 " of allocation %zu of %zu holds 0x%016llx, "
                                 "expected 0x%016llx: %s",
                                 i > 0 ? "; " : "", offset, piece + 1, t->piece_count,
                                 result->found[i], result->expected[i], difference);
    }
}

/* Each launch is compared and told before the next: a count that many launches share would not say
 * in which allocation a word is. */
static bool check_piece(struct gst_memory_under_test *t, size_t piece, uint64_t bytes,
                        uint64_t before, const struct gst_memory_step *step,
                        struct gst_memory_test_result *result, struct gst_status *st)
{
    const struct gst_path *path = t->lane.path;

    return path->fill(&t->lane, t->gpu_result, 0, sizeof(*result), st)
           && launch(t, piece, bytes, before, step, true, st)
           && path->download(&t->lane, result, t->gpu_result, sizeof(*result), st);
}

static void judge_piece(struct gst_memory_under_test *t, size_t piece, uint64_t bytes,
                        const struct gst_memory_step *step,
                        const struct gst_memory_test_result *result)
{
    const int gpu = t->lane.gpu->index;
    const uint64_t words = bytes / 8;
    char text[GST_CAUSE_SIZE];

    gst_run_count_elements(t->run, result->checked);
    if (result->checked != words) {
        gst_run_check(t->run, GST_SUITE_BLIND, gpu, false,
                      "the kernel says that it compared %llu of %" PRIu64 " words", result->checked,
                      words);
        t->is_wrong = true;
    } else if (result->wrong > 0) {
        tell_words(t, piece, result, text, sizeof(text));
        gst_run_check(t->run, GST_HARDWARE_MEMORY_CORRUPTED, gpu, false,
                      "%llu of %" PRIu64 " words wrong after '%s': %s", result->wrong, words,
                      step->name, text);
        t->is_wrong = true;
    }
}

static bool check_all(struct gst_memory_under_test *t, const struct gst_memory_step *step,
                      uint64_t limit, struct gst_memory_test_result *results, struct gst_status *st)
{
    uint64_t before = 0;

    for (size_t i = 0; i < t->piece_count; i++) {
        const uint64_t bytes = part_of(t, i, before, limit);

        if (bytes > 0 && !check_piece(t, i, bytes, before, step, &results[i], st))
            return false;
        before += t->pieces[i].bytes;
    }
    return true;
}

bool gst_memory_pass(struct gst_memory_under_test *t, const struct gst_memory_step *step,
                     uint64_t limit, double *seconds, struct gst_status *st)
{
    struct gst_memory_test_result results[GST_MEMORY_PIECES];
    uint64_t before = 0;

    gst_run_phase(t->run, t->lane.gpu->index, "%s", step->name);
    if (!gst_lane_start(&t->lane, st) || !write_all(t, step, limit, st)
        || !check_all(t, step, limit, results, st) || !gst_lane_stop(&t->lane, seconds, st))
        return false;
    for (size_t i = 0; i < t->piece_count; i++) {
        const uint64_t bytes = part_of(t, i, before, limit);

        if (bytes > 0)
            judge_piece(t, i, bytes, step, &results[i]);
        before += t->pieces[i].bytes;
    }
    return true;
}

/* Takes the planted word out of what was found; false if it is not there as planted. */
static bool take_planted(struct gst_memory_test_result *result, uint64_t word, uint64_t right,
                         uint64_t wrong)
{
    const unsigned long long kept =
        result->wrong < GST_MEMORY_TEST_KEPT ? result->wrong : GST_MEMORY_TEST_KEPT;

    for (unsigned long long i = 0; i < kept; i++) {
        if (result->word[i] != word || result->expected[i] != right || result->found[i] != wrong)
            continue;
        result->word[i] = result->word[kept - 1];
        result->expected[i] = result->expected[kept - 1];
        result->found[i] = result->found[kept - 1];
        result->wrong--;
        return true;
    }
    return false;
}

bool gst_memory_plant(struct gst_memory_under_test *t, const struct gst_memory_step *step,
                      uint64_t limit, struct gst_status *st)
{
    const struct gst_path *path = t->lane.path;
    const uint64_t bytes = part_of(t, 0, 0, limit);
    const uint64_t word = bytes / 8 / 2;
    const uint64_t right = gst_memory_word(step, t->seed, word);
    const uint64_t wrong = right ^ ((uint64_t)1 << (word % 64));
    struct gst_memory_test_result result;

    gst_run_phase(t->run, t->lane.gpu->index, "plant an error");
    if (!path->upload(&t->lane, t->pieces[0].pointer + word * 8, &wrong, sizeof(wrong), st)
        || !check_piece(t, 0, bytes, 0, step, &result, st) || !path->wait(&t->lane, st))
        return false;
    gst_run_check(t->run, GST_SUITE_BLIND, t->lane.gpu->index,
                  take_planted(&result, word, right, wrong),
                  "one planted error among %" PRIu64 " words", bytes / 8);
    judge_piece(t, 0, bytes, step, &result);
    return true;
}
