/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of NCCL; see settings.h. */
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

enum takes {
    ANY,           /* whatever the value */
    NOT_ZERO,      /* a number other than 0 */
    ZERO,          /* the number 0 */
    LESS_THAN_PXB, /* a class of path nearer than NCCL's own limit */
};

/* Names and meanings: NCCL user guide, environment variables. What is not here says, names a
 * network between machines, or is of the suite. */
static const struct {
    const char *name;
    enum takes takes;
    enum gst_way_effect effect;
} effects[] = {
    { "NCCL_P2P_DISABLE", NOT_ZERO, GST_WAY_EFFECT_PEER },
    { "NCCL_P2P_LEVEL", LESS_THAN_PXB, GST_WAY_EFFECT_PEER },
    { "NCCL_SHM_DISABLE", NOT_ZERO, GST_WAY_EFFECT_SHM },
    { "NCCL_NVLS_ENABLE", ZERO, GST_WAY_EFFECT_NVLS },
    { "NCCL_HOSTID", ANY, GST_WAY_EFFECT_HOST },
    { "NCCL_TOPO_FILE", ANY, GST_WAY_EFFECT_TOPOLOGY },
    { "NCCL_GRAPH_FILE", ANY, GST_WAY_EFFECT_TOPOLOGY },
    { "NCCL_IGNORE_DISABLED_P2P", NOT_ZERO, GST_WAY_EFFECT_TOPOLOGY },
    { "NCCL_ALGO", ANY, GST_WAY_EFFECT_CHOICE },
    { "NCCL_PROTO", ANY, GST_WAY_EFFECT_CHOICE },
    { "NCCL_TUNER_PLUGIN", ANY, GST_WAY_EFFECT_CHOICE },
    { "NCCL_TUNER_CONFIG_FILE", ANY, GST_WAY_EFFECT_CHOICE },
    { "NCCL_MAX_NCHANNELS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_MIN_NCHANNELS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_MAX_CTAS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_MIN_CTAS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_MAX_NRINGS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_MIN_NRINGS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_NTHREADS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_BUFFSIZE", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_P2P_USE_CUDA_MEMCPY", NOT_ZERO, GST_WAY_EFFECT_SPEED },
    { "NCCL_P2P_DIRECT_DISABLE", NOT_ZERO, GST_WAY_EFFECT_SPEED },
    { "NCCL_CUMEM_ENABLE", ZERO, GST_WAY_EFFECT_SPEED },
    { "NCCL_LAUNCH_MODE", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_CTA_POLICY", ANY, GST_WAY_EFFECT_SPEED },
};

#define EFFECT_COUNT (sizeof(effects) / sizeof(effects[0]))

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

/* A class by its word, or by the numbers that older versions had (src/graph/paths.cc); -1: NCCL
 * takes no notice. */
static int level_of(const char *value)
{
    static const enum gst_way_link old[] = { GST_WAY_LINK_LOC, GST_WAY_LINK_PIX, GST_WAY_LINK_PXB,
                                             GST_WAY_LINK_PHB, GST_WAY_LINK_SYS };
    char *end;
    const unsigned long number = strtoul(value, &end, 0);

    if (value[0] >= '0' && value[0] <= '9' && end != value)
        return (int)old[number < 4 ? number : 4];
    for (int link = 0; link <= GST_WAY_LINK_SYS; link++) {
        if (strcmp(value, gst_way_link_word((enum gst_way_link)link)) == 0)
            return link;
    }
    return -1;
}

/* As NCCL reads numbers (src/misc/param.cc): what is none counts as 0. */
static bool is_zero(const char *value)
{
    return strtoll(value, NULL, 0) == 0;
}

static bool has_effect(enum takes takes, const char *value)
{
    switch (takes) {
    case NOT_ZERO:
        return !is_zero(value);
    case ZERO:
        return is_zero(value);
    case LESS_THAN_PXB:
        return level_of(value) >= 0 && level_of(value) < GST_WAY_LINK_PXB;
    case ANY:
        return true;
    }
    return true;
}

enum gst_way_effect gst_way_setting_effect(const struct gst_way_setting *setting)
{
    for (size_t i = 0; i < EFFECT_COUNT && setting->value[0] != '\0'; i++) {
        if (strcmp(setting->name, effects[i].name) == 0)
            return has_effect(effects[i].takes, setting->value) ? effects[i].effect
                                                                : GST_WAY_EFFECT_NONE;
    }
    return GST_WAY_EFFECT_NONE;
}

const char *gst_way_effect_meaning(enum gst_way_effect effect)
{
    switch (effect) {
    case GST_WAY_EFFECT_PEER:
        return "keeps GPUs from copying to each other directly";
    case GST_WAY_EFFECT_SHM:
        return "turns shared memory off";
    case GST_WAY_EFFECT_NVLS:
        return "turns off sums made by NVSwitch";
    case GST_WAY_EFFECT_HOST:
        return "decides which ranks are taken to be on one machine";
    case GST_WAY_EFFECT_TOPOLOGY:
        return "replaces what the machine says of itself";
    case GST_WAY_EFFECT_CHOICE:
        return "chooses the algorithm or the protocol";
    case GST_WAY_EFFECT_SPEED:
        return "changes channels, threads or buffers";
    case GST_WAY_EFFECT_NONE:
        return "changes nothing on one machine";
    }
    return "";
}

/* How far apart GPUs may be by what somebody set; -1: nobody did. */
static int user_level(const struct gst_way_settings *settings,
                      const struct gst_way_setting **setting)
{
    const struct gst_way_setting *disable = gst_way_settings_find(settings, "NCCL_P2P_DISABLE");
    const struct gst_way_setting *level = gst_way_settings_find(settings, "NCCL_P2P_LEVEL");

    *setting = disable;
    if (disable != NULL && !is_zero(disable->value))
        return GST_WAY_LINK_LOC;
    *setting = level;
    return level == NULL ? -1 : level_of(level->value);
}

const struct gst_way_setting *
gst_way_settings_without_peers(const struct gst_way_settings *settings, enum gst_way_link link)
{
    const struct gst_way_setting *setting;
    const int level = user_level(settings, &setting);

    return level >= 0 && level < (int)link ? setting : NULL;
}

bool gst_way_settings_allow_peers(const struct gst_way_settings *settings, enum gst_way_link link)
{
    const struct gst_way_setting *setting;

    return user_level(settings, &setting) >= (int)link;
}

const struct gst_way_setting *gst_way_settings_with(const struct gst_way_settings *settings,
                                                    enum gst_way_effect effect)
{
    for (size_t i = 0; i < settings->count; i++) {
        if (settings->of[i].is_obeyed && gst_way_setting_effect(&settings->of[i]) == effect)
            return &settings->of[i];
    }
    return NULL;
}

const char *gst_way_setting_describe(const struct gst_way_setting *setting, char *text, size_t size)
{
    snprintf(text, size, "%s=%s in %s", setting->name, setting->value, setting->from);
    return text;
}
