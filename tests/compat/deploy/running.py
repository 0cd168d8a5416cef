"""The pod of deploy/kubernetes/suite, run: see pod.py. Prints what was seen; any failure ends it."""

import argparse
import gzip
import json
import shutil
import subprocess
from pathlib import Path

import manifests
from pod import Pod, bring_up_loopback

REPOSITORY = Path(__file__).resolve().parents[3]
HOST = "outrigger.outrigger.svc.cluster.local"
# Of broker and authn where they are two users of one group.
BROKER_UID, AUTHN_UID = 10002, 10003


def certificates(binary: str, folder: Path) -> Path:
    """As deploy/README.md says."""
    pki = folder / "pki"
    subprocess.run([binary, "certs", "create", "--dir", str(pki), "--name", HOST], check=True, capture_output=True)
    return pki


def files(found: dict, pki: Path) -> dict:
    served = {path.name: path.read_text() for path in (pki / "served").iterdir()}
    return {"outrigger": found["ConfigMap", "outrigger"]["data"], "outrigger-tls": served}


def client(pki: Path, folder: Path) -> Path:
    """A client of the pod's own name, by its certificate."""
    mine = pki / "clients/outrigger"
    path = folder / "client.properties"
    path.write_text(
        f"bootstrap.servers={HOST}:9094\nsecurity.protocol=SSL\nssl.truststore.type=PEM\n"
        f"ssl.truststore.location={mine}/ca.pem\nssl.keystore.type=PEM\n"
        f"ssl.keystore.certificate.chain={one_line(mine / 'client.pem')}\n"
        f"ssl.keystore.key={one_line(mine / 'client-key.pem')}\n"
    )
    return path


def one_line(path: Path) -> str:
    return path.read_text().replace("\n", "\\n")


def whole(binary: str, folder: Path):
    found = manifests.documents(REPOSITORY / "deploy/kubernetes/suite")
    (stateful_set,) = manifests.stateful_sets(found)
    pki = certificates(binary, folder)
    pod = Pod(folder, binary, stateful_set, files(found, pki), [HOST])
    pod.initialize()
    pod.initialize()
    containers = pod.spec["containers"]
    pod.run(containers)
    pod.ready(containers)
    print("every probe is answered")
    by = {container["name"]: container for container in containers}
    properties = client(pki, folder)
    use(binary, properties)
    print(f"a client came by {HOST}:9094 and was sent back there")
    made = pod.inside(by["authn"], "iam", "--iam-dir", "/var/lib/outrigger/iam", "create-user", "--user-name", "alice")
    assert json.loads(made)["User"]["UserName"] == "alice", made
    print("the identity store is changed from the container of authn")
    logs = pod.path("data") / "logs"
    assert (logs / "server.log").exists() and (logs / "authn/authn.log").exists(), list(logs.iterdir())
    ended = pod.stop()
    assert set(ended.values()) == {0}, f"{ended}: {[pod.log(name) for name in ended if ended[name]]}"
    print(f"all {len(ended)} drained and ended with 0")


