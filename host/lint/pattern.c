/* SPDX-License-Identifier: Apache-2.0 */
/* Of each kind of star only the last needs to be tried again; see pattern.h. */
#include "lint/pattern.h"

#include <stddef.h>
#include <string.h>

struct star {
    const char *after; /* of the pattern, NULL: there was none */
    const char *at;    /* what it has taken so far ends here */
};

/* Lets the star take one more; false if it may not. */
static bool extend(struct star *star, bool is_within_name)
{
    if (star->after == NULL || *star->at == '\0' || (is_within_name && *star->at == '/'))
        return false;
    star->at++;
    return true;
}

bool gst_pattern_matches(const char *pattern, const char *path)
{
    struct star one = { NULL, NULL }, all = { NULL, NULL };

    while (*path != '\0' || *pattern != '\0') {
        if (strncmp(pattern, "**", 2) == 0) {
            pattern += strspn(pattern, "*");
            all = (struct star){ pattern, path };
            one.after = NULL;
        } else if (*pattern == '*') {
            one = (struct star){ ++pattern, path };
        } else if (*path != '\0' && (*pattern == *path || (*pattern == '?' && *path != '/'))) {
            pattern++;
            path++;
        } else if (extend(&one, true)) {
            pattern = one.after;
            path = one.at;
        } else if (extend(&all, false)) {
            pattern = all.after;
            path = all.at;
            one.after = NULL;
        } else {
            return false;
        }
    }
    return true;
}

bool gst_pattern_is_one(const char *text)
{
    return strpbrk(text, "*?") != NULL;
}
