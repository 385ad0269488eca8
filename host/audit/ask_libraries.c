/* SPDX-License-Identifier: Apache-2.0 */
/* Where the helper is; see ask_libraries.h. */
#include "audit/ask_libraries.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/ask_program.h"

static void find_helper(char *path, size_t size)
{
    char *slash;
    ssize_t length = readlink("/proc/self/exe", path, size - 1);

    path[length > 0 ? length : 0] = '\0';
    slash = strrchr(path, '/');
    /* Without /proc the name alone is left, which PATH may know. */
    if (slash == NULL)
        snprintf(path, size, "%s", GST_ASK_HELPER);
    else
        snprintf(slash + 1, size - (size_t)(slash + 1 - path), "%s", GST_ASK_HELPER);
}

bool gst_ask_libraries(const char *helper, double deadline_s, char *text, size_t size,
                       struct gst_status *st)
{
    char path[PATH_MAX];

    if (helper == NULL) {
        find_helper(path, sizeof(path));
        helper = path;
    }
    return gst_ask_program((const char *const[]){ helper, NULL }, "", deadline_s, text, size, st);
}
