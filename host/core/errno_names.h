/* SPDX-License-Identifier: Apache-2.0 */
/* Names of error numbers, "EPERM": shorter and better known than their descriptions. */
#ifndef GST_CORE_ERRNO_NAMES_H
#define GST_CORE_ERRNO_NAMES_H

/* "EPERM"; "errno 133" has no name here and is given as "unnamed". Never NULL. */
const char *gst_errno_name(int number);

/* 0 if there is no such name. */
int gst_errno_by_name(const char *name);

#endif
