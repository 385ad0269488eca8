/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of what there is; see list.h. */
#include "run/list.h"

#include <string.h>

#include "api/libs.h"
#include "api/version.h"
#include "core/units.h"
#include "core/text_wrap.h"
#include "kernels/pack.h"
#include "run/about.h"
#include "run/plan.h"

/* "1 GPU, kernels": what a workload needs, for people. */
static const char *describe_needs(const struct gst_needs *needs, char *text, size_t size)
{
    snprintf(text, size, "%d GPU%s%s%s%s", needs->gpus, gst_plural(needs->gpus),
             needs->kernels ? ", kernels" : "", needs->runtime ? ", libcudart" : "",
             needs->nvml ? ", NVML" : "");
    return text;
}

struct page {
    struct gst_workload_list list;
    FILE *out;
    int name_width, metric_width, file_width; /* of the longest of each column */
};

static int wider(int width, const char *text)
{
    const int length = (int)strlen(text);

    return length > width ? length : width;
}

static struct page page_of(struct gst_workload_list list, FILE *out)
{
    struct page page = { .list = list, .out = out };

    for (size_t i = 0; i < list.count; i++) {
        const struct gst_metric_def *const *def = list.rows[i]->metrics;

        page.name_width = wider(page.name_width, list.rows[i]->name);
        page.name_width = wider(page.name_width, list.rows[i]->group);
        for (; def != NULL && *def != NULL; def++)
            page.metric_width = wider(page.metric_width, (*def)->name);
    }
    for (size_t i = 0; i < gst_kernel_image_count; i++)
        page.file_width = wider(page.file_width, gst_kernel_images[i].file);
    return page;
}

/* What a level leaves out, what nobody gets who does not name it, and what only some images do. */
static const char *mark_of(const struct gst_workload *row)
{
    if (row->takes_minutes)
        return "+";
    if (row->is_for_compilers)
        return "^";
    return row->is_quick ? "" : "*";
}

static const char *level_of(const struct gst_workload *row)
{
    if (row->takes_minutes)
        return " (by name)";
    if (row->is_for_compilers)
        return " (devel image, or by name)";
    return row->is_quick ? "" : " (full)";
}

/* The group and what it stands for. */
static void write_group(const char *group, void *data)
{
    const struct page *page = data;

    fprintf(page->out, "  %-*s ", page->name_width, group);
    for (size_t i = 0; i < page->list.count; i++) {
        const struct gst_workload *row = page->list.rows[i];

        if (strcmp(row->group, group) == 0)
            fprintf(page->out, " %s%s", mark_of(row), row->name);
    }
    fputc('\n', page->out);
}

static void write_kernels(FILE *out, int width)
{
    if (gst_kernel_image_count == 0)
        fputs("  none: built without a CUDA compiler\n", out);
    for (size_t i = 0; i < gst_kernel_image_count; i++) {
        const struct gst_kernel_image *image = &gst_kernel_images[i];

        fprintf(out, "  %-*s  CUDA %d.%d  native: %s  PTX: %s\n", width, image->file,
                gst_cuda_major(image->toolkit_version), gst_cuda_minor(image->toolkit_version),
                image->native[0] != '\0' ? image->native : "none",
                image->ptx[0] != '\0' ? image->ptx : "none");
    }
}

static const char *describe_timeout(const struct gst_workload *row, char *text, size_t size)
{
    if (row->timeout_per_gpu_s > 0)
        snprintf(text, size, "%g s + %g s per GPU", row->timeout_s, row->timeout_per_gpu_s);
    else
        snprintf(text, size, "%g s", row->timeout_s);
    return text;
}

void gst_list_write(struct gst_workload_list list, FILE *out)
{
    struct page page = page_of(list, out);
    char needs[80], timeout[48], text[320];

    fputs("workloads (* only in --level full, + only by name, ^ only in devel images):\n", out);
    for (size_t i = 0; i < list.count; i++) {
        const struct gst_workload *row = list.rows[i];

        fprintf(out, "%-1s %-*s  ", mark_of(row), page.name_width, row->name);
        gst_text_wrap(row->summary, page.name_width + 4, out);
        snprintf(text, sizeof(text), "passes when %s; needs %s; at most %s", row->passes_when,
                 describe_needs(&row->needs, needs, sizeof(needs)),
                 describe_timeout(row, timeout, sizeof(timeout)));
        fprintf(out, "%*s", page.name_width + 4, "");
        gst_text_wrap(text, page.name_width + 4, out);
    }
    fputs("\ngroups:\n", out);
    gst_plan_groups(list, write_group, &page);
    fputs("\nmetrics:\n", out);
    for (size_t i = 0; i < list.count; i++) {
        const struct gst_metric_def *const *def = list.rows[i]->metrics;

        for (; def != NULL && *def != NULL; def++) {
            fprintf(out, "  %-*s  ", page.metric_width, (*def)->name);
            gst_text_wrap((*def)->title, page.metric_width + 4, out);
        }
    }
    fputs("\nkernel images:\n", out);
    write_kernels(out, page.file_width);
}

void gst_list_write_markdown(struct gst_workload_list list, FILE *out)
{
    char needs[80], timeout[48];

    fputs("| Workload | Group | Question | Passes when | Needs | At most |\n"
          "|---|---|---|---|---|---|\n",
          out);
    for (size_t i = 0; i < list.count; i++) {
        const struct gst_workload *row = list.rows[i];

        fprintf(out, "| `%s` | %s%s | %s | %s | %s | %s |\n", row->name, row->group, level_of(row),
                row->summary, row->passes_when, describe_needs(&row->needs, needs, sizeof(needs)),
                describe_timeout(row, timeout, sizeof(timeout)));
    }
}

void gst_list_write_version(FILE *out)
{
    gst_about_write("gpu-selftest", out);
    fputs("kernel images:\n", out);
    write_kernels(out, page_of((struct gst_workload_list){ .count = 0 }, out).file_width);
    fputs("libraries, looked for when it runs:\n ", out);
    for (unsigned i = 0; gst_libs_name(i) != NULL; i++)
        fprintf(out, " %s", gst_libs_name(i));
    fputc('\n', out);
}
