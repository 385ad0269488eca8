# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.cli: a verb that breaks is 'could not tell'; Python's own exit code for it is 1,
which would say that a GPU is at fault."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_selftest_harness import cli

VERB = """
import sys
from gpu_selftest_harness import cli

class Options:
    def parse_args(self, words):
        return self
    def run(self, options):
        {text}
        return 1

cli.parser = Options
sys.exit(cli.main())
"""


class Broken:
    @staticmethod
    def parse_args(words):
        class Options:
            @staticmethod
            def run(options):
                raise KeyError(words[0])
        return Options


def test_main__verb_that_breaks_could_not_tell(monkeypatch, capsys):
    monkeypatch.setattr(cli, "parser", Broken)

    assert cli.main(["planted"]) == 3
    assert "KeyError: 'planted'" in capsys.readouterr().err


def test_main__verb_that_ends_gives_its_own_code(monkeypatch):
    monkeypatch.setattr(Broken, "parse_args", staticmethod(
        lambda words: type("Options", (), {"run": staticmethod(lambda options: 1)})))
    monkeypatch.setattr(cli, "parser", Broken)

    assert cli.main([]) == 1


def test_main__interrupted_is_one_line_and_could_not_tell(monkeypatch, capsys):
    def interrupted(options):
        raise KeyboardInterrupt
    monkeypatch.setattr(Broken, "parse_args", staticmethod(
        lambda words: type("Options", (), {"run": staticmethod(interrupted)})))
    monkeypatch.setattr(cli, "parser", Broken)

    assert cli.main([]) == 3
    assert capsys.readouterr().err == "gpu-selftest-harness: interrupted\n"


def piped(text, is_read):
    """The code and the messages of a verb whose output is read, or whose reader is gone."""
    reader, writer = os.pipe()
    if not is_read:
        os.close(reader)
    try:
        done = subprocess.run([sys.executable, "-c", VERB.format(text=text)], stdout=writer,
                              stderr=subprocess.PIPE, text=True, check=False,
                              cwd=Path(__file__).resolve().parent.parent,
                              env={**os.environ, "PYTHONUNBUFFERED": ""})
    finally:
        os.close(writer)
        if is_read:
            os.close(reader)
    return done.returncode, done.stderr


@pytest.mark.parametrize("is_read", [True, False])
def test_main__a_reader_that_goes_away_changes_no_code(is_read):
    """As 'head' does once it has enough."""
    assert piped("print('told')", is_read) == (1, "")


def test_main__what_is_not_told_to_the_end_could_not_be_told():
    assert piped("print('told', flush=True)", is_read=False) == (3, "")


def test_main__another_pipe_that_breaks_is_a_fault():
    code, told = piped("raise BrokenPipeError('of an engine')", is_read=True)

    assert code == 3 and "BrokenPipeError: of an engine" in told
