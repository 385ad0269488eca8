/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a capture: its folders from the first to the lowest, then what they say together. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/capture_layer.h"

#define DEPTH_MAX 8

bool gst_capture_is_here(const struct gst_root *root)
{
    return gst_root_exists(root, GST_CAPTURE_MARKER);
}

static void remove_variable(struct gst_capture *capture, const char *name, size_t length)
{
    for (size_t i = 0; i < capture->variable_count; i++) {
        char *entry = capture->environment[i];

        if (strncmp(entry, name, length) == 0 && entry[length] == '=') {
            free(entry);
            capture->environment[i] = capture->environment[--capture->variable_count];
            capture->environment[capture->variable_count] = NULL;
            return;
        }
    }
}

static bool parse_variable(char *line, const struct gst_capture_place *place, void *data)
{
    struct gst_capture *capture = data;
    size_t length = strcspn(line, "=");
    char **grown;

    if (line[0] == '-') {
        remove_variable(capture, line + 1, strlen(line + 1));
        return true;
    }
    if (line[length] != '=' || length == 0)
        return gst_capture_refuse(place, "'%.40s' is neither NAME=value nor -NAME", line);
    remove_variable(capture, line, length);
    grown = realloc(capture->environment, (capture->variable_count + 2) * sizeof *grown);
    if (grown == NULL)
        return gst_capture_no_room(place);
    capture->environment = grown;
    grown[capture->variable_count] = strdup(line);
    if (grown[capture->variable_count] == NULL)
        return gst_capture_no_room(place);
    grown[++capture->variable_count] = NULL;
    return true;
}

static bool open_layer(struct gst_capture *capture, const char *folder, unsigned depth,
                       struct gst_status *st);

struct descent {
    struct gst_capture *capture;
    const char *folder;
    unsigned depth;
};

static bool parse_beneath(char *line, const struct gst_capture_place *place, void *data)
{
    struct descent *descent = data;
    char folder[PATH_MAX];

    if (snprintf(folder, sizeof folder, "%s/%s", descent->folder, line) >= (int)sizeof folder)
        return gst_capture_refuse(place, "the path is too long");
    return open_layer(descent->capture, folder, descent->depth + 1, place->st);
}

static bool open_layer(struct gst_capture *capture, const char *folder, unsigned depth,
                       struct gst_status *st)
{
    struct descent descent = { .capture = capture, .folder = folder, .depth = depth };
    struct gst_capture_layer *layer;

    if (capture->layer_count == GST_CAPTURE_LAYERS || depth > DEPTH_MAX)
        return gst_fail(st, GST_SUITE_ROOT_UNREADABLE,
                        "'%s': a capture of more than %d folders, or one that lies beneath itself",
                        folder, GST_CAPTURE_LAYERS);
    layer = &capture->layers[capture->layer_count];
    if (!gst_root_open(&layer->root, folder, st))
        return false;
    capture->layer_count++;
    return gst_capture_read_lists(layer, st)
           && gst_capture_each_line(layer, "/beneath", parse_beneath, &descent, st);
}

/* The lowest layer first, so that what lies above has the last word. */
static bool read_environment(struct gst_capture *capture, struct gst_status *st)
{
    for (size_t i = capture->layer_count; i-- > 0;) {
        /* An empty list says that nothing is set. */
        if (capture->environment == NULL
            && gst_root_exists(&capture->layers[i].root, "/environ.txt"))
            capture->environment = calloc(1, sizeof *capture->environment);
        if (!gst_capture_each_line(&capture->layers[i], "/environ.txt", parse_variable, capture,
                                   st))
            return false;
    }
    return true;
}

static void read_answers(struct gst_capture *capture)
{
    bool is_there;

    for (size_t i = 0; i < capture->layer_count && capture->answers == NULL; i++)
        capture->answers = gst_capture_load(&capture->layers[i].root, "/answers.txt", &is_there);
}

struct gst_capture *gst_capture_open(const char *folder, struct gst_status *st)
{
    struct gst_capture *capture = calloc(1, sizeof *capture);

    if (capture == NULL) {
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for a capture");
        return NULL;
    }
    if (!open_layer(capture, folder, 0, st) || !read_environment(capture, st)) {
        gst_capture_close(capture);
        return NULL;
    }
    read_answers(capture);
    return capture;
}

void gst_capture_close(struct gst_capture *capture)
{
    if (capture == NULL)
        return;
    for (size_t i = 0; i < capture->layer_count; i++) {
        struct gst_capture_layer *layer = &capture->layers[i];

        gst_root_close(&layer->root);
        for (size_t k = 0; k < layer->count; k++) {
            free(layer->entries[k].path);
            free(layer->entries[k].target);
        }
        for (size_t k = 0; k < layer->outcome_count; k++)
            free(layer->outcomes[k].path);
        for (size_t k = 0; k < layer->space_count; k++)
            free(layer->spaces[k].path);
        free(layer->entries);
        free(layer->outcomes);
        free(layer->spaces);
    }
    for (size_t i = 0; i < capture->variable_count; i++)
        free(capture->environment[i]);
    free(capture->environment);
    free(capture->answers);
    free(capture);
}
