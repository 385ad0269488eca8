# SPDX-License-Identifier: Apache-2.0
"""gpu-selftest topology: whole machines against the matrix that nvidia-smi printed on them, what a
link that runs below what it could looks like, and what is told where sysfs tells little."""

import json
import re
import xml.etree.ElementTree as ElementTree

import jsonschema
import pytest
import yaml

from selftest import TOP, plant

MACHINES = yaml.safe_load((TOP / "tests/fixtures/topologies/machines.yaml").read_text())
SCHEMA = jsonschema.Draft202012Validator(
    json.loads((TOP / "host/topology.schema.json").read_text()))
CLASSES = ("PIX", "PXB", "PHB", "NODE", "SYS")

# GT/s and line code of a generation (PCI Express base specification)
SPEEDS = {1: ("2.5", 8 / 10), 2: ("5.0", 8 / 10), 3: ("8.0", 128 / 130), 4: ("16.0", 128 / 130),
          5: ("32.0", 128 / 130)}


def link_files(folder, now, most=None):
    """What sysfs says of the link of a port; both are (generation, width)."""
    files = {}
    for word, (generation, width) in (("current", now), ("max", most or now)):
        files[f"{folder}/{word}_link_speed"] = f"{SPEEDS[generation][0]} GT/s PCIe\n"
        files[f"{folder}/{word}_link_width"] = f"{width}\n"
    return files


def device_files(row, link, vendor, pci_class):
    """A device and the ports above it, each with its link in /sys/bus/pci/devices."""
    names = row["path"].split()
    files = {}
    for depth in range(2, len(names) + 1):
        files[f"/sys/bus/pci/devices/{names[depth - 1]}"] = (
            "-> ../../../devices/" + "/".join(names[:depth]))
        files.update(link_files("/sys/devices/" + "/".join(names[:depth]), link))
        folder = "/sys/devices/" + "/".join(names[:depth])
        files[f"{folder}/vendor"] = "0x1000\n"
        files[f"{folder}/class"] = "0x060400\n"
    files[f"{folder}/vendor"] = vendor + "\n"
    files[f"{folder}/class"] = pci_class + "\n"
    files[f"{folder}/numa_node"] = f"{row['numa']}\n"
    files[f"{folder}/local_cpulist"] = row.get("cpus", "") + "\n"
    return files, folder, names[-1]


def machine_files(machine):
    files, link = {}, tuple(machine["link"])
    for row in machine["gpus"] + machine["hidden"]:
        own, _, _ = device_files(row, link, "0x10de", "0x030200")
        files.update(own)
    for row in machine["gpus"]:
        files[f"/proc/driver/nvidia/gpus/{row['path'].split()[-1]}/information"] = (
            f"Model: \t\t {row['name']}\nIRQ:   \t\t 100\n")
    for node, cpus in machine.get("nodes", {}).items():
        files[f"/sys/devices/system/node/node{node}/cpulist"] = cpus + "\n"
    for row in machine["nics"]:
        own, folder, _ = device_files(row, link, "0x15b3", "0x020700")
        files.update(own)
        files[f"{folder}/infiniband/{row['name']}/node_type"] = "1: CA\n"
    return files


def read_matrix(text):
    """Rows of classes, CPU affinity and NUMA node of each GPU, from nvidia-smi's output or ours."""
    head, *rows = [line.split() for line in text.splitlines() if line.strip()]
    has_node = "NUMA" in head
    count = len(rows)
    classes = [row[1:count + 1] for row in rows]
    gpus = [row[count + 1:] for row in rows if row[0].startswith("GPU")]
    cpus = [row[0] for row in gpus]
    nodes = [row[1] if has_node else None for row in gpus]
    return classes, cpus, nodes


def topology(program, root, *args, profile=None):
    path = program.new_report_path()
    where = () if root is None else ("--root", root)
    outcome = program.run("topology", *where, "--json", path, *args, profile=profile)
    outcome.report = json.loads(path.read_text())
    SCHEMA.validate(outcome.report)
    return outcome


def own_matrix(out):
    return out.split("\nLegend:")[0]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine["name"])
