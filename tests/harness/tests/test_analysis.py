# SPDX-License-Identifier: Apache-2.0
"""What is told of a night, from an index in memory in which everything that happened was put."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pytest

from gpu_selftest_harness import synthetic
from gpu_selftest_harness.analysis import analyse
from gpu_selftest_harness.analysis.trends import trends
from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.index import Run
from gpu_selftest_harness.model import Cell, Expectation, History, Outcome, SeriesKey

CELL = Cell("580", "13.0", "base", "debian12", "local", "h100", "all", "compute,utility", "quick")
PASS = Expectation("PASS")
TOO_OLD = Expectation("FAIL", "host", "host.driver-too-old", reason="13.0 needs 580", rule=0)
GPUS = tuple(f"GPU-{place}" for place in range(4))


@dataclass
class Index:
    """The methods of the real one that an analysis calls."""

    said: dict = field(default_factory=dict)  # night -> outcomes
    cells: list = field(default_factory=lambda: [CELL])
    series: list = field(default_factory=list)
    provenances: dict = field(default_factory=dict)

    def nights(self):
        return sorted(self.said)

    def runs(self, night=None):
        return [Run(1, f"run of {night}", night, "n1", True, f"{night}T02:00:00Z",
                    {"node": {"name": "n1", "gpus": [{"uuid": GPUS[3], "index": 3}]}}, ())]

    def outcomes(self, night):
        return self.said[night]

    def cell(self, key):
        return next(cell for cell in self.cells if cell.key == key)

    def histories(self, cells=None, nights=None):
        return iter(self.series)

    def provenance(self, digest):
        return self.provenances[digest]


def nights(count, last="2026-11-27"):
    return [str(date.fromisoformat(last) - timedelta(days=count - 1 - place))
            for place in range(count)]


def outcome(word="PASS", cell=CELL, workload="", expected=PASS, **more):
    told = {"layer": None, "id": None, "stage": "run",
            "is_as_expected": word in (expected.word, "SKIP"), **more}
    return Outcome(cell.key, workload, word, told.pop("layer"), told.pop("id"), told.pop("stage"),
                   expected, told.pop("is_as_expected"), **told)


def history(values, src=GPUS[0], dst="", unit="bytes_per_s", cell=CELL, metric="host-copy.to-gpu",
            flags=None, provenance=None, launches=None, clocks=None, confirming=None, last="2026-11-27"):
    values = [float(value) for value in values]
    key = SeriesKey(cell.key, metric.partition(".")[0], metric, "pinned", unit, src, dst)
    return History(key, nights(len(values), last), values, values, values,
                   launches or [[value] * 3 for value in values], clocks or [None] * len(values),
                   flags or [""] * len(values), provenance or ["a"] * len(values),
                   confirming or [[] for _ in values])


def noise(count, seed=1):
    return 50e9 * (1 + 0.01 * np.random.default_rng(seed).normal(size=count))


def index_of(*series, said=(), cells=(CELL,), count=60):
    every = nights(count)
    said = {every[-1]: list(said) or [outcome()]}
    return Index({night: [outcome()] for night in every[:-1]} | said,
                 list(cells), list(series), {"a": {"driver": {"version": "580.65.06"}},
                  "b": {"driver": {"version": "580.95.05"}}})


def the_trend(*series, **more):
    told = analyse(index_of(*series, **more)).trends
    assert len(told) == 1
    return told[0]


# --- Words of a series ------------------------------------------------------------------------


def test_trend__steady_says_what_could_have_been_seen():
    trend = the_trend(history(noise(60)))

    assert (trend.word, trend.points) == ("STEADY", ())
    assert 0.01 < trend.smallest < 0.10
    assert f"{trend.smallest * 100:.1f} % within 5 nights would have been seen" in trend.reason


def test_trend__shifted_names_the_night_and_what_changed():
    values = noise(60)
    values[55:] *= 0.95

    trend = the_trend(history(values, provenance=["a"] * 55 + ["b"] * 5))

    assert trend.word == "SHIFTED"
    assert trend.points[0].night == nights(60)[55]
    assert trend.points[0].is_worse
    assert [(one.what, one.before, one.after) for one in trend.points[0].suspects] == [
        ("driver", "580.65.06", "580.95.05")]
    assert nights(60)[55] in trend.reason


def test_trend__without_a_change_there_is_no_suspect():
    values = noise(60)
    values[55:] *= 0.95

    assert the_trend(history(values)).points[0].suspects == ()


def test_trend__of_times_more_is_worse():
    values = noise(60) / 50e9
    values[55:] *= 1.05

    assert the_trend(history(values, unit="s")).word == "SHIFTED"
    assert the_trend(history(values)).word == "IMPROVED"


def test_trend__an_old_shift_for_the_worse_is_no_news_but_told():
    values = noise(60)
    values[30:] *= 0.95

    trend = the_trend(history(values))

    assert (trend.word, trend.since) == ("WORSE", nights(60)[30])
    assert f"less than before {nights(60)[30]}" in trend.reason
    assert [point.night for point in trend.points] == [nights(60)[30]]
    assert trend.median == pytest.approx(np.median(values[30:]))


def test_trend__dropped_tonight_where_confirming_launches_show_it():
    values = noise(60)
    values[-1] *= 0.8
    low = values[-1]
    none = [[] for _ in values[:-1]]

    assert the_trend(history(values)).word == "SUSPECT"
    assert the_trend(history(values, confirming=[*none, [low] * 2])).word == "DROPPED"
    refuted = the_trend(history(values, confirming=[*none, [50e9, low]]))
    assert refuted.word == "STEADY"
    assert "not in confirming launches" in refuted.reason


def test_trend__dropped_also_where_most_nights_had_confirming_launches():
    values = noise(60)
    values[-1] *= 0.8
    more = [[value] * 2 for value in values]

    assert the_trend(history(values, confirming=more)).word == "DROPPED"


def test_trend__more_launches_than_usual_confirm_nothing():
    values = noise(60)
    values[-1] *= 0.8
    low = values[-1]
    twice = [[value] * 3 for value in values[:-1]] + [[low] * 6]

    assert the_trend(history(values, launches=twice)).word == "SUSPECT"


def test_trend__worse_ends_where_the_level_is_back():
    values = noise(60)
    values[15:35] *= 0.95
    better = noise(60)
    better[30:] *= 1.05

    assert the_trend(history(values)).word == "STEADY"
    assert the_trend(history(better)).word == "STEADY"


@pytest.mark.parametrize("kind", sorted(synthetic.NOISES))
def test_claim__noise_does_not_leave_series_worse(kind):
    batch = synthetic.draw(kind, 40, 200, seed=31).values
    told = trends([history(row, src=f"GPU-{place}") for place, row in enumerate(batch)],
                  "2026-11-27")

    # At most one change point in ten series and years, and half of them for the worse.
    expected = 0.1 * 40 * 200 / 365 / 2
    words = [trend.word for trend in told]
    assert words.count("WORSE") + words.count("SHIFTED") <= expected + 4 * expected**0.5
    assert "DROPPED" not in words


def test_trend__an_improvement_that_mends_half_of_it_leaves_it_worse():
    values = noise(60)
    values[20:] *= 0.8
    values[40:] *= 1.1

    trend = the_trend(history(values))

    assert (trend.word, trend.since) == ("WORSE", nights(60)[20])


def test_trend__a_regression_is_not_over_because_a_night_cannot_be_compared():
    values = noise(60)
    values[54:] *= 0.8
    flags = [""] * 59 + ["another process used the GPU"]

    trend = the_trend(history(values, flags=flags))
    old = noise(60)
    old[30:] *= 0.8

    assert (trend.word, trend.since) == ("SHIFTED", nights(60)[54])
    assert "not comparable tonight: another process used the GPU" in trend.reason
    assert the_trend(history(old, flags=flags)).word == "WORSE"
    assert the_trend(history(noise(60), flags=flags)).word == "NOISY"


def test_trend__a_regression_is_no_news_for_ever_where_no_night_can_be_compared():
    values = noise(60)
    values[40:] *= 0.8
    flags = [""] * 46 + ["another process used the GPU"] * 14

    assert the_trend(history(values, flags=flags)).word == "WORSE"


@pytest.mark.parametrize("since", range(50, 58))
def test_trend__a_drop_right_after_a_change_is_seen(since):
    values = noise(60)
    values[since:] *= 1.1
    values[-1] *= 0.8
    low = [[] for _ in values[:-1]] + [[values[-1]] * 2]

    assert the_trend(history(values)).word == "SUSPECT"
    assert the_trend(history(values, confirming=low)).word == "DROPPED"


def test_trend__a_level_of_few_nights_is_young():
    values = noise(70)
    values[55:] *= 1.3

    trend = the_trend(history(values))

    assert trend.word == "YOUNG"
    assert "15 nights on this level" in trend.reason


def test_trend__noisy_nights_are_left_out():
    values = noise(60)
    values[50:] *= 0.7
    flags = [""] * 50 + ["another process used the GPU"] * 10

    trend = the_trend(history(values, flags=flags))

    assert (trend.word, trend.reason) == ("NOISY", "another process used the GPU")
    assert trend.points == ()


def test_trend__what_was_not_measured_tonight_is_not_steady():
    trend = the_trend(history(noise(60), last="2026-11-26"))

    assert (trend.word, trend.tonight, trend.since) == ("GONE", None, "2026-11-26")
    assert trend.reason == "not measured since 2026-11-26"


def test_trend__a_regression_stays_though_it_was_not_measured_for_some_nights():
    values = noise(60)
    values[54:] *= 0.8
    others = history(noise(60), src=GPUS[1])

    def word(last):
        return next(trend.word for trend in analyse(
            index_of(history(values, last=last), others)).trends
            if trend.history.key.src == GPUS[0])

    assert word("2026-11-26") == "SHIFTED"
    assert word("2026-11-10") == "GONE"


# --- Series that go on under another driver ---------------------------------------------------

OLD = replace(CELL, driver="570")


def upgraded(new, old_nights=40, **more):
    old = history(noise(old_nights, 3), cell=OLD, last=nights(len(new) + 1)[0])
    told = analyse(index_of(old, history(new, **more), cells=(CELL, OLD))).trends
    return {trend.history.key.cell: trend for trend in told}


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_successor__a_drop_with_the_new_driver_is_suspected_from_the_first_night(count):
    told = upgraded(0.85 * noise(count))

    assert told[OLD.key].word == "GONE"
    assert told[CELL.key].word == "SUSPECT"
    assert [(one.what, one.before, one.after) for one in told[CELL.key].suspects][0] == (
        "driver", "570", "580")
    assert "than with driver 570" in told[CELL.key].reason


def test_successor__stays_worse_when_it_is_old_enough_to_be_steady():
    assert upgraded(0.85 * noise(30))[CELL.key].word == "WORSE"


@pytest.mark.parametrize("new, word", [(noise(5), "YOUNG"), (1.2 * noise(5), "YOUNG"),
                                       (noise(30), "STEADY")])
def test_successor__that_is_no_worse_is_no_suspicion(new, word):
    assert upgraded(new)[CELL.key].word == word


def test_successor__of_another_gpu_or_number_is_none():
    assert upgraded(0.85 * noise(5), src=GPUS[1])[CELL.key].word == "YOUNG"
    assert upgraded(0.85 * noise(5), metric="host-copy.from-gpu")[CELL.key].word == "YOUNG"


def test_successor__a_regression_of_the_old_driver_ends_with_it():
    values = noise(40)
    values[-6:] *= 0.8
    old = history(values, cell=OLD, last=nights(3)[0])
    told = analyse(index_of(old, history(noise(2)), cells=(CELL, OLD))).trends

    assert {trend.history.key.cell: trend.word for trend in told} == {
        CELL.key: "YOUNG", OLD.key: "GONE"}


def test_trend__young_and_unjudged():
    assert the_trend(history(noise(9))).word == "YOUNG"
    assert the_trend(history(noise(60), unit="celsius")).word == "UNJUDGED"


def test_trend__a_shift_of_the_clock_says_so():
    values = noise(60)
    values[55:] *= 0.9

    trend = the_trend(history(values, clocks=[2e9] * 55 + [1.8e9] * 5))

    assert trend.points[0].separation.word == "CLOCK"
    assert "the clock with it" in trend.reason
    assert "clock" not in the_trend(history(values, clocks=[2e9] * 60)).reason


def test_trends__one_weak_shift_among_many_series_is_a_suspicion():
    # Four nights below 56 others: p is 2 / C(60, 4) times some 25 looks, a ten-thousandth. That is
    # enough for one series, and for none of 801, of which the first needs 0.05 / 801.
    values = noise(60)
    values[56:] *= 0.95
    others = [history(noise(60, seed), src=f"GPU-{seed}") for seed in range(100, 900)]

    alone = the_trend(history(values))
    among = next(trend for trend in analyse(index_of(history(values), *others)).trends
                 if trend.history.key.src == GPUS[0])

    assert (alone.word, among.word) == ("SHIFTED", "SUSPECT")
    assert "of 801 series one does so by chance" in among.reason


def test_trends__of_an_earlier_night_know_nothing_of_later_ones():
    values = noise(60)
    values[55:] *= 0.9

    told = analyse(index_of(history(values)), nights(60)[54])

    assert [(trend.word, trend.points) for trend in told.trends] == [("STEADY", ())]


# --- The night --------------------------------------------------------------------------------


def test_analyse__all_as_expected():
    old = replace(CELL, driver="535")
    told = analyse(index_of(cells=(CELL, old), said=[
        outcome(), outcome("FAIL", old, expected=TOO_OLD, layer="host", id="host.driver-too-old")]))

    assert (told.verdict.word, told.red, told.expected_failures) == ("PASS", 0, 1)
    assert told.verdict.headline == "all 2 cells as expected, 1 of them by failing"
    assert told.counts == {"PASS": 1, "FAIL": 1}
    assert told.incidents == []


def test_analyse__red_names_layer_and_remedy():
    told = analyse(index_of(said=[outcome("FAIL", layer="host", id="host.driver-too-old",
                                          remedy="install a newer driver")]))

    assert (told.verdict.word, told.verdict.layer, told.verdict.id, told.verdict.remedy) == (
        "FAIL", "host", "host.driver-too-old", "install a newer driver")
    assert told.red == 1


@pytest.mark.parametrize("word", ["ERROR", "MISS"])
def test_analyse__could_not_tell_is_not_passed(word):
    assert analyse(index_of(said=[outcome(word)])).verdict.word == word


def test_analyse__an_unexpected_pass_is_red():
    told = analyse(index_of(said=[outcome("PASS", expected=TOO_OLD)]))

    assert told.verdict.word == "FAIL"
    assert "PASS where FAIL is expected" in told.verdict.headline


def test_analyse__what_had_to_pass_and_was_skipped_was_not_seen():
    told = analyse(index_of(said=[outcome("SKIP", is_as_expected=False)]))

    assert told.verdict.word == "ERROR"


def test_analyse__nothing_tested_is_no_pass():
    assert analyse(index_of(said=[outcome("SKIP")])).verdict.word == "SKIP"


def test_analyse__quarantined_is_not_red_but_told():
    told = analyse(index_of(said=[outcome(), outcome("FAIL", workload="sgemm", id="hardware.x",
                                                     quarantine={"owner": "x"})]))

    assert (told.verdict.word, told.red, len(told.quarantine)) == ("PASS", 0, 1)
    assert told.held == 1


def test_verdict__counts_no_cell_that_is_in_quarantine():
    old = replace(CELL, driver="535")
    held = outcome("FAIL", old, id="hardware.x", quarantine={"owner": "x"})
    one, two = (analyse(index_of(cells=(CELL, old), said=said)) for said in (
        [outcome(), outcome(cell=old)], [outcome(), held]))

    assert (one.verdict.headline, one.held) == ("all 2 cells as expected", 0)
    assert (two.verdict.headline, two.held) == ("the one cell as expected, 1 in quarantine", 1)


def test_verdict__a_cell_that_is_red_besides_is_not_held():
    told = analyse(index_of(said=[outcome("FAIL", id="host.x", layer="host"), outcome(
        "FAIL", workload="sgemm", id="hardware.x", quarantine={"owner": "x"})]))

    assert (told.red, told.held) == (1, 0)


def test_verdict__says_what_could_not_be_compared_or_is_suspect():
    noisy = history(noise(60), flags=[""] * 59 + ["other processes: pid 17"])
    low = history([*noise(59), 45e9], src=GPUS[1])

    assert analyse(index_of(history(noise(60)))).verdict.headline == "the one cell as expected"
    assert analyse(index_of(noisy, low)).verdict.headline == (
        "the one cell as expected; 1 number suspect, 1 could not be compared")


def test_verdict__says_what_is_no_longer_measured_beside_other_numbers():
    lost = history(noise(59), metric="copy.lost", last="2026-11-26")
    of_gpu_that_was_taken_out = history(noise(59), src=GPUS[1], last="2026-11-26")

    told = analyse(index_of(history(noise(60)), lost)).verdict.headline
    assert told == "the one cell as expected; 1 number no longer measured"
    told = analyse(index_of(history(noise(60)), of_gpu_that_was_taken_out)).verdict.headline
    assert told == "the one cell as expected"


def test_verdict__says_what_was_seen_and_in_how_many_cells():
    old = replace(CELL, driver="535")
    red = [outcome("FAIL", cell, layer="host", id="host.x", observed="driver 535.1 is too old")
           for cell in (CELL, old)]

    headlines = [analyse(index_of(cells=(CELL, old), said=said)).verdict.headline
                 for said in (red[:1], red)]
    assert [told.partition(", since")[0] for told in headlines] == [
        "driver 535.1 is too old, in 1 cell", "driver 535.1 is too old, in 2 cells"]


def test_analyse__a_regression_alone_makes_the_night_fail():
    values = noise(60)
    values[55:] *= 0.9

    told = analyse(index_of(history(values)))

    # One GPU alone may be slow for any reason.
    assert (told.verdict.word, told.verdict.layer) == ("FAIL", None)
    assert told.verdict.remedy
    assert told.verdict.since == nights(60)[55]
    assert [trend.word for trend in told.regressions] == ["SHIFTED"]


def test_analyse__a_red_outcome_has_a_since_and_says_what_was_seen():
    red = outcome("FAIL", id="host.x", layer="host", observed="driver 535 is too old")
    index = index_of(said=[red])
    for night in nights(60)[55:]:
        index.said[night] = [red]
    index.said[nights(60)[57]] = [outcome("MISS")]  # tells nothing

    told = analyse(index).verdict

    assert told.since == nights(60)[55]
    assert told.headline == f"driver 535 is too old, in 1 cell, since {nights(60)[55]}"


def test_analyse__red_for_another_reason_is_new():
    index = index_of(said=[outcome("FAIL", id="host.x", layer="host")])
    index.said[nights(60)[58]] = [outcome("FAIL", id="host.y", layer="host")]

    assert analyse(index).verdict.since == nights(60)[59]


def test_analyse__one_cell_and_what_could_not_be_compared():
    flags = [""] * 59 + ["another process used the GPU"]

    assert analyse(index_of(history(noise(60)))).verdict.headline == "the one cell as expected"
    assert analyse(index_of(history(noise(60), flags=flags))).verdict.headline == (
        "the one cell as expected; 1 number could not be compared")


def test_analyse__what_changed_since_last_night():
    index = index_of(said=[outcome("FAIL", id="host.x", layer="host")])

    change, = analyse(index).changes

    assert (change.before.word, change.after.word) == ("PASS", "FAIL")
    assert analyse(index, nights(60)[-2]).changes == []


def test_analyse__names_gpus_and_says_what_is_simulated():
    told = analyse(index_of())

    assert (told.gpus, told.is_simulated) == ({GPUS[3]: "n1 GPU 3"}, True)


def test_analyse__an_unknown_night_is_refused():
    with pytest.raises(Refused, match="no night '2020-01-01' in the index, the last ones are"):
        analyse(index_of(), "2020-01-01")
    with pytest.raises(Refused, match="no night in the index"):
        analyse(Index())


def test_analyse__provenance_that_changed_since_last_night():
    told = analyse(index_of(history(noise(60), provenance=["a"] * 59 + ["b"])))

    assert [(one.what, one.before, one.after) for one in told.differences] == [
        ("driver", "580.65.06", "580.95.05")]
    assert told.provenance == {"b": {"driver": {"version": "580.95.05"}}}


# --- Grid, fleet, pairs, incidents ------------------------------------------------------------


def test_grid__drivers_and_cudas_in_the_order_of_versions():
    cells = [replace(CELL, driver=driver, cuda=cuda, variant=variant)
             for driver in ("580", "1000", "535") for cuda in ("13.0", "9.2")
             for variant in ("base", "devel")]
    told = analyse(index_of(cells=cells, said=[outcome(cell=cell) for cell in cells]))

    assert [grid.title for grid in told.grids] == [(("variant", "base"),), (("variant", "devel"),)]
    assert told.grids[0].drivers == ("535", "580", "1000")
    assert told.grids[0].cudas == ("9.2", "13.0")
    assert len(told.grids[0].squares) == 6


def test_grid__what_is_red_in_a_cell_decides():
    told = analyse(index_of(said=[outcome(), outcome("ERROR", workload="sgemm")]))

    square = told.grids[0].squares["580", "13.0"]
    assert (square.word, square.is_as_expected) == ("ERROR", False)


def test_fleet__the_slow_gpu_is_first():
    told = analyse(index_of(*(history(noise(60, 1) * (0.8 if gpu == GPUS[2] else 1), src=gpu)
                              for gpu in GPUS)))

    fleet, = told.fleets
    assert [one.gpu for one in fleet.standings if one.is_slow] == [GPUS[2]]
    assert fleet.standings[0].gpu == GPUS[2]


def pairs(slow, count=60, by=0.7):
    return [history(noise(count, place) * np.where(
        np.arange(count) >= count - 5, by if slow(src, dst) else 1, 1), src=src, dst=dst,
        metric="peer-copy.write") for place, (src, dst) in enumerate(
            (src, dst) for src in GPUS for dst in GPUS if src != dst)]


def test_pairs__every_ordered_pair_and_the_slow_ones():
    told = analyse(index_of(*pairs(lambda src, dst: {src, dst} == set(GPUS[:2]))))

    matrix, = told.pairs
    assert matrix.gpus == GPUS
    assert [matrix.values[place][place] for place in range(4)] == [None] * 4
    assert matrix.slow == ((0, 1), (1, 0))


def test_incidents__a_dead_link_is_one():
    told = analyse(index_of(*pairs(lambda src, dst: {src, dst} == set(GPUS[:2]))))

    incident, = told.incidents
    assert (incident.where, len(incident.trends)) == ("GPU-0 <-> GPU-1", 2)


def test_incidents__all_links_of_a_gpu_are_the_gpu():
    told = analyse(index_of(*pairs(lambda src, dst: GPUS[3] in (src, dst))))

    incident, = told.incidents
    assert (incident.where, len(incident.trends)) == (GPUS[3], 6)


def slower(gpus, changed=None, count=60, metric="sgemm.tflops", begin=55, by=0.93):
    """Of four GPUs, some are slower from a night on, a night later on each second one."""
    made = []
    for place, gpu in enumerate(GPUS):
        at = begin + place % 2
        values = noise(count, place) * np.where((np.arange(count) >= at) & (gpu in gpus), by, 1)
        digests = ["a"] * at + [changed or "a"] * (count - at)
        made.append(history(values, src=gpu, metric=metric, unit="flop_per_s",
                            provenance=digests))
    return made


def test_incidents__all_gpus_after_a_change_are_one_and_of_its_layer():
    told = analyse(index_of(*slower(GPUS, "b"), *slower(GPUS, "b", metric="copy.read")))

    incident, = told.incidents
    assert (incident.where, incident.layer, len(incident.trends)) == ("", "host", 8)
    assert "up to 7." in incident.title
    assert "driver changed from 580.65.06 to 580.95.05" in incident.title
    assert "580.65.06" in told.verdict.remedy


def test_incidents__all_gpus_without_a_change_are_of_no_layer():
    incident, = analyse(index_of(*slower(GPUS))).incidents

    assert (incident.where, incident.layer) == ("", None)


def test_incidents__numbers_of_one_workload_that_all_gpus_have_are_one():
    told = analyse(index_of(*slower(GPUS), *slower(GPUS, metric="sgemm.time")))

    incident, = told.incidents
    assert len(incident.trends) == 8
    assert incident.title.startswith("8 numbers of sgemm worse")


def test_incidents__one_gpu_of_four_is_hardware():
    incident, = analyse(index_of(*slower(GPUS[:1]))).incidents

    assert (incident.where, incident.layer) == (GPUS[0], "hardware")
    assert "nvidia-smi" in incident.remedy


def test_incidents__one_gpu_of_which_something_changed_is_not():
    incident, = analyse(index_of(*slower(GPUS[:1], "b"))).incidents

    assert (incident.where, incident.layer) == (GPUS[0], "host")


def test_incidents__what_dropped_tonight_is_not_since_an_old_change():
    values = noise(60)
    values[30:] *= 1.2
    values[-1] *= 0.8

    incident, = analyse(index_of(history(
        values, confirming=[[] for _ in values[:-1]] + [[values[-1]] * 2]))).incidents

    assert incident.since == nights(60)[-1]


def test_incidents__one_finding_in_many_cells_is_one():
    cells = [replace(CELL, cuda=cuda) for cuda in ("11.8", "12.4", "13.0")]
    told = analyse(index_of(cells=cells, said=[
        outcome("FAIL", cell, id="host.x", layer="host") for cell in cells]))

    incident, = told.incidents
    assert (incident.ids, incident.title) == (("host.x",), "host.x in 3 cells")


def test_incidents__two_findings_are_two():
    told = analyse(index_of(said=[outcome("FAIL", id="host.x", layer="host"),
                                  outcome("ERROR", workload="sgemm", id="suite.y", layer="suite")]))

    assert [one.word for one in told.incidents] == ["FAIL", "ERROR"]


@pytest.mark.parametrize("said, word", [
    ([outcome("SKIP", is_as_expected=False)], "ERROR"),
    ([outcome("SKIP", is_as_expected=False), outcome("PASS", workload="a")], "ERROR"),
    ([outcome("MISS", id="suite.x"), outcome("SKIP", workload="a", is_as_expected=False)], "ERROR"),
    # A pass that was not to come is not hidden by what could not be told.
    ([outcome("ERROR", id="suite.x"), outcome("PASS", workload="a", expected=TOO_OLD)], "FAIL"),
    ([outcome("PASS"), outcome("SKIP", workload="a")], "PASS"),
])
def test_verdict_of_what_was_not_tested_is_no_fault_and_no_pass(said, word):
    assert analyse(index_of(said=said)).verdict.word == word


def test_fleet__what_has_a_slow_gpu_comes_first():
    names = ("a.rate", "b.rate", "c.rate", "d.rate")
    by = {"b.rate": 0.7, "d.rate": 0.8}
    told = analyse(index_of(*(history(
        noise(60, place) * (by.get(name, 1) if gpu == GPUS[2] else 1), src=gpu, metric=name)
        for name in names for place, gpu in enumerate(GPUS))))

    assert [fleet.metric for fleet in told.fleets][:2] == ["b.rate", "d.rate"]
    assert [bool(fleet.slow) for fleet in told.fleets] == [True, True, False, False]
    assert told.slow_gpus == [GPUS[2]]


def test_fleet__a_night_that_is_not_to_be_compared_is_not_held_against_others():
    def told(flag):
        return analyse(index_of(*(history(
            noise(60, 1) * (0.8 if gpu == GPUS[2] else 1), src=gpu,
            flags=[""] * 59 + [flag if gpu == GPUS[2] else ""]) for gpu in GPUS)))

    assert told("").slow_gpus == [GPUS[2]]
    assert told("other processes").slow_gpus == []
    assert len(told("other processes").fleets[0].standings) == 3


def test_pairs__what_has_a_slow_link_comes_first():
    some = [replace(one, key=replace(one.key, metric="a.write")) for one in pairs(lambda *_: False)]
    told = analyse(index_of(*some, *pairs(lambda src, dst: {src, dst} == set(GPUS[:2]))))

    assert [(one.metric, bool(one.slow)) for one in told.pairs] == [
        ("peer-copy.write", True), ("a.write", False)]
