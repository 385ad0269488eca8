/* SPDX-License-Identifier: Apache-2.0 */
/* Files that this process has mapped, as a worker has NCCL's: those are removed, and no others. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "collective/remnants.h"

#define BYTES 4096

struct fixture {
    char folder[64], path[128];
    struct gst_remnants remnants;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    snprintf(f->folder, sizeof(f->folder), "/tmp/gst-remnants-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    *state = f;
    return 0;
}

static const char *path_of(struct fixture *f, const char *name)
{
    snprintf(f->path, sizeof(f->path), "%s/%s", f->folder, name);
    return f->path;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    unlink(path_of(f, "nccl-mapped"));
    unlink(path_of(f, "nccl-others"));
    unlink(path_of(f, "mapped"));
    rmdir(f->folder);
    free(f);
    return 0;
}

static void *plant(struct fixture *f, const char *name, int is_mapped)
{
    const int fd = open(path_of(f, name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    void *memory = NULL;

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, BYTES), 0);
    if (is_mapped) {
        memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        assert_ptr_not_equal(memory, MAP_FAILED);
    }
    close(fd);
    return memory;
}

static int is_there(struct fixture *f, const char *name)
{
    return access(path_of(f, name), F_OK) == 0;
}

static void test_remnants__what_a_worker_had_mapped_is_removed(void **state)
{
    struct fixture *f = *state;
    void *mapped = plant(f, "nccl-mapped", 1), *strange = plant(f, "mapped", 1);

    plant(f, "nccl-others", 0);
    gst_remnants_note(&f->remnants, f->folder, getpid());
    gst_remnants_note(&f->remnants, f->folder, getpid());
    assert_int_equal(gst_remnants_remove(&f->remnants, f->folder), 1);
    assert_false(is_there(f, "nccl-mapped"));
    assert_true(is_there(f, "nccl-others"));
    assert_true(is_there(f, "mapped"));
    munmap(mapped, BYTES);
    munmap(strange, BYTES);
}

/* NCCL removes its files as soon as both ends have them: nothing is left then. */
static void test_remnants__what_is_gone_is_not_counted(void **state)
{
    struct fixture *f = *state;
    void *mapped = plant(f, "nccl-mapped", 1);

    gst_remnants_note(&f->remnants, f->folder, getpid());
    assert_int_equal(unlink(path_of(f, "nccl-mapped")), 0);
    assert_int_equal(gst_remnants_remove(&f->remnants, f->folder), 0);
    gst_remnants_note(&f->remnants, f->folder, getpid());
    assert_int_equal(f->remnants.count, 0);
    munmap(mapped, BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_remnants__what_a_worker_had_mapped_is_removed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_remnants__what_is_gone_is_not_counted, setup,
                                        teardown),
    };

    return cmocka_run_group_tests_name("remnants", tests, NULL, NULL);
}
