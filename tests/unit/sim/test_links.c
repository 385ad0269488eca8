/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links between GPUs that lose, spoil, delay or hold up what crosses them, and say nothing of it:
 * what copies and kernels make of it, and that no other way is touched. Expected rates are worked
 * out beside each test from what the profile and its model say.
 */
#include "copy_fixture.h"
#include "kernels/memory_bandwidth.h"
#include "kernels/pack.h"

/* 16 lanes of 32 GT/s in 128b/130b, of which 88 %; through the host 80 % of that. */
#define H100_PCIE   (16 * 32e9 * 128 / 130 / 8 * 0.88)
#define H100_STAGED (H100_PCIE * 0.8)
/* 18 links of 26.562 GB/s, of which 82 %. */
#define H100_LINKS (18 * 26.562e9 * 0.82)

#define DATA   ((size_t)65536)
#define VICTIM 0x1003 /* byte and bit in the faults */
#define BIT    5

static unsigned char sent[DATA], got[DATA];

/* Another pattern each time; no byte is 0xff. */
static void fill_pattern(unsigned seed)
{
    for (size_t i = 0; i < DATA; i++)
        sent[i] = (unsigned char)((i * 7 + seed * 31 + i / 256) % 251);
}

static void put(CUdeviceptr to)
{
    WORKS(cuda.cuMemcpyHtoD(to, sent, DATA));
}

static void fetch(CUdeviceptr from)
{
    WORKS(cuda.cuCtxSynchronize());
    WORKS(cuda.cuMemcpyDtoH(got, from, DATA));
}

static void open_peers(int gpu, int peer)
{
    use_gpu(gpu);
    WORKS(cuda.cuCtxEnablePeerAccess(context_of[peer], 0));
}

/* Memory of two GPUs that can reach each other. */
static void two_buffers(CUdeviceptr *zero, CUdeviceptr *one)
{
    bytes = DATA;
    *zero = device_memory(0);
    *one = device_memory(1);
    open_peers(0, 1);
    open_peers(1, 0);
}

static void all_arrived(void)
{
    assert_memory_equal(got, sent, DATA);
}

static void all_but_one_bit_arrived(void)
{
    assert_int_equal(got[VICTIM], sent[VICTIM] ^ 1 << BIT);
    got[VICTIM] = sent[VICTIM];
    all_arrived();
}

/* NULL in a build without a compiler of CUDA 13. */
static CUfunction load(int gpu, const char *name)
{
    CUmodule module = NULL;
    CUfunction function = NULL;

    use_gpu(gpu);
    for (size_t i = 0; i < gst_kernel_image_count && function == NULL; i++) {
        const struct gst_kernel_image *image = &gst_kernel_images[i];

        if (strcmp(image->file, "memory_bandwidth") != 0 || image->ptx_only
            || image->toolkit_version / 1000 != 13)
            continue;
        WORKS(cuda.cuModuleLoadDataEx(&module, image->data, 0, NULL, NULL));
        WORKS(cuda.cuModuleGetFunction(&function, module, name));
    }
    return function;
}

/* The kernel copies `size` bytes on the GPU that it was loaded on. */
static void copy_by_kernel(CUfunction function, CUdeviceptr to, CUdeviceptr from, size_t size)
{
    struct gst_memory_bandwidth_args args = { .x = (const float *)(uintptr_t)from,
                                              .z = (float *)(uintptr_t)to,
                                              .vectors = size / GST_MEMORY_VECTOR_BYTES };
    void *parameters[] = { &args };

    WORKS(cuda.cuLaunchKernel(function, 4, 1, 1, 64, 1, 1, 0, NULL, parameters, NULL));
}

