/* SPDX-License-Identifier: Apache-2.0 */
/* Making and removing the private folder; see private.h. */
#include "launcher/private.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "launcher/libraries.h"
#include "launcher/root.h"
#include "model/state.h"

#define INNER_BYTES (PATH_MAX + 64)

struct maker {
    const char *path, *simulator;
    const struct sim_machine *machine;
    char *err;
    size_t err_size;
};

static bool fail(const struct maker *maker, const char *what, const char *path)
{
    snprintf(maker->err, maker->err_size, "cannot %s '%s': %s", what, path, strerror(errno));
    return false;
}

/* The root is a capture: what the loader finds stands in its list of libraries. */
static bool list_library(const struct maker *maker, const char *path, const char *target)
{
    char list[INNER_BYTES], real[PATH_MAX];
    struct stat info;
    FILE *out;
    bool ok;

    snprintf(list, sizeof list, "%s/root/lib.txt", maker->path);
    if (realpath(target, real) == NULL || stat(real, &info) != 0)
        return fail(maker, "find the double", target);
    out = fopen(list, "ae");
    if (out == NULL)
        return fail(maker, "write", list);
    fprintf(out,
            "lrwxrwxrwx 1 0 0 %zu %s -> %s\n-rwxr-xr-x 1 0 0 %lld %s dev=%u:%u ino=%llu "
            "magic=elf\n",
            strlen(real), path, real, (long long)info.st_size, real, major(info.st_dev),
            minor(info.st_dev), (unsigned long long)info.st_ino);
    ok = fclose(out) == 0;
    return ok || fail(maker, "write", list);
}

static bool make_link(const struct maker *maker, const char *file)
{
    char target[INNER_BYTES], path[INNER_BYTES];

    snprintf(target, sizeof target, "%s/lib/%s", maker->simulator, file);
    snprintf(path, sizeof path, "%s/lib/%s", maker->path, file);
    /* A simulator that was installed in part must not pass for a machine without the library. */
    if (access(target, R_OK) != 0)
        return fail(maker, "find the double", target);
    if (symlink(target, path) != 0)
        return fail(maker, "make", path);
    return list_library(maker, path, target);
}

/* Links to the doubles; beside them to what they share, which they look for where they lie. */
static bool make_libraries(const struct maker *maker)
{
    char path[INNER_BYTES];
    const char *file = "libgpusim.so";

    snprintf(path, sizeof path, "%s/lib", maker->path);
    if (mkdir(path, 0755) != 0)
        return fail(maker, "make", path);
    for (size_t i = 0; file != NULL; file = sim_libraries_of(maker->machine, i++)) {
        if (!make_link(maker, file))
            return false;
    }
    return true;
}

static bool make_root(const struct maker *maker)
{
    char path[INNER_BYTES];
    bool ok;
    int fd;

    snprintf(path, sizeof path, "%s/root", maker->path);
    if (mkdir(path, 0755) != 0)
        return fail(maker, "make", path);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(maker, "open", path);
    ok = sim_root_write(fd, maker->machine, maker->err, maker->err_size);
    close(fd);
    return ok;
}

static void mark(struct sim_state *state, int fault)
{
    if (fault != SIM_FAULT_NONE)
        atomic_store(&state->fired[fault], 1);
}

/* A library that is not there cannot say that it was missed, and which runtime library there is
 * and what the kernel module says shows in files of ours. All else is for the model to mark. */
static bool make_state(const struct maker *maker)
{
    const struct sim_machine *machine = maker->machine;
    struct sim_state *state;
    char path[INNER_BYTES];

    snprintf(path, sizeof path, "%s/state", maker->path);
    if (!sim_state_create(path) || (state = sim_state_open(path)) == NULL)
        return fail(maker, "make", path);
    for (unsigned i = 0; i < SIM_LIBRARIES; i++) {
        if (machine->libraries[i].is_missing && i != SIM_LIBRARY_PTX_COMPILER)
            mark(state, machine->libraries[i].fault);
    }
    mark(state, machine->driver_fault);
    mark(state, machine->cudart_fault);
    sim_state_close(state);
    return true;
}

