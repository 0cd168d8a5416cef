#!/usr/bin/env bash
# kcat 1.7.1 (librdkafka 2.0.2): an old client, as a person at a terminal uses it.
# Prints `ok NAME` or `not ok NAME: why` per scenario; `@restart` asks for a restart of the server. Takes --bootstrap HOST:PORT [--scenario NAME].
set -uo pipefail

bootstrap='' only=''
while [ $# -gt 0 ]; do
  case $1 in
    --bootstrap) bootstrap=$2 ;;
    --scenario) only=$2 ;;
    *) echo "unknown word $1" >&2; exit 2 ;;
  esac
  shift 2
done
command -v kcat >/dev/null || { echo "not ok kcat: it is not installed; run cargo xtask tools"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

k() { timeout 30 kcat -b "$bootstrap" -q "$@"; }
unique() { echo "kcat-$1-$RANDOM$RANDOM"; }
equal() { # ACTUAL EXPECTED
  [ "$1" = "$2" ] || { echo "'$1' instead of '$2'"; return 1; }
}

metadata() {
  local topic; topic=$(unique meta)
  echo x | k -P -t "$topic" || return 1
  local json; json=$(k -L -J -t "$topic")
  equal "$(jq_lite "$json" brokers)" "$bootstrap" && equal "$(jq_lite "$json" partitions)" 4
}

# What the scenarios need of kcat's JSON, without one more package to install.
jq_lite() {
  python3 -c 'import json, sys
j = json.loads(sys.argv[1])
print({"brokers": lambda: ",".join(b["name"] for b in j["brokers"]), "partitions": lambda: len(j["topics"][0]["partitions"])}[sys.argv[2]]())' "$@"
}

codecs() {
  local codec topic
  seq 1 2000 >"$work/lines"
  for codec in none gzip snappy lz4 zstd; do
    topic=$(unique $codec)
    k -P -t "$topic" -p 0 -z $codec "$work/lines" -l || { echo "produce with $codec"; return 1; }
    k -C -t "$topic" -p 0 -o beginning -e >"$work/out" || { echo "consume $codec"; return 1; }
    cmp "$work/lines" "$work/out" || return 1
  done
}

keys_headers_and_nulls() {
  local topic; topic=$(unique kv)
  printf 'k1:v1\nk2:\n:v3\n' | k -P -t "$topic" -p 0 -K : -Z -H a=1 -H a=2 -H empty= || return 1
  equal "$(k -C -t "$topic" -p 0 -o beginning -e -f '%k|%K|%S|%s|%h;')" "k1|2|2|v1|a=1,a=2,empty=;k2|2|-1||a=1,a=2,empty=;|-1|2|v3|a=1,a=2,empty=;"
}

offsets() {
  local topic; topic=$(unique offsets)
  seq 0 9 | k -P -t "$topic" -p 0 || return 1
  equal "$(k -C -t "$topic" -p 0 -o 7 -e | tr '\n' ' ')" "7 8 9 " &&
    equal "$(k -C -t "$topic" -p 0 -o -2 -e | tr '\n' ' ')" "8 9 " &&
    equal "$(k -C -t "$topic" -p 0 -o beginning -c 2 | tr '\n' ' ')" "0 1 " &&
    equal "$(k -Q -t "$topic:0:-1" | awk '{print $NF}')" 10 &&
    equal "$(k -Q -t "$topic:0:1" | awk '{print $NF}')" 0
}

group() {
  local topic group; topic=$(unique group) group=$(unique g)
  seq 0 4 | k -P -t "$topic" -p 0 || return 1
  equal "$(k -G "$group" -X auto.offset.reset=earliest -c 3 "$topic" | tr '\n' ' ')" "0 1 2 " || return 1
  echo "@restart" >&3
  read -r _ || return 1
  equal "$(k -G "$group" -X auto.offset.reset=earliest -c 2 "$topic" | tr '\n' ' ')" "3 4 "
}

idempotent_and_acks() {
  local topic; topic=$(unique acks)
  seq 0 4 | k -P -t "$topic" -p 0 -X acks=0 && seq 5 9 | k -P -t "$topic" -p 0 -X acks=1 && seq 10 14 | k -P -t "$topic" -p 0 -X enable.idempotence=true || return 1
  equal "$(k -C -t "$topic" -p 0 -o beginning -c 15 | tr '\n' ' ')" "$(seq 0 14 | tr '\n' ' ')"
}

unknown_partition_is_an_error() {
  local topic; topic=$(unique small)
  echo x | k -P -t "$topic" -p 0 || return 1
  if k -C -t "$topic" -p 99 -o beginning -e >/dev/null 2>"$work/error"; then echo "partition 99 of 4 was consumed"; return 1; fi
  grep -q 'partition 99 does not exist' "$work/error" || { cat "$work/error"; return 1; }
}

exec 3>&1
for scenario in metadata codecs keys_headers_and_nulls offsets group idempotent_and_acks unknown_partition_is_an_error; do
  if [ -n "$only" ] && [ "$only" != "$scenario" ]; then continue; fi
  if $scenario >"$work/reason"; then
    echo "ok $scenario"
  else
    failed=1
    echo "not ok $scenario: $(tr '\n' ' ' <"$work/reason" | head -c 300)"
  fi
done
exit $failed