/* Each time, in that direction, if so many bytes cross, and the link is what they cross. */
static void test_links__flips_a_bit_of_copies(void **state)
{
    CUdeviceptr zero, one;

    (void)state;
    two_buffers(&zero, &one);
    fill_pattern(1);
    put(one);
    copy(zero, one, NULL);
    fetch(zero);
    all_arrived();
    bytes = VICTIM;
    copy(one, zero, NULL);
    fetch(one);
    all_arrived();
    assert_false(has_fired(0));
    bytes = DATA;
    for (unsigned seed = 2; seed < 5; seed++) {
        fill_pattern(seed);
        put(zero);
        copy(one, zero, NULL);
        copy(one, zero, NULL); /* the same again: not turned back */
        fetch(one);
        all_but_one_bit_arrived();
        fetch(zero);
        all_arrived();
    }
    assert_true(has_fired(0));
}

static void test_links__way_through_the_host_is_right(void **state)
{
    CUdeviceptr zero, one;

    (void)state;
    bytes = DATA;
    zero = device_memory(0);
    one = device_memory(1);
    fill_pattern(1);
    put(zero);
    copy(one, zero, NULL);
    fetch(one);
    all_arrived();
    assert_false(has_fired(0));
}

static void test_links__flips_a_bit_of_kernels(void **state)
{
    CUfunction on_zero = load(0, "memory_copy"), on_one = load(1, "memory_copy");
    CUdeviceptr zero, one;

    (void)state;
    if (on_zero == NULL)
        skip();
    two_buffers(&zero, &one);
    fill_pattern(1);
    put(zero);
    use_gpu(0);
    copy_by_kernel(on_zero, one, zero, DATA); /* writes over the link */
    fetch(one);
    all_but_one_bit_arrived();
    fill_pattern(2);
    put(zero);
    use_gpu(1);
    copy_by_kernel(on_one, one, zero, DATA); /* reads over the link */
    fetch(one);
    all_but_one_bit_arrived();
    fetch(zero);
    all_arrived();
    fill_pattern(3);
    put(one);
    copy_by_kernel(on_one, zero, one, DATA); /* the other direction */
    fetch(zero);
    all_arrived();
}

static void test_links__drops_copies(void **state)
{
    CUdeviceptr zero, one;

    (void)state;
    two_buffers(&zero, &one);
    fill_pattern(1);
    put(one);
    fill_pattern(2);
    put(zero);
    assert_false(has_fired(0));
    copy(one, zero, NULL);
    fetch(one);
    assert_true(has_fired(0));
    fill_pattern(1);
    all_arrived(); /* what was there before */
    copy(zero, one, NULL);
    fetch(zero);
    fill_pattern(2);
    all_arrived(); /* both directions */
}

static void test_links__drops_what_kernels_move(void **state)
{
    CUfunction on_zero = load(0, "memory_copy"), on_one = load(1, "memory_copy");
    CUdeviceptr zero, one;

    (void)state;
    if (on_zero == NULL)
        skip();
    two_buffers(&zero, &one);
    fill_pattern(1);
    put(one);
    fill_pattern(2);
    put(zero);
    use_gpu(0);
    copy_by_kernel(on_zero, one, zero, DATA);
    fetch(one);
    fill_pattern(1);
    all_arrived();
    use_gpu(1);
    copy_by_kernel(on_one, one, zero, DATA);
    fetch(one);
    memset(sent, 0xff, DATA);
    all_arrived();
    fetch(zero);
    fill_pattern(2);
    all_arrived();
}

