"""IAM roles and their sessions, made with `outrigger iam` and used by real clients: temporary credentials with a token, session policies, revocation, and
a session that is renewed under another name.

sessions.py OUTRIGGER JAVA WORD... --endpoints FILE [--scenario NAME]; `JAVA WORD...` starts a JVM with Kafka's tools and aws-msk-iam-auth on its class path.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request

from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from botocore.credentials import CredentialProvider, Credentials
from confluent_kafka import KafkaException, Producer
from kafka import KafkaProducer

from scenario import equal, eventually, main, scenario, unique

OPTIONS = sys.argv.index("--endpoints")
OUTRIGGER, JAVA = sys.argv[1], sys.argv[2:OPTIONS]
sys.argv[1:OPTIONS] = []
REGION = "us-east-1"
RECORDS = "one\ntwo\nthree\n"
# How soon a change in the identity store must be felt.
SECONDS_MAX = 5


def iam(up, *words):
    ended = subprocess.run([OUTRIGGER, "iam", *words, "--data-dir", up.data_dir], capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, f"{words}: {ended.stderr}"
    return json.loads(ended.stdout) if ended.stdout.strip() else {}


def role(up, topics):
    """A new role that may write to topics whose names begin like this, and read them in any group."""
    name, store = unique("role"), iam(up, "describe-store")["Store"]
    topic = store["TopicArn"].removesuffix("TOPIC") + topics
    group = store["GroupArn"].removesuffix("GROUP") + "*"
    allowed = [
        (["Connect", "WriteDataIdempotently"], store["ClusterArn"]),
        (["CreateTopic", "DescribeTopic", "WriteData", "ReadData"], topic),
        (["AlterGroup", "DescribeGroup"], group),
    ]
    statements = [{"Effect": "Allow", "Action": [f"kafka-cluster:{action}" for action in actions], "Resource": resource} for actions, resource in allowed]
    iam(up, "create-role", "--role-name", name)
    iam(up, "put-role-policy", "--role-name", name, "--policy-name", "use", "--policy-document", document(statements))
    return name


def document(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def session(up, role_name, *words):
    """New temporary credentials, once they are known everywhere: a change of the store takes a moment."""
    made = iam(up, "assume-role", "--role-name", role_name, "--role-session-name", unique("session"), *words)["Credentials"]
    reach = ["--command-config", config(up, "AWS_MSK_IAM")]

    def known():
        """the new session may log in"""
        return ours(made, "topics", "list", *reach).returncode == 0

    eventually(known, SECONDS_MAX)
    return made


def variables(credentials):
    """An environment with these credentials alone."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    names = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey", "AWS_SESSION_TOKEN": "SessionToken"}
    return {**kept, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, **{name: credentials[key] for name, key in names.items()}}


def config(up, mechanism, profile=None):
    """A client's configuration without credentials, for the environment's; or for a profile."""
    option = f' awsProfileName="{profile}"' if profile else ""
    lines = [
        f"bootstrap.servers={up.addresses['iam']}", "security.protocol=SASL_SSL", f"sasl.mechanism={mechanism}",
        f"ssl.truststore.type=PEM\nssl.truststore.location={up.credentials['ca_cert']}",
    ]
    if mechanism == "AWS_MSK_IAM":
        lines += [f"sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required{option};",
                  "sasl.client.callback.handler.class=software.amazon.msk.auth.iam.IAMClientCallbackHandler"]
    else:
        handler = "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler"
        lines += [f"sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required{option};",
                  f"sasl.login.callback.handler.class={handler}", f"sasl.client.callback.handler.class={handler}"]
    file = tempfile.NamedTemporaryFile("w", suffix=".properties", delete=False)
    with file:
        file.write("\n".join(lines) + "\n")
    return file.name


def ours(credentials, *words, given=""):
    return subprocess.run([OUTRIGGER, *words], input=given, capture_output=True, text=True, env=variables(credentials), timeout=60)


def done(ended):
    assert ended.returncode == 0, f"{ended.args}: {ended.stderr[-600:]}"
    return ended.stdout


def confluent(up, credentials):
    """A producer with tokens of AWS's signer."""

    class Session(CredentialProvider):
        def __init__(self):
            pass

        def load(self):
            return Credentials(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])

    def token(_):
        text, expires_ms = MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(REGION, Session())
        return text, expires_ms / 1000

    return Producer({
        "bootstrap.servers": up.addresses["iam"], "security.protocol": "SASL_SSL", "ssl.ca.location": up.credentials["ca_cert"],
        "sasl.mechanisms": "OAUTHBEARER", "oauth_cb": token, "message.timeout.ms": 20000,
    })


