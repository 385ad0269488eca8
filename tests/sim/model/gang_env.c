/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_env.h. Names and values as in "Environment Variables" of NCCL's user guide. */
#include "model/gang_env.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/gang_way.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LINES        64

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct {
    char name[64], value[256];
} lines[LINES];
static unsigned line_count;

/* The first that sets a name wins: files are read in the order of their weight. */
static void read_file(const char *root, const char *path)
{
    char full[512], text[sizeof lines[0].name + sizeof lines[0].value + 2];
    FILE *file;

    snprintf(full, sizeof full, "%s%s", root, path);
    file = fopen(full, "re");
    if (file == NULL)
        return;
    while (line_count < LINES && fgets(text, sizeof text, file) != NULL) {
        char *value = strchr(text, '=');

        text[strcspn(text, "\r\n")] = '\0';
        if (text[0] == '#' || value == NULL)
            continue;
        *value++ = '\0';
        snprintf(lines[line_count].name, sizeof lines[0].name, "%.63s", text);
        snprintf(lines[line_count].value, sizeof lines[0].value, "%.255s", value);
        line_count++;
    }
    fclose(file);
}

static void read_files(void)
{
    const char *given = getenv("GPU_SELFTEST_ROOT"), *mine = getenv("NCCL_CONF_FILE");
    const char *root = given != NULL ? given : "", *home = getenv("HOME");
    char path[256];

    if (mine != NULL) {
        read_file(root, mine);
    } else if (home != NULL) {
        snprintf(path, sizeof path, "%s/.nccl.conf", home);
        read_file(root, path);
    }
    read_file(root, "/etc/nccl.conf");
}

const char *sim_gang_variable(const char *name)
{
    const char *value = getenv(name);

    if (value != NULL)
        return value;
    pthread_once(&once, read_files);
    for (unsigned i = 0; i < line_count; i++) {
        if (strcmp(lines[i].name, name) == 0)
            return lines[i].value;
    }
    return NULL;
}

static bool is_number(const char *name, long number)
{
    const char *value = sim_gang_variable(name);

    return value != NULL && value[0] != '\0' && strtol(value, NULL, 10) == number;
}

/* The numbers are of before NVL had a name of its own. */
static bool read_level(const char *text, unsigned *level)
{
    static const struct {
        const char *name, *number;
        enum sim_gang_path path;
    } levels[] = {
        { "LOC", "0", SIM_PATH_LOC }, { "NVL", NULL, SIM_PATH_NVL }, { "PIX", "1", SIM_PATH_PIX },
        { "PXB", "2", SIM_PATH_PXB }, { "PHB", "3", SIM_PATH_PHB },  { "SYS", "4", SIM_PATH_SYS },
    };

    for (size_t i = 0; text != NULL && i < COUNT(levels); i++) {
        if (strcasecmp(text, levels[i].name) == 0
            || (levels[i].number != NULL && strcmp(text, levels[i].number) == 0)) {
            *level = levels[i].path;
            return true;
        }
    }
    return false;
}

/* "Ring,Tree" allows these, "^NVLS" all but it. Returns what is not allowed. */
static unsigned read_choice(const char *name, const char *const *known, unsigned count)
{
    const char *value = sim_gang_variable(name);
    const bool is_except = value != NULL && value[0] == '^';
    unsigned named = 0;
    char text[128], *rest = text, *word;

    if (value == NULL || value[0] == '\0')
        return 0;
    snprintf(text, sizeof text, "%s", value + is_except);
    while ((word = strsep(&rest, ",")) != NULL) {
        for (unsigned i = 0; i < count; i++) {
            if (strcasecmp(word, known[i]) == 0)
                named |= 1u << i;
        }
    }
    return is_except ? named : ((1u << count) - 1) & ~named;
}

static void mix(uint64_t *hash, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;

    for (size_t i = 0; i < size; i++)
        *hash = (*hash ^ from[i]) * 1099511628211u; /* FNV-1a */
}

/* Processes are on one host for NCCL if name and boot are the same; and what they then share are
 * files in /dev/shm, so another one is as good as another host. */
static uint64_t host_hash(void)
{
    const char *id = sim_gang_variable("NCCL_HOSTID");
    uint64_t hash = 14695981039346656037u;
    char text[256] = "";
    struct stat shm;

    if (id != NULL && id[0] != '\0') {
        mix(&hash, id, strlen(id));
    } else {
        FILE *boot = fopen("/proc/sys/kernel/random/boot_id", "re");

        if (gethostname(text, sizeof text - 1) == 0)
            mix(&hash, text, strlen(text));
        if (boot != NULL && fgets(text, sizeof text, boot) != NULL)
            mix(&hash, text, strlen(text));
        if (boot != NULL)
            fclose(boot);
    }
    if (stat("/dev/shm", &shm) == 0)
        mix(&hash, &shm.st_dev, sizeof shm.st_dev);
    return hash;
}

void sim_gang_env_read(struct sim_gang_env *env)
{
    static const char *const algorithms[SIM_GANG_ALGORITHMS] = { "ring", "tree", "nvls" };
    static const char *const protocols[SIM_GANG_PROTOCOLS] = { "ll", "simple" };
    const char *level = sim_gang_variable("NCCL_P2P_LEVEL");

    *env = (struct sim_gang_env){
        .is_p2p_off = is_number("NCCL_P2P_DISABLE", 1),
        .is_shm_off = is_number("NCCL_SHM_DISABLE", 1),
        .is_nvls_off = is_number("NCCL_NVLS_ENABLE", 0),
        .no_algorithms = read_choice("NCCL_ALGO", algorithms, SIM_GANG_ALGORITHMS),
        .no_protocols = read_choice("NCCL_PROTO", protocols, SIM_GANG_PROTOCOLS),
        .host = host_hash(),
    };
    env->has_p2p_level = read_level(level, &env->p2p_level);
}

static pthread_once_t env_once = PTHREAD_ONCE_INIT;
static struct sim_gang_env own;

static void read_own(void)
{
    sim_gang_env_read(&own);
}

const struct sim_gang_env *sim_gang_env(void)
{
    pthread_once(&env_once, read_own);
    return &own;
}

uint64_t sim_gang_host(const struct sim_gang_env *env)
{
    return env->host;
}