/* CUDA says what it said before; only the rate tells. */
static void test_links__staged_without_a_word(void **state)
{
    CUfunction kernel = load(0, "memory_copy");
    CUevent begin = NULL, end = NULL;
    int can = 0, rank = 0;
    float ms = 0;

    (void)state;
    bytes = FAST / 2; /* links are slower than memory */
    near(peer_rate(2, 3), H100_LINKS);
    assert_false(has_fired(0));
    CUdeviceptr there = device_memory(1), here = device_memory(0);
    WORKS(cuda.cuDeviceCanAccessPeer(&can, 0, 1));
    WORKS(cuda.cuDeviceGetP2PAttribute(&rank, CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK, 0, 1));
    assert_int_equal(can, 1);
    assert_int_equal(rank, 1);
    WORKS(cuda.cuCtxEnablePeerAccess(context_of[1], 0));
    WORKS(cuda.cuEventCreate(&begin, 0));
    WORKS(cuda.cuEventCreate(&end, 0));
    copy(there, here, NULL);
    WORKS(cuda.cuEventRecord(begin, NULL));
    copy(there, here, NULL);
    WORKS(cuda.cuEventRecord(end, NULL));
    WORKS(cuda.cuEventSynchronize(end));
    WORKS(cuda.cuEventElapsedTime(&ms, begin, end));
    near((double)bytes / (ms / 1e3 - 9 * LATENCY), H100_STAGED);
    assert_true(has_fired(0));
    if (kernel == NULL)
        return;
    WORKS(cuda.cuEventRecord(begin, NULL));
    copy_by_kernel(kernel, there, here, bytes);
    WORKS(cuda.cuEventRecord(end, NULL));
    WORKS(cuda.cuEventSynchronize(end));
    WORKS(cuda.cuEventElapsedTime(&ms, begin, end));
    near((double)bytes / (ms / 1e3), H100_STAGED);
}

static void test_links__slow_in_one_direction(void **state)
{
    (void)state;
    bytes = FAST / 2; /* links are slower than memory */
    near(peer_rate(1, 0), H100_LINKS);
    assert_false(has_fired(0));
    near(peer_rate(0, 1), H100_LINKS / 2);
    assert_true(has_fired(0));
}

/* Bytes per second of each of `count` copies from GPU 2i to 2i+1 that begin together, seen at the
 * first. Two each: what is timed starts while all are busy. */
static double rate_of_pairs(int count)
{
    CUdeviceptr from[4], to[4];
    CUstream streams[4];
    CUevent begin = NULL, end = NULL;
    float ms = 0;

    for (int i = 0; i < count; i++) {
        to[i] = device_memory(2 * i + 1);
        from[i] = device_memory(2 * i);
        cuda.cuCtxEnablePeerAccess(context_of[2 * i + 1], 0);
        WORKS(cuda.cuStreamCreate(&streams[i], CU_STREAM_NON_BLOCKING));
    }
    use_gpu(0);
    WORKS(cuda.cuEventCreate(&begin, 0));
    WORKS(cuda.cuEventCreate(&end, 0));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < count; i++)
            copy(to[i], from[i], streams[i]);
        WORKS(cuda.cuEventRecord(round == 0 ? begin : end, streams[0]));
    }
    WORKS(cuda.cuEventSynchronize(end));
    WORKS(cuda.cuEventElapsedTime(&ms, begin, end));
    return (double)bytes / (ms / 1e3 - LATENCY);
}

static void test_links__switches_are_enough(void **state)
{
    (void)state;
    bytes = FAST / 2; /* links are slower than memory */
    near(rate_of_pairs(1), H100_LINKS);
    near(rate_of_pairs(4), H100_LINKS);
}

/* Half of what four GPUs can send: for two of them it is enough. */
static void test_links__narrow_switches(void **state)
{
    (void)state;
    bytes = FAST / 2; /* links are slower than memory */
    assert_false(has_fired(0));
    near(rate_of_pairs(1), H100_LINKS);
    near(rate_of_pairs(2), H100_LINKS);
    near(rate_of_pairs(4), H100_LINKS / 2);
    assert_true(has_fired(0));
}

