/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line per kind of thing that must not be there, each file with its layer; see tell.h. What a
 * committed container leaves (empty files, links to them) is told apart from files of a driver.
 */
#include "lint/tell.h"

#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "core/utf8.h"
#include "lint/environment.h"
#include "lint/expect_judge.h"

#define GROUP_FINDINGS 6

/* One line of the report each. */
static const struct group {
    const char *name;
    enum gst_finding_id findings[GROUP_FINDINGS]; /* ends with GST_NO_FINDING */
} groups[] = {
    { "driver libraries",
      { GST_IMAGE_DRIVER_FILES, GST_IMAGE_EMPTY_DRIVER_FILES, GST_IMAGE_STUB_NAMED,
        GST_IMAGE_HOST_SIDE } },
    { "driver programs", { GST_IMAGE_DRIVER_PROGRAMS } },
    { "kernel", { GST_IMAGE_DRIVER_KERNEL_PARTS, GST_IMAGE_KERNEL } },
    { "installers", { GST_IMAGE_DRIVER_INSTALLER } },
    { "packages", { GST_IMAGE_DRIVER_PACKAGES } },
    { "device files", { GST_IMAGE_DEVICE_NODES } },
    { "left by a runtime", { GST_IMAGE_INJECTION_LEFTOVERS } },
    { "simulated GPUs", { GST_IMAGE_SIMULATED } },
    { "loader's path", { GST_IMAGE_STUBS_ON_PATH, GST_IMAGE_COMPAT_ON_PATH } },
    { "environment", { GST_IMAGE_REQUIREMENT_OFF } },
};

/* How the first line calls one, and several. */
static const struct noun {
    enum gst_finding_id finding;
    const char *one, *several;
} nouns[] = {
    { GST_IMAGE_DRIVER_FILES, "driver file", "driver files" },
    { GST_IMAGE_EMPTY_DRIVER_FILES, "empty driver file", "empty driver files" },
    { GST_IMAGE_STUB_NAMED, "stub with a driver's name", "stubs with a driver's name" },
    { GST_IMAGE_DRIVER_PROGRAMS, "driver program", "driver programs" },
    { GST_IMAGE_DRIVER_KERNEL_PARTS, "kernel part of a driver", "kernel parts of a driver" },
    { GST_IMAGE_KERNEL, "part of a kernel", "parts of a kernel" },
    { GST_IMAGE_DRIVER_INSTALLER, "driver installer", "driver installers" },
    { GST_IMAGE_DRIVER_PACKAGES, "driver package", "driver packages" },
    { GST_IMAGE_DEVICE_NODES, "device file of a GPU", "device files of GPUs" },
    { GST_IMAGE_INJECTION_LEFTOVERS, "file left by a runtime", "files left by a runtime" },
    { GST_IMAGE_SIMULATED, "simulated library", "simulated libraries" },
};

enum { GROUP_COUNT = sizeof groups / sizeof *groups, NOUN_COUNT = sizeof nouns / sizeof *nouns };

static bool is_of(const struct group *group, enum gst_finding_id finding)
{
    for (size_t i = 0; group->findings[i] != GST_NO_FINDING; i++) {
        if (group->findings[i] == finding)
            return true;
    }
    return false;
}

/* A path that fits into an observation: its beginning and its end say most. */
static const char *shorten(const char *path, char text[160])
{
    size_t length = strlen(path);

    if (length < 150)
        snprintf(text, 160, "/%s", path);
    else
        snprintf(text, 160, "/%.40s...%s", path, path + length - 100);
    return text;
}

/* Where a link leads, as a path below the root; false if out of it. */
static bool resolve(const char *path, const char *target, char *found, size_t size)
{
    const char *name = gst_entry_name(path);
    int folder = target[0] == '/' ? 0 : (int)(name - path);

    target += strspn(target, "/");
    if (strstr(target, "..") != NULL)
        return false;
    return snprintf(found, size, "%.*s%s", folder, path, target) < (int)size;
}

/* The row at a path; most images have /lib as a link to /usr/lib. */
static const struct gst_suspect *row_at(const struct gst_ledger *ledger, const char *path)
{
    char merged[GST_ENTRY_PATH_SIZE];
    const struct gst_suspect *row = gst_ledger_at(ledger, path);

    if (row != NULL)
        return row;
    if (strncmp(path, "usr/", 4) == 0)
        return gst_ledger_at(ledger, path + 4);
    snprintf(merged, sizeof merged, "usr/%.*s", GST_ENTRY_PATH_SIZE - 8, path);
    return gst_ledger_at(ledger, merged);
}

