/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's and OCI's JSON; see manifest.h. Whatever is read may be of another type than it should.
 */
#include "lint/manifest.h"

#include <stdio.h>
#include <string.h>

#include "api/elf.h"
#include "core/utf8.h"

#include <elf.h>

/* An index may lead to an index, in practice once. */
#define INDEX_DEPTH 4

static bool damaged(struct gst_status *st, const char *what)
{
    return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "%s", what);
}

/* "" where there is no such text. */
static const char *text_at(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

static const char *without(const char *text, const char *beginning)
{
    size_t length = strlen(beginning);

    return strncmp(text, beginning, length) == 0 ? text + length : text;
}

void gst_manifest_instruction(const char *created_by, char *text, size_t size)
{
    static const char shell[] = "/bin/sh -c ", nop[] = "#(nop)", kit[] = " # buildkit";
    const char *rest = without(without(created_by, "RUN "), shell);
    bool is_run = rest != created_by && strncmp(rest, nop, strlen(nop)) != 0;
    char raw[512];
    size_t used = 0;

    rest = without(rest, nop);
    if (is_run)
        used = (size_t)snprintf(raw, sizeof raw, "RUN ");
    for (rest += strspn(rest, " \t\n"); *rest != '\0' && used + 1 < sizeof raw; rest++) {
        bool is_blank = strchr(" \t\n\r", *rest) != NULL;

        if (!is_blank || raw[used - 1] != ' ')
            raw[used++] = is_blank ? ' ' : *rest;
    }
    raw[used] = '\0';
    if (used > strlen(kit) && strcmp(raw + used - strlen(kit), kit) == 0)
        raw[used - strlen(kit)] = '\0';
    gst_utf8_copy(text, size, raw);
}

static bool add_layer(struct gst_manifest *manifest, const char *name, const char *digest,
                      struct gst_status *st)
{
    struct gst_image_layer *layer = &manifest->layers[manifest->count];

    if (manifest->count == GST_LAYERS_MAX)
        return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "it has more than %d layers",
                        GST_LAYERS_MAX);
    if (name[0] == '\0' || strlen(name) >= sizeof layer->name)
        return damaged(st, "its manifest names a layer without a name, or with one too long");
    snprintf(layer->name, sizeof layer->name, "%s", name);
    gst_utf8_copy(layer->digest, sizeof layer->digest, digest);
    manifest->count++;
    return true;
}

/* Which line of the history made which layer; where the counts differ nobody knows. */
static void read_history(struct gst_manifest *manifest)
{
    json_t *history = json_object_get(manifest->config, "history"), *line;
    size_t index, layer = 0;

    json_array_foreach(history, index, line) layer +=
        !json_is_true(json_object_get(line, "empty_layer"));
    if (layer != manifest->count)
        return;
    layer = 0;
    json_array_foreach(history, index, line)
    {
        if (json_is_true(json_object_get(line, "empty_layer")))
            continue;
        gst_manifest_instruction(text_at(line, "created_by"), manifest->layers[layer].created_by,
                                 sizeof manifest->layers[layer].created_by);
        layer++;
    }
}

static bool read_docker_layers(struct gst_manifest *manifest, json_t *image, struct gst_status *st)
{
    json_t *layers = json_object_get(image, "Layers"), *name;
    json_t *digests = json_object_get(json_object_get(manifest->config, "rootfs"), "diff_ids");
    size_t index;

    if (!json_is_array(layers))
        return damaged(st, "'manifest.json' lists no layers");
    json_array_foreach(layers, index, name)
    {
        const char *digest = json_string_value(json_array_get(digests, index));

        if (!json_is_string(name)
            || !add_layer(manifest, json_string_value(name), digest == NULL ? "" : digest, st))
            return st->finding != GST_NO_FINDING ? false
                                                 : damaged(st, "'manifest.json' is damaged");
    }
    return true;
}

static bool read_docker(struct gst_manifest *manifest, json_t *list, const struct gst_store *store,
                        struct gst_status *st)
{
    json_t *image = json_array_get(list, 0);
    const char *tag = json_string_value(json_array_get(json_object_get(image, "RepoTags"), 0));

    manifest->kind = "docker archive";
    if (!json_is_object(image))
        return damaged(st, "'manifest.json' is no list of images, as docker save writes it");
    if (json_array_size(list) > 1)
        return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE,
                        "it holds %zu images, and one at a time is looked at",
                        json_array_size(list));
    gst_utf8_copy(manifest->tag, sizeof manifest->tag, tag == NULL ? "" : tag);
    manifest->config = gst_store_json(store, text_at(image, "Config"), st);
    return manifest->config != NULL && read_docker_layers(manifest, image, st);
}

/* "sha256:ab..." as the name of a blob. Only what cannot lead anywhere else. */
static bool blob_name(const char *digest, char *name, size_t size, struct gst_status *st)
{
    size_t colon = strcspn(digest, ":"), length = strlen(digest);

    if (colon == 0 || colon == length || length + 8 > size
        || strspn(digest, "abcdefghijklmnopqrstuvwxyz0123456789") != colon
        || strspn(digest + colon + 1, "abcdefABCDEF0123456789") != length - colon - 1)
        return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "'%.120s' is no digest", digest);
    snprintf(name, size, "blobs/%.*s/%s", (int)colon, digest, digest + colon + 1);
    return true;
}

