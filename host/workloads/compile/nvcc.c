/* SPDX-License-Identifier: Apache-2.0 */
/* Finding nvcc, asking it, building with it; see nvcc.h. */
#include "workloads/compile/nvcc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/utf8.h"

#define ASK_MOST_S 60.0

static bool is_in(char *path, size_t size, const char *folder, size_t length, const char *rest)
{
    struct stat file;
    const int used = snprintf(path, size, "%.*s%s/nvcc", (int)length, folder, rest);

    return length > 0 && used > 0 && (size_t)used < size && stat(path, &file) == 0
           && S_ISREG(file.st_mode) && access(path, X_OK) == 0;
}

bool gst_nvcc_find(struct gst_nvcc *nvcc)
{
    const char *const homes[] = { getenv("CUDA_HOME"), "/usr/local/cuda" };
    const char *all = getenv("PATH");

    for (const char *at = all != NULL ? all : ""; *at != '\0';) {
        const size_t length = strcspn(at, ":");

        if (is_in(nvcc->path, sizeof(nvcc->path), at, length, ""))
            return true;
        at += length + (at[length] == ':');
    }
    for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++) {
        if (homes[i] != NULL
            && is_in(nvcc->path, sizeof(nvcc->path), homes[i], strlen(homes[i]), "/bin"))
            return true;
    }
    nvcc->path[0] = '\0';
    return false;
}

bool gst_nvcc_version_read(const char *text, char *version, size_t size)
{
    const char *at = strstr(text, "release ");
    size_t length;

    if (at == NULL)
        return false;
    at += strlen("release ");
    length = strspn(at, "0123456789.");
    if (length == 0 || length >= size)
        return false;
    snprintf(version, size, "%.*s", (int)length, at);
    return true;
}

bool gst_nvcc_ask(struct gst_nvcc *nvcc, const char *folder, struct gst_tool_end *end)
{
    const char *const version[] = { nvcc->path, "--version", NULL };
    const char *const codes[] = { nvcc->path, "--list-gpu-code", NULL };

    gst_tool_run(end, version, folder, ASK_MOST_S);
    if (!gst_tool_succeeded(end)
        || !gst_nvcc_version_read(end->output, nvcc->version, sizeof(nvcc->version)))
        return false;
    gst_tool_run(end, codes, folder, ASK_MOST_S);
    gst_architectures_read(&nvcc->known, end->output);
    return gst_tool_succeeded(end) && nvcc->known.count > 0;
}

static void add_option(struct gst_nvcc_options *options, const char *text)
{
    for (size_t i = 0; i < options->count; i++) {
        if (strcmp(options->texts[i], text) == 0)
            return;
    }
    if (options->count < GST_NVCC_OPTIONS)
        snprintf(options->texts[options->count++], sizeof(options->texts[0]), "%s", text);
}

bool gst_nvcc_add_gpu(const struct gst_nvcc *nvcc, int cc, struct gst_nvcc_options *options,
                      bool *is_native)
{
    const int chosen = gst_architectures_choose(&nvcc->known, cc);
    char text[sizeof(options->texts[0])];

    if (chosen == 0)
        return false;
    *is_native = chosen == cc;
    if (*is_native) {
        snprintf(text, sizeof(text), "-gencode=arch=compute_%d,code=sm_%d", chosen, chosen);
        add_option(options, text);
    }
    snprintf(text, sizeof(text), "-gencode=arch=compute_%d,code=compute_%d", chosen, chosen);
    add_option(options, text);
    return true;
}

void gst_nvcc_build(const struct gst_nvcc *nvcc, const struct gst_nvcc_options *options,
                    const char *target, const char *source, const char *folder, double most_s,
                    struct gst_tool_end *end)
{
    const char *argv[GST_NVCC_OPTIONS + 5];
    size_t count = 0;

