/* SPDX-License-Identifier: Apache-2.0 */
/* What core knows of engines, gpu of CUDA and audit of NVML, searched for at once; see explain.h.
 */
#include "run/explain.h"

#include <stdlib.h>

#include "audit/nvml_message.h"
#include "core/log.h"
#include "core/message.h"
#include "core/text_message.h"
#include "core/verdict.h"
#include "gpu/cuda_message.h"

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

int gst_explain(FILE *in, FILE *out)
{
    struct gst_message_book *book = calloc(1, sizeof(*book));
    struct gst_message_hits hits = { .count = 0 };
    int code = GST_EXIT_COULD_NOT_TELL;

    if (book == NULL || !look(in, book, &hits)) {
        gst_log("cannot read standard input");
    } else if (hits.count == 0) {
        gst_log("nothing in this text is known: neither an error message nor an id such as '%s'; "
                "try gpu-selftest audit in a container that starts",
                gst_finding(GST_HOST_NO_GPU)->id);
    } else {
        gst_text_message(&hits, out, gst_text_style_for(out));
        code = GST_EXIT_PASSED;
    }
    free(book);
    return code;
}
