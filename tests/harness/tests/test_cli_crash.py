# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.cli: a verb that breaks is 'could not tell'; Python's own exit code for it is 1,
which would say that a GPU is at fault."""

from gpu_selftest_harness import cli


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