static json_t *read_blob(const struct gst_store *store, json_t *descriptor, struct gst_status *st)
{
    char name[160];

    if (!blob_name(text_at(descriptor, "digest"), name, sizeof name, st))
        return NULL;
    return gst_store_json(store, name, st);
}

static const char *own_architecture(void)
{
    return gst_elf_machine() == EM_AARCH64 ? "arm64" : "amd64";
}

/* Attestations stand among the images, for a platform that is none. */
static bool is_image(json_t *descriptor)
{
    json_t *platform = json_object_get(descriptor, "platform");

    return json_is_object(descriptor) && strcmp(text_at(platform, "os"), "unknown") != 0;
}

/* The entry for this machine's processor, else the first image; NULL if there is none. */
static json_t *choose(json_t *entries, size_t *images, bool *by_platform)
{
    json_t *entry, *chosen = NULL;
    size_t index;

    *images = 0;
    *by_platform = true;
    json_array_foreach(entries, index, entry)
    {
        json_t *platform = json_object_get(entry, "platform");

        if (!is_image(entry))
            continue;
        ++*images;
        *by_platform = *by_platform && json_is_object(platform);
        if (chosen == NULL
            || (strcmp(text_at(platform, "architecture"), own_architecture()) == 0
                && strcmp(text_at(json_object_get(chosen, "platform"), "architecture"),
                          own_architecture())
                       != 0))
            chosen = entry;
    }
    return chosen;
}

static void read_names(struct gst_manifest *manifest, json_t *descriptor, size_t images)
{
    json_t *notes = json_object_get(descriptor, "annotations");
    json_t *platform = json_object_get(descriptor, "platform");
    const char *tag = text_at(notes, "io.containerd.image.name");

    if (tag[0] == '\0')
        tag = text_at(notes, "org.opencontainers.image.ref.name");
    if (manifest->tag[0] == '\0')
        gst_utf8_copy(manifest->tag, sizeof manifest->tag, tag);
    if (images > 1)
        snprintf(manifest->platform, sizeof manifest->platform, "%.15s/%.15s",
                 text_at(platform, "os"), text_at(platform, "architecture"));
}

static bool read_oci_image(struct gst_manifest *manifest, json_t *image,
                           const struct gst_store *store, struct gst_status *st)
{
    json_t *layers = json_object_get(image, "layers"), *layer;
    char name[160];
    size_t index;

    if (!json_is_array(layers))
        return damaged(st, "a manifest lists no layers");
    manifest->config = read_blob(store, json_object_get(image, "config"), st);
    if (manifest->config == NULL)
        return false;
    json_array_foreach(layers, index, layer)
    {
        const char *digest = text_at(layer, "digest");

        if (!blob_name(digest, name, sizeof name, st) || !add_layer(manifest, name, digest, st))
            return false;
    }
    return true;
}

/* Takes `index` over. */
static bool read_oci(struct gst_manifest *manifest, json_t *index, const struct gst_store *store,
                     struct gst_status *st)
{
    json_t *next = index;
    size_t images = 0;
    bool by_platform, ok = false;

    manifest->kind = "OCI layout";
    for (int depth = 0; next != NULL; depth++) {
        json_t *entries = json_object_get(next, "manifests"), *chosen, *blob;

        if (!json_is_array(entries)) {
            ok = read_oci_image(manifest, next, store, st);
            break;
        }
        chosen = choose(entries, &images, &by_platform);
        if (depth == INDEX_DEPTH || chosen == NULL || (images > 1 && !by_platform)) {
            gst_fail(st, GST_SUITE_IMAGE_UNREADABLE,
                     depth == INDEX_DEPTH ? "an index leads to an index, again and again"
                     : chosen == NULL     ? "its index lists no image"
                                          : "it holds several images, and one at a time is "
                                            "looked at");
            break;
        }
        read_names(manifest, chosen, images);
        blob = read_blob(store, chosen, st);
        json_decref(next);
        next = blob;
    }
    json_decref(next);
    return ok;
}

bool gst_manifest_is_there(const struct gst_store *store)
{
    return gst_store_has_layers(store)
           && (gst_store_has(store, "manifest.json")
               || (gst_store_has(store, "index.json") && gst_store_has(store, "oci-layout")));
}

bool gst_manifest_read(struct gst_manifest *manifest, const struct gst_store *store,
                       struct gst_status *st)
{
    bool is_docker = gst_store_has(store, "manifest.json");
    json_t *first = gst_store_json(store, is_docker ? "manifest.json" : "index.json", st);
    bool ok;

    if (first == NULL)
        return false;
    if (is_docker) {
        ok = read_docker(manifest, first, store, st);
        json_decref(first);
    } else {
        ok = read_oci(manifest, first, store, st);
    }
    if (ok)
        read_history(manifest);
    return ok;
}

void gst_manifest_release(struct gst_manifest *manifest)
{
    json_decref(manifest->config);
    manifest->config = NULL;
}

const char *gst_manifest_variable(const struct gst_manifest *manifest, const char *name)
{
    json_t *list = json_object_get(json_object_get(manifest->config, "config"), "Env"), *line;
    size_t length = strlen(name), index;

    json_array_foreach(list, index, line)
    {
        const char *text = json_string_value(line);

        if (text != NULL && strncmp(text, name, length) == 0 && text[length] == '=')
            return text + length + 1;
    }
    return NULL;
}
