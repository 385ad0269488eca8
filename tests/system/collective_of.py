# SPDX-License-Identifier: Apache-2.0
"""How long a collective of NCCL's takes on a simulated machine, worked out from the data of its
profile and its GPUs' models by the table in tests/sim/README.md. No code of the simulator."""

import math

from model_of import facts_of, gpus_of, host_rate, nvlinks, peer_rate, quantity, uplinks_of

# Microseconds to start with and per step, (LL, SIMPLE). By NVLink, and where a hop is not.
RING_START, TREE_START, NVLS_START = (6.6, 8.4), (6.8, 8.4), 25
RING_STEP = {True: (0.6, 3.4), False: (1.0, 5.7)}
TREE_STEP = {True: (0.6, 4.0), False: (1.0, 4.0)}
LL_SHARE = 1 / 4
# Of what PCIe copies; and a byte that goes through the host takes each link twice, and its memory.
PCIE_SHARE, THROUGH_HOST = 0.9, 2
NVLS_LEAST_GPUS, NVLS_LEAST_CAPABILITY = 3, 9.0


def is_direct(profile, one, other, p2p=True):
    """P2P: over NVLink, or PCIe below one switch."""
    gpus = gpus_of(profile)
    [(_, values)] = facts_of(profile, "link") or [(None, {})]
    if not p2p or (nvlinks(profile) == 0 and values.get("p2p") != "yes"):
        return False
    return nvlinks(profile) > 0 or (
        "switch" in gpus[one] and gpus[one]["switch"] == gpus[other]["switch"])


def host_uses(profile, one, other):
    """What a hop through the host's memory uses, with how often and the rate of each."""
    gpus = gpus_of(profile)
    source, target = gpus[one], gpus[other]
    uses = {("link", one, "up"): (THROUGH_HOST, host_rate(source)),
            ("link", other, "down"): (THROUGH_HOST, host_rate(target))}
    for gpu, way in ((source, "up"), (target, "down")):
        if "switch" in gpu:
            uses["switch", gpu["switch"], way] = (THROUGH_HOST, uplinks_of(profile)[gpu["switch"]])
    for _, values in facts_of(profile, "sockets"):
        if source["numa"] != target["numa"]:
            uses["sockets", source["numa"]] = (THROUGH_HOST, quantity(values["rate"]))
    for words, values in facts_of(profile, "node"):
        if words[1] == source["numa"]:
            uses["node", source["numa"]] = (2, quantity(values["memory"]))
    return uses


def hops_of(indices):
    return [(one, indices[(place + 1) % len(indices)]) for place, one in enumerate(indices)]


def ring_rate(profile, indices, p2p=True):
    """Bytes per second that pass each hop, all hops being busy: GPUs in the order of the profile,
    which is best on every machine of ours."""
    loads, share = {}, 1
    for one, other in hops_of(indices):
        if is_direct(profile, one, other, p2p):
            by_link = nvlinks(profile) > 0
            share = min(share, float(gpus_of(profile)[one].get("collective-efficiency", 1))
                        if by_link else PCIE_SHARE)
            uses = {("direct", one, other): (1, peer_rate(profile, one, other))}
            if not by_link:
                uses = {("link", one, "up"): (1, host_rate(gpus_of(profile)[one])),
                        ("link", other, "down"): (1, host_rate(gpus_of(profile)[other]))}
        else:
            share = min(share, PCIE_SHARE)
            uses = host_uses(profile, one, other)
        for key, (times, rate) in uses.items():
            loads[key] = (loads.get(key, (0, 0))[0] + times, rate)
    return share * min(rate / times for times, rate in loads.values())


def has_nvls(profile, indices):
    return len(indices) >= NVLS_LEAST_GPUS and nvlinks(profile) > 0 and all(
        "nvls-efficiency" in gpu and float(gpu["cc"]) >= NVLS_LEAST_CAPABILITY
        for gpu in gpus_of(profile))


def nvls_rate(profile):
    """Bytes of the buffer per second."""
    return peer_rate(profile, 0, 1) * float(gpus_of(profile)[0]["nvls-efficiency"])


