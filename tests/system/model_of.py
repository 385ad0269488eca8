# SPDX-License-Identifier: Apache-2.0
"""What a simulated machine has to measure, worked out from the data of its profile and its GPUs'
models alone: each closed form once, for all tests of this folder. No code of the simulator."""

import functools
import itertools
import math
import shlex

from selftest import TOP

SIM = TOP / "tests/sim"
MIB = 1 << 20

# Every machine with a GPU.
PROFILES = sorted(file.stem for file in (SIM / "profiles").glob("*.profile")
                  if file.stem != "empty")

# Documented in tests/sim/README.md and model/: before its bytes move, a kernel costs 1.5 us, a copy
# 1 us. Times between events come in steps of 0.5 us.
KERNEL_S, COPY_S = 1.5e-6, 1e-6
# Between GPUs through the host's memory: at four fifths of the narrower link.
STAGED_S, STAGED_SHARE = 9e-6, 0.8

# Transfers per second of a lane, and how many of its bits are payload (PCI Express base
# specifications; generation 6 sends flits of 256 bytes, 242 of them payload).
LANES = {1: (2.5e9, 8 / 10), 2: (5e9, 8 / 10), 3: (8e9, 128 / 130), 4: (16e9, 128 / 130),
         5: (32e9, 128 / 130), 6: (64e9, 242 / 256)}

# Pageable memory takes the model's 2.2 times as long, and nothing is queued ahead: what the calls
# cost the host (model/clock.c) is part of the time, that of the second event only where the copy
# was waited for, which is so from the GPU.
PAGEABLE = 2.2
COPY_CALL_S, EVENT_CALL_S = 1.5e-6, 0.8e-6

# Of host/workloads/traffic.c: 8 vectors of 16 bytes in flight for each of 512 threads, at most 16
# blocks on a multiprocessor, a sum of 8 bytes for each thread that reads.
ROUND_BYTES, BLOCKS_PER_SM, SUMS_BYTES = 512 * 8 * 16, 16, 512 * 8

# Of host/workloads/latency.c and latency/peers.c: loads of one walk through a GPU's own memory, the
# host's and a peer's, walks of a batch (4 to warm up and 16 timed), bytes of a small copy.
LOCAL_HOPS, HOST_HOPS, PEER_HOPS, WALKS, PAGE = 2048, 1024, 256, 4 + 16, 4096

# Way of memory-bandwidth: buffers read and written.
WAYS = {"copy-engine": 2, "read": 1, "write": 1, "copy": 2, "triad": 3}


# --- the language of profiles and models ---

def statements(file):
    """Each statement of the simulator's language as its words, and its words with a value."""
    for line in file.read_text().replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words, dict(word.split("=", 1) for word in words if "=" in word)


@functools.cache
def gpus_of(profile):
    """The words of each GPU's model and of the GPU, in the order of the profile."""
    found = []
    for words, values in statements(SIM / f"profiles/{profile}.profile"):
        if words[0] == "gpu":
            [(_, model)] = statements(SIM / f"models/{values['model']}.model")
            found.append({**model, **values})
    return found


def instances_of(profile):
    """The words of each instance of a GPU that is split."""
    return [values for words, values in statements(SIM / f"profiles/{profile}.profile")
            if words[0] == "mig"]


def is_split(profile):
    """GPUs that are split into instances, which share the link."""
    return any(gpu.get("mig") == "yes" for gpu in gpus_of(profile))


def shown(profile):
    """How many GPUs CUDA shows: of instances a process sees one."""
    return 1 if is_split(profile) else len(gpus_of(profile))


