/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of NCCL's log, by the level and the parts that were asked for, to where they were asked to
 * go. The file is opened once for a process, at the first line, and emptied then.
 */
#ifndef SIM_MODEL_GANG_LOG_LINE_H
#define SIM_MODEL_GANG_LOG_LINE_H

#include <stdbool.h>
#include <stdio.h>

#include "model/gang_log.h"

enum sim_log_level { SIM_LOG_NOTHING, SIM_LOG_VERSION, SIM_LOG_WARN, SIM_LOG_INFO };
enum sim_log_part {
    SIM_LOG_INIT = 1,
    SIM_LOG_ENV = 2,
    SIM_LOG_GRAPH = 4,
    SIM_LOG_TUNING = 8,
    SIM_LOG_P2P = 16
};

/* Are lines of this level and of one of these parts asked for? */
bool sim_log_is_on(enum sim_log_level level, unsigned parts);

/* One line of level INFO. */
__attribute__((format(printf, 3, 4))) void sim_log_info(const struct sim_gang_self *self,
                                                        unsigned parts, const char *format, ...);

/* Where they go. */
FILE *sim_log_file(void);

#endif