static bool is_empty_file(const struct gst_suspect *row)
{
    return (row->kind == GST_ENTRY_FILE || row->kind == GST_ENTRY_FOLDER) && row->size_bytes == 0;
}

/* True for a link to an empty file, or to a driver's library that is not there. */
static bool leads_to_nothing(const struct gst_ledger *ledger, const struct gst_suspect *row)
{
    char path[GST_ENTRY_PATH_SIZE];
    size_t unused;

    for (int hops = 0; row->kind == GST_ENTRY_LINK; hops++) {
        struct gst_entry entry = { .path = path, .kind = GST_ENTRY_FILE, .target = "" };
        const struct gst_suspect *next;

        if (hops == 8 || !resolve(row->path, row->target, path, sizeof path))
            return false;
        next = row_at(ledger, path);
        if (next == NULL) {
            const struct gst_lint_rule *rule = gst_rule_of_entry(&entry, &unused);

            return rule != NULL && rule->finding == GST_IMAGE_DRIVER_FILES;
        }
        row = next;
    }
    return is_empty_file(row);
}

static bool is_driver_part(enum gst_finding_id finding)
{
    return finding == GST_IMAGE_DRIVER_FILES || finding == GST_IMAGE_DRIVER_PROGRAMS
           || finding == GST_IMAGE_DRIVER_KERNEL_PARTS;
}

/* Bytes of a driver's library: not every empty file is then left by a runtime. */
static bool has_real_library(const struct gst_ledger *ledger)
{
    for (size_t i = 0; i < ledger->count; i++) {
        const struct gst_suspect *row = &ledger->rows[i];

        if (row->gone_in == GST_NO_LAYER && row->rule->finding == GST_IMAGE_DRIVER_FILES
            && (row->size_bytes > 0 || row->kind == GST_ENTRY_HARD_LINK))
            return true;
    }
    return false;
}

/* What a row is told as; GST_NO_FINDING for one that is no matter any more. */
static enum gst_finding_id finding_of(const struct gst_ledger *ledger,
                                      const struct gst_suspect *row, bool has_real)
{
    enum gst_finding_id finding = row->rule->finding;
    bool has_bytes = row->size_bytes > 0 && !row->is_covered;

    if (row->gone_in != GST_NO_LAYER)
        return has_bytes
                       && (is_driver_part(finding) || finding == GST_IMAGE_DRIVER_INSTALLER
                           || finding == GST_IMAGE_KERNEL)
                   ? GST_IMAGE_DRIVER_FILES_DELETED
                   : GST_NO_FINDING;
    if (!has_real && is_driver_part(finding)
        && (is_empty_file(row) || leads_to_nothing(ledger, row)))
        return GST_IMAGE_EMPTY_DRIVER_FILES;
    return finding;
}

static void decide(struct gst_ledger *ledger)
{
    bool has_real = has_real_library(ledger);

    for (size_t i = 0; i < ledger->count; i++)
        ledger->rows[i].told_as = finding_of(ledger, &ledger->rows[i], has_real);
    gst_ledger_order(ledger);
}

struct telling {
    const struct gst_lint_result *result;
    struct gst_report *report;
    struct gst_expect_tally tally; /* of expectations */
};

/* "; layer 4 of 7 is sha256:0123456789ab by 'RUN apt-get install -y cuda'" */
static void describe_layer(const struct telling *telling, int layer, char *text, size_t size)
{
    const struct gst_manifest *manifest = telling->result->manifest;
    const struct gst_image_layer *known;

    text[0] = '\0';
    if (manifest == NULL || layer < 0 || (size_t)layer >= manifest->count)
        return;
    known = &manifest->layers[layer];
    snprintf(text, size, "; layer %d of %zu is %.19s%s%.100s%s", layer + 1, manifest->count,
             known->digest[0] == '\0' ? "without a digest" : known->digest,
             known->created_by[0] == '\0' ? "" : " by '", known->created_by,
             known->created_by[0] == '\0' ? "" : "'");
}

/* "28.4 MiB", "a link to 'libcuda.so.1'", "empty" */
static void describe_size(const struct gst_suspect *row, char *text, size_t size)
{
    if (row->kind == GST_ENTRY_LINK || row->kind == GST_ENTRY_HARD_LINK)
        snprintf(text, size, "a %slink to '%.60s'", row->kind == GST_ENTRY_HARD_LINK ? "hard " : "",
                 row->target);
    else if (row->kind == GST_ENTRY_NODE)
        snprintf(text, size, "a device node");
    else if (row->size_bytes == 0)
        snprintf(text, size, "empty");
    else
        gst_format(text, size, (double)row->size_bytes, GST_UNIT_BYTES);
}

