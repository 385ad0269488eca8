/* SPDX-License-Identifier: Apache-2.0 */
/* What core knows of engines, gpu of CUDA and audit of NVML, searched for at once; see explain.h.
 */
#include "run/explain.h"

#include <stdlib.h>
#include <string.h>

#include "audit/nvml_message.h"
#include "core/json_message.h"
#include "core/log.h"
#include "core/message.h"
#include "core/text_message.h"
#include "core/verdict.h"
#include "gpu/cuda_message.h"
#include "run/about.h"
#include "run/write.h"

static bool look(FILE *in, struct gst_message_book *book, struct gst_message_hits *hits)
{
    size_t count;
    const struct gst_message *list = gst_message_list(&count);

    for (size_t i = 0; i < count; i++)
        gst_message_add(book, list[i]);
    gst_cuda_messages(book);
    gst_nvml_messages(book);
    return gst_message_search(book->rows, book->count, in, hits);
}

static bool writes_to_standard_output(const char *json)
{
    return json != NULL && strcmp(json, "-") == 0;
}

/* False if it was asked for and could not be written. */
static bool write_json(const struct gst_json_explained *explained, const char *json, FILE *out)
{
    char error[512];

    if (json == NULL)
        return true;
    if (writes_to_standard_output(json))
        return gst_json_explain(explained, out);
    if (gst_write_value(explained, gst_json_explain, json, error, sizeof(error)))
        return true;
    gst_log("%s", error);
    return false;
}

/* Text goes to standard error where JSON takes standard output, as reports do. */
static int tell(const struct gst_message_hits *hits, const char *json, FILE *out)
{
    const struct gst_json_explained explained = { .hits = hits, .version = gst_about_version() };
    FILE *text = writes_to_standard_output(json) ? stderr : out;

    if (!write_json(&explained, json, out))
        return GST_EXIT_COULD_NOT_TELL;
    if (hits->count == 0) {
        gst_log("nothing in this text is known: neither an error message nor an id such as '%s'; "
                "try gpu-selftest audit in a container that starts",
                gst_finding(GST_HOST_NO_GPU)->id);
        return GST_EXIT_COULD_NOT_TELL;
    }
    gst_text_message(hits, text, gst_text_style_for(text));
    return GST_EXIT_PASSED;
}

int gst_explain(FILE *in, const char *json, FILE *out)
{
    struct gst_message_book *book = calloc(1, sizeof(*book));
    struct gst_message_hits hits = { .count = 0 };
    int code = GST_EXIT_COULD_NOT_TELL;

    if (book == NULL || !look(in, book, &hits))
        gst_log("cannot read standard input");
    else
        code = tell(&hits, json, out);
    free(book);
    return code;
}

int gst_explain_id(enum gst_finding_id finding, const char *json, FILE *out)
{
    const struct gst_json_explained explained = { .finding = finding,
                                                  .version = gst_about_version() };

    if (!write_json(&explained, json, out))
        return GST_EXIT_COULD_NOT_TELL;
    gst_text_explain(finding, writes_to_standard_output(json) ? stderr : out);
    return GST_EXIT_PASSED;
}
