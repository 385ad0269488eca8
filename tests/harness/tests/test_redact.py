# SPDX-License-Identifier: Apache-2.0
"""Copies for strangers: no name of a machine is left in them, and they say the same as the originals."""

import re
from dataclasses import replace

import pytest
import records
from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.analysis import analyse
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.bundle.redact import Redactor
from gpu_selftest_harness.commands import redact
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.model import Expectation, Outcome
from gpu_selftest_harness.report import write
from verbs import call

HOST, OTHER, SERIAL = "Rack7-GPU3.dc.example.com", "loginnode", "1324500099001"
SECRETS = ("rack7", "example", SERIAL, *records.UUIDS)


def report():
    made = records.report(checks=[{
        **records.check("hardware.memory-corrupted"), "observed": f"{records.UUIDS[2]} (serial "
        f"{SERIAL}) on rack7-gpu3."}], host=HOST.partition(".")[0])
    made["gpus"][0]["facts"]["serial"] = {"nvml": SERIAL}
    return made


def seal(runs, night="2026-11-27", **header):
    node = replace(records.node(), name=HOST, problems=(f"docker on {HOST}: no daemon answers",))
    with Bundle.create(runs, {"night": night, "node": node, "plan": [records.planned()],
                              **header}, 0) as bundle:
        bundle.append("note", {"what": "swept", "name": f"gpu-selftest-{bundle.run_id}-0007"})
        for number in (1, 2):
            launch = records.launch(number, report(), message=f"{HOST}: MIG-{records.UUIDS[0][4:]}")
            bundle.append("launch", launch)
        bundle.append("outcome", Outcome(
            records.cell().key, "", "FAIL", "hardware", "hardware.memory-corrupted", "run",
            Expectation("PASS"), False, f"gpu {records.UUIDS[2]} on Rack7-GPU3"))
        return bundle.seal()


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def made(runs, tmp_path):
    """Copies of two nights, the second of which went on with another run."""
    run_ids = [f"202611{day}T020000Z-rack7-gpu3-dc-example-com-0000000a" for day in (26, 27)]
    seal(runs, "2026-11-26", run_id=run_ids[0])
    seal(runs, run_id=run_ids[1], resumes=run_ids[0])
    assert call(redact, runs, "--out", tmp_path / "out", "--key", tmp_path / "key") == 0
    return bundles.find(tmp_path / "out")


def text_of(folder):
    return "".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())


def test_no_name_of_a_machine_is_left(made, tmp_path):
    assert len(made) == 2
    told = "\n".join(map(str, made)) + text_of(tmp_path / "out")

    assert [secret for secret in SECRETS if secret.lower() in told.lower()] == []


def test_copy_is_whole_and_says_of_itself_that_it_is_one(made):
    contents = [bundles.read(path) for path in made]

    assert [one.problems for one in contents] == [[], []]
    assert all(one.header["is_redacted"] and one.is_sealed for one in contents)
    assert [len(one.launches) for one in contents] == [2, 2]


def test_same_word_wherever_it_stands_and_in_each_night(made):
    first, second = (bundles.read(path) for path in made)
    host, uuids = first.header["node"]["name"], [gpu["uuid"] for gpu in first.header["node"]["gpus"]]

    assert re.fullmatch(r"host-[0-9a-f]{12}", host) and host in made[0].name
    assert all(re.fullmatch(records.UUIDS[0][:4] + r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one)
               for one in uuids) and len(set(uuids)) == 8
    assert (second.header["node"]["name"], second.header["resumes"]) == (host, first.header["run_id"])
    launch, = [one for one in second.launches if one.id == "0002"]
    assert launch.gpus == (uuids[0],) and launch.report["host"] == host
    assert launch.message == f"{host}: MIG-{uuids[0][4:]}"
    serial = launch.report["gpus"][0]["facts"]["serial"]["nvml"]
    assert launch.report["checks"][0]["observed"].startswith(
        f"{uuids[2]} (serial {serial}) on {host}.")
    assert second.outcomes[0].observed == f"gpu {uuids[2]} on {host}"
    assert first.notes[0]["name"] == f"gpu-selftest-{first.header['run_id']}-0007"


