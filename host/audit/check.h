/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An audit check is a constant row plus a function. The row says what is asked and which findings
 * the answer can be; the function looks at the scene, which is pure data, and answers. Adding a
 * check takes one row and one function in the file of its group.
 *
 *     static void ask_uvm_loaded(struct gst_asking *asking)
 *     {
 *         const struct gst_scene *scene = asking->scene;
 *
 *         if (!scene->has_module)
 *             return;                                  nothing to ask here
 *         if (scene->major_uvm < 0)
 *             gst_found(asking, GST_HOST_UVM_NOT_LOADED, GST_NO_GPU, "'/proc/devices' lists ...");
 *         else
 *             gst_fine(asking, "nvidia-uvm has major %d", scene->major_uvm);
 *     }
 */
#ifndef GST_AUDIT_CHECK_H
#define GST_AUDIT_CHECK_H

#include <stdbool.h>

#include "audit/scene.h"
#include "core/finding.h"
#include "core/report.h"

#define GST_CHECK_FINDINGS 24

enum gst_stage {
    GST_STAGE_FILES,   /* reads files: milliseconds, always */
    GST_STAGE_ANSWERS, /* needs what opening devices and loading vendor code brought */
};

struct gst_asking;

struct gst_audit_check {
    const char *id;       /* "D05": group and number, as in the table of the documentation */
    const char *question; /* one line, ends with a question mark */
    enum gst_stage stage;
    enum gst_finding_id findings[GST_CHECK_FINDINGS]; /* ends with GST_NO_FINDING */
    void (*ask)(struct gst_asking *asking);           /* says nothing where it does not apply */
};

/* One file each. */
struct gst_audit_group {
    const char *name;   /* of its line in the report: "device nodes" */
    bool is_optional;   /* no line unless one of its checks has something to say */
    bool needs_answers; /* passes only if nodes were opened and libraries loaded */
    const struct gst_audit_check *checks;
    size_t count;
    /* The one line that a PASS shows; may be NULL. */
    void (*summarize)(const struct gst_scene *scene, char *text, size_t size);
};

#define GST_AUDIT_GROUPS(X)                                                                        \
    X(platform)                                                                                    \
    X(driver)                                                                                      \
    X(injection)                                                                                   \
    X(specs)                                                                                       \
    X(nodes)                                                                                       \
    X(libraries)                                                                                   \
    X(compatibility)                                                                               \
    X(surroundings)                                                                                \
    X(other_platforms)                                                                             \
    X(framework)

#define GST_AUDIT_GROUP_DECLARATION(symbol) extern const struct gst_audit_group gst_group_##symbol;
GST_AUDIT_GROUPS(GST_AUDIT_GROUP_DECLARATION)
#undef GST_AUDIT_GROUP_DECLARATION

/* In the order in which they are asked; NULL past the last. */
extern const struct gst_audit_group *const gst_audit_groups[];

/* What a check's function is given. */
struct gst_asking {
    const struct gst_scene *scene;
    const struct gst_audit_check *check;
    struct gst_report *report;
    bool is_answered;
};

/* Answers with one of the findings that the row declares; any other is a bug and says so. */
#define gst_found(asking, finding, gpu, ...)                                                       \
    gst_found_at(asking, GST_WHERE, finding, gpu, __VA_ARGS__)

void gst_found_at(struct gst_asking *asking, const char *where, enum gst_finding_id finding,
                  int gpu, const char *observed, ...) __attribute__((format(printf, 5, 6)));

/* Answers that all is well, with the evidence. A check that has found something is not fine. */
void gst_fine(struct gst_asking *asking, const char *observed, ...)
    __attribute__((format(printf, 2, 3)));

/* Something worth knowing that is neither right nor wrong; a fact of the report. */
#define gst_told(asking, key, ...)                                                                 \
    gst_report_fact_text((asking)->report, GST_NO_GPU, "audit", key, __VA_ARGS__)

/* Asks one check. */
void gst_audit_ask(const struct gst_audit_check *check, const struct gst_scene *scene,
                   struct gst_report *report);

#endif
