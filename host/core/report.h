/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report is a value: what was asked, seen, measured and concluded. It holds no heap pointers, so
 * that it can live in memory shared between the supervisor and the child that does the work, and a
 * child that dies leaves behind everything it had found. Text, JSON, JUnit and Prometheus output
 * are functions of it.
 *
 * One writer at a time. A count is raised only after its entry is complete.
 */
#ifndef GST_CORE_REPORT_H
#define GST_CORE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/finding.h"
#include "core/judge.h"
#include "core/scratch.h"
#include "core/stats.h"
#include "core/status.h"
#include "core/units.h"

/* Room for 32 GPUs with every pair measured eight ways. Untouched pages of the mapping cost
 * nothing; what does not fit is counted in `overflow` and makes the verdict an ERROR. */
#define GST_REPORT_GPUS    32
#define GST_REPORT_ITEMS   32
#define GST_REPORT_CHECKS  2048
#define GST_REPORT_METRICS 8192
#define GST_REPORT_FACTS   8192
#define GST_REPORT_SAMPLES (8192 * 48)

#define GST_NAME_SIZE    32
#define GST_VARIANT_SIZE 64
#define GST_TEXT_SIZE    160
#define GST_NO_GPU       (-1)

/* Something known about the machine or one GPU, and who said so: the same key from several sources
 * is how sources are held against each other. */
struct gst_fact {
    int gpu;         /* index in this run, GST_NO_GPU for the machine */
    char source[24]; /* driver runtime nvml sysfs loader environment, or the workload that looked */
    char key[40];    /* snake case, without unit: "memory_total" */
    bool is_number;
    enum gst_unit unit;
    double number;
    char text[GST_TEXT_SIZE];
};

/* A question with yes or no for an answer: `finding` is what it would be if the answer is no. */
struct gst_check {
    enum gst_finding_id finding;
    enum gst_verdict verdict; /* PASS, or the word of the finding; SKIP once it is blocked */
    enum gst_finding_id blocked_by;
    int item; /* index into items, -1 before any workload */
    int gpu;
    int code;
    char call[GST_CALL_SIZE];
    const char *where; /* constant text, NULL for a check that passed */
    char observed[GST_CAUSE_SIZE];
};

/* What a workload may measure; constant rows in the workload's file. */
struct gst_metric_def {
    const char *name;  /* "vector-add.bandwidth" */
    const char *title; /* "a + b, bytes read and written" */
    enum gst_unit unit;
    bool has_siblings; /* nothing but the GPU decides: identical ones are held against each other */
};

struct gst_metric {
    const struct gst_metric_def *def;
    int item;
    int src_gpu; /* GST_NO_GPU: the host */
    int dst_gpu;
    char variant[GST_VARIANT_SIZE]; /* "driver", "runtime": one def measured several ways */
    double value;                   /* the median */
    struct gst_bar bar;
    struct gst_stats stats;
    int side; /* of squares, where the rate is theirs: it is compared with such ones; 0: none */
    uint32_t first_sample; /* into samples */
    uint32_t sample_count;
    enum gst_verdict verdict;
    enum gst_finding_id
        explained_by; /* why it is slow, if it is: GST_NO_FINDING, or what was seen */
    bool is_told;     /* gst_report_conclude has made a check of a verdict that is FAIL or ERROR */
};

enum gst_item_state { GST_ITEM_PENDING, GST_ITEM_RUNNING, GST_ITEM_DONE };

/* One workload of the plan. */
struct gst_item {
    char name[GST_NAME_SIZE];
    enum gst_item_state state;
    enum gst_verdict verdict; /* what run() itself came to; checks and metrics are folded in by
                                 gst_report_conclude */
    enum gst_finding_id blocked_by;
    char reason[GST_TEXT_SIZE];  /* of a SKIP */
    char summary[GST_TEXT_SIZE]; /* of a PASS, one line: "4 GPUs, 2 paths, 1048583 elements each" */
    uint64_t started_ns;         /* gst_clock_ns */
    uint64_t ended_ns;
    uint64_t elements_checked;
    bool has_numbers; /* it measures: without a number or an element it has tested nothing */
};

/* Where the child is right now; what the supervisor blames when the child dies or hangs. */
struct gst_progress {
    int item; /* -1: still opening the GPUs */
    int gpu;
    char phase[64];                 /* "copy to gpu 3" */
    char call[GST_CALL_SIZE];       /* library function entered and not yet left, else empty */
    char scratch[GST_SCRATCH_SIZE]; /* a folder that is to go with the child, else empty */
};

