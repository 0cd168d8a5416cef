//! The limits at their real size: thousands of connections, partitions and appends against one broker, with figures printed.
//! CI runs a slice of each; the whole is run by hand, on the release build:
//! `cargo test --release -p tests --test it scale -- --ignored --nocapture --test-threads=1`.

mod connections;
mod gauge;
mod neighbour;
mod partitions;
mod readers;
mod wake_up;
