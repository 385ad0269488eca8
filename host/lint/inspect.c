/* SPDX-License-Identifier: Apache-2.0 */
/* From an entry to what is found in it; see inspect.h. */
#include "lint/inspect.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/elf.h"
#include "lint/dpkg.h"
#include "lint/spool.h"

/* A library up to here is looked at in memory. */
#define IN_MEMORY (4 << 20)
#define MAGIC     "\177ELF"

/* Smaller than the header of an ELF file. */
#define ELF_LEAST 52

void gst_inspection_init(struct gst_inspection *inspection)
{
    *inspection = (struct gst_inspection){ .spool = -1 };
    gst_ledger_begin_layer(&inspection->ledger, 0);
}

void gst_inspection_release(struct gst_inspection *inspection)
{
    gst_ledger_release(&inspection->ledger);
    if (inspection->spool >= 0)
        close(inspection->spool);
    free(inspection->buffer);
    gst_inspection_init(inspection);
}

/* The bytes of one member, in memory as long as they fit and in a file from then on. */
struct library {
    struct gst_inspection *inspection;
    uint64_t length;
    bool is_elf, is_spooled, has_failed;
    struct gst_status *st;
};

static bool spool_begin(struct library *library)
{
    struct gst_inspection *inspection = library->inspection;

    if (inspection->spool < 0)
        inspection->spool = gst_spool_open(library->st);
    /* What an earlier library left would be taken for part of this one. */
    library->is_spooled = inspection->spool >= 0 && ftruncate(inspection->spool, 0) == 0;
    return library->is_spooled
           && gst_spool_write(inspection->spool, 0, inspection->buffer, (size_t)library->length,
                              library->st);
}

static bool collect(void *data, uint64_t offset, const void *bytes, size_t size)
{
    struct library *library = data;
    struct gst_inspection *inspection = library->inspection;
    uint64_t end = offset + size;

    if (offset > GST_SPOOL_MAX) {
        /* Nobody's library: a sparse file with a claim. */
        library->is_elf = false;
        return false;
    }
    if (!library->is_spooled && end > IN_MEMORY && !spool_begin(library)) {
        library->has_failed = true;
        return false;
    }
    if (library->is_spooled) {
        library->has_failed = !gst_spool_write(inspection->spool, offset, bytes, size, library->st);
    } else {
        if (offset > library->length)
            memset(inspection->buffer + library->length, 0, (size_t)(offset - library->length));
        memcpy(inspection->buffer + offset, bytes, size);
    }
    if (end > library->length)
        library->length = end;
    library->is_elf = library->is_spooled || library->length < strlen(MAGIC)
                      || memcmp(inspection->buffer, MAGIC, strlen(MAGIC)) == 0;
    return library->is_elf && !library->has_failed;
}

static bool read_stream(struct gst_inspection *inspection, struct gst_content *content,
                        struct gst_elf *elf, bool *is_read, struct gst_status *st)
{
    struct library library = { .inspection = inspection, .st = st };
    char error[128];