struct gst_report {
    char version[GST_NAME_SIZE]; /* of the suite */
    char commit[48];
    char host[64];
    char subject[GST_TEXT_SIZE]; /* an image or a folder, where no machine is looked at */
    char told[GST_TEXT_SIZE];    /* of the subject in one clause: "2 driver files are in layer 4" */
    char started_utc[GST_NAME_SIZE];
    uint64_t started_ns;
    uint64_t ended_ns;
    char plan[GST_TEXT_SIZE]; /* "--level quick --only vector-add" */
    char seed_text[GST_NAME_SIZE];
    bool is_simulated;
    char profile[GST_NAME_SIZE];     /* of the simulation */
    char interrupted[GST_NAME_SIZE]; /* "SIGTERM", empty if it ran to its end */
    char usage_error[GST_TEXT_SIZE]; /* what was asked cannot be done here: "no GPU '9' ..." */
    bool is_strict;
    bool shows_facts; /* the text is to hold a page of facts: they were what was asked for */
    int gpus_seen;    /* that the driver showed last, to notice one that goes */
    int gpus_total;   /* seen by the driver */
    int gpus_tested;
    bool gpu_hangs[GST_REPORT_GPUS]; /* what was queued did not end: children to come leave it, too
                                      */
    enum gst_verdict verdict;        /* after gst_report_conclude */
    uint32_t overflow;
    struct gst_progress progress;

    size_t item_count, check_count, metric_count, fact_count, sample_count;
    struct gst_item items[GST_REPORT_ITEMS];
    struct gst_check checks[GST_REPORT_CHECKS];
    struct gst_metric metrics[GST_REPORT_METRICS];
    struct gst_fact facts[GST_REPORT_FACTS];
    double samples[GST_REPORT_SAMPLES];
};

/* An empty report in memory shared with children forked later: all zero but progress, which is at
 * no item and no GPU. NULL if the system refuses it. */
struct gst_report *gst_report_map(void);
void gst_report_unmap(struct gst_report *report);

/* Appends; all take what they need by value. Index of the new item, -1 when full. */
int gst_report_item(struct gst_report *report, const char *name);

/* Ends the items from `first` on, none of which was run: `blocked_by` is the finding at fault, or
 * GST_NO_FINDING. */
void gst_report_skip_from(struct gst_report *report, size_t first, enum gst_finding_id blocked_by);

/* Records the answer to a check under the current item (progress.item), at this place of the
 * source. `ok` false takes the finding's word. */
#define gst_report_check(report, finding, gpu, ...)                                                \
    gst_report_check_at(report, GST_WHERE, finding, gpu, __VA_ARGS__)

void gst_report_check_at(struct gst_report *report, const char *where, enum gst_finding_id finding,
                         int gpu, bool ok, const char *observed, ...)
    __attribute__((format(printf, 6, 7)));

/* Records a failed status as its finding. */
void gst_report_status(struct gst_report *report, const struct gst_status *st);

/* Records samples of one metric, with statistics and verdict. `variant` may be NULL. */
void gst_report_metric(struct gst_report *report, const struct gst_metric_def *def, int src_gpu,
                       int dst_gpu, const char *variant, const double *samples, size_t count,
                       const struct gst_bar *bar);

void gst_report_fact_text(struct gst_report *report, int gpu, const char *source, const char *key,
                          const char *format, ...) __attribute__((format(printf, 5, 6)));
void gst_report_fact_number(struct gst_report *report, int gpu, const char *source, const char *key,
                            enum gst_unit unit, double number);

/* The fact, or NULL; `source` NULL takes the first that speaks. */
const struct gst_fact *gst_report_find_fact(const struct gst_report *report, int gpu,
                                            const char *source, const char *key);

/* Holds siblings against each other (siblings.h);
 * makes checks of metrics that failed, of an overflow and of an interruption that nobody recorded;
 * applies the declared edges (what is blocked becomes a SKIP that names its cause); folds checks
 * and metrics into their items and all into the verdict. May be called again. */
void gst_report_conclude(struct gst_report *report);

/* The verdict's exit code; under --strict whatever was not judged or not tested makes it 3. */
enum gst_exit gst_report_exit(const struct gst_report *report);

/* The heaviest finding; among equals one that blocks workloads, then the first found. NULL if there
 * is none that counts. */
const struct gst_check *gst_report_headline(const struct gst_report *report);

/* The name of items[item], NULL for -1. */
const char *gst_report_item_name(const struct gst_report *report, int item);

/* Number of items with this verdict. */
size_t gst_report_count(const struct gst_report *report, enum gst_verdict verdict);

/* The same, with what was found before any workload as one more: the page calls it "machine". */
size_t gst_report_count_all(const struct gst_report *report, enum gst_verdict verdict);

/* Metrics with a PASS, FAIL or ERROR, and all of them: "speed judged 71 of 72". */
void gst_report_judged(const struct gst_report *report, size_t *judged, size_t *total);

#endif
