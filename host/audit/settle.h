/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What findings from files are worth once the GPUs were tried. Files can tell why nothing works,
 * but not that nothing does: without '/dev/nvidia-uvm' root's libcuda makes the node itself, a
 * library that the cache does not know is found by way of an RPATH, and files of a driver that was
 * replaced serve those that have them open. So
 *
 * - where no GPU could be opened, findings stay what they are. What opening them found besides is
 *   explained by the edges between findings; what it found the same is told once, explained by its
 *   own id; and what it made of files, without a library to ask, yields to what the audit did;
 * - where GPUs were opened, a finding that says why they could not be is disproved. It becomes a
 *   note, for the next container or the next user may not be as lucky, unless it explains what went
 *   wrong in opening them (a library that is missing beside the rest);
 * - what work on the GPUs that are here cannot disprove (GST_FINDINGS_BEYOND_WORK) stays: a GPU or
 * a feature that was asked for and is not here.
 *
 * The verb audit does without all this: it tries only to open, and so says what files say.
 */
#ifndef GST_AUDIT_SETTLE_H
#define GST_AUDIT_SETTLE_H

#include "core/report.h"

/* `item` is the one under which gst_audit_files asked; all others are done. */
void gst_audit_settle(struct gst_report *report, int item);

#endif
