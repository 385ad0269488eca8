/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_interface.h. */
#include "model/gang_interface.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "model/gang_env.h"

bool sim_gang_interface_fits(const char *name, const char *wanted)
{
    const bool is_except = wanted[0] == '^';
    const bool is_exact = wanted[is_except] == '=';
    char list[256], *rest = list, *word;
    bool is_named = false;

    snprintf(list, sizeof list, "%s", wanted + is_except + is_exact);
    while ((word = strsep(&rest, ",")) != NULL)
        is_named |= is_exact ? strcmp(name, word) == 0
                             : word[0] != '\0' && strncmp(name, word, strlen(word)) == 0;
    return is_named != is_except;
}

bool sim_gang_has_interface(void)
{
    const char *wanted = sim_gang_variable("NCCL_SOCKET_IFNAME");
    struct ifaddrs *all;
    bool found = false;

    if (wanted == NULL || wanted[0] == '\0')
        return true;
    if (getifaddrs(&all) != 0)
        return false;
    for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
        if (one->ifa_addr == NULL || (one->ifa_flags & IFF_UP) == 0
            || (one->ifa_addr->sa_family != AF_INET && one->ifa_addr->sa_family != AF_INET6))
            continue;
        found |= sim_gang_interface_fits(one->ifa_name, wanted);
    }
    freeifaddrs(all);
    return found;
}