def test_the_matrix_is_that_of_nvidia_smi(program, tmp_path, machine):
    root = plant(tmp_path / "root", machine_files(machine))
    outcome = topology(program, root)
    theirs, their_cpus, their_nodes = read_matrix(machine["matrix"])
    ours, cpus, nodes = read_matrix(own_matrix(outcome.out))
    compared = 0

    assert outcome.exit == 0, outcome.describe()
    assert len(ours) == len(theirs) == len(machine["gpus"]) + len(machine["nics"])
    for row, (left, right) in enumerate(zip(ours, theirs)):
        for column, (own, their) in enumerate(zip(left, right)):
            # What has NVLinks is classed by them there, and by its PCI path here.
            if not their.startswith("NV"):
                assert own == their, f"row {row}, column {column}"
                compared += 1
    assert compared > 2 or not machine["nics"]
    assert cpus == their_cpus
    if None not in their_nodes:
        assert nodes == their_nodes


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine["name"])
def test_json_says_what_the_text_says(program, tmp_path, machine):
    outcome = topology(program, plant(tmp_path / "root", machine_files(machine)))
    report = outcome.report
    ours, _, _ = read_matrix(own_matrix(outcome.out))
    labels = [device["label"] for device in report["gpus"] + report["nics"]]
    classes = {tuple(pair["between"]): pair["class"] for pair in report["pairs"]}
    generation, width = machine["link"]
    speed, code = SPEEDS[generation]

    assert len(classes) == len(labels) * (len(labels) - 1) // 2
    for i, one in enumerate(labels):
        for k in range(i + 1, len(labels)):
            assert classes[one, labels[k]] == ours[i][k] == ours[k][i]
    assert [gpu["path"][-1] for gpu in report["gpus"]] == [
        row["path"].split()[-1] for row in machine["gpus"]]
    for device, row in zip(report["gpus"] + report["nics"], machine["gpus"] + machine["nics"]):
        assert [device["host_bridge"], *device["path"]] == row["path"].split()
        assert device["name"] == row["name"]
        assert device["numa_node"] == (None if row["numa"] < 0 else row["numa"])
        hop = device["narrowest_now"]
        assert (hop["generation"], hop["width"]) == (generation, width)
        assert hop["bytes_per_s"] == pytest.approx(float(speed) * 1e9 * code / 8 * width, rel=1e-9)
    assert report["tree_told"] is True
    assert report["other_gpus"] == len(machine["hidden"])
    assert report["simulated"] is False
    assert report["nvlink_problem"] == "files alone were read"
    assert report["cpus_allowed"] is report["mems_allowed"] is None
    assert "This process" not in outcome.out


def test_the_nearest_adapter_of_each_gpu(program, tmp_path):
    machine = next(m for m in MACHINES if m["name"] == "hgx-h200-container")
    outcome = topology(program, plant(tmp_path / "root", machine_files(machine)))
    nearest = dict(re.findall(r"(?m)^  (GPU\d) .*  (\S+ \(\w+\))$", outcome.out))

    # From nvidia-smi's rows: the one PIX of each GPU.
    assert nearest == {"GPU0": "NIC0 (PIX)", "GPU1": "NIC2 (PIX)", "GPU2": "NIC5 (PIX)",
                       "GPU3": "NIC6 (PIX)", "GPU4": "NIC7 (PIX)"}
    assert "does not show here: 3" in outcome.out


# what a container may use, GPUs that are far from it; machine: GPU0, GPU1 near 0-31, the others 32-63
CPUSETS = {
    "all": ("0-63", "0-1", []),
    "one socket": ("0-15", "0", [2, 3]),
    "the other": ("40", "1", [0, 1]),
    "a piece of both": ("31-32", "0-1", []),
    "beyond": ("64-127", "0", [0, 1, 2, 3]),
}


