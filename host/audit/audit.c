/* SPDX-License-Identifier: Apache-2.0 */
/* The flow of an audit; see audit.h. */
#include "audit/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/ask_libraries.h"
#include "audit/framework_answers.h"

#define GROUP_POINTER(symbol) &gst_group_##symbol,
const struct gst_audit_group *const gst_audit_groups[] = { GST_AUDIT_GROUPS(GROUP_POINTER) NULL };
#undef GROUP_POINTER

#define GROUP_COUNT (sizeof gst_audit_groups / sizeof gst_audit_groups[0] - 1)
#define NO_ITEM     (-1)

/* The report's item of each group. */
struct items {
    int of[GROUP_COUNT];
};

/* An optional group gets its item with its first answer. */
static void add_items(struct items *items, struct gst_report *report)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        items->of[i] = gst_audit_groups[i]->is_optional
                           ? NO_ITEM
                           : gst_report_item(report, gst_audit_groups[i]->name);
}

static void ask_group(struct gst_report *report, const struct gst_scene *scene,
                      const struct gst_audit_group *group, enum gst_stage stage, int *item)
{
    size_t before = report->check_count;

    report->progress.item = *item != NO_ITEM ? *item : (int)report->item_count;
    for (size_t k = 0; k < group->count; k++) {
        if (group->checks[k].stage == stage)
            gst_audit_ask(&group->checks[k], scene, report);
    }
    if (*item == NO_ITEM && report->check_count > before)
        *item = gst_report_item(report, group->name);
    report->progress.item = NO_ITEM;
}

static void ask_stage(struct gst_report *report, const struct gst_scene *scene, struct items *items,
                      enum gst_stage stage)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        ask_group(report, scene, gst_audit_groups[i], stage, &items->of[i]);
}

static bool has_answer(const struct gst_report *report, int item)
{
    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].item == item)
            return true;
    }
    return false;
}

/* A group of which no check had anything to say, or of which the files told but half, did not pass:
 * it was not asked. */
static void end_items(struct gst_report *report, const struct gst_scene *scene,
                      const struct items *items)
{
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        const struct gst_audit_group *group = gst_audit_groups[i];
        struct gst_item *item;

        if (items->of[i] == NO_ITEM)
            continue;
        item = &report->items[items->of[i]];
        if (group->summarize != NULL)
            group->summarize(scene, item->summary, sizeof item->summary);
        item->verdict = GST_PASS;
        if (group->needs_answers && !scene->answers.is_asked) {
            item->verdict = GST_SKIP;
            snprintf(item->reason, sizeof item->reason, "not asked: files alone were read");
        } else if (!has_answer(report, items->of[i])) {
            item->verdict = GST_SKIP;
            snprintf(item->reason, sizeof item->reason, "nothing to ask here");
        }
        item->state = GST_ITEM_DONE;
    }
}

static void tell_gpus(const struct gst_scene *scene, struct gst_report *report)
{
    for (int i = 0; i < scene->gpu_count && i < GST_REPORT_GPUS; i++) {
        const struct gst_scene_gpu *gpu = &scene->gpus[i];

        gst_report_fact_text(report, i, "audit", "name", "%s",
                             gpu->model[0] != '\0' ? gpu->model : "NVIDIA GPU");
        gst_report_fact_text(report, i, "audit", "pci_id", "%s", gpu->pci_id);
        if (gpu->uuid[0] != '\0')
            gst_report_fact_text(report, i, "audit", "uuid", "%s", gpu->uuid);
        if (gpu->minor >= 0)
            gst_report_fact_number(report, i, "audit", "device_minor", GST_UNIT_NONE, gpu->minor);
    }
}

/* Some library that was loaded belongs to the simulated stack: all that follows is make-believe. */
static bool is_simulated(const struct gst_answers *answers)
{
    for (size_t i = 0; i < answers->count; i++) {
        if (answers->items[i].kind == GST_ANSWER_LIBRARY && answers->items[i].is_double)
            return true;
    }
    return false;
}

static void tell_machine(const struct gst_scene *scene, struct gst_report *report)
{
    gst_report_fact_text(report, GST_NO_GPU, "audit", "engine", "%s",
                         gst_engine_name(scene->engine));
    gst_report_fact_text(report, GST_NO_GPU, "audit", "platform", "%s",
                         gst_platform_name(scene->platform));
    gst_report_fact_text(report, GST_NO_GPU, "audit", "injection_mode", "%s",
                         gst_injection_name(scene->injection));
    if (scene->asked_text != NULL)
        gst_report_fact_text(report, GST_NO_GPU, "audit", "requested_devices", "%s",
                             scene->asked_text);
    if (scene->module_version[0] != '\0')
        gst_report_fact_text(report, GST_NO_GPU, "audit", "kernel_module", "%s",
                             scene->module_version);
    if (scene->mounts.is_damaged)
        gst_report_check(report, GST_SUITE_VIEW_DAMAGED, GST_NO_GPU, false,
                         "'/proc/self/mountinfo' holds lines that are no mounts");
    if (!scene->has_mounts && scene->file_count > 0)
        gst_report_check(report, GST_SUITE_VIEW_DAMAGED, GST_NO_GPU, false,
                         "'/proc/self/mountinfo' cannot be read, so nobody can say who brought %zu "
                         "driver files, such as '%s'",
                         scene->file_count, scene->files[0].path);
    if (scene->is_overfull)
        gst_report_check(report, GST_SUITE_VIEW_DAMAGED, GST_NO_GPU, false,
                         "more than %d driver files, %d nodes or %d GPUs", GST_SCENE_FILES,
                         GST_SCENE_NODES, GST_SCENE_GPUS);
}