static bool is_loader_folder(const struct gst_suspect *row)
{
    return row->rule->finding == GST_IMAGE_STUBS_ON_PATH
           || row->rule->finding == GST_IMAGE_COMPAT_ON_PATH;
}

/* A row of a list: dpkg's own, or one of /var/lib/dpkg/status.d. */
static bool is_package(const struct gst_suspect *row)
{
    return gst_entry_is_below(row->path, "var/lib/dpkg") && row->detail[0] != '\0';
}

static void describe(const struct telling *telling, const struct gst_suspect *row, char *text,
                     size_t length)
{
    char path[160], size[96], where[32] = "", gone[40] = "";

    shorten(row->path, path);
    describe_size(row, size, sizeof size);
    if (telling->result->manifest != NULL)
        snprintf(where, sizeof where, ", layer %d", row->layer + 1);
    if (row->gone_in != GST_NO_LAYER)
        snprintf(gone, sizeof gone, ", deleted in layer %d", row->gone_in + 1);
    if (is_loader_folder(row))
        snprintf(text, length, "'%s'%s holds '%.96s'; %s", path, where, row->detail,
                 row->rule->why);
    else if (is_package(row))
        snprintf(text, length, "'%s'%s; %s", row->detail, where, row->rule->why);
    else if (row->kind == GST_ENTRY_FOLDER)
        snprintf(text, length, "'%s/' (%zu file%s, %s%s%s); %s", path, row->file_count,
                 gst_plural((int64_t)row->file_count), size, where, gone, row->rule->why);
    else
        snprintf(text, length, "'%s' (%s%s%s); %s%s%s%s", path, size, where, gone, row->rule->why,
                 row->detail[0] == '\0' ? "" : " '", row->detail,
                 row->detail[0] == '\0' ? "" : "'");
}

static void tell_row(const struct telling *telling, const struct gst_suspect *row)
{
    char text[GST_CAUSE_SIZE], layer[GST_CAUSE_SIZE];

    describe(telling, row, text, sizeof text);
    describe_layer(telling, row->layer, layer, sizeof layer);
    gst_report_check(telling->report, row->told_as, GST_NO_GPU, false, "%s%s", text, layer);
}

static void begin_item(struct telling *telling, const char *name)
{
    telling->report->progress.item = gst_report_item(telling->report, name);
}

static struct gst_item *item_at_hand(struct telling *telling)
{
    return &telling->report->items[telling->report->progress.item];
}

static bool is_cut_short(const struct telling *telling)
{
    return telling->result->st->finding != GST_NO_FINDING;
}

static bool is_bad(enum gst_verdict verdict)
{
    return verdict == GST_FAIL || verdict == GST_ERROR;
}

/* The worst of what was found under the item at hand. */
static enum gst_verdict worst_found(const struct gst_report *report)
{
    enum gst_verdict worst = GST_NOTE;

    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].item == report->progress.item)
            worst = gst_verdict_worst(worst, report->checks[i].verdict);
    }
    return worst;
}

/* Nothing was found: that is worth a PASS only if all was looked at. */
static void end_item(struct telling *telling, const char *summary)
{
    struct gst_item *item = item_at_hand(telling);
    enum gst_verdict found = worst_found(telling->report);

    item->state = GST_ITEM_DONE;
    item->verdict = is_bad(found) ? found : GST_PASS;
    if (is_cut_short(telling) && !is_bad(found)) {
        item->verdict = GST_SKIP;
        item->blocked_by = telling->result->st->finding;
    }
    gst_utf8_copy(item->summary, sizeof item->summary, summary);
}

static void skip_item(struct telling *telling, const char *reason)
{
    struct gst_item *item = item_at_hand(telling);

    item->state = GST_ITEM_DONE;
    item->verdict = GST_SKIP;
    gst_utf8_copy(item->reason, sizeof item->reason, reason);
}

static void tell_rows(struct telling *telling, const struct group *group)
{
    const struct gst_ledger *ledger = &telling->result->inspection->ledger;

    for (size_t i = 0; i < ledger->count; i++) {
        const struct gst_suspect *row = &ledger->rows[i];

        if (is_of(group, row->told_as)
            || (row->told_as == GST_IMAGE_DRIVER_FILES_DELETED && is_of(group, row->rule->finding)))
            tell_row(telling, row);
    }
}

