/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams, order and time against closed forms: bytes over rate plus latency, fair sharing while
 * flows overlap, the legacy stream's barrier, and effects that happen at the end and in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/engine.h"

#define GB ((uint64_t)1000000000)

static char happened[64];
static sim_time ended[128];

static void note(void *data, sim_time end)
{
    const char *name = data;
    size_t length = strlen(happened);

    happened[length] = name[0];
    happened[length + 1] = '\0';
    ended[(unsigned char)name[0]] = end;
}

static int setup(void **state)
{
    static struct sim_engine engine;

    memset(happened, 0, sizeof happened);
    memset(ended, 0, sizeof ended);
    sim_engine_init(&engine, 2);
    engine.capacity[0] = 50 * GB;
    engine.capacity[1] = 200 * GB;
    *state = &engine;
    return 0;
}

static int teardown(void **state)
{
    sim_engine_release(*state);
    return 0;
}

/* An operation that notes its letter; bytes over resource 0 after the latency. */
static struct sim_op_ref put(struct sim_engine *engine, struct sim_stream *stream, char *name,
                             uint64_t bytes, sim_time latency)
{
    struct sim_op_spec spec = { .latency = latency, .effect = note, .data = name };

    if (bytes != 0) {
        spec.flow_count = 1;
        sim_flow_init(&spec.flows[0], bytes);
        sim_flow_use(&spec.flows[0], 0, SIM_WEIGHT_FULL);
    }
    return sim_engine_submit(engine, stream, &spec);
}

static void test_model_engine__one_flow_is_bytes_over_rate_plus_latency(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_op_ref op = put(engine, s, "a", 5 * GB, 3 * SIM_US);

    assert_true(sim_engine_run_until_done(engine, op));
    /* 5e9 / 50e9 = 0.1 s, and 3 us. */
    assert_int_equal(engine->now, 100003000000);
}

static void test_model_engine__two_equal_flows_share(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_stream *t = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);

    put(engine, s, "a", 5 * GB, 0);
    put(engine, t, "b", 5 * GB, 0);
    sim_engine_run(engine, SIM_S);
    assert_int_equal(ended['a'], 200 * SIM_MS);
    assert_int_equal(ended['b'], 200 * SIM_MS);
    assert_string_equal(happened, "ab");
}

static void test_model_engine__a_late_flow_slows_the_first(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_stream *t = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);

    /* a alone for 60 ms moves 3 of its 5 GB; both at 25 GB/s until a is through at 140 ms; b has
     * moved 2 of its 5 GB by then and needs 60 ms more. */
    put(engine, s, "a", 5 * GB, 0);
    sim_engine_run(engine, 60 * SIM_MS);
    put(engine, t, "b", 5 * GB, 0);
    sim_engine_run(engine, SIM_S);
    assert_int_equal(ended['a'], 140 * SIM_MS);
    assert_int_equal(ended['b'], 200 * SIM_MS);
}

static struct sim_op_ref put_on_unit(struct sim_engine *engine, struct sim_stream *stream,
                                     char *name, unsigned unit, struct sim_op_ref after)
{
    struct sim_op_spec spec = {
        .latency = 10 * SIM_US, .effect = note, .data = name, .unit = unit, .after = after
    };

    return sim_engine_submit(engine, stream, &spec);
}

/* 10 us each: a and b one after the other, c on another unit meanwhile. */
static void test_model_engine__a_unit_does_one_operation_at_a_time(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s[3];

    for (unsigned i = 0; i < 3; i++)
        s[i] = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    put_on_unit(engine, s[2], "a", 1, (struct sim_op_ref){ 0 });
    put_on_unit(engine, s[0], "b", 1, (struct sim_op_ref){ 0 });
    put_on_unit(engine, s[1], "c", 2, (struct sim_op_ref){ 0 });
    sim_engine_run(engine, SIM_S);
    assert_int_equal(ended['a'], 10 * SIM_US);
    assert_int_equal(ended['b'], 20 * SIM_US);
    assert_int_equal(ended['c'], 10 * SIM_US);
}

/* a waits for c; b, which is younger than a, has the unit until then. */
static void test_model_engine__who_waits_does_not_hold_the_unit(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_stream *t = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_stream *u = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_op_ref first = put(engine, u, "c", 0, 4 * SIM_US);

    put_on_unit(engine, s, "a", 1, first);
    put_on_unit(engine, t, "b", 1, (struct sim_op_ref){ 0 });
    sim_engine_run(engine, SIM_S);
    assert_int_equal(ended['b'], 10 * SIM_US);
    assert_int_equal(ended['a'], 20 * SIM_US);
}

