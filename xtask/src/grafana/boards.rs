//! THE TABLE of dashboards: one file each.

mod broker;
mod groups;
mod latency;
mod log_delivery;
mod node;
mod overview;
mod security;
mod suite;
mod topics;

use super::panel::Board;

/// In the order of the list that links them.
pub(crate) const BOARDS: &[&Board] = &[
    &overview::BOARD,
    &broker::BOARD,
    &topics::BOARD,
    &groups::BOARD,
    &latency::BOARD,
    &security::BOARD,
    &log_delivery::BOARD,
    &node::BOARD,
    &suite::BOARD,
];
