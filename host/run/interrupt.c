/* SPDX-License-Identifier: Apache-2.0 */
/* A handler that notes; see interrupt.h. */
#include "run/interrupt.h"

#include <signal.h>

/* What a handler can reach: no state travels to it. */
static volatile sig_atomic_t has_come;

static void note(int number)
{
    (void)number;
    has_come = 1;
}

void gst_interrupt_hold(void)
{
    struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };

    has_come = 0;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
}

bool gst_interrupt_came(void)
{
    return has_come != 0;
}

void gst_interrupt_release(void)
{
    struct sigaction action = { .sa_handler = SIG_DFL };

    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    if (has_come != 0)
        raise(SIGTERM);
}
