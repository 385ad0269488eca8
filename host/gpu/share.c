/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of work for all processors; see share.h. */
#include "gpu/share.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

/* Memory is what the work waits for, and a dozen processors take all that it gives. */
#define HELPERS_MOST 31

/* Set in one go. */
#define PART_BYTES ((size_t)2 << 20)

struct crew {
    gst_share_fn *fn;
    void *work;
    size_t count, part;
    atomic_size_t next; /* part that nobody has taken */
};

static void *take_parts(void *argument)
{
    struct crew *crew = argument;
    size_t first;

    while ((first = atomic_fetch_add(&crew->next, 1) * crew->part) < crew->count)
        crew->fn(crew->work, first,
                 crew->count - first < crew->part ? crew->count : first + crew->part);
    return NULL;
}

/* What the caller is bound to holds for those it starts. */
static size_t helpers_for(size_t parts)
{
    size_t helpers = parts - 1;
    cpu_set_t mask;

    if (sched_getaffinity(0, sizeof(mask), &mask) != 0)
        return 0;
    if (helpers > (size_t)CPU_COUNT(&mask) - 1)
        helpers = (size_t)CPU_COUNT(&mask) - 1;
    return helpers < HELPERS_MOST ? helpers : HELPERS_MOST;
}

void gst_share(size_t count, size_t part, gst_share_fn *fn, void *work)
{
    struct crew crew = { .fn = fn, .work = work, .count = count, .part = part };
    const size_t helpers = count > part ? helpers_for((count + part - 1) / part) : 0;
    pthread_t threads[HELPERS_MOST];
    size_t started = 0;
    sigset_t all, before;

    sigfillset(&all);
    if (helpers > 0 && pthread_sigmask(SIG_SETMASK, &all, &before) == 0) {
        while (started < helpers && pthread_create(&threads[started], NULL, take_parts, &crew) == 0)
            started++;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    take_parts(&crew);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

struct bytes {
    unsigned char *to, byte;
};

static void set_part(void *work, size_t first, size_t end)
{
    const struct bytes *bytes = work;

    memset(bytes->to + first, bytes->byte, end - first);
}

void gst_share_set(void *to, unsigned char byte, size_t bytes)
{
    struct bytes work = { to, byte };

    gst_share(bytes, PART_BYTES, set_part, &work);
}
