/* SPDX-License-Identifier: Apache-2.0 */
/* It never gets as far as main: the build gives it a loader that does not exist. */
int main(void)
{
    return 0;
}