def test_what_is_made_of_copies_is_the_same(made, runs, tmp_path):
    values = []
    for root in (runs, tmp_path / "out"):
        with Index(tmp_path / f"{root.name}.sqlite") as index:
            assert [index.add(path) for path in bundles.find(root)] == [True, True]
            values.append([(one.nights, one.values, one.flags) for one in index.histories()])
            write(analyse(index, "2026-11-27", ()), tmp_path / f"report-{root.name}")
    assert values[0] == values[1] != []

    page = text_of(tmp_path / "report-out")
    assert SECRETS[0] in text_of(tmp_path / "report-runs").lower()
    assert [secret for secret in SECRETS if secret.lower() in page.lower()] == []


def test_copies_that_are_there_stay(made, runs, tmp_path, capsys):
    assert call(redact, runs, "--out", tmp_path / "out", "--key", tmp_path / "key") == 0

    assert capsys.readouterr().out.count("was before") == 2
    assert bundles.find(tmp_path / "out") == made


def test_other_key_has_other_words(made, runs, tmp_path):
    assert call(redact, runs, "--out", tmp_path / "other", "--key", tmp_path / "key2") == 0

    names = {bundles.read(path).header["node"]["name"] for path in bundles.find(tmp_path / "other")}
    assert names.isdisjoint({bundles.read(path).header["node"]["name"] for path in made})
    assert (tmp_path / "key2").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("host, text, hidden", [
    ("node1", "node1 node10 node1-b xnode1 node1.example.com node1.", "H node10 node1-b xnode1 H H."),
    ("Node1", "node1 on Node1", "H on H"), ("10.0.0.5", "10 of 10.0.0.5", "10 of H"),
    ("", "all of it", "all of it")])
def test_only_the_whole_name_is_a_name(host, text, hidden):
    told = Redactor(b"k" * 16, host).of(text)

    assert re.sub(r"host-[0-9a-f]{12}", "H", told) == hidden


@pytest.mark.parametrize("text, hidden", [
    ("--device GPU-0a1b2c3d-", "--device GPU-xxxxxxxx-"),
    ("GPU-0a1b2c3d-1111-4abc-8d", "GPU-xxxxxxxx-xxxx-xxxx-xx"),
    ("GPU-accelerated, GPU-3", "GPU-accelerated, GPU-3")])
def test_uuid_that_was_cut_off_is_hidden_and_as_long(text, hidden):
    assert Redactor(b"k" * 16, "n7").of(text) == hidden


def test_host_that_only_reports_name_is_hidden():
    told = Redactor(b"k" * 16, "n7", [OTHER], [SERIAL]).of(
        {OTHER: [OTHER, SERIAL], "serial": 70707070, "count": 5})

    assert OTHER not in str(told) and SERIAL not in str(told) and "70707070" not in str(told)
    assert told["count"] == 5 and [*told][0] == [*told.values()][0][0]


def test_host_with_the_name_of_an_axis_is_refused(runs, tmp_path, capsys):
    with Bundle.create(runs, {"night": "2026-11-27", "node": replace(records.node(), name="local"),
                              "plan": [records.planned()]}, 0) as bundle:
        bundle.seal()

    assert call(redact, runs, "--out", tmp_path / "out", "--key", tmp_path / "key") == 3

    assert "'local', is a word of its matrix, too" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_what_is_open_or_damaged_is_not_copied(runs, tmp_path, capsys):
    damaged = seal(runs)
    (damaged / "seal.json").unlink()
    with Bundle.create(runs, {"night": "2026-11-27"}, 0) as bundle:
        assert call(redact, damaged, bundle.path, "--out", tmp_path / "out", "--key", tmp_path / "key") == 3

    assert capsys.readouterr().out.count("is not a whole sealed bundle") == 2


def test_copy_that_found_no_room_leaves_nothing(runs, tmp_path, monkeypatch):
    seal(runs)

    def no_room(*_):
        raise Failed("no room")

    monkeypatch.setattr(Bundle, "seal", no_room)
    with pytest.raises(Failed):
        call(redact, runs, "--out", tmp_path / "out", "--key", tmp_path / "key")

    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("key, error", [("key", Refused), ("no/key", Failed)])
def test_what_is_no_key_is_told(runs, tmp_path, key, error):
    seal(runs)
    (tmp_path / "key").write_text("short")

    with pytest.raises(error, match="key"):
        call(redact, runs, "--out", tmp_path / "out", "--key", tmp_path / key)
