/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that is spared because it would change nothing: memory holds the same as if all was done,
 * however copies, fills, launches and writes of the host follow each other, and what repeats is
 * done once. How often memory was written for real is what the model counts.
 */
#include <stdlib.h>

#include "cuda_fixture.h"
#include "kernels/vector_add.h"
#include "sim_machine.h"

#define WORKS(call) assert_int_equal(call, CUDA_SUCCESS)
#define BYTES       4096

static unsigned char *pin(void)
{
    void *memory = NULL;

    WORKS(cuMemHostAlloc(&memory, BYTES, 0));
    return memory;
}

/* The work between begin and end wrote memory so many times. */
static uint64_t written_before;

static void begin_count(void)
{
    WORKS(cuCtxSynchronize());
    written_before = sim_world.writes;
}

static void expect_writes(uint64_t count)
{
    WORKS(cuCtxSynchronize());
    assert_int_equal(sim_world.writes - written_before, count);
}

/* A batch in both directions, as a benchmark queues it: each direction is done once per wait. */
static void test_repeat__host_copies_once_in_a_call(void **state)
{
    unsigned char *in = pin(), *out = pin();
    CUdeviceptr there = allocate(BYTES), from = allocate(BYTES);
    CUstream up = NULL, down = NULL;

    (void)state;
    WORKS(cuStreamCreate(&up, CU_STREAM_NON_BLOCKING));
    WORKS(cuStreamCreate(&down, CU_STREAM_NON_BLOCKING));
    WORKS(cuMemsetD8Async(from, 7, BYTES, NULL));
    for (unsigned char round = 1; round < 4; round++) {
        CUdeviceptr busy = allocate((size_t)64 << 20);
        CUevent event = NULL;

        WORKS(cuEventCreate(&event, 0));
        memset(in, round, BYTES);
        begin_count();
        /* Long enough that all is queued before any of it is done. */
        WORKS(cuMemsetD8Async(busy, 1, (size_t)64 << 20, up));
        WORKS(cuEventRecord(event, up));
        WORKS(cuStreamWaitEvent(down, event, 0));
        for (int i = 0; i < 20; i++) {
            WORKS(cuMemcpyHtoDAsync_v2(there, in, BYTES, up));
            WORKS(cuMemcpyDtoHAsync_v2(out, from, BYTES, down));
        }
        expect_writes(3);
        assert_int_equal(out[BYTES - 1], 7);
        memset(out, 9, BYTES); /* the host writes it between calls */
        WORKS(cuMemcpyDtoHAsync_v2(out, there, BYTES, up));
        WORKS(cuStreamSynchronize(up));
        assert_int_equal(out[0], round);
        assert_int_equal(out[BYTES - 1], round);
        WORKS(cuMemFree_v2(busy));
    }
}

/* Between GPUs it does not matter what the others write, nor how many calls there are. */
static void test_repeat__copies_beside_others(void **state)
{
    CUdeviceptr a = allocate(BYTES), b = allocate(BYTES), c = allocate(BYTES), d = allocate(BYTES);
    unsigned char got[BYTES];

    (void)state;
    WORKS(cuMemsetD8Async(a, 1, BYTES, NULL));
    WORKS(cuMemsetD8Async(c, 2, BYTES, NULL));
    begin_count();
    for (int i = 0; i < 10; i++) {
        WORKS(cuMemcpyDtoDAsync_v2(b, a, BYTES, NULL));
        WORKS(cuMemcpyDtoDAsync_v2(d, c, BYTES, NULL));
        WORKS(cuCtxSynchronize());
    }
    expect_writes(2);
    WORKS(cuMemcpyDtoH_v2(got, d, BYTES));
    assert_int_equal(got[0], 2);
}

/* Parts of one block, as when several GPUs send to one: each is remembered by itself. */
static void test_repeat__parts_of_one_block(void **state)
{
    enum { PARTS = 16 };
    CUdeviceptr from = allocate(BYTES), to = allocate(PARTS * BYTES);
    unsigned char got[PARTS * BYTES];

    (void)state;
    WORKS(cuMemsetD8Async(from, 1, BYTES, NULL));
    begin_count();
    for (unsigned i = 0; i < 5 * PARTS; i++)
        WORKS(cuMemcpyDtoDAsync_v2(to + i % PARTS * BYTES, from, BYTES, NULL));
    expect_writes(PARTS);
    /* One byte of one part: that part is written again, and the rest is not. */
    WORKS(cuMemsetD8Async(to + 3 * BYTES - 1, 9, 1, NULL));
    begin_count();
    for (unsigned i = 0; i < 2 * PARTS; i++)
        WORKS(cuMemcpyDtoDAsync_v2(to + i % PARTS * BYTES, from, BYTES, NULL));
    expect_writes(1);
    WORKS(cuMemcpyDtoH_v2(got, to, sizeof got));
    for (unsigned i = 0; i < PARTS * BYTES; i++)
        assert_int_equal(got[i], 1);
}

static void launch(CUfunction function, struct gst_vector_add_args *args)
{
    void *parameters[] = { args };

    WORKS(cuLaunchKernel(function, 2, 1, 1, 64, 1, 1, 0, NULL, parameters, NULL));
}

