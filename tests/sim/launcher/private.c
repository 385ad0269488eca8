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
#include <unistd.h>

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

static const struct {
    unsigned major;
    const char *file;
} runtimes[] = { { 11, "libcudart.so.11.0" },
                 { 12, "libcudart.so.12" },
                 { 13, "libcudart.so.13" } };

#define RUNTIME_COUNT (sizeof runtimes / sizeof runtimes[0])

const char *sim_private_cudart(unsigned version)
{
    for (size_t i = 0; i < RUNTIME_COUNT; i++) {
        if (runtimes[i].major == version / 1000)
            return runtimes[i].file;
    }
    return NULL;
}

static bool make_link(const struct maker *maker, const char *file)
{
    char target[INNER_BYTES], path[INNER_BYTES];

    snprintf(target, sizeof target, "%s/lib/%s", maker->simulator, file);
    snprintf(path, sizeof path, "%s/lib/%s", maker->path, file);
    /* A simulator that was installed in part must not pass for a machine without the library. */
    if (access(target, R_OK) != 0)
        return fail(maker, "find the double", target);
    return symlink(target, path) == 0 || fail(maker, "make", path);
}

/* A file of no bytes stands where the machine has no library: the loader stops at it. Without it,
 * the library of that name that this system may have would be found behind, and meet a double. */
static bool make_absent(const struct maker *maker, const char *file)
{
    char path[INNER_BYTES];
    int fd;

    snprintf(path, sizeof path, "%s/lib/%s", maker->path, file);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return fail(maker, "make", path);
    close(fd);
    return true;
}

static bool make_library(const struct maker *maker, enum sim_library library, const char *file)
{
    return maker->machine->libraries[library].is_missing ? make_absent(maker, file)
                                                         : make_link(maker, file);
}

static bool make_runtimes(const struct maker *maker)
{
    const char *own = sim_private_cudart(maker->machine->cudart_version);

    for (size_t i = 0; i < RUNTIME_COUNT; i++) {
        const char *file = runtimes[i].file;
        const bool is_own = own != NULL && strcmp(own, file) == 0;

        if (is_own ? !make_library(maker, SIM_LIBRARY_CUDART, file) : !make_absent(maker, file))
            return false;
    }
    return true;
}

/* Links to the doubles; beside them to what they share, which they look for where they lie. The PTX
 * compiler has no file of its own: the model compiles, or says that it cannot. */
static bool make_libraries(const struct maker *maker)
{
    char path[INNER_BYTES];

    snprintf(path, sizeof path, "%s/lib", maker->path);
    if (mkdir(path, 0755) != 0)
        return fail(maker, "make", path);
    return make_library(maker, SIM_LIBRARY_CUDA, "libcuda.so.1")
           && make_library(maker, SIM_LIBRARY_NVML, "libnvidia-ml.so.1") && make_runtimes(maker)
           && make_link(maker, "libgpusim.so");
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

static bool prepend_library_path(const char *path)
{
    const char *old = getenv("LD_LIBRARY_PATH");
    const bool has_old = old != NULL && old[0] != '\0';
    const size_t size = strlen(path) + sizeof "/lib:" + (has_old ? strlen(old) : 0);
    char *both = malloc(size);
    bool ok;

    if (both == NULL)
        return false;
    snprintf(both, size, "%s/lib%s%s", path, has_old ? ":" : "", has_old ? old : "");
    ok = setenv("LD_LIBRARY_PATH", both, 1) == 0;
    free(both);
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
    return setenv("GPU_SELFTEST_SIZE", "16M", 0) == 0 && prepend_library_path(folder->path);
}

bool sim_private_unfired(const struct sim_private *folder, unsigned fault_count,
                         unsigned unfired[SIM_SCRIPT_FAULTS], unsigned *count)
{
    char path[INNER_BYTES];
    struct sim_state *state;

    snprintf(path, sizeof path, "%s/state", folder->path);
    state = sim_state_open(path);
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
