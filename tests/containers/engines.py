# SPDX-License-Identifier: Apache-2.0
"""
Docker and podman for one run of the tests: storage, sockets and state in a folder of their own, so
that neither a machine's own engines nor its containers are touched. tests/containers/run starts the
run in its own process and mount namespaces; what is left when it ends, the kernel ends.
"""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

START_S = 60
COMMAND_S = 120

# Mounted in each container; holds what the tests run there.
TOOLS = "/gst"
BUSYBOX = f"{TOOLS}/busybox"


class EngineError(Exception):
    """What an engine said when it could not do what the test needs."""


def call(command, timeout=COMMAND_S, **options):
    """Runs to the end, output as text; the caller looks at the status."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", timeout=timeout, check=False, **options)


def demand(command, **options):
    """The output of a command that must succeed."""
    done = call(command, **options)
    if done.returncode != 0:
        raise EngineError(f"{' '.join(map(str, command))}: exit {done.returncode}\n"
                          f"{done.stdout}{done.stderr}")
    return done.stdout.strip()


def can_overlay(folder):
    """Does an overlay of folders here work? Not on top of another overlay."""
    parts = [folder / name for name in ("lower", "upper", "work", "merged")]
    for part in parts:
        part.mkdir(parents=True)
    lower, upper, work, merged = parts
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    done = call(["mount", "-t", "overlay", "overlay", "-o", options, str(merged)])
    if done.returncode == 0:
        call(["umount", str(merged)])
    return done.returncode == 0


class Container:
    """A container that waits, so that tests can prepare it and run commands in it."""

    def __init__(self, engine, ident):
        self.engine, self.ident = engine, ident

    def run(self, *command, options=(), timeout=COMMAND_S):
        return call([*self.engine.command, "exec", *options, self.ident, *map(str, command)],
                    timeout=timeout)

    def demand(self, *command, options=()):
        return demand([*self.engine.command, "exec", *options, self.ident, *map(str, command)])

    def pid(self):
        return demand([*self.engine.command, "inspect", "--format", "{{.State.Pid}}", self.ident])

    def mount(self, source, target, *options):
        """Mounts inside, from outside: engines refuse mounts in /proc, and a host's driver, which
        shows in each container's /proc, is what has to be put there."""
        demand(["nsenter", f"--mount=/proc/{self.pid()}/ns/mnt", BUSYBOX, "mount",
                *(options or ("-o", "bind")), source, target])

    def commit(self, name):
        demand([*self.engine.command, "commit", self.ident, name])
        return name

    def remove(self):
        self.engine.remove(self.ident)


class Engine:
    """What docker and podman have in common; `command` begins each call of the client."""

    name = None
    run_options = remove_options = ()

    def __init__(self, folder, driver, cgroup):
        self.folder, self.driver, self.cgroup = Path(folder), driver, cgroup
        self.command, self.live, self.images = [], [], set()

    def start(self):
        """Makes the engine ready."""

    def stop(self):
        for ident in list(self.live):
            self.remove(ident)

    def has(self, image):
        return image in self.images

    def load(self, archive, name):
        demand([*self.command, "import", str(archive), name])
        self.images.add(name)

    def run(self, image, *options, tools=None):
        """Starts a container that does nothing until it is removed."""
        mount = ("-v", f"{tools}:{TOOLS}:ro") if tools else ()
        ident = demand([*self.command, "run", "-d", "--network", "none", *self.run_options, *mount,
                        *map(str, options), image, BUSYBOX, "sleep", "3600"]).splitlines()[-1]
        self.live.append(ident)
        return Container(self, ident)

    def try_run(self, image, *options, tools=None, command=(BUSYBOX, "true")):
        """What comes of a start that may fail."""
        mount = ("-v", f"{tools}:{TOOLS}:ro") if tools else ()
        return call([*self.command, "run", "--rm", "--network", "none", *self.run_options, *mount,
                     *map(str, options), image, *command])

    def remove(self, ident):
        if ident in self.live:
            self.live.remove(ident)
        call([*self.command, "rm", "-f", *self.remove_options, ident])


