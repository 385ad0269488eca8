# SPDX-License-Identifier: Apache-2.0
"""Files that start the image for somebody: the first line of each says what it is for and the command
that uses it, which names files that are here, this one among them."""

import re
import shlex

import pytest

from selftest import TOP

FOLDER = TOP / "images"
FILES = sorted([FOLDER / "compose.yaml", FOLDER / "manual.env",
                *(path for name in ("kubernetes", "slurm") for path in (FOLDER / name).rglob("*")
                  if path.is_file())])
# The programs of others that start it; each of their commands names what it starts.
STARTERS = ("docker", "kubectl", "sbatch")


def first_comment(text):
    """(what for, command) of the first line that is not a script's own."""
    line = next(line for line in text.splitlines() if not line.startswith("#!"))
    found = re.fullmatch(r"# (.*?): ((?:" + "|".join(STARTERS) + r") .*)", line)
    return found and (found[1], found[2])


def paths_of(command):
    """What a command starts, of this project."""
    first = command.split("&&")[0]
    return [TOP / word for word in shlex.split(first) if word.startswith("images/")]


def complaint(path, text):
    told = first_comment(text)
    if told is None:
        return "the first line tells no command"
    paths = paths_of(told[1])
    if not paths or not all(named.exists() for named in paths):
        return f"'{told[1]}' names nothing that is here"
    if not any(named == path or named in path.parents for named in paths):
        return f"'{told[1]}' uses other files than this"
    return None


def test_the_page_of_the_images_tells_all_of_them():
    """The commands of its table, less what follows them, are those of the files, and no others."""
    page = (FOLDER / "README.md").read_text()
    told = set(re.findall(r"`((?:docker compose|kubectl apply|sbatch) [^`]+)`", page))
    used = {first_comment(path.read_text())[1].split(" &&")[0] for path in FILES}

    assert told == used


def test_there_are_files_for_all_starters():
    commands = " ".join(first_comment(path.read_text())[1] for path in FILES)

    assert all(f"{name} " in commands for name in STARTERS) and len(FILES) > 8


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_the_first_line_tells_how_to_use_it(path):
    assert complaint(path, path.read_text()) is None


@pytest.mark.parametrize("text, told", [
    ("apiVersion: v1\n", "no command"),
    ("# A job: kubectl apply -k images/kubernetes/jobs\n", "nothing that is here"),
    ("# A job: kubectl apply -k images/kubernetes/daemonset\n", "other files"),
    ("# A job: kubectl get pods\n", "nothing that is here"),
])
def test_a_first_line_that_is_no_help_is_found(text, told):
    assert told in complaint(FOLDER / "kubernetes/job/job.yaml", text)
