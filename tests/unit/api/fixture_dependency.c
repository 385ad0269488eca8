/* SPDX-License-Identifier: Apache-2.0 */
/* What fixture_orphan needs and does not find. */
int fixture_base(void);

int fixture_base(void)
{
    return 1;
}