static void end_libraries(struct telling *telling)
{
    char text[GST_TEXT_SIZE];

    snprintf(text, sizeof text, "%zu shared libraries looked into",
             telling->result->inspection->library_count);
    end_item(telling, text);
}

/* "the files above are of cuda-drivers 550.54.14-1, libcuda1 ...", in place of "blocked by": a
 * package is the reason for its files, and what people take out. */
static void name_packages(struct telling *telling)
{
    const struct gst_ledger *ledger = &telling->result->inspection->ledger;
    struct gst_item *item = item_at_hand(telling);
    char text[2 * GST_TEXT_SIZE];
    size_t used = (size_t)snprintf(text, sizeof text, "the files above are of");

    for (size_t i = 0; i < ledger->count && used < sizeof text; i++) {
        if (ledger->rows[i].told_as == GST_IMAGE_DRIVER_PACKAGES)
            used +=
                (size_t)snprintf(text + used, sizeof text - used, " %s;", ledger->rows[i].detail);
    }
    text[strlen(text) - 1] = '\0';
    gst_utf8_copy(item->reason, sizeof item->reason, text);
}

static void end_packages(struct telling *telling)
{
    const struct gst_inspection *inspection = telling->result->inspection;

    if (is_bad(worst_found(telling->report)))
        name_packages(telling);
    if (inspection->has_dpkg || is_cut_short(telling))
        end_item(telling, "none of a driver in dpkg's list");
    else if (inspection->has_rpm)
        skip_item(telling, "the list of rpm is not looked into, only files are");
    else
        skip_item(telling, "no list of packages that is understood");
}

static void end_environment(struct telling *telling)
{
    if (telling->result->manifest == NULL && !is_cut_short(telling))
        skip_item(telling, "no configuration of an image");
    else
        end_item(telling, "as the container toolkit needs it");
}

static void tell_group(struct telling *telling, const struct group *group)
{
    const struct gst_lint_result *result = telling->result;
    bool is_environment = is_of(group, GST_IMAGE_REQUIREMENT_OFF);

    begin_item(telling, group->name);
    if (telling->report->progress.item < 0)
        return;
    tell_rows(telling, group);
    if (is_of(group, GST_IMAGE_STUBS_ON_PATH) && result->manifest != NULL)
        gst_environment_loader(telling->report, result->manifest);
    if (is_environment && result->manifest != NULL)
        gst_environment_toolkit(telling->report, result->manifest, result->inspection->has_cuda);
    if (is_of(group, GST_IMAGE_DRIVER_FILES))
        end_libraries(telling);
    else if (is_of(group, GST_IMAGE_DRIVER_PACKAGES))
        end_packages(telling);
    else if (is_environment)
        end_environment(telling);
    else
        end_item(telling, "none");
}

/* "31 of 'base.yaml' met", the name being that of the file that was given. */
static void tell_expectations(struct telling *telling)
{
    const struct gst_lint_result *result = telling->result;
    char text[GST_TEXT_SIZE];

    if (result->expectations == NULL)
        return;
    begin_item(telling, "expectations");
    if (telling->report->progress.item < 0)
        return;
    if (!is_cut_short(telling))
        telling->tally = gst_expect_judge(telling->report, result->expectations, result->catalog,
                                          result->manifest);
    snprintf(text, sizeof text, "%zu of '%.80s' met", telling->tally.met,
             result->expectations->names[0]);
    end_item(telling, text);
}

/* "docker archive, 7 layers, 12043 entries, 2.1 GiB" */
static void describe_image(const struct gst_lint_result *result, char *text, size_t size)
{
    char bytes[32], layers[48] = "", others[48] = "", platform[48] = "";

    gst_format(bytes, sizeof bytes, (double)result->inspection->size_bytes, GST_UNIT_BYTES);
    if (result->manifest != NULL)
        snprintf(layers, sizeof layers, ", %zu layer%s", result->manifest->count,
                 gst_plural((int64_t)result->manifest->count));
    if (result->manifest != NULL && result->manifest->platform[0] != '\0')
        snprintf(platform, sizeof platform, " for %s", result->manifest->platform);
    if (result->others > 0)
        snprintf(others, sizeof others, ", %zu mount%s left out", result->others,
                 gst_plural((int64_t)result->others));
    snprintf(text, size, "%s%s%s, %zu entries, %s%s", result->kind, platform, layers,
             result->inspection->entry_count, bytes, others);
}

static void tell_image(struct telling *telling)
{
    char text[GST_TEXT_SIZE];

    begin_item(telling, "image");
    describe_image(telling->result, text, sizeof text);
    if (is_cut_short(telling))
        gst_report_status(telling->report, telling->result->st);
    end_item(telling, text);
}

