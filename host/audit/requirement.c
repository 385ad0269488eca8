/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVIDIA_REQUIRE_*; see requirement.h. Evaluated from the left, and as little as decides, as the
 * original does: what stands behind the answer is not looked at and may be no term.
 */
#include "audit/requirement.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/utf8.h"
#include "core/version.h"

#define COMPARATORS "<>=!"

/* Orders of what is there against what is asked for that satisfy an operator. */
enum { BELOW = 1, AT = 2, ABOVE = 4 };

enum truth { FALSE_TERM, TRUE_TERM, UNKNOWN_TERM, NO_TERM };

struct slice {
    const char *at;
    size_t length;
};

static bool is_word(struct slice slice, const char *word)
{
    return strlen(word) == slice.length && strncasecmp(slice.at, word, slice.length) == 0;
}

/* 0 if it is none. */
static int orders_of(struct slice comparator)
{
    static const struct {
        const char *text;
        int orders;
    } rows[] = {
        { "=", AT },    { "!=", BELOW | ABOVE }, { "!", BELOW | ABOVE }, /* the original takes it */
        { "<", BELOW }, { "<=", BELOW | AT },    { ">", ABOVE },         { ">=", ABOVE | AT },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (is_word(comparator, rows[i].text))
            return rows[i].orders;
    }
    return 0;
}

static enum truth judge_version(const char *have, int orders, struct slice want)
{
    char text[64];
    int order;

    if (want.at[0] == '.' || strspn(want.at, "0123456789.") < want.length
        || want.length >= sizeof(text))
        return NO_TERM;
    if (have == NULL)
        return UNKNOWN_TERM;
    memcpy(text, want.at, want.length);
    text[want.length] = '\0';
    order = gst_version_compare(have, text);
    return (orders & (order < 0 ? BELOW : order > 0 ? ABOVE : AT)) != 0 ? TRUE_TERM : FALSE_TERM;
}

static enum truth judge_brand(const char *have, int orders, struct slice want)
{
    if (orders != AT && orders != (BELOW | ABOVE))
        return NO_TERM;
    if (have == NULL)
        return UNKNOWN_TERM;
    return is_word(want, have) == (orders == AT) ? TRUE_TERM : FALSE_TERM;
}

static enum truth judge_term(struct slice term, const struct gst_offer_of_driver *offer)
{
    const struct {
        const char *name, *have;
        enum truth (*judge)(const char *have, int orders, struct slice want);
    } properties[] = {
        { "cuda", offer->cuda, judge_version },
        { "driver", offer->driver, judge_version },
        { "arch", offer->arch, judge_version },
        { "brand", offer->brand, judge_brand },
    };
    struct slice name = { term.at, strcspn(term.at, COMPARATORS " ,") };
    struct slice comparator = { term.at + name.length, strspn(name.at + name.length, COMPARATORS) };
    struct slice want = { comparator.at + comparator.length, 0 };
    int orders = orders_of(comparator);

    want.length = term.length - name.length - comparator.length;
    if (orders == 0 || want.length == 0)
        return NO_TERM;
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        if (is_word(name, properties[i].name))
            return properties[i].judge(properties[i].have, orders, want);
    }
    return NO_TERM;
}

/* Steps to the next part that is not empty. */
static bool take_part(const char **cursor, const char *end, char separator, struct slice *part)
{
    while (*cursor < end && **cursor == separator)
        (*cursor)++;
    if (*cursor == end)
        return false;
    part->at = *cursor;
    while (*cursor < end && **cursor != separator)
        (*cursor)++;
    part->length = (size_t)(*cursor - part->at);
    return true;
}

struct alternative {
    enum truth truth;
    struct slice broken; /* the part that is no term */
    size_t failed;       /* terms that do not hold: how far it is from being met */
};

static struct alternative judge_alternative(struct slice text,
                                            const struct gst_offer_of_driver *offer)
{
    struct alternative found = { .truth = TRUE_TERM };
    const char *cursor = text.at, *end = text.at + text.length;
    struct slice term;

    while (take_part(&cursor, end, ',', &term)) {
        enum truth truth = judge_term(term, offer);

        /* Behind a term that fails only the distance is still of interest. */
        if (found.truth == FALSE_TERM) {
            found.failed += truth != TRUE_TERM;
            continue;
        }
        if (truth == NO_TERM) {
            /* Behind what is not known, the original may or may not come to it. */
            if (found.truth == TRUE_TERM)
                found.truth = NO_TERM;
            found.broken = term;
            return found;
        }
        if (truth == FALSE_TERM) {
            found.truth = FALSE_TERM;
            found.failed = 1;
        } else if (truth == UNKNOWN_TERM) {
            found.truth = UNKNOWN_TERM;
        }
    }
    return found;
}

static void copy_slice(char *text, size_t size, struct slice slice)
{
    char whole[256];

    snprintf(whole, sizeof(whole), "%.*s",
             (int)(slice.length < sizeof(whole) ? slice.length : sizeof(whole)), slice.at);
    gst_utf8_copy(text, size, whole);
}

enum gst_requirement gst_requirement_judge(const char *value,
                                           const struct gst_offer_of_driver *offer, char *text,
                                           size_t size)
{
    const char *cursor = value, *end = value + strlen(value);
    enum gst_requirement result = GST_REQUIREMENT_MET;
    size_t least = SIZE_MAX;
    struct slice part;

    text[0] = '\0';
    while (take_part(&cursor, end, ' ', &part)) {
        struct alternative found = judge_alternative(part, offer);

        if (found.truth == TRUE_TERM) {
            copy_slice(text, size, part);
            return GST_REQUIREMENT_MET;
        }
        /* Whether the original would have come to what is broken depends on what is not known. */
        if (found.broken.at != NULL
            && (found.truth == UNKNOWN_TERM || result == GST_REQUIREMENT_UNKNOWN)) {
            copy_slice(text, size, found.broken);
            return GST_REQUIREMENT_UNKNOWN;
        }
        if (found.truth == NO_TERM) {
            copy_slice(text, size, found.broken);
            return GST_REQUIREMENT_INVALID;
        }
        if (found.truth == UNKNOWN_TERM) {
            if (result != GST_REQUIREMENT_UNKNOWN)
                copy_slice(text, size, part);
            result = GST_REQUIREMENT_UNKNOWN;
        } else if (result != GST_REQUIREMENT_UNKNOWN) {
            result = GST_REQUIREMENT_UNMET;
            if (found.failed < least) {
                least = found.failed;
                copy_slice(text, size, part);
            }
        }
    }
    return result;
}
