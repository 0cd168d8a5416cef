# Shortcuts for people; the work is in xtask, and CI needs no just.

# run the suite
up *ARGS:
    cargo run --release -- {{ARGS}}

# format, lint and the checks that a machine can make of STYLE.md
check:
    cargo fmt --check
    cargo clippy --workspace --all-targets
    cargo xtask tidy

# every test, with every real client
test *ARGS:
    cargo xtask test {{ARGS}}

# regenerate the wire protocol from its schema files
codegen:
    cargo xtask codegen

# measure beside Apache Kafka
bench *ARGS:
    cargo xtask bench {{ARGS}}

# the one file to ship
dist:
    cargo xtask dist
