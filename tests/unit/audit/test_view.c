/* SPDX-License-Identifier: Apache-2.0 */
/* Captures of a few lines each, made in a folder of the test's own, and this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/view.h"

/* A folder "top" above a folder "low". */
struct place {
    char folder[64];
    char top[96];
};

static void put(const struct place *place, const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", place->folder, name);
    for (char *at = strchr(path + strlen(place->folder) + 1, '/'); at != NULL;
         at = strchr(at + 1, '/')) {
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
    file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    assert_non_null(place);
    strcpy(place->folder, "/tmp/gst-view-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->top, sizeof place->top, "%s/top", place->folder);
    put(place, "top/capture", "a test\n");
    put(place, "top/beneath", "../low\n");
    put(place, "low/capture", "what lies beneath\n");
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    char command[160];
    int status;

    snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    status = system(command);
    free(place);
    return status;
}

static struct gst_view *opened(const struct place *place)
{
    const struct gst_view_request request = { .root = place->top };
    struct gst_status st = GST_STATUS_INIT;
    struct gst_view *view = gst_view_open(&request, &st);

    if (view == NULL)
        print_message("%s\n", st.cause);
    assert_non_null(view);
    return view;
}

/* The cause why a capture is refused, with the folder's own name cut off. */
static void assert_refused(const struct place *place, const char *part)
{
    const struct gst_view_request request = { .root = place->top };
    struct gst_status st = GST_STATUS_INIT;

    assert_null(gst_view_open(&request, &st));
    assert_int_equal(st.finding, GST_SUITE_ROOT_UNREADABLE);
    if (strstr(st.cause, part) == NULL)
        print_message("'%s' is not in '%s'\n", part, st.cause);
    assert_non_null(strstr(st.cause, part));
}

static void test_view__nodes(void **state)
{
    struct gst_node node;
    struct gst_view *view;

    put(*state, "low/dev.txt",
        "crw-rw---- 1 0 44 195, 3 /dev/nvidia3 dev=0:6 ctime=99\n"
        "# /dev/dri: ENOENT\n"
        "drwxrwxrwt 2 0 0 40 /dev/shm\n");
    put(*state, "low/open.txt", "/dev/nvidia3 EPERM\n/dev/nvidia4 HANGS\n");
    put(*state, "top/open.txt", "/dev/nvidia4 OK\n");
    put(*state, "top/open-later.txt", "/dev/nvidia4 EIO\n");
    view = opened(*state);
    assert_true(gst_view_stat(view, "/dev/nvidia3", &node));
    assert_int_equal(node.kind, GST_NODE_CHARACTER);
    assert_int_equal(node.major, 195);
    assert_int_equal(node.minor, 3);
    assert_int_equal(node.mode, 0660);
    assert_int_equal(node.gid, 44);
    assert_int_equal(node.device_minor, 6);
    assert_int_equal(node.changed_s, 99);
    assert_false(gst_view_stat(view, "/dev/dri", &node));
    assert_true(gst_view_stat(view, "/dev/shm", &node));
    assert_int_equal(node.mode, 01777);
    assert_true(gst_view_stat(view, "/dev", &node)); /* for what lies in it */
    assert_int_equal(node.kind, GST_NODE_FOLDER);
    assert_int_equal(gst_view_open_result(view, "/dev/nvidia3", GST_LOOK_FIRST), EPERM);
    assert_int_equal(gst_view_open_result(view, "/dev/nvidia4", GST_LOOK_FIRST), 0);
    assert_int_equal(gst_view_open_result(view, "/dev/nvidia4", GST_LOOK_LATER), EIO);
    assert_int_equal(gst_view_open_result(view, "/dev/nvidia3", GST_LOOK_LATER),
                     GST_OPEN_NOT_TRIED);
    gst_view_close(view);
}

static void test_view__links(void **state)
{
    struct gst_node node;
    char text[128];
    struct gst_view *view;

    put(*state, "low/lib.txt",
        "drwxr-xr-x 1 0 0 4096 / dev=0:41 ino=2\n"
        "lrwxrwxrwx 1 0 0 7 /lib -> usr/lib\n"
        "lrwxrwxrwx 1 0 0 9 /usr/lib/libcuda.so.1 -> libcuda.so.550.54.14\n"
        "-rwxr-xr-x 1 0 0 15104 /usr/lib/libcuda.so.550.54.14 dev=254:0 ino=77 magic=elf\n"
        "lrwxrwxrwx 1 0 0 9 /usr/lib/far -> /opt/../opt/far.so target=/opt/far.so tdev=8:1 tino=5 "
        "tsize=9 tnlink=0\n"
        "lrwxrwxrwx 1 0 0 1 /round -> about\n"
        "lrwxrwxrwx 1 0 0 1 /about -> round\n"
        "lrwxrwxrwx 1 0 0 1 /up -> ../../../../usr\n");
    view = opened(*state);
    assert_true(gst_view_resolve(view, "/lib/libcuda.so.1", text, sizeof text));
    assert_string_equal(text, "/usr/lib/libcuda.so.550.54.14");
    assert_true(gst_view_stat(view, "/lib/./libcuda.so.1", &node));
    assert_int_equal(node.inode, 77);
    assert_int_equal(node.device_major, 254);
    assert_true(gst_view_is_elf(view, "/lib/libcuda.so.1"));
    assert_true(gst_view_lstat(view, "/lib/libcuda.so.1", &node));
    assert_int_equal(node.kind, GST_NODE_LINK);
    assert_true(gst_view_link(view, "/lib/libcuda.so.1", text, sizeof text));
    assert_string_equal(text, "libcuda.so.550.54.14");
    assert_true(gst_view_stat(view, "/usr/lib/far", &node)); /* known from the link alone */
    assert_int_equal(node.inode, 5);
    assert_int_equal(node.links, 0);
    assert_false(gst_view_stat(view, "/round", &node));
    assert_false(gst_view_resolve(view, "/about/x", text, sizeof text));
    assert_true(gst_view_resolve(view, "/up/lib", text, sizeof text));
    assert_string_equal(text, "/usr/lib");
    assert_true(gst_view_stat(view, "/", &node));
    assert_int_equal(node.device_minor, 41);
    gst_view_close(view);
}

static bool gather(const char *name, void *data)
{
    strcat(data, name);
    strcat(data, " ");
    return true;
}

static void test_view__layers(void **state)
{
    char text[64], names[128] = "";
    struct gst_view *view;
    struct gst_node node;
    char *loaded;
    size_t size;

    put(*state, "low/proc/version", "low\n");
    put(*state, "low/proc/gpus/one", "1\n");
    put(*state, "low/proc/gpus/two", "2\n");
    put(*state, "low/proc/gone/deep", "3\n");
    put(*state, "top/proc/version", "top\n\n");
    put(*state, "top/proc/gpus/three", "3\n");
    put(*state, "top/absent.txt", "/proc/gpus/one\n/proc/gone\n");
    put(*state, "top/lib.txt", "-rw-r--r-- 1 0 0 5 /proc/gpus/listed\n");
    view = opened(*state);
    assert_true(gst_view_read(view, "/proc/version", text, sizeof text));
    assert_string_equal(text, "top\n");
    assert_true(gst_view_read(view, "/proc/gpus/two", text, sizeof text));
    assert_false(gst_view_read(view, "/proc/gpus/one", text, sizeof text));
    assert_false(gst_view_read(view, "/proc/gone/deep", text, sizeof text));
    assert_false(gst_view_stat(view, "/proc/gone", &node));
    assert_true(gst_view_list(view, "/proc/gpus", gather, names));
    assert_string_equal(names, "listed three two ");
    assert_false(gst_view_list(view, "/proc/version", gather, names));
    loaded = gst_view_load(view, "/proc/version", 5, &size);
    assert_non_null(loaded);
    assert_int_equal(size, 5);
    assert_string_equal(loaded, "top\n\n");
    free(loaded);
    assert_null(gst_view_load(view, "/proc/version", 4, &size));
    /* The capture's own files are no part of the container. */
    assert_false(gst_view_stat(view, "/capture", &node));
    assert_false(gst_view_stat(view, "/absent.txt", &node));
    gst_view_close(view);
}

static void count(const char *entry, void *data)
{
    (void)entry;
    ++*(int *)data;
}

static void test_view__environment(void **state)
{
    struct gst_view *view;
    int variables = 0;

    put(*state, "low/environ.txt", "A=1\nNVIDIA_B=2\nNVIDIA_C=x=y\n");
    put(*state, "top/environ.txt", "A=\n-NVIDIA_B\n");
    view = opened(*state);
    assert_string_equal(gst_view_env(view, "A"), "");
    assert_null(gst_view_env(view, "NVIDIA_B"));
    assert_string_equal(gst_view_env(view, "NVIDIA_C"), "x=y");
    assert_null(gst_view_env(view, "PATH"));
    gst_view_each_env(view, "NVIDIA_", count, &variables);
    assert_int_equal(variables, 1);
    gst_view_close(view);
}

static void test_view__empty_environment(void **state)
{
    struct gst_view *view;

    put(*state, "top/environ.txt", "");
    view = opened(*state);
    assert_null(gst_view_env(view, "PATH"));
    gst_view_close(view);
}

static void test_view__environment_of_this_process(void **state)
{
    struct gst_view *view = opened(*state);

    assert_int_equal(setenv("GST_TEST_VIEW", "here", 1), 0);
    assert_string_equal(gst_view_env(view, "GST_TEST_VIEW"), "here");
    gst_view_close(view);
}

static void test_view__space(void **state)
{
    struct gst_space space;
    struct gst_view *view;

    put(*state, "top/statvfs.txt",
        "/dev/shm f_bsize=4096 f_flag=0x100e bytes=67108864\n/ f_flag=0x1\n/gone ENOENT\n");
    view = opened(*state);
    assert_true(gst_view_space(view, "/dev/shm", &space));
    assert_int_equal(space.size_bytes, 67108864);
    assert_true(space.is_noexec && space.is_nodev && !space.is_read_only);
    assert_true(gst_view_space(view, "/", &space));
    assert_true(space.is_read_only && !space.is_noexec);
    assert_false(gst_view_space(view, "/gone", &space));
    gst_view_close(view);
}

static void test_view__answers(void **state)
{
    struct gst_view *view = opened(*state);

    assert_string_equal(gst_view_answers(view), "");
    gst_view_close(view);
    put(*state, "low/answers.txt", "done\n");
    view = opened(*state);
    assert_string_equal(gst_view_answers(view), "done\n");
    assert_true(gst_view_set_answers(view, "other\n"));
    assert_string_equal(gst_view_answers(view), "other\n");
    gst_view_close(view);
}

static void test_view__refuses_what_follows_no_rule(void **state)
{
    static const struct {
        const char *file, *text, *part;
    } rows[] = {
        { "top/dev.txt", "\n\nxyz\n", "dev.txt' line 3: 'xyz' is no line of ls -ln" },
        { "top/dev.txt", "Zrw-rw-rw- 1 0 0 195, 0 /dev/x\n", "is no file mode" },
        { "top/dev.txt", "crw-rw-rw- 1 0 0 195 /dev/x\n", "has no size" },
        { "top/dev.txt", "-rw-rw-rw- 1 0 0 5 dev/x\n", "begins with '/'" },
        { "top/dev.txt", "-rw-rw-rw- 1 0 0 5 /dev/x colour=red\n", "is no attribute" },
        { "top/lib.txt", "lrwxrwxrwx 1 0 0 5 /a\n", "says not where it leads" },
        { "top/open.txt", "/dev/x MAYBE\n", "'MAYBE' is none of OK, HANGS and an errno's name" },
        { "top/environ.txt", "novalue\n", "neither NAME=value nor -NAME" },
        { "top/statvfs.txt", "dev bytes=1\n", "does not begin with '/'" },
        { "top/absent.txt", "dev\n", "does not begin with '/'" },
        { "top/absent.txt", "//dev\n", "has '//'" },
        { "top/dev.txt", "crw-rw-rw- 1 0 0 1, 3 /dev//null\n", "has no '//'" },
        { "top/beneath", "../none\n", "cannot open" },
        { "top/beneath", ".\n", "beneath itself" },
    };
    char path[256];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put(*state, rows[i].file, rows[i].text);
        assert_refused(*state, rows[i].part);
        snprintf(path, sizeof path, "%s/%s", ((struct place *)*state)->folder, rows[i].file);
        unlink(path);
    }
}

static void test_view__refuses_binary_lists(void **state)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/dev.txt", ((struct place *)*state)->top);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite("a\0b", 1, 3, file), 3);
    fclose(file);
    assert_refused(*state, "is no text");
}

