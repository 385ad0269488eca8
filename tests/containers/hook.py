# SPDX-License-Identifier: Apache-2.0
"""The stand-in for NVIDIA's hook where dockerd looks for it, which it does once, when it starts. Of
several simulated hosts, the hook of the one that a file names is called."""

NAME = "nvidia-container-runtime-hook"
HOOK = f"""\
#!/bin/sh
exec "$(cat {{host}})/bin/{NAME}" "$@"
"""


def found_by(engine, folder):
    """For as long: gives the file that names the host."""
    folder.mkdir(exist_ok=True)  # of another file with such tests
    hook, host, path = folder / NAME, folder / "host", engine.path
    hook.write_text(HOOK.format(host=host))
    hook.chmod(0o755)
    start_again(engine, f"{folder}:{path}")
    yield host
    start_again(engine, path)


def start_again(engine, path):
    """With another search path; its images stay."""
    engine.stop()
    engine.path = path
    engine.start()
