/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lint of floors on what other suites published: each known slip is refused for its reason, and
 * whatever else has a known ceiling is sound. tests/fixtures/thresholds: 978 rows with their
 * sources, and what the GPUs in them can do at most.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/class_bars.h"
#include "core/threshold_lint.h"

#define FIELDS_MAX 12
#define PEAKS_MAX  64

struct row {
    char line[1024];
    char *fields[FIELDS_MAX];
    size_t count;
};

/* Columns of peaks.csv. */
enum { MATCH, MEMORY, FP32, FP64, TENSOR16, PCIE_GEN, HOST, NVLINK, ALL_REDUCE, INTERNODE };
/* What no column holds. */
enum { LANES = FIELDS_MAX, NOT_OF_A_GPU };

static struct row peaks[PEAKS_MAX];
static size_t peak_count;

/* One line of CSV; "" inside quotes is a quote. */
static bool read_row(FILE *file, struct row *row)
{
    char *to = row->line;

    if (fgets(row->line, sizeof row->line, file) == NULL)
        return false;
    row->line[strcspn(row->line, "\r\n")] = '\0';
    row->count = 0;
    row->fields[row->count++] = to;
    for (const char *from = row->line, *quote = NULL; *from != '\0'; from++) {
        if (*from == '"' && from[1] == '"' && quote != NULL) {
            *to++ = *from++;
        } else if (*from == '"') {
            quote = quote == NULL ? from : NULL;
        } else if (*from == ',' && quote == NULL) {
            *to++ = '\0';
            assert_true(row->count < FIELDS_MAX);
            row->fields[row->count++] = to;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return true;
}

static FILE *open_table(const char *name, const char *header)
{
    char path[512];
    struct row row;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", GST_THRESHOLDS, name);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_true(read_row(file, &row));
    assert_string_equal(row.fields[0], header);
    return file;
}

/* The first kind whose text is in the metric's name counts. */
static const struct {
    const char *text;
    int column;
    double factor;
} kinds[] = {
    { "hbm_bw_min", MEMORY, 1 },
    { "daxpy", MEMORY, 1 },
    { "memory bandwidth", MEMORY, 1 },
    { "mem-bw/d2d", MEMORY, 1 },
    { "d2d measured", MEMORY, 1 },
    { "SGEMM", FP32, 1 },
    { "DGEMM", FP64, 1 },
    { "fp32_flops", FP32, 1 },
    { "fp64_", FP64, 1 },
    { "TF32 path", TENSOR16, 0.5 },
    { "tf32_tc", TENSOR16, 0.5 },
    { "fp16_tc", TENSOR16, 1 },
    { "bf16_tc", TENSOR16, 1 },
    { "int8_tc", TENSOR16, 2 },
    { "int4_tc", TENSOR16, 4 },
    { "FP8", TENSOR16, 2 },
    { "BF16", TENSOR16, 1 },
    { "fp16 matmul", TENSOR16, 1 },
    { "pcie_link_gen", PCIE_GEN, 1 },
    { "pcie_link_width", LANES, 1 },
    { "h2d", HOST, 1 },
    { "d2h", HOST, 1 },
    { "H2D", HOST, 1 },
    { "p2p read", NVLINK, 1 },
    { "IB loopback", NOT_OF_A_GPU, 1 },
    { ">=2 nodes", INTERNODE, 1 },
    { "2-node", INTERNODE, 1 },
    { "2 nodes", INTERNODE, 1 },
    { "multi-node", INTERNODE, 1 },
    { "all_reduce", ALL_REDUCE, 1 },
    { "allreduce_", ALL_REDUCE, 1 },
    { "all_gather", NVLINK, 1 },
    { "reduce_scatter", NVLINK, 1 },
};

static const struct {
    const char *text;
    double factor; /* to GB/s, TFLOP/s, generations and lanes */
} units[] = {
    { "MB/s", 1e-3 }, { "GB/s", 1 }, { "Gb/s", 0.125 }, { "GFLOP/s", 1e-3 },
    { "TFLOP/s", 1 }, { "gen", 1 },  { "lanes", 1 },
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Alternatives are separated by '|'. */
static const struct row *find_peaks(const char *gpu)
{
    for (size_t i = 0; i < peak_count; i++) {
        const char *match = peaks[i].fields[MATCH];

        while (*match != '\0') {
            const size_t length = strcspn(match, "|");
            char text[64];

            snprintf(text, sizeof text, "%.*s", (int)length, match);
            if (strstr(gpu, text) != NULL)
                return &peaks[i];
            match += length + (match[length] == '|');
        }
    }
    return NULL;
}

static double ceiling_of(const struct row *peak, int column)
{
    if (column == LANES)
        return 16;
    if (peak == NULL || column == NOT_OF_A_GPU)
        return NAN;
    if (column == HOST && peak->fields[HOST][0] == '\0')
        return gst_bar_of_pcie((unsigned)atoi(peak->fields[PCIE_GEN]), 16).ceiling / 1e9;
    return peak->fields[column][0] == '\0' ? NAN : atof(peak->fields[column]);
}

/* Slips that physics tells, each documented: the table's own comments and the issues that the rows
 * of published.csv name. `slip` is the factor that the table's author owes. */
static const struct {
    const char *gpu, *metric, *value;
    enum gst_threshold fault;
    double slip;
} known[] = {
    /* NVIDIA/DCGM nvvs/diag-skus.yaml.in */
    { "(10de:2335)", "hbm_bw", "2333", GST_THRESHOLD_TOO_LOW, 1000 },
    { "(10de:20b0)", "hbm_bw", "137500.0", GST_THRESHOLD_TOO_LOW, 10 },
    { "(10de:26b5)", "hbm_bw", "49050", GST_THRESHOLD_TOO_LOW, 10 },
    { "(10de:2337)", "hbm_bw", "122250.0", GST_THRESHOLD_TOO_LOW, 10 },
    { "(10de:2336)", "hbm_bw", "127500", GST_THRESHOLD_TOO_LOW, 10 },
    { "(10de:29bc)", "targeted_stress", "3416250", GST_THRESHOLD_NEVER_PASSES, 1 },
    { "(10de:29bc)", "sm_stress", "3416250", GST_THRESHOLD_NEVER_PASSES, 1 },
    { "ANY", "h2d/d2h/bidir", "0", GST_THRESHOLD_NEVER_FAILS, 1 },
    /* One lane where the link has sixteen: no link is ever too narrow. */
    { "(10de:237f)", "link_width", "1.0", GST_THRESHOLD_TOO_LOW, 10 },
    { "(10de:2342)", "link_width", "1.0", GST_THRESHOLD_TOO_LOW, 10 },
    { "(10de:2348)", "link_width", "1.0", GST_THRESHOLD_TOO_LOW, 10 },
    { "(10de:2941)", "link_width", "1.0", GST_THRESHOLD_TOO_LOW, 10 },
    { "(10de:3182)", "link_width", "1.0", GST_THRESHOLD_TOO_LOW, 10 },
    /* Azure/azurehpc-health-checks issue 162: 12 links, not 18 */
    { "H100-NVL-94GB x1", "p2p read", "335", GST_THRESHOLD_NEVER_PASSES, 1 },
    { "H100-NVL-94GB x2", "p2p read", "335", GST_THRESHOLD_NEVER_PASSES, 1 },
    /* awslabs/awsome-distributed-training: more than the network between the nodes */
    { "p4d.24xlarge", ">=2 nodes", "300", GST_THRESHOLD_NEVER_PASSES, 0.1 },
    { "p5.48xlarge", ">=2 nodes", "800", GST_THRESHOLD_NEVER_PASSES, 1 },
    { "p5e.48xlarge", ">=2 nodes", "800", GST_THRESHOLD_NEVER_PASSES, 1 },
    { "p5en.48xlarge", ">=2 nodes", "800", GST_THRESHOLD_NEVER_PASSES, 1 },
    { "p6-b200.48xlarge", ">=2 nodes", "900", GST_THRESHOLD_NEVER_PASSES, 1 },
    /* oracle-quickstart/oci-hpc: a missing row means 0 */
    { "BM.GPU.GB200.4", "single node", "0", GST_THRESHOLD_NEVER_FAILS, 1 },
    { "BM.GPU.GB300.4", "single node", "0", GST_THRESHOLD_NEVER_FAILS, 1 },
    /* oracle-quickstart/oci-gpu-scanner: more than the memory's rate */
    { "H100-SXM5-80GB", "memory bandwidth MEASURED", "4270", GST_THRESHOLD_NEVER_PASSES, 1 },
};

static bool is_known_slip(const struct row *row, size_t *which)
{
    for (size_t i = 0; i < COUNT(known); i++) {
        if (strstr(row->fields[0], known[i].gpu) == NULL
            || strstr(row->fields[2], known[i].metric) == NULL
            || strcmp(row->fields[3], known[i].value) != 0)
            continue;
        *which = i;
        return true;
    }
    return false;
}

static void read_peaks(void)
{
    FILE *file = open_table("peaks.csv", "match");

    while (read_row(file, &peaks[peak_count])) {
        assert_true(peaks[peak_count].count == INTERNODE + 2);
        assert_true(strlen(peaks[peak_count].fields[INTERNODE + 1]) > 10); /* the source */
        peak_count++;
        assert_true(peak_count < PEAKS_MAX);
    }
    fclose(file);
}

static void test_threshold_lint__published(void **state)
{
    FILE *file = open_table("published.csv", "gpu_model");
    bool seen[COUNT(known)] = { false };
    size_t rows = 0, of_a_kind = 0, sound = 0, unknown = 0;
    struct row row;

    (void)state;
    read_peaks();
    while (read_row(file, &row)) {
        size_t kind = 0, unit = 0, which = 0;
        enum gst_threshold fault;
        double floor, ceiling;
        char why[200];

        rows++;
        assert_true(row.count == 6);
        while (kind < COUNT(kinds) && strstr(row.fields[2], kinds[kind].text) == NULL)
            kind++;
        while (unit < COUNT(units) && strcmp(row.fields[4], units[unit].text) != 0)
            unit++;
        if (kind == COUNT(kinds) || unit == COUNT(units))
            continue;
        of_a_kind++;
        floor = atof(row.fields[3]) * units[unit].factor;
        ceiling = ceiling_of(find_peaks(row.fields[0]), kinds[kind].column) * kinds[kind].factor;
        fault = gst_threshold_lint(floor, ceiling, GST_UNIT_NONE, why, sizeof why);
        sound += fault == GST_THRESHOLD_SOUND;
        unknown += fault == GST_THRESHOLD_UNKNOWN;
        if (is_known_slip(&row, &which)) {
            assert_false(seen[which]);
            seen[which] = true;
            assert_true(why[0] != '\0');
            if (fault != known[which].fault
                || (fault != GST_THRESHOLD_NEVER_FAILS
                    && gst_threshold_slip(floor, ceiling) != known[which].slip))
                fail_msg("line %zu, %s, %s %s: %d, '%s'", rows + 1, row.fields[0], row.fields[2],
                         row.fields[3], fault, why);
        } else if (fault != GST_THRESHOLD_SOUND && fault != GST_THRESHOLD_UNKNOWN) {
            fail_msg("line %zu, %s, %s %s: '%s'", rows + 1, row.fields[0], row.fields[2],
                     row.fields[3], why);
        }
    }
    fclose(file);
    for (size_t i = 0; i < COUNT(known); i++) {
        if (!seen[i])
            fail_msg("%s %s %s is not in the table", known[i].gpu, known[i].metric, known[i].value);
    }
    assert_int_equal(rows, 978);
    assert_int_equal(of_a_kind, sound + unknown + COUNT(known));
    /* Enough are held against something for the rest to mean anything. */
    assert_true(sound > 300);
}

static void test_threshold_lint__says_why(void **state)
{
    static const struct {
        double floor, ceiling;
        enum gst_threshold fault;
        const char *why;
    } rows[] = {
        { 2.333e9, 4.8e12, GST_THRESHOLD_TOO_LOW,
          "2.33 GB/s is less than a tenth of 4.8 TB/s, 1000 times too little: a unit too small?" },
        { 49.06e9, 864e9, GST_THRESHOLD_TOO_LOW,
          "49.1 GB/s is less than a tenth of 864 GB/s, 10 times too little: a digit lost?" },
        { 2e9, 4e12, GST_THRESHOLD_TOO_LOW,
          "2 GB/s is less than a tenth of 4 TB/s, 1000 times too little: a unit too small?" },
        { 1e9, 4e12, GST_THRESHOLD_TOO_LOW, "1 GB/s is less than a tenth of 4 TB/s" },
        { 335e9, 300e9, GST_THRESHOLD_NEVER_PASSES,
          "nothing reaches 335 GB/s of at most 300 GB/s" },
        { 480e9, 63e9, GST_THRESHOLD_NEVER_PASSES,
          "nothing reaches 480 GB/s of at most 63 GB/s, 10 times too much: a digit too many?" },
        { 48e12, 63e9, GST_THRESHOLD_NEVER_PASSES,
          "nothing reaches 48 TB/s of at most 63 GB/s, 1000 times too much: a unit too large?" },
        { 0, 63e9, GST_THRESHOLD_NEVER_FAILS, "everything passes a floor that is not above 0" },
        { -1, NAN, GST_THRESHOLD_NEVER_FAILS, "everything passes a floor that is not above 0" },
        { NAN, 63e9, GST_THRESHOLD_NEVER_FAILS, "everything passes a floor that is not above 0" },
        { INFINITY, NAN, GST_THRESHOLD_NEVER_FAILS,
          "everything passes a floor that is not above 0" },
        { 48e9, NAN, GST_THRESHOLD_UNKNOWN, "" },
        { 48e9, 0, GST_THRESHOLD_UNKNOWN, "" },
        { 48e9, INFINITY, GST_THRESHOLD_UNKNOWN, "" },
        { 48e9, 63e9, GST_THRESHOLD_SOUND, "" },
        { 63e9, 63e9, GST_THRESHOLD_SOUND, "" },
        { 6.4e9, 63e9, GST_THRESHOLD_SOUND, "" },
        { 6.2e9, 63e9, GST_THRESHOLD_TOO_LOW,
          "6.2 GB/s is less than a tenth of 63 GB/s, 10 times too little: a digit lost?" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char why[200] = "x";

        assert_int_equal(gst_threshold_lint(rows[i].floor, rows[i].ceiling, GST_UNIT_BYTES_PER_S,
                                            why, sizeof why),
                         rows[i].fault);
        assert_string_equal(why, rows[i].why);
    }
}

/* The lint is not for others alone. */
static void test_threshold_lint__our_own(void **state)
{
    size_t count;
    const struct gst_bar_class *classes = gst_bar_classes(&count);
    char why[200];

    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (classes[i].efficiency == 0)
            continue;
        assert_int_equal(
            gst_threshold_lint(classes[i].efficiency, 1, GST_UNIT_FRACTION, why, sizeof why),
            GST_THRESHOLD_SOUND);
        assert_int_equal(
            gst_threshold_lint(classes[i].worst, 1, GST_UNIT_FRACTION, why, sizeof why),
            GST_THRESHOLD_SOUND);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threshold_lint__published),
        cmocka_unit_test(test_threshold_lint__says_why),
        cmocka_unit_test(test_threshold_lint__our_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
