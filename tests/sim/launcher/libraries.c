/* SPDX-License-Identifier: Apache-2.0 */
/* One row per double; see libraries.h. */
#include "launcher/libraries.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OF_DRIVER 0 /* whatever the toolkit is */

/* libnccl goes with several majors of a toolkit, and its own has been 2 all along. The compiler of
 * PTX has no file: the model compiles, or says that it cannot. */
static const struct row {
    const char *file;
    enum sim_library library;
    unsigned toolkit; /* major version */
} rows[] = {
    { "libcuda.so.1", SIM_LIBRARY_CUDA, OF_DRIVER },
    { "libnvidia-ml.so.1", SIM_LIBRARY_NVML, OF_DRIVER },
    { "libnccl.so.2", SIM_LIBRARY_NCCL, OF_DRIVER },
    { "libcudart.so.11.0", SIM_LIBRARY_CUDART, 11 },
    { "libcudart.so.12", SIM_LIBRARY_CUDART, 12 },
    { "libcudart.so.13", SIM_LIBRARY_CUDART, 13 },
    { "libcublas.so.11", SIM_LIBRARY_CUBLAS, 11 },
    { "libcublas.so.12", SIM_LIBRARY_CUBLAS, 12 },
    { "libcublas.so.13", SIM_LIBRARY_CUBLAS, 13 },
    { "libcublasLt.so.11", SIM_LIBRARY_CUBLASLT, 11 },
    { "libcublasLt.so.12", SIM_LIBRARY_CUBLASLT, 12 },
    { "libcublasLt.so.13", SIM_LIBRARY_CUBLASLT, 13 },
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

const char *sim_libraries_of(const struct sim_machine *machine, size_t index)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];

        if (machine->libraries[row->library].is_missing
            || (row->toolkit != OF_DRIVER && row->toolkit != machine->cudart_version / 1000))
            continue;
        if (index-- == 0)
            return row->file;
    }
    return NULL;
}

/* By the loader's rules: the folders of LD_LIBRARY_PATH, then its cache (ldconfig(8),
 * --print-cache). All names at once, each with a blank before it: a shell for each would be felt.
 */
static bool is_on_this_machine(const char *files)
{
    char command[1536];

    snprintf(command, sizeof command,
             "IFS=' :'; for f in %s; do for i in $LD_LIBRARY_PATH; do"
             " test -e \"$i/$f\" && exit 0; done; done;"
             "PATH=$PATH:/sbin:/usr/sbin; all=\" $(ldconfig -p | tr -s '\\n\\t' '  ') \";"
             "for f in %s; do case \"$all\" in *\" $f \"*) exit 0;; esac; done; exit 1",
             files, files);
    return system(command) == 0;
}

bool sim_libraries_need_absent(const char *folder)
{
    char files[512] = "", path[PATH_MAX + 64];
    size_t used = 0;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, rows[i].file);
        if (access(path, F_OK) != 0)
            used += (size_t)snprintf(files + used, sizeof files - used, " %s", rows[i].file);
    }
    return used > 0 && is_on_this_machine(files);
}