def deliver(producer, topic, value):
    """Sends one record and waits for what becomes of it."""
    outcome = []
    producer.produce(topic, value, on_delivery=lambda error, _: outcome.append(error))
    eventually(lambda: producer.poll(0.1) or outcome, 25, 0)
    if outcome[0]:
        raise KafkaException(outcome[0])


def refusal(producer, topic):
    """The code with which a record is refused, or None."""
    try:
        deliver(producer, topic, b"x")
    except KafkaException as why:
        return why.args[0].name()
    return None


@scenario
def a_session_is_used_by_every_client(up):
    topic = unique("mine")
    credentials = session(up, role(up, "mine-*"))
    environment = variables(credentials)
    reach = ["--command-config", config(up, "AWS_MSK_IAM")]
    done(ours(credentials, "topics", "create", topic, *reach))
    for mechanism in ("AWS_MSK_IAM", "OAUTHBEARER"):
        done(ours(credentials, "produce", topic, "--command-config", config(up, mechanism), given=f"ours {mechanism}\n"))
    for mechanism in ("AWS_MSK_IAM", "OAUTHBEARER"):
        words = [*JAVA, "org.apache.kafka.tools.ConsoleProducer", "--bootstrap-server", up.addresses["iam"]]
        words += ["--command-config", config(up, mechanism), "--topic", topic]
        done(subprocess.run(words, input=f"java {mechanism}\n", capture_output=True, text=True, env=environment, timeout=60))
    deliver(confluent(up, credentials), topic, b"confluent")
    os.environ.update({key: value for key, value in environment.items() if key.startswith("AWS_")})
    sender = KafkaProducer(bootstrap_servers=up.addresses["iam"], security_protocol="SASL_SSL", ssl_cafile=up.credentials["ca_cert"], sasl_mechanism="AWS_MSK_IAM")
    sender.send(topic, b"kafka-python").get(30)
    sender.close()
    read = done(ours(credentials, "consume", topic, "--group", unique("group"), "--from", "beginning", "-n", "6", *reach))
    equal(read.split("\n"), ["ours AWS_MSK_IAM", "ours OAUTHBEARER", "java AWS_MSK_IAM", "java OAUTHBEARER", "confluent", "kafka-python", ""])


@scenario
def a_session_may_do_nothing_else(up):
    credentials = session(up, role(up, "mine-*"))
    reach = ["--command-config", config(up, "AWS_MSK_IAM")]
    refused = ours(credentials, "topics", "create", unique("yours"), *reach)
    assert refused.returncode == 1 and "AUTHORIZATION_FAILED" in refused.stderr, refused
    theirs = unique("yours")
    done(subprocess.run([OUTRIGGER, "topics", "create", theirs, "--data-dir", up.data_dir], capture_output=True, text=True))
    equal(refusal(confluent(up, credentials), theirs), "TOPIC_AUTHORIZATION_FAILED")
    assert theirs not in done(ours(credentials, "topics", "list", *reach))


@scenario
def a_session_policy_takes_away(up):
    name, topic = role(up, "mine-*"), unique("mine")
    whole = session(up, name)
    reading = document([{"Effect": "Allow", "Action": ["kafka-cluster:Connect", "kafka-cluster:Describe*", "kafka-cluster:ReadData"], "Resource": "*"}])
    narrow = session(up, name, "--policy", reading)
    reach = ["--command-config", config(up, "AWS_MSK_IAM")]
    done(ours(whole, "topics", "create", topic, *reach))
    done(ours(whole, "produce", topic, *reach, given=RECORDS))
    equal(done(ours(narrow, "consume", topic, "--from", "beginning", "-n", "3", *reach)), RECORDS)
    refused = ours(narrow, "produce", topic, *reach, given="x\n")
    assert refused.returncode == 1 and "AUTHORIZATION_FAILED" in refused.stderr, refused


@scenario
def a_wrong_or_missing_token_is_no_login(up):
    credentials = session(up, role(up, "mine-*"))
    reach = ["--command-config", config(up, "AWS_MSK_IAM")]
    other = session(up, role(up, "mine-*"))
    for token in ("", "x" * 100, other["SessionToken"]):
        refused = ours({**credentials, "SessionToken": token}, "topics", "list", *reach)
        assert refused.returncode == 1 and "Access denied" in refused.stderr, refused


