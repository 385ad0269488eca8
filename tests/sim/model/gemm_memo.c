/* SPDX-License-Identifier: Apache-2.0 */
/* See gemm_memo.h. The oldest results go first. */
#include "model/gemm_memo.h"

#include <stdlib.h>
#include <string.h>

#define RESULTS      64
#define RESULT_BYTES ((uint64_t)256 << 20) /* of all of them */
#define LANES        4
/* Odd numbers without a pattern: the fractional part of the golden ratio, and of the root of 2. */
#define FACTOR 0x9e3779b97f4a7c15u
#define SEED   0x6a09e667f3bcc909u

/* Two digests of each matrix, so that a wrong result by chance is out of the question. */
struct key {
    uint64_t shape[8];
    uint64_t digests[4];
};

static struct result {
    struct key key;
    unsigned char *numbers; /* one column after the other; NULL: none */
    uint64_t size_bytes;
} results[RESULTS];

static unsigned oldest, computed;
static uint64_t held_bytes;

unsigned sim_gemm_memo_computed(void)
{
    return computed;
}

static uint64_t mix(uint64_t state, uint64_t word)
{
    state = (state ^ word) * FACTOR;
    return state ^ state >> 29;
}

/* Four lanes: one would wait for its own multiplication at each word. */
static void digest_bytes(uint64_t state[LANES], const unsigned char *bytes, uint64_t size_bytes)
{
    uint64_t words[LANES];

    for (; size_bytes >= sizeof words; size_bytes -= sizeof words, bytes += sizeof words) {
        memcpy(words, bytes, sizeof words);
        for (unsigned i = 0; i < LANES; i++)
            state[i] = mix(state[i], words[i]);
    }
    memset(words, 0, sizeof words);
    memcpy(words, bytes, size_bytes);
    for (unsigned i = 0; i < LANES; i++)
        state[i] = mix(state[i], words[i]);
}

static void digest(const struct sim_matrix *matrix, uint64_t digests[2])
{
    const size_t column_bytes = (size_t)matrix->rows * sim_number_bytes(matrix->number);
    uint64_t state[LANES] = { SEED, SEED + 1, SEED + 2, SEED + 3 };

    for (int j = 0; j < matrix->columns; j++)
        digest_bytes(state, sim_matrix_at(matrix, 0, j), column_bytes);
    digests[0] = mix(mix(SEED, state[0]), state[1]);
    digests[1] = mix(mix(SEED, state[2]), state[3]);
}

static void describe(const struct sim_product *product, struct key *key)
{
    const uint64_t flags = (uint64_t)product->transposes_a | (uint64_t)product->transposes_b << 1
                           | (uint64_t)product->rounds_to_tf32 << 2
                           | (uint64_t)product->a.number << 8 | (uint64_t)product->c.number << 16;
    const uint64_t shape[] = { (uint64_t)product->a.rows,
                               (uint64_t)product->a.columns,
                               (uint64_t)product->b.rows,
                               (uint64_t)product->b.columns,
                               (uint64_t)product->c.rows,
                               (uint64_t)product->c.columns,
                               flags };

    memset(key, 0, sizeof *key);
    memcpy(key->shape, shape, sizeof shape);
    memcpy(&key->shape[7], &product->alpha, sizeof product->alpha);
    digest(&product->a, &key->digests[0]);
    digest(&product->b, &key->digests[2]);
}

static const struct result *find(const struct key *key)
{
    for (unsigned i = 0; i < RESULTS; i++) {
        if (results[i].numbers != NULL && memcmp(&results[i].key, key, sizeof *key) == 0)
            return &results[i];
    }
    return NULL;
}

static void forget(struct result *result)
{
    held_bytes -= result->size_bytes;
    free(result->numbers);
    *result = (struct result){ .numbers = NULL };
}

static void remember(const struct key *key, const struct sim_matrix *c)
{
    const size_t column_bytes = (size_t)c->rows * sim_number_bytes(c->number);
    const uint64_t size_bytes = column_bytes * (uint64_t)c->columns;
    struct result *result;

    if (size_bytes > RESULT_BYTES)
        return;
    do {
        result = &results[oldest++ % RESULTS];
        forget(result);
    } while (held_bytes + size_bytes > RESULT_BYTES);
    result->numbers = malloc(size_bytes + 1);
    if (result->numbers == NULL)
        return;
    result->key = *key;
    result->size_bytes = size_bytes;
    held_bytes += size_bytes;
    for (int j = 0; j < c->columns; j++)
        memcpy(result->numbers + (size_t)j * column_bytes, sim_matrix_at(c, 0, j), column_bytes);
}

static void copy(const struct result *result, const struct sim_matrix *c)
{
    const size_t column_bytes = (size_t)c->rows * sim_number_bytes(c->number);

    for (int j = 0; j < c->columns; j++)
        memcpy(sim_matrix_at(c, 0, j), result->numbers + (size_t)j * column_bytes, column_bytes);
}

void sim_gemm_memo_compute(const struct sim_product *product)
{
    const struct result *known;
    struct key key;

    /* What C was before is part of the result. */
    if (product->beta != 0) {
        computed++;
        sim_product_compute(product);
        return;
    }
    describe(product, &key);
    known = find(&key);
    if (known != NULL) {
        copy(known, &product->c);
        return;
    }
    computed++;
    sim_product_compute(product);
    remember(&key, &product->c);
}