    if (inspection->buffer == NULL)
        inspection->buffer = malloc(IN_MEMORY);
    if (inspection->buffer == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to look into libraries");
    if (!content->read(content, collect, &library, st) || library.has_failed)
        return false;
    if (library.is_spooled)
        *is_read = library.is_elf && gst_elf_read_file(elf, inspection->spool, error, sizeof error);
    else
        *is_read = library.is_elf && library.length >= ELF_LEAST
                   && gst_elf_read_memory(elf, inspection->buffer, (size_t)library.length, error,
                                          sizeof error);
    return true;
}

static bool read_file(int fd, struct gst_elf *elf)
{
    char magic[sizeof MAGIC - 1], error[128];

    return fd >= 0 && pread(fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic
           && memcmp(magic, MAGIC, sizeof magic) == 0
           && gst_elf_read_file(elf, fd, error, sizeof error);
}

/* `is_read` says whether it is a library at all; one that is damaged is none. */
static bool read_library(struct gst_inspection *inspection, struct gst_content *content,
                         struct gst_elf *elf, bool *is_read, struct gst_status *st)
{
    *is_read = false;
    if (content->file == NULL)
        return read_stream(inspection, content, elf, is_read, st);
    *is_read = read_file(content->file(content), elf);
    return true;
}

struct beginning {
    char bytes[2];
    size_t length;
};

static bool keep_beginning(void *data, uint64_t offset, const void *bytes, size_t size)
{
    struct beginning *beginning = data;
    const size_t room = sizeof beginning->bytes - beginning->length;
    const size_t count = size < room ? size : room;

    (void)offset;
    memcpy(beginning->bytes + beginning->length, bytes, count);
    beginning->length += count;
    return beginning->length < sizeof beginning->bytes;
}

/* A script by the name of a program of the driver is not the driver's. */
static bool spare_script(const struct gst_entry *entry, struct gst_content *content,
                         const struct gst_lint_rule **rule, struct gst_status *st)
{
    struct beginning beginning = { .length = 0 };

    if (entry->kind != GST_ENTRY_FILE || entry->size_bytes == 0)
        return true;
    if (!content->read(content, keep_beginning, &beginning, st))
        return false;
    if (beginning.length == 2 && memcmp(beginning.bytes, "#!", 2) == 0)
        *rule = NULL;
    return true;
}

/* Replaces the rule of the name by that of the content, where it knows better. */
static bool look_into(struct gst_inspection *inspection, const struct gst_entry *entry,
                      struct gst_content *content, const struct gst_lint_rule **rule,
                      char detail[96], struct gst_status *st)
{
    struct gst_elf elf;
    bool is_read;

    if (*rule != NULL && gst_rule_spares_scripts(*rule))
        return spare_script(entry, content, rule, st);
    if (entry->kind != GST_ENTRY_FILE || entry->size_bytes < ELF_LEAST)
        return true;
    /* A double is small; of what is known by its name nothing else is asked. */
    if (*rule != NULL && entry->size_bytes > IN_MEMORY)
        return true;
    if (!read_library(inspection, content, &elf, &is_read, st))
        return false;
    if (!is_read || !elf.is_shared)
        return true;
    inspection->library_count++;
    if (elf.is_double) {
        *rule = gst_rule_of_double();
    } else if (*rule == NULL && elf.soname[0] != '\0') {
        *rule = gst_rule_of_soname(entry->path, elf.soname);
        snprintf(detail, 96, "%s", *rule == NULL ? "" : elf.soname);
    }
    return true;
}

struct words {
    struct gst_inspection *inspection;
    const struct gst_entry *entry;
    char line[512];
    size_t length;
};

/* A line of ld.so.conf is a folder, a comment, or "include <pattern>"; see ldconfig(8). */
static void take_line(struct words *words)
{
    const struct gst_lint_rule *rule;
    char *line = words->line;

    line[words->length] = '\0';
    words->length = 0;
    line[strcspn(line, "#")] = '\0';
    line += strspn(line, " \t\r");
    line[strcspn(line, " \t\r")] = '\0';
    rule = gst_rule_of_loader_folder(line);
    if (rule != NULL)
        gst_ledger_add(&words->inspection->ledger, rule, words->entry, 0, line);
}

static bool feed_lines(void *data, uint64_t offset, const void *bytes, size_t size)
{
    struct words *words = data;
    const char *text = bytes;

    (void)offset;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            take_line(words);
        else if (words->length + 1 < sizeof words->line)
            words->line[words->length++] = text[i] == '\0' ? '?' : text[i];
    }
    return true;
}

static bool read_loader_conf(struct gst_inspection *inspection, const struct gst_entry *entry,
                             struct gst_content *content, struct gst_status *st)
{
    struct words words = { .inspection = inspection, .entry = entry };

