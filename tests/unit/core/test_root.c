/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree with everything that could lead out of it, read with openat2 and, behind a seccomp filter
 * that hides it, without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/root.h"

#define OPENAT2 437

struct tree {
    char outer[64], inner[80];
};

static void put(const char *folder, const char *name, const char *text)
{
    char path[200];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void link_to(const struct tree *tree, const char *target, const char *name)
{
    char path[200];

    snprintf(path, sizeof path, "%s/%s", tree->inner, name);
    assert_int_equal(symlink(target, path), 0);
}

static void make_folder(const struct tree *tree, const char *name)
{
    char path[200];

    snprintf(path, sizeof path, "%s/%s", tree->inner, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

/* outer/secret, outer/root/{etc/passwd,proc/version,proc/empty,fifo,abs,up,gone,dangling} */
static int set_up(void **state)
{
    struct tree *tree = calloc(1, sizeof *tree);
    char path[200];

    strcpy(tree->outer, "/tmp/gst-root-XXXXXX");
    assert_non_null(mkdtemp(tree->outer));
    snprintf(tree->inner, sizeof tree->inner, "%s/root", tree->outer);
    make_folder(tree, "");
    make_folder(tree, "etc");
    make_folder(tree, "proc");
    put(tree->outer, "secret", "outside\n");
    put(tree->inner, "etc/passwd", "the tree's own\n");
    put(tree->inner, "proc/version", "Linux version 6.1\n\n");
    put(tree->inner, "proc/empty", "");
    link_to(tree, "/etc/passwd", "abs");
    link_to(tree, "../secret", "up");
    link_to(tree, "nowhere", "dangling");
    link_to(tree, "/proc", "folder");
    snprintf(path, sizeof path, "%s/fifo", tree->inner);
    assert_int_equal(mkfifo(path, 0600), 0);
    *state = tree;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = { "etc/passwd", "proc/version", "proc/empty", "abs",
                                         "up",         "dangling",     "folder",     "fifo" };
    struct tree *tree = *state;
    char path[200];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", tree->inner, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/etc", tree->inner);
    rmdir(path);
    snprintf(path, sizeof path, "%s/proc", tree->inner);
    rmdir(path);
    rmdir(tree->inner);
    snprintf(path, sizeof path, "%s/secret", tree->outer);
    unlink(path);
    rmdir(tree->outer);
    free(tree);
    return 0;
}

static struct gst_root opened(const struct tree *tree)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_root root;

    assert_true(gst_root_open(&root, tree->inner, &st));
    return root;
}

static void test_root__reads(void **state)
{
    struct gst_root root = opened(*state);
    char text[64];

    assert_true(gst_root_read(&root, "/etc/passwd", text, sizeof text));
    assert_string_equal(text, "the tree's own");
    assert_true(gst_root_read(&root, "etc/passwd", text, sizeof text));
    assert_true(gst_root_read(&root, "/proc/version", text, sizeof text));
    assert_string_equal(text, "Linux version 6.1\n"); /* one line feed, not all */
    assert_true(gst_root_read(&root, "//proc//empty", text, sizeof text));
    assert_string_equal(text, "");
    gst_root_close(&root);
}

static void test_root__long_files_are_cut(void **state)
{
    struct gst_root root = opened(*state);
    char text[6];

    assert_true(gst_root_read(&root, "/proc/version", text, sizeof text));
    assert_string_equal(text, "Linux");
    assert_true(gst_root_read(&root, "/proc/version", text, 1));
    assert_string_equal(text, "");
    gst_root_close(&root);
}

static void test_root__what_is_no_file_is_not_read(void **state)
{
    static const char *const paths[] = { "/none",         "/etc", "/fifo", "/dangling",
                                         "/etc/passwd/x", "/",    "" };
    struct gst_root root = opened(*state);
    char text[16];

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        strcpy(text, "old");
        assert_false(gst_root_read(&root, paths[i], text, sizeof text));
        assert_string_equal(text, "");
    }
    gst_root_close(&root);
}

static void test_root__links_stay_inside(void **state)
{
    struct gst_root root = opened(*state);
    char text[64];

    assert_true(gst_root_read(&root, "/abs", text, sizeof text));
    assert_string_equal(text, "the tree's own");
    assert_true(gst_root_read(&root, "/folder/version", text, sizeof text));
    assert_false(gst_root_read(&root, "/up", text, sizeof text));
    assert_false(gst_root_read(&root, "/../secret", text, sizeof text));
    assert_false(gst_root_exists(&root, "/etc/../../secret"));
    assert_false(gst_root_exists(&root, "/dangling"));
    assert_true(gst_root_exists(&root, "/fifo"));
    assert_true(gst_root_exists(&root, "/abs"));
    gst_root_close(&root);
}

