# SPDX-License-Identifier: Apache-2.0
"""What a simulated machine has to measure, worked out from the data of its profile and its GPUs'
models alone: each closed form once, for all tests of this folder. No code of the simulator."""

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

# Of host/workloads/latency.c: loads of one walk, walks of a batch (4 to warm up and 16 timed), bytes
# of a small copy.
LOCAL_HOPS, HOST_HOPS, WALKS, PAGE = 4096, 2048, 4 + 16, 4096

# Way of memory-bandwidth: buffers read and written.
WAYS = {"copy-engine": 2, "read": 1, "write": 1, "copy": 2, "triad": 3}


# --- the language of profiles and models ---

def statements(file):
    """Each statement of the simulator's language as its words, and its words with a value."""
    for line in file.read_text().replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words, dict(word.split("=", 1) for word in words if "=" in word)


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


# --- single accesses ---

def latency_of(gpu, name):
    """Seconds for one load, or for one page."""
    if name == "local":
        return quantity(gpu["latency"]) + KERNEL_S / LOCAL_HOPS
    if name == "host":
        return quantity(gpu["host-latency"]) + KERNEL_S / HOST_HOPS
    return COPY_S + PAGE / host_rate(gpu)


# --- all GPUs at once ---

def switches_of(profile):
    return {words[1]: values for words, values in statements(SIM / f"profiles/{profile}.profile")
            if words[0] == "switch"}


def nodes_of(profile):
    """Bytes per second of host memory, by the number of the NUMA node; none: nothing limits."""
    return {words[1]: quantity(values["memory"])
            for words, values in statements(SIM / f"profiles/{profile}.profile")
            if words[0] == "node"}


def switch_rate(switch, generation=None, width=None):
    """What copies over the link between a switch and the host reach in one direction."""
    return (pcie_theory(generation or int(switch["gen"]), width or int(switch["width"]))
            * float(switch["efficiency"]))


def host_rates_at_once(profile, uplinks=()):
    """What each GPU gets while all copy in one direction: whoever has the least for each of its
    users gives them that much, which is gone elsewhere, and so on. `uplinks` are rates of switches,
    by their number, that differ from the profile's."""
    gpus = gpus_of(profile)
    left = {("node", number): rate for number, rate in nodes_of(profile).items()}
    users = {}
    for number, switch in switches_of(profile).items():
        left["switch", number] = dict(uplinks).get(number, switch_rate(switch))
    for index, gpu in enumerate(gpus):
        left["link", str(index)] = host_rate(gpu)
        for key in (("link", str(index)), ("switch", gpu.get("switch")), ("node", gpu["numa"])):
            users.setdefault(key, set()).add(index)
    found = {}
    while len(found) < len(gpus):
        share, narrowest = min((left[key] / len(users[key]), key) for key in left if users.get(key))
        for index in sorted(users[narrowest]):
            found[index] = share
            for key, who in users.items():
                if index in who:
                    who.remove(index)
                    if key in left:
                        left[key] -= share
    return [found[index] for index in range(len(gpus))]


def host_rates_alone(profile):
    switches = switches_of(profile)
    return [min([host_rate(gpu)] + [switch_rate(switches[number]) for number in switches
                                    if number == gpu.get("switch")]) for gpu in gpus_of(profile)]


def links_of(profile):
    """NVLinks of each pair, "p2p" for access without any; "" for none."""
    [words] = [words for words, _ in statements(SIM / f"profiles/{profile}.profile")
               if words[0] == "link"] or [["link", "all", "p2p=no"]]
    return words[2]


def fan_bytes(size, gpus, samples):
    """What one GPU gets of all others in one step: a part of each, of whole steps of 64 words, and
    each batch of each GPU in the middle moves on by a step."""
    step = 64 * 4
    spare = 2 * gpus * -(-samples // 16) * step
    return (size - spare) // (gpus - 1) // step * step * (gpus - 1)


def fan_metrics(profile, level, size):
    """Of fan, as bandwidth_metrics() has them."""
    gpus, found = gpus_of(profile), {}
    if shown(profile) < 2:
        return found
    with_latency = [[size / (COPY_S + size / rate) for rate in rates]
                    for rates in (host_rates_at_once(profile), host_rates_alone(profile))]
    for way in ("host-to-all", "all-to-host"):
        for index, (rate, alone) in enumerate(zip(*with_latency)):
            found["fan." + way, "pinned", index, index] = rate
            found["fan.share", way, index, index] = rate / alone
    if level != "full" or links_of(profile) == "p2p=no":
        return found
    for index, gpu in enumerate(gpus):
        rate = host_rate(gpu)
        if links_of(profile).startswith("nvlink="):
            rate = (int(links_of(profile).removeprefix("nvlink=")) * quantity(gpu["nvlink-rate"])
                    * float(gpu["nvlink-efficiency"]))
        total = fan_bytes(size, len(gpus), 48)
        for way in ("all-to-one", "one-to-all"):
            found["fan." + way, "copy-engine", index, index] = total / (COPY_S + total / rate)
    return found


# --- every number of the group ---

def bandwidth_metrics(profile, level, size):
    """(name, variant, source, target) of each number that `gpu-selftest bandwidth` has to show on
    this machine, and what it has to be."""
    found = {}
    for index, gpu in list(enumerate(gpus_of(profile)))[:shown(profile)]:
        rate = size / (COPY_S + size / host_rate(gpu))
        ways = {"to-gpu": rate, "from-gpu": rate}
        if level == "full":
            # Each direction has its own wires. An eighth of the size is copied of pageable memory.
            ways |= {"both-ways": 2 * rate}
            seconds = COPY_CALL_S + COPY_S + size / 8 / (host_rate(gpu) / PAGEABLE)
            ways |= {"pageable-to-gpu": size / 8 / seconds,
                     "pageable-from-gpu": size / 8 / (seconds + EVENT_CALL_S)}
        for way, value in ways.items():
            variant = "" if "pageable" in way else "pinned"
            found["host-copy." + way, variant, index, index] = value
        memory = Memory(profile)
        for way in WAYS:
            found["memory-bandwidth." + way, "", index, index] = memory.bandwidth(way, size)
        for name in ("local", "host", "copy-to-gpu", "copy-from-gpu"):
            found["latency." + name, "", index, index] = latency_of(gpu, name)
    return found | fan_metrics(profile, level, size)