def use(binary: str, properties: Path):
    """The hosts file of this mount namespace is ours: the name leads to the pod."""
    words = [binary, "produce", "orders", "--command-config", str(properties)]
    subprocess.run([binary, "topics", "create", "orders", "--command-config", str(properties)], check=True, capture_output=True)
    subprocess.run(words, input="hello\n", text=True, check=True, capture_output=True)
    words = [binary, "consume", "orders", "--from", "beginning", "--exit", "--command-config", str(properties)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and "hello" in done.stdout, done.stderr


def apart(binary: str, folder: Path):
    """Broker and authn as two users of one group: refused until each names the other's number, and then believed."""
    found = manifests.documents(REPOSITORY / "deploy/kubernetes/suite")
    (stateful_set,) = manifests.stateful_sets(found)
    pki = certificates(binary, folder)
    pod = Pod(folder, binary, stateful_set, files(found, pki), [HOST])
    by = {container["name"]: container for container in pod.spec["containers"]}
    # An identity store is one user's, so each here goes without.
    words = ["--override", "outrigger.iam.store=", "--override", "listeners="]
    broker = [*by["broker"]["args"], *words[:2]]
    authn = [*by["authn"]["args"], *words[:2]]
    for setting in ["listeners", "advertised.listeners"]:
        authn += ["--override", f"{setting}=CLIENT_SECURE://{'0.0.0.0' if setting == 'listeners' else HOST}:9094"]
    authn += ["--override", "outrigger.scram.secret.file=", "--override", "outrigger.log.dir="]
    broker += ["--override", "outrigger.log.dir="]
    pod.running["broker"] = pod.start(by["broker"], broker, BROKER_UID)
    pod.ready([by["broker"]])
    pod.running["authn"] = pod.start(by["authn"], authn, AUTHN_UID)
    pod.until("authn's refusal", lambda: "outrigger.handoff.broker.uids" in pod.log("authn"), ["broker", "authn"])
    pod.stop()
    print("two users do not believe each other by themselves")
    broker += ["--override", f"outrigger.handoff.uids={AUTHN_UID}"]
    authn += ["--override", f"outrigger.handoff.broker.uids={BROKER_UID}"]
    pod.running["broker"] = pod.start(by["broker"], broker, BROKER_UID)
    pod.running["authn"] = pod.start(by["authn"], authn, AUTHN_UID)
    pod.ready([by["broker"], by["authn"]])
    use(binary, client(pki, folder))
    assert set(pod.stop().values()) == {0}
    print("two users of one group do, by outrigger.handoff.uids and outrigger.handoff.broker.uids")


def java() -> tuple:
    """The program itself, and the folders of /etc that its installation leads to."""
    program = Path(shutil.which("java")).resolve()
    links = [path.resolve() for path in (program.parents[1] / "conf").rglob("*") if path.is_symlink()]
    folders = {path.parent if path.is_file() else path for path in [*links, (program.parents[1] / "conf").resolve()]}
    return str(program), sorted({"/".join(path.parts[:3])[1:] for path in folders if path.parts[1] == "etc"})


def kafka_properties(container: dict) -> str:
    """As the image of Apache Kafka makes them out of its variables."""
    lines = []
    for one in container["env"]:
        if one["name"].startswith("KAFKA_") and one["name"] != "KAFKA_LOG4J_OPTS":
            key = one["name"].removeprefix("KAFKA_").lower().replace("_", ".")
            lines.append(f"{key}={one['value']}\n")
    return "".join(lines)


def beside_kafka(binary: str, folder: Path, libs: Path):
    """Apache Kafka with the variables, the logging and the volumes of the manifest, and the sidecars beside it."""
    found = manifests.documents(REPOSITORY / "deploy/kubernetes/beside-kafka")
    (stateful_set,) = manifests.stateful_sets(found)
    data = found["ConfigMap", "kafka-sidecars"]["data"]
    kafka = stateful_set["spec"]["template"]["spec"]["containers"][0]
    host = "kafka-0.kafka.kafka.svc.cluster.local"
    pod = Pod(folder, binary, stateful_set, {"kafka-sidecars": data}, [host])
    program, configurations = java()
    server = folder / "server"
    server.mkdir()
    (server / "server.properties").write_text(kafka_properties(kafka))
    pod.brought["kafka"] = [(str(libs), "libs"), (str(server), "server"), *((path, path[1:]) for path in configurations)]
    run = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", "/libs/*"]
    options = [one["value"] for one in kafka["env"] if one["name"] == "KAFKA_LOG4J_OPTS"]
    tool = [*run, "kafka.tools.StorageTool", "format", "-t", "4L6g3nShT-eMCtK--X86sw", "-c", "/server/server.properties"]
    assert pod.start(kafka, tool, program=program).wait(60) == 0, pod.log("kafka")
    pod.running["kafka"] = pod.start(kafka, [*run, *options, "kafka.Kafka", "/server/server.properties"], program=program)
    sidecars = pod.spec["containers"][1:]
    # A file is finished when its first event has waited; nobody waits for a minute here.
    sidecars[1]["args"] += ["--directory.roll-seconds", "1"]
    pod.run(sidecars)
    pod.ready(sidecars)
    logs = pod.path("data") / "logs"
    pod.until("Kafka's start", lambda: "Kafka Server started" in text(logs / "server.log"), ["kafka"])
    assert "INFO" in text(logs / "controller.log"), "the controller has a log of its own"
    print("Apache Kafka writes the logs that its configuration in the manifest names")
    delivered = pod.path("data") / "delivered"
    pod.until("the delivery of it", lambda: "Kafka Server started" in everything(delivered), ["logshipper"])
    ended = pod.stop()
    assert ended["logshipper"] == 0 and ended["exporter-node"] == 0, ended
    # What Kafka wrote while it stopped is delivered at the next start, at the latest.
    pod.run(sidecars[1:])
    pod.until("the delivery of the rest", lambda: last_line(logs / "server.log") in everything(delivered), ["logshipper"])
    assert pod.stop() == {"logshipper": 0}
    print("they are delivered to the last line")


def text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def last_line(path: Path) -> str:
    return text(path).splitlines()[-1]


def everything(folder: Path) -> str:
    """All objects below a directory, unpacked."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix == ".gz":
            found.append(gzip.decompress(path.read_bytes()).decode())
    return "".join(found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--kafka-libs", required=True, type=Path)
    arguments = parser.parse_args()
    bring_up_loopback()
    hosts = arguments.folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {HOST}\n")
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)
    whole(arguments.binary, arguments.folder / "whole")
    apart(arguments.binary, arguments.folder / "apart")
    beside_kafka(arguments.binary, arguments.folder / "beside", arguments.kafka_libs)


main()
