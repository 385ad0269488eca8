/* SPDX-License-Identifier: Apache-2.0 */
/* See first_process.h. */
#include "run/first_process.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static void end(int number)
{
    _exit(128 + number);
}

void gst_first_process_heed_signals(void)
{
    static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
    struct sigaction action = { .sa_handler = end }, old;

    if (getpid() != 1)
        return;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(numbers[i], &action, NULL);
    }
}
