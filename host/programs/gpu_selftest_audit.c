/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gpu-selftest-audit: the audit alone, as a static program for any image. It loads no library: what
 * needs the image's own loader is for the helper beside it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "core/verdict.h"
#include "run/about.h"
#include "run/audit_verb.h"
#include "run/first_process.h"
#include "run/settings.h"
#include "run/streams.h"

static int act(const struct gst_settings *settings, FILE *out)
{
    if (settings->wants_help) {
        gst_settings_help_audit(out);
        return GST_EXIT_PASSED;
    }
    if (settings->wants_version) {
        gst_about_write("gpu-selftest-audit", out);
        return GST_EXIT_PASSED;
    }
    return gst_audit_verb(settings, out);
}

int main(int argc, char *argv[])
{
    static struct gst_settings settings;
    FILE *out = gst_streams_private_stdout();
    char error[1024];
    int code;

    gst_first_process_heed_signals();
    gst_streams_fill();
    signal(SIGPIPE, SIG_IGN);
    if (!gst_settings_parse_audit(&settings, argc, argv, error, sizeof(error))) {
        gst_log("%s", error);
        return GST_EXIT_USAGE;
    }
    code = act(&settings, out != NULL ? out : stderr);
    if (out == NULL || (fflush(out) == 0 && !ferror(out)))
        return code;
    gst_log("cannot write to standard output: %s", strerror(errno));
    return GST_EXIT_COULD_NOT_TELL;
}
