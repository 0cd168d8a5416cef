"""The manifests of deploy/kubernetes: Kubernetes' own schemas, and what a schema cannot say: that what one names, another has,
that the processes take their keys and flags, and that no container may do more than it must."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import kubernetes_validate
import yaml

OLDEST, NEWEST = "1.30", "1.37"
# Of an operator, not of Kubernetes: there is no schema for them here.
FOREIGN = {"monitoring.coreos.com/v1", "kustomize.config.k8s.io/v1beta1"}
# What people bring themselves; deploy/README.md says how.
BROUGHT = {"outrigger-tls", "outrigger-aws"}


def documents(folder: Path) -> dict:
    """Every file that the kustomization names, and nothing else lies there."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    files = kustomization["resources"]
    there = {path.name for path in folder.iterdir()} - {"kustomization.yaml"}
    assert set(files) == there, f"{folder.name}: kustomization.yaml names {sorted(files)}, there is {sorted(there)}"
    found = {name: list(yaml.safe_load_all((folder / name).read_text())) for name in files}
    return {(one["kind"], one["metadata"]["name"]): one for many in found.values() for one in many}


def schemas(found: dict):
    for (kind, name), one in found.items():
        if one["apiVersion"] in FOREIGN:
            continue
        for version in [OLDEST, NEWEST]:
            try:
                kubernetes_validate.validate(one, version, strict=True)
            except kubernetes_validate.ValidationError as problem:
                raise AssertionError(f"{kind} {name} ({version}): {problem.message}") from problem


def stateful_sets(found: dict) -> list:
    return [one for (kind, _), one in found.items() if kind == "StatefulSet"]


