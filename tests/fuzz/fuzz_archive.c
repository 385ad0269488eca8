/* SPDX-License-Identifier: Apache-2.0 */
/* An archive of any kind that the lint is given: an image, a root, or neither. */
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "lint/lint.h"

/* All kinds, so that everything of an image is kept and asked about. */
static const char wanted[] = "files: {/usr/bin/a: {executable: true, link: '*'}, '**/b*': absent}\n"
                             "libraries: {liba.so.1: {at-least: 1.2, at-most: '{cuda}'}}\n"
                             "environment: {A: {contains: b}}\n"
                             "labels: {a: b}\n"
                             "user: a\n"
                             "entrypoint: [a]\n"
                             "cmd: []\n"
                             "shell: unneeded\n"
                             "layers: {all: {size: 1, setuid-files: none, world-writable: none},"
                             " last: {only: [/a/**]}}\n";

static const struct gst_expectations *expectations(void)
{
    static struct gst_expectations all;
    char error[300];

    if (all.count == 0
        && !gst_expect_parse(&all, "wanted", wanted, strlen(wanted), error, sizeof error))
        abort();
    return &all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gst_report *report = gst_report_map();
    int fd = memfd_create("archive", MFD_CLOEXEC);

    if (report == NULL || fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    /* Half of the inputs are looked at as without --expect. */
    gst_lint_archive(fd, size % 2 == 0 ? expectations() : NULL, report);
    /* It was looked at or it was not, and either is said. */
    GST_CLAIM(report->verdict == GST_PASS || report->verdict == GST_FAIL
              || report->verdict == GST_ERROR);
    GST_CLAIM(report->item_count > 0 && report->told[0] != '\0');
    GST_CLAIM((report->verdict == GST_PASS) == (gst_report_headline(report) == NULL));
    close(fd);
    gst_report_unmap(report);
    return 0;
}
