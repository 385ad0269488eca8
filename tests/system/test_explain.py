# SPDX-License-Identifier: Apache-2.0
"""`gpu-selftest explain -`: error messages that people paste, as logs of many kinds wrap them. The
messages and their meaning are in tests/fixtures/messages."""

import json
import random
import re
import resource
import subprocess

import jsonschema
import pytest

from selftest import TOP

FIXTURES = TOP / "tests/fixtures/messages"


def rows(name, columns):
    for number, line in enumerate((FIXTURES / name).read_text().splitlines(), 1):
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        assert len(fields) == columns, f"{name}:{number}"
        yield [f"{name}:{number}", *fields[:-1], fields[-1].replace("\\n", "\n")]


KNOWN = list(rows("known.tsv", 4))
UNKNOWN = list(rows("unknown.tsv", 2))


def other_numbers(text):
    """As another version, another machine, another day would print it: only what varies."""
    text = re.sub(r"\b[0-9]{3}\.[0-9]{2,3}(\.[0-9]{2})?\b", "999.123.45", text)
    text = re.sub(r"[0-9a-f]{64}", "0123456789abcdef" * 4, text)
    text = re.sub(r"/usr/lib(64|/x86_64-linux-gnu)?/", "/run/nvidia/driver/usr/lib/aarch64-linux-gnu/",
                  text)
    text = re.sub(r"\b0000:[0-9A-Fa-f]{2}:", "0008:c1:", text)
    return re.sub(r"(?<=#)[0-9]+\b", "3", text)


def lines_with(prefix):
    return lambda text: "".join(prefix + line + "\n" for line in text.splitlines())


def wrapped(text):
    return "\n".join(text[i:i + 61] for i in range(0, len(text), 61))


def coloured(text):
    return "".join(f"\x1b[1;3{i % 8}m{word}\x1b[0m" for i, word in
                   enumerate(re.split(r"( )", text)))


# How a message may come: each takes the text and gives what is pasted.
FORMS = {
    "plain": lambda text: text,
    "other numbers": other_numbers,
    "crlf": lambda text: text.replace("\n", "\r\n") + "\r\n",
    "coloured": coloured,
    "wrapped at 61 columns": wrapped,
    "lower case": str.lower,
    "upper case": str.upper,
    "compose": lines_with("gpu-worker-1  | "),
    "timestamps": lines_with("2026-02-03T04:05:06.789012345Z stderr F "),
    "syslog": lines_with("Feb  3 04:05:06 node7 dockerd[811]: "),
    "logfmt": lambda text: f'time="2026-02-03T04:05:06Z" level=error msg={json.dumps(text)}\n',
    "docker's json log": lambda text: json.dumps({"log": text + "\n", "stream": "stderr"}),
    "a log in a log": lambda text: json.dumps({"msg": json.dumps({"error": text})}),
    "kubelet event": lambda text: "Events:\n  Type     Reason     Age                From     Message\n"
                                  "  ----     ------     ----               ----     -------\n"
                                  "  Warning  Failed     12s (x3 over 40s)  kubelet  Error: failed to "
                                  f"create containerd task: {text}\n",
    "amid others": lambda text: "Unable to find image 'x:latest' locally\nlatest: Pulling from x\n"
                                f"{text}\nERRO[0000] error waiting for container: context canceled\n",
    "typographic quotes": lambda text: text.replace('"', "\u201d").replace("'", "\u2019"),
}


