/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the history as people wrote them; manifests themselves are tried by the system tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lint/manifest.h"

static void test_manifest__instructions(void **state)
{
    static const char *const rows[][2] = {
        { "/bin/sh -c apt-get update && apt-get install -y   cuda",
          "RUN apt-get update && apt-get install -y cuda" },
        { "/bin/sh -c #(nop)  ENV A=1", "ENV A=1" },
        { "/bin/sh -c #(nop) COPY file:0123 in / ", "COPY file:0123 in / " },
        { "RUN /bin/sh -c make # buildkit", "RUN make" },
        { "COPY app /app # buildkit", "COPY app /app" },
        { "/bin/sh -c a\n\t b", "RUN a b" },
        { "bazel build ...", "bazel build ..." },
        { "", "" },
    };
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        gst_manifest_instruction(rows[i][0], text, sizeof text);
        assert_string_equal(text, rows[i][1]);
    }
}

static void test_manifest__a_long_instruction_is_cut(void **state)
{
    char line[2000], text[128];

    (void)state;
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\0';
    gst_manifest_instruction(line, text, sizeof text);
    assert_int_equal(strlen(text), sizeof text - 1);
    assert_string_equal(text + strlen(text) - 3, "...");
}

static void test_manifest__variables(void **state)
{
    struct gst_manifest manifest = {
        .config = json_loads("{\"config\": {\"Env\": [\"CUDA=1\", 3, \"CUDA_VERSION=12.4\","
                             " \"EMPTY=\", \"BARE\"]}}",
                             0, NULL),
    };

    (void)state;
    assert_non_null(manifest.config);
    assert_string_equal(gst_manifest_variable(&manifest, "CUDA_VERSION"), "12.4");
    assert_string_equal(gst_manifest_variable(&manifest, "EMPTY"), "");
    assert_null(gst_manifest_variable(&manifest, "BARE"));
    assert_null(gst_manifest_variable(&manifest, "CUDA_"));
    gst_manifest_release(&manifest);
    assert_null(gst_manifest_variable(&manifest, "CUDA"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest__instructions),
        cmocka_unit_test(test_manifest__a_long_instruction_is_cut),
        cmocka_unit_test(test_manifest__variables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