/* Is the copy done after a tenth of a second of asking? 64 KiB take microseconds. */
static bool ends(CUdeviceptr to, CUdeviceptr from)
{
    CUstream stream = NULL;
    CUresult answer = CUDA_ERROR_NOT_READY;

    WORKS(cuda.cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    copy(to, from, stream);
    for (unsigned i = 0; i < 200000 && answer == CUDA_ERROR_NOT_READY; i++)
        answer = cuda.cuStreamQuery(stream);
    return answer == CUDA_SUCCESS;
}

static void test_links__hangs(void **state)
{
    CUdeviceptr zero, one;

    (void)state;
    two_buffers(&zero, &one);
    use_gpu(1);
    assert_true(ends(zero, one));
    assert_false(has_fired(0));
    use_gpu(0);
    assert_false(ends(one, zero));
    assert_true(has_fired(0));
    /* Only what crosses that link. */
    use_gpu(1);
    assert_true(ends(zero, one));
    assert_true(ends(one, host_memory()));
}

/* From that time on: a second of asking is behind the first copies. */
static void test_links__bus_hangs_after_a_while(void **state)
{
    CUdeviceptr zero, host, one;
    CUevent event = NULL;

    (void)state;
    bytes = DATA;
    zero = device_memory(0);
    host = host_memory();
    one = device_memory(1);
    use_gpu(0);
    assert_true(ends(zero, host));
    assert_false(has_fired(0));
    WORKS(cuda.cuEventCreate(&event, 0));
    for (unsigned i = 0; i < 2000000; i++)
        WORKS(cuda.cuEventQuery(event));
    assert_false(ends(zero, host));
    assert_true(has_fired(0));
    assert_false(ends(host, zero));
    use_gpu(1);
    assert_true(ends(one, host));
}

/* 63.015 GB/s x 0.88, of which somebody else has half at first: 256 copies of 16 MiB are 155 ms. */
static void test_links__bus_is_disturbed_for_a_while(void **state)
{
    CUdeviceptr there, here;
    const double alone = 63.015e9 * 0.88;

    (void)state;
    use_gpu(0);
    there = device_memory(0);
    here = host_memory();
    near(rate(there, here), alone / 2);
    assert_true(has_fired(0));
    for (unsigned i = 0; i < 256; i++)
        copy(there, here, NULL);
    WORKS(cuda.cuCtxSynchronize());
    near(rate(there, here), alone);
}

#define ONE(variable)                                                                              \
    static const struct CMUnitTest variable[] = { cmocka_unit_test(test_links__##variable) }

int main(void)
{
    ONE(flips_a_bit_of_copies);
    ONE(way_through_the_host_is_right);
    ONE(flips_a_bit_of_kernels);
    ONE(drops_copies);
    ONE(drops_what_kernels_move);
    ONE(staged_without_a_word);
    ONE(slow_in_one_direction);
    ONE(switches_are_enough);
    ONE(narrow_switches);
    ONE(hangs);
    ONE(bus_hangs_after_a_while);
    ONE(bus_is_disturbed_for_a_while);
    const char *const flip = "link 0>1 flip=0x1003:5", *const drops = "link 0-1 drops=yes";
    const struct group groups[] = {
        GROUP("flip", "h100x8", flip, NULL, flips_a_bit_of_copies),
        GROUP("flip over PCIe", "a100-pcie-x4", flip, NULL, flips_a_bit_of_copies),
        GROUP("through the host", "h100x8", flip, NULL, way_through_the_host_is_right),
        GROUP("flip in kernels", "h100x8", flip, NULL, flips_a_bit_of_kernels),
        GROUP("drops", "a100-pcie-x4", drops, NULL, drops_copies),
        GROUP("drops in kernels", "a100-pcie-x4", drops, NULL, drops_what_kernels_move),
        GROUP("staged", "h100x8", "link 0-1 staged", NULL, staged_without_a_word),
        GROUP("one direction", "h100x8", "link 0>1 rate=0.5", NULL, slow_in_one_direction),
        GROUP("wide switches", "h100x8", NULL, NULL, switches_are_enough),
        GROUP("narrow switches", "h100x8", "nvswitch rate=0.5", NULL, narrow_switches),
        GROUP("hangs", "h100x8", "link 0>1 hangs", NULL, hangs),
        GROUP("bus disturbed", "h100x8", "pcie 0 disturbed-until=80ms", NULL,
              bus_is_disturbed_for_a_while),
        GROUP("bus hangs", "h100x8", "pcie 0 hangs after=500ms", NULL, bus_hangs_after_a_while),
    };

    return run_groups(groups, COUNT(groups));
}