void gst_audit_tell(const struct gst_scene *scene, struct gst_report *report)
{
    report->gpus_total = report->gpus_tested = scene->gpu_count;
    tell_gpus(scene, report);
    tell_machine(scene, report);
}

/* Nodes that programs open to reach a GPU. Others are not touched: opening has effects of its own
 * there (fabric, InfiniBand), or says nothing (capabilities are files of one reader). */
static bool is_worth_opening(const struct gst_device_node *node)
{
    static const char *const names[] = { "/dev/nvidiactl", "/dev/nvidia-uvm",
                                         "/dev/nvidia-uvm-tools", "/dev/dxg" };
    const char *path = node->path;

    if (node->node.kind != GST_NODE_CHARACTER)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(path, names[i]) == 0)
            return true;
    }
    return strncmp(path, "/dev/nvidia", 11) == 0 && path[11] >= '0' && path[11] <= '9';
}

static bool open_nodes(struct gst_view *view, const struct gst_scene *scene, double deadline_s,
                       enum gst_look look, struct gst_status *st)
{
    const char *paths[GST_SCENE_NODES];
    size_t count = 0;

    for (size_t i = 0; i < scene->node_count; i++) {
        if (is_worth_opening(&scene->nodes[i]))
            paths[count++] = scene->nodes[i].path;
    }
    return gst_view_try_opens(view, paths, count, deadline_s, look, st);
}

static void wait_for(double seconds)
{
    struct timespec left = { .tv_sec = (time_t)seconds };

    left.tv_nsec = (long)((seconds - (double)left.tv_sec) * 1e9);
    while (nanosleep(&left, &left) != 0)
        continue;
}

/* The lines of the helper and of the framework become the view's answers. */
static bool ask_helper(struct gst_view *view, const char *framework, double deadline_s,
                       struct gst_status *st)
{
    char *text = malloc(GST_ASK_TEXT_SIZE);
    bool ok = text != NULL || gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for answers");

    ok = ok && gst_ask_libraries(NULL, deadline_s, text, GST_ASK_TEXT_SIZE, st)
         && (framework == NULL
             || gst_framework_ask(framework, deadline_s, text, GST_ASK_TEXT_SIZE, st))
         && (gst_view_set_answers(view, text)
             || gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for answers"));
    free(text);
    return ok;
}

/* What only trying can tell. */
static bool ask_live(struct gst_view *view, const struct gst_scene *scene,
                     const struct gst_audit_request *request, struct gst_status *st)
{
    double deadline_s = request->deadline_s > 0 ? request->deadline_s : GST_AUDIT_DEADLINE_S;

    if (!open_nodes(view, scene, deadline_s, GST_LOOK_FIRST, st)
        || !ask_helper(view, request->framework, deadline_s, st))
        return false;
    if (request->watch_s <= 0)
        return true;
    wait_for(request->watch_s);
    return open_nodes(view, scene, deadline_s, GST_LOOK_LATER, st);
}

/* NULL, with `st`, if there is nothing to look at. */
static struct gst_scene *new_scene(const struct gst_view *view, struct gst_status *st)
{
    struct gst_scene *scene = view != NULL ? calloc(1, sizeof *scene) : NULL;

    if (view == NULL)
        return NULL;
    if (scene == NULL) {
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for a scene");
        return NULL;
    }
    if (gst_scene_read(scene, view, st))
        return scene;
    free(scene);
    return NULL;
}

static void release_scene(struct gst_scene *scene)
{
    if (scene != NULL)
        gst_scene_release(scene);
    free(scene);
}

bool gst_audit(struct gst_report *report, const struct gst_audit_request *request,
               struct gst_status *st)
{
    struct gst_view *view = gst_view_open(&request->view, st);
    struct gst_scene *scene = new_scene(view, st);
    struct items items;
    bool ok = scene != NULL;

    if (ok) {
        gst_audit_tell(scene, report);
        add_items(&items, report);
        ask_stage(report, scene, &items, GST_STAGE_FILES);
        if (request->tries && !ask_live(view, scene, request, st)) {
            gst_report_status(report, st);
            gst_status_clear(st);
        }
        gst_scene_read_answers(scene);
        report->is_simulated = report->is_simulated || is_simulated(&scene->answers);
        ask_stage(report, scene, &items, GST_STAGE_ANSWERS);
        end_items(report, scene, &items);
    }
    release_scene(scene);
    gst_view_close(view);
    return ok;
}

/* What a hang or a crash is blamed on. */
static void enter_check(struct gst_report *report, const struct gst_audit_check *check)
{
    snprintf(report->progress.phase, sizeof report->progress.phase, "check %s", check->id);
}

bool gst_audit_files(struct gst_report *report, const struct gst_view_request *request,
                     bool is_alone, struct gst_status *st)
{
    struct gst_view *view = gst_view_open(request, st);
    struct gst_scene *scene = new_scene(view, st);
    bool ok = scene != NULL;

    if (ok)
        tell_machine(scene, report);
    if (ok && is_alone) {
        report->gpus_total = scene->gpu_count;
        tell_gpus(scene, report);
    }
    for (size_t i = 0; ok && i < GROUP_COUNT; i++) {
        const struct gst_audit_group *group = gst_audit_groups[i];

        for (size_t k = 0; k < group->count; k++) {
            if (group->checks[k].stage != GST_STAGE_FILES)
                continue;
            enter_check(report, &group->checks[k]);
            gst_audit_ask(&group->checks[k], scene, report);
        }
    }
    release_scene(scene);
    gst_view_close(view);
    return ok;
}