@pytest.mark.parametrize("name", CPUSETS)
def test_what_the_container_may_use(program, tmp_path, name):
    cpus, nodes, far = CPUSETS[name]
    machine = next(m for m in MACHINES if m["name"] == "dual-socket-epyc")
    files = machine_files(machine)
    files["/proc/self/status"] = (f"Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t{cpus}\n"
                                  f"Mems_allowed:\t3\nMems_allowed_list:\t{nodes}\nSpeculation:\tx\n")
    outcome = topology(program, plant(tmp_path / "root", files))

    assert f"processors {cpus} and take memory of nodes {nodes}\n" in outcome.out
    assert re.findall(r"none of them is near GPU(\d)", outcome.out) == [str(gpu) for gpu in far]
    assert (outcome.report["cpus_allowed"], outcome.report["mems_allowed"]) == (cpus, nodes)


# processors near the GPU, processors of each node; what stands under NUMA Affinity
NODES = {
    "one node": ("0-15", {0: "0-15"}, "0"),
    "a piece of the second": ("20-23", {0: "0-15", 1: "16-31"}, "1"),
    "all": ("0-31", {0: "0-15", 1: "16-31"}, "0-1"),
    "some of many": ("0,48,64", {0: "0-15", 1: "16-31", 2: "32-47", 3: "48-63", 10: "64"}, "0,3,10"),
    "none": ("40", {0: "0-15"}, "N/A"),
    "nodes without processors": ("0-15", {0: "0-15", 1: ""}, "0"),
    "hostile": ("0-15", {0: "x", "1x": "0-15", "99999999999999999999": "0-15"}, "N/A"),
    "not told": ("", {0: "0-15"}, "N/A"),
}


@pytest.mark.parametrize("name", NODES)
def test_a_device_that_names_no_node_has_that_of_its_processors(program, tmp_path, name):
    cpus, nodes, told = NODES[name]
    row = {"path": "pci0000:00 0000:00:01.0 0000:01:00.0", "numa": -1, "cpus": cpus}
    files, _, _ = device_files(row, (4, 16), "0x10de", "0x030000")
    for node, list_of_cpus in nodes.items():
        files[f"/sys/devices/system/node/node{node}/cpulist"] = list_of_cpus + "\n"
    outcome = topology(program, plant(tmp_path / "root", files))

    assert outcome.exit == 0, outcome.describe()
    assert read_matrix(own_matrix(outcome.out))[2] == [told]
    assert outcome.report["gpus"][0]["numa_node"] is None


# now and at most of: root port, GPU; the narrowest now, and at most
LINKS = {
    "healthy": ((4, 16), (4, 16), (4, 16), (4, 16), (4, 16), (4, 16)),
    "idle": ((1, 16), (4, 16), (1, 16), (4, 16), (1, 16), (4, 16)),
    "half the lanes": ((4, 8), (4, 16), (4, 8), (4, 16), (4, 8), (4, 16)),
    "a slot of an older generation": ((3, 16), (3, 16), (3, 16), (4, 16), (3, 16), (3, 16)),
    "a short slot": ((4, 4), (4, 4), (4, 4), (4, 16), (4, 4), (4, 4)),
}


@pytest.mark.parametrize("name", LINKS)
def test_one_gpu_and_its_link(program, tmp_path, name):
    port_now, port_most, gpu_now, gpu_most, now, most = LINKS[name]
    row = {"path": "pci0000:00 0000:00:01.0 0000:01:00.0", "numa": 0, "cpus": "0-7"}
    files, folder, _ = device_files(row, (4, 16), "0x10de", "0x030000")
    files.update(link_files("/sys/devices/pci0000:00/0000:00:01.0", port_now, port_most))
    files.update(link_files(folder, gpu_now, gpu_most))
    outcome = topology(program, plant(tmp_path / "root", files))
    gpu = outcome.report["gpus"][0]

    assert outcome.exit == 0
    assert outcome.report["pairs"] == []
    assert (gpu["narrowest_now"]["generation"], gpu["narrowest_now"]["width"]) == now
    assert (gpu["narrowest_at_most"]["generation"], gpu["narrowest_at_most"]["width"]) == most
    assert gpu["narrowest_now"]["upper"] == "0000:00:01.0"
    assert gpu["narrowest_now"]["lower"] == "0000:01:00.0"
    assert re.search(rf"GPU0 +gen {now[0]} x{now[1]} +gen {most[0]} x{most[1]} +"
                     r"0000:00:01.0 - 0000:01:00.0  none", outcome.out)