static void test_model_engine__busy_is_what_is_under_way(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);

    put(engine, s, "a", 0, 10 * SIM_US);
    put(engine, s, "b", 5 * GB, 0);
    sim_engine_run(engine, 5 * SIM_US);
    assert_false(sim_engine_is_busy(engine, 0));
    sim_engine_run(engine, 20 * SIM_US);
    assert_true(sim_engine_is_busy(engine, 0));
    assert_false(sim_engine_is_busy(engine, 1));
    sim_engine_run(engine, SIM_S);
    assert_false(sim_engine_is_busy(engine, 0));
}

static void test_model_engine__nothing_happens_before_its_time(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_op_ref op = put(engine, s, "a", 0, 5 * SIM_US);

    sim_engine_run(engine, 5 * SIM_US - 1);
    assert_string_equal(happened, "");
    assert_false(sim_op_done(op));
    sim_engine_run(engine, 5 * SIM_US);
    assert_string_equal(happened, "a");
    assert_true(sim_op_done(op));
}

static void test_model_engine__a_stream_is_in_order(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);

    put(engine, s, "a", 0, 9 * SIM_US);
    put(engine, s, "b", 0, 1 * SIM_US);
    put(engine, s, "c", 0, 0);
    sim_engine_run(engine, SIM_MS);
    assert_string_equal(happened, "abc");
    assert_int_equal(ended['a'], 9 * SIM_US);
    assert_int_equal(ended['b'], 10 * SIM_US);
    assert_int_equal(ended['c'], 10 * SIM_US);
}

static void test_model_engine__legacy_stream_is_a_barrier(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *null = sim_engine_stream(engine, SIM_STREAM_LEGACY, 1);
    struct sim_stream *blocking = sim_engine_stream(engine, SIM_STREAM_BLOCKING, 1);
    struct sim_stream *free_one = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 1);
    struct sim_stream *elsewhere = sim_engine_stream(engine, SIM_STREAM_BLOCKING, 2);

    put(engine, blocking, "a", 0, 10 * SIM_US);
    put(engine, null, "b", 0, 10 * SIM_US);
    put(engine, blocking, "c", 0, 10 * SIM_US);
    put(engine, free_one, "d", 0, 15 * SIM_US);
    put(engine, elsewhere, "e", 0, 12 * SIM_US);
    sim_engine_run(engine, SIM_MS);
    assert_string_equal(happened, "aedbc");
    assert_int_equal(ended['b'], 20 * SIM_US);
    assert_int_equal(ended['c'], 30 * SIM_US);
}

static void test_model_engine__waits_for_another_stream(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_stream *t = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 1);
    struct sim_op_spec wait = { .after = put(engine, s, "a", 0, 10 * SIM_US) };

    sim_engine_submit(engine, t, &wait);
    put(engine, t, "b", 0, SIM_US);
    sim_engine_run(engine, SIM_MS);
    assert_string_equal(happened, "ab");
    assert_int_equal(ended['b'], 11 * SIM_US);
}

static void test_model_engine__an_endless_operation_is_noticed(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_stream *t = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_op_spec endless = { .never_ends = true };
    struct sim_op_ref hang = sim_engine_submit(engine, s, &endless);
    struct sim_op_ref fine = put(engine, t, "a", 0, SIM_US);

    assert_false(sim_engine_run_until_done(engine, hang));
    assert_true(sim_op_done(fine));
}

static void test_model_engine__several_flows_end_with_the_last(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);
    struct sim_op_spec spec = { .flow_count = 2, .effect = note, .data = "a" };

    /* 1 GB over 50 GB/s: 20 ms; 10 GB over 200 GB/s: 50 ms. */
    sim_flow_init(&spec.flows[0], 1 * GB);
    sim_flow_use(&spec.flows[0], 0, SIM_WEIGHT_FULL);
    sim_flow_init(&spec.flows[1], 10 * GB);
    sim_flow_use(&spec.flows[1], 1, SIM_WEIGHT_FULL);
    assert_true(sim_engine_run_until_done(engine, sim_engine_submit(engine, s, &spec)));
    assert_int_equal(ended['a'], 50 * SIM_MS);
}

/* The same work in other streams must take the same time. */
static void test_model_engine__permutation_changes_nothing(void **state)
{
    static const unsigned orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                           { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    static const uint64_t sizes[] = { 1 * GB, 2 * GB, 5 * GB };
    static char *names[] = { "a", "b", "c" };

    /* All at 50/3 until the first is through at 60 ms; then 1 and 4 GB at 25 each: 100 ms; then
     * 3 GB at 50: 160 ms. */
    for (unsigned i = 0; i < 6; i++) {
        struct sim_engine *engine;

        teardown(state);
        setup(state);
        engine = *state;
        for (unsigned k = 0; k < 3; k++) {
            struct sim_stream *s = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 0);

            put(engine, s, names[orders[i][k]], sizes[orders[i][k]], 0);
        }
        sim_engine_run(engine, SIM_S);
        /* 50e9 is not divisible by 3: some picoseconds of rounding, always upwards. */
        assert_in_range(ended['a'], 60 * SIM_MS, 60 * SIM_MS + 10);
        assert_in_range(ended['b'], 100 * SIM_MS, 100 * SIM_MS + 10);
        assert_in_range(ended['c'], 160 * SIM_MS, 160 * SIM_MS + 10);
    }
}

