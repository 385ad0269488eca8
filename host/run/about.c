/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that is compiled anew for each commit; see about.h. */
#include "run/about.h"

#include "run/version.h"

const char *gst_about_version(void)
{
    return GST_VERSION;
}

const char *gst_about_commit(void)
{
    return GST_COMMIT;
}

void gst_about_write(const char *program, FILE *out)
{
    fprintf(out, "%s %s (commit %s)\n", program, GST_VERSION, GST_COMMIT);
}