    argv[count++] = nvcc->path;
    for (size_t i = 0; i < options->count; i++)
        argv[count++] = options->texts[i];
    argv[count++] = "-o";
    argv[count++] = target;
    argv[count++] = source;
    argv[count] = NULL;
    gst_tool_run(end, argv, folder, most_s);
}

/* In the order in which they count: what is said last is often only what follows from the first.
 * Observed with nvcc 13.0 and gcc 12, each by taking away what is missing; those of versions from
 * host_config.h, those of limits from strerror(3), the shell, gcc's driver and nvcc's. */
static const struct meaning {
    const char *words;
    enum gst_finding_id finding;
} meanings[] = {
    { "Resource temporarily unavailable", GST_USER_PROCESS_LIMIT },
    { "Cannot fork", GST_USER_PROCESS_LIMIT },
    { "died due to signal 9", GST_SUITE_OUT_OF_MEMORY },
    { "Killed signal terminated", GST_SUITE_OUT_OF_MEMORY },
    { "out of memory", GST_SUITE_OUT_OF_MEMORY },
    { "Cannot allocate memory", GST_SUITE_OUT_OF_MEMORY },
    { "No space left on device", GST_USER_SCRATCH_FULL },
    { "Disk quota exceeded", GST_USER_SCRATCH_FULL },
    { "unsupported GNU version", GST_IMAGE_HOST_COMPILER_UNSUPPORTED },
    { "unsupported clang version", GST_IMAGE_HOST_COMPILER_UNSUPPORTED },
    { "Failed to preprocess host compiler properties", GST_IMAGE_HOST_COMPILER_MISSING },
    { "cannot execute", GST_IMAGE_HOST_COMPILER_MISSING },
    { "gcc: not found", GST_IMAGE_HOST_COMPILER_MISSING },
    { "g++: not found", GST_IMAGE_HOST_COMPILER_MISSING },
    { "cuda_runtime.h: No such file", GST_IMAGE_CUDART_DEV_MISSING },
    { "cannot find -lcudart", GST_IMAGE_CUDART_DEV_MISSING },
    { "cannot find -lcudadevrt", GST_IMAGE_CUDART_DEV_MISSING },
    { "Unsupported gpu architecture", GST_IMAGE_COMPILER_LACKS_GPU },
};

/* Of a line that begins with long names of files, what tells may be at its end. */
#define BEFORE_MOST 80

/* The line around `at`. */
static void copy_line(const char *text, const char *at, char *line, size_t size)
{
    const char *begin = at;
    char raw[256];

    while (begin > text && begin[-1] != '\n' && at - begin < BEFORE_MOST)
        begin--;
    snprintf(raw, sizeof(raw), "%s%.*s", begin > text && begin[-1] != '\n' ? "..." : "",
             (int)strcspn(begin, "\n"), begin);
    gst_utf8_printable(line, size, raw);
}

/* Of an end that no words explain. */
static enum gst_finding_id blame_end(const struct gst_tool_end *end)
{
    const enum gst_finding_id limit = gst_tool_limit(end);

    if (limit != GST_NO_FINDING)
        return limit;
    return end->how == GST_TOOL_LATE ? GST_IMAGE_NVCC_HANGS : GST_IMAGE_NVCC_FAILED;
}

enum gst_finding_id gst_nvcc_blame(const struct gst_tool_end *end, char *said, size_t size)
{
    static const char *const loud[] = { "error", "fatal", "not found", "No such file" };
    const char *text = end->output;

    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        const char *at = strstr(text, meanings[i].words);

        if (at == NULL)
            continue;
        copy_line(text, at, said, size);
        return meanings[i].finding;
    }
    for (size_t i = 0; i < sizeof(loud) / sizeof(loud[0]); i++) {
        const char *at = strstr(text, loud[i]);

        if (at == NULL)
            continue;
        copy_line(text, at, said, size);
        return blame_end(end);
    }
    if (text[0] != '\0')
        copy_line(text, text, said, size);
    else
        snprintf(said, size, "nothing");
    return blame_end(end);
}