static void test_model_clock__elapsed_in_half_microseconds(void **state)
{
    (void)state;
    assert_true(sim_clock_elapsed_ms(0, 0) == 0.0f);
    assert_true(sim_clock_elapsed_ms(0, 249 * SIM_NS) == 0.0f);
    assert_true(sim_clock_elapsed_ms(0, 250 * SIM_NS) == 0.0005f);
    assert_true(sim_clock_elapsed_ms(SIM_US, 3 * SIM_US) == 0.002f);
    assert_true(sim_clock_elapsed_ms(3 * SIM_US, SIM_US) == -0.002f);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Others say when it ends; until then nothing behind it happens. */
static sim_time agreed;
static sim_time asked_ready;

static sim_time meet(void *data, sim_time ready)
{
    (void)data;
    asked_ready = ready;
    return agreed;
}

static void test_model_engine__meeting_waits_for_the_others(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *stream = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 1);
    const struct sim_op_spec meeting = { .meet = meet, .effect = note, .data = (void *)"m" };
    const struct sim_op_spec moment = { .effect = note, .data = (void *)"e" };

    agreed = SIM_FOREVER;
    sim_engine_run(engine, 100);
    sim_engine_submit(engine, stream, &meeting);
    struct sim_op_ref last = sim_engine_submit(engine, stream, &moment);
    sim_engine_run(engine, 500);
    assert_string_equal(happened, "");
    assert_true(sim_engine_waits_for_others(engine));
    assert_false(sim_engine_run_until_done(engine, last));
    agreed = 700;
    assert_true(sim_engine_run_until_done(engine, last));
    assert_false(sim_engine_waits_for_others(engine));
    assert_string_equal(happened, "me");
    assert_int_equal(asked_ready, 100);
    assert_int_equal(ended['m'], 700);
    assert_int_equal(ended['e'], 700);
    assert_int_equal(engine->now, 700);
}

/* What others agreed on is past here: moments that were queued behind it are, too, and the next
 * meeting is ready since then; what came later, or takes time, begins now. */
static void test_model_engine__stream_lags_behind_what_others_agreed_on(void **state)
{
    struct sim_engine *engine = *state;
    struct sim_stream *stream = sim_engine_stream(engine, SIM_STREAM_INDEPENDENT, 1);
    const struct sim_op_spec first = { .meet = meet, .effect = note, .data = (void *)"m" };
    const struct sim_op_spec moment = { .effect = note, .data = (void *)"e" };
    const struct sim_op_spec second = { .meet = meet, .effect = note, .data = (void *)"n" };
    const struct sim_op_spec late = { .effect = note, .data = (void *)"l" };
    const struct sim_op_spec work = { .latency = 50, .effect = note, .data = (void *)"w" };

    agreed = SIM_FOREVER;
    sim_engine_submit(engine, stream, &first);
    sim_engine_submit(engine, stream, &moment);
    sim_engine_submit(engine, stream, &second);
    sim_engine_run(engine, 1000);
    sim_engine_submit(engine, stream, &late);
    sim_engine_submit(engine, stream, &work);
    agreed = 300;
    sim_engine_run(engine, 1000);
    assert_string_equal(happened, "menl");
    assert_int_equal(asked_ready, 300);
    assert_int_equal(ended['m'], 300);
    assert_int_equal(ended['e'], 300);
    assert_int_equal(ended['n'], 300);
    assert_int_equal(ended['l'], 1000);
    sim_engine_run(engine, 2000);
    assert_int_equal(ended['w'], 1050);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_model_engine__one_flow_is_bytes_over_rate_plus_latency),
        CASE(test_model_engine__two_equal_flows_share),
        CASE(test_model_engine__a_late_flow_slows_the_first),
        CASE(test_model_engine__a_unit_does_one_operation_at_a_time),
        CASE(test_model_engine__who_waits_does_not_hold_the_unit),
        CASE(test_model_engine__busy_is_what_is_under_way),
        CASE(test_model_engine__nothing_happens_before_its_time),
        CASE(test_model_engine__a_stream_is_in_order),
        CASE(test_model_engine__legacy_stream_is_a_barrier),
        CASE(test_model_engine__waits_for_another_stream),
        CASE(test_model_engine__an_endless_operation_is_noticed),
        CASE(test_model_engine__several_flows_end_with_the_last),
        CASE(test_model_engine__permutation_changes_nothing),
        CASE(test_model_engine__meeting_waits_for_the_others),
        CASE(test_model_engine__stream_lags_behind_what_others_agreed_on),
        cmocka_unit_test(test_model_clock__elapsed_in_half_microseconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
