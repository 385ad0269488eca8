/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that go into a caller's buffer. */
#ifndef SIM_NVML_TEXT_H
#define SIM_NVML_TEXT_H

#include "api/nvml_abi.h"

/* 7, and nothing written, if the text and its end do not fit. */
nvmlReturn_t sim_nvml_text(char *to, unsigned size, const char *text);

#endif
