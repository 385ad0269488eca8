/* SPDX-License-Identifier: Apache-2.0 */
/* The first cause stays; see status.h. */
#include "core/status.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "core/utf8.h"

static bool is_taken(const struct gst_status *st)
{
    return st == NULL || st->finding != GST_NO_FINDING;
}

bool gst_status_fail(struct gst_status *st, enum gst_finding_id finding, const char *where,
                     const char *format, ...)
{
    va_list arguments;

    if (is_taken(st))
        return false;
    st->finding = finding;
    st->where = where;
    st->code = 0;
    st->call[0] = '\0';
    va_start(arguments, format);
    gst_utf8_format(st->cause, sizeof st->cause, format, arguments);
    va_end(arguments);
    return false;
}

bool gst_status_fail_call(struct gst_status *st, enum gst_finding_id finding, const char *where,
                          const char *call, int code, const char *format, ...)
{
    va_list arguments;

    if (is_taken(st))
        return false;
    st->finding = finding;
    st->where = where;
    st->code = code;
    gst_utf8_copy(st->call, sizeof st->call, call);
    va_start(arguments, format);
    gst_utf8_format(st->cause, sizeof st->cause, format, arguments);
    va_end(arguments);
    return false;
}

bool gst_status_fail_to_start(struct gst_status *st, const char *where, const char *what,
                              int number)
{
    return gst_status_fail(st, number == EAGAIN ? GST_USER_PROCESS_LIMIT : GST_SUITE_NO_HOST_MEMORY,
                           where, "cannot start %s: %s", what, strerror(number));
}

void gst_status_clear(struct gst_status *st)
{
    *st = (struct gst_status)GST_STATUS_INIT;
}
