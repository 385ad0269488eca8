/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the launcher and becoming it; see simulate.h. */
#include "run/simulate.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAUNCHER "bin/gpu-selftest-simulate"

/* Relative to the program's folder: in the build tree, and (from CMake) once installed. */
static const char *const places[] = { "../sim", GST_SIM_FROM_BIN };

bool gst_simulate_find(const char *program, const char *sim_dir, char *path, size_t path_size,
                       char *error, size_t error_size)
{
    const char *slash = strrchr(program, '/');
    const int folder = slash == NULL ? 0 : (int)(slash - program);

    if (sim_dir != NULL && sim_dir[0] != '\0') {
        snprintf(path, path_size, "%s/" LAUNCHER, sim_dir);
        if (access(path, X_OK) == 0)
            return true;
        snprintf(error, error_size, "no simulator in GPU_SELFTEST_SIM_DIR: '%s' cannot be run: %s",
                 path, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        snprintf(path, path_size, "%.*s/%s/" LAUNCHER, folder, program, places[i]);
        if (access(path, X_OK) == 0)
            return true;
    }
    snprintf(error, error_size,
             "the simulator is not installed: no " LAUNCHER " in '%.*s/%s' or '%.*s/%s'", folder,
             program, places[0], folder, program, places[1]);
    return false;
}

/* How many words of argv from `word` on belong to an option that the launcher takes. */
static int words_to_drop(const char *word)
{
    static const char *const dropped[] = { "--simulate", "--fault" };

    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
        size_t length = strlen(dropped[i]);

        if (strncmp(word, dropped[i], length) != 0)
            continue;
        if (word[length] == '\0')
            return 2;
        if (word[length] == '=')
            return 1;
    }
    return 0;
}

char **gst_simulate_arguments(const struct gst_settings *settings, const char *launcher,
                              const char *program, int argc, char *const argv[])
{
    /* Launcher, --profile NAME, --fault TEXT each, --, program, the rest, NULL. */
    char **arguments = calloc((size_t)argc + 2 * settings->faults.count + 6, sizeof(*arguments));
    size_t count = 0;

    if (arguments == NULL)
        return NULL;
    arguments[count++] = (char *)(uintptr_t)launcher;
    arguments[count++] = (char *)(uintptr_t) "--profile";
    arguments[count++] = (char *)(uintptr_t)settings->profile;
    for (size_t i = 0; i < settings->faults.count; i++) {
        arguments[count++] = (char *)(uintptr_t) "--fault";
        arguments[count++] = (char *)(uintptr_t)settings->faults.items[i];
    }
    arguments[count++] = (char *)(uintptr_t) "--";
    arguments[count++] = (char *)(uintptr_t)program;
    for (int i = 1; i < argc; i++) {
        int dropped = words_to_drop(argv[i]);

        if (strcmp(argv[i], "--") == 0) {
            while (i < argc)
                arguments[count++] = argv[i++];
            break;
        }
        if (dropped == 0)
            arguments[count++] = argv[i];
        else
            i += dropped - 1;
    }
    return arguments;
}

void gst_simulate(const struct gst_settings *settings, int argc, char *const argv[], char *error,
                  size_t size)
{
    char program[PATH_MAX], launcher[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    char **arguments;

    if (length < 0) {
        snprintf(error, size, "cannot tell where this program is: /proc/self/exe: %s",
                 strerror(errno));
        return;
    }
    program[length] = '\0';
    if (!gst_simulate_find(program, getenv("GPU_SELFTEST_SIM_DIR"), launcher, sizeof(launcher),
                           error, size))
        return;
    arguments = gst_simulate_arguments(settings, launcher, program, argc, argv);
    if (arguments != NULL)
        execv(launcher, arguments);
    snprintf(error, size, "cannot run '%s': %s", launcher, strerror(errno));
    free(arguments);
}
