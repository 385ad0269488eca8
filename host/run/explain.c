/* SPDX-License-Identifier: Apache-2.0 */
/* What core knows of engines and gpu of CUDA, searched for at once; see explain.h. */
#include "run/explain.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/message.h"
#include "core/text_message.h"
#include "core/verdict.h"
#include "gpu/cuda_message.h"

/* Rows and hits refer to one another, so they live together. */
struct known {
    struct gst_cuda_messages cuda;
    struct gst_message_hits hits;
    struct gst_message rows[];
};

static struct known *look(FILE *in)
{
    size_t count;
    const struct gst_message *list = gst_message_list(&count);
    const size_t most = count + GST_CUDA_MESSAGES_MAX;
    struct known *known = calloc(1, sizeof(*known) + most * sizeof(known->rows[0]));

    if (known == NULL)
        return NULL;
    gst_cuda_messages_make(&known->cuda);
    memcpy(known->rows, list, count * sizeof(*list));
    memcpy(known->rows + count, known->cuda.rows, known->cuda.count * sizeof(*list));
    if (gst_message_search(known->rows, count + known->cuda.count, in, &known->hits))
        return known;
    free(known);
    return NULL;
}

int gst_explain(FILE *in, FILE *out)
{
    struct known *known = look(in);
    int code = GST_EXIT_COULD_NOT_TELL;

    if (known == NULL) {
        gst_log("cannot read standard input");
    } else if (known->hits.count == 0) {
        gst_log("nothing in this text is known: neither an error message nor an id such as '%s'; "
                "try gpu-selftest audit in a container that starts",
                gst_finding(GST_HOST_NO_GPU)->id);
    } else {
        gst_text_message(&known->hits, out, gst_text_style_for(out));
        code = GST_EXIT_PASSED;
    }
    free(known);
    return code;
}