@scenario
def a_revoked_session_ends(up):
    topic = unique("mine")
    credentials = session(up, role(up, "mine-*"))
    reach = ["--command-config", config(up, "AWS_MSK_IAM")]
    done(ours(credentials, "topics", "create", topic, *reach))
    producer = confluent(up, credentials)
    deliver(producer, topic, b"before")
    iam(up, "revoke-session", "--session-id", credentials["AccessKeyId"])

    def cut_off():
        """the open connection may do nothing more"""
        return refusal(producer, topic)

    def refused():
        """there is no login any more"""
        return "Access denied" in ours(credentials, "topics", "list", *reach).stderr

    assert eventually(cut_off, SECONDS_MAX) in ("TOPIC_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED")
    eventually(refused, SECONDS_MAX)


class Profile:
    """A profile in a file of its own, which is read at each login."""

    def __init__(self, credentials):
        self.file = tempfile.NamedTemporaryFile("w", delete=False).name
        self.write(credentials)

    def write(self, credentials):
        new = f"{self.file}.new"
        with open(new, "w") as file:
            file.write(f"[p]\naws_access_key_id={credentials['AccessKeyId']}\naws_secret_access_key={credentials['SecretAccessKey']}\n"
                       f"aws_session_token={credentials['SessionToken']}\nregion={REGION}\n")
        os.replace(new, self.file)

    def variables(self):
        kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        return {**kept, "AWS_SHARED_CREDENTIALS_FILE": self.file, "AWS_CONFIG_FILE": "/nonexistent"}


class Stream:
    """One producer of ours that sends a line now and then, on one connection, for as long as it is told."""

    def __init__(self, up, topic, profile):
        words = [OUTRIGGER, "produce", topic, "--command-config", config(up, "AWS_MSK_IAM", "p")]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=profile.variables())
        self.sent = 0

    def send(self):
        try:
            print(self.sent, file=self.process.stdin, flush=True)
            self.sent += 1
        except BrokenPipeError:
            pass  # it has ended: `end` tells why

    def end(self):
        _, errors = self.process.communicate(timeout=40)
        return self.process.returncode, errors


def renewals(up, result):
    with urllib.request.urlopen(f"{up.admin['authn_admin']}/metrics", timeout=10) as page:
        lines = page.read().decode().splitlines()
    mine = [line for line in lines if line.startswith("outrigger_authn_reauthentications_total") and f'result="{result}"' in line]
    return sum(float(line.rsplit(" ", 1)[1]) for line in mine)


def stream_until(up, stream, what, check):
    """Sends until `check` holds."""

    def sent():
        stream.send()
        return check()

    sent.__doc__ = what
    eventually(sent, 20)


@scenario
def a_new_session_of_the_role_goes_on(up):
    name, topic = role(up, "mine-*"), unique("mine")
    profile = Profile(session(up, name))
    done(subprocess.run([OUTRIGGER, "topics", "create", topic, "--data-dir", up.data_dir], capture_output=True, text=True))
    stream = Stream(up, topic, profile)
    for _ in range(2):
        before = renewals(up, "ok")
        profile.write(session(up, name))
        stream_until(up, stream, "sessions are renewed", lambda: renewals(up, "ok") >= before + 3)
    status, errors = stream.end()
    assert status == 0, errors
    read = done(subprocess.run([OUTRIGGER, "consume", topic, "--from", "beginning", "--exit", "--data-dir", up.data_dir], capture_output=True, text=True))
    equal(read.split(), [str(n) for n in range(stream.sent)])


@scenario
def a_session_of_another_role_does_not(up):
    topic = unique("mine")
    profile = Profile(session(up, role(up, "mine-*")))
    done(subprocess.run([OUTRIGGER, "topics", "create", topic, "--data-dir", up.data_dir], capture_output=True, text=True))
    stream = Stream(up, topic, profile)
    stream_until(up, stream, "the first session is renewed", lambda: renewals(up, "ok") > 0)
    # The other role may write to the topic, too; but a connection stays with its principal, and a refused login is final.
    profile.write(session(up, role(up, "mine-*")))
    stream_until(up, stream, "the renewal is refused", lambda: renewals(up, "principal_changed") > 0)
    status, errors = stream.end()
    # A record that was under way then is lost with its connection, and is told; without one it begins anew.
    lost = "Cannot change principals during re-authentication from IAM.arn" in errors
    equal((status, lost), (1, True) if status else (0, False))


if __name__ == "__main__":
    main()
