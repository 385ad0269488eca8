/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See gang_log.h. The file is opened once for a process, at the first line, and emptied then. Times
 * and addresses are invented; what kernels took to load is not, since nothing is loaded: 0.
 */
#include "model/gang_log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum level { NONE, VERSION, WARN, INFO };
enum subsystem { SUB_INIT = 1, SUB_ENV = 2, SUB_GRAPH = 4, SUB_TUNING = 8, SUB_P2P = 16 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct {
    enum level level;
    unsigned subsystems;
    FILE *file;
    char host[64];
} log_state;

static enum level read_level(void)
{
    static const char *const names[] = { "", "VERSION", "WARN", "INFO", "ABORT", "TRACE" };
    const char *text = sim_gang_variable("NCCL_DEBUG");

    for (unsigned i = VERSION; text != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(text, names[i]) == 0)
            return i > INFO ? INFO : (enum level)i;
    }
    return NONE;
}

/* A list, or with '^' all but a list. */
static unsigned read_subsystems(void)
{
    static const struct {
        const char *name;
        unsigned bits;
    } known[] = { { "INIT", SUB_INIT },     { "ENV", SUB_ENV }, { "GRAPH", SUB_GRAPH },
                  { "TUNING", SUB_TUNING }, { "P2P", SUB_P2P }, { "ALL", ~0u } };
    const char *text = sim_gang_variable("NCCL_DEBUG_SUBSYS");
    unsigned bits = 0;
    char copy[256], *rest = copy, *word;

    if (text == NULL)
        return SUB_INIT | SUB_ENV;
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
    log_state.subsystems = read_subsystems();
    log_state.file = stdout;
    if (gethostname(log_state.host, sizeof log_state.host - 1) != 0)
        snprintf(log_state.host, sizeof log_state.host, "unknown");
    log_state.host[strcspn(log_state.host, ".")] = '\0';
    if (pattern == NULL || pattern[0] == '\0' || log_state.level <= VERSION)
        return;
    expand(path, sizeof path, pattern);
    log_state.file = fopen(path, "we");
    if (log_state.file == NULL)
        log_state.file = stdout;
}

static bool is_on(enum level level, unsigned subsystems)
{
    pthread_once(&once, open_log);
    return log_state.level >= level && (log_state.subsystems & subsystems) != 0;
}

__attribute__((format(printf, 3, 4))) static void info(const struct sim_gang_self *self,
                                                       unsigned subsystems, const char *format, ...)
{
    va_list arguments;

    if (!is_on(INFO, subsystems))
        return;
    fprintf(log_state.file, "%s:%d:%d [%d] NCCL INFO ", log_state.host, (int)getpid(),
            (int)gettid(), self->device);
    va_start(arguments, format);
    vfprintf(log_state.file, format, arguments);
    va_end(arguments);
    fputc('\n', log_state.file);
    fflush(log_state.file);
}

void sim_gang_log_warning(const char *text, const struct sim_gang_self *self)
{
    char when[32] = "";
    time_t now = time(NULL);
    struct tm local;

    if (!is_on(WARN, ~0u))
        return;
    if (localtime_r(&now, &local) != NULL)
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &local);
    fprintf(log_state.file, "\n[%s] %s:%d:%d [%d] simulated.cc:1 NCCL WARN %s\n", when,
            log_state.host, (int)getpid(), (int)gettid(), self->device, text);
    fflush(log_state.file);
}

void sim_gang_release(const struct sim_spec *spec, char *text, size_t size)
{
    const int version = spec->nccl_version, cuda = spec->runtime_cuda;

    snprintf(text, size, "%d.%d.%d+cuda%d.%d", version / 10000, version / 100 % 100, version % 100,
             cuda / 1000, cuda % 1000 / 10);
}

/* To levels below INFO without anything before it, and whatever parts are asked for. */
static void log_version(const struct sim_spec *spec, const struct sim_gang_self *self)
{
    char release[64];

    if (self->rank != 0)
        return;
    sim_gang_release(spec, release, sizeof release);
    if (is_on(INFO, ~0u)) {
        info(self, ~0u, "NCCL version %s", release);
    } else if (is_on(VERSION, ~0u)) {
        fprintf(log_state.file, "NCCL version %s\n", release);
        fflush(log_state.file);
    }
}

static void log_environment(const struct sim_gang_self *self)
{
    static const char *const names[] = { "NCCL_P2P_DISABLE", "NCCL_P2P_LEVEL", "NCCL_SHM_DISABLE",
                                         "NCCL_NVLS_ENABLE", "NCCL_ALGO",      "NCCL_PROTO",
                                         "NCCL_HOSTID" };

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = sim_gang_variable(names[i]);

        if (value != NULL)
            info(self, SUB_ENV, "%s set by environment to %s.", names[i], value);
    }
}

/* "1b000": bus and device as NCCL writes them. */
static unsigned long long bus_of(const struct sim_spec_gpu *gpu)
{
    return (unsigned long long)gpu->pci_domain << 20 | gpu->pci_bus << 12 | gpu->pci_device << 4;
}

