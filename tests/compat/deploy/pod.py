"""A pod without a container engine: the containers of a StatefulSet as processes, each with its manifest's user, mounts,
read-only root and no capabilities, in one network of their own. What only a kubelet has is played as simply as can be.

It runs inside `unshare --net --mount` (deploy.py does that) and needs root to make the mounts, nothing else.
"""

import os
import signal
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.request
from fcntl import ioctl
from pathlib import Path

# Of this machine, for the dynamic linker, time zones and certificates: what an image brings.
SYSTEM = ["/usr", "/lib", "/lib64", "/bin", "/sbin"]
PATIENCE_S = 60


def mount(*words):
    subprocess.run(["mount", *words], check=True)


def bring_up_loopback():
    """The address 127.0.0.1 of the new network: SIOCGIFFLAGS, IFF_UP, SIOCSIFFLAGS."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as of:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", ioctl(of, 0x8913, request))[1]
        ioctl(of, 0x8914, struct.pack("16sh14x", b"lo", flags | 1))


class Pod:
    """One pod of a StatefulSet; `files` gives the keys of each ConfigMap and Secret."""

    def __init__(self, folder: Path, binary: str, stateful_set: dict, files: dict, names: list):
        self.folder, self.binary, self.files, self.names = folder, binary, files, names
        self.spec = stateful_set["spec"]["template"]["spec"]
        self.claims = [c["metadata"]["name"] for c in stateful_set["spec"].get("volumeClaimTemplates", [])]
        self.user = self.spec["securityContext"]["runAsUser"]
        self.group = self.spec["securityContext"]["fsGroup"]
        self.running = {}
        # What another image brings, by container: a folder of this machine, and where it is in the root.
        self.brought = {}
        for volume in self.spec.get("volumes", []):
            self.volume(volume)
        for claim in self.claims:
            self.own(self.path(claim))

    def path(self, volume: str) -> Path:
        return self.folder / "volumes" / volume

    def own(self, path: Path):
        """As a kubelet prepares a volume for fsGroup: the group's, writable by it, kept by what is made below."""
        path.mkdir(parents=True)
        os.chown(path, 0, self.group)
        path.chmod(0o2777 if path.name == "run" else 0o2775)

    def volume(self, volume: dict):
        path = self.path(volume["name"])
        self.own(path)
        source = volume.get("configMap", {}).get("name") or volume.get("secret", {}).get("secretName")
        mode = volume.get("secret", {}).get("defaultMode", 0o644)
        for name, text in self.files.get(source, {}).items():
            (path / name).write_text(text)
            os.chown(path / name, 0, self.group)
            (path / name).chmod(mode)

    def root(self, container: dict) -> Path:
        """Its root: this machine's programs, its own mounts, and nothing that can be written besides."""
        root = self.folder / "roots" / container["name"]
        root.mkdir(parents=True)
        mount("-t", "tmpfs", "tmpfs", str(root))
        for path in [*SYSTEM, "/proc", "/sys", "/dev"]:
            inside = root / path[1:]
            if Path(path).is_symlink():
                inside.symlink_to(os.readlink(path))
            elif Path(path).is_dir():
                inside.mkdir()
                mount("--rbind", path, str(inside))
        for name in ["etc", "tmp", "usr/local/bin"]:
            (root / name).mkdir(parents=True, exist_ok=True)
        (root / "etc/hosts").write_text("127.0.0.1 localhost " + " ".join(self.names) + "\n")
        (root / "etc/passwd").write_text(f"outrigger:x:{self.user}:{self.group}::/:/\n")
        (root / "outrigger").touch()
        mount("--bind", self.binary, str(root / "outrigger"))
        for source, inside in self.brought.get(container["name"], []):
            (root / inside).mkdir(parents=True, exist_ok=True)
            mount("--bind", source, str(root / inside))
        for one in container.get("volumeMounts", []):
            self.put(root, one)
        if container["securityContext"].get("readOnlyRootFilesystem"):
            mount("-o", "remount,ro", str(root))
        return root

    def put(self, root: Path, one: dict):
        source = self.path(one["name"])
        if "subPath" in one:
            source = source / one["subPath"]
            if not source.exists():
                self.own(source)
        target = root / one["mountPath"][1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch() if source.is_file() else target.mkdir(exist_ok=True)
        mount("--bind", str(source), str(target))
        if one.get("readOnly"):
            mount("-o", "remount,bind,ro", str(target))

    def start(self, container: dict, arguments=None, user=None, program="/outrigger") -> subprocess.Popen:
        root = self.root_of(container)
        arguments = container["args"] if arguments is None else arguments
        values = {one["name"]: one["value"] for one in container.get("env", [])}
        for name, value in values.items():
            arguments = [word.replace(f"$({name})", value) for word in arguments]
        user = user or self.user
        locked = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]
        words = ["chroot", str(root), "setpriv", f"--reuid={user}", f"--regid={self.group}", "--clear-groups",
                 *locked, program, *arguments]
        log = open(self.folder / f"{container['name']}.log", "ab")
        environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "AWS_EC2_METADATA_DISABLED": "true", **values}
        return subprocess.Popen(words, stdout=log, stderr=log, env=environment, cwd="/")

    def root_of(self, container: dict) -> Path:
        root = self.folder / "roots" / container["name"]
        return root if root.exists() else self.root(container)

    def initialize(self):
        for container in self.spec.get("initContainers", []):
            status = self.start(container).wait(PATIENCE_S)
            if status != 0:
                raise AssertionError(f"{container['name']} ended with {status}: {self.log(container['name'])}")

    def run(self, containers: list):
        for container in containers:
            self.running[container["name"]] = self.start(container)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]

    def port(self, container: dict, name) -> int:
        named = {one["name"]: one["containerPort"] for one in container.get("ports", [])}
        return named.get(name, name)

    def probe(self, container: dict, kind: str) -> bool:
        probe = container.get(kind)
        if probe is None:
            return True
        if "httpGet" not in probe:
            return True
        get = probe["httpGet"]
        url = f"http://127.0.0.1:{self.port(container, get['port'])}{get['path']}"
        try:
            with urllib.request.urlopen(url, timeout=probe.get("timeoutSeconds", 1)) as answer:
                return 200 <= answer.status < 400
        except (urllib.error.URLError, OSError):
            return False

    def until(self, what: str, holds, names):
        """Asks until it holds; a process that ended meanwhile is what went wrong."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            for name in names:
                status = self.running[name].poll()
                if status is not None:
                    raise AssertionError(f"{name} ended with {status}: {self.log(name)}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {PATIENCE_S} s; " + "; ".join(map(self.log, names)))
            time.sleep(0.02)

    def ready(self, containers: list):
        for container in containers:
            name = container["name"]
            for kind in ["startupProbe", "livenessProbe", "readinessProbe"]:
                self.until(f"{kind} of {name}", lambda: self.probe(container, kind), [name])

    def inside(self, container: dict, *arguments, user=None, stdin=None) -> str:
        """`kubectl exec`: the program in the container's root, as its user."""
        root = self.root_of(container)
        words = ["chroot", str(root), "setpriv", f"--reuid={user or self.user}", f"--regid={self.group}",
                 "--clear-groups", "--no-new-privs", "--bounding-set=-all", "/outrigger", *arguments]
        done = subprocess.run(words, capture_output=True, text=True, input=stdin, timeout=PATIENCE_S)
        if done.returncode != 0:
            raise AssertionError(f"outrigger {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def stop(self):
        """All at once, as a kubelet does; each must drain and end well."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        ended = {name: process.wait(PATIENCE_S) for name, process in self.running.items()}
        self.running = {}
        return ended
