/* SPDX-License-Identifier: Apache-2.0 */
/* The page about a pasted message; see text_message.h. */
#include "core/text_message.h"

#include "core/text_table.h"

static void write_headline(enum gst_finding_id id, FILE *out, struct gst_text_style style)
{
    const struct gst_finding *finding = gst_finding(id);

    gst_text_word(out, gst_message_word(id), 6, style);
    fprintf(out, "%s   layer %s, action: %s\n", finding->id, gst_layer_name(gst_finding_layer(id)),
            gst_action_name(finding->action));
    fprintf(out, "      next: %s\n\n", finding->remedy);
}

static void write_cause(const struct gst_message *row, FILE *out)
{
    fprintf(out, "\n  or        %s", gst_finding(row->finding)->id);
    if (row->sign[0] != '\0')
        fprintf(out, ", if %s", row->sign);
    fprintf(out, "\n            next: %s\n", gst_finding(row->finding)->remedy);
}

static bool is_named_before(const struct gst_message_hits *hits, size_t i)
{
    for (size_t other = 0; other < i; other++) {
        if (hits->items[other].row->finding == hits->items[i].row->finding)
            return true;
    }
    return false;
}

void gst_text_message(const struct gst_message_hits *hits, FILE *out, struct gst_text_style style)
{
    const struct gst_message_hit *hit = &hits->items[0];
    const struct gst_message *row = hit->row;

    if (row->pattern[0] == '=') {
        gst_text_explain(row->finding, out);
        return;
    }
    write_headline(row->finding, out, style);
    fprintf(out, "  read      %s\n", hit->text);
    if (row->sign[0] != '\0')
        fprintf(out, "  holds if  %s\n", row->sign);
    fprintf(out, "  expected  %s\n", gst_finding(row->finding)->expected);
    if (hit->ends_with_127)
        fprintf(out, "  exit 127  looks like a command that was not found, but the command was "
                     "never run: the engine\n            takes the code from the words 'no such "
                     "file or directory'\n");
    fprintf(out, "  source    %s\n", row->source);
    for (size_t i = 1; i < hit->causes; i++)
        write_cause(&row[i], out);
    if (hit->causes > 1)
        fprintf(out, "\n  to tell   gpu-selftest audit, in a container that starts\n");
    for (size_t i = 1; i < hits->count; i++) {
        if (!is_named_before(hits, i))
            fprintf(out, "\n  also      %s\n            read: %s\n",
                    gst_finding(hits->items[i].row->finding)->id, hits->items[i].text);
    }
}
