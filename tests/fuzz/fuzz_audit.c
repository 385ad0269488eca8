/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole audit of a captured container. The input is its files, each a byte that names it and
 * its content, with a record separator (0x1e) between them.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit.h"

/* What a container, its image or who starts it can write, and what a driver might. */
static const char *const files[] = {
    "environ.txt",
    "answers.txt",
    "dev.txt",
    "lib.txt",
    "open.txt",
    "open-later.txt",
    "statvfs.txt",
    "absent.txt",
    "proc/self/mountinfo",
    "proc/self/status",
    "proc/self/cgroup",
    "proc/self/uid_map",
    "proc/self/limits",
    "proc/version",
    "proc/devices",
    "proc/modules",
    "proc/driver/nvidia/version",
    "proc/driver/nvidia/params",
    "proc/driver/nvidia/gpus/0000:01:00.0/information",
    "sys/module/nvidia/version",
    "sys/bus/pci/devices/0000:01:00.0/numa_node",
    "etc/ld.so.cache",
    "etc/ld.so.preload",
    "etc/cdi/nvidia.yaml",
    "usr/local/cuda/version.json",
};

enum { FILES = sizeof files / sizeof *files, SEPARATOR = 30 };

static char folder[64];

static void path_of(char *path, size_t size, const char *file)
{
    GST_CLAIM(snprintf(path, size, "%s/%s", folder, file) < (int)size);
}

static void put(const char *file, const void *data, size_t size)
{
    char path[256];
    FILE *out;

    path_of(path, sizeof path, file);
    for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        GST_CLAIM(mkdir(path, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    out = fopen(path, "wb");
    GST_CLAIM(out != NULL && fwrite(data, 1, size, out) == size);
    fclose(out);
}

/* Folders go once they are empty; the next input makes them again. */
static void take_away(const char *file)
{
    char path[256];

    path_of(path, sizeof path, file);
    unlink(path);
    for (char *slash = strrchr(path, '/'); slash > path + strlen(folder);
         slash = strrchr(path, '/')) {
        *slash = '\0';
        rmdir(path);
    }
}

static void remove_folder(void)
{
    take_away("capture");
    rmdir(folder);
}

static void make_folder(void)
{
    if (folder[0] != '\0')
        return;
    strcpy(folder, "/tmp/gst-fuzz-XXXXXX");
    GST_CLAIM(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    put("capture", "", 0);
}

static void look_at(const struct gst_report *report)
{
    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        GST_CLAIM(gst_fuzz_ends(check->observed, sizeof check->observed));
        GST_CLAIM(check->observed[0] != '\0');
        /* So a check says that it answered with what it does not declare. */
        GST_CLAIM(check->finding != GST_SUITE_CRASHED);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct gst_audit_request request = { .view = { .root = folder } };
    struct gst_status st = GST_STATUS_INIT;
    const uint8_t *end = data + size;
    struct gst_report *report;

    make_folder();
    while (data < end) {
        const uint8_t *next = memchr(data, SEPARATOR, (size_t)(end - data));

        if (next == NULL)
            next = end;
        if (next > data)
            put(files[*data % FILES], data + 1, (size_t)(next - data - 1));
        data = next < end ? next + 1 : end;
    }
    report = gst_report_map();
    GST_CLAIM(report != NULL);
    if (gst_audit(report, &request, &st))
        look_at(report);
    else
        GST_CLAIM(st.finding != GST_NO_FINDING && st.cause[0] != '\0');
    gst_report_conclude(report);
    gst_report_unmap(report);
    for (size_t i = 0; i < FILES; i++)
        take_away(files[i]);
    return 0;
}
