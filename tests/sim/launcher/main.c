/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gpu-selftest-simulate --profile NAME [--fault TEXT]... -- PROGRAM ARGS...: runs a program on a
 * simulated machine. Makes a private folder with the machine's files and libraries, points the
 * environment at it, and fails if a fault that was asked for never came to bear.
 */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "model/state.h"
#include "root.h"
#include "script/script.h"

#define EXIT_USAGE     2
#define EXIT_SIMULATOR 3

struct launch {
    const char *profile;
    char faults[SIM_SCRIPT_TEXT_BYTES];
    char **program;
    char folder[PATH_MAX];   /* of the simulator */
    char private_[PATH_MAX]; /* of this run */
    struct sim_script script;
};

static struct launch launch;

static int usage(const char *text, const char *word)
{
    fprintf(stderr,
            "gpu-selftest-simulate: %s%s (usage: gpu-selftest-simulate --list | --profile "
            "NAME [--fault TEXT]... -- PROGRAM ARGS...)\n",
            text, word);
    return EXIT_USAGE;
}

static int list_profiles(void)
{
    char names[1024];

    if (!sim_script_profiles(launch.folder, "\n", names, sizeof names)) {
        fprintf(stderr, "gpu-selftest-simulate: cannot read the profiles in '%s/profiles'\n",
                launch.folder);
        return EXIT_SIMULATOR;
    }
    puts(names);
    return 0;
}

static bool add_fault(const char *text)
{
    size_t used = strlen(launch.faults);

    if (used + strlen(text) + 2 > sizeof launch.faults)
        return false;
    snprintf(launch.faults + used, sizeof launch.faults - used, "%s%s", used > 0 ? "\n" : "", text);
    return true;
}

/* 0, or what to exit with. */
static int read_arguments(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;

        if (strcmp(argv[i], "--") == 0) {
            launch.program = has_value ? argv + i + 1 : NULL;
            break;
        }
        if (strcmp(argv[i], "--profile") != 0 && strcmp(argv[i], "--fault") != 0)
            return usage("unknown word ", argv[i]);
        if (!has_value)
            return usage("a value is missing after ", argv[i]);
        if (strcmp(argv[i], "--profile") == 0)
            launch.profile = argv[++i];
        else if (!add_fault(argv[++i]))
            return usage("too many faults", "");
    }
    if (launch.profile == NULL)
        return usage("--profile is missing", "");
    return launch.program == NULL ? usage("no program after --", "") : 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static bool fail(const char *what, const char *path)
{
    fprintf(stderr, "gpu-selftest-simulate: cannot %s '%s': %s\n", what, path, strerror(errno));
    return false;
}

/* A link for each library that the machine has. */
static bool make_libraries(void)
{
    const struct sim_machine *machine = &launch.script.machine;
    const unsigned major = machine->cudart_version / 1000;
    char cudart[32], path[PATH_MAX + 64], target[PATH_MAX + 64];
    /* The doubles look for the model beside themselves, that is, beside their links. */
    const char *const names[] = { "libcuda.so.1", "libnvidia-ml.so.1", cudart, "libgpusim.so" };

    snprintf(cudart, sizeof cudart, major == 11 ? "libcudart.so.%u.0" : "libcudart.so.%u", major);
    snprintf(path, sizeof path, "%s/lib", launch.private_);
    if (mkdir(path, 0755) != 0)
        return fail("make", path);
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (i < SIM_LIBRARY_PTX_COMPILER
            && (machine->libraries[i].is_missing || (i == SIM_LIBRARY_CUDART && major == 0)))
            continue;
        snprintf(path, sizeof path, "%s/lib/%s", launch.private_, names[i]);
        snprintf(target, sizeof target, "%s/lib/%s", launch.folder, names[i]);
        if (symlink(target, path) != 0)
            return fail("make", path);
    }
    return true;
}

