/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the machine of this process, once; and waiting in it. A program that asks for a machine
 * that cannot be made ends at once with one line: going on would test something else.
 */
#include "model/world.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "model/fault.h"
#include "model/strict.h"

/* How long to look away: where other processes work on it, and where only a thread could. */
#define OTHERS_NS          50000
#define NOTHING_NS         1000000
#define OTHERS_PATIENCE_NS 10000000000ull
#define LINGER_NAPS        20

struct sim_world sim_world = { .lock = PTHREAD_MUTEX_INITIALIZER };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool has_spec;

__attribute__((noreturn, format(printf, 1, 2))) static void give_up(const char *format, ...)
{
    va_list arguments;

    fputs("gpu-selftest simulator: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    fflush(stderr);
    _exit(2);
}

void sim_world_use(const struct sim_spec *spec)
{
    sim_world.spec = *spec;
    has_spec = true;
}

/* "forward", "reverse", "shuffled" or "shuffled:SEED" is not ours to vary: one seed per context. */
static void read_order(void)
{
    const char *word = getenv("GPU_SELFTEST_SIM_ORDER");

    if (word == NULL || strcmp(word, "forward") == 0)
        sim_world.order = SIM_ORDER_FORWARD;
    else if (strcmp(word, "reverse") == 0)
        sim_world.order = SIM_ORDER_REVERSE;
    else if (strcmp(word, "shuffled") == 0)
        sim_world.order = SIM_ORDER_SHUFFLED;
    else
        give_up("unknown GPU_SELFTEST_SIM_ORDER '%s' (known: forward reverse shuffled)", word);
}

static void read_strict(void)
{
    const char *word = getenv("GPU_SELFTEST_SIM_STRICT");

    if (!sim_strict_set(word))
        give_up("unknown GPU_SELFTEST_SIM_STRICT '%s' (known: log abort)", word);
}

static void open_state(void)
{
    const char *path = getenv("GPU_SELFTEST_SIM_STATE");

    sim_world.state = sim_state_open(path != NULL && path[0] != '\0' ? path : NULL);
    if (sim_world.state == NULL)
        give_up("cannot use the state file '%s'", path);
    sim_world.process = sim_state_process(sim_world.state);
    sim_world.host_now = atomic_load(&sim_world.state->clock_ps);
}

/* A program that was built elsewhere, as in an image, tells itself what kernels it carries: the
 * same sources by another compiler are other bytes. */
static void read_manifest_of_program(void)
{
    static const char beside[] = "/../share/gpu-selftest/kernels.manifest";
    char path[4096 + sizeof beside], err[256];
    const ssize_t length = readlink("/proc/self/exe", path, 4095);

    if (length < 0)
        return;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    memcpy(slash != NULL ? slash : path, beside, sizeof beside);
    if (access(path, R_OK) == 0 && !sim_manifest_add(&sim_world.manifest, path, err, sizeof err))
        give_up("%s", err);
}

/* Data lies where it was installed, relative to this library, unless the environment says so. */
static void read_manifest(void)
{
    const char *directory = getenv("GPU_SELFTEST_SIM_DIR");
    char path[4096], library[4096] = "", err[256];
    Dl_info info;

    if (directory == NULL && dladdr(&once, &info) != 0) {
        snprintf(library, sizeof library, "%s", info.dli_fname);
        char *slash = strrchr(library, '/');
        snprintf(slash != NULL ? slash : library, 4, "/..");
        directory = library;
    }
    snprintf(path, sizeof path, "%s/kernels.manifest", directory != NULL ? directory : ".");
    if (!sim_manifest_load(&sim_world.manifest, path, err, sizeof err))
        give_up("%s", err);
    read_manifest_of_program();
}

static void load(void)
{
    char err[512];

    read_strict();
    read_order();
    if (!has_spec && !sim_spec_load(&sim_world.spec, err, sizeof err))
        give_up("%s", err);
    open_state();
    read_manifest();
    sim_memory_init(&sim_world.memory);
    sim_engine_init(&sim_world.engine, sim_resource_count());
}

void sim_world_load(void)
{
    pthread_once(&once, load);
}

void sim_world_open(struct sim_block *block)
{
    sim_block_open(block);
    sim_world.has_open_blocks = true;
}

void sim_world_written(struct sim_block *block, uintptr_t address, uint64_t size_bytes)
{
    sim_block_note_write(block, address, size_bytes, ++sim_world.writes);
    if (sim_block_written(block, address, size_bytes))
        sim_fault_fired(block->flip.fault);
}

/* After this many seconds of real blocking the program is ended; 0 if it never is. */
static unsigned hang_limit_s(void)
{
    const char *text = getenv("GPU_SELFTEST_SIM_HANG");
    unsigned seconds = 0;

    if (text != NULL && sscanf(text, "abort:%us", &seconds) != 1)
        give_up("unknown GPU_SELFTEST_SIM_HANG '%s' (known: abort:SECONDSs)", text);
    return seconds;
}

/* A while without the lock: another thread, or another process, may bring what this one needs. */
static void nap(long nanoseconds)
{
    const struct timespec tick = { .tv_nsec = nanoseconds };

    pthread_mutex_unlock(&sim_world.lock);
    nanosleep(&tick, NULL);
    pthread_mutex_lock(&sim_world.lock);
}

void sim_world_linger(void)
{
    for (unsigned i = 0; i < LINGER_NAPS && sim_engine_waits_for_others(&sim_world.engine); i++) {
        nap(OTHERS_NS);
        sim_engine_run(&sim_world.engine, sim_world.host_now);
    }
}

void sim_world_wait_tick(struct sim_patience *patience, bool for_others, const char *what)
{
    const uint64_t limit_ns = for_others ? OTHERS_PATIENCE_NS : 0;

    if (!patience->is_told && patience->waited_ns >= limit_ns) {
        fprintf(stderr, "gpu-selftest simulator: %s\n", what);
        patience->is_told = true;
    }
    if (hang_limit_s() != 0 && patience->waited_ns > 1000000000ull * hang_limit_s())
        abort();
    nap(for_others ? OTHERS_NS : NOTHING_NS);
    patience->waited_ns += for_others ? OTHERS_NS : NOTHING_NS;
}

void sim_world_wait(struct sim_op_ref op)
{
    struct sim_patience patience = { 0 };

    while (!sim_engine_run_until_done(&sim_world.engine, op)) {
        bool for_others = sim_engine_waits_for_others(&sim_world.engine);

        sim_world_wait_tick(&patience, for_others,
                            for_others ? "a call waits for ranks that do not come"
                                       : "a call waits for work that never ends");
    }
    if (sim_world.host_now < sim_world.engine.now)
        sim_world.host_now = sim_world.engine.now;
}
