/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a result, and what an exit code means. Every other part of the suite speaks in
 * these words; nothing else defines "passed".
 */
#ifndef GST_CORE_VERDICT_H
#define GST_CORE_VERDICT_H

#include <stdbool.h>

/* In rising order of weight, so that the worst of several is their maximum. */
enum gst_verdict {
    GST_NOTE,       /* worth knowing, no verdict: a default that is healthy until something fails */
    GST_NOT_JUDGED, /* a number without a bar: never shown as passed */
    GST_SKIP,       /* does not apply here, or an earlier finding blocks it: the reason is given */
    GST_PASS,       /* it was checked and it is right */
    GST_ERROR,      /* we could not tell: crash, time-out, a number that cannot be true */
    GST_FAIL,       /* it was checked and it is wrong */
};

/* What the process says when it ends; scripts rely on it. */
enum gst_exit {
    GST_EXIT_PASSED = 0,
    GST_EXIT_FAILED = 1,
    GST_EXIT_USAGE = 2,
    GST_EXIT_COULD_NOT_TELL = 3,
    GST_EXIT_NOTHING_TESTED = 77,
};

/* "PASS", "FAIL", ...; constant text. */
const char *gst_verdict_word(enum gst_verdict verdict);

/* The heavier of both. */
enum gst_verdict gst_verdict_worst(enum gst_verdict a, enum gst_verdict b);

/* True for what says something about the machine: PASS, ERROR and FAIL. */
bool gst_verdict_counts(enum gst_verdict verdict);

/* The exit code of a whole run; anything that does not count is "nothing tested". */
enum gst_exit gst_verdict_exit(enum gst_verdict verdict);

#endif
