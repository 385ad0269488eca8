/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue of findings, from one list for each part of the suite that finds something. A row:
 * symbol, id, word when found, action, what a healthy machine shows, one remedy, source. An id,
 * once released, keeps its meaning; a finding that two parts make stands in the first list.
 *
 * An edge: blocked, by. If the second is found, the first says nothing of its own.
 *
 * "CUDA driver API" and "CUDA runtime API" are NVIDIA's reference manuals; "observed" means that
 * real libraries were asked on a machine without a GPU (tests/system/test_real_libraries.py), and
 * "captured" that a real container engine and toolkit were (tests/fixtures/roots).
 */
#ifndef GST_CORE_FINDING_LIST_H
#define GST_CORE_FINDING_LIST_H

#include "core/findings/audit.h"
#include "core/findings/burn.h"
#include "core/findings/collectives.h"
#include "core/findings/compile.h"
#include "core/findings/lint.h"
#include "core/findings/meets.h"
#include "core/findings/products.h"
#include "core/findings/runs.h"
#include "core/findings/starts.h"
#include "core/findings/ways.h"

#define GST_FINDINGS(X)                                                                            \
    GST_FINDINGS_OF_RUNS(X)                                                                        \
    GST_FINDINGS_OF_PRODUCTS(X)                                                                    \
    GST_FINDINGS_OF_BURN(X)                                                                        \
    GST_FINDINGS_OF_MEETS(X)                                                                       \
    GST_FINDINGS_OF_WAYS(X)                                                                        \
    GST_FINDINGS_OF_COLLECTIVES(X)                                                                 \
    GST_FINDINGS_OF_COMPILE(X)                                                                     \
    GST_FINDINGS_OF_AUDIT(X)                                                                       \
    GST_FINDINGS_OF_STARTS(X)                                                                      \
    GST_FINDINGS_OF_LINT(X)

#define GST_FINDING_EDGES(X)                                                                       \
    GST_FINDING_EDGES_OF_RUNS(X)                                                                   \
    GST_FINDING_EDGES_OF_PRODUCTS(X)                                                               \
    GST_FINDING_EDGES_OF_COMPILE(X)                                                                \
    GST_FINDING_EDGES_OF_AUDIT(X)                                                                  \
    GST_FINDING_EDGES_OF_LINT(X)

#endif
