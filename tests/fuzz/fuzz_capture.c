/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture that somebody sent in with a report: the first byte of the input chooses the list that
 * the rest is written to.
 */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/capture.h"

static const char *const lists[] = { "dev.txt",     "lib.txt",     "open.txt",   "open-later.txt",
                                     "statvfs.txt", "environ.txt", "absent.txt", "answers.txt" };

enum { LISTS = sizeof lists / sizeof *lists };

static char folder[64];

static void remove_folder(void)
{
    char path[96];

    snprintf(path, sizeof path, "%s/capture", folder);
    unlink(path);
    rmdir(folder);
}

static void make_folder(void)
{
    char path[96];
    FILE *marker;

    if (folder[0] != '\0')
        return;
    strcpy(folder, "/tmp/gst-fuzz-XXXXXX");
    GST_CLAIM(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    snprintf(path, sizeof path, "%s/capture", folder);
    marker = fopen(path, "w");
    GST_CLAIM(marker != NULL);
    fclose(marker);
}

static bool count_entry(const char *name, void *data)
{
    GST_CLAIM(name[0] != '\0' && strchr(name, '/') == NULL);
    return ++*(int *)data < 1000;
}

static void look_at(struct gst_capture *capture)
{
    static const char *const paths[] = { "/", "/dev", "/dev/nvidia0", "/usr/lib/libcuda.so.1" };
    char *const *environment = gst_capture_environment(capture);

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct gst_node node;
        struct gst_space space;
        char target[64] = "";
        int count = 0;

        if (gst_capture_find(capture, paths[i], &node, target, sizeof target))
            GST_CLAIM(node.kind != GST_NODE_ABSENT && gst_fuzz_ends(target, sizeof target));
        gst_capture_list(capture, paths[i], count_entry, &count);
        gst_capture_open_result(capture, paths[i], GST_LOOK_LATER);
        gst_capture_space(capture, paths[i], &space);
        gst_capture_is_elf(capture, paths[i]);
    }
    for (; environment != NULL && *environment != NULL; environment++)
        GST_CLAIM(strchr(*environment, '=') != NULL);
    GST_CLAIM(gst_capture_answers(capture) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gst_capture *capture;
    struct gst_status st = { 0 };
    char path[96];
    FILE *file;

    if (size == 0)
        return 0;
    make_folder();
    snprintf(path, sizeof path, "%s/%s", folder, lists[data[0] % LISTS]);
    file = fopen(path, "wb");
    GST_CLAIM(file != NULL && fwrite(data + 1, 1, size - 1, file) == size - 1);
    fclose(file);
    capture = gst_capture_open(folder, &st);
    if (capture != NULL)
        look_at(capture);
    else
        GST_CLAIM(st.finding != GST_NO_FINDING && st.cause[0] != '\0');
    gst_capture_close(capture);
    unlink(path);
    return 0;
}
