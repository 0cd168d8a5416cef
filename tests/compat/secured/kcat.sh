#!/usr/bin/env bash
# kcat 1.7.1 (librdkafka 2.0.2, with the nonce that librdkafka before 2.6.1 sends) on the secured ports, with the files that `outrigger up` writes for it.
# Prints `ok NAME` or `not ok NAME: why` per scenario. Takes --endpoints FILE [--scenario NAME].
set -uo pipefail

endpoints='' only=''
while [ $# -gt 0 ]; do
  case $1 in
    --endpoints) endpoints=$2 ;;
    --scenario) only=$2 ;;
    *) echo "unknown word $1" >&2; exit 2 ;;
  esac
  shift 2
done
command -v kcat >/dev/null || { echo "not ok kcat: it is not installed; run cargo xtask tools"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

of() { # WORD...: a value of endpoints.json
  python3 -c 'import functools, json, sys
print(functools.reduce(lambda value, key: value[key], sys.argv[2:], json.load(open(sys.argv[1]))))' "$endpoints" "$@"
}
clients=$(of data_dir)/clients

k() { # CONFIG WORD...
  local config=$1; shift
  timeout 40 kcat -F "$config" "$@" 2>"$work/error"
}

round_trip() { # CONFIG
  local topic=kcat-$RANDOM$RANDOM
  seq 1 50 >"$work/lines"
  k "$1" -q -P -t "$topic" -p 0 "$work/lines" -l || { echo produce; cat "$work/error"; return 1; }
  k "$1" -q -C -t "$topic" -p 0 -o beginning -c 50 >"$work/read" || { echo consume; cat "$work/error"; return 1; }
  cmp "$work/lines" "$work/read"
}

refused() { # CONFIG TEXT [WORD...]
  local config=$1 text=$2; shift 2
  if k "$config" -L "$@" >/dev/null; then echo "it was let in"; return 1; fi
  grep -q "$text" "$work/error" || { cat "$work/error"; return 1; }
}

certificate() { round_trip "$clients/kcat-tls.conf"; }
scram_password() { round_trip "$clients/kcat-scram.conf"; }
wrong_password_is_refused() {
  sed 's/^sasl.password=.*/sasl.password=wrong/' "$clients/kcat-scram.conf" >"$work/wrong.conf"
  refused "$work/wrong.conf" 'invalid credentials' -m 5
}
unknown_authority_is_refused() {
  sed "s#^ssl.ca.location=.*#ssl.ca.location=/etc/ssl/certs/ca-certificates.crt#" "$clients/kcat-tls.conf" >"$work/wrong.conf"
  [ -s /etc/ssl/certs/ca-certificates.crt ] || { echo "this machine trusts nobody; install ca-certificates"; return 1; }
  refused "$work/wrong.conf" 'certificate verify failed' -m 5
}

for scenario in certificate scram_password wrong_password_is_refused unknown_authority_is_refused; do
  if [ -n "$only" ] && [ "$only" != "$scenario" ]; then continue; fi
  if $scenario >"$work/reason" 2>&1; then
    echo "ok $scenario"
  else
    failed=1
    echo "not ok $scenario: $(tr '\n' ' ' <"$work/reason" | head -c 300)"
  fi
done
exit $failed
