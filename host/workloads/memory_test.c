/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory-test: is everything that is written to a GPU's memory still there? Patterns over nearly
 * all that is free, written and compared by kernels, and the counters of the error correction
 * before and after. What could not be covered is said, with the limit.
 */
#include <inttypes.h>
#include <stdio.h>

#include "core/units.h"
#include "gpu/ecc.h"
#include "gpu/error.h"
#include "gpu/path.h"
#include "run/run.h"
#include "workloads/list.h"
#include "workloads/memory_plan.h"

#define THREADS_PER_BLOCK 256

/* Eight blocks of 256 threads fill a multiprocessor (vector-add). */
#define BLOCKS_PER_SM 8

/* Free memory may lie in pieces: each refusal halves what is asked for, down to a page. */
#define PIECES      64
#define PIECE_LEAST ((uint64_t)4096)

#define TRIAL_BYTES ((uint64_t)256 << 20)
/* Of the time-out; the rest is for contexts, allocations, and a GPU that gets slower than at first.
 */
#define BUDGET_SHARE 0.5

/* A thread that starts for less costs more than its work. */
#define VECTORS_PER_THREAD 64

/* In one finding; the count tells the rest. */
#define SHOWN_WORDS 2

/* All patterns once, or with fresh random numbers each time; one sample for each. */
#define ROUNDS_QUICK 1
#define ROUNDS_FULL  3

static const struct gst_metric_def bandwidth = {
    .name = "memory-test.bandwidth",
    .title = "patterns written and compared, bytes written and read",
    .unit = GST_UNIT_BYTES_PER_S,
};

static const struct gst_metric_def *const metrics[] = { &bandwidth, NULL };

struct piece {
    uint64_t pointer;
    uint64_t bytes;
};

/* The test of one GPU. */
struct test {
    struct gst_run *run;
    struct gst_lane lane;
    struct piece pieces[PIECES];
    size_t piece_count;
    uint64_t gpu_result;
    uint64_t seed;     /* of the round */
    uint64_t bytes;    /* of all pieces that are tested */
    const char *limit; /* what kept it from being more, in words */
    uint64_t tested;   /* bytes of it, once all patterns were compared; else 0 */
    bool is_wrong;     /* a finding was made */
};