def containers(one: dict) -> list:
    spec = one["spec"]["template"]["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def ours(one: dict) -> list:
    return [container for container in containers(one) if container["image"] == "outrigger"]


def references(found: dict):
    """Selectors, ports, volumes, configuration: each name is somewhere."""
    for one in stateful_sets(found):
        template = one["spec"]["template"]
        labels, spec = template["metadata"]["labels"], template["spec"]
        assert one["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert ("Service", one["spec"]["serviceName"]) in found
        volumes = {volume["name"] for volume in spec.get("volumes", [])}
        volumes |= {claim["metadata"]["name"] for claim in one["spec"].get("volumeClaimTemplates", [])}
        ports = {}
        for container in containers(one):
            for port in container.get("ports", []):
                assert port["name"] not in ports, f"two ports are called {port['name']}"
                assert port["containerPort"] not in ports.values(), f"two ports {port['containerPort']} in one pod"
                ports[port["name"]] = port["containerPort"]
            named = {port["name"] for port in container.get("ports", [])}
            for kind in ["startupProbe", "livenessProbe", "readinessProbe"]:
                probe = container.get(kind, {})
                port = (probe.get("httpGet") or probe.get("tcpSocket") or {}).get("port")
                assert port is None or port in named, f"{container['name']}: {kind} asks {port}"
            for mount in container.get("volumeMounts", []):
                assert mount["name"] in volumes, f"{container['name']} mounts {mount['name']}"
        for volume in spec.get("volumes", []):
            configuration = volume.get("configMap", {}).get("name")
            assert configuration is None or ("ConfigMap", configuration) in found, configuration
            secret = volume.get("secret", {}).get("secretName")
            assert secret is None or secret in BROUGHT, secret
        for (kind, name), other in found.items():
            if kind == "Service":
                assert other["spec"]["selector"].items() <= labels.items(), name
                for port in other["spec"]["ports"]:
                    assert ports[port["targetPort"]] == port["port"], f"{name}: {port}"
            if kind == "NetworkPolicy":
                assert other["spec"]["podSelector"]["matchLabels"].items() <= labels.items(), name
                for rule in other["spec"]["ingress"]:
                    assert {port["port"] for port in rule["ports"]} <= ports.keys(), f"{name}: {rule}"
            if kind == "PodDisruptionBudget":
                assert other["spec"]["selector"]["matchLabels"].items() <= labels.items(), name


def monitors(found: dict, suite: dict):
    """A PodMonitor scrapes ports that the pod has."""
    (one,) = stateful_sets(suite)
    ports = {port["name"] for container in containers(one) for port in container.get("ports", [])}
    for (kind, name), monitor in found.items():
        if kind == "PodMonitor":
            asked = {endpoint["port"] for endpoint in monitor["spec"]["podMetricsEndpoints"]}
            assert asked <= ports, f"{name} scrapes {sorted(asked - ports)}"


def locked(found: dict):
    """The Pod Security Standard "restricted", and more: nothing of ours writes outside of its volumes."""
    for one in stateful_sets(found):
        spec = one["spec"]["template"]["spec"]
        of_pod = spec["securityContext"]
        assert of_pod["runAsNonRoot"] and of_pod["runAsUser"] > 0
        assert of_pod["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert spec["terminationGracePeriodSeconds"] >= 60, "a process drains for 30 s"
        for container in containers(one):
            name, context = container["name"], container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert "memory" in container["resources"]["limits"], name
            assert container["resources"]["requests"].keys() >= {"cpu", "memory"}, name
        for container in ours(one):
            assert container["securityContext"]["readOnlyRootFilesystem"], container["name"]


def configuration(found: dict, binary: str):
    """Every process takes its flags and its properties file as they stand in the manifest."""
    maps = {name: one["data"] for (kind, name), one in found.items() if kind == "ConfigMap"}
    used = set()
    for one in stateful_sets(found):
        volumes = {v["name"]: v.get("configMap", {}).get("name") for v in one["spec"]["template"]["spec"]["volumes"]}
        for container in ours(one):
            if "--config" not in container["args"]:
                continue
            mounted = {m["mountPath"]: (volumes.get(m["name"]), m.get("subPath")) for m in container["volumeMounts"]}
            path = container["args"][container["args"].index("--config") + 1]
            name, key = mounted[path]
            used.add(key)
            takes(binary, container, maps[name][key])
    properties = {key for data in maps.values() for key in data if key.endswith(".properties")}
    assert used == properties, f"nobody reads {sorted(properties - used)}"


def takes(binary: str, container: dict, text: str):
    values = {one["name"]: one["value"] for one in container.get("env", [])}
    with tempfile.NamedTemporaryFile("w", suffix=".properties") as file:
        file.write(text)
        file.flush()
        words = list(container["args"])
        words[words.index("--config") + 1] = file.name
        for name, value in values.items():
            words = [word.replace(f"$({name})", value) for word in words]
        check([binary, *words, "--check-config"], container["name"])
    admin = [line for line in text.splitlines() if line.startswith("outrigger.admin.listener=")]
    port = int(admin[0].rsplit(":", 1)[1])
    assert port in {one["containerPort"] for one in container["ports"]}, f"{container['name']}: no port {port}"


def check(words: list, what: str):
    """As on the machine or in the container that it is for: its directories are there, below a folder, and a region is known."""
    with tempfile.TemporaryDirectory() as folder:
        original = Path(words[words.index("--config") + 1]) if "--config" in words else None
        words = [words[0], *(below(word, folder) for word in words[1:])]
        if original:
            at = words.index("--config") + 1
            file = Path(folder) / "properties"
            file.write_text(below(original.read_text(), folder))
            words[at] = str(file)
        environment = {**os.environ, "AWS_REGION": "us-east-1"}
        done = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, f"{what}: {(done.stderr or done.stdout).strip()}"
    # What is not known is only a warning of the broker, because Kafka's own files have such keys.
    said = (done.stdout + done.stderr).lower()
    assert "unknown" not in said and "no effect" not in said and "ignored" not in said, f"{what}: {said.strip()}"


def below(text: str, folder: str) -> str:
    """The text with what it names in /var and /run below the folder; the directories of it are made."""
    text = re.sub(r"(?<![^\s=,:])/(?=(?:var|run)/)", f"{folder}/", text)
    for path in re.findall(re.escape(folder) + r"/(?:var|run)/[^\s,]*", text):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return text