def ways_of(profile, indices, collective, size, p2p=True, nvls=True, slow=1):
    """Seconds by (algorithm, protocol). `slow` is what a fault leaves of the slowest link."""
    count = len(indices)
    if count == 1:
        gpu = gpus_of(profile)[indices[0]]
        memory = (2 * quantity(gpu["memory-clock"]) * float(gpu["bus"]) / 8
                  * float(gpu["memory-efficiency"]))
        return {("RING", "SIMPLE"): RING_START[1] / 1e6 + 2 * size / memory}
    is_nvlink = all(is_direct(profile, *hop, p2p) for hop in hops_of(indices)) \
        and nvlinks(profile) > 0
    rounds = 2 if collective == "all-reduce" else 1
    moved = size if collective in ("broadcast", "reduce") else rounds * (count - 1) / count * size
    rate, found = slow * ring_rate(profile, indices, p2p), {}
    for place, (protocol, share) in enumerate((("LL", LL_SHARE), ("SIMPLE", 1))):
        steps = rounds * (count - 1)
        found["RING", protocol] = ((RING_START[place] + steps * RING_STEP[is_nvlink][place]) / 1e6
                                   + moved / (rate * share))
        if collective == "all-reduce":
            found["TREE", protocol] = (
                (TREE_START[place] + steps * TREE_STEP[is_nvlink][place]) / 1e6
                + 2 * size / (rate * share))
    if collective == "all-reduce" and p2p and nvls and has_nvls(profile, indices):
        found["NVLS", "SIMPLE"] = NVLS_START / 1e6 + size / (slow * nvls_rate(profile))
    return found


def duration(profile, indices, collective, size, slow=1, **settings):
    """Seconds of the way that NCCL takes for the quickest, since it does not know what is slow.
    `size` is all of a rank's larger buffer."""
    plan = ways_of(profile, indices, collective, size, **settings)
    return ways_of(profile, indices, collective, size, slow=slow, **settings)[
        min(plan, key=plan.get)]


def bus_factor(collective, count):
    """What algorithm bandwidth is multiplied with (nccl-tests, doc/PERFORMANCE.md)."""
    return {"all-reduce": 2 * (count - 1) / count, "all-gather": (count - 1) / count,
            "reduce-scatter": (count - 1) / count}.get(collective, 1)


def bus_bandwidth(profile, indices, collective, size, **settings):
    """Bytes per second as nccl-tests counts them; of one rank nothing crosses a bus."""
    if len(indices) < 2:
        return math.nan
    seconds = duration(profile, indices, collective, size, **settings)
    return bus_factor(collective, len(indices)) * size / seconds


# --- what is compared ---

ELEMENT_BYTES = {"float": 4, "half": 2, "bfloat16": 2, "int32": 4}

# Messages that are cut into a part for each rank, and those of which input and output never share
# their memory; NCCL's user guide, "Collective Operations" and "In-place Operations".
CUT = {"all-gather", "reduce-scatter", "all-to-all"}
WITHOUT_IN_PLACE = {"send-recv", "all-to-all"}

# Messages up to so many bytes are sent so often for one sample, larger ones once; what is cut is
# sent once where input and output share their memory.
SLOTS, SLOT_BYTES = 8, 128 << 10


def elements_of(collective, count, element, size):
    """Elements of a message of so many bytes: where it is cut, of as many equal parts as ranks."""
    elements = size // ELEMENT_BYTES[element]
    if collective in CUT:
        return max(elements // count, 1) * count
    return elements


def received(collective, count, elements):
    """Elements that all ranks together have got when one such message is through."""
    if collective == "reduce":
        return elements  # the root alone
    if collective == "reduce-scatter":
        return elements  # a part each
    return count * elements


def compared(collective, count, element, sizes, is_timed=True):
    """Elements that all ranks together compare: every message of each size, out of place and, where
    NCCL has that, in place."""
    total = 0
    for size in sizes:
        once = received(collective, count, elements_of(collective, count, element, size))
        slots = SLOTS if is_timed and size <= SLOT_BYTES else 1
        total += slots * once
        if is_timed and collective not in WITHOUT_IN_PLACE:
            total += (1 if collective in CUT else slots) * once
    return total
