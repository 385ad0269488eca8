/* SPDX-License-Identifier: Apache-2.0 */
/* Unlike CUDA, NVML never cuts a text. */
#include "text.h"

#include <string.h>

nvmlReturn_t sim_nvml_text(char *to, unsigned size, const char *text)
{
    if (strlen(text) >= size)
        return NVML_ERROR_INSUFFICIENT_SIZE;
    memcpy(to, text, strlen(text) + 1);
    return NVML_SUCCESS;
}
