/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives a fuzz target every file of some folders, one after the other: seeds and what once crashed
 * stay tests, with any compiler and sanitizer.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>

static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    uint8_t *data;
    size_t size;

    if (file == NULL || fstat(fileno(file), &info) != 0) {
        fprintf(stderr, "cannot read '%s'\n", path);
        return false;
    }
    size = (size_t)info.st_size;
    data = malloc(size > 0 ? size : 1);
    GST_CLAIM(data != NULL && fread(data, 1, size, file) == size);
    fclose(file);
    fprintf(stderr, "%s\n", path); /* so that a crash tells its input */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return true;
}

/* The number of inputs; a folder that is not there has none. */
static int replay_folder(const char *folder)
{
    DIR *files = opendir(folder);
    const struct dirent *entry;
    int count = 0;

    while (files != NULL && (entry = readdir(files)) != NULL) {
        char path[4096];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!replay_file(path))
            exit(1);
        count++;
    }
    if (files != NULL)
        closedir(files);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++)
        count += replay_folder(argv[i]);
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
