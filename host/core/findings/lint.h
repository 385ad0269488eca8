/* SPDX-License-Identifier: Apache-2.0 */
/* What the lint of images can find; see finding_list.h. */
#ifndef GST_CORE_FINDINGS_LINT_H
#define GST_CORE_FINDINGS_LINT_H

/* clang-format off */
#define GST_FINDINGS_OF_LINT(X)
/* clang-format on */

#endif
