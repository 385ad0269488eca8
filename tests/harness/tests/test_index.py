# SPDX-License-Identifier: Apache-2.0
"""What bundles say is found again, and what is not whole or does not fit is refused."""

from dataclasses import asdict, replace

import pytest
from gpu_selftest_harness.bundle import Bundle, reader
from gpu_selftest_harness.errors import Refused
from stored import CELL, NODE, OTHER, launch, metric, outcome


def test_night_is_found_again(index, make):
    said = outcome("FAIL", "sgemm", id="hardware.x", layer="hardware", launches=("0001",))
    path = make("2026-11-27", launch("0001", metric(5e10)), said)

    assert index.add(path) is True

    assert index.nights() == ["2026-11-27"]
    run, = index.runs("2026-11-27")
    assert (run.run_id, run.node, run.is_simulated) == (path.name, "n7", False)
    assert run.header["node"]["driver"] == "580.95.05"
    said.run_id = path.name
    assert index.outcomes("2026-11-27") == [said]
    assert index.cell(CELL.key) == CELL
    assert index.runs("2026-11-28") == []


def test_bundle_comes_in_once(index, make):
    path = make("2026-11-27", launch("0001", metric(5e10)), outcome())

    assert [index.add(path), index.add(path)] == [True, False]

    assert len(index.runs()) == 1


@pytest.mark.parametrize("ask", [
    lambda index: index.cell("0" * 16), lambda index: index.provenance("0" * 16)])
def test_what_is_not_there_is_a_key_error(index, ask):
    with pytest.raises(KeyError):
        ask(index)

def test_cells_are_whole_in_the_table(index, make):
    index.add(make("2026-11-27", outcome(), cells=(CELL, OTHER)))

    assert asdict(index.cell(OTHER.key)) == asdict(OTHER)


def test_bundle_that_is_known_is_not_read_again(index, make):
    path = make("2026-11-27", launch("0001", metric(5e10)), outcome())
    index.add(path)
    (path / "records.jsonl").unlink()

    assert index.add(path) is False


def test_reports_are_not_all_in_memory_at_once(index, make, monkeypatch):
    kept = []
    real = reader.read

    def read(*arguments):
        kept.append(real(*arguments))
        return kept[0]

    monkeypatch.setattr(reader, "read", read)

    index.add(make("2026-11-27", launch("0001", metric(5e10)), launch("0002", metric(5e10))))

    assert [one.report for one in kept[0].launches] == [None, None]
    assert len(list(index.histories())[0].launches[0]) == 2


# --- What is refused --------------------------------------------------------------------------


def test_open_bundle_is_refused_and_says_what_to_do(index, tmp_path):
    with Bundle.create(tmp_path / "runs", {"night": "2026-11-27"}, ballast_bytes=0) as bundle:
        with pytest.raises(Refused, match="seal"):
            index.add(bundle.path)

    assert index.nights() == []


def test_damaged_bundle_is_refused_whole(index, make):
    path = make("2026-11-27", launch("0001", metric(5e10)), outcome())
    records = path / "records.jsonl"
    records.chmod(0o644)
    records.write_bytes(records.read_bytes().replace(b"50000000000.0", b"60000000000.0"))

    with pytest.raises(Refused, match="not what was sealed"):
        index.add(path)

    assert index.nights() == []
    assert list(index.histories()) == []


def test_another_bundle_of_the_same_run_is_refused(index, make, tmp_path):
    run_id = "20261127T020000Z-n7-00000001"
    index.add(make("2026-11-27", outcome(), run_id=run_id))
    other = make("2026-11-27", outcome("FAIL"), run_id=run_id, root=tmp_path / "elsewhere")

    with pytest.raises(Refused, match="another bundle of the run"):
        index.add(other)

    assert [one.word for one in index.outcomes("2026-11-27")] == ["PASS"]


def test_simulated_and_real_runs_are_kept_apart(index, make):
    index.add(make("2026-11-27", outcome()))
    simulated = make("2026-11-27", node="x")

    with Bundle.create(simulated.parent, {
            "night": "2026-11-27", "node": replace(NODE, simulated="h100x8")}, 0) as bundle:
        path = bundle.seal()
    with pytest.raises(Refused, match="never of both"):
        index.add(path)

    assert index.add(simulated)


def test_plan_that_does_not_fit_is_refused(index, make):
    with pytest.raises(Refused, match=r"plan\[0\].cell.*cuda.*missing"):
        index.add(make("2026-11-27", cells=(), plan=[{
            "cell": {"driver": "580"}, "image": "", "workloads": [], "launches": 3, "samples": 30,
            "timeout_s": 60}]))

    assert index.nights() == []


@pytest.mark.parametrize("header, message", [
    ({"node": "n7"}, "'node' is 'n7', not an object"), ({"node": None}, "'node' is None, not"),
    ({"plan": {}}, "'plan' is {}, not a list"), ({"plan": 5}, "'plan' is 5, not a list")])
def test_header_that_nobody_could_look_into_is_refused(index, tmp_path, header, message):
    with Bundle.create(tmp_path / "runs", {"night": "2026-11-27", **header}, 0) as bundle:
        path = bundle.seal()

    with pytest.raises(Refused, match=message):
        index.add(path)

    assert index.nights() == []


def test_text_that_utf8_does_not_have_is_refused(index, tmp_path):
    """The writer takes it out; a bundle may come from anywhere."""
    with Bundle.create(tmp_path / "runs", {"night": "2026-11-27"}, 0) as bundle:
        bundle.append("launch", launch("0001", metric(1.0, name="odd")))
    records = bundle.path / "records.jsonl"
    records.write_bytes(records.read_bytes().replace(b'"odd"', rb'"\ud800"'))
    with Bundle.resume(bundle.path) as bundle:
        path = bundle.seal()

    with pytest.raises(Refused, match="has what no index can keep"):
        index.add(path)

    assert index.nights() == []


def test_bundle_that_may_not_be_read_is_told(index, make, monkeypatch):
    path = make("2026-11-27")

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("os.listdir", refuse)
        with pytest.raises(Refused, match=f"'{path}' cannot be read: Permission denied"):
            index.add(path)
