# SPDX-License-Identifier: Apache-2.0
"""A YAML file becomes a Matrix, or a Refused with a line for each thing that is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import Refused
from ..model import AXES, Expectation
from ..words import ERROR, FAIL, PASS, layer_of
from . import checked, conditions, image, rows, source
from .matrix import Matrix, Tier
from .rules import Exclusion, Rule

SCHEMA = Path(__file__).with_name("schema.json")

SETTINGS = {"launches": 3, "samples": 30, "timeout_s": 1800, "workloads": [], "environment": {},
            "fabric": None}

# These two are what axes stand for.
AXIS_OF_VARIABLE = {"NVIDIA_DRIVER_CAPABILITIES": "capabilities",
                    "NVIDIA_VISIBLE_DEVICES": "devices"}


def load(path) -> Matrix:
    return from_source(source.read(path))


def from_text(text: str, path: str = "matrix.yaml") -> Matrix:
    return from_source(source.parse(text, path))


def from_source(read: source.Source) -> Matrix:
    checked.check(read, SCHEMA)
    matrix = _Reader(read).matrix()
    if not matrix.cells():
        raise Refused(f"{read.at(('rows',))}it makes no cell; a row is such as "
                      "'product: {cuda: \"*\"}'")
    return matrix


class _Reader:
    """Collects what is wrong, so that a file is mended in one go."""

    def __init__(self, read: source.Source):
        self.read, self.wrong = read, []
        self.axes = {axis: tuple(values) for axis, values in read.value["axes"].items()}
        self.models = read.value["models"]
        self.defaults = {**SETTINGS, **read.value.get("defaults", {})}
        capabilities = {model.get("compute_capability") for model in self.models.values()}
        self.vocabulary = {**self.axes, "gpu.cc": sorted(capabilities - {None}),
                           conditions.INJECTION: conditions.INJECTIONS,
                           "architecture": conditions.ARCHITECTURES}

    def matrix(self) -> Matrix:
        value = self.read.value
        pairwise = value.get("pairwise")
        self._models()
        self._images(value.get("image", {}))
        self._variables(self.defaults, ("defaults",))
        self._default_axes()
        found = dict(
            rows=tuple(self._row(row, ("rows", n)) for n, row in enumerate(value["rows"])),
            cover=pairwise and self._cover(pairwise),
            exclusions=tuple(self._exclusion(entry, ("exclude", n))
                             for n, entry in enumerate(value.get("exclude", []))),
            rules=tuple(self._rule(entry, ("expect", n))
                        for n, entry in enumerate(value.get("expect", []))),
            tiers={name: self._tier(name, entry) for name, entry in value.get("tiers", {}).items()})
        if self.wrong:
            raise Refused("\n".join(self.wrong))
        return Matrix(self.read, self.axes, self.models, value.get("image", {}),
                      over=tuple(pairwise["over"]) if pairwise else (),
                      strength=pairwise.get("strength", 2) if pairwise else 2,
                      seed=pairwise["seed"] if pairwise else 0, **found)

    def say(self, place, text):
        self.wrong += [self.read.at(place) + line for line in str(text).splitlines()]

    def _models(self):
        for model in self.axes["gpu"]:
            if model not in self.models:
                self.say(("axes", "gpu"),
                         f"'{model}' is no model, valid are {', '.join(self.models)}")

    def _images(self, images):
        for engine, template in images.items():
            parts = template if isinstance(template, Mapping) else {None: template}
            for variant, text in parts.items():
                try:
                    image.check(text)
                except Refused as error:
                    self.say(("image", engine) + ((variant,) if variant else ()), error)

    def _variables(self, settings, place):
        for name in settings.get("environment", {}):
            if name in AXIS_OF_VARIABLE:
                self.say(place + ("environment", name),
                         f"it is set by the axis '{AXIS_OF_VARIABLE[name]}'")

    def _default_axes(self):
        for axis, value in self.defaults.get("axes", {}).items():
            for item in [value] if isinstance(value, str) else value:
                if item != "*" and item not in self.axes[axis]:
                    self.say(("defaults", "axes", axis),
                             f"'{item}' is not one of {', '.join(self.axes[axis])}, '*'")

    def _row(self, row, place, given=None):
        if given is None:
            kinds = [kind for kind in ("product", "cell") if kind in row]
            if len(kinds) != 1:
                self.say(place, "it has to have one of 'product' and 'cell'"
                         + (", and has both" if kinds else ""))
                return None
            place_of, given = place + (kinds[0],), row[kinds[0]]
        else:
            place_of = place + ("product",)
        self._variables(row, place)
        settings = {**self.defaults, **{key: row[key] for key in SETTINGS if key in row}}
        settings["environment"] = {**self.defaults["environment"], **row.get("environment", {})}
        needs = self._condition(row.get("needs", {}), conditions.OF_NODE, place + ("needs",))
        try:
            choices = rows.choices_of(given, self.defaults.get("axes", {}), self.axes)
        except Refused as error:
            self.say(place_of, error)
            return None
        if "cell" in row and any(len(items) != 1 for items in choices):
            self.say(place_of, "it is more than one cell, which is a 'product'")
        self._have_images(choices, place_of)
        return rows.Row(place, choices, settings["launches"], settings["samples"],
                        float(settings["timeout_s"]), tuple(settings["workloads"]),
                        tuple(sorted(settings["environment"].items())), settings["fabric"],
                        needs)

    def _have_images(self, choices, place):
        engines, variants = choices[AXES.index("engine")], choices[AXES.index("variant")]
        for engine in engines:
            if engine == "local":
                continue
            template = self.read.value.get("image", {}).get(engine)
            lacking = [variant for variant in variants
                       if isinstance(template, Mapping) and variant not in template]
            if template is None or lacking:
                of = f" and variant {', '.join(lacking)}" if lacking else ""
                self.say(place, f"'image' names none for engine '{engine}'{of}")

    def _cover(self, entry):
        place = ("pairwise",)
        product = {**dict.fromkeys(entry["over"], "*"), **entry.get("product", {})}
        twice = [axis for axis in entry["over"] if axis in entry.get("product", {})]
        if twice:
            self.say(place + ("product", twice[0]), "it is in 'over', too")
        if entry.get("strength", 2) > len(entry["over"]):
            self.say(place + ("strength",),
                     f"it is more than the {len(entry['over'])} axes of 'over'")
        return self._row(entry, place, product)

    def _condition(self, entries, keys, place):
        try:
            return conditions.parse(entries, keys, self.vocabulary)
        except Refused as error:
            self.say(place, error)
            return conditions.Condition()

    def _exclusion(self, entry, place):
        when = self._condition(entry["when"], conditions.OF_CELL, place + ("when",))
        return Exclusion(place, when, entry["reason"])

    def _rule(self, entry, place):
        keys = conditions.OF_CELL + conditions.OF_NODE + (conditions.INJECTION,)
        when = self._condition(entry["when"], keys, place + ("when",))
        word, finding, workload = entry["word"], entry.get("id"), entry.get("workload", [])
        if word in (FAIL, ERROR) and finding is None:
            self.say(place, f"{word} needs the 'id' of a finding: no rule is for any failure")
        if word == PASS and (finding or entry.get("layer")):
            self.say(place, "PASS has neither 'id' nor 'layer'")
        layer = entry.get("layer", finding and layer_of(finding))
        if finding and layer != layer_of(finding):
            self.say(place + ("layer",), f"'{layer}' is not that of '{finding}'")
        expectation = Expectation(word, layer, finding, entry.get("stage"), entry["reason"],
                                  place[1])
        return Rule(place, when, (workload,) if isinstance(workload, str) else tuple(workload),
                    expectation)

    def _tier(self, name, entry):
        select = self._condition(entry.get("select", {}), conditions.OF_CELL,
                                 ("tiers", name, "select"))
        return Tier(name, select, entry.get("max_cells"))
