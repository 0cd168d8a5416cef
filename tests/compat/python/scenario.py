"""Runs scenarios and prints a verdict per scenario; the lines and the '@' requests are what `cargo xtask test` reads.

A scenario is a function decorated with `@scenario`; it gets a `Server`, or an `Up` with --endpoints, and fails by raising.
"""

import argparse
import json
import pathlib
import sys
import time
import traceback
import uuid

_scenarios = []


class Skip(Exception):
    """The scenario cannot run here; the text says why."""


class Server:
    """The server under test, seen from outside."""

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap

    def kill(self):
        """`kill -9` and start again on the same port."""
        self._ask("@kill")

    def restart(self):
        """A clean stop and start on the same port."""
        self._ask("@restart")

    def _ask(self, request):
        print(request, flush=True)
        answer = sys.stdin.readline().strip()
        if answer == "unsupported":
            raise Skip("this server cannot be restarted from here")
        assert answer == "done", f"{request} was answered {answer!r}"


class Up:
    """A running `outrigger up`: its addresses by way in, and the credentials that it made."""

    def __init__(self, endpoints):
        content = json.loads(pathlib.Path(endpoints).read_text())
        self.addresses = content["bootstrap"]
        self.credentials = content["credentials"]
        self.admin = content["http"]
        self.data_dir = pathlib.Path(content["data_dir"])

    def secret(self, key):
        """What is in the file that `key` names."""
        return pathlib.Path(self.credentials[key]).read_text().strip()

    @property
    def password(self):
        return self.secret("scram_password_file")

    @property
    def secret_access_key(self):
        return self.secret("iam_secret_access_key_file")


def scenario(function):
    _scenarios.append(function)
    return function


def unique(prefix):
    """A name no other scenario uses."""
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def eventually(check, seconds=20, every=0.05):
    """Polls until `check` gives something true, and gives it."""
    deadline = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {check.__doc__ or check.__name__}; last value {value!r}")
        time.sleep(every)


def equal(actual, expected):
    """An assertion whose failure shows both sides."""
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def main():
    parser = argparse.ArgumentParser()
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--bootstrap", help="a server's address")
    where.add_argument("--endpoints", help="endpoints.json of `outrigger up`")
    parser.add_argument("--scenario", help="run only the one of this name")
    arguments = parser.parse_args()
    server = Up(arguments.endpoints) if arguments.endpoints else Server(arguments.bootstrap)
    chosen = [run for run in _scenarios if arguments.scenario in (None, run.__name__)]
    assert chosen, f"no scenario {arguments.scenario}"
    failed = 0
    for run in chosen:
        try:
            run(server)
            print(f"ok {run.__name__}", flush=True)
        except Skip as why:
            print(f"skip {run.__name__}: {why}", flush=True)
        except Exception as why:  # the next scenario still runs
            failed += 1
            traceback.print_exc()
            text = " ".join(f"{type(why).__name__}: {why}".split())
            print(f"not ok {run.__name__}: {text[:400]}", flush=True)
    sys.exit(1 if failed else 0)