def explain(program, text):
    data = text if isinstance(text, bytes) else text.encode()
    done = subprocess.run([str(program.path), "explain", "-"], input=data, env=program.environment(),
                          capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def headline(out):
    found = re.match(r"(FAIL|NOTE)  ([a-z]+)\.([a-z0-9-]+)   layer ([a-z]+), action: [a-z ]+\n"
                     r"      next: \S.*\n\n  read      \S", out)
    assert found, out
    assert found[2] == found[4]
    return f"{found[2]}.{found[3]}"


@pytest.mark.parametrize("form", FORMS)
def test_known_messages_in_every_form(program, form):
    for where, finding, others, _, message in KNOWN:
        code, out, err = explain(program, FORMS[form](message))
        assert (code, err) == (0, ""), f"{where} is not known:\n{message}"
        assert headline(out) == finding, f"{where}:\n{out}"
        possible = re.findall(r"^  or {8}([a-z]+\.[a-z0-9-]+), if \S", out, re.M)
        assert possible == ([] if others == "-" else others.split(",")), f"{where}:\n{out}"
        assert ("gpu-selftest audit" in out) == bool(possible), f"{where}:\n{out}"
        assert re.search(r"^  source    \S", out, re.M)


@pytest.mark.parametrize("where, what, message", UNKNOWN, ids=[row[0] for row in UNKNOWN])
def test_unknown_text_is_said_to_be_unknown(program, where, what, message):
    for form in ("plain", "compose", "logfmt", "amid others"):
        code, out, err = explain(program, FORMS[form](message))
        assert code == 3, f"{where}, {what}:\n{out}"
        assert out == ""
        assert err.count("\n") == 1 and "nothing in this text is known" in err


def test_captures_say_127_where_docker_does(program):
    """Docker ends with 127 because of words in the error, which looks like a command not found."""
    seen = set()
    for where, _, _, source, message in KNOWN:
        found = re.match(r"captured, .*, exit (\d+)$", source)
        if not found:
            continue
        _, out, _ = explain(program, message)
        assert ("command was never run" in re.sub(r"\s+", " ", out)) == (found[1] == "127"), \
            f"{where}:\n{out}"
        seen.add(found[1])
    assert seen == {"125", "126", "127"}


def test_two_messages_at_once(program):
    code, out, _ = explain(program, "NCCL WARN Error while creating shared memory segment nccl-1\n"
                                    "CUDA error: 802\n")
    assert code == 0
    assert headline(out) == "user.shm-small"
    assert re.search(r"^  also      host.fabric-not-ready\n            read: CUDA error: 802$", out, re.M)


def test_a_report_of_ours_names_its_finding(program):
    code, out, err = explain(program, "FAIL  node7  no GPU   host.no-gpu\nFailed to initialize NVML: "
                                      "Unknown Error\n")
    assert (code, err) == (0, "")
    assert out.startswith("host.no-gpu\n")


def test_output_is_fit_for_a_terminal(program):
    _, out, _ = explain(program, b"CUDA error: 802 \x1b[2J\x07\xff\x00\n")
    assert headline(out) == "host.fabric-not-ready"
    assert all(c == "\n" or c.isprintable() for c in out)


TEN_MEGABYTES = 10 << 20
LARGE = {
    "zeros": b"\0" * TEN_MEGABYTES,
    "one line": b"x" * TEN_MEGABYTES,
    "a log": b'level=info msg="nvidia driver 550.54.14 ready, cuda error counter 0"\n' * 148000,
    "beginnings": b"NVRM: Xid (PCI " * (TEN_MEGABYTES // 15),
    "more beginnings": b"could not select device driver with " * (TEN_MEGABYTES // 36),
    "names": b"CUDA_ERROR_" * (TEN_MEGABYTES // 11),
    "escapes": b"\x1b[" * (TEN_MEGABYTES // 2),
    "backslashes": b"\\" * TEN_MEGABYTES,
}


@pytest.mark.parametrize("kind", LARGE)
def test_large_input_takes_no_time(program, kind):
    """Processor time, since others may keep the machine busy; sanitizers take theirs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code, _, _ = explain(program, LARGE[kind])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert code == 3
    assert after.ru_utime - before.ru_utime < (1 if "release" in str(program.build) else 20)


def test_message_at_the_end_of_large_input(program):
    code, out, _ = explain(program, LARGE["a log"] + b"fork/exec /usr/bin/nvidia-cdi-hook: "
                           b"no such file or directory\n" + LARGE["zeros"])
    assert code == 0
    assert headline(out) == "runtime.hook-gone"


def test_junk(program):
    source = random.Random(7)
    for size in (1, 2, 63, 4096, 1 << 20):
        code, out, err = explain(program, source.randbytes(size))
        assert (code, out, err.count("\n")) == (3, "", 1)


def test_input_that_cannot_be_read(program):
    done = subprocess.run(["sh", "-c", '"$1" explain - < /', "sh", str(program.path)],
                          env=program.environment(), capture_output=True, timeout=20, check=False)
    assert done.returncode == 3
    assert b"cannot read standard input" in done.stderr


# --json

_validator = jsonschema.Draft202012Validator(
    json.loads((TOP / "host/explain.schema.json").read_text()))


def explain_json(program, *words, text=""):
    done = subprocess.run([str(program.path), "explain", *words, "--json", "-"], input=text.encode(),
                          env=program.environment(), capture_output=True, timeout=60, check=False)
    told = json.loads(done.stdout)
    _validator.validate(told)
    return done.returncode, told, done.stderr.decode()


def test_json_of_known_messages_says_what_the_text_says(program):
    for where, finding, others, _, message in KNOWN:
        code, told, err = explain_json(program, "-", text=message)
        ids = [cause["id"] for cause in told["causes"]]
        assert (code, told["is_known"]) == (0, True), where
        assert ids == [finding, *([] if others == "-" else others.split(","))], where
        _, out, _ = explain(program, message)
        assert err == out, where
        first = told["causes"][0]
        assert out.startswith(f"{first['word']}  {first['id']}   layer {first['layer']}, "
                              f"action: {first['action']}\n      next: {first['remedy']}\n"), where


@pytest.mark.parametrize("where, what, message", UNKNOWN, ids=[row[0] for row in UNKNOWN])
def test_json_of_unknown_text_is_empty(program, where, what, message):
    code, told, err = explain_json(program, "-", text=message)
    assert (code, told["is_known"], told["causes"], told["also"]) == (3, False, [], []), where
    assert "nothing in this text is known" in err


def test_json_of_two_messages(program):
    _, told, _ = explain_json(program, "-", text="NCCL WARN Error while creating shared memory "
                              "segment nccl-1\nCUDA error: 802\n")
    assert [cause["id"] for cause in told["causes"]][0] == "user.shm-small"
    assert [(other["id"], other["read"]) for other in told["also"]] == [
        ("host.fabric-not-ready", "CUDA error: 802")]


def test_json_of_bytes_that_are_no_text(program):
    done = subprocess.run([str(program.path), "explain", "-", "--json", "-"],
                          input=b"CUDA error: 802 \x1b[2J\x07\xff\x00\n", check=False,
                          env=program.environment(), capture_output=True, timeout=60)
    told = json.loads(done.stdout.decode())
    assert told["causes"][0]["id"] == "host.fabric-not-ready"
    assert told["causes"][0]["read"].isprintable()


def test_json_of_an_id(program):
    code, told, err = explain_json(program, "host.no-gpu")
    [meaning] = told["causes"]
    assert (code, meaning["id"], meaning["layer"], meaning["word"], meaning["read"]) \
        == (0, "host.no-gpu", "host", "FAIL", None)
    assert f"  remedy    {meaning['remedy']}\n" in err


def test_json_into_a_file_leaves_the_text_where_it_was(program, tmp_path):
    path = tmp_path / "why.json"
    plain = program.run("explain", "host.no-gpu")
    done = program.run("explain", "host.no-gpu", "--json", path)
    assert (done.exit, done.out, done.err) == (0, plain.out, "")
    assert json.loads(path.read_text())["causes"][0]["id"] == "host.no-gpu"


def test_json_that_cannot_be_written(program, tmp_path):
    done = program.run("explain", "host.no-gpu", "--json", tmp_path / "no/why.json")
    assert done.exit == 3
    assert "no/why.json" in done.err
