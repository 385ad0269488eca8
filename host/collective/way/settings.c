/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of NCCL, from where they are set; see settings.h. */
#include "collective/way/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX      "NCCL_"
#define ENVIRONMENT "the environment"

/* A file of settings that is larger is cut: NCCL's own variables are some 150. */
#define FILE_MAX_BYTES (32 << 10)

/* Of /etc/passwd; users of this machine stand first, those of a site elsewhere. */
#define PASSWD_MAX_BYTES (64 << 10)

static bool is_set(const struct gst_way_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->count; i++) {
        if (strcmp(settings->of[i].name, name) == 0)
            return true;
    }
    return false;
}

/* "NCCL_NAME=value" of `size` bytes. */
static void add(struct gst_way_settings *settings, const char *text, size_t size, const char *from)
{
    const char *equals = memchr(text, '=', size);
    struct gst_way_setting *setting;
    size_t name_size;

    if (size < strlen(PREFIX) || memcmp(text, PREFIX, strlen(PREFIX)) != 0 || equals == NULL)
        return;
    name_size = (size_t)(equals - text);
    if (settings->count == GST_WAY_SETTINGS || name_size >= sizeof(setting->name)) {
        settings->left_out_count++;
        return;
    }
    setting = &settings->of[settings->count];
    snprintf(setting->name, sizeof(setting->name), "%.*s", (int)name_size, text);
    snprintf(setting->value, sizeof(setting->value), "%.*s", (int)(size - name_size - 1),
             equals + 1);
    snprintf(setting->from, sizeof(setting->from), "%s", from);
    setting->is_obeyed = !is_set(settings, setting->name);
    settings->count++;
}

void gst_way_settings_add_file(struct gst_way_settings *settings, const char *text,
                               const char *from)
{
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        size_t size = length;

        if (size > 0 && text[size - 1] == '\r')
            size--;
        add(settings, text, size, from); /* a comment has no such name */
        text += length + (text[length] != '\0');
    }
}

static const char *variable(const char *const *environment, const char *name)
{
    const size_t size = strlen(name);

    for (size_t i = 0; environment[i] != NULL; i++) {
        if (strncmp(environment[i], name, size) == 0 && environment[i][size] == '=')
            return environment[i][size + 1] == '\0' ? NULL : &environment[i][size + 1];
    }
    return NULL;
}

static void add_file_at(struct gst_way_settings *settings, const struct gst_root *root,
                        const char *path)
{
    char *text = malloc(FILE_MAX_BYTES);

    if (text != NULL && gst_root_read(root, path, text, FILE_MAX_BYTES))
        gst_way_settings_add_file(settings, text, path);
    free(text);
}

/* The folder of this user by /etc/passwd: "name:password:uid:gid:comment:folder:shell". False if it
 * does not say. */
static bool find_home(const struct gst_root *root, char *home, size_t size)
{
    char *text = malloc(PASSWD_MAX_BYTES), *rest = text, *line;
    bool found = false;

    if (text == NULL || !gst_root_read(root, "/etc/passwd", text, PASSWD_MAX_BYTES))
        rest = NULL;
    while (!found && (line = strsep(&rest, "\n")) != NULL) {
        const char *fields[6] = { NULL };
        size_t count = 0;

        while (count < 6 && (fields[count] = strsep(&line, ":")) != NULL)
            count++;
        found = count == 6 && fields[2][0] != '\0'
                && strtoul(fields[2], NULL, 10) == (unsigned long)getuid();
        if (found)
            snprintf(home, size, "%s", fields[5]);
    }
    free(text);
    return found;
}

static void add_home(struct gst_way_settings *settings, const struct gst_root *root,
                     const char *home)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/.nccl.conf", home);
    add_file_at(settings, root, path);
}

void gst_way_settings_read(struct gst_way_settings *settings, const char *const *environment,
                           const struct gst_root *root)
{
    const char *file = variable(environment, "NCCL_CONF_FILE");
    const char *home = variable(environment, "HOME");
    char own[256];

    memset(settings, 0, sizeof(*settings));
    for (size_t i = 0; environment[i] != NULL; i++)
        add(settings, environment[i], strlen(environment[i]), ENVIRONMENT);
    if (file != NULL) {
        add_file_at(settings, root, file);
    } else {
        const bool has_own = find_home(root, own, sizeof(own));

        if (has_own)
            add_home(settings, root, own);
        if (home != NULL && (!has_own || strcmp(home, own) != 0))
            add_home(settings, root, home);
    }
    add_file_at(settings, root, "/etc/nccl.conf");
}

const struct gst_way_setting *gst_way_settings_find(const struct gst_way_settings *settings,
                                                    const char *name)
{
    for (size_t i = 0; i < settings->count; i++) {
        if (settings->of[i].is_obeyed && strcmp(settings->of[i].name, name) == 0)
            return settings->of[i].value[0] == '\0' ? NULL : &settings->of[i];
    }
    return NULL;
}

const char *gst_way_setting_describe(const struct gst_way_setting *setting, char *text, size_t size)
{
    snprintf(text, size, "%s=%s in %s", setting->name, setting->value, setting->from);
    return text;
}
