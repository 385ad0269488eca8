/* SPDX-License-Identifier: Apache-2.0 */
/* An archive of any kind that the lint is given: an image, a root, or neither. */
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "lint/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gst_report *report = gst_report_map();
    int fd = memfd_create("archive", MFD_CLOEXEC);

    if (report == NULL || fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    gst_lint_archive(fd, NULL, report);
    /* It was looked at or it was not, and either is said. */
    GST_CLAIM(report->verdict == GST_PASS || report->verdict == GST_FAIL
              || report->verdict == GST_ERROR);
    GST_CLAIM(report->item_count > 0 && report->told[0] != '\0');
    GST_CLAIM((report->verdict == GST_PASS) == (gst_report_headline(report) == NULL));
    close(fd);
    gst_report_unmap(report);
    return 0;
}