static bool allocate(struct test *t, uint64_t wanted, struct gst_status *st)
{
    const struct gst_path *path = t->lane.path;
    uint64_t step = wanted;

    while (t->bytes < wanted && t->piece_count < PIECES) {
        const uint64_t left = wanted - t->bytes;
        struct piece *piece = &t->pieces[t->piece_count];

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

static void release(struct test *t)
{
    t->lane.path->free(&t->lane, t->gpu_result);
    while (t->piece_count > 0)
        t->lane.path->free(&t->lane, t->pieces[--t->piece_count].pointer);
}

/* As much as is free, or was asked for. */
static bool allocate_all(struct test *t, struct gst_status *st)
{
    const uint64_t asked = t->run->size_bytes / 16 * 16;
    size_t available = 0;
    size_t total = 0;
    uint64_t wanted;

    gst_run_phase(t->run, t->lane.gpu->index, "allocate");
    if (!GST_CU(t->lane.env, st, cuMemGetInfo, (&available, &total)))
        return false;
    wanted = gst_memory_usable_bytes(available, total);
    t->limit = "all that is free but a margin";
    if (asked > 0 && asked < wanted) {
        wanted = asked;
        t->limit = "as --size asks";
    } else if (asked > wanted) {
        t->limit = "--size asks for more than is free";
    }
    return allocate(t, wanted, st);
}

/* Queues one way of one step over the first `bytes`. A piece's words are numbered on from those of
 * the pieces before it. */
static bool launch(struct test *t, size_t piece, uint64_t bytes, uint64_t before,
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
static uint64_t part_of(const struct test *t, size_t piece, uint64_t before, uint64_t limit)
{
    const uint64_t left = limit > before ? limit - before : 0;

    return t->pieces[piece].bytes < left ? t->pieces[piece].bytes : left;
}

static bool write_all(struct test *t, const struct gst_memory_step *step, uint64_t limit,
                      struct gst_status *st)
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
static void tell_words(const struct test *t, size_t piece,
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
static bool check_piece(struct test *t, size_t piece, uint64_t bytes, uint64_t before,
                        const struct gst_memory_step *step, struct gst_memory_test_result *result,
                        struct gst_status *st)
{
    const struct gst_path *path = t->lane.path;

    return path->fill(&t->lane, t->gpu_result, 0, sizeof(*result), st)
           && launch(t, piece, bytes, before, step, true, st)
           && path->download(&t->lane, result, t->gpu_result, sizeof(*result), st);
}

static void judge_piece(struct test *t, size_t piece, uint64_t bytes,
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

static bool check_all(struct test *t, const struct gst_memory_step *step, uint64_t limit,
                      struct gst_memory_test_result *results, struct gst_status *st)
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

/* Writes everything, then compares everything. */
static bool pass(struct test *t, const struct gst_memory_step *step, uint64_t limit,
                 double *seconds, struct gst_status *st)
{
    struct gst_memory_test_result results[PIECES];
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

/* The comparison is itself under test: one word is made wrong in the middle of the first piece, and
 * must be found, beside what the host knows it should be. Others may turn up now, too. */
static bool check_the_check(struct test *t, const struct gst_memory_step *step, uint64_t limit,
                            struct gst_status *st)
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

static int rounds(const struct gst_run *run)
{
    return run->is_full ? ROUNDS_FULL : ROUNDS_QUICK;
}

/* How much of it the time allows, by the GPU's own clock: a trial of the first step, which also
 * tells whether the comparison sees anything. */
static bool try_first(struct test *t, uint64_t *limit, struct gst_status *st)
{
    const uint64_t trial = part_of(t, 0, 0, TRIAL_BYTES);
    const double budget_s = t->run->timeout_s * BUDGET_SHARE / t->run->env->gpu_count;
    double seconds = 0;

    if (!pass(t, &gst_memory_steps[0], trial, &seconds, st))
        return false;
    if (!t->is_wrong && !check_the_check(t, &gst_memory_steps[0], trial, st))
        return false;
    *limit = gst_memory_affordable_bytes(t->bytes, trial, seconds,
                                         (unsigned)(GST_MEMORY_STEPS * rounds(t->run)), budget_s);
    if (*limit < t->bytes)
        t->limit = "what the time allows";
    return true;
}

static bool measure(struct test *t, uint64_t limit, struct gst_status *st)
{
    const struct gst_gpu *gpu = t->lane.gpu;
    struct gst_bar bar = gst_bar_none();
    const size_t count = (size_t)(GST_MEMORY_STEPS * rounds(t->run));
    double samples[GST_MEMORY_STEPS * ROUNDS_FULL];

    for (size_t i = 0; i < count; i++) {
        double seconds = 0;

        t->seed = t->run->seed + i / GST_MEMORY_STEPS;
        if (!pass(t, &gst_memory_steps[i % GST_MEMORY_STEPS], limit, &seconds, st))
            return false;
        /* Proven; a rate of wrong results is worth nothing. */
        if (t->is_wrong)
            return true;
        samples[i] = 2.0 * (double)limit / seconds;
    }
    if (gst_gpu_outgrows_cache(gpu, (double)limit)) {
        bar.ceiling = gst_gpu_memory_peak_bytes_per_s(gpu);
        snprintf(bar.ceiling_from, sizeof(bar.ceiling_from), "memory clock x bus width");
    }
    return gst_run_metric(t->run, &bandwidth, gpu->index, t->lane.path->name, samples, count, bar,
                          st);
}

static bool test_memory(struct test *t, struct gst_status *st)
{
    const struct gst_gpu *gpu = t->lane.gpu;
    const struct gst_kernel_image *image = NULL;
    uint64_t limit = 0;
    char tested[24];
    char total[24];

    gst_run_phase(t->run, gpu->index, "load the kernel");
    if (!gst_lane_load(&t->lane, "memory_test", false, &image, st) || !allocate_all(t, st)
        || !try_first(t, &limit, st))
        return false;
    if (t->is_wrong)
        return true;
    if (!measure(t, limit, st))
        return false;
    if (t->is_wrong)
        return true;
    t->tested = limit;
    gst_format(tested, sizeof(tested), (double)limit, GST_UNIT_BYTES);
    gst_format(total, sizeof(total), (double)gpu->memory_total_bytes, GST_UNIT_BYTES);
    gst_report_fact_text(t->run->report, gpu->index, t->lane.path->name, "memory_tested",
                         "%s of %s: %s", tested, total, t->limit);
    gst_run_check(t->run, GST_HARDWARE_MEMORY_CORRUPTED, gpu->index, true,
                  "%s of %s in %zu allocation%s (%s), %d patterns: every word is right", tested,
                  total, t->piece_count, gst_plural((int64_t)t->piece_count), t->limit,
                  GST_MEMORY_STEPS);
    return true;
}

static void judge_rise(struct gst_run *run, const struct gst_gpu *gpu, enum gst_finding_id finding,
                       const char *kind, const unsigned long long before[GST_ECC_SPANS],
                       const unsigned long long after[GST_ECC_SPANS])
{
    const unsigned long long rise = gst_ecc_rise(before, after);

    gst_run_check(run, finding, gpu->index, rise == 0,
                  "%llu %s error%s during the test (volatile %llu, then %llu; aggregate %llu, then "
                  "%llu)",
                  rise, kind, gst_plural((int64_t)rise), before[GST_ECC_VOLATILE],
                  after[GST_ECC_VOLATILE], before[GST_ECC_AGGREGATE], after[GST_ECC_AGGREGATE]);
}

static void judge_ecc(struct gst_run *run, const struct gst_gpu *gpu, const struct gst_ecc *before)
{
    struct gst_ecc after;

    gst_run_phase(run, gpu->index, "read ECC counters");
    if (!gst_ecc_read(run->env, gpu, &after))
        return;
    judge_rise(run, gpu, GST_HARDWARE_ECC, "uncorrectable", before->uncorrected, after.uncorrected);
    judge_rise(run, gpu, GST_HARDWARE_ECC_CORRECTED, "corrected", before->corrected,
               after.corrected);
    gst_ecc_note_repairs(run->report, gpu->index, "nvml", &after);
}

/* The least that was covered of any GPU. */
struct coverage {
    double share; /* of the GPU's memory */
    uint64_t tested_bytes;
    uint64_t total_bytes;
    const char *limit;
};

static void note_coverage(struct coverage *least, const struct test *t, const struct gst_gpu *gpu)
{
    const double share = (double)t->tested / (double)gpu->memory_total_bytes;

    if (least->limit == NULL || share < least->share)
        *least = (struct coverage){ share, t->tested, gpu->memory_total_bytes, t->limit };
}

static void test_gpu(struct gst_run *run, struct gst_gpu *gpu, struct coverage *least)
{
    struct gst_status st = GST_STATUS_INIT;
    struct test t = { .run = run, .seed = run->seed, .limit = "" };
    struct gst_ecc before;
    bool is_counted;

    gst_run_phase(run, gpu->index, "read ECC counters");
    is_counted = gst_ecc_read(run->env, gpu, &before);
    gst_run_phase(run, gpu->index, "open");
    if (!gst_lane_open(&t.lane, &gst_driver_path, run->env, gpu, &st) || !test_memory(&t, &st)) {
        st.gpu = gpu->index;
        gst_report_status(run->report, &st);
    }
    if (t.lane.path != NULL)
        release(&t);
    gst_lane_close(&t.lane);
    note_coverage(least, &t, gpu);
    if (is_counted)
        judge_ecc(run, gpu, &before);
}

static bool run_memory_test(struct gst_run *run, struct gst_status *st)
{
    struct coverage least = { .limit = NULL };
    char gpus[24];
    char tested[24];
    char total[24];
    (void)st; /* what fails on one GPU is reported for that GPU, and the others go on */

    for (int i = 0; i < run->env->gpu_count; i++)
        test_gpu(run, &run->env->gpus[i], &least);
    gst_format(tested, sizeof(tested), (double)least.tested_bytes, GST_UNIT_BYTES);
    gst_format(total, sizeof(total), (double)least.total_bytes, GST_UNIT_BYTES);
    gst_run_summary(run, "%s, %s of %s%s (%s), %d patterns", gst_run_gpus(run, gpus, sizeof(gpus)),
                    tested, total, run->env->gpu_count > 1 ? " each" : "", least.limit,
                    GST_MEMORY_STEPS);
    return true;
}

const struct gst_workload gst_workload_memory_test = {
    .name = "memory-test",
    .group = "memory",
    .summary = "does the memory keep what is written to it, nearly all of it?",
    .passes_when = "every word of 16 patterns is read back, and no uncorrectable error is counted",
    .needs = { .gpus = 1, .kernels = true },
    .metrics = metrics,
    .timeout_s = 300,
    .size_buffers = 1,
    .run = run_memory_test,
};
