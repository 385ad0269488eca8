/* SPDX-License-Identifier: Apache-2.0 */
/* What the injection audit can find, file stage and answers; see finding_list.h. */
#ifndef GST_CORE_FINDINGS_AUDIT_H
#define GST_CORE_FINDINGS_AUDIT_H

/* clang-format off */
#define GST_FINDINGS_OF_AUDIT(X)
/* clang-format on */

#define GST_FINDING_EDGES_OF_AUDIT(X)

#endif
