/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a built program; see built.h. */
#include "workloads/compile/built.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/utf8.h"
#include "gpu/error.h"
#include "workloads/compile/texts.h"

/* The number after "name=" at the beginning of a word of the text; false if there is none. */
static bool find_number(const char *text, const char *name, unsigned long long *value)
{
    const size_t length = strlen(name);
    char *end;

    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
        if ((at != text && at[-1] != ' ' && at[-1] != '\n') || at[length] != '=')
            continue;
        *value = strtoull(at + length + 1, &end, 10);
        return end != at + length + 1;
    }
    return false;
}

/* What it printed, as one line that fits a cause. */
static const char *one_line(const struct gst_tool_end *end, char *text, size_t size)
{
    gst_utf8_printable(text, size, end->output);
    for (size_t i = strlen(text); i > 0 && text[i - 1] == ' '; i--)
        text[i - 1] = '\0';
    return text[0] != '\0' ? text : "nothing";
}

bool gst_built_is_own_code(enum gst_finding_id finding)
{
    return finding == GST_IMAGE_KERNELS_BROKEN || finding == GST_IMAGE_KERNELS_FOR_OTHER_GPU;
}

/* It called the runtime, and said what came of it. */
static bool judge_error(const struct gst_tool_end *end, unsigned long long error,
                        struct gst_status *st)
{
    char said[160];
    enum gst_finding_id finding = gst_cuda_finding((int)error);

    if (gst_built_is_own_code(finding))
        finding = GST_IMAGE_BUILT_PROGRAM_FAILS;
    return gst_status_fail_call(st, finding, GST_WHERE, "a program built here", (int)error,
                                "a program built here says: %s", one_line(end, said, sizeof(said)));
}

static enum gst_finding_id blame_end(const struct gst_tool_end *end)
{
    const enum gst_finding_id limit = gst_tool_limit(end);

    if (limit != GST_NO_FINDING)
        return limit;
    return end->how == GST_TOOL_LATE ? GST_IMAGE_BUILT_PROGRAM_HANGS
                                     : GST_IMAGE_BUILT_PROGRAM_FAILS;
}

static bool judge_end(const struct gst_tool_end *end, struct gst_status *st)
{
    char how[96], said[160];

    if (strstr(end->output, "while loading shared libraries: libcudart") != NULL)
        return gst_fail(st, GST_IMAGE_CUDART_MISSING, "a program that needs libcudart says: %s",
                        one_line(end, said, sizeof(said)));
    return gst_fail(st, blame_end(end), "a program built here: %s; it said: %s",
                    gst_tool_describe(end, how, sizeof(how)), one_line(end, said, sizeof(said)));
}

static bool is_at(const char *output, const char *pci_id)
{
    const char *at = strstr(output, " pci=");

    return at != NULL && strncasecmp(at + strlen(" pci="), pci_id, strlen(pci_id)) == 0;
}

bool gst_built_judge(const struct gst_tool_end *end, const char *pci_id,
                     struct gst_built_words *words, struct gst_status *st)
{
    const unsigned n = GST_COMPILE_ELEMENTS;
    unsigned long long error = 0, runtime = 0, driver = 0, elements = 0, wrong = 0, sum = 0;

    if (end->how != GST_TOOL_EXITED || !find_number(end->output, "error", &error))
        return judge_end(end, st);
    if (error != 0)
        return judge_error(end, error, st);
    if (!find_number(end->output, "runtime", &runtime)
        || !find_number(end->output, "driver", &driver)
        || !find_number(end->output, "elements", &elements)
        || !find_number(end->output, "wrong", &wrong) || !find_number(end->output, "sum", &sum))
        return judge_end(end, st);
    if (elements != n || wrong != 0 || sum != gst_compile_sum(n))
        return gst_fail(st, GST_HARDWARE_WRONG_RESULT,
                        "a program built here: %llu of %llu elements are wrong, their sum is %llu "
                        "where %u have %llu",
                        wrong, elements, sum, n, gst_compile_sum(n));
    if (end->number != 0 || !is_at(end->output, pci_id))
        return judge_end(end, st);
    words->runtime_version = (int)runtime;
    words->driver_version = (int)driver;
    words->elements = n;
    return true;
}
