/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a container did not start: what engines and hooks print before anything of ours runs; see
 * finding_list.h.
 */
#ifndef GST_CORE_FINDINGS_STARTS_H
#define GST_CORE_FINDINGS_STARTS_H

/* clang-format off */
#define GST_FINDINGS_OF_STARTS(X)
/* clang-format on */

#endif
