"""What lies in deploy/, checked as far as that goes without a container engine, a cluster and a running systemd."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import yaml

import manifests

REPOSITORY = Path(__file__).resolve().parents[3]
DEPLOY = REPOSITORY / "deploy"
SCENARIOS = []
KAFKA_LIBS = None


def scenario(function):
    SCENARIOS.append(function)
    return function


@scenario
def kubernetes_suite(binary, folder):
    found = manifests.documents(DEPLOY / "kubernetes/suite")
    manifests.schemas(found)
    manifests.references(found)
    manifests.locked(found)
    manifests.configuration(found, binary)
    monitoring = manifests.documents(DEPLOY / "kubernetes/monitoring")
    manifests.monitors(monitoring, found)


@scenario
def kubernetes_beside_kafka(binary, folder):
    found = manifests.documents(DEPLOY / "kubernetes/beside-kafka")
    manifests.schemas(found)
    manifests.references(found)
    manifests.locked(found)
    manifests.configuration(found, binary)


@scenario
def a_manifest_with_a_mistake_is_found(binary, folder):
    """A check that lets everything pass is none."""
    mistakes = [
        (manifests.schemas, lambda pod: pod["containers"][0].update(imag="x")),
        (manifests.references, lambda pod: pod["containers"][0]["volumeMounts"][0].update(name="no-such-volume")),
        (manifests.references, lambda pod: pod["containers"][0]["readinessProbe"]["httpGet"].update(port="nowhere")),
        (manifests.locked, lambda pod: pod["containers"][1]["securityContext"].update(readOnlyRootFilesystem=False)),
        (lambda found: manifests.configuration(found, binary), lambda pod: pod["containers"][0]["args"].append("--no-such")),
    ]
    for check, mistake in mistakes:
        found = manifests.documents(DEPLOY / "kubernetes/suite")
        mistake(found["StatefulSet", "outrigger"]["spec"]["template"]["spec"])
        try:
            check(found)
        except (AssertionError, KeyError):
            continue
        raise AssertionError("a mistake was not found")
    found = manifests.documents(DEPLOY / "kubernetes/suite")
    data = found["ConfigMap", "outrigger"]["data"]
    data["authn.properties"] += "\nno.such.key=1\n"
    try:
        manifests.configuration(found, binary)
    except AssertionError:
        return
    raise AssertionError("an unknown key was not found")


@scenario
def the_pod_runs(binary, folder):
    """In a network and mounts of its own: see pod.py and running.py."""
    # With a process table of its own, whose end is everybody's.
    own = ["--net", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"]
    words = ["unshare", *own, sys.executable, "-u"]
    script = Path(__file__).with_name("running.py")
    done = subprocess.run([*words, str(script), "--binary", binary, "--folder", str(folder), "--kafka-libs", str(KAFKA_LIBS)], capture_output=True, text=True)
    for line in done.stdout.splitlines():
        print(f"  {line}", flush=True)
    print(done.stderr, file=sys.stderr)
    assert done.returncode == 0, done.stderr.strip().splitlines()[-1]


@scenario
def systemd_units_have_configurations(binary, folder):
    """Each unit's command line, with the example of its configuration."""
    units = DEPLOY / "systemd"
    examples = {path.name for path in (units / "etc").iterdir()}
    for unit in sorted(units.glob("*.service")):
        text = unit.read_text()
        for line in re.findall(r"^ExecStart(?:Pre|Post)?=(.*)$", text, re.M):
            words = line.replace("%S", "/var/lib").replace("%i", "kafka").split()
            assert words[0] == "/usr/bin/outrigger", line
            if words[1] == "up":
                examples.discard("outrigger.toml")
                doctor(binary, folder, units / "etc/outrigger.toml")
            elif "--config" in words:
                at = words.index("--config") + 1
                name = Path(words[at]).name
                examples.discard(name)
                words[at] = str(units / "etc" / name)
                manifests.check([binary, *words[1:], "--check-config"], f"{unit.name}: {name}")
            else:
                known = subprocess.run([binary, *words[1:], "--help"], capture_output=True, text=True)
                assert known.returncode == 0, f"{unit.name}: {known.stderr}"
    assert not examples, f"no unit reads {sorted(examples)}"


def doctor(binary, folder, file):
    words = [binary, "doctor", "--json", "--config", str(file), "--data-dir", str(folder / "none"), "--ports", "auto"]
    report = json.loads(subprocess.run(words, capture_output=True, text=True).stdout)
    (line,) = [one for one in report["checks"] if one["check"] == "configuration"]
    assert line["level"] == "ok", line


