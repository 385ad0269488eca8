/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that end in every way, made as shell scripts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/program.h"
#include "core/clock.h"

#define LONG_S  30.0
#define SHORT_S 0.2

/* A folder with one file, "program". */
struct place {
    char folder[64], path[96];
};

static void write_bytes(const struct place *place, const void *bytes, size_t size, unsigned mode)
{
    int fd = open(place->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    snprintf(place->folder, sizeof(place->folder), "/tmp/test-program-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof(place->path), "%s/program", place->folder);
    *state = place;
    return 0;
}

static int drop_place(void **state)
{
    struct place *place = *state;

    unlink(place->path);
    assert_int_equal(rmdir(place->folder), 0);
    free(place);
    return 0;
}

static struct gst_program_end run(const char *const *arguments, double deadline_s, char *text,
                                  size_t size)
{
    struct gst_program_end end;
    struct gst_status st = GST_STATUS_INIT;

    assert_true(gst_program_run(arguments, deadline_s, text, size, &end, &st));
    assert_int_equal(st.finding, GST_NO_FINDING);
    return end;
}

static struct gst_program_end run_script(const char *script, double deadline_s, char *text,
                                         size_t size)
{
    return run((const char *const[]){ "/bin/sh", "-c", script, NULL }, deadline_s, text, size);
}

static void test_program__output_and_status(void **state)
{
    char text[64];
    struct gst_program_end end =
        run_script("echo one; echo two; exit 3", LONG_S, text, sizeof(text));

    (void)state;
    assert_int_equal(end.kind, GST_PROGRAM_EXITED);
    assert_int_equal(end.code, 3);
    assert_string_equal(text, "one\ntwo\n");
    assert_string_equal(end.words, "");
}

static void test_program__last_words(void **state)
{
    char text[64];
    struct gst_program_end end = run_script("echo first >&2; printf 'the \\033[1mlast\\n\\n' >&2",
                                            LONG_S, text, sizeof(text));

    (void)state;
    assert_string_equal(end.words, "the ?[1mlast");
    assert_string_equal(text, "");
}

static void test_program__last_words_after_many(void **state)
{
    char text[64];
    struct gst_program_end end = run_script(
        "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i + 1)); done >&2", LONG_S, text, 64);

    (void)state;
    assert_string_equal(end.words, "line 1999");
}

static void test_program__signal(void **state)
{
    char text[64];
    struct gst_program_end end = run_script("echo said; kill -SEGV $$", LONG_S, text, sizeof(text));

    (void)state;
    assert_int_equal(end.kind, GST_PROGRAM_SIGNALLED);
    assert_int_equal(end.code, SIGSEGV);
    assert_string_equal(text, "said\n");
}

/* A crash must leave nothing in somebody's folder, whatever the caller allows. */
static void test_program__no_core(void **state)
{
    char text[64];

    (void)state;
    run_script("ulimit -c", LONG_S, text, sizeof(text));
    assert_string_equal(text, "0\n");
}

static void test_program__hangs(void **state)
{
    static const char *const scripts[] = {
        "echo said; exec sleep 600",
        "trap '' TERM INT HUP; echo said; while :; do sleep 600; done",
        "echo said; exec >&- 2>&-; exec sleep 600",
    };
    char text[64];

    (void)state;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        uint64_t start_ns = gst_clock_ns();
        struct gst_program_end end = run_script(scripts[i], SHORT_S, text, sizeof(text));

        assert_int_equal(end.kind, GST_PROGRAM_HANGS);
        assert_string_equal(text, "said\n");
        assert_true(gst_clock_ns() - start_ns < (uint64_t)(LONG_S * 1e9));
    }
}

/* Lines stay whole where not all of them fit. */
static void test_program__prints_without_end(void **state)
{
    char text[100];
    struct gst_program_end end =
        run_script("while :; do echo 12345678; done", SHORT_S, text, sizeof(text));

    (void)state;
    assert_int_equal(end.kind, GST_PROGRAM_HANGS);
    assert_int_equal(strlen(text), 99);
    assert_string_equal(text + 90, "12345678\n");
}

static void test_program__cut_within_a_line(void **state)
{
    char text[100];

    (void)state;
    run_script("i=0; while [ $i -lt 30 ]; do echo 1234567; i=$((i + 1)); done", LONG_S, text, 100);
    assert_int_equal(strlen(text), 96);
    assert_string_equal(text + 88, "1234567\n");
}

static void test_program__zero_bytes(void **state)
{
    char text[64];

    (void)state;
    run_script("printf 'a\\000b\\n'", LONG_S, text, sizeof(text));
    assert_string_equal(text, "a?b\n");
}

/* What it started is gone, too: the last writer of the pipe has left. */
static void test_program__leaves_nobody_behind(void **state)
{
    int watch[2];
    char text[64], byte, script[96];
    struct gst_program_end end;

    (void)state;
    assert_int_equal(pipe(watch), 0);
    snprintf(script, sizeof(script), "sleep 600 >&%d & echo said", watch[1]);
    end = run_script(script, LONG_S, text, sizeof(text));
    close(watch[1]);
    assert_int_equal(end.kind, GST_PROGRAM_EXITED);
    assert_string_equal(text, "said\n");
    assert_int_equal(read(watch[0], &byte, 1), 0);
    close(watch[0]);
}

static void test_program__environment_and_input(void **state)
{
    char text[64];

    (void)state;
    setenv("GST_TEST_PROGRAM", "handed on", 1);
    run_script("read -r line || echo \"$GST_TEST_PROGRAM\"", LONG_S, text, sizeof(text));
    assert_string_equal(text, "handed on\n");
    unsetenv("GST_TEST_PROGRAM");
}

static void test_program__found_on_path(void **state)
{
    char text[64];
    struct gst_program_end end =
        run((const char *const[]){ "echo", "said", NULL }, LONG_S, text, sizeof(text));

    (void)state;
    assert_int_equal(end.kind, GST_PROGRAM_EXITED);
    assert_string_equal(text, "said\n");
    end = run((const char *const[]){ "no-such-program-here", NULL }, LONG_S, text, sizeof(text));
    assert_int_equal(end.kind, GST_PROGRAM_NOT_FOUND);
}

static void test_program__not_found(void **state)
{
    const struct place *place = *state;
    char text[64];
    struct gst_program_end end =
        run((const char *const[]){ place->path, NULL }, LONG_S, text, sizeof(text));

    assert_int_equal(end.kind, GST_PROGRAM_NOT_FOUND);
    assert_string_equal(text, "");
}

static void test_program__no_loader(void **state)
{
    char text[64];
    struct gst_program_end end =
        run((const char *const[]){ FIXTURE_NO_LOADER, NULL }, LONG_S, text, sizeof(text));

    (void)state;
    assert_int_equal(end.kind, GST_PROGRAM_NO_LOADER);
    assert_string_equal(end.words, "/no/such/ld-linux.so.2");
}

static void test_program__no_interpreter(void **state)
{
    const struct place *place = *state;
    static const char script[] = "#!/no/such/shell -x\necho said\n";
    char text[64];
    struct gst_program_end end;

    write_bytes(place, script, sizeof(script) - 1, 0755);
    end = run((const char *const[]){ place->path, NULL }, LONG_S, text, sizeof(text));
    assert_int_equal(end.kind, GST_PROGRAM_NO_LOADER);
    assert_string_equal(end.words, "/no/such/shell -x");
}

static void test_program__not_executable(void **state)
{
    const struct place *place = *state;
    char text[64];
    struct gst_program_end end;

    write_bytes(place, "#!/bin/sh\n", 10, 0644);
    end = run((const char *const[]){ place->path, NULL }, LONG_S, text, sizeof(text));
    assert_int_equal(end.kind, GST_PROGRAM_NOT_RUNNABLE);
    assert_string_equal(end.words, "Permission denied");
}

static void test_program__other_processor(void **state)
{
    const struct place *place = *state;
    Elf64_Ehdr header = { .e_type = ET_EXEC, .e_machine = EM_S390, .e_version = EV_CURRENT };
    char text[64];
    struct gst_program_end end;

    memcpy(header.e_ident, ELFMAG "\2\2\1", SELFMAG + 3);
    write_bytes(place, &header, sizeof(header), 0755);
    end = run((const char *const[]){ place->path, NULL }, LONG_S, text, sizeof(text));
    assert_int_equal(end.kind, GST_PROGRAM_NOT_RUNNABLE);
    assert_string_equal(end.words, "Exec format error");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_program__output_and_status),
        cmocka_unit_test(test_program__last_words),
        cmocka_unit_test(test_program__last_words_after_many),
        cmocka_unit_test(test_program__signal),
        cmocka_unit_test(test_program__no_core),
        cmocka_unit_test(test_program__hangs),
        cmocka_unit_test(test_program__prints_without_end),
        cmocka_unit_test(test_program__cut_within_a_line),
        cmocka_unit_test(test_program__zero_bytes),
        cmocka_unit_test(test_program__leaves_nobody_behind),
        cmocka_unit_test(test_program__environment_and_input),
        cmocka_unit_test(test_program__found_on_path),
        cmocka_unit_test_setup_teardown(test_program__not_found, make_place, drop_place),
        cmocka_unit_test(test_program__no_loader),
        cmocka_unit_test_setup_teardown(test_program__no_interpreter, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_program__not_executable, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_program__other_processor, make_place, drop_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
