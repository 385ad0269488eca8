# SPDX-License-Identifier: Apache-2.0
"""What a machine's engines are told by a file."""

import json
import sys
from pathlib import Path

import pytest

from gpu_selftest_harness.cli import main
from gpu_selftest_harness.engines import make
from gpu_selftest_harness.engines.settings import load
from gpu_selftest_harness.errors import Refused
from plugged import MATRIX


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "engines.toml"
        path.write_text(text)
        return path

    return write


def test_no_file_changes_nothing():
    assert load(None) == {}


def test_settings_are_those_of_the_engine(write):
    settings = load(write('[docker]\ncommand = ["docker", "-H", "unix:///x"]\n'
                          'options = ["--ulimit", "memlock=-1"]\nway = "cdi"\n[podman]\n'))
    engine = make("docker", **settings["docker"])

    assert engine.client.command == ("docker", "-H", "unix:///x")
    assert engine.options == ("--ulimit", "memlock=-1") and engine.way == "cdi"
    assert make("podman", **settings["podman"]).way == "cdi"


@pytest.mark.parametrize("text, words", [
    ("[lxc]", "unknown engine 'lxc', valid are docker, podman"),
    ("docker = 1", r"'docker' has to be a section: \[docker\]"),
    ('[docker]\nprefix = ["x"]', "unknown key 'prefix' of 'docker', valid are command, options, way"),
    ('[docker]\nway = "hook"', "unknown way 'hook' of 'docker', valid are gpus, cdi, options"),
    ('[docker]\nway = ["cdi"]', "unknown way"),
    ('[docker]\noptions = "--ulimit x"', "'options' of 'docker' has to be a list of words"),
    ("[docker]\noptions = [1]", "'options' of 'docker' has to be a list of words"),
    ("[docker]\ncommand = []", "'command' of 'docker' has no words"),
    ("[docker", "is no TOML"),
])
def test_what_is_wrong_is_named_with_what_is_valid(write, text, words):
    with pytest.raises(Refused, match=words):
        load(write(text))


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(Refused, match="cannot read '.*none.toml': no such file"):
        load(tmp_path / "none.toml")


def test_verb_node_asks_the_engine_that_it_is_told(write, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FAKE_ENGINE", str(tmp_path))
    (tmp_path / "plan.json").write_text("{}")
    fake = Path(__file__).with_name("fake_engine.py")
    path = write(f'[docker]\ncommand = ["{sys.executable}", "-S", "{fake}"]\nway = "cdi"\n')

    code = main(["node", "show", "--json", "--engine", "docker", "--engines", str(path)])

    [engine] = json.loads(capsys.readouterr().out)["engines"]
    assert (code, engine["name"], engine["version"]) == (0, "docker", "28.2.2")
    assert engine["injection"] == "cdi"


@pytest.mark.parametrize("words", [("node", "show"), ("run", "m.yaml")])
def test_verbs_refuse_a_file_that_is_wrong(write, tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.yaml").write_text(MATRIX)

    assert main([*words, "--engines", str(write("[lxc]"))]) == 2
    assert "unknown engine 'lxc', valid are docker, podman" in capsys.readouterr().err