@scenario
def container_file(binary, folder):
    script = Path(__file__).with_name("containerfile.js")
    file = DEPLOY / "container/Containerfile"
    done = subprocess.run(["node", str(script), str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["problems"] == [], said["problems"]
    assert said["stages"] == 2 and said["healthchecks"] == 1 and said["users"] == ["10001:10001"], said
    assert said["ports"] == [9092, 9094, 9096, 9098, 11000, 11001, 11002], said["ports"]
    environment = {**os.environ, **said["variables"], "OUTRIGGER_DATA_DIR": str(folder / "none")}
    line = configuration_of(binary, environment)
    assert line["level"] == "ok", line
    version = re.search(r'^rust-version = "(.*)"$', (REPOSITORY / "Cargo.toml").read_text(), re.M)[1]
    assert f"rust:{version}-" in file.read_text(), f"the toolchain is {version}"


def configuration_of(binary, environment):
    done = subprocess.run([binary, "doctor", "--json"], capture_output=True, text=True, env=environment, cwd="/")
    (line,) = [one for one in json.loads(done.stdout)["checks"] if one["check"] == "configuration"]
    return line


@scenario
def what_the_build_reads_is_let_into_it(binary, folder):
    """The files that the ignore file lets through are a whole workspace to cargo."""
    allowed = [line[1:] for line in (DEPLOY / "container/Containerfile.dockerignore").read_text().splitlines()
               if line.startswith("!")]
    context = folder / "context"
    context.mkdir()
    for name in allowed:
        (context / name).symlink_to(REPOSITORY / name)
    words = ["cargo", "metadata", "--locked", "--offline", "--no-deps", "--format-version=1"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=context)
    assert done.returncode == 0, done.stderr
    for line in subprocess.run(["git", "grep", "-hoE", r'include_(str|bytes)!\("[^"]*"', "--", "*/src/*.rs"], cwd=REPOSITORY,
                               capture_output=True, text=True).stdout.splitlines():
        assert "../../../../" not in line or "grafana" not in line, line


@scenario
def compose_variables(binary, folder):
    compose = yaml.safe_load((DEPLOY / "container/compose.yaml").read_text())
    said = compose["services"]["outrigger"]["environment"]
    environment = {**os.environ, **said, "OUTRIGGER_DATA_DIR": str(folder / "none")}
    line = configuration_of(binary, environment)
    assert line["level"] == "ok", line
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            there = (DEPLOY / "container" / source).exists() if source.startswith(".") else source in compose["volumes"]
            assert there, volume


@scenario
def the_ci_page_of_github_and_gitlab(binary, folder):
    """The shell in the YAML of docs/ci.md, run as those services run it: a shell per step, variables carried over by a file."""
    text = (REPOSITORY / "docs/ci.md").read_text()
    blocks = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)]
    (github,) = [block for block in blocks if "jobs" in block]
    (gitlab,) = [block["tests"] for block in blocks if "tests" in block]
    for name in ["github", "gitlab"]:
        (folder / name / "bin").mkdir(parents=True)
        (folder / name / "bin/outrigger").symlink_to(binary)
    (job,) = github["jobs"].values()
    place = folder / "github"
    environment = surroundings(place)
    for step in job["steps"]:
        if "run" not in step:
            continue
        bash(["-eo", "pipefail", "-c", step["run"]], place, environment, step.get("name", "a step"))
        carried = place / "env"
        pairs = [line.split("=", 1) for line in carried.read_text().splitlines() if "=" in line] if carried.exists() else []
        environment.update({name: value.strip("'\"") for name, value in pairs})
    assert environment["OUTRIGGER_BOOTSTRAP"].startswith("127.0.0.1:"), "the tests know where Kafka is"
    assert (place / "artifacts/logs/server.log").exists()
    is_gone(place / "kafka")
    place = folder / "gitlab"
    script = "\n".join([*gitlab["before_script"], *gitlab["script"]])
    bash(["-eo", "pipefail", "-c", script], place, surroundings(place), "before_script and script")
    bash(["-eo", "pipefail", "-c", "\n".join(gitlab["after_script"])], place, surroundings(place), "after_script")
    assert (place / "artifacts/logs/server.log").exists()
    is_gone(place / "kafka")


def is_gone(directory):
    """What was started is stopped, and with it goes what it made."""
    deadline = time.monotonic() + 60
    while directory.exists():
        assert time.monotonic() < deadline, f"{directory} is still there"
        time.sleep(0.05)


def surroundings(place):
    path = f"{place / 'bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "OUTRIGGER_DATA_DIR": str(place / "kafka"), "GITHUB_ENV": str(place / "env")}


def bash(words, place, environment, what):
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(["bash", *words], cwd=place, env=environment, stdout=output, stderr=output, timeout=90)
        output.seek(0)
        assert done.returncode == 0, f"{what} ended with {done.returncode}: {output.read()}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--scenario", default="")
    parser.add_argument("--kafka-libs", required=True, type=Path)
    arguments = parser.parse_args()
    global KAFKA_LIBS
    KAFKA_LIBS = arguments.kafka_libs
    for function in SCENARIOS:
        name = function.__name__.replace("_", " ")
        if arguments.scenario not in name:
            continue
        folder = arguments.folder / function.__name__
        folder.mkdir(parents=True)
        try:
            function(arguments.binary, folder)
        except Exception as problem:
            traceback.print_exc()
            print(f"not ok {name}: {' '.join(str(problem).split())[:600]}", flush=True)
        else:
            print(f"ok {name}", flush=True)


main()
