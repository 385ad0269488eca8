/* SPDX-License-Identifier: Apache-2.0 */
/* See json_message.h. Absent means null, never left out. */
#include "core/json_message.h"

#include <jansson.h>

/* What a finding is taken for: its row's word, or that of a message, which says more. */
struct meaning {
    enum gst_finding_id finding;
    enum gst_verdict word;
    const char *sign; /* what speaks for it; NULL or "": nothing has to */
    const char *source;
    const char *read; /* of the text; NULL: none was read */
};

static struct meaning of_id(enum gst_finding_id id, const char *read)
{
    return (struct meaning){ .finding = id,
                             .word = gst_finding(id)->verdict,
                             .source = gst_finding(id)->source,
                             .read = read };
}

/* An id in the text is explained as if it had been asked for. */
static struct meaning of_row(const struct gst_message *row, const char *read)
{
    if (row->pattern[0] == '=')
        return of_id(row->finding, read);
    return (struct meaning){ .finding = row->finding,
                             .word = gst_message_word(row->finding),
                             .sign = row->sign,
                             .source = row->source,
                             .read = read };
}

static json_t *text_or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *pack(const struct meaning *meaning)
{
    const struct gst_finding *row = gst_finding(meaning->finding);

    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o}", "id", row->id, "layer",
                     gst_layer_name(gst_finding_layer(meaning->finding)), "word",
                     gst_verdict_word(meaning->word), "action", gst_action_name(row->action),
                     "expected", row->expected, "remedy", row->remedy, "holds_if",
                     text_or_null(meaning->sign), "source", meaning->source, "read",
                     text_or_null(meaning->read));
}

static void append(json_t *list, const struct meaning *meaning)
{
    json_array_append_new(list, pack(meaning));
}

static void append_messages(json_t *findings, json_t *also, const struct gst_message_hits *hits)
{
    for (size_t i = 0; i < hits->count; i++) {
        const struct gst_message_hit *hit = &hits->items[i];

        for (size_t cause = 0; cause < (i == 0 ? hit->causes : 1); cause++) {
            const struct meaning meaning = of_row(&hit->row[cause], hit->text);

            append(i == 0 ? findings : also, &meaning);
        }
    }
}

bool gst_json_explain(const void *value, FILE *out)
{
    const struct gst_json_explained *explained = value;
    json_t *causes = json_array(), *also = json_array();
    json_t *root;
    bool ok;

    if (explained->hits != NULL) {
        append_messages(causes, also, explained->hits);
    } else {
        const struct meaning meaning = of_id(explained->finding, NULL);

        append(causes, &meaning);
    }
    root = json_pack("{s:i, s:s, s:b, s:o, s:o}", "explain_schema", GST_EXPLAIN_SCHEMA_VERSION,
                     "version", explained->version, "is_known", json_array_size(causes) > 0,
                     "causes", causes, "also", also);
    ok = root != NULL && json_dumpf(root, out, JSON_INDENT(2)) == 0;
    json_decref(root);
    return ok && fputc('\n', out) != EOF && fflush(out) == 0;
}