static void test_view__folders_for_proc_sys_and_dev(void **state)
{
    const struct place *place = *state;
    char proc[96], text[32];
    const struct gst_view_request request = { .root = place->top, .proc = proc };
    struct gst_status st = GST_STATUS_INIT;
    struct gst_view *view;

    put(place, "elsewhere/version", "elsewhere\n");
    put(place, "top/proc/version", "top\n");
    put(place, "top/proc/other", "top\n");
    put(place, "top/etc/x", "y\n");
    snprintf(proc, sizeof proc, "%s/elsewhere", place->folder);
    view = gst_view_open(&request, &st);
    assert_non_null(view);
    assert_true(gst_view_read(view, "/proc/version", text, sizeof text));
    assert_string_equal(text, "elsewhere");
    assert_false(gst_view_read(view, "/proc/other", text, sizeof text));
    assert_true(gst_view_read(view, "/etc/x", text, sizeof text));
    gst_view_close(view);
}

static void test_view__live(void **state)
{
    static const char *const paths[] = { "/dev/null", "/dev/none", "/" };
    struct gst_status st = GST_STATUS_INIT;
    struct gst_view *view = gst_view_open(NULL, &st);
    struct gst_node node;
    struct gst_space space;
    char text[64];

    (void)state;
    assert_non_null(view);
    assert_true(gst_view_is_live(view));
    assert_true(gst_view_stat(view, "/dev/null", &node));
    assert_int_equal(node.kind, GST_NODE_CHARACTER);
    assert_int_equal(node.major, 1);
    assert_int_equal(node.minor, 3);
    assert_true(gst_view_read(view, "/proc/self/uid_map", text, sizeof text));
    assert_true(gst_view_space(view, "/", &space));
    assert_true(space.size_bytes > 0);
    assert_int_equal(gst_view_open_result(view, "/dev/null", GST_LOOK_FIRST), GST_OPEN_NOT_TRIED);
    assert_true(gst_view_try_opens(view, paths, 3, 10, GST_LOOK_FIRST, &st));
    assert_int_equal(gst_view_open_result(view, "/dev/null", GST_LOOK_FIRST), 0);
    assert_int_equal(gst_view_open_result(view, "/dev/none", GST_LOOK_FIRST), ENOENT);
    assert_int_equal(gst_view_open_result(view, "/", GST_LOOK_FIRST), EISDIR);
    assert_int_equal(gst_view_open_result(view, "/dev/null", GST_LOOK_LATER), GST_OPEN_NOT_TRIED);
    gst_view_close(view);
}

