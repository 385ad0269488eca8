/* SPDX-License-Identifier: Apache-2.0 */
/* Which build this is. */
#ifndef GST_RUN_ABOUT_H
#define GST_RUN_ABOUT_H

#include <stdio.h>

/* "0.3.0" */
const char *gst_about_version(void);

/* The commit, with "-dirty" if the tree had changes; "unknown" outside a checkout. */
const char *gst_about_commit(void);

/* The first line of --version. */
void gst_about_write(const char *program, FILE *out);

#endif
