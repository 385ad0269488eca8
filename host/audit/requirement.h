/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVIDIA_REQUIRE_* as the legacy injection evaluates it (libnvidia-container, dsl.c): inside one
 * variable a blank means "or" and a comma "and"; terms are <property><operator><value> with the
 * properties cuda, driver, arch and brand. All variables must hold.
 */
#ifndef GST_AUDIT_REQUIREMENT_H
#define GST_AUDIT_REQUIREMENT_H

#include <stdbool.h>
#include <stddef.h>

/* What the machine offers. NULL: not known, and what depends on it cannot be told. */
struct gst_offer_of_driver {
    const char *cuda;   /* "12.4" */
    const char *driver; /* "550.54.14" */
    const char *arch;   /* compute capability, "9.0" */
    const char *brand;  /* "tesla" */
};

enum gst_requirement {
    GST_REQUIREMENT_MET,
    GST_REQUIREMENT_UNMET,
    GST_REQUIREMENT_INVALID, /* `text` says which part is no term */
    GST_REQUIREMENT_UNKNOWN, /* it depends on what is not known */
};

/* Judges the value of one variable. `text` gets the alternative that came nearest, or what is wrong
 * with it: "cuda>=12.9". */
enum gst_requirement gst_requirement_judge(const char *value,
                                           const struct gst_offer_of_driver *offer, char *text,
                                           size_t size);

#endif
