"""Kafka's console tools, and ours, with --command-config on every port, with the files that `outrigger up` writes for them.

tools.py OUTRIGGER JAVA WORD... --endpoints FILE [--scenario NAME]; `JAVA WORD...` starts java/ToolRunner.java, which runs many calls in one JVM.
"""

import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.request

from scenario import equal, eventually, main, scenario, unique

OPTIONS = sys.argv.index("--endpoints")
OUTRIGGER, JAVA = sys.argv[1], sys.argv[2:OPTIONS]
sys.argv[1:OPTIONS] = []
# Way in, and the file of `outrigger up` for Java clients, which ours reads too.
WAYS = [("tls", "java-tls"), ("scram", "java-scram"), ("iam", "java-iam"), ("iam", "java-oauthbearer")]
RECORDS = "one\ntwo\nthree\n"
# A stream that lasts several sessions: the suite starts the product with sessions of 3 s.
STREAM, PAUSE = 400, 0.02


def config(up, name):
    return up.data_dir / "clients" / f"{name}.properties"


def variables(up):
    """What `outrigger env` has for the AWS SDKs, and nothing else of AWS."""
    printed = subprocess.run([OUTRIGGER, "env", "--format", "dotenv", "--data-dir", up.data_dir], capture_output=True, text=True, check=True).stdout
    found = dict(line.split("=", 1) for line in printed.splitlines() if line.startswith("AWS_"))
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return {**kept, **{key: shlex.split(value)[0] for key, value in found.items()}}


class Tools:
    """One JVM for many calls."""

    def __init__(self, up):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(JAVA, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True, env=variables(up))
        self.calls = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def call(self, *words):
        """The status and the output of one call; errors are lines that begin with `!`."""
        self.calls += 1
        name = f"call{self.calls}"
        print(name, *(f"'{word}'" for word in words), file=self.process.stdin)
        print(f"end{self.calls} kafka-topics --version", file=self.process.stdin, flush=True)
        head = self.process.stdout.readline().strip()
        assert head.startswith(f"=== {name} exit="), head
        lines = []
        for line in self.process.stdout:
            if line.startswith(f"=== end{self.calls} "):
                self.process.stdout.readline()
                break
            lines.append(line.rstrip("\n"))
        return int(head.rsplit("=", 1)[1]), "\n".join(lines)

    def done(self, *words):
        """The output of a call that must succeed."""
        status, output = self.call(*words)
        assert status == 0 and "Error" not in output, f"{words}: exit {status}: {output[:600]}"
        return output


def outrigger(up, *words, given=""):
    return subprocess.run([OUTRIGGER, *words], input=given, capture_output=True, text=True, env=variables(up), timeout=60)


def ours(up, *words, given=""):
    """What our command prints, which must succeed."""
    ended = outrigger(up, *words, given=given)
    assert ended.returncode == 0, f"{words}: {ended.stderr[:600]}"
    return ended.stdout


def wrong(up, name, old, new):
    """A file in which something is wrong."""
    text = config(up, name).read_text()
    assert old in text, f"{old} is not in {name}"
    file = tempfile.NamedTemporaryFile("w", suffix=".properties", delete=False)
    with file:
        file.write(text.replace(old, new))
    return pathlib.Path(file.name)


@scenario
def kafkas_tools_on_every_port(up):
    with Tools(up) as tools:
        for way, name in WAYS:
            address, file, topic = up.addresses[way], str(config(up, name)), unique(name)
            reach = ["--bootstrap-server", address, "--command-config", file]
            tools.done("kafka-topics", *reach, "--create", "--topic", topic, "--partitions", "2")
            assert topic in tools.done("kafka-topics", *reach, "--list").split()
            listed = tools.done("kafka-configs", *reach, "--describe", "--topic", topic)
            assert topic in listed, listed
            tools.done("kafka-broker-api-versions", *reach)
            ours(up, "produce", topic, "--partition", "0", "--command-config", file, given=RECORDS)
            read = tools.done("kafka-console-consumer", "--bootstrap-server", address, "--command-config", file,
                              "--topic", topic, "--from-beginning", "--max-messages", "3", "--timeout-ms", "30000")
            equal([line for line in read.splitlines() if not line.startswith("!")], RECORDS.split())
            groups = tools.done("kafka-consumer-groups", *reach, "--list")
            assert "console-consumer-" in groups, groups


