/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gpu-selftest-simulate --profile NAME [--fault TEXT]... -- PROGRAM ARGS...: runs a program on a
 * simulated machine. Makes a private folder with the machine's files and libraries, points the
 * environment at it, and fails if a fault that was asked for never came to bear.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "launcher/arguments.h"
#include "launcher/private.h"
#include "launcher/run.h"
#include "script/script.h"

#define EXIT_USAGE          2
#define EXIT_COULD_NOT_TELL 3

static const char HELP[] =
    "usage: gpu-selftest-simulate --profile NAME [--fault TEXT]... -- PROGRAM [ARGUMENT]...\n"
    "       gpu-selftest-simulate --list\n\n"
    "Run a program on a simulated machine with NVIDIA GPUs. It proves nothing about hardware.\n\n"
    "  --profile NAME  the machine, one of those that --list prints\n"
    "  --fault TEXT    what is wrong with it, such as 'mem 0 flip=0x1000:3'; may be repeated\n"
    "  --list          print the names of the profiles\n"
    "  --help          print this\n\n"
    "Exits as the program does, with 128 + signal if it was killed, 2 if it was called wrongly,\n"
    "and 3 if the program ended with 0 or 1 and a fault never fired.\n";

struct launch {
    struct sim_arguments arguments;
    struct sim_script script;
    struct sim_private folder;
    struct sim_run_streams streams;
    char simulator[PATH_MAX];
};

static int complain(int code, const char *text)
{
    fprintf(stderr, "gpu-selftest-simulate: %s\n", text);
    return code;
}

static int list_profiles(const struct launch *launch)
{
    char names[4096];

    if (!sim_script_profiles(launch->simulator, "\n", names, sizeof names))
        return complain(EXIT_COULD_NOT_TELL, "cannot read the simulator's profiles");
    puts(names);
    return 0;
}

static int complain_no_profile(const struct launch *launch)
{
    char names[4096], text[4200];

    if (!sim_script_profiles(launch->simulator, " ", names, sizeof names))
        return complain(EXIT_COULD_NOT_TELL, "cannot read the simulator's profiles");
    snprintf(text, sizeof text, "--profile is missing (known: %s)", names);
    return complain(EXIT_USAGE, text);
}

/* The program's code, unless it says that all is as it should be while a fault was never there. */
static int judge(struct launch *launch, int code)
{
    unsigned unfired[SIM_SCRIPT_FAULTS], count = 0;
    bool can_tell =
        sim_private_unfired(&launch->folder, launch->script.fault_count, unfired, &count);

    if (code != 0 && code != 1)
        return code;
    if (!can_tell)
        return complain(EXIT_COULD_NOT_TELL, "the program left no state: cannot tell what fired");
    for (unsigned i = 0; i < count; i++)
        fprintf(stderr, "fault never fired: %s\n", launch->script.fault_texts[unfired[i]]);
    return count > 0 ? EXIT_COULD_NOT_TELL : code;
}

/* For whoever measures the suite: the virtual seconds of the run, in the file that is asked for. */
static int tell_time(const struct launch *launch, int code)
{
    const char *path = getenv("GPU_SELFTEST_SIM_CLOCK");
    uint64_t clock_ps = 0;
    FILE *file;
    bool ok;

    if (path == NULL || path[0] == '\0')
        return code;
    file = sim_private_clock(&launch->folder, &clock_ps) ? fopen(path, "we") : NULL;
    if (file == NULL)
        return complain(EXIT_COULD_NOT_TELL, "cannot write the file of GPU_SELFTEST_SIM_CLOCK");
    ok = fprintf(file, "%.9f\n", (double)clock_ps / 1e12) > 0;
    if (fclose(file) != 0 || !ok)
        return complain(EXIT_COULD_NOT_TELL, "cannot write the file of GPU_SELFTEST_SIM_CLOCK");
    return code;
}

static int simulate(struct launch *launch)
{
    const struct sim_arguments *arguments = &launch->arguments;
    sigset_t mask;
    char err[1024 + PATH_MAX];
    int code;

    sim_run_hold_signals(&mask);
    if (!sim_private_make(&launch->folder, launch->simulator, &launch->script, err, sizeof err))
        code = complain(EXIT_COULD_NOT_TELL, err);
    else if (!sim_private_environment(&launch->folder, launch->simulator, arguments->profile,
                                      arguments->faults))
        code = complain(EXIT_COULD_NOT_TELL, "no memory for the environment");
    else
        code =
            tell_time(launch, judge(launch, sim_run(arguments->program, &mask, &launch->streams)));
    sim_private_remove(&launch->folder);
    return code;
}

static int run(struct launch *launch, int argc, char **argv)
{
    const struct sim_arguments *arguments = &launch->arguments;
    char err[4096], folder[PATH_MAX];

    if (!sim_arguments_read(&launch->arguments, argc, argv, err, sizeof err))
        return complain(EXIT_USAGE, err);
    if (arguments->asks_help) {
        fputs(HELP, stdout);
        return 0;
    }
    if (!sim_script_folder(folder, sizeof folder) || realpath(folder, launch->simulator) == NULL)
        return complain(EXIT_COULD_NOT_TELL,
                        "cannot tell where the simulator lies: set GPU_SELFTEST_SIM_DIR");
    if (arguments->asks_list)
        return list_profiles(launch);
    if (arguments->profile == NULL)
        return complain_no_profile(launch);
    if (!sim_script_load(&launch->script, launch->simulator, arguments->profile, arguments->faults,
                         err, sizeof err))
        return complain(EXIT_USAGE, err);
    return simulate(launch);
}

int main(int argc, char **argv)
{
    struct launch *launch = calloc(1, sizeof *launch);
    int code;

    if (launch == NULL)
        return complain(EXIT_COULD_NOT_TELL, "no memory");
    sim_run_fill_streams(&launch->streams);
    code = run(launch, argc, argv);
    free(launch);
    return code;
}