class Docker(Engine):
    name = "docker"

    def __init__(self, folder, driver, cgroup):
        super().__init__(folder, driver, cgroup)
        self.socket = self.folder / "socket"
        self.command = ["docker", "-H", f"unix://{self.socket}"]
        self.daemon, self.path = None, os.environ["PATH"]
        self.log = self.folder / "dockerd.log"

    def start(self, *options):
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "daemon.json"
        if not config.exists():
            config.write_text(json.dumps({"cgroup-parent": f"/{self.cgroup}/docker"}))
        with self.log.open("ab") as log:
            self.daemon = subprocess.Popen(
                ["dockerd", "--config-file", config, "--data-root", self.folder / "data",
                 "--exec-root", self.folder / "exec", "--pidfile", self.folder / "pid",
                 "-H", f"unix://{self.socket}", "--storage-driver",
                 {"overlay": "overlay2"}.get(self.driver, self.driver), "--bridge=none",
                 "--iptables=false", "--ip-forward=false", "--ip-masq=false", *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=dict(os.environ, PATH=self.path, DOCKER_TMPDIR=str(self.folder / "tmp")))
        end = time.monotonic() + START_S
        while call([*self.command, "version", "--format", "{{.Server.Version}}"]).returncode != 0:
            if self.daemon.poll() is not None or time.monotonic() > end:
                self.stop()
                raise EngineError("dockerd did not start; the end of its log:\n"
                                  + "\n".join(self.log.read_text().splitlines()[-20:]))
            # dockerd tells nobody when it is ready unless systemd started it.
            time.sleep(0.1)

    def stop(self):
        super().stop()
        if self.daemon is not None:
            self.daemon.terminate()
            try:
                self.daemon.wait(20)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
            self.daemon = None


# Who owns the containers of engines that map users, and the first of the numbers that he may use.
MAPPED_USER, MAPPED_ID, MAPPED_FIRST = "nobody", 65534, 100000


def allow_mapping(folder):
    """subuid(5) and subgid(5), in this run's own mount namespace."""
    for name in ("subuid", "subgid"):
        table = folder / name
        table.write_text(f"{MAPPED_USER}:{MAPPED_FIRST}:65536\n")
        demand(["mount", "--bind", table, f"/etc/{name}"])


class RemappedDocker(Docker):
    """With --userns-remap: root of its containers is somebody else on the machine."""

    name = "docker-userns"

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        allow_mapping(self.folder)
        super().start(f"--userns-remap={MAPPED_USER}:nogroup")


class Podman(Engine):
    name = "podman"
    remove_options = ("-t", "0")  # docker never waits
    # Podman asks for more than a machine in a sandbox may have.
    limits = ("--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096")

    def __init__(self, folder, driver, cgroup):
        super().__init__(folder, driver, cgroup)
        self.run_options = (*self.limits, "--cgroup-parent", f"/{cgroup}")
        runtime = "runc" if shutil.which("runc") else "crun"
        self.command = ["podman", "--root", str(self.folder / "root"), "--runroot",
                        str(self.folder / "run"), "--tmpdir", str(self.folder / "tmp"),
                        "--cgroup-manager=cgroupfs", "--events-backend=none",
                        "--runtime", runtime, "--storage-driver", driver]

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        info = json.loads(demand([*self.command, "info", "--format", "json"]))
        if info["host"]["ociRuntime"]["name"] not in self.command:
            raise EngineError(f"podman uses another runtime: {info['host']['ociRuntime']}")


class RootlessPodman(Podman):
    """Started by a user without rights, who may not make cgroups here either."""

    name = "podman-rootless"

    def __init__(self, folder, driver, cgroup):
        super().__init__(folder, driver, cgroup)
        self.run_options = ("--ulimit", "host")
        self.command = ["setpriv", f"--reuid={MAPPED_ID}", f"--regid={MAPPED_ID}", "--clear-groups",
                        "env", "-i", f"PATH={os.environ['PATH']}", f"HOME={self.folder}",
                        f"XDG_RUNTIME_DIR={self.folder}", *self.command]

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        allow_mapping(self.folder)
        os.chown(self.folder, MAPPED_ID, MAPPED_ID)
        os.chdir(self.folder)
        super().start()


ENGINES = {engine.name: engine for engine in (Docker, RemappedDocker, Podman, RootlessPodman)}
