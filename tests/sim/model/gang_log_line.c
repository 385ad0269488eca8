/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_log_line.h. */
#include "model/gang_log_line.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct {
    enum sim_log_level level;
    unsigned parts;
    FILE *file;
    char host[64];
} log_state;

static enum sim_log_level read_level(void)
{
    static const char *const names[] = { "", "VERSION", "WARN", "INFO", "ABORT", "TRACE" };
    const char *text = sim_gang_variable("NCCL_DEBUG");

    for (unsigned i = SIM_LOG_VERSION; text != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(text, names[i]) == 0)
            return i > SIM_LOG_INFO ? SIM_LOG_INFO : (enum sim_log_level)i;
    }
    return SIM_LOG_NOTHING;
}

/* A list, or with '^' all but a list. */
static unsigned read_parts(void)
{
    static const struct {
        const char *name;
        unsigned bits;
    } known[] = { { "INIT", SIM_LOG_INIT },     { "ENV", SIM_LOG_ENV }, { "GRAPH", SIM_LOG_GRAPH },
                  { "TUNING", SIM_LOG_TUNING }, { "P2P", SIM_LOG_P2P }, { "ALL", ~0u } };
    const char *text = sim_gang_variable("NCCL_DEBUG_SUBSYS");
    unsigned bits = 0;
    char copy[256], *rest = copy, *word;

    if (text == NULL)
        return SIM_LOG_INIT | SIM_LOG_ENV;
    snprintf(copy, sizeof copy, "%s", text + (text[0] == '^'));
    while ((word = strsep(&rest, ",")) != NULL) {
        for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++) {
            if (strcasecmp(word, known[i].name) == 0)
                bits |= known[i].bits;
        }
    }
    return text[0] == '^' ? ~bits : bits;
}

static void expand(char *path, size_t size, const char *pattern)
{
    size_t used = 0;

    for (path[0] = '\0'; *pattern != '\0' && used + 1 < size; pattern++) {
        int wrote = 1;

        if (pattern[0] == '%' && pattern[1] == 'h')
            wrote = snprintf(path + used, size - used, "%s", log_state.host);
        else if (pattern[0] == '%' && pattern[1] == 'p')
            wrote = snprintf(path + used, size - used, "%d", (int)getpid());
        else if (pattern[0] == '%' && pattern[1] == '%')
            wrote = snprintf(path + used, size - used, "%%");
        else
            wrote = snprintf(path + used, size - used, "%c", pattern[0]);
        if (pattern[0] == '%' && pattern[1] != '\0' && strchr("hp%", pattern[1]) != NULL)
            pattern++;
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

static void open_log(void)
{
    const char *pattern = sim_gang_variable("NCCL_DEBUG_FILE");
    char path[512];

    log_state.level = read_level();
    log_state.parts = read_parts();
    log_state.file = stdout;
    if (gethostname(log_state.host, sizeof log_state.host - 1) != 0)
        snprintf(log_state.host, sizeof log_state.host, "unknown");
    log_state.host[strcspn(log_state.host, ".")] = '\0';
    if (pattern == NULL || pattern[0] == '\0' || log_state.level <= SIM_LOG_VERSION)
        return;
    expand(path, sizeof path, pattern);
    log_state.file = fopen(path, "we");
    if (log_state.file == NULL)
        log_state.file = stdout;
}

bool sim_log_is_on(enum sim_log_level level, unsigned parts)
{
    pthread_once(&once, open_log);
    return log_state.level >= level && (log_state.parts & parts) != 0;
}

void sim_log_info(const struct sim_gang_self *self, unsigned parts, const char *format, ...)
{
    va_list arguments;

    if (!sim_log_is_on(SIM_LOG_INFO, parts))
        return;
    fprintf(log_state.file, "%s:%d:%d [%d] NCCL INFO ", log_state.host, (int)getpid(),
            (int)gettid(), self->device);
    va_start(arguments, format);
    vfprintf(log_state.file, format, arguments);
    va_end(arguments);
    fputc('\n', log_state.file);
    fflush(log_state.file);
}

FILE *sim_log_file(void)
{
    return log_state.file;
}

void sim_gang_log_warning(const char *text, const struct sim_gang_self *self)
{
    char when[32] = "";
    time_t now = time(NULL);
    struct tm local;

    if (!sim_log_is_on(SIM_LOG_WARN, ~0u))
        return;
    if (localtime_r(&now, &local) != NULL)
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &local);
    fprintf(log_state.file, "\n[%s] %s:%d:%d [%d] simulated.cc:1 NCCL WARN %s\n", when,
            log_state.host, (int)getpid(), (int)gettid(), self->device, text);
    fflush(log_state.file);
}