static bool make_private(void)
{
    const char *temporary = getenv("TMPDIR");
    char path[PATH_MAX + 64], err[1024];

    snprintf(launch.private_, sizeof launch.private_, "%s/gpu-selftest-sim-XXXXXX",
             temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp");
    if (mkdtemp(launch.private_) == NULL) {
        fail("make", launch.private_);
        launch.private_[0] = '\0';
        return false;
    }
    snprintf(path, sizeof path, "%s/root", launch.private_);
    if (mkdir(path, 0755) != 0)
        return fail("make", path);
    if (!sim_root_make(path, &launch.script.machine, err, sizeof err)) {
        fprintf(stderr, "gpu-selftest-simulate: %s\n", err);
        return false;
    }
    snprintf(path, sizeof path, "%s/state", launch.private_);
    return make_libraries() && (sim_state_create(path) || fail("make", path));
}

static void set_environment(void)
{
    const char *old = getenv("LD_LIBRARY_PATH");
    bool has_old = old != NULL && old[0] != '\0';
    size_t size = PATH_MAX + 64 + (has_old ? strlen(old) : 0);
    char path[PATH_MAX + 64], *libraries = malloc(size);

    if (libraries != NULL) {
        snprintf(libraries, size, "%s/lib%s%s", launch.private_, has_old ? ":" : "",
                 has_old ? old : "");
        setenv("LD_LIBRARY_PATH", libraries, 1);
        free(libraries);
    }
    snprintf(path, sizeof path, "%s/root", launch.private_);
    setenv("GPU_SELFTEST_ROOT", path, 1);
    snprintf(path, sizeof path, "%s/state", launch.private_);
    setenv("GPU_SELFTEST_SIM_STATE", path, 1);
    setenv("GPU_SELFTEST_SIM_PROFILE", launch.profile, 1);
    setenv("GPU_SELFTEST_SIM_FAULTS", launch.faults, 1);
    setenv("GPU_SELFTEST_SIM_DIR", launch.folder, 1);
}

/* A library that is not there cannot say that it was missed: its absence is the fault. */
static bool is_fired(const struct sim_state *state, unsigned fault)
{
    const struct sim_machine *machine = &launch.script.machine;

    for (unsigned i = 0; i < SIM_LIBRARIES; i++) {
        if (machine->libraries[i].fault == (int)fault && machine->libraries[i].is_missing
            && i != SIM_LIBRARY_PTX_COMPILER)
            return true;
    }
    return atomic_load(&state->fired[fault]) != 0;
}

static int check_fired(int code)
{
    char path[PATH_MAX + 64];
    struct sim_state *state;

    if (code > 1)
        return code;
    snprintf(path, sizeof path, "%s/state", launch.private_);
    state = sim_state_open(path);
    if (state == NULL) {
        fail("read", path);
        return EXIT_SIMULATOR;
    }
    for (unsigned i = 0; i < launch.script.fault_count; i++) {
        if (is_fired(state, i))
            continue;
        fprintf(stderr, "fault never fired: %s\n", launch.script.fault_texts[i]);
        code = EXIT_SIMULATOR;
        break;
    }
    sim_state_close(state);
    return code;
}

int main(int argc, char **argv)
{
    char err[1024], folder[PATH_MAX];
    int code;

    if (!sim_script_folder(folder, sizeof folder) || realpath(folder, launch.folder) == NULL) {
        fprintf(stderr, "gpu-selftest-simulate: cannot tell where the simulator lies\n");
        return EXIT_SIMULATOR;
    }
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list_profiles();
    code = read_arguments(argc, argv);
    if (code != 0)
        return code;
    if (!sim_script_load(&launch.script, launch.folder, launch.profile, launch.faults, err,
                         sizeof err)) {
        fprintf(stderr, "gpu-selftest-simulate: %s\n", err);
        return EXIT_USAGE;
    }
    code = EXIT_SIMULATOR;
    if (make_private()) {
        set_environment();
        code = check_fired(sim_child_run(launch.program));
    }
    if (launch.private_[0] != '\0')
        nftw(launch.private_, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return code;
}
