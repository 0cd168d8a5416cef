//! The commands that speak to a cluster: topics, produce, consume, groups, access. They work against any
//! Kafka, not only ours, and hold no rule of a broker: they ask, and show the answer.
//!
//! Each is a set of arguments with a `run`. Tables and text are for people, `--json` is for
//! scripts, and what goes on in long work is told on standard error, to a terminal only.
//! Exit status: 0 done, 1 the cluster refused or could not be reached, 2 wrong arguments.

mod access;
mod cluster_args;
mod command_config;
mod consume;
mod error;
mod escape;
mod groups;
mod offsets;
mod output;
mod place;
mod produce;
mod progress;
mod stop;
pub(crate) mod table;
mod topics;

pub(crate) use access::AccessArgs;
pub(crate) use consume::ConsumeArgs;
pub(crate) use error::CommandError;
pub(crate) use groups::GroupsArgs;
pub(crate) use produce::ProduceArgs;
pub(crate) use topics::TopicsArgs;