def simulated_matrix(outcome):
    return read_matrix(own_matrix(outcome.out).split("\n", 1)[1])


def square(count, entry):
    return [["X" if i == k else entry(i, k) for k in range(count)] for i in range(count)]


def by_node(i, k):
    """h100x8: four GPUs at each of two nodes."""
    return "NODE" if i // 4 == k // 4 else "SYS"


def test_nvlinks_by_switches(simulated):
    """As nvidia-smi topo -m has it for every pair of eight H100."""
    outcome = topology(simulated, None, profile="h100x8")
    ours, _, _ = simulated_matrix(outcome)

    assert outcome.exit == 0, outcome.describe()
    assert ours == square(8, lambda i, k: "NV18")
    assert "NVLinks are not shown" not in outcome.out
    assert outcome.report["nvlink_problem"] is None
    for pair in outcome.report["pairs"]:
        one, other = (int(label.removeprefix("GPU")) for label in pair["between"])
        assert (pair["nvlinks"], pair["class"]) == (18, by_node(one, other))


def test_nvlinks_from_gpu_to_gpu(simulated):
    """A bridge of twelve links between two boards, one of eight between two others."""
    outcome = topology(simulated, None, "--fault", "link 0-1 nvlink=12", "--fault",
                       "link 2-3 nvlink=8", profile="a100-pcie-x4")
    ours, _, _ = simulated_matrix(outcome)
    bonds = {tuple(pair["between"]): pair["nvlinks"] for pair in outcome.report["pairs"]}

    assert outcome.exit == 0, outcome.describe()
    assert ours == square(4, lambda i, k: {1: "NV12", 5: "NV8"}.get(i + k, "SYS"))
    assert bonds == {("GPU0", "GPU1"): 12, ("GPU2", "GPU3"): 8, ("GPU0", "GPU2"): 0,
                     ("GPU0", "GPU3"): 0, ("GPU1", "GPU2"): 0, ("GPU1", "GPU3"): 0}


# how NVML is broken, what is said of it
NO_ANSWER = {
    "missing": ("libnvidia-ml missing", "libnvidia-ml.so.1 cannot be loaded"),
    "refuses": ("nvmlInit_v2 call=1 returns 999", "NVML answers 999"),
    "hangs": ("nvmlInit_v2 call=1 hangs", "NVML did not answer within 0.3 s"),
    "crashes": ("nvmlDeviceGetNvLinkState call=3 crashes", "NVML crashed (signal 11)"),
}


@pytest.mark.parametrize("name", NO_ANSWER)
def test_nvml_that_does_not_answer_costs_nvlinks_alone(simulated, name):
    fault, problem = NO_ANSWER[name]
    outcome = topology(simulated, None, "--fault", fault, "--timeout", "300ms" if name == "hangs"
                       else "30s", profile="h100x8")
    ours, _, _ = simulated_matrix(outcome)

    assert outcome.exit == 0, outcome.describe()
    assert problem in outcome.out
    assert outcome.report["nvlink_problem"] == problem
    assert ours == square(8, by_node)
    assert {pair["nvlinks"] for pair in outcome.report["pairs"]} == {None}