static void log_init(const struct sim_spec *spec, const struct sim_gang_way *way,
                     const struct sim_gang_rank *ranks, const struct sim_gang_self *self,
                     const char *what, const char *end)
{
    const struct sim_spec_gpu *gpu = &spec->gpus[ranks[self->rank].gpu];

    info(self, SUB_INIT,
         "%scomm 0x%x rank %u nranks %u cudaDev %d nvmlDev %u busId %llx commId 0x%llx - Init %s",
         what, 0x5000000 + self->rank * 0x1000, self->rank, way->count, self->device, gpu->gpu,
         bus_of(gpu), (unsigned long long)ranks[0].host, end);
}

static void log_rings(const struct sim_gang_way *way, const struct sim_gang_self *self)
{
    char line[8 * SIM_GANG_RANKS];

    for (unsigned channel = 0; channel < way->channels && self->rank == 0; channel++) {
        size_t used = 0;

        for (unsigned i = 0; i < way->count; i++)
            used += (size_t)snprintf(line + used, sizeof line - used, " %u", way->ring[i]);
        info(self, SUB_INIT, "Channel %02u/%02u :%s", channel, way->channels, line);
    }
}

static const char *via_name(enum sim_gang_transport via)
{
    static const char *const names[] = {
        [SIM_VIA_DIRECT] = "P2P/direct pointer",
        [SIM_VIA_P2P] = "P2P/CUMEM",
        [SIM_VIA_SHM] = "SHM/direct/direct",
        [SIM_VIA_NET] = "NET/Socket/0",
    };

    return names[via];
}

/* From this rank to the next; over the network also to it, since each end speaks for itself. */
static void log_connections(const struct sim_spec *spec, const struct sim_gang_way *way,
                            const struct sim_gang_rank *ranks, const struct sim_gang_self *self)
{
    for (unsigned channel = 0; channel < way->channels; channel++) {
        for (unsigned i = 0; i < way->count && way->count > 1; i++) {
            const unsigned from = way->ring[i], to = way->ring[(i + 1) % way->count];
            const bool is_net = way->via[i] == SIM_VIA_NET;

            if (from != self->rank && !(is_net && to == self->rank))
                continue;
            info(self, SUB_INIT | SUB_P2P, "Channel %02u/0 : %u[%u] -> %u[%u]%s via %s", channel,
                 from, spec->gpus[ranks[from].gpu].gpu, to, spec->gpus[ranks[to].gpu].gpu,
                 !is_net            ? ""
                 : to == self->rank ? " [receive]"
                                    : " [send]",
                 via_name(way->via[i]));
        }
    }
    if (way->count > 1)
        info(self, SUB_INIT, "Connected all rings, use ring PXN 0 GDR 1");
}

void sim_gang_log_way(const struct sim_spec *spec, const struct sim_gang_env *env,
                      const struct sim_gang_way *way, const struct sim_gang_rank *ranks,
                      const struct sim_gang_self *self)
{
    const int capability = spec->gpus[ranks[self->rank].gpu].capability;
    const unsigned nvls = way->has_nvls ? 16 : 0;

    log_version(spec, self);
    log_environment(self);
    log_init(spec, way, ranks, self, "", "START");
    if (capability >= 90 && !env->is_nvls_off)
        info(self, SUB_INIT, "NVLS multicast support is %savailable on dev %d (NVLS_NCHANNELS %u)",
             spec->host.has_fabric ? "" : "not ", self->device, spec->host.has_fabric ? 16u : 0u);
    log_rings(way, self);
    info(self, SUB_INIT,
         "%u coll channels, %u collnet channels, %u nvls channels, %u p2p channels, "
         "%u p2p channels per peer",
         way->channels, 0u, nvls, way->channels, way->channels);
    log_init(spec, way, ranks, self, "ncclCommInitRankConfig ", "COMPLETE");
    info(self, SUB_INIT,
         "Init timings - ncclCommInitRankConfig: rank %u nranks %u total 0.00 (kernels 0.00, alloc "
         "0.00, bootstrap 0.00, allgathers 0.00, topo 0.00, graphs 0.00, connections 0.00, rest "
         "0.00)",
         self->rank, way->count);
    log_connections(spec, way, ranks, self);
}

void sim_gang_log_choice(const struct sim_gang_way *way, const struct sim_gang_choice *choice,
                         enum sim_gang_kind kind, uint64_t bytes, const struct sim_gang_self *self)
{
    static const char *const kinds[] = { "AllReduce", "AllGather", "ReduceScatter",
                                         "Broadcast", "Reduce",    "SendRecv" };
    static const char *const algorithms[] = { "RING", "TREE", "NVLS" };
    static const char *const protocols[] = { "LL", "SIMPLE" };

    if (self->rank == 0 && kind != SIM_GANG_SEND)
        info(self, SUB_TUNING, "%s: %llu Bytes -> Algo %s proto %s channel{Lo..Hi}={0..%u}",
             kinds[kind], (unsigned long long)bytes, algorithms[choice->algorithm],
             protocols[choice->protocol], way->channels > 0 ? way->channels - 1 : 0);
}