    if (!content->read(content, feed_lines, &words, st))
        return false;
    take_line(&words);
    return true;
}

static void take_package(void *data, const char *package, const char *version)
{
    struct words *words = data;
    const struct gst_lint_rule *rule = gst_rule_of_package(package);
    /* The list of all packages is no measure of one. */
    const struct gst_entry list = { .path = words->entry->path, .target = "" };
    char detail[96];

    if (rule == NULL)
        return;
    snprintf(detail, sizeof detail, "%.60s %.34s", package, version);
    gst_ledger_add_package(&words->inspection->ledger, rule, &list, detail);
}

static bool feed_dpkg(void *data, uint64_t offset, const void *bytes, size_t size)
{
    (void)offset;
    gst_dpkg_feed(data, bytes, size);
    return true;
}

static bool read_dpkg(struct gst_inspection *inspection, const struct gst_entry *entry,
                      struct gst_content *content, struct gst_status *st)
{
    struct words words = { .inspection = inspection, .entry = entry };
    struct gst_dpkg dpkg;

    inspection->has_dpkg = true;
    gst_dpkg_begin(&dpkg, take_package, &words);
    if (!content->read(content, feed_dpkg, &dpkg, st))
        return false;
    gst_dpkg_end(&dpkg);
    return true;
}

static bool read_nothing(struct gst_inspection *inspection, const struct gst_entry *entry,
                         struct gst_content *content, struct gst_status *st)
{
    (void)entry, (void)content, (void)st;
    inspection->has_rpm = true;
    return true;
}

/* Files whose content is read for what it says. Distroless images have a list per package, and
 * beside it "<package>.md5sums", which names none. */
static const struct {
    const char *pattern;
    bool (*read)(struct gst_inspection *inspection, const struct gst_entry *entry,
                 struct gst_content *content, struct gst_status *st);
} texts[] = {
    { "etc/ld.so.conf", read_loader_conf },
    { "etc/ld.so.conf.d/*.conf", read_loader_conf },
    { "var/lib/dpkg/status", read_dpkg },
    { "var/lib/dpkg/status.d/*", read_dpkg },
    { "var/lib/rpm/rpmdb.sqlite", read_nothing },
    { "var/lib/rpm/Packages", read_nothing },
    { "var/lib/rpm/Packages.db", read_nothing },
    { "usr/lib/sysimage/rpm/rpmdb.sqlite", read_nothing },
    { "usr/share/rpm/rpmdb.sqlite", read_nothing },
};

static bool take_whiteout(struct gst_ledger *ledger, const char *path)
{
    char target[GST_ENTRY_PATH_SIZE];
    bool only_below;

    if (!gst_entry_is_whiteout(path, target, &only_below))
        return false;
    if (only_below)
        gst_ledger_delete_below(ledger, target);
    else if (target[0] != '\0')
        gst_ledger_delete(ledger, target);
    return true;
}

static bool read_text(struct gst_inspection *inspection, const struct gst_entry *entry,
                      struct gst_content *content, bool *is_text, struct gst_status *st)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts && entry->kind == GST_ENTRY_FILE; i++) {
        if (fnmatch(texts[i].pattern, entry->path, FNM_PATHNAME) == 0) {
            *is_text = true;
            return texts[i].read(inspection, entry, content, st);
        }
    }
    return true;
}

bool gst_inspect(void *data, const struct gst_entry *entry, struct gst_content *content,
                 struct gst_status *st)
{
    struct gst_inspection *inspection = data;
    const struct gst_lint_rule *rule;
    char detail[96] = "";
    size_t folder_length;
    bool is_text = false;

    if (entry->path[0] == '\0')
        return true;
    if (inspection->has_layers && take_whiteout(&inspection->ledger, entry->path))
        return true;
    inspection->entry_count++;
    inspection->size_bytes += entry->size_bytes;
    gst_ledger_cover(&inspection->ledger, entry->path, entry->kind == GST_ENTRY_FOLDER);
    inspection->has_cuda |= gst_rules_say_cuda(entry->path);
    rule = gst_rule_of_entry(entry, &folder_length);
    /* What a runtime left behind is one matter, whatever stands in it. */
    if ((rule == NULL || rule->finding != GST_IMAGE_INJECTION_LEFTOVERS)
        && !read_text(inspection, entry, content, &is_text, st))
        return false;
    if (!is_text && folder_length == 0 && !look_into(inspection, entry, content, &rule, detail, st))
        return false;
    if (rule != NULL)
        gst_ledger_add(&inspection->ledger, rule, entry, folder_length, detail);
    return true;
}
