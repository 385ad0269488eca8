/* SPDX-License-Identifier: Apache-2.0 */
/* Words, weights and exit codes; see verdict.h. */
#include "core/verdict.h"

const char *gst_verdict_word(enum gst_verdict verdict)
{
    switch (verdict) {
    case GST_NOTE:
        return "NOTE";
    case GST_NOT_JUDGED:
        return "not judged";
    case GST_SKIP:
        return "SKIP";
    case GST_PASS:
        return "PASS";
    case GST_ERROR:
        return "ERROR";
    case GST_FAIL:
        return "FAIL";
    }
    return "ERROR";
}

enum gst_verdict gst_verdict_worst(enum gst_verdict a, enum gst_verdict b)
{
    return a > b ? a : b;
}

bool gst_verdict_counts(enum gst_verdict verdict)
{
    return verdict >= GST_PASS;
}

enum gst_exit gst_verdict_exit(enum gst_verdict verdict)
{
    switch (verdict) {
    case GST_PASS:
        return GST_EXIT_PASSED;
    case GST_FAIL:
        return GST_EXIT_FAILED;
    case GST_ERROR:
        return GST_EXIT_COULD_NOT_TELL;
    case GST_NOTE:
    case GST_NOT_JUDGED:
    case GST_SKIP:
        return GST_EXIT_NOTHING_TESTED;
    }
    return GST_EXIT_COULD_NOT_TELL;
}
