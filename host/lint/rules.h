/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not be in an image, and what looks like it and may: constant rows of a pattern, the
 * finding and where the fact is from. Names are matched here; what files hold is the business of
 * inspect.h.
 */
#ifndef GST_LINT_RULES_H
#define GST_LINT_RULES_H

#include "core/finding.h"
#include "lint/entry.h"

struct gst_lint_rule {
    const char *pattern; /* of fnmatch(3); how it is held against a path depends on the list */
    enum gst_finding_id finding; /* GST_NO_FINDING: allowed */
    const char *why;             /* "a library of the driver, by its name" */
    const char *source;
};

/* The rule that an entry falls under by its path and kind, NULL if none. `folder_length` is that
 * of the folder which the rule means as a whole, 0 where it means this path alone. */
const struct gst_lint_rule *gst_rule_of_entry(const struct gst_entry *entry, size_t *folder_length);

/* True if a script of that name is somebody's own wrapper: what the driver has there is compiled.
 */
bool gst_rule_spares_scripts(const struct gst_lint_rule *rule);

/* The same for the SONAME of the library at `path`. */
const struct gst_lint_rule *gst_rule_of_soname(const char *path, const char *soname);

/* The same for the name of an installed package. */
const struct gst_lint_rule *gst_rule_of_package(const char *package);

/* The same for a folder on the loader's path, from LD_LIBRARY_PATH or ld.so.conf. */
const struct gst_lint_rule *gst_rule_of_loader_folder(const char *folder);

/* True if a script of that name is somebody's own wrapper: what the driver has there is compiled.
 */
bool gst_rule_spares_scripts(const struct gst_lint_rule *rule);

/* The rule for a library that exports the marker of the simulated stack. */
const struct gst_lint_rule *gst_rule_of_double(void);

/* True for libcudart: the image is made for CUDA. */
bool gst_rules_say_cuda(const char *path);

#endif