/* Whoever opens a file under a write lease waits until the holder gives it back (fcntl(2)). */
static void test_view__kernel_log(void **state)
{
    const struct place *place = *state;
    struct gst_view *view;
    size_t size = 1;
    char *log;

    view = opened(place);
    assert_null(gst_view_kernel_log(view, 4096, &size));
    assert_int_equal(size, 0);
    gst_view_close(view);
    put(place, "low/dev/kmsg", "6,1,2,-;a line\n");
    view = opened(place);
    log = gst_view_kernel_log(view, 4096, &size);
    assert_string_equal(log, "6,1,2,-;a line\n");
    assert_int_equal(size, strlen(log));
    free(log);
    gst_view_close(view);
}

static void test_view__kernel_log_of_this_machine(void **state)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_view *view = gst_view_open(NULL, &st);
    size_t size = 1;
    char *log;

    (void)state;
    assert_non_null(view);
    log = gst_view_kernel_log(view, 4096, &size);
    /* Who may read it, and how much there is, depends on the machine; more than asked for never
     * comes. */
    assert_true(log == NULL ? size == 0 : size <= 4096 && log[size] == '\0');
    free(log);
    gst_view_close(view);
}

static void test_view__open_that_hangs(void **state)
{
    const struct place *place = *state;
    struct gst_status st = GST_STATUS_INIT;
    struct gst_view *view = gst_view_open(NULL, &st);
    char path[96];
    const char *const paths[] = { path, "/dev/null" };
    int fd;

    put(place, "leased", "");
    snprintf(path, sizeof path, "%s/leased", place->folder);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    signal(SIGIO, SIG_IGN);
    if (fcntl(fd, F_SETLEASE, F_WRLCK) != 0) {
        close(fd);
        gst_view_close(view);
        skip();
    }
    assert_non_null(view);
    assert_true(gst_view_try_opens(view, paths, 2, 0.3, GST_LOOK_FIRST, &st));
    assert_int_equal(gst_view_open_result(view, path, GST_LOOK_FIRST), GST_OPEN_HANGS);
    assert_int_equal(gst_view_open_result(view, "/dev/null", GST_LOOK_FIRST), 0);
    close(fd);
    gst_view_close(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TRIED(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TRIED(test_view__nodes),
        TRIED(test_view__links),
        TRIED(test_view__layers),
        TRIED(test_view__environment),
        TRIED(test_view__empty_environment),
        TRIED(test_view__environment_of_this_process),
        TRIED(test_view__space),
        TRIED(test_view__answers),
        TRIED(test_view__refuses_what_follows_no_rule),
        TRIED(test_view__refuses_binary_lists),
        TRIED(test_view__folders_for_proc_sys_and_dev),
        cmocka_unit_test(test_view__live),
        TRIED(test_view__kernel_log),
        cmocka_unit_test(test_view__kernel_log_of_this_machine),
        TRIED(test_view__open_that_hangs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
