/* SPDX-License-Identifier: Apache-2.0 */
/* Content that is overheard; see gather.h. */
#include "lint/gather.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* Enough for "#!". */
#define BEGINNING 2

/* Stands before the content of an entry and keeps how it begins. */
struct listener {
    struct gst_content content; /* first: callbacks get this */
    struct gst_content *source;
    gst_sink sink; /* of whoever reads */
    void *data;
    char *text;
    size_t room, length;
    bool was_read;
};

static bool listen(void *data, uint64_t offset, const void *bytes, size_t size)
{
    struct listener *listener = data;
    size_t count = listener->room - listener->length;

    if (offset == listener->length) {
        count = size < count ? size : count;
        memcpy(listener->text + listener->length, bytes, count);
        listener->length += count;
    }
    if (listener->sink != NULL)
        return listener->sink(listener->data, offset, bytes, size);
    return listener->length < listener->room;
}

static bool read_through(struct gst_content *content, gst_sink sink, void *data,
                         struct gst_status *st)
{
    struct listener *listener = (struct listener *)content;

    listener->sink = sink;
    listener->data = data;
    listener->was_read = true;
    return listener->source->read(listener->source, listen, listener, st);
}

static int file_through(struct gst_content *content)
{
    struct listener *listener = (struct listener *)content;

    return listener->source->file(listener->source);
}

static bool says_where_the_loader_looks(const char *path)
{
    return strcmp(path, "etc/ld.so.conf") == 0
           || fnmatch("etc/ld.so.conf.d/*.conf", path, FNM_PATHNAME) == 0;
}

static size_t room_for(const struct gst_entry *entry)
{
    if (entry->kind != GST_ENTRY_FILE || entry->size_bytes == 0)
        return 0;
    if (says_where_the_loader_looks(entry->path))
        return GST_CATALOG_TEXT;
    return (entry->mode & 0111) != 0 ? BEGINNING : 0;
}

/* Keeps what was heard; takes `text` over. */
static void note(struct gst_catalog *catalog, int at, const struct gst_entry *entry, char *text,
                 size_t length)
{
    struct gst_node *node = &catalog->nodes[at];

    node->is_script = length >= BEGINNING && memcmp(text, "#!", BEGINNING) == 0;
    if (says_where_the_loader_looks(entry->path)) {
        text[length] = '\0';
        catalog->text_bytes += strlen(text) + 1;
        node->text = text;
    } else {
        free(text);
    }
}

static bool take(const struct gst_gathering *gathering, const struct gst_entry *entry,
                 struct gst_content *content, struct gst_status *st)
{
    struct gst_catalog *catalog = gathering->catalog;
    int at = gst_catalog_add(catalog, entry);
    size_t room = at == GST_NO_NODE ? 0 : room_for(entry);
    struct listener listener = { .content = { .read = read_through }, .source = content };
    bool ok;

    if (room == 0)
        return gst_inspect(gathering->inspection, entry, content, st);
    listener.content.file = content->file == NULL ? NULL : file_through;
    listener.room = room;
    listener.text = malloc(room + 1);
    if (listener.text == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to look at the image");
    ok = gst_inspect(gathering->inspection, entry, &listener.content, st);
    if (ok && !listener.was_read)
        ok = read_through(&listener.content, NULL, NULL, st);
    note(catalog, at, entry, listener.text, listener.length);
    return ok;
}

bool gst_gather(void *data, const struct gst_entry *entry, struct gst_content *content,
                struct gst_status *st)
{
    const struct gst_gathering *gathering = data;
    struct gst_catalog *catalog = gathering->catalog;
    char target[GST_ENTRY_PATH_SIZE];
    bool only_below;

    if (catalog == NULL || entry->path[0] == '\0')
        return gst_inspect(gathering->inspection, entry, content, st);
    if (catalog->has_layers && gst_entry_is_whiteout(entry->path, target, &only_below)) {
        if (only_below || target[0] != '\0')
            gst_catalog_delete(catalog, target, only_below);
        return gst_inspect(gathering->inspection, entry, content, st);
    }
    return take(gathering, entry, content, st);
}
