//! The limits at their real size: thousands of connections, partitions and appends against one broker, with figures printed.
//! Every run takes a slice of each; the whole is run by hand on the release build: `cargo xtask test --only scale`.

mod connections;
mod gauge;
mod half_open;
mod neighbour;
mod partitions;
mod readers;
mod secured;
mod timing;
mod wake_up;