@scenario
def kafkas_producer_on_every_port(up):
    for way, name in WAYS:
        file, topic = str(config(up, name)), unique(name)
        ours(up, "topics", "create", topic, "--command-config", file)
        words = JAVA[:-1] + ["org.apache.kafka.tools.ConsoleProducer", "--bootstrap-server", up.addresses[way], "--command-config", file, "--topic", topic]
        ended = subprocess.run(words, input=RECORDS, capture_output=True, text=True, env=variables(up), timeout=60)
        assert ended.returncode == 0, ended.stderr[-600:]
        read = ours(up, "consume", topic, "--command-config", file, "--from", "beginning", "--max-messages", "3")
        equal(read, RECORDS)


@scenario
def acls_and_users_are_administered(up):
    with Tools(up) as tools:
        reach = ["--bootstrap-server", up.addresses["tls"], "--command-config", str(config(up, "java-tls"))]
        user, topic = unique("user"), unique("guarded")
        tools.done("kafka-topics", *reach, "--create", "--topic", topic)
        tools.done("kafka-configs", *reach, "--alter", "--add-config", "SCRAM-SHA-512=[iterations=4096,password=user-secret]", "--entity-type", "users", "--entity-name", user)
        listed = tools.done("kafka-configs", *reach, "--describe", "--entity-type", "users", "--entity-name", user)
        assert "SCRAM-SHA-512" in listed, listed
        tools.done("kafka-acls", *reach, "--add", "--allow-principal", f"User:{user}", "--operation", "Read", "--topic", topic)
        listed = tools.done("kafka-acls", *reach, "--list", "--topic", topic)
        assert f"User:{user}" in listed, listed
        mine = wrong(up, "java-scram", f"username=\"{up.credentials['scram_username']}\"", f"username=\"{user}\"")
        text = mine.read_text()
        mine.write_text(text.replace(up.password, "user-secret"))
        equal(ours(up, "consume", topic, "--from", "beginning", "--exit", "--command-config", str(mine)), "")
        refused = outrigger(up, "produce", topic, "--command-config", str(mine), given="x\n")
        assert refused.returncode == 1 and "TOPIC_AUTHORIZATION_FAILED" in refused.stderr, refused
        tools.done("kafka-acls", *reach, "--remove", "--force", "--allow-principal", f"User:{user}", "--operation", "Read", "--topic", topic)
        tools.done("kafka-configs", *reach, "--alter", "--delete-config", "SCRAM-SHA-512", "--entity-type", "users", "--entity-name", user)
        refused = outrigger(up, "topics", "list", "--command-config", str(mine))
        assert refused.returncode == 1 and "invalid credentials" in refused.stderr, refused


@scenario
def our_commands_on_every_port(up):
    for _, name in WAYS:
        file, topic, group = str(config(up, name)), unique(name), unique("group")
        reach = ["--command-config", file]
        ours(up, "topics", "create", topic, *reach)
        ours(up, "produce", topic, *reach, given=RECORDS)
        equal(ours(up, "consume", topic, *reach, "--group", group, "--from", "beginning", "--max-messages", "3"), RECORDS)
        assert group in ours(up, "groups", "list", *reach)
        ours(up, "topics", "delete", topic, *reach)


def with_keystore(up, folder):
    """java-tls.properties with the certificate of another client."""
    mine = pathlib.Path(up.credentials["keystore_p12"])
    file = wrong(up, "java-tls", f"ssl.keystore.location={mine}", f"ssl.keystore.location={folder / 'keystore.p12'}")
    password = up.secret("store_password_file")
    text = file.read_text()
    for key in ("ssl.keystore.password", "ssl.key.password"):
        text = text.replace(f"{key}={password}", f"{key}={(folder / 'store-password').read_text().strip()}")
    file.write_text(text)
    return str(file)


