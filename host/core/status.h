/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why something could not be done. Whoever knows the cause fills a status, once; callers hand it
 * up unchanged, and the run turns it into a finding of the report.
 */
#ifndef GST_CORE_STATUS_H
#define GST_CORE_STATUS_H

#include <stdbool.h>

#include "core/finding.h"

#define GST_CAUSE_SIZE 320
#define GST_CALL_SIZE  48

struct gst_status {
    enum gst_finding_id finding; /* GST_NO_FINDING: nothing failed */
    int gpu;                     /* which GPU by index, -1 if none in particular */
    int code;                    /* the library's own number, 0 if no library was asked */
    char call[GST_CALL_SIZE];    /* the library function, empty if none */
    const char *where;           /* file:line in this source; constant text */
    char cause[GST_CAUSE_SIZE];  /* what was seen, with values */
};

#define GST_STATUS_INIT                                                                            \
    {                                                                                              \
        .gpu = -1                                                                                  \
    }
#define GST_STRINGIZE_(line) #line
#define GST_STRINGIZE(line)  GST_STRINGIZE_(line)
#define GST_WHERE            __FILE__ ":" GST_STRINGIZE(__LINE__)

/* Fills `st` and returns false, so that a function can end with it. A status that already holds a
 * finding keeps it: the first cause is the one that matters. */
#define gst_fail(st, finding, ...) gst_status_fail(st, finding, GST_WHERE, __VA_ARGS__)

bool gst_status_fail(struct gst_status *st, enum gst_finding_id finding, const char *where,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* As gst_status_fail, for a library function that answered `code`. */
bool gst_status_fail_call(struct gst_status *st, enum gst_finding_id finding, const char *where,
                          const char *call, int code, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* For a process that could not be started, `what` says which: the kernel's EAGAIN is a limit on
 * processes, which the user set, and any other number is memory. */
#define gst_fail_to_start(st, what, number) gst_status_fail_to_start(st, GST_WHERE, what, number)

bool gst_status_fail_to_start(struct gst_status *st, const char *where, const char *what,
                              int number);

/* Forgets what it holds. */
void gst_status_clear(struct gst_status *st);

#endif