/* Files of one finding, and the layers that they are in. */
struct tally {
    size_t files, layers;
    int first_layer, second_layer;
};

static struct tally count_rows(const struct telling *telling, enum gst_finding_id finding)
{
    const struct gst_ledger *ledger = &telling->result->inspection->ledger;
    bool seen[GST_LAYERS_MAX] = { false };
    struct tally tally = { 0, 0, GST_NO_LAYER, GST_NO_LAYER };

    for (size_t i = 0; i < ledger->count; i++) {
        const struct gst_suspect *row = &ledger->rows[i];

        if (row->told_as != finding)
            continue;
        tally.files += row->file_count;
        if (row->layer >= 0 && row->layer < GST_LAYERS_MAX)
            seen[row->layer] = true;
    }
    for (int layer = 0; layer < GST_LAYERS_MAX; layer++) {
        if (!seen[layer])
            continue;
        if (tally.layers++ == 0)
            tally.first_layer = layer;
        else if (tally.layers == 2)
            tally.second_layer = layer;
    }
    return tally;
}

/* ", layers 2 and 4", after "3 driver files" */
static void describe_layers(const struct tally *tally, char *text, size_t size)
{
    if (tally->layers == 1)
        snprintf(text, size, " in layer %d", tally->first_layer + 1);
    else if (tally->layers == 2)
        snprintf(text, size, " in layers %d and %d", tally->first_layer + 1,
                 tally->second_layer + 1);
    else
        snprintf(text, size, " in %zu layers", tally->layers);
}

static void describe_found(struct telling *telling, enum gst_finding_id finding)
{
    struct gst_report *report = telling->report;
    struct tally tally = count_rows(telling, finding);
    char layers[64] = "";

    if (telling->result->manifest != NULL)
        describe_layers(&tally, layers, sizeof layers);
    for (int i = 0; i < NOUN_COUNT; i++) {
        if (nouns[i].finding == finding)
            snprintf(report->told, sizeof report->told, "%zu %s%s%s", tally.files,
                     tally.files == 1 ? nouns[i].one : nouns[i].several,
                     telling->result->manifest == NULL ? ""
                     : tally.files == 1                ? " is"
                                                       : " are",
                     layers);
    }
    if (finding == GST_IMAGE_EXPECTATION_UNMET)
        snprintf(report->told, sizeof report->told, "%zu of %zu expectations %s not met",
                 telling->tally.unmet, telling->result->expectations->count,
                 telling->tally.unmet == 1 ? "is" : "are");
    if (finding == GST_IMAGE_STUBS_ON_PATH || finding == GST_IMAGE_COMPAT_ON_PATH)
        snprintf(report->told, sizeof report->told, "the loader looks in a folder of %s",
                 finding == GST_IMAGE_STUBS_ON_PATH ? "stubs" : "cuda-compat");
}

static void tell_subject(struct telling *telling)
{
    struct gst_report *report = telling->report;
    const struct gst_check *worst = gst_report_headline(report);

    if (worst == NULL)
        snprintf(report->told, sizeof report->told, "nothing of a driver is %s it",
                 count_rows(telling, GST_IMAGE_DRIVER_FILES_DELETED).files > 0 ? "left in" : "in");
    else if (worst->finding == GST_SUITE_EXPECTATION_UNKNOWN)
        snprintf(report->told, sizeof report->told, "%zu of %zu expectations cannot be told",
                 telling->tally.unknown, telling->result->expectations->count);
    else if (worst->verdict == GST_ERROR && !is_cut_short(telling))
        snprintf(report->told, sizeof report->told, "it holds more than can be told");
    else if (worst->verdict == GST_ERROR)
        snprintf(report->told, sizeof report->told, "%s",
                 worst->finding == GST_SUITE_IMAGE_NOT_FOUND ? "it was not found"
                 : telling->result->inspection->entry_count == 0
                     ? "it could not be read"
                     : "it could not be read to its end");
    else
        describe_found(telling, worst->finding);
}

void gst_lint_tell(struct gst_report *report, const struct gst_lint_result *result)
{
    struct gst_ledger *ledger = &result->inspection->ledger;
    struct telling telling = { .result = result, .report = report };

    decide(ledger);
    tell_image(&telling);
    for (int i = 0; i < GROUP_COUNT; i++)
        tell_group(&telling, &groups[i]);
    tell_expectations(&telling);
    report->overflow += (uint32_t)ledger->overflow;
    report->progress.item = -1;
    gst_report_conclude(report);
    tell_subject(&telling);
}
