/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of all doubles, from the rows that declare them. */
#include <string.h>

#include "api/cublas_abi.h"
#include "api/cuda_abi.h"
#include "api/cudart_abi.h"
#include "api/nccl_abi.h"
#include "api/nvml_abi.h"
#include "script/statement.h"

#define SYMBOL(result, name, version, arguments, needed) #name #version,

static const char *const SYMBOLS[] = { GST_CUDA_API(SYMBOL) GST_CUDART_API(SYMBOL) GST_CUBLAS_API(
    SYMBOL) GST_CUBLASLT_API(SYMBOL) GST_NCCL_API(SYMBOL) GST_NVML_API(SYMBOL) };

bool sim_symbol_is_known(const char *symbol)
{
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof SYMBOLS[0]; i++) {
        if (strcmp(SYMBOLS[i], symbol) == 0)
            return true;
    }
    return false;
}