@scenario
def a_certificate_is_good_until_it_is_revoked(up):
    name, reach = unique("client"), ["--bootstrap-server", up.addresses["tls"]]
    ours(up, "certs", "issue", name, "--data-dir", str(up.data_dir))
    file = with_keystore(up, up.data_dir / "pki/clients" / name)
    refusal = "it refuses the client certificate"

    def refused():
        """the revoked certificate is refused"""
        return refusal in outrigger(up, "topics", "list", "--command-config", file).stderr

    with Tools(up) as tools:
        tools.done("kafka-topics", *reach, "--command-config", file, "--list")
        ours(up, "topics", "list", "--command-config", file)
        ours(up, "certs", "revoke", name, "--data-dir", str(up.data_dir))
        eventually(refused, 5)
        status, output = tools.call("kafka-topics", *reach, "--command-config", file, "--list")
        # In TLS 1.3 a client learns of it after its part of the handshake.
        assert status == 1 and "post-handshake" in output, output
        ours(up, "topics", "list", "--command-config", str(config(up, "java-tls")))


@scenario
def a_certificate_of_another_authority_is_refused(up):
    with tempfile.TemporaryDirectory() as folder:
        ours(up, "certs", "create", "--dir", f"{folder}/pki")
        [client] = [path.parent for path in pathlib.Path(folder).rglob("keystore.p12")]
        file = with_keystore(up, client)
        ended = outrigger(up, "topics", "list", "--command-config", file)
        assert ended.returncode == 1 and "it refuses the client certificate" in ended.stderr, ended


def counted(up, metric):
    """The sum of a counter of authn over its labels."""
    with urllib.request.urlopen(f"{up.admin['authn_admin']}/metrics", timeout=10) as page:
        lines = page.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(metric))


@scenario
def our_commands_outlive_their_sessions(up):
    """Produces and consumes through several sessions at once: nothing is lost, out of order, or cut off."""
    before = counted(up, "outrigger_authn_reauthentications_total")
    running = []
    for _, name in WAYS:
        if name == "java-tls":
            continue  # a certificate needs no session
        topic, reach = unique(name), ["--command-config", str(config(up, name))]
        ours(up, "topics", "create", topic, *reach)
        start = lambda *words: subprocess.Popen([OUTRIGGER, *words, *reach], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables(up))
        running.append((start("produce", topic), start("consume", topic, "--from", "beginning", "-n", str(STREAM))))
    for n in range(STREAM):
        for producer, _ in running:
            print(n, file=producer.stdin, flush=True)
        time.sleep(PAUSE)  # the stream's pace, which no check depends on
    for producer, consumer in running:
        _, errors = producer.communicate(timeout=30)
        equal((producer.returncode, "error" in errors), (0, False))
        read, errors = consumer.communicate(timeout=30)
        equal(read.split(), [str(n) for n in range(STREAM)])
    renewed = counted(up, "outrigger_authn_reauthentications_total") - before
    assert renewed >= 2 * len(running), f"{renewed} sessions were renewed"
    equal(counted(up, "outrigger_authn_expired_connections_killed_total"), 0)


@scenario
def our_commands_say_what_to_do(up):
    scram, tls = up.addresses["scram"], up.addresses["tls"]
    wrong_password = wrong(up, "java-scram", up.password, "wrong")
    wrong_mechanism = wrong(up, "java-scram", "SCRAM-SHA-512", "SCRAM-SHA-256")
    no_trust = wrong(up, "java-tls", "ssl.truststore.location", "ssl.trustore.location")
    plaintext = wrong(up, "java-tls", "security.protocol=SSL", "security.protocol=PLAINTEXT")
    cases = [
        (["--command-config", wrong_password], "invalid credentials with SASL mechanism SCRAM-SHA-512"),
        (["--command-config", wrong_mechanism, "--bootstrap", scram], "set sasl.mechanism"),
        (["--command-config", no_trust], "ssl.trustore.location has no effect here"),
        (["--command-config", no_trust], "ssl.truststore.location"),
        (["--command-config", plaintext, "--bootstrap", tls], "set security.protocol to SSL"),
        (["--bootstrap", tls], "--command-config FILE"),
        (["--command-config", config(up, "java-tls"), "--bootstrap", up.addresses["plaintext"]], "it is no listener with TLS"),
        (["--command-config", config(up, "java-tls"), "--bootstrap", scram], "is it a Kafka listener for security.protocol SSL?"),
    ]
    for words, text in cases:
        ended = outrigger(up, "topics", "list", *map(str, words))
        assert ended.returncode in (1, 2) and text in ended.stderr, f"{words}: {ended.returncode} {ended.stderr}"


if __name__ == "__main__":
    main()