def quantity(text):
    """Of 2619MHz, 0.5us, 450GB/s, 50MiB, 0.76 or 5120: in Hz, s, B/s, B, or as it is."""
    for unit, factor in (("MHz", 1e6), ("us", 1e-6), ("GB/s", 1e9), ("MiB", MIB), ("B", 1)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    return float(text)


# --- links to the host ---

def is_pcie(gpu):
    """Not over a link to the CPU of another kind (Grace), nor in the host's own memory (Spark)."""
    return "c2c" not in gpu and gpu.get("integrated") != "yes"


PCIE_PROFILES = [name for name in PROFILES if all(map(is_pcie, gpus_of(name)))]


def pcie_theory(generation, width):
    """Bytes per second of a link in one direction."""
    transfers, payload = LANES[generation]
    return transfers * payload / 8 * width


def host_rate(gpu, generation=None, width=None):
    """What copies between the host's memory and this GPU reach in one direction, alone."""
    if "c2c" in gpu:
        return quantity(gpu["c2c"]) * float(gpu["c2c-efficiency"])
    if not is_pcie(gpu):
        # Within one memory: what is written was read there, too.
        peak = quantity(gpu["memory-clock"]) * 2 * float(gpu["bus"]) / 8
        return peak * float(gpu["memory-efficiency"]) / 2
    generation = generation or int(gpu["pcie-gen"])
    width = width or int(gpu["pcie-width"])
    return pcie_theory(generation, width) * float(gpu["pcie-efficiency"])


# --- the GPU's own memory ---

class Memory:
    """What the profile's first GPU, or its first instance, has."""

    def __init__(self, profile):
        gpu = gpus_of(profile)[0]
        bus = float(gpu["bus"])
        self.sms = int(gpu["sms"])
        self.l2_bytes = quantity(gpu["l2"])
        self.peak = 2 * quantity(gpu["memory-clock"]) * bus / 8
        self.rate = self.peak * float(gpu["memory-efficiency"])
        self.is_hbm = bus > 512
        if is_split(profile):
            # Its share of the memory brings its share of the rate.
            instance = instances_of(profile)[0]
            self.rate *= quantity(instance["memory"]) / quantity(gpu["memory"])
            self.sms = int(instance["sms"])

    def bandwidth(self, way, size):
        traffic = WAYS[way] * size
        if way == "read":
            traffic += min(-(-size // ROUND_BYTES), self.sms * BLOCKS_PER_SM) * SUMS_BYTES
        latency = COPY_S if way == "copy-engine" else KERNEL_S
        return traffic / (latency + traffic / self.rate)


# --- several at once ---

@functools.cache
def facts_of(profile, kind):
    """Each statement that starts with this word: its words and values."""
    return [(words, values) for words, values in statements(SIM / f"profiles/{profile}.profile")
            if words[0] == kind]


def shares(flows, left):
    """Max-min fair: the resource that has least for each flow that uses it gives them that much;
    what these take elsewhere is gone there; and so on. `flows` maps a name to the resources that
    it uses, `left` a resource to its rate."""
    flows, left, found = dict(flows), dict(left), {}
    while flows:
        users = {key: [name for name, uses in flows.items() if key in uses] for key in left}
        share, tightest = min((left[key] / len(names), key) for key, names in users.items() if names)
        for name in users[tightest]:
            found[name] = share
            for key in flows.pop(name):
                left[key] -= share
    return found


def uplinks_of(profile):
    """Rate of each PCIe switch's link to the host, in one direction."""
    return {words[1]: pcie_theory(int(values["gen"]), int(values["width"]))
                      * float(values["efficiency"])
            for words, values in facts_of(profile, "switch")}


def host_rates_at_once(profile, uplinks=None, indices=None):
    """Of each GPU while all copy in one direction: its link, the switch above it, and the memory
    of its node. `uplinks` are rates of switches in place of the profile's."""
    gpus = gpus_of(profile)
    indices = range(len(gpus)) if indices is None else indices
    left = {("switch", number): rate
            for number, rate in (uplinks or uplinks_of(profile)).items()}
    left |= {("node", words[1]): quantity(values["memory"])
             for words, values in facts_of(profile, "node")}
    left |= {("link", index): host_rate(gpu) for index, gpu in enumerate(gpus)}
    flows = {index: {key for key in (("link", index), ("switch", gpu.get("switch")),
                                     ("node", gpu["numa"])) if key in left}
             for index, gpu in enumerate(gpus) if index in indices}
    return shares(flows, left)


# --- between GPUs ---

def nvlinks(profile):
    """Links of each GPU, all of which lead to switches."""
    [(_, values)] = facts_of(profile, "link") or [(None, {})]
    return int(values.get("nvlink", 0))


def has_peers(profile):
    """Do GPUs reach each other without the host's memory?"""
    [(_, values)] = facts_of(profile, "link") or [(None, {})]
    return nvlinks(profile) > 0 or values.get("p2p") == "yes"


def peer_ways(profile, one, other):
    """What a copy between two GPUs uses, with the rate of each."""
    gpus = gpus_of(profile)
    source, target = gpus[one], gpus[other]
    if nvlinks(profile) > 0:
        rate = (nvlinks(profile) * quantity(source["nvlink-rate"])
                * float(source["nvlink-efficiency"]))
        return {("nvlink", one, "out"): rate, ("nvlink", other, "in"): rate}
    ways = {("link", one, "up"): host_rate(source), ("link", other, "down"): host_rate(target)}
    if "switch" in source and source["switch"] != target["switch"]:
        ways["switch", source["switch"], "up"] = uplinks_of(profile)[source["switch"]]
        ways["switch", target["switch"], "down"] = uplinks_of(profile)[target["switch"]]
    for _, values in facts_of(profile, "sockets"):
        if source["numa"] != target["numa"]:
            ways["sockets", source["numa"]] = quantity(values["rate"])
    return ways


def peer_rate(profile, one, other):
    return min(peer_ways(profile, one, other).values())


def peer_rates_at_once(profile, pairs):
    ways = {pair: peer_ways(profile, *pair) for pair in pairs}
    left = {key: rate for uses in ways.values() for key, rate in uses.items()}
    return shares({pair: set(uses) for pair, uses in ways.items()}, left)


def rounds_of(count):
    """2 (N - 1) one-way rounds for an even number of GPUs, 2 N for an odd one."""
    return 2 * (count - 1) if count % 2 == 0 else 2 * count


# --- single accesses ---

def latency_of(gpu, name):
    """Seconds for one load, or for one page."""
    if name == "local":
        return quantity(gpu["latency"]) + KERNEL_S / LOCAL_HOPS
    if name == "host":
        return quantity(gpu["host-latency"]) + KERNEL_S / HOST_HOPS
    return COPY_S + PAGE / host_rate(gpu)


def peer_latency_of(profile, one, other, name):
    """The same from one GPU to another that it reaches: `other` loads what `one` has."""
    if name == "copy-peer":
        return COPY_S + PAGE / peer_rate(profile, one, other)
    word = "peer-latency" if nvlinks(profile) else "host-latency"
    return quantity(gpus_of(profile)[other][word]) + KERNEL_S / PEER_HOPS


# --- every number of the group ---

def time_for(size, rate, before=COPY_S):
    return before + size / rate


def host_copy(profile, level, size, indices):
    found = {}
    for index in indices:
        gpu = gpus_of(profile)[index]
        rate = size / time_for(size, host_rate(gpu))
        ways = {"to-gpu": rate, "from-gpu": rate}
        if level == "full":
            # Each direction has its own wires; integrated memory is crossed by both, and four times
            # in place of two where it is pageable. An eighth of the size is copied of that.
            is_integrated = gpu.get("integrated") == "yes"
            ways |= {"both-ways": rate if is_integrated else 2 * rate}
            slow = host_rate(gpu) / (2 if is_integrated else PAGEABLE)
            seconds = COPY_CALL_S + time_for(size / 8, slow)
            ways |= {"pageable-to-gpu": size / 8 / seconds,
                     "pageable-from-gpu": size / 8 / (seconds + EVENT_CALL_S)}
        for way, value in ways.items():
            variant = "" if "pageable" in way else "pinned"
            found["host-copy." + way, variant, index, index] = value
    return found


def peer_copy(profile, level, size, indices):
    found = {}
    for one, other in itertools.permutations(indices, 2):
        def note(name, variant, value):
            found["peer-copy." + name, variant, one, other] = value
        if not has_peers(profile):
            if level == "full":
                rate = STAGED_SHARE * min(host_rate(gpus_of(profile)[end]) for end in (one, other))
                note("write", "staged", size / time_for(size, rate, STAGED_S))
            continue
        alone = peer_rate(profile, one, other)
        engine, kernel = (size / time_for(size, alone, before) for before in (COPY_S, KERNEL_S))
        note("write", "copy-engine", engine)
        if level == "quick":
            continue
        note("write", "kernel", kernel)
        note("read", "copy-engine", engine)
        note("read", "kernel", kernel)
        if one < other:
            note("both-ways", "copy-engine", 2 * engine)
            note("both-ways", "kernel", 2 * kernel)
        # The other pairs of its round may be any that are disjoint; of three GPUs there is none.
        rest = [index for index in indices if index not in (one, other)]
        note("contention", "copy-engine", [
            peer_rates_at_once(profile, [(one, other), pair])[one, other] / alone
            for pair in itertools.permutations(rest, 2)] or 1)
    return found


def fan_part(size, gpus, samples):
    """Bytes that each GPU sends to the one in the middle, or gets from it: parts of one buffer, in
    steps of 64 words; each batch of each GPU in the middle moves on by a step, twice."""
    step = 64 * 4
    spare = 2 * gpus * -(-samples // 16) * step
    return (size - spare) // (gpus - 1) // step * step


def fan_of_peers(profile, size, indices):
    """The sum of all parts until the slowest has arrived."""
    found = {}
    part = fan_part(size, len(indices), 48)
    for index in indices:
        others = [other for other in indices if other != index]
        for way, pairs in (("all-to-one", [(other, index) for other in others]),
                           ("one-to-all", [(index, other) for other in others])):
            slowest = min(peer_rates_at_once(profile, pairs).values())
            found["fan." + way, "copy-engine", index, index] = (
                len(others) * part / time_for(part, slowest))
    return found


def fan(profile, level, size, indices):
    found = {}
    if level == "full" and has_peers(profile):
        found |= fan_of_peers(profile, size, indices)
    at_once = host_rates_at_once(profile, indices=indices)
    for index in indices:
        alone = time_for(size, min(host_rate(gpus_of(profile)[index]), uplink_above(profile, index)))
        together = time_for(size, at_once[index])
        for way in ("host-to-all", "all-to-host"):
            found["fan." + way, "pinned", index, index] = size / together
            found["fan.share", way, index, index] = alone / together
    return found


def uplink_above(profile, index):
    return uplinks_of(profile).get(gpus_of(profile)[index].get("switch"), float("inf"))


def memory_bandwidth(profile, level, size, indices):
    del level
    memory = Memory(profile)
    return {("memory-bandwidth." + way, "", index, index): memory.bandwidth(way, size)
            for index in indices for way in WAYS}


def latency(profile, level, size, indices):
    del size
    found = {("latency." + name, "", index, index): latency_of(gpus_of(profile)[index], name)
             for index in indices for name in ("local", "host", "copy-to-gpu", "copy-from-gpu")}
    if level == "full" and has_peers(profile):
        for one, other in itertools.permutations(indices, 2):
            found |= {("latency." + name, "", one, other): peer_latency_of(profile, one, other, name)
                      for name in ("peer", "copy-peer")}
    return found


# Workload: its numbers, and how many GPUs it needs.
WORKLOADS = {"host-copy": (host_copy, 1), "peer-copy": (peer_copy, 2), "fan": (fan, 2),
             "memory-bandwidth": (memory_bandwidth, 1), "latency": (latency, 1)}


def bandwidth_metrics(profile, level, size, indices):
    """(name, variant, source, target) of each number that `gpu-selftest bandwidth` has to show of
    these GPUs, and what it has to be; a list where the schedule decides."""
    found = {}
    for numbers, gpus in WORKLOADS.values():
        if len(indices) >= gpus:
            found |= numbers(profile, level, size, indices)
    return found


def skipped(profile, level, indices):
    """Workloads of the group that have nothing to measure here, and why."""
    if len(indices) < 2:
        return dict.fromkeys(("peer-copy", "fan"), "needs 2 GPUs, 1 is selected")
    if level == "quick" and not has_peers(profile):
        return {"peer-copy": "no pair of GPUs can reach each other directly: CUDA gives no peer "
                             "access"}
    return {}


# --- products of matrices ---

# Kind of sgemm: what the model calls its units, and the word of its efficiency.
PRODUCTS = {"fp32": "fp32", "fp32-default": "fp32", "tf32": "tf32", "fp64": "fp64", "fp16": "fp16",
            "bf16": "bf16"}

# Of host/workloads/sgemm/speed.c: products of a sample, for 10 ms and at most 16.
SAMPLE_S, REPEATS_MOST = 0.01, 16


class Products:
    """What the profile's first GPU makes of products: multiply-adds of its units or, where it has
    none for a type, of its cores, at the clock of the model."""

    def __init__(self, profile):
        gpu = gpus_of(profile)[0]
        self.gpu = gpu
        self.sms = int(gpu["sms"])
        if is_split(profile):
            self.sms = int(instances_of(profile)[0]["sms"])
        self.clock = quantity(gpu["clock"])
        self.kinds = [kind for kind in PRODUCTS
                      if kind not in ("tf32", "bf16") or float(gpu["cc"]) >= 8]

    def rate(self, kind):
        """Operations per second, two for each multiply-add."""
        name = PRODUCTS[kind]
        lanes = int(self.gpu.get(f"{name}-lanes", self.gpu["cores-per-sm"]))
        return 2 * self.sms * self.clock * lanes * float(self.gpu[f"{name}-efficiency"])

    def seconds(self, kind, side):
        return 2 * side**3 / self.rate(kind)

    def measured(self, kind, side):
        """The rates that events in steps of half a microsecond may make of it, told in milliseconds
        of single precision."""
        seconds = self.seconds(kind, side)
        repeats = max(1, min(REPEATS_MOST, math.ceil(SAMPLE_S / seconds)))
        operations, seconds = repeats * 2 * side**3, repeats * seconds
        slack = seconds * 2**-23
        return operations / (seconds + 1e-6 + slack), operations / (seconds - 0.5e-6 - slack)


def side_of(size, squares=3, element=8):
    """Of so many squares of elements so wide in `size` bytes: a multiple of 128, at least 128."""
    return max(128, int((size / (squares * element)) ** 0.5 / 128) * 128)
