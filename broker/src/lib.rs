//! One Kafka node.
//!
//! The path of a request: `net/listener` accepts, `net/connection` finds a frame with
//! `net/frames` and decodes it with `net/requests`; `dispatch` picks the handler of `api`, which
//! reads one `metadata` image, acts on `partitions` or changes `metadata`, and gives a `reply`;
//! `net/connection` sends the replies in the order of their requests.

mod api;
mod audit;
mod authorizer;
mod broker;
pub mod cli;
pub mod config;
mod context;
mod dispatch;
mod floods;
mod groups;
mod handoff;
mod iam_store;
mod lag;
mod mbeans;
mod metadata;
mod metrics;
mod net;
mod partitions;
mod producer_ids;
mod random;
mod reply;
mod stages;
mod start;
mod telemetry;
mod topics;
mod upkeep;