/* Two launches that alternate are both spared; pinned memory may have changed after each call. */
static void test_repeat__launches(void **state)
{
    enum { N = 256 };
    CUfunction function = load("vector_add", false);
    float *host = (float *)(void *)pin(), got[N];
    struct gst_vector_add_args one = { 0 }, other = { 0 };

    (void)state;
    if (function == NULL)
        skip();
    one = (struct gst_vector_add_args){ (const float *)allocate(N * 4),
                                        (const float *)allocate(N * 4), (float *)allocate(N * 4), N,
                                        NULL };
    other = one;
    other.c = (float *)allocate(N * 4);
    WORKS(cuMemsetD32Async((CUdeviceptr)one.a, 0x3f800000, N, NULL)); /* 1.0 */
    WORKS(cuMemsetD32Async((CUdeviceptr)one.b, 0x40000000, N, NULL)); /* 2.0 */
    begin_count();
    for (int i = 0; i < 5; i++) {
        launch(function, &one);
        launch(function, &other);
        WORKS(cuCtxSynchronize());
    }
    expect_writes(2);
    other.a = host;
    for (int i = 0; i < 3; i++) {
        host[N - 1] = (float)i;
        launch(function, &other);
        WORKS(cuMemcpyDtoH_v2(got, (CUdeviceptr)other.c, N * 4));
        assert_true(got[N - 1] == (float)i + 2.0F);
    }
}

/* Another order of threads is asked for to see what it changes: all is run. */
static void test_repeat__not_out_of_order(void **state)
{
    CUdeviceptr a = allocate(BYTES), b = allocate(BYTES);

    (void)state;
    sim_world.order = SIM_ORDER_REVERSE;
    begin_count();
    for (int i = 0; i < 10; i++)
        WORKS(cuMemcpyDtoDAsync_v2(b, a, BYTES, NULL));
    expect_writes(10);
    sim_world.order = SIM_ORDER_FORWARD;
}

static uint64_t draw(uint64_t *seed, uint64_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 33) % below;
}

#define BLOCKS 6
#define HOST   4 /* from this one on they are pinned */

/* One step, on the GPUs and on what the test knows of memory. */
struct step {
    enum { COPY, FILL, WRITE, WAIT } kind;
    unsigned to, from;
    size_t to_at, from_at, size;
    unsigned char value;
};

static struct step draw_step(uint64_t *seed)
{
    static const size_t sizes[] = { 64, 1000, 2048, BYTES };
    struct step step = { .kind = draw(seed, 8) < 5   ? COPY
                                 : draw(seed, 2) > 0 ? FILL
                                 : draw(seed, 3) > 0 ? WRITE
                                                     : WAIT,
                         .to = (unsigned)draw(seed, BLOCKS),
                         .from = (unsigned)draw(seed, BLOCKS),
                         .size = sizes[draw(seed, 4)],
                         .value = (unsigned char)draw(seed, 256) };

    step.to_at = draw(seed, 2) * (BYTES - step.size);
    step.from_at = draw(seed, 2) * (BYTES - step.size);
    if (step.kind == WRITE && step.to < HOST)
        step.kind = WAIT;
    if (step.kind == COPY && step.to == step.from)
        step.kind = WAIT;
    return step;
}

static void do_step(const struct step *step, const CUdeviceptr *blocks,
                    unsigned char expected[BLOCKS][BYTES])
{
    const CUdeviceptr to = blocks[step->to] + step->to_at;

    switch (step->kind) {
    case COPY:
        WORKS(cuMemcpyDtoDAsync_v2(to, blocks[step->from] + step->from_at, step->size, NULL));
        memcpy(&expected[step->to][step->to_at], &expected[step->from][step->from_at], step->size);
        return;
    case FILL:
        WORKS(cuMemsetD8Async(to, step->value, step->size, NULL));
        memset(&expected[step->to][step->to_at], step->value, step->size);
        return;
    case WRITE:
        WORKS(cuCtxSynchronize());
        memset((void *)(uintptr_t)to, step->value, step->size);
        memset(&expected[step->to][step->to_at], step->value, step->size);
        return;
    case WAIT:
        WORKS(cuCtxSynchronize());
        return;
    }
}

/* Steps come again and again, so that many are repetitions of one before. */
static void test_repeat__any_sequence_leaves_what_it_should(void **state)
{
    static unsigned char expected[BLOCKS][BYTES], got[BYTES];
    CUdeviceptr blocks[BLOCKS];
    struct step steps[6];
    uint64_t seed = 1, count = 0, was = 0;

    (void)state;
    for (unsigned i = 0; i < BLOCKS; i++) {
        WORKS(cuCtxSetCurrent(contexts[i == 3]));
        blocks[i] = i < HOST ? allocate(BYTES) : (CUdeviceptr)(uintptr_t)pin();
    }
    WORKS(cuCtxSetCurrent(contexts[0]));
    for (unsigned i = 0; i < BLOCKS; i++) {
        WORKS(cuMemsetD8Async(blocks[i], (unsigned char)i, BYTES, NULL));
        memset(expected[i], (int)i, BYTES);
    }
    begin_count();
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < 6; i++)
            steps[i] = draw_step(&seed);
        for (unsigned i = 0; i < 40; i++) {
            const struct step *step = &steps[draw(&seed, 6)];

            do_step(step, blocks, expected);
            count += step->kind == COPY || step->kind == FILL;
        }
        WORKS(cuCtxSynchronize());
        was = sim_world.writes - written_before;
        for (unsigned i = 0; i < BLOCKS; i++) {
            WORKS(cuMemcpyDtoH_v2(got, blocks[i], BYTES));
            if (memcmp(got, expected[i], BYTES) != 0)
                fail_msg("block %u differs after round %u", i, round);
        }
    }
    /* Something was spared, and it was not everything. */
    assert_true(was > count / 10 && was < count);
}

static int start(void **state)
{
    static struct sim_spec spec;

    (void)state;
    sim_machine_three_gpus(&spec);
    sim_world_use(&spec);
    return cuInit(0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_repeat__host_copies_once_in_a_call),
        CASE(test_repeat__copies_beside_others),
        CASE(test_repeat__parts_of_one_block),
        CASE(test_repeat__launches),
        CASE(test_repeat__not_out_of_order),
        CASE(test_repeat__any_sequence_leaves_what_it_should),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
