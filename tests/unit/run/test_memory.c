/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of a process that is known, and what captured machines have left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "run/memory.h"

#define MEMINFO "MemTotal:       8000000 kB\nMemFree:  100 kB\nMemAvailable:    2000000 kB\n"

static void put(const char *folder, const char *path, const char *text)
{
    char full[256];
    FILE *file;

    snprintf(full, sizeof(full), "%s/%s", folder, path);
    for (char *slash = strchr(full + strlen(folder) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
    file = fopen(full, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_memory__left(void **state)
{
    static const struct {
        const char *files[4][2];
        uint64_t left;
    } cases[] = {
        { { { NULL } }, 0 },
        /* 2000000 KiB */
        { { { "proc/meminfo", MEMINFO } }, 2048000000 },
        { { { "proc/meminfo", MEMINFO },
            { "sys/fs/cgroup/memory.max", "max\n" },
            { "sys/fs/cgroup/memory.current", "5000\n" } },
          2048000000 },
        /* 1000000 less 300000 in use, of which 100000 can be dropped */
        { { { "proc/meminfo", MEMINFO },
            { "sys/fs/cgroup/memory.max", "1000000\n" },
            { "sys/fs/cgroup/memory.current", "300000\n" },
            { "sys/fs/cgroup/memory.stat", "anon 200000\ninactive_file 100000\n" } },
          800000 },
        { { { "sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000\n" },
            { "sys/fs/cgroup/memory/memory.usage_in_bytes", "300000\n" } },
          700000 },
        /* As good as nothing, which is not the same as unknown. */
        { { { "sys/fs/cgroup/memory.max", "1000\n" },
            { "sys/fs/cgroup/memory.current", "1000\n" } },
          1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char folder[] = "/tmp/gst-memory-XXXXXX", command[64];
        struct gst_status st = GST_STATUS_INIT;
        struct gst_root root;

        assert_non_null(mkdtemp(folder));
        for (int k = 0; k < 4 && cases[i].files[k][0] != NULL; k++)
            put(folder, cases[i].files[k][0], cases[i].files[k][1]);
        assert_true(gst_root_open(&root, folder, &st));
        assert_int_equal(gst_memory_left(&root), cases[i].left);
        gst_root_close(&root);
        snprintf(command, sizeof(command), "rm -r %s", folder);
        assert_int_equal(system(command), 0);
    }
}

static void test_memory__of_this_process(void **state)
{
    const size_t size = (size_t)64 << 20;
    uint64_t before, after;
    char *memory;

    (void)state;
    assert_true(gst_memory_of(getpid(), &before));
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    memset(memory, 1, size);
    assert_true(gst_memory_of(getpid(), &after));
    /* The kernel's counters may lag by some pages for each CPU. */
    assert_true(after - before > size - size / 8);
    munmap(memory, size);
}

static void test_memory__of_nobody(void **state)
{
    uint64_t bytes = 7;

    (void)state;
    /* Above the kernel's highest process number, 2^22. */
    assert_false(gst_memory_of(1 << 23, &bytes));
    assert_int_equal(bytes, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory__left),
        cmocka_unit_test(test_memory__of_this_process),
        cmocka_unit_test(test_memory__of_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