bool sim_private_make(struct sim_private *folder, const char *simulator,
                      const struct sim_script *script, char *err, size_t err_size)
{
    const char *wanted = getenv("TMPDIR");
    const struct maker maker = { folder->path, simulator, &script->machine, err, err_size };
    char place[PATH_MAX];

    folder->path[0] = '\0';
    if (wanted == NULL || wanted[0] == '\0')
        wanted = "/tmp";
    /* Absolute: the program may change its folder. */
    if (realpath(wanted, place) == NULL)
        return fail(&maker, "use the folder for temporary files", wanted);
    snprintf(folder->path, sizeof folder->path, "%s/gpu-selftest-sim.XXXXXX", place);
    if (mkdtemp(folder->path) == NULL) {
        folder->path[0] = '\0';
        return fail(&maker, "make a folder in", place);
    }
    return make_root(&maker) && make_libraries(&maker) && make_state(&maker);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    remove(path);
    return 0; /* go on: remove as much as can be */
}

void sim_private_remove(struct sim_private *folder)
{
    if (folder->path[0] != '\0')
        nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    folder->path[0] = '\0';
}

/* A library that the simulated machine lacks, and this one has, would be found behind the doubles
 * and meet one. In the folder `absent` files of no bytes bear these names, and the loader stops
 * there. */
static bool needs_absent(const struct sim_private *folder)
{
    char path[INNER_BYTES];

    snprintf(path, sizeof path, "%s/lib", folder->path);
    return sim_libraries_need_absent(path);
}

static bool set_library_path(const struct sim_private *folder, const char *simulator)
{
    const char *old = getenv("LD_LIBRARY_PATH");
    const bool has_old = old != NULL && old[0] != '\0';
    const char *absent = needs_absent(folder) ? ":" : "";
    const size_t size = strlen(folder->path) + strlen(simulator) + (has_old ? strlen(old) : 0)
                        + sizeof "/lib::/absent:";
    char *all = malloc(size);
    bool ok;

    if (all == NULL)
        return false;
    snprintf(all, size, "%s/lib%s%s%s%s%s", folder->path, absent, *absent ? simulator : "",
             *absent ? "/absent" : "", has_old ? ":" : "", has_old ? old : "");
    ok = setenv("LD_LIBRARY_PATH", all, 1) == 0;
    free(all);
    return ok;
}

bool sim_private_environment(const struct sim_private *folder, const char *simulator,
                             const char *profile, const char *faults)
{
    char root[INNER_BYTES], state[INNER_BYTES];
    const struct {
        const char *name, *value;
    } variables[] = {
        { "GPU_SELFTEST_ROOT", root },         { "GPU_SELFTEST_SIM_STATE", state },
        { "GPU_SELFTEST_SIM_DIR", simulator }, { "GPU_SELFTEST_SIM_PROFILE", profile },
        { "GPU_SELFTEST_SIM_FAULTS", faults },
    };

    snprintf(root, sizeof root, "%s/root", folder->path);
    snprintf(state, sizeof state, "%s/state", folder->path);
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        if (setenv(variables[i].name, variables[i].value, 1) != 0)
            return false;
    }
    /* A twin on this machine's processor is a thousand times slower than a GPU. */
    return setenv("GPU_SELFTEST_SIZE", "16M", 0) == 0 && set_library_path(folder, simulator);
}

static struct sim_state *open_state(const struct sim_private *folder)
{
    char path[INNER_BYTES];

    snprintf(path, sizeof path, "%s/state", folder->path);
    return sim_state_open(path);
}

bool sim_private_unfired(const struct sim_private *folder, unsigned fault_count,
                         unsigned unfired[SIM_SCRIPT_FAULTS], unsigned *count)
{
    struct sim_state *state = open_state(folder);

    if (state == NULL)
        return false;
    *count = 0;
    for (unsigned i = 0; i < fault_count && i < SIM_SCRIPT_FAULTS; i++) {
        if (atomic_load(&state->fired[i]) == 0)
            unfired[(*count)++] = i;
    }
    sim_state_close(state);
    return true;
}

bool sim_private_clock(const struct sim_private *folder, uint64_t *clock_ps)
{
    struct sim_state *state = open_state(folder);

    if (state == NULL)
        return false;
    *clock_ps = atomic_load(&state->clock_ps);
    sim_state_close(state);
    return true;
}