static void test_root__tells_links_from_what_they_lead_to(void **state)
{
    struct gst_root root = opened(*state);
    struct stat info;
    char target[32];

    assert_true(gst_root_stat(&root, "/abs", &info));
    assert_true(S_ISREG(info.st_mode));
    assert_true(gst_root_lstat(&root, "/abs", &info));
    assert_true(S_ISLNK(info.st_mode));
    assert_false(gst_root_stat(&root, "/dangling", &info));
    assert_true(gst_root_lstat(&root, "/folder/empty", &info));
    assert_int_equal(info.st_size, 0);
    assert_false(gst_root_lstat(&root, "/none", &info));
    assert_true(gst_root_link(&root, "/up", target, sizeof target));
    assert_string_equal(target, "../secret");
    assert_false(gst_root_link(&root, "/up", target, strlen("../secret")));
    assert_false(gst_root_link(&root, "/etc/passwd", target, sizeof target));
    gst_root_close(&root);
}

static void test_root__opens_files_alone(void **state)
{
    struct gst_root root = opened(*state);
    char text[8] = "";
    int fd = gst_root_open_file(&root, "/abs");

    assert_true(fd >= 0);
    assert_int_equal(read(fd, text, 3), 3);
    assert_string_equal(text, "the");
    close(fd);
    assert_int_equal(gst_root_open_file(&root, "/fifo"), -1);
    assert_int_equal(gst_root_open_file(&root, "/etc"), -1);
    assert_int_equal(gst_root_open_file(&root, "/up"), -1);
    gst_root_close(&root);
}

static bool gather(const char *name, void *data)
{
    strcat(data, name);
    strcat(data, " ");
    return strcmp(name, "etc") != 0;
}

static bool gather_all(const char *name, void *data)
{
    strcat(data, name);
    strcat(data, " ");
    return true;
}

static void test_root__lists_in_order(void **state)
{
    struct gst_root root = opened(*state);
    char names[200] = "";

    assert_true(gst_root_list(&root, "/", gather_all, names));
    assert_string_equal(names, "abs dangling etc fifo folder proc up ");
    names[0] = '\0';
    assert_true(gst_root_list(&root, "/", gather, names));
    assert_string_equal(names, "abs dangling etc ");
    assert_false(gst_root_list(&root, "/etc/passwd", gather, names));
    assert_false(gst_root_list(&root, "/none", gather, names));
    gst_root_close(&root);
}

static void test_root__this_machine(void **state)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_root root;
    char text[64];

    (void)state;
    assert_true(gst_root_open(&root, "/", &st));
    assert_true(gst_root_exists(&root, "/proc/self/status"));
    assert_true(gst_root_read(&root, "/proc/self/comm", text, sizeof text));
    assert_string_equal(text, "test_core_root");
    gst_root_close(&root);
    gst_root_close(&root);
    assert_int_equal(root.fd, -1);
}

static void test_root__not_there(void **state)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_root root;

    (void)state;
    assert_false(gst_root_open(&root, "/no/such/folder", &st));
    assert_int_equal(st.finding, GST_SUITE_ROOT_UNREADABLE);
    assert_string_equal(st.cause, "cannot open '/no/such/folder': No such file or directory");
    gst_root_close(&root);
}

/* From here on, in this process, openat2 answers `code`. */
static bool hide_openat2(int code)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OPENAT2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)code),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof rules / sizeof *rules, rules };

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
           && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* 0 if all is as it should be, 77 if it cannot be tried here. */
static int try_without_openat2(const struct tree *tree, int code)
{
    struct gst_root root = opened(tree);
    char text[64], names[200] = "";

    if (!hide_openat2(code))
        return 77;
    if (!gst_root_read(&root, "/etc/passwd", text, sizeof text)
        || strcmp(text, "the tree's own") != 0)
        return 1;
    if (gst_root_read(&root, "/abs", text, sizeof text)
        || gst_root_read(&root, "/up", text, sizeof text))
        return 2;
    if (gst_root_exists(&root, "/abs") || gst_root_exists(&root, "/etc/../../secret"))
        return 3;
    if (gst_root_exists(&root, "/folder/version") || gst_root_exists(&root, "/none"))
        return 4;
    if (!gst_root_exists(&root, "/proc//version") || !gst_root_exists(&root, "/"))
        return 5;
    if (!gst_root_list(&root, "/proc/", gather_all, names) || strcmp(names, "empty version ") != 0)
        return 6;
    gst_root_close(&root);
    return 0;
}

static void test_root__without_openat2(void **state)
{
    static const int codes[] = { ENOSYS, EPERM };

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        int status;
        pid_t child = fork();

        if (child == 0)
            _exit(try_without_openat2(*state, codes[i]));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 77)
            skip();
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_root__reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_root__long_files_are_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_root__what_is_no_file_is_not_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_root__links_stay_inside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_root__tells_links_from_what_they_lead_to, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_root__opens_files_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_root__lists_in_order, set_up, tear_down),
        cmocka_unit_test(test_root__this_machine),
        cmocka_unit_test(test_root__not_there),
        cmocka_unit_test_setup_teardown(test_root__without_openat2, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
