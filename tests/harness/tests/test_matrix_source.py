# SPDX-License-Identifier: Apache-2.0
"""Files that are no matrix, hostile ones too: each is read as its author meant it, or refused by line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matrices import text

from gpu_selftest_harness import matrix
from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.matrix import source as reader

YAML = [
    ("duplicate", "version: 1\naxes: {}\nversion: 1\n",
     "f:3: 'version' is there twice, first in line 1"),
    ("nested duplicate", "a:\n  b: 1\n  b: 2\n", "f:3: 'a.b' is there twice, first in line 2"),
    ("alias", "a: &x [1]\nb: *x\n", "aliases are not read here"),
    ("recursive", "&x [*x]\n", "aliases are not read here"),
    ("number as key", "13.0: x\n", "a key is '13.0', which is no text"),
    ("tag", "a: !!python/object:os.system x\n", "f:1: a: it has a tag, '!!python/object:os.system'"),
    ("tag of a list", "a:\n  !!set {b}\n", "f:2: a: it has a tag, '!!set'"),
    ("tag that does not fit", "a: !!int x\n", "f:1: a: it has a tag, '!!int'"),
    ("tag of a time", "a: !!timestamp x\n", "f:1: a: it has a tag, '!!timestamp'"),
    ("not closed", "a: [1\n", "f:2: not YAML"),
    ("two documents", "a: 1\n---\nb: 1\n", "f:2: not YAML"),
    ("empty", "# nothing\n", "the file is empty"),
    ("control", "a: \x00\n", "not YAML"),
    ("deep", "[" * 1500, "nested too deeply"),
    ("terminal", 'a:\n  b: "\\e[2J"\n', "f:2: a.b: U+001B cannot be shown, leave it out"),
    ("no letter", 'a: ["\\ud800"]\n', "f:1: a[0]: U+D800 cannot be shown, leave it out"),
    ("end of a text in C", 'a: "x\\0y"\n', "f:1: a: U+0000 cannot be shown, leave it out"),
    ("in a key", '"a\\e": 1\n', "f:1: a key has U+001B, which cannot be shown"),
]


@pytest.mark.parametrize("source,expected", [row[1:] for row in YAML], ids=[row[0] for row in YAML])
def test_yaml_with_two_meanings_is_refused(source, expected):
    with pytest.raises(Refused) as error:
        reader.parse(source, "f")

    assert expected in str(error.value)


def test_lines_and_other_alphabets_are_text():
    told = "a: |\n  one\n  two\tthree\nb: \"Übertragung\\u00a0\U0001f642\"\n"
    assert reader.parse(told, "f").value == {"a": "one\ntwo\tthree\n", "b": "Übertragung\xa0\U0001f642"}


def test_numbers_that_no_counter_holds_stay_text():
    long = "9" * 5000
    assert reader.parse(f"{{a: {long}, b: {long}.0, c: -{'9' * 15}}}", "f").value \
        == {"a": long, "b": f"{long}.0", "c": -999999999999999}
    with pytest.raises(Refused, match="version: '9+' is not"):
        matrix.from_text(text().replace("version: 1", f"version: {long}"))


def test_yaml_words_stay_text():
    value = reader.parse("{a: no, b: 2026-12-01, c: 0x10, d: 1_000, e: 1:30, f: true, g: 7, h: 1.5}"
                         "\n", "f").value

    assert value == {"a": "no", "b": "2026-12-01", "c": "0x10", "d": "1_000", "e": "1:30",
                     "f": True, "g": 7, "h": 1.5}


@pytest.mark.parametrize("content,expected", [
    (b"\xff\xfe", "is not UTF-8"), (b"a: " + b"x" * (1 << 20), "at most 1048576 are read"),
], ids=["bytes", "long"])
def test_file_that_is_no_text_is_refused(tmp_path, content, expected):
    path = tmp_path / "m.yaml"
    path.write_bytes(content)

    with pytest.raises(Refused, match=expected):
        matrix.load(path)


def test_mark_of_other_editors_is_no_key(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + text().encode())

    assert len(matrix.load(path).cells()) == 12


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_file_is_anything_but_read_or_refused(data):
    words = data.draw(st.lists(st.sampled_from(text().splitlines()), max_size=60))
    words += data.draw(st.lists(st.text(max_size=20), max_size=2))
    source = "\n".join(data.draw(st.permutations(words)))

    try:
        found = matrix.from_text(source)
    except Refused as error:
        assert str(error).startswith("matrix.yaml:")
    else:
        assert found.cells()


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(Refused, match="no such file"):
        matrix.load(tmp_path / "m.yaml")
