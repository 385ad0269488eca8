/* SPDX-License-Identifier: Apache-2.0 */
/* A file of expectations, held against an image that holds a little of all. */
#include "tests/fuzz/fuzz.h"

#include "lint/expect_judge.h"

static void add(struct gst_catalog *catalog, const char *path, enum gst_entry_kind kind,
                const char *target)
{
    const struct gst_entry entry = {
        .path = path, .kind = kind, .target = target, .size_bytes = 10, .mode = 04755
    };

    if (gst_catalog_add(catalog, &entry) == GST_NO_NODE)
        abort();
}

static void judge(const struct gst_expectations *all, struct gst_report *report, bool has_config)
{
    struct gst_manifest *manifest = calloc(1, sizeof *manifest);
    struct gst_catalog catalog;
    struct gst_expect_tally tally;

    if (manifest == NULL || !gst_catalog_init(&catalog))
        abort();
    add(&catalog, "usr/lib/liba.so.1.2", GST_ENTRY_FILE, "");
    add(&catalog, "usr/lib/liba.so.1", GST_ENTRY_LINK, "liba.so.1.2");
    add(&catalog, "loop", GST_ENTRY_LINK, "loop");
    manifest->config = json_loads("{\"architecture\": \"amd64\", \"config\": {\"User\": \"a\","
                                  " \"Env\": [\"CUDA_VERSION=12.4.1\", \"A=b\"],"
                                  " \"Entrypoint\": [\"/usr/lib/liba.so.1\"],"
                                  " \"Labels\": {\"a\": \"b\"}}}",
                                  0, NULL);
    tally = gst_expect_judge(report, all, &catalog, has_config ? manifest : NULL);
    GST_CLAIM(tally.met + tally.unmet + tally.unknown == all->count);
    GST_CLAIM(!has_config || tally.unknown == 0);
    gst_manifest_release(manifest);
    free(manifest);
    gst_catalog_release(&catalog);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gst_expectations all;
    struct gst_report *report;
    char error[400] = "";

    if (!gst_expect_parse(&all, "a", (const char *)data, size, error, sizeof error)) {
        GST_CLAIM(error[0] != '\0' && strpbrk(error, "\n\033") == NULL);
        gst_expect_release(&all);
        return 0;
    }
    GST_CLAIM(all.count > 0 && all.count <= GST_EXPECT_ROWS_MAX);
    for (size_t i = 0; i < all.count; i++)
        GST_CLAIM(all.rows[i].line > 0 && all.rows[i].name != NULL && all.rows[i].file != NULL);
    report = gst_report_map();
    if (report == NULL)
        abort();
    judge(&all, report, true);
    judge(&all, report, false);
    for (size_t i = 0; i < report->check_count; i++)
        GST_CLAIM(strpbrk(report->checks[i].observed, "\n\033") == NULL);
    gst_report_unmap(report);
    gst_expect_release(&all);
    return 0;
}