def test_a_simulated_machine(simulated):
    """Its sysfs has no bridges: nodes decide. Four A100 at two nodes, without NVLinks."""
    outcome = topology(simulated, None, profile="a100-pcie-x4")
    ours, _, nodes = simulated_matrix(outcome)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.out.startswith("SIMULATED a100-pcie-x4\n")
    assert (outcome.report["simulated"], outcome.report["profile"]) == (True, "a100-pcie-x4")
    assert outcome.report["tree_told"] is False
    assert "NUMA nodes alone decide" in outcome.out
    assert nodes == ["0", "0", "1", "1"]
    assert ours == square(4, lambda i, k: "NODE" if i // 2 == k // 2 else "SYS")
    assert [pair["nvlinks"] for pair in outcome.report["pairs"]] == [0] * 6


def test_a_simulated_machine_with_root_ports(simulated):
    """Two RTX 4090, each in a slot of a host bridge of its own, at one node."""
    outcome = topology(simulated, None, profile="rtx4090x2")
    ours, _, nodes = simulated_matrix(outcome)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.report["tree_told"] is True
    assert nodes == ["0", "0"]
    assert ours == square(2, lambda i, k: "NODE")
    for gpu, bus in zip(outcome.report["gpus"], ("00", "40")):
        assert gpu["host_bridge"] == f"pci0000:{bus}"
        assert gpu["path"] == [f"0000:{bus}:01.1", gpu["address"]]
        assert gpu["narrowest_at_most"]["width"] == 16


@pytest.mark.parametrize("faults, width", [((), 16), (("--fault", "switch 1 width=8"), 8)])
def test_a_simulated_machine_with_switches(simulated, faults, width):
    """Two boards below each of two switches; one switch has half of its lanes to the host."""
    outcome = topology(simulated, None, *faults, profile="a100-pcie-switch-x4")
    ours, _, nodes = simulated_matrix(outcome)

    # Files show the fault, and no call has met it: the launcher says so.
    assert outcome.exit == (3 if faults else 0), outcome.describe()
    assert outcome.report["tree_told"] is True
    assert nodes == ["0", "0", "1", "1"]
    assert ours == square(4, lambda i, k: "PIX" if i // 2 == k // 2 else "SYS")
    for index, gpu in enumerate(outcome.report["gpus"]):
        assert len(gpu["path"]) == 4
        assert gpu["narrowest_now"]["width"] == (16 if index < 2 else width)
        assert gpu["narrowest_at_most"]["width"] == 16
        assert gpu["narrowest_now"]["upper"] == gpu["path"][0]
    # Both are below one switch, by a port each.
    left, right = (gpu["path"] for gpu in outcome.report["gpus"][2:])
    assert left[:2] == right[:2] and left[2] != right[2]


def test_no_two_devices_of_a_simulated_machine_have_one_address(simulated):
    """Sixteen GPUs below eight switches: ports have buses between those of the GPUs."""
    outcome = topology(simulated, None, profile="v100x16")
    gpus = outcome.report["gpus"]
    own = [gpu["address"] for gpu in gpus]
    above = {port for gpu in gpus for port in gpu["path"][:-1]}

    assert outcome.exit == 0, outcome.describe()
    assert len(set(own)) == len(own) == 16
    assert not above & set(own)
    # A root port and an upper one for each switch, a lower one for each GPU.
    assert len(above) == 8 + 8 + 16


def texts_and_boxes(path):
    """Of a picture: the paper, which comes first, (x, y, text) of each text, and (x, y, width,
    height) of each box."""
    svg = ElementTree.parse(path).getroot()
    name = "{http://www.w3.org/2000/svg}"
    paper, *boxes = [tuple(float(box.get(key, 0)) for key in ("x", "y", "width", "height"))
                     for box in svg.iter(name + "rect")]
    texts = [(float(text.get("x")), float(text.get("y")), text.text)
             for text in svg.iter(name + "text")]
    return paper, texts, boxes


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine["name"])
def test_the_picture_says_what_the_text_says(program, tmp_path, machine):
    path = tmp_path / "picture.svg"
    outcome = topology(program, plant(tmp_path / "root", machine_files(machine)), "--svg", path)
    ours, _, _ = read_matrix(own_matrix(outcome.out))
    (_, _, width, height), texts, boxes = texts_and_boxes(path)
    words = [text for _, _, text in texts]
    by_row = {}
    for _, y, text in sorted(texts):
        if text in (*CLASSES, "X"):
            by_row.setdefault(y, []).append(text)

    assert outcome.exit == 0, outcome.describe()
    assert [by_row[y] for y in sorted(by_row)] == ours
    for device in outcome.report["gpus"] + outcome.report["nics"]:
        # Once in the tree, and as the head of a row and of a column.
        assert words.count(device["label"]) == 3
        assert device["address"] in words
        assert device["host_bridge"] in words
    for x, y, box_width, box_height in boxes:
        assert 0 <= x and x + box_width <= width and 0 <= y and y + box_height <= height
    assert len(set(boxes)) == len(boxes), "boxes that hide each other"


def test_the_picture_shows_switches_and_nvlinks(simulated, tmp_path):
    machine = next(m for m in MACHINES if m["name"] == "pcie-switch-v100")
    path = tmp_path / "picture.svg"
    topology(simulated, plant(tmp_path / "root", machine_files(machine)), "--svg", path)
    words = [text for _, _, text in texts_and_boxes(path)[1]]

    # The switch's port that both GPUs are below, the root port that the adapter's functions share.
    assert "0000:3b:00.0" in words and "0000:85:00.0" in words
    assert not {"0000:3a:00.0", "0000:3c:10.0", "0000:3c:14.0", "SIMULATED"} & set(words)
    topology(simulated, None, "--svg", path, profile="h100x8")
    words = [text for _, _, text in texts_and_boxes(path)[1]]
    assert words.count("NV18") == 8 * 7
    assert "SIMULATED" in words


def test_no_gpu(program, tmp_path):
    root = plant(tmp_path / "root", {"/sys/bus/pci/devices": None})
    outcome = topology(program, root)

    assert outcome.exit == 77
    assert "no NVIDIA GPU" in outcome.err
    assert outcome.report["gpus"] == outcome.report["nics"] == outcome.report["pairs"] == []


def test_no_bus(program, tmp_path):
    outcome = program.run("topology", "--root", plant(tmp_path / "root", {"/sys": None}))

    assert outcome.exit == 3
    assert outcome.out == ""
    assert "/sys/bus/pci/devices" in outcome.err


def test_json_on_standard_output(program, tmp_path):
    root = plant(tmp_path / "root", machine_files(MACHINES[1]))
    outcome = program.run("topology", "--root", root, "--json", "-")

    SCHEMA.validate(json.loads(outcome.out))
    assert "Legend:" in outcome.err
    assert outcome.exit == 0


def test_json_that_cannot_be_written(program, tmp_path):
    root = plant(tmp_path / "root", machine_files(MACHINES[1]))
    outcome = program.run("topology", "--root", root, "--json", tmp_path / "no/such/folder.json")

    assert outcome.exit == 3
    assert "folder.json" in outcome.err
    assert "Legend:" in outcome.out


def test_hostile_files(program, tmp_path):
    """Names and numbers that nobody promised: nothing is read outside the root, and what is told is
    valid all the same."""
    files = {}
    for number, target in enumerate((
            "-> /", "-> ../../../../../../../etc", "-> pci0000:00/" + "0000:00:01.0/" * 40,
            "-> ../../../devices/pci0000:00/0000:00:1f.9")):
        files[f"/sys/bus/pci/devices/0000:0{number}:00.0"] = target
    folder = "/sys/bus/pci/devices/0000:20:00.0"
    files.update({f"{folder}/vendor": "0x10de\n", f"{folder}/class": "0x030000\n",
                  f"{folder}/numa_node": "99999999999999999999\n",
                  f"{folder}/local_cpulist": "\x1b[31m0-\u202e" + "9" * 5000,
                  f"{folder}/current_link_speed": "999 GT/s", f"{folder}/max_link_width": "16x",
                  "/proc/driver/nvidia/gpus/0000:20:00.0/information": "Model: \x1b]0;" + "A" * 400})
    path = tmp_path / "picture.svg"
    outcome = topology(program, plant(tmp_path / "root", files), "--svg", path)

    assert outcome.exit == 0, outcome.describe()
    assert "GPU0" in [text for _, _, text in texts_and_boxes(path)[1]]
    assert len(outcome.report["gpus"]) == 1
    assert outcome.report["gpus"][0]["numa_node"] is None
    assert outcome.report["gpus"][0]["narrowest_now"] is None
    assert "\x1b" not in outcome.out
